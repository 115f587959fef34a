#!/usr/bin/env python3
"""Drives the page of `kaoping report` in chromium as an auditor would, with the published month and with 5,000 units.

    audit_page.py KAOPING [--shots FOLDER]
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from browser import Browser  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
MONTH = ["policies/lianyungang", "--period", "2020-11", "--facts", "golden/lianyungang/2020-11/facts.csv"]
UNITS = 5000
LIMIT_MS = 200
LIMIT_BYTES = 20_000_000
faults = []


def check(holds, what):
    print(("ok   " if holds else "FAIL ") + what, flush=True)
    if not holds:
        faults.append(what)


def kaoping(*arguments):
    run = subprocess.run([PROGRAM, *map(str, arguments)], cwd=ROOT, capture_output=True, encoding="utf-8")
    if run.returncode not in (0, 3):
        sys.exit(f"kaoping {arguments}: {run.returncode}\n{run.stderr}")
    return run.stdout


# --- what an auditor does ---

# from the click to the second frame after it: by then the first is on the screen
CLICK = """
(async find => {
    const button = find();
    const begun = performance.now();
    button.click();
    button.getBoundingClientRect();
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    return performance.now() - begun;
})"""


def label(unit, column):
    return f"[...document.querySelectorAll('button[data-key]')].find(b => b.getAttribute('aria-label').startsWith({json.dumps(unit)}) && b.getAttribute('aria-label').includes({json.dumps(column)}))"


def click(browser, found):
    return browser.run(f"{CLICK}(() => {found})")


# the text of an unfolded derivation, as `explain` draws it
UNFOLDED = """
(() => {
    const button = %s;
    const box = document.getElementById(button.getAttribute('aria-controls'));
    const own = item => [...item.childNodes].filter(node => node.nodeName !== 'UL').map(node => node.textContent).join('').trim();
    const lines = [];
    const walk = (list, depth) => [...list.children].forEach(item => {
        lines.push([depth, own(item)]);
        item.querySelectorAll(':scope > ul').forEach(inner => walk(inner, depth + 1));
    });
    const found = [];
    for (const part of box.children) {
        if (part.matches('h4, p.sentence')) found.push([0, part.textContent.trim()]);
        if (part.matches('h5')) found.push([0, part.textContent.trim()]);
        if (part.matches('ul')) { lines.length = 0; walk(part, 0); found.push(...lines); }
    }
    return found;
})()"""


def drawn(text):
    """What `explain` prints, as lines with how deep they hang."""
    lines = []
    for line in text.splitlines():
        depth = 0
        while line[:4] in ("|   ", "    ", "|-- ", "`-- ") and line:
            line, depth = line[4:], depth + 1
        if line.strip():
            lines.append([depth, line.strip()])
    return lines


def month(browser, folder, lang):
    page = folder / f"审阅 {lang}.html"
    kaoping("report", *MONTH, "--format", "html", "--out", page, "--lang", lang)
    browser.size(1400)
    browser.open(page)
    check(browser.run("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[lang], f"{lang}: the page says its language")
    check(browser.run("document.querySelectorAll('#ranking tbody tr').length") == 74, f"{lang}: 60 units and 14 exempt ones are listed")
    total = {"zh": "总分", "en": "Total"}[lang]
    for unit, column in [("市教育局", "按时办结率"), ("市教育局", total), ("东海县", "归集数据质量"), ("海州区", "回访满意率"), ("市体育局", "回访满意率"), ("市住建局", total), ("灌云县", total)]:
        found = label(unit, column)
        click(browser, found)
        page_says = browser.run(UNFOLDED % found)
        indicator = [] if column == total else ["--indicator", column]
        explained = drawn(kaoping("explain", unit, *indicator, *MONTH[1:], MONTH[0], "--lang", lang))
        plain = lambda lines: [[depth, " ".join(line.split())] for depth, line in lines]
        ours, theirs = plain(page_says), plain(explained)
        check(ours == theirs, f"{lang}: {unit} {column} unfolds to what explain prints, {len(ours)} lines")
        for one, other in zip(ours, theirs):
            if one != other:
                print("   page   ", one, "\n   explain", other)
                break
    check(browser.run(f"{label('市教育局', '按时办结率')}.getAttribute('aria-expanded')") == "true", f"{lang}: an open number says so")
    paper = browser.paper(folder / f"{lang}.pdf")
    check(paper.startswith(b"%PDF") and len(paper) > 50_000, f"{lang}: it prints, {len(paper)} bytes of PDF")
    quiet(browser, lang)


def quiet(browser, what):
    asked = [url for url in browser.requests() if not url.startswith("file:")]
    files = [url for url in browser.requests() if url.startswith("file:")]
    check(not asked and len(files) == 1, f"{what}: nothing is fetched but the file itself ({asked + files[1:]})")
    check(not browser.complaints(), f"{what}: no error and no refusal on the console {browser.complaints()[:3]}")
    check(browser.run("window.ran === undefined"), f"{what}: no name ran")


def keyboard(browser, folder):
    browser.open(folder / "审阅 zh.html")
    focus = "document.activeElement.getAttribute('aria-label') || document.activeElement.id || document.activeElement.textContent"
    browser.key("Tab")
    check(browser.run(focus) == "跳到排名", "the first stop of the tab key leads past the controls")
    browser.run("document.querySelector('#heat table button[tabindex=\"0\"]').focus()")
    start = browser.run(focus)
    stops = browser.run("[...document.querySelectorAll('#heat table')].map(t => t.querySelectorAll('button[tabindex=\"0\"]').length)")
    check(stops == [1, 1, 1], f"each table is one stop of the tab key: {stops}")
    for key in ["ArrowRight", "ArrowRight", "ArrowDown"]:
        browser.key(key)
    moved = browser.run(focus)
    check(moved.startswith("灌南县,及时签收率") and start.startswith("灌云县,机构设置"), f"arrows move by cell: {start} → {moved}")
    browser.key("Enter")
    opened = "document.activeElement.getAttribute('aria-expanded')"
    check(browser.run(opened) == "true", "Enter unfolds")
    said = browser.run("document.getElementById('said').textContent")
    check(said.startswith("已展开:") and said.endswith("。"), f"a reader hears the sentence: {said}")
    browser.key("Escape")
    check(browser.run(opened) == "false" and browser.run(focus) == moved, "Esc folds, and the focus stays")
    browser.key(" ")
    browser.run("document.querySelector('.derivation .close').focus()")
    browser.key("Escape")
    check(browser.run(focus) == moved, "Esc within a derivation brings the focus back to its number")
    browser.key("End", modifiers=2)
    check(browser.run(focus).startswith("赣榆区,总分"), "Ctrl+End is the last cell: " + browser.run(focus))


def reader(browser):
    nodes = browser.ask("Accessibility.getFullAXTree")["nodes"]
    value = lambda node, key: (node.get(key) or {}).get("value", "")
    seen = [node for node in nodes if not node.get("ignored")]
    nameless = [node for node in seen if value(node, "role") in ("button", "textbox", "searchbox", "combobox", "spinbutton", "link", "table", "region") and not value(node, "name")]
    check(not nameless, f"every control and table has a name: {[value(node, 'role') for node in nameless][:5]}")
    roles = {value(node, "role") for node in seen}
    check({"columnheader", "rowheader", "table", "search", "navigation", "main", "heading", "status"} <= roles, "tables have heads of rows and columns, the page has landmarks")
    names = [value(node, "name") for node in seen if value(node, "role") == "button"]
    check("市教育局,按时办结率,1.45" in names, "a number is named by its unit and indicator")
    check(any(name.startswith("海州区,实例拨测,9.60,有赖于假设") for name in names), "what marks a number is part of its name")
    levels = browser.run("[...document.querySelectorAll('h1,h2,h3,h4,h5')].map(h => Number(h.tagName[1]))")
    check(levels[0] == 1 and levels.count(1) == 1, "one heading of the first level")
    contrast(browser)


def contrast(browser):
    worst = browser.run("""
        (() => {
            const light = text => {
                const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map(Number).map(c => c / 255).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const ground = node => {
                for (let at = node; at; at = at.parentElement) {
                    const colour = getComputedStyle(at).backgroundColor;
                    if (!colour.startsWith('rgba(0, 0, 0, 0')) return colour;
                }
                return 'rgb(255, 255, 255)';
            };
            let worst = [99, ''];
            for (const node of document.querySelectorAll('body *')) {
                if (node.closest('script, noscript, .said, .spoken, [disabled], option')) continue;
                if (![...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim())) continue;
                const [a, b] = [light(getComputedStyle(node).color), light(ground(node))].sort((x, y) => y - x);
                const ratio = (a + 0.05) / (b + 0.05);
                if (ratio < worst[0]) worst = [ratio, node.className + ' ' + node.textContent.slice(0, 20)];
            }
            return worst;
        })()""")
    check(worst[0] >= 4.5, f"text stands out from its ground, at least {worst[0]:.2f} : 1 ({worst[1].strip()})")


def filters(browser):
    put = lambda field, value: browser.run(f"(async () => {{ const f = document.getElementById('{field}'); f.value = {json.dumps(value)}; f.dispatchEvent(new Event('input', {{bubbles: true}})); await new Promise(r => setTimeout(r, 400)); return document.getElementById('count').textContent; }})()")
    check(put("query", "教育") == "1 家符合条件", "a unit is found by a part of its name")
    check(put("query", "没有这家") == "0 家符合条件" and browser.run("document.querySelectorAll('.none').length") >= 1, "nothing found is said")
    put("query", "")
    check(put("state", "exempt") == "14 家符合条件", "a filter by status")
    click(browser, "document.querySelector('#ranking button[data-key]')")
    check(browser.run("document.querySelector('.derivation').textContent").find("不参评") >= 0, "an exemption unfolds to its condition")
    put("state", "")
    # 市体育局 had 2 cases in all: it is among those of few cases, and is not where one case is few
    check(put("mark", "d") != "74 家符合条件" and browser.run("document.getElementById('ranking').textContent.includes('市体育局')"), "units of few cases are found")
    check(put("few", "0") == "0 家符合条件", "the number that counts as few can be set")
    put("few", "20")
    put("mark", "")


def verdicts(browser, folder):
    """The page as it is with verdicts on published cells, which are put into its data by hand."""
    text = (folder / "审阅 zh.html").read_text(encoding="utf-8")
    before, rest = text.split('<script type="application/json" id="data">')
    inside, after = rest.split("</script>", 1)
    data = json.loads(inside)
    number = next(place for place, unit in enumerate(data["units"]) if unit["name"] == "市教育局")
    unit = data["units"][number]
    columns = data["tiers"][unit["tier"]]["columns"]
    topic = next(place for place, column in enumerate(columns) if data["columns"][column]["name"] == "按时办结率")
    unit["marks"][topic] += "x"
    data["reasons"] = ["没有一个件数印得出 <b>1.46</b>", ""]
    data["verdicts"] = [[number, topic, "1.46", "1.45", "x", 0], [number, topic + 1, "20.00", "20.00", "c", 1], ["别的局", "别的列", "3", None, "u", 1]]
    inside = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    page = folder / "判断.html"
    place = '<section id="verdicts"><h2>核对</h2><div id="verdicts-tables"></div></section></main>'
    page.write_text(before.replace("</main>", place) + '<script type="application/json" id="data">' + inside + "</script>" + after, encoding="utf-8")
    browser.open(page)
    rows = browser.run("[...document.querySelectorAll('#verdicts tbody tr')].map(row => row.textContent)")
    check(len(rows) == 2 and "市教育局" in rows[0] and "没有一个件数印得出 <b>1.46</b>" in rows[0] and "别的局" in rows[1], f"what differs and what is open is listed: {rows}")
    click(browser, "document.querySelector('#verdicts button[data-key]')")
    told = browser.run("document.querySelector('#verdicts .derivation').textContent")
    check("公布 1.46,计算 1.45:与公布的不符" in told and "81.4516…%" in told, "a computed number unfolds there too, with what was published")
    named = browser.run(f"{label('市教育局', '按时办结率')}.getAttribute('aria-label')")
    check(named.endswith("与公布的不符"), f"the mark is read out: {named}")
    quiet(browser, "verdicts")


def many(browser, folder):
    made = folder / "许多单位"
    subprocess.run([sys.executable, ROOT / "tests/outside/many_units.py", made, str(UNITS)], check=True)
    page = folder / "许多.html"
    kaoping("report", made / "标准", "--period", "2020-11", "--facts", made / "facts.csv", "--out", page, "--lang", "zh")
    size = page.stat().st_size
    check(size < LIMIT_BYTES, f"{UNITS} units take {size / 1e6:.1f} MB")
    browser.open(page)
    check(browser.run("document.getElementById('count').textContent") == f"{UNITS} 家符合条件", f"{UNITS} units are on the page")
    times, turned = [], []
    count = browser.run("document.querySelectorAll('button[data-key]').length")
    # a machine that does other work besides may be slow for a while: the best of three batches counts
    for batch in range(3):
        times.append(sorted(click(browser, f"document.querySelectorAll('button[data-key]')[{(batch * 25 + step) * 997 % count}]") for step in range(25)))
        if statistics.median(times[-1]) < LIMIT_MS:
            break
    best = min(times, key=statistics.median)
    check(browser.run("document.querySelectorAll('.derivation').length") >= 20, "clicks on many numbers unfold them")
    check(statistics.median(best) < LIMIT_MS, f"a click is answered within {LIMIT_MS} ms: median {statistics.median(best):.0f}, most {best[-1]:.0f}")
    for _ in range(5):
        turned.append(click(browser, "document.querySelector('.pages').lastElementChild"))
    check(statistics.median(turned) < 1000, f"a page of a table is turned in {statistics.median(turned):.0f} ms")
    data = json.loads(browser.run("document.getElementById('data').textContent"))
    for name in ["</script><script>window.ran=1</script>", "<img src=x onerror=window.ran=1>", "__proto__", "|0 1|~2 3", "{0} {1} $& $1", "unbroken" * 40]:
        browser.run(f"(async () => {{ const f = document.getElementById('query'); f.value = {json.dumps(name)}; f.dispatchEvent(new Event('input', {{bubbles: true}})); await new Promise(r => setTimeout(r, 500)); }})()")
        check(any(unit["name"] == name for unit in data["units"]), f"{name[:30]!r} is a unit")
        shown = browser.run("[...document.querySelectorAll('#ranking tbody th')].map(th => th.textContent)")
        check(name in shown, f"{name[:30]!r} is found and shown letter by letter")
        click(browser, "[...document.querySelectorAll('#ranking button[data-key]')].at(-1)")
        check(name[:20] in browser.run("document.querySelector('#ranking .derivation h4').textContent"), "its derivation names it")
    browser.size(390)
    check(browser.run("document.documentElement.scrollWidth") <= 390, "no name makes the page wider than the screen")
    browser.size(1400)
    quiet(browser, f"{UNITS} units")


def shots(browser, folder, where):
    where.mkdir(parents=True, exist_ok=True)
    for lang in ["zh", "en"]:
        for width in [1400, 390]:
            browser.size(width)
            browser.open(folder / f"审阅 {lang}.html")
            browser.shot(where / f"{lang}-{width}.png")
            found = label("市教育局", "按时办结率")
            click(browser, found)
            browser.run(f"{found}.closest('tr').scrollIntoView()")
            browser.shot(where / f"{lang}-{width}-derivation.png")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kaoping")
    parser.add_argument("--shots", type=Path)
    asked = parser.parse_args()
    global PROGRAM
    PROGRAM = os.path.abspath(asked.kaoping)
    browser = Browser()
    try:
        with tempfile.TemporaryDirectory(prefix="kaoping 审阅 ") as folder:
            folder = Path(folder)
            month(browser, folder, "en")
            month(browser, folder, "zh")
            keyboard(browser, folder)
            reader(browser)
            filters(browser)
            verdicts(browser, folder)
            if asked.shots:
                shots(browser, folder, asked.shots)
            many(browser, folder)
    finally:
        browser.close()
    if faults:
        sys.exit(f"{len(faults)} of the checks of the page fail")
    print("the page answers as it should")


if __name__ == "__main__":
    main()
