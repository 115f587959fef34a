//! Texts with rules inside, `.kp.md`: read, laid out and rendered.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use program::{kaoping, root};
use serde_json::Value;

const POLICY: &str = "policies/lianyungang";
const FACTS: &str = "golden/lianyungang/2020-11/facts.csv";

/// A text whose blocks are not laid out, in a list, with prose between the parts of an item.
const WRITTEN: &str = "# 办法\n\n　　第一条  满分为 10分。  \n\n```kp\n标准 示例{版本 \"1\";周期 月;舍入 四舍五入;得分 取整到 0.01分;并列 跳号}\n层级 县区 满分 10分\n\
                       类 服务 满分 10分{\n```\n\n- 办结率低于 95%的扣分。\n\n  ~~~kp\n  数据 率:%\n  指标 办结 满分 10分{ 率 低于 95% 每 1个百分点 扣 1分 }\n  ~~~\n\n以上。\n\n```kp\n}\n总分=合计\n排名 层级 依 总分\n```\n";
const LAID_OUT: &str = "# 办法\n\n　　第一条  满分为 10分。  \n\n```kp\n标准 示例 {\n    版本 \"1\"\n    周期 月\n    舍入 四舍五入\n    得分 取整到 0.01 分\n    并列 跳号\n}\n层级 县区 满分 10 分\n\
                        类 服务 满分 10 分 {\n```\n\n- 办结率低于 95%的扣分。\n\n  ~~~kp\n      数据 率 : %\n      指标 办结 满分 10 分 {\n          率 低于 95% 每 1 个百分点 扣 1 分\n      }\n  ~~~\n\n以上。\n\n```kp\n}\n总分 = 合计\n排名 层级 依 总分\n```\n";

type Encode = fn(&str) -> Vec<u8>;

fn encodings() -> [Encode; 4] {
    fn wide(text: &str) -> Vec<u8> {
        [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    }
    [|text| text.as_bytes().to_vec(), |text| format!("\u{feff}{text}").into_bytes(), |text| encoding_rs::GB18030.encode(text).0.into_owned(), wide]
}

/// The lines between the fences of a text, whatever Markdown says.
fn rules_of(text: &str) -> String {
    let (mut rules, mut inside) = (String::new(), false);
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if inside {
            rules.extend([line, "\n"]);
        }
    }
    rules
}

#[test]
fn a_text_scores_like_its_rules_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(root().join(POLICY).join("标准.kp.md")).unwrap();
    fs::write(folder.path().join("标准.kp"), rules_of(&text)).unwrap();
    fs::copy(root().join(POLICY).join("名册.csv"), folder.path().join("名册.csv")).unwrap();
    let score = |policy: &str| -> Value {
        let run = kaoping(root(), &["score", policy, "--period", "2020-11", "--facts", FACTS, "--format", "json"]);
        assert_eq!(run.status, 0, "{}", run.err);
        serde_json::from_str::<Value>(&run.out).unwrap()["units"].take()
    };
    let alone = score(folder.path().to_str().unwrap());
    assert_eq!(alone.as_array().unwrap().len(), 74);
    assert!(score(POLICY) == alone);
}

#[test]
fn every_encoding_and_line_end_is_read_and_kept() {
    for encode in encodings() {
        for ends in ["\n", "\r\n", "\r"] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("标 准.kp.md");
            fs::write(&file, encode(&WRITTEN.replace('\n', ends))).unwrap();
            let run = kaoping(folder.path(), &["check", "."]);
            assert_eq!((run.status, run.err.trim()), (0, "1 个规则文件,0 处错误,0 处提醒"), "{}", run.err);
            let run = kaoping(folder.path(), &["fmt", "."]);
            assert_eq!(run.status, 0, "{}", run.err);
            assert!(fs::read(&file).unwrap() == encode(&LAID_OUT.replace('\n', ends)), "{ends:?}");
        }
    }
}

#[test]
fn check_diff_and_standard_input_know_texts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("标准.KP.md");
    fs::write(&file, WRITTEN).unwrap();
    let run = kaoping(folder.path(), &["fmt", "--check", "标准.KP.md"]);
    assert_eq!((run.status, run.out.as_str()), (1, "标准.KP.md\n"));
    let run = kaoping(folder.path(), &["fmt", "--diff", "."]);
    assert!(
        run.status == 0 && run.out.contains("-  数据 率:%\n") && run.out.contains("+      数据 率 : %\n") && !run.out.contains("-　　第一条"),
        "{}",
        run.out
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), WRITTEN);
    let mut child = Command::new(env!("CARGO_BIN_EXE_kaoping")).args(["fmt", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(WRITTEN.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap().as_str()), (Some(0), LAID_OUT));
}

