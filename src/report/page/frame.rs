//! The page around its data: heads, controls, what stands beside the scores, and places for what the script draws.

use std::fmt::Write;

use super::data::{Data, TierData};
use super::findings::{ClaimOutcome, Findings, Verdict};
use super::{digest, pick};
use crate::diag::{Lang, number_of};
use crate::quantity;
use crate::report::view::View;

/// What stands inside the page as it is.
pub(super) struct Inside<'a> {
    pub(super) style: &'a str,
    pub(super) script: &'a str,
    pub(super) data: &'a str,
}

pub(super) fn frame(view: &View<'_>, data: &Data<'_>, findings: &Findings, inside: &Inside<'_>) -> String {
    let lang = view.lang;
    let title = format!("{} {}", view.results.standard.name, view.period());
    let mut page = String::with_capacity(inside.data.len() + 65_536);
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"generator\" content=\"{}\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n",
        pick(lang, "zh-CN", "en"),
        digest(inside.script),
        digest(inside.style),
        escaped(&view.results.engine),
        escaped(&title),
        inside.style,
    );
    let _ = writeln!(page, "<a class=\"skip\" href=\"#ranking\">{}</a>", pick(lang, "跳到排名", "Skip to the ranking"));
    let _ = writeln!(page, "<header>\n<h1>{}</h1>\n<p class=\"lead\">{}</p>", escaped(&title), lead(view, data));
    page.push_str(&contents(view, findings));
    let _ = writeln!(
        page,
        "</header>\n<noscript><p class=\"note\">{}</p></noscript>",
        pick(
            lang,
            "这一页的表要由页内的脚本画出;浏览器没有运行它。同样的结果见 kaoping score,由来见 kaoping explain。",
            "The tables of this page are drawn by the script in it, which this browser does not run. kaoping score prints the same results, kaoping explain their derivations."
        )
    );
    let marks = marks(findings);
    page.push_str(&controls(lang, data.tiers(), marks));
    page.push_str("<main>\n");
    let drawn = |id: &str, heading: &str, note: &str| format!("<section id=\"{id}\">\n<h2>{heading}</h2>\n{note}<div id=\"{id}-tables\"></div>\n</section>\n");
    page.push_str(&drawn("ranking", pick(lang, "排名", "Ranking"), &legend(lang, marks)));
    page.push_str(&distributions(lang, data.tiers()));
    page.push_str(&drawn("heat", pick(lang, "热力图", "Heat map"), &levels(lang)));
    page.push_str(&verdicts(lang, findings));
    page.push_str(&claims(lang, findings));
    page.push_str(&beside(view));
    page.push_str("</main>\n");
    let _ = writeln!(page, "<p id=\"said\" class=\"said\" role=\"status\" aria-live=\"polite\"></p>");
    page.push_str(&provenance(view));
    let _ = write!(page, "<script type=\"application/json\" id=\"data\">{}</script>\n<script>{}</script>\n</body>\n</html>\n", inside.data, inside.script);
    page
}

/// A text with the signs that HTML reads replaced.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// Version, number of units, and how to read the page.
fn lead(view: &View<'_>, data: &Data<'_>) -> String {
    let (lang, standard) = (view.lang, &view.results.standard);
    let document = view.document.map(|document| format!("{} · ", escaped(document))).unwrap_or_default();
    let (version, count) = (escaped(&standard.version), data.count());
    match lang {
        Lang::Zh => format!(
            "{document}版本 {version} · {count} 家单位。点任何一个数,就在它下面展开由来:算式、条款、规则的行、数据的格、来历;再点或按 Esc 收起,表里用方向键移动。"
        ),
        Lang::En => format!(
            "{document}version {version} · {}. A click on any number unfolds beneath it where it came from: equation, clause, line of the rules, cell of the facts, provenance; a second click or Esc folds it, arrow keys move within a table.",
            number_of(count, "unit", "units")
        ),
    }
}

