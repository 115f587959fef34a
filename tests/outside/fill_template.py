#!/usr/bin/env python3
"""Fills in the template of a standard as its users would, and compares the scores with those from the CSV.

    python3 tests/outside/fill_template.py [KAOPING]        by default target/debug/kaoping or target/release/kaoping

Opens the empty workbook with openpyxl, types the facts of November 2020 into it cell by cell (rates half as 93.15, half as
93.15% with a percent format; counts as numbers; what a tier does not have stays blank), saves it under a name with a blank
and scores it. Needs openpyxl; says so and ends with status 0 where it is missing.
"""

import csv
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
POLICY = ROOT / "policies" / "lianyungang"
FACTS = ROOT / "golden" / "lianyungang" / "2020-11" / "facts.csv"


def program():
    if len(sys.argv) > 1:
        return Path(sys.argv[1]).resolve()
    found = [path for path in (ROOT / "target" / build / "kaoping" for build in ("debug", "release")) if path.exists()]
    if not found:
        sys.exit("no kaoping in target/: build it first, or name it")
    return max(found, key=lambda path: path.stat().st_mtime)


def run(*arguments):
    done = subprocess.run([program(), *arguments], cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    if done.returncode not in (0, 3):
        sys.exit(f"kaoping {' '.join(map(str, arguments))}: {done.stderr}")
    return done


def scores(facts):
    done = run("score", POLICY, "--period", "2020-11", "--facts", facts, "--format", "json")
    return json.loads(done.stdout)["units"], done.stderr


def main():
    try:
        from openpyxl import load_workbook
    except ImportError:
        print("skipped: openpyxl is not installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        empty, filled = Path(folder) / "empty.xlsx", Path(folder) / "填好 的.xlsx"
        run("template", POLICY, "--period", "2020-11", "--out", empty)
        book = load_workbook(empty)
        sheet = book["数据"]
        headings = {re.sub(r"\(.*", "", cell.value): cell.column for cell in sheet[1]}
        rows = {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1)}
        typed = rates = 0
        for fact in csv.DictReader(open(FACTS, encoding="utf-8")):
            for heading, text in fact.items():
                if heading == "单位" or text == "":
                    continue
                cell = sheet.cell(rows[fact["单位"]], headings[heading])
                if text.endswith("%"):
                    rates += 1
                    if rates % 2:
                        cell.value = float(text[:-1])
                    else:
                        cell.value, cell.number_format = float(text[:-1]) / 100, "0.00%"
                else:
                    cell.value = float(text) if "." in text else int(text)
                typed += 1
        # every check of what is typed is kept by what was typed
        assert len(sheet.data_validations.dataValidation) > 20
        book.save(filled)
        by_hand, said = scores(filled)
        from_csv, _ = scores(FACTS)
        if by_hand != from_csv:
            sys.exit("the filled template scores differently")
        if "W0504" in said or "K0" in said:
            sys.exit(f"the filled template is complained of: {said}")
        total = sum(unit["status"] == "scored" for unit in by_hand)
        print(f"{typed} cells typed, {len(by_hand)} units, {total} scored as from the CSV")


main()