#[test]
fn the_other_skin_leaves_the_text_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("标准.kp.md"), LAID_OUT).unwrap();
    let run = kaoping(folder.path(), &["fmt", ".", "--skin", "en", "--out", "en"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let english = fs::read_to_string(folder.path().join("en/标准.kp.md")).unwrap();
    let prose = |text: &str| {
        text.lines().filter(|line| line.starts_with(['#', '　', '-', '以', '`']) || line.trim_start().starts_with('~')).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(prose(&english), prose(LAID_OUT));
    assert!(english.contains("\n          率 below 95% per 1 pp deduct 1 points\n"), "{english}");
    let back = kaoping(folder.path(), &["fmt", "en", "--skin", "zh"]);
    assert_eq!(back.status, 0);
    assert_eq!(fs::read_to_string(folder.path().join("en/标准.kp.md")).unwrap(), LAID_OUT);
}

#[test]
fn only_the_ending_makes_a_text_a_rule_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("标准.md"), LAID_OUT).unwrap();
    let run = kaoping(folder.path(), &["check", "."]);
    assert!(run.status == 2 && run.err.contains("没有规则文件(.kp、.kp.md)"), "{}", run.err);
    fs::rename(folder.path().join("标准.md"), folder.path().join("标准.kp.md")).unwrap();
    fs::write(folder.path().join("说明.md"), "```kp\n层级 县区 满分 99 分\n```\n").unwrap();
    assert_eq!(kaoping(folder.path(), &["check", "."]).status, 0);
}

#[test]
fn an_editor_is_told_the_place_in_the_text() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("标准.kp.md"), LAID_OUT.replace("率 低于", "律 低于")).unwrap();
    let run = kaoping(folder.path(), &["check", ".", "--format", "json"]);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let text = report["diagnostics"][0].to_string();
    let line = LAID_OUT.lines().position(|line| line.contains("率 低于")).unwrap() + 1;
    assert!(text.contains("K0201") && text.contains(&format!("\"line\":{line}")) && text.contains("\"column\":11"), "{text}");
}

// --- the page ---

fn page(folder: &Path, arguments: &[&str]) -> String {
    let run = kaoping(folder, &[&["doc"], arguments].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    run.out
}

/// Every tag of a page in order, with its attributes.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()).collect()
}

/// The values of an attribute.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    page.split(&format!(" {attribute}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// A page is whole: every element is closed, every place has one name, every link leads somewhere.
fn assert_whole(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in tags(page) {
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{tag}"),
            None => {
                let name = tag.split([' ', '\n']).next().unwrap();
                if !matches!(name, "br" | "hr") {
                    open.push(name);
                }
            }
        }
    }
    assert_eq!(open, Vec::<&str>::new());
    let places = values(page, "id");
    assert_eq!(places.iter().collect::<BTreeSet<_>>().len(), places.len(), "{places:?}");
    for link in values(page, "href").into_iter().filter_map(|link| link.strip_prefix('#')) {
        assert!(places.contains(&link), "{link}");
    }
}

/// The page from its body on, without the head that is written before.
fn body(page: &str) -> String {
    page.split_once("<body>").map(|(_, body)| body.split("</body>").next().unwrap().to_owned()).unwrap()
}