/// What leads to the sections.
fn contents(view: &View<'_>, findings: &Findings) -> String {
    let lang = view.lang;
    let mut links =
        vec![("ranking", pick(lang, "排名", "Ranking")), ("spread", pick(lang, "分布", "Distribution")), ("heat", pick(lang, "热力图", "Heat map"))];
    let differ = findings.cells.iter().filter(|cell| cell.verdict == Verdict::Inconsistent).count();
    let fail = findings.claims.iter().filter(|claim| claim.verdict == ClaimOutcome::Fails).count();
    let (cells, claims) = match lang {
        Lang::Zh => (format!("核对({differ} 处不符)"), format!("文字断言({fail} 条不成立)")),
        Lang::En => (format!("Published ({differ} differ)"), format!("Claims ({fail} fail)")),
    };
    links.extend((!findings.cells.is_empty()).then_some(("verdicts", cells.as_str())));
    links.extend((!findings.claims.is_empty()).then_some(("claims", claims.as_str())));
    links.extend([("beside", pick(lang, "说明", "Notes")), ("provenance", pick(lang, "出处", "Provenance"))]);
    let items = links.iter().map(|(id, word)| format!("<li><a href=\"#{id}\">{word}</a></li>")).collect::<Vec<_>>().concat();
    format!("<nav aria-label=\"{}\"><ul>{items}</ul></nav>\n", pick(lang, "目录", "Contents"))
}

/// Search and filters.
fn controls(lang: Lang, tiers: &[TierData<'_>], marks: &[&str]) -> String {
    let word = |zh, en| pick(lang, zh, en);
    let option = |(value, text): (String, String)| format!("<option value=\"{}\">{}</option>", escaped(&value), escaped(&text));
    let every = |text: &str| option((String::new(), text.to_owned()));
    let tier_options: String = tiers.iter().enumerate().map(|(number, tier)| option((number.to_string(), tier.name.to_owned()))).collect();
    let states = ["scored", "exempt", "not_applicable", "partly_known", "missing", "pending"];
    let known = super::words::words(lang);
    let named = |prefix: &str, key: &str| known.get(format!("{prefix} {key}").as_str()).copied().unwrap_or_default().to_owned();
    let state_options: String = states.iter().map(|state| option(((*state).to_owned(), named("state", state)))).collect();
    let mark_options: String = marks.iter().map(|mark| option(((*mark).to_owned(), format!("{} {}", named("sign", mark), named("mark", mark))))).collect();
    let sizes: String = ["100", "50", "200", "500"].iter().map(|size| option(((*size).to_owned(), (*size).to_owned()))).collect();
    let mut html = format!("<form id=\"controls\" role=\"search\" aria-label=\"{}\">\n", word("查找与筛选", "Search and filter"));
    let mut field = |id: &str, label: &str, input: String| {
        let _ = writeln!(html, "<div><label for=\"{id}\">{label}</label>{input}</div>");
    };
    field("query", word("查找单位", "Find a unit"), "<input id=\"query\" type=\"search\" autocomplete=\"off\">".to_owned());
    field("tier", word("层级", "Tier"), format!("<select id=\"tier\">{}{tier_options}</select>", every(word("全部", "all"))));
    field("state", word("状态", "Status"), format!("<select id=\"state\">{}{state_options}</select>", every(word("全部", "all"))));
    field("mark", word("标记", "Mark"), format!("<select id=\"mark\">{}{mark_options}</select>", every(word("不限", "any or none"))));
    field(
        "few",
        word("分母小于(件)", "Cases fewer than"),
        "<input id=\"few\" type=\"number\" min=\"0\" step=\"1\" value=\"20\" inputmode=\"numeric\">".to_owned(),
    );
    field(
        "moves",
        word("一件之差至少(分)", "One case moves at least"),
        "<input id=\"moves\" type=\"number\" min=\"0\" step=\"any\" value=\"\" inputmode=\"decimal\">".to_owned(),
    );
    field("size", word("每页家数", "Units a page"), format!("<select id=\"size\">{sizes}</select>"));
    let _ = writeln!(
        html,
        "</form>\n<p id=\"count\" role=\"status\" aria-live=\"polite\"></p>\n<p id=\"range\" hidden><span></span> <button type=\"button\"></button></p>"
    );
    html
}

/// The letters of the marks that the page may bear: verdicts only where something was published.
fn marks(findings: &Findings) -> &'static [&'static str] {
    if findings.cells.is_empty() { &["a", "j", "b", "p", "d"] } else { &["a", "j", "b", "p", "d", "x", "r", "u", "c"] }
}

