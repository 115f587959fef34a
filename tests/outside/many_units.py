#!/usr/bin/env python3
"""Writes a month of many units for the standard of a folder: its rules, a register and a table of facts with the provenance of
every cell, from a seed. Some names mean something to a browser.

    many_units.py OUT COUNT
"""
import csv
import random
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT / "policies" / "lianyungang"
FACTS = ROOT / "golden" / "lianyungang" / "2020-11" / "facts.csv"

# each would run or break something if it were taken for anything but a name
HOSTILE = [
    "</script><script>window.ran=1</script>",
    "<img src=x onerror=window.ran=1>",
    "\" onclick=\"window.ran=1",
    "' autofocus onfocus='window.ran=1",
    "\u202e反向\u202c局",
    "\u2028行\u2029段",
    "两行\n的名字",
    "]]><!--<script>",
    "{{7*7}}${7*7}",
    "{0} {1} $& $1",
    "__proto__",
    "constructor",
    "很长的名字" * 60,
    "unbroken" * 40,
    "&amp;&lt;局",
    "javascript:window.ran=1",
    "|0 1|~2 3",
]


def main():
    out, count = Path(sys.argv[1]), int(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    policy = out / "标准"
    if policy.exists():
        shutil.rmtree(policy)
    shutil.copytree(POLICY, policy)
    dice = random.Random(20201101)
    names = HOSTILE + [f"第{number}单位" for number in range(count - len(HOSTILE))]
    tiers = ["县区" if number % 10 == 0 else "部门" for number in range(count)]
    with open(policy / "名册.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["单位", "层级", "别名", "自", "至"])
        writer.writerows([name, tier, "", "", ""] for name, tier in zip(names, tiers))
    with open(FACTS, encoding="utf-8-sig", newline="") as file:
        columns = next(csv.reader(file))
    provenance = [["单位", "列", "来历", "根据"]]
    rows = [columns]
    for name, tier in zip(names, tiers):
        row = facts(dice, tier)
        rows.append([name] + [row.get(column, "") for column in columns[1:]])
        for column, value in row.items():
            if value != "":
                how = dice.choice(["公布", "推得", "评定"])
                provenance.append([name, column, how, f"附表第 {dice.randint(1, 400)} 页 {name} 行" if how == "公布" else ""])
    for path, table in [(out / "facts.csv", rows), (out / "facts.来历.csv", provenance)]:
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(table)


def facts(dice, tier):
    total = dice.choice([0, dice.randint(1, 9), dice.randint(10, 400), dice.randint(400, 5000)])
    due = dice.randint(total // 2, total)
    visits = dice.randint(0, total // 3)
    row = {
        "总工单数": total,
        "超时签收数": dice.choice([0, 0, dice.randint(0, total // 8)]),
        "未及时回应次数": dice.choice([0, 0, 0, 1, 2]),
        "应办结数": due,
        "超时办结数": dice.choice([0, dice.randint(0, due // 6)]),
        "回访数": visits,
        "不满意数": dice.choice([0, dice.randint(0, visits // 4)]),
        "知识库": dice.choice([5, 5, 4.5, 3]),
        "拨测扣分次数": dice.choice([0, 0, 1, 2]),
        "信息采用": dice.choice(["", 0.5, 1, 2]),
    }
    if tier == "县区":
        def part(most):
            return f"{dice.randint(most * 80, most * 100) / 100:.2f}"
        row |= {
            "实时归集数据稳定性": part(5),
            "数据完整得分": part(10),
            "内容完整得分": part(10),
            "扣分项得分": part(10),
            "工单抽检得分": part(10),
            "数据及时得分": part(5),
            "服务知晓度": part(8),
            "接通率": part(5),
            "服务现场": part(5),
        }
    return row


main()