#[test]
fn a_standard_is_one_whole_page() {
    let page = page(root(), &[POLICY, "--period", "2020-11"]);
    assert_whole(&body(&page));
    for part in [
        "<html lang=\"zh-CN\">",
        "<title>连云港市12345在线平台绩效评估标准（试行）</title>",
        // the text, a link from it to a rule, the rule with its words in colour
        "<h3 id=\"s-按时办结率-15-分-\">",
        "<a href=\"#item-回访满意率\"><code>回访满意率</code></a>",
        "<span class=\"k\">指标</span> <dfn id=\"item-按时办结率\">按时办结率</dfn> <span class=\"k\">满分</span> <span class=\"q\">15 分</span>",
        "<a href=\"#fact-办结率\">办结率</a> <span class=\"k\">低于</span> <span class=\"q\">95%</span>",
        // marks by tier, what reads a fact, what is assumed and what is not known
        "<th scope=\"row\" class=\"d1\"><a href=\"#item-接通率\">接通率</a></th><td class=\"n\">5</td><td class=\"n\">—</td><td class=\"n\">—</td>",
        "<th scope=\"row\">满分</th><td class=\"n\">150</td><td class=\"n\">100</td><td class=\"n\">100</td>",
        "<a href=\"#fact-满意率\">满意率</a></th><td>%</td><td>回访满意率</td>",
        "上限 5 分:没有见过更多",
        "<a href=\"#item-媒体曝光\">媒体曝光</a>:扣分办法未公布,暂按 0 分</li>",
        "2020-01-01 至 2020-12-31",
    ] {
        assert!(page.contains(part), "{part}");
    }
    // it stands alone, and is the same every time
    for other in ["<script", "<img", "<link", "<iframe", "@import", "url(", "src="] {
        assert!(!page.contains(other), "{other}");
    }
    assert_eq!(page, self::page(root(), &[POLICY, "--period", "2020-11"]));
}

#[test]
fn a_rule_file_without_a_text_is_a_page_too() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(root().join(POLICY).join("标准.kp.md")).unwrap();
    let rules = format!("# 本标准由通报推得,\n# 见各条依据。\n{}\n# --- 附则 ---\n\n# 没有附则。\n", rules_of(&text));
    fs::write(folder.path().join("标准.kp"), rules).unwrap();
    let page = page(folder.path(), &["标准.kp"]);
    assert_whole(&body(&page));
    for part in [
        "<p>本标准由通报推得,见各条依据。</p>",
        "<h2 id=\"s-附则\">附则</h2>\n<p>没有附则。</p>",
        "<h3 id=\"s-item-及时签收率\"><span class=\"kind\">指标</span> 及时签收率</h3>",
        "<b>依据</b> 附表表头:办件质效(55)</li>",
        "<b>假设</b> 中间一项先取整到 0.01 分</li>",
    ] {
        assert!(page.contains(part), "{part}");
    }
    // notes are told of once, below their rules
    assert_eq!(page.matches("本月未在规定时间内联系服务对象的单位有市住建局").count(), 1);
}

#[test]
fn nothing_that_people_write_runs() {
    let evil = "<script>alert(1)</script><img src=x onerror=alert(1)>";
    let text = format!(
        "# 题\"'><b onclick=x>\n\n{evil}\n\n<div onclick=\"x\">\n\n[一](javascript:alert(1)) [二](JaVaScript:x) [三](data:text/html,x) [四](https://a.b/?q=\"x\") ![图](http://x/y.png)\n\n<!-- 不给人看 -->\n\n\
         | 甲<script> | 乙 |\n| --- | --: |\n| `<i>` | 1 |\n\n```kp\n标准 「<script>甲」 {{ 名称 \"<script>题\" 版本 \"<b>\" 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 跳号 }}\n\
         层级 「<u>」 满分 10 分 名称 \"<u>\"\n指标 「项\"><script>」 满分 10 分 人工评定 列 \"<i>列\" 假设 \"<script>\"\n总分 = 合计\n排名 层级 依 总分\n# {evil}\n```\n\n```text\n{evil}\n```\n"
    );
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("标准.kp.md"), text).unwrap();
    for lang in ["zh", "en"] {
        let page = page(folder.path(), &["标准.kp.md", "--lang", lang]);
        assert_whole(&body(&page));
        let known = [
            "a", "h1", "h2", "header", "dl", "div", "dt", "dd", "nav", "ol", "li", "main", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre",
            "span", "dfn", "section", "small", "strong", "br", "ul", "footer",
        ];
        for tag in tags(&body(&page)).into_iter().filter(|tag| !tag.starts_with('/')) {
            let name = tag.split([' ', '\n']).next().unwrap();
            assert!(known.contains(&name), "{tag}");
            assert!(!tag.contains(" on"), "{tag}");
        }
        for link in values(&page, "href") {
            assert!(link.starts_with(['#', 'h']), "{link}");
        }
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("不给人看"));
    }
}