/// What the marks mean.
fn legend(lang: Lang, marks: &[&str]) -> String {
    let known = super::words::words(lang);
    let named = |prefix: &str, key: &str| known.get(format!("{prefix} {key}").as_str()).copied().unwrap_or_default();
    let items = marks
        .iter()
        .map(|mark| format!("<li><span class=\"mark m-{mark}\">{}</span> {}</li>", escaped(named("sign", mark)), escaped(named("mark", mark))))
        .collect::<Vec<_>>()
        .concat();
    format!("<ul class=\"legend\" aria-label=\"{}\">{items}</ul>\n", pick(lang, "标记", "Marks"))
}

/// What the colours of the heat map mean.
fn levels(lang: Lang) -> String {
    let known = super::words::words(lang);
    let named = |level: &str| known.get(format!("level {level}").as_str()).copied().unwrap_or_default();
    let items = ["0", "1", "2", "3", "4", "5", "6"]
        .iter()
        .map(|level| format!("<li><span class=\"swatch v{level}\"></span> {}</li>", escaped(named(level))))
        .collect::<Vec<_>>()
        .concat();
    format!("<ul class=\"legend\" aria-label=\"{}\">{items}</ul>\n", pick(lang, "颜色:得分占满分多少", "Colours: the score as a share of its marks"))
}

