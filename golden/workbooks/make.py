#!/usr/bin/env python3
"""Writes the workbooks of this folder and of golden/diagnostics, as their users would save them.

    python3 golden/workbooks/make.py            writes them anew
    python3 golden/workbooks/make.py --check    compares what is there, cell by cell

The annex is that of the bulletin of November 2020: its cells come from golden/lianyungang/2020-11/annex.csv, its headings,
merges and note from the printed page. Needs openpyxl.
"""

import csv
import datetime
import re
import sys
import tempfile
import zipfile
from pathlib import Path

try:
    from openpyxl import Workbook, load_workbook
    from openpyxl.styles import Alignment, Border, Font, Side
    from openpyxl.utils import get_column_letter
except ImportError:
    print("skipped: openpyxl is not installed")
    sys.exit(0)

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MONTH = ROOT / "golden" / "lianyungang" / "2020-11"
DIAGNOSTICS = ROOT / "golden" / "diagnostics"
FIXED = datetime.datetime(2020, 12, 11)

# section, and the marks of its indicators, as printed in the head of the annex
SECTIONS = [
    ("工作网络(10)", ["机构设置(4)", "人员配备(6)"]),
    ("办件质效(55)", ["及时签收率(10)", "首次回应率(10)", "按时办结率(15)", "回访满意率(20)"]),
    ("知识储备(10)", ["知识库(5)", "应急知识报送(5)"]),
    (None, ["信息报送(15)"]),
    (None, ["实例拨测(10)"]),
    ("数据质量(30)(只评估各县、赣榆区)", ["实时归集数据稳定性(5)", "归集数据质量(25)"]),
    ("服务能力(20)(只评测各县、赣榆区)", ["服务知晓度(10)", "接通率(5)", "服务现场(5)"]),
    ("扣分项", ["督查督办落实情况", "媒体曝光", "数据合理性"]),
    ("加分项", ["信息采用", "专题任务", "经验交流", "服务整合"]),
]


def number(text):
    """A cell as a number, with the format that prints it as it stands."""
    if text == "":
        return None, None
    if not re.fullmatch(r"-?\d+(\.\d+)?", text):
        return text, None
    digits = len(text.split(".")[1]) if "." in text else 0
    return (float(text), "0." + "0" * digits) if digits else (int(text), "0")