#[test]
fn a_page_speaks_the_language_asked_for_and_is_not_written_over_its_rules() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("标准.kp.md"), LAID_OUT).unwrap();
    let english = page(folder.path(), &["标准.kp.md", "--lang", "en"]);
    assert!(english.contains("<html lang=\"en\">") && english.contains("Annex: marks by tier"));
    assert!(page(folder.path(), &["标准.kp.md"]).contains("附:各层级分值"));
    let run = kaoping(folder.path(), &["doc", "标准.kp.md", "--out", "标准.kp.md"]);
    assert_eq!(run.status, 2, "{}", run.err);
    assert_eq!(fs::read_to_string(folder.path().join("标准.kp.md")).unwrap(), LAID_OUT);
    let run = kaoping(folder.path(), &["doc", "标准.kp.md", "--out", "页 面.html"]);
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "", "已写到 页 面.html\n"));
    assert!(fs::read_to_string(folder.path().join("页 面.html")).unwrap().ends_with("</html>\n"));
}

// --- the tables of the page ---

/// A standard with one of everything that has a table of its own.
const DECLARING: &str = r#"标准 全表 { 版本 "1" 周期 月 舍入 四舍五入 得分 取整到 0.01 分 并列 跳号 }
层级 县区 满分 20 分
层级 部门 满分 20 分
数据 用时 : 小时 名称 "平均用时" 精度 0.1 小时 列 "用时", "平均用时" 不大于 上限 缺省 2 小时
数据 停业 : {是,否} 缺省 否
数据 瞒报 : {是,否} 缺省 否
数据 总数 : 件 或由 来件 计数()
参数 上限 = 9 小时
记录 来件 : 件 {
    编号 : 文字 隐私
    派出 : 时间 列 "派出时间", "派单时间"
    签收 : 时间 可空
    类别 : {投诉,咨询}
    用时 : 小时 可空 精度 0.5 小时
}
令 最长 = 来件 最高(用时 其中 非 (用时 为空))
令 类数 = 来件 逐 类别 计数()
不参评 适用 部门 当 停业 且 总数 = 0 件,原因 "停业"
指标 快慢 满分 20 分 {
    当 最长 无从计算 得 满分
    (用时 + 最长) 每 1 小时 扣 0.5 分,扣完为止
}
总分 = 合计 封顶 满分
一票否决 适用 县区 当 瞒报,总分 0 分,原因 "瞒报"
一票否决 除外 "甲局" 当 最长 > 上限,末位,原因 "最长"
一票否决 当 瞒报 且 停业,取消评优,原因 "瞒报"
排名 层级 依 总分
输出 等次 = 按 总分 { ≥ 10 分: 优秀; 其余: 一般 }
输出 评优 = 等次 = 优秀 且 非 取消评优
名单 红榜 = 层级 其中 评优,前 2 家 依 总分 再依 用时 从低到高
名单 黑榜 = 全体 后 3 家 依 总分
"#;