/// How totals are spread, a table of bars for each tier.
fn distributions(lang: Lang, tiers: &[TierData<'_>]) -> String {
    let mut html = format!("<section id=\"spread\">\n<h2>{}</h2>\n<div class=\"spreads\">\n", pick(lang, "总分的分布", "Distribution of totals"));
    for (number, tier) in tiers.iter().enumerate().filter(|(_, tier)| !tier.ranges.is_empty()) {
        let most = tier.ranges.iter().map(|range| range.count).max().unwrap_or(1).max(1);
        let (total, units) = (pick(lang, "总分", "Total"), pick(lang, "家数", "Units"));
        let _ = writeln!(
            html,
            "<table class=\"spread\" data-tier=\"{number}\"><caption><bdi>{}</bdi></caption>\n<thead><tr><th scope=\"col\">{total}</th><th scope=\"col\" class=\"n\">{units}</th><td></td></tr></thead>\n<tbody>",
            escaped(&tier.heading)
        );
        for (place, range) in tier.ranges.iter().enumerate() {
            let (from, to, count) = (quantity::plain(range.from), quantity::plain(range.to), range.count);
            let text = match lang {
                Lang::Zh => format!("{from} 至不到 {to}"),
                Lang::En => format!("{from} to under {to}"),
            };
            let width = count * 100 / most;
            let button = if count == 0 {
                "<span class=\"none\">0</span>".to_owned()
            } else {
                format!("<button type=\"button\" class=\"num\" data-range=\"{place}\">{count}</button>")
            };
            let _ = writeln!(
                html,
                "<tr><th scope=\"row\">{text}</th><td class=\"n\">{button}</td><td class=\"bar\"><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect width=\"{width}\" height=\"10\"></rect></svg></td></tr>"
            );
        }
        html.push_str("</tbody></table>\n");
    }
    html + "</div>\n</section>\n"
}

/// What was published, checked cell by cell: how much of it, and a place for the table.
fn verdicts(lang: Lang, findings: &Findings) -> String {
    if findings.cells.is_empty() {
        return String::new();
    }
    let known = super::words::words(lang);
    let kinds = [Verdict::Inconsistent, Verdict::Rounding, Verdict::Unknown, Verdict::Consistent];
    let items = kinds
        .iter()
        .map(|verdict| {
            let letter = verdict.letter();
            let count = findings.cells.iter().filter(|cell| cell.verdict == *verdict).count();
            let named = |prefix: &str| known.get(format!("{prefix} {letter}").as_str()).copied().unwrap_or_default();
            format!("<li><span class=\"mark m-{letter}\">{}</span> {} {count}</li>", escaped(named("sign")), escaped(named("mark")))
        })
        .collect::<Vec<_>>()
        .concat();
    let all = match lang {
        Lang::Zh => "与公布的相符的不列。",
        Lang::En => "What agrees is not listed.",
    };
    format!(
        "<section id=\"verdicts\">\n<h2>{}</h2>\n<ul class=\"legend\">{items}</ul>\n<p>{all}</p>\n<div id=\"verdicts-tables\"></div>\n</section>\n",
        pick(lang, "公布的数,逐格核对", "Published numbers, cell by cell")
    )
}

/// Claims in prose, those that fail first.
fn claims(lang: Lang, findings: &Findings) -> String {
    if findings.claims.is_empty() {
        return String::new();
    }
    let heads = [pick(lang, "编号", "No."), pick(lang, "行", "Line"), pick(lang, "断言", "Claim"), pick(lang, "判断", "Verdict"), pick(lang, "算得", "Found")];
    let heads = heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect::<Vec<_>>().concat();
    let mut rows = String::new();
    for wanted in [ClaimOutcome::Fails, ClaimOutcome::Unknown, ClaimOutcome::Holds] {
        let (letter, sign) = match wanted {
            ClaimOutcome::Fails => ('x', "✗"),
            ClaimOutcome::Unknown => ('u', "?"),
            ClaimOutcome::Holds => ('c', "✓"),
        };
        for claim in findings.claims.iter().filter(|claim| claim.verdict == wanted) {
            let (id, text, found, line, word) = (escaped(&claim.id), escaped(&claim.text), escaped(&claim.found), claim.line, claim.said);
            let _ = writeln!(
                rows,
                "<tr><th scope=\"row\"><bdi>{id}</bdi></th><td class=\"n\">{line}</td><td><bdi>{text}</bdi></td><td><span class=\"mark m-{letter}\">{sign}</span> {word}</td><td><bdi>{found}</bdi></td></tr>"
            );
        }
    }
    format!(
        "<section id=\"claims\">\n<h2>{}</h2>\n<div class=\"wide\" tabindex=\"0\"><table><thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n</section>\n",
        pick(lang, "文字里的断言", "Claims in prose")
    )
}

/// What stands beside the scores: lists, vetoes, adjustments, what is left open.
fn beside(view: &View<'_>) -> String {
    let lang = view.lang;
    let mut html = format!("<section id=\"beside\">\n<h2>{}</h2>\n", pick(lang, "说明", "Notes"));
    let mut part = |heading: &str, note: &str, lines: Vec<String>| {
        if lines.is_empty() && note.is_empty() {
            return;
        }
        let _ = writeln!(html, "<h3>{heading}</h3>");
        if !note.is_empty() {
            let _ = writeln!(html, "<p>{}</p>", escaped(note));
        }
        if !lines.is_empty() {
            let items = lines.iter().map(|line| format!("<li><bdi>{}</bdi></li>\n", escaped(line))).collect::<Vec<_>>().concat();
            let _ = writeln!(html, "<ul>\n{items}</ul>");
        }
    };
    let colon = pick(lang, ":", ": ");
    part(view.lists_heading(), "", view.lists().map(|(heading, units)| format!("{heading}{colon}{units}")).collect());
    let without: Vec<String> = view.without_total.iter().map(|without| without.text(lang)).collect();
    part(pick(lang, "没有总分的单位", "Units without a total"), "", without);
    part(pick(lang, "一票否决", "Vetoes"), "", view.vetoes().map(|(unit, vetoes)| format!("{unit}{colon}{vetoes}")).collect());
    part(pick(lang, "暂定的名次", "Provisional places"), if view.has_provisional { view.provisional_note() } else { "" }, Vec::new());
    part(pick(lang, "由各期得出", "From the periods"), "", view.periods());
    if view.has_adjustments() {
        part(pick(lang, "调整", "Adjustments"), view.adjustments_heading(), view.adjustments().collect());
        let moved = view.moved.iter().map(|(unit, moved)| format!("{unit}{colon}{moved}")).collect();
        part(pick(lang, "调整引起的变动", "What moved"), view.moved_heading(), moved);
    }
    let assumptions: Vec<String> = view.assumptions.iter().map(|assumption| view.assumption(assumption)).collect();
    let note = if assumptions.is_empty() { "" } else { view.assumptions_heading() };
    part(pick(lang, "假设与未定之处", "Assumptions and open points"), note, assumptions);
    html + "</section>\n"
}

fn provenance(view: &View<'_>) -> String {
    let lang = view.lang;
    let mut html = format!("<footer id=\"provenance\">\n<h2>{}</h2>\n<dl>\n", pick(lang, "出处", "Provenance"));
    for (name, value) in view.provenance().iter().chain(&view.rules) {
        let _ = writeln!(html, "<div><dt>{}</dt><dd><bdi>{}</bdi></dd></div>", escaped(name), escaped(value));
    }
    html + "</dl>\n</footer>\n"
}