def annex():
    rows = list(csv.reader(open(MONTH / "annex.csv", encoding="utf-8")))
    names, rows = rows[0], rows[1:]
    book = Workbook()
    sheet = book.active
    sheet.title = "综合得分明细表"
    width = len(names)
    thin = Side(style="thin")
    border = Border(left=thin, right=thin, top=thin, bottom=thin)
    middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet["A1"] = "2020年11月份市各成员单位绩效评估综合得分表"
    sheet["A1"].font = Font(size=16, bold=True)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    for column, heading in ((1, "序号"), (2, "单 位"), (width, "综合得分")):
        sheet.cell(2, column, heading)
        sheet.merge_cells(start_row=2, start_column=column, end_row=3, end_column=column)
    column = 3
    for section, indicators in SECTIONS:
        for offset, indicator in enumerate(indicators):
            name = re.sub(r"\(.*", "", indicator)
            assert names[column + offset - 1] == name, (names[column + offset - 1], name)
            if section is None:
                sheet.cell(2, column, indicator)
                sheet.merge_cells(start_row=2, start_column=column, end_row=3, end_column=column)
            else:
                # a narrow column breaks its heading before the marks, as in print
                sheet.cell(3, column + offset, indicator.replace("(", "\n("))
        if section is not None:
            sheet.cell(2, column, section)
            sheet.merge_cells(start_row=2, start_column=column, end_row=2, end_column=column + len(indicators) - 1)
        column += len(indicators)
    assert column == width
    for index, row in enumerate(rows):
        for column, text in enumerate(row, 1):
            value, shown = number(text)
            cell = sheet.cell(index + 4, column, value)
            if shown:
                cell.number_format = shown
    foot = len(rows) + 4
    sheet.cell(foot, 1, "备注:市档案馆、科技局、商务局、审计局、统计局、民宗局、外办、国资委、金融控股集团、碱业公司共10家单位本月无工单。"
               "市信访局、农业农村局、气象局、妇联共4家单位本月无应办结工单")
    sheet.merge_cells(start_row=foot, start_column=1, end_row=foot, end_column=width)
    for line in sheet.iter_rows(min_row=1, max_row=foot, max_col=width):
        for cell in line:
            cell.alignment = middle
            if cell.row > 1:
                cell.border = border
    for column in range(1, width + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 18 if column == 2 else 8
    sheet.row_dimensions[2].height, sheet.row_dimensions[3].height = 40, 60
    sheet.freeze_panes = "C4"
    # the blank sheets that a spreadsheet program adds
    book.create_sheet("Sheet2")
    book.create_sheet("Sheet3")
    return book


def simple(rows, title="11月"):
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return book


def formulas():
    book = simple([["单位", "受理数", "满意率", "备注"], ["甲区", 120, "=1-3/120", "=1+1"], ["乙县", "#DIV/0!", 0.94, None]])
    sheet = book.active
    for row in range(2, 4):
        sheet.cell(row, 3).number_format = "0.00%"
    sheet["B3"].data_type = "e"
    return book


def merged():
    book = simple([["单位", "受理数", "满意率"], ["甲区", 120, 0.96], ["乙县", None, 0.94]])
    book.active.merge_cells("B2:B3")
    for cell in ("C2", "C3"):
        book.active[cell].number_format = "0.00%"
    return book


def sheets():
    book = simple([["填报要求"], ["率写百分数"]], "要求")
    for name, rows in (("区县", [["甲区", 120, 0.96]]), ("县", [["乙县", 80, 0.94]]), ("上月", [["甲区", 1, 0.5]])):
        sheet = book.create_sheet(name)
        for row in [["单位", "受理数", "满意率"], *rows, ["合计", 200, None]]:
            sheet.append(row)
        sheet["C2"].number_format = "0.00%"
    book["上月"].sheet_state = "hidden"
    return book


def rate_without_percent():
    book = simple([["单位", "受理数", "满意率", "办结率"], ["甲区", 120, 0.9615, 113 / 120], ["乙县", 80, 94, 0.95]])
    for row in (2, 3):
        book.active.cell(row, 4).number_format = "0.00%"
    return book


def far():
    book = simple([["单位", "受理数", "满意率"], ["甲区", 120, "96%"]])
    book.active["XFD1048576"] = "x"
    return book


BOOKS = {
    HERE / "annex.xlsx": annex,
    DIAGNOSTICS / "workbook_cells_without_a_value" / "facts.xlsx": formulas,
    DIAGNOSTICS / "workbook_merged_value" / "facts.xlsx": merged,
    DIAGNOSTICS / "workbook_sheets_and_rows_not_read" / "facts.xlsx": sheets,
    DIAGNOSTICS / "workbook_sheets_and_rows_not_read_in_english" / "facts.xlsx": sheets,
    DIAGNOSTICS / "workbook_rate_without_percent" / "facts.xlsx": rate_without_percent,
    DIAGNOSTICS / "workbook_cell_far_away" / "facts.xlsx": far,
}


def save(book, path):
    book.properties.created = book.properties.modified = FIXED
    book.properties.creator = "kaoping"
    with tempfile.TemporaryDirectory() as folder:
        aside = Path(folder) / "book.xlsx"
        book.save(aside)
        path.parent.mkdir(parents=True, exist_ok=True)
        # the same bytes whenever it is written: no time of day in the archive
        with zipfile.ZipFile(aside) as parts, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            for name in sorted(parts.namelist()):
                content = parts.read(name)
                if name == "docProps/core.xml":
                    content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2020-12-11T00:00:00Z", content)
                out.writestr(zipfile.ZipInfo(name, (2020, 12, 11, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def content(path):
    book = load_workbook(path)
    return [
        (sheet.title, sheet.sheet_state, sorted(map(str, sheet.merged_cells.ranges)),
         [[(cell.value, cell.number_format) for cell in row] for row in sheet.iter_rows(max_row=200, max_col=40)])
        for sheet in book
    ]


def main():
    different = []
    for path, make in BOOKS.items():
        if "--check" not in sys.argv:
            save(make(), path)
            continue
        with tempfile.TemporaryDirectory() as folder:
            anew = Path(folder) / "book.xlsx"
            save(make(), anew)
            if content(anew) != content(path):
                different.append(str(path.relative_to(ROOT)))
    if different:
        sys.exit("not as make.py writes it: " + ", ".join(different))


main()