/// What stands in a piece of a page, without its tags; a line end inside a cell is a slash.
fn plain(html: &str) -> String {
    let text: String = html.replace("<br>", " / ").split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The rows of the tables below a heading, their cells parted by bars; nothing where there is no such heading.
fn table(page: &str, heading: &str) -> Vec<String> {
    let Some((_, section)) = page.split_once(&format!(">{heading}</h2>")) else { return Vec::new() };
    let section = section.split("</section>").next().unwrap();
    let rows = section.split("<tr").skip(1).map(|row| row.split_once('>').unwrap().1.split("</tr>").next().unwrap());
    rows.map(|row| {
        row.replace("</td>", "</th>")
            .split("</th>")
            .filter(|cell| !cell.trim().is_empty())
            .map(|cell| plain(cell).trim().to_owned())
            .collect::<Vec<_>>()
            .join(" | ")
    })
    .collect()
}

#[test]
fn everything_declared_has_a_row_with_links_to_its_rule() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("标准.kp"), DECLARING).unwrap();
    let page = page(folder.path(), &["标准.kp"]);
    assert_whole(&body(&page));
    for (heading, rows) in [
        (
            "附:数据",
            &[
                "数据 | 单位或选项 | 表里的列 | 取法 | 用于",
                "用时 / 平均用时 | 小时 | 用时、平均用时 | 缺省 2 小时 / 不大于 上限 / 精度 0.1 小时 | 快慢、红榜",
                "停业 | 是、否 | 停业 | 缺省 否 | 不参评 停业、一票否决 瞒报",
                "瞒报 | 是、否 | 瞒报 | 缺省 否 | 一票否决 瞒报、一票否决 瞒报",
                "总数 | 件 | 总数 | 或由 来件 计数() | 不参评 停业",
            ][..],
        ),
        (
            "附:记录",
            &[
                "记录和字段 | 单位、类型或选项 | 表里的列 | 格子 | 用于",
                "来件 | 件 |  |  | 总数、最长、类数",
                "编号 | 文字 | 编号 | 隐私,不显示 | ",
                "派出 | 时间 | 派出时间、派单时间 |  | ",
                "签收 | 时间 | 签收 | 可空 | ",
                "类别 | 投诉、咨询 | 类别 |  | 类数",
                "用时 | 小时 | 用时 | 可空 / 精度 0.5 小时 | 最长",
            ],
        ),
        ("附:不参评", &["原因 | 对谁 | 条件", "停业 | 适用 部门 | 停业 且 总数 = 0 件"]),
        (
            "附:一票否决",
            &[
                "原因 | 对谁 | 条件 | 后果",
                "瞒报 | 适用 县区 | 瞒报 | 总分最多 0 分",
                "最长 | 除外 \"甲局\" | 最长 > 上限 | 末位",
                "瞒报 | 全体 | 瞒报 且 停业 | 取消评优",
            ],
        ),
        ("附:输出", &["输出 | 取值 | 用于", "等次 | 按 总分 { ≥ 10 分: 优秀; 其余: 一般 } | 评优", "评优 | 等次 = 优秀 且 非 取消评优 | 红榜"]),
        (
            "附:名单",
            &["名单 | 范围 | 其中 | 取 | 依次按", "红榜 | 层级 | 评优 | 前 2 家 | 总分 从高到低 / 用时 从低到高", "黑榜 | 全体 |  | 后 3 家 | 总分 从高到低"],
        ),
    ] {
        assert_eq!(table(&page, heading), rows, "{heading}");
    }
    for part in [
        // what has no name has its place at its keyword, and each of two with one reason its own
        "<span class=\"k\" id=\"veto-瞒报\">一票否决</span>",
        "<span class=\"k\" id=\"veto-瞒报-2\">一票否决</span>",
        "<span class=\"k\" id=\"exemption-停业\">不参评</span>",
        "<span class=\"kind\">一票否决</span> <a href=\"#veto-瞒报-2\">瞒报</a>",
        // a reason is no name: the rules mean the fact and the value
        "<span class=\"k\">当</span> <a href=\"#value-最长\">最长</a> &gt;",
        "<span class=\"k\">当</span> <a href=\"#fact-瞒报\">瞒报</a>,",
        // among records a name is that of a field, elsewhere that of a fact
        "<a href=\"#record-来件\">来件</a> <span class=\"k\">最高</span>(<a href=\"#field-用时\">用时</a> <span class=\"k\">其中</span>",
        "<span class=\"k\">逐</span> <a href=\"#field-类别\">类别</a>",
        "(<a href=\"#fact-用时\">用时</a> + <a href=\"#value-最长\">最长</a>)",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn the_tables_speak_both_languages_and_are_left_out_where_they_have_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("标准.kp"), DECLARING).unwrap();
    let english = page(folder.path(), &["标准.kp", "--lang", "en"]);
    assert_whole(&body(&english));
    for (heading, row) in [
        ("Annex: records", "签收 | 时间 | 签收 | may be blank | "),
        ("Annex: records", "编号 | 文字 | 编号 | private, not shown | "),
        ("Annex: exemptions", "Reason | For whom | Where"),
        ("Annex: vetoes", "最长 | 除外 \"甲局\" | 最长 > 上限 | ranks last"),
        ("Annex: vetoes", "瞒报 | all | 瞒报 且 停业 | not eligible"),
        ("Annex: outputs", "Output | Value | Read by"),
        ("Annex: lists", "黑榜 | 全体 |  | last 3 家 | 总分 highest first"),
    ] {
        assert!(table(&english, heading).iter().any(|found| found == row), "{row}: {:?}", table(&english, heading));
    }
    fs::write(folder.path().join("另.kp.md"), LAID_OUT).unwrap();
    let bare = page(folder.path(), &["另.kp.md"]);
    let headings: Vec<&str> = bare.split("<h2").skip(1).filter_map(|rest| rest.split_once('>')?.1.split('<').next()).collect();
    assert_eq!(headings, ["目录", "附:各层级分值", "附:数据"]);
    let script = page(root(), &["golden/constructs/extension/zh"]);
    assert!(
        table(&script, "附:扩展函数")[1].starts_with("计分 | 件数: 件 / 率: % / 等次: 优、良、差 / 加急: 是、否 | 分 [0, 最高分] | 计分.rhai"),
        "{:?}",
        table(&script, "附:扩展函数")
    );
}

#[test]
fn the_tables_are_those_of_the_version_in_force_and_the_amendments_are_told() {
    const AMENDED: &str = "golden/constructs/amendment-more/zh";
    let last = page(root(), &[AMENDED]);
    assert_whole(&body(&last));
    let note = "正文和规则照各文件原样;附表是版本「三」的,它对版本「二」的改动列在修订所改。";
    assert!(plain(&last).contains(note));
    // the amendment renames 户数, 来件 and 甲项, adds 街道, repeals 备注 and 瞒报, and gives the veto another line
    for (heading, rows) in [
        ("附:记录", &["来件户数", "", "来件户数", ""].map(str::to_owned)[..]),
        ("附:一票否决", &["总分最多 0.5 分", "取消评优"].map(str::to_owned)),
        ("附:名单", &["总分 从高到低", "家庭 从高到低"].map(str::to_owned)),
        ("附:数据", &["丁项、达标", "一票否决 示例、光荣榜、末位榜", "乙项、丙项、一票否决 失误过多", "年测"].map(str::to_owned)),
    ] {
        let found: Vec<String> = table(&last, heading).iter().skip(1).map(|row| row.rsplit(" | ").next().unwrap().to_owned()).collect();
        assert_eq!(found, rows, "{heading}");
    }
    // the link of a renamed fact leads to the amendment that renames it
    assert!(last.contains("<a href=\"#fact-家庭\">家庭</a>") && last.contains("<span class=\"k\">改为</span> <dfn id=\"fact-家庭\">家庭</dfn>"));
    let changes = table(&last, "附:修订所改");
    for row in [
        "指标 丙项 | 适用 当 家庭 > 30 户 改为 适用 当 家庭 > 10 户",
        "指标 丙项 | 废止 适用 当 家庭 > 10 户",
        "记录 收件 | 户数 : 户 改为 户数 : 户 可空 / 新增 街道 : 文字 可空 / 废止 备注 : 文字 可空",
    ] {
        assert!(changes.iter().any(|found| found == row), "{row}: {changes:#?}");
    }
    assert!(last.contains("<h3>版本「二」改版本「一」,施行 2024-01-01 至 2024-12-31</h3>"));
    // the first version has no note, and its own tables
    for chosen in [["--version", "一"], ["--period", "2023-05"]] {
        let first = page(root(), &[AMENDED, chosen[0], chosen[1]]);
        assert_whole(&body(&first));
        assert!(!plain(&first).contains("附表是版本"));
        assert_eq!(table(&first, "附:一票否决")[1], "失误过多 | 全体 | 失误 > 5 次 | 总分最多 0 分");
        assert_eq!(table(&first, "附:数据")[2], "户数 | 户 | 户数 |  | 丙项、户均");
    }
    let run = kaoping(root(), &["doc", AMENDED, "--version", "四"]);
    assert!(run.status == 2 && run.err.contains("没有版本「四」"), "{}", run.err);
}

#[test]
fn a_page_is_written_under_the_name_of_a_page_only() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("标准.kp.md"), LAID_OUT).unwrap();
    for name in ["标 准.pdf", "标准.docx", "标准", "标准.md"] {
        let run = kaoping(folder.path(), &["doc", "标准.kp.md", "--out", name]);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{name}");
        assert!(run.err.contains(&format!("不能是 {name}")) && run.err.contains(&format!("--out {}.html", name.split('.').next().unwrap())), "{}", run.err);
        assert!(!folder.path().join(name).exists(), "{name}");
    }
    let run = kaoping(folder.path(), &["doc", "标准.kp.md", "--out", "a.pdf", "--lang", "en"]);
    assert!(run.status == 2 && run.err.contains("--out ends in .html or .htm") && run.err.contains("Write --out a.html"), "{}", run.err);
    for name in ["a.HTML", "a.htm"] {
        assert_eq!(kaoping(folder.path(), &["doc", "标准.kp.md", "--out", name]).status, 0, "{name}");
    }
}
