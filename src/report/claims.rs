//! The claims of a bulletin and what became of them.

use std::fmt::Write;

use serde::Serialize;

use super::pick;
use super::reconciled::relaxed_name;
use super::value::{absence_word, mode_word, show_number};
use crate::audit::claims::{Cell, Claim, Claims, Contradiction, Evidence, Found, Listed, Off, Shown, Stranger, Verdict, Why, Wrong};
use crate::diag::{Lang, number_of, words};
use crate::facts::table::csv_cell;
use crate::quantity::Mode;

/// So many names are told of a list.
const NAMES: usize = 20;

/// The claims as they are shown: the JSON contract.
#[derive(Debug, Serialize)]
pub(crate) struct ClaimsView {
    pub(crate) claims: Vec<ClaimView>,
    pub(crate) contradictions: Vec<ContradictionView>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ClaimView {
    pub(crate) id: String,
    /// The file of the claims.
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) text: String,
    /// `holds`, `fails` or `unknown`.
    pub(crate) verdict: &'static str,
    /// `transcribed` or `fitted` where it holds and that proves nothing.
    pub(crate) evidence: Option<&'static str>,
    /// What the tables say.
    pub(crate) found: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct ContradictionView {
    pub(crate) file: String,
    /// The claims that cannot all be true.
    pub(crate) claims: Vec<String>,
    pub(crate) found: String,
}

impl ClaimsView {
    /// The claims of several files, one after the other.
    pub(crate) fn new(of_files: &[(String, Claims)], lang: Lang) -> Self {
        let mut view = ClaimsView { claims: Vec::new(), contradictions: Vec::new() };
        for (file, claims) in of_files {
            view.claims.extend(claims.claims.iter().map(|claim| ClaimView {
                id: claim.id.clone(),
                file: file.clone(),
                line: claim.line,
                text: claim.text.clone(),
                verdict: verdict_id(claim.verdict),
                evidence: evidence_id(claim.evidence),
                found: found(&claim.found, claim.verdict, lang) + remark(claim, lang).as_str(),
            }));
            view.contradictions.extend(claims.contradictions.iter().map(|contradiction| ContradictionView {
                file: file.clone(),
                claims: contradiction.claims.iter().filter_map(|claim| claims.claims.get(*claim)).map(|claim| claim.id.clone()).collect(),
                found: contradicted(contradiction, &claims.claims, lang),
            }));
        }
        view
    }

    /// How many claims have a verdict.
    fn count(&self, verdict: &str) -> usize {
        self.claims.iter().filter(|claim| claim.verdict == verdict).count()
    }

    /// Whether any claim fails.
    pub(crate) fn any_fails(&self) -> bool {
        self.count("fails") > 0
    }

    /// Whether the claims are of several files.
    fn several(&self) -> bool {
        self.claims.first().is_some_and(|first| self.claims.iter().any(|claim| claim.file != first.file))
    }
}

fn verdict_id(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Fails => "fails",
        Verdict::Unknown => "unknown",
    }
}

fn evidence_id(evidence: Evidence) -> Option<&'static str> {
    match evidence {
        Evidence::Own => None,
        Evidence::Copied => Some("transcribed"),
        Evidence::Fitted { .. } => Some("fitted"),
    }
}

pub(super) fn verdict_word(claim: &ClaimView, lang: Lang) -> &'static str {
    match (claim.verdict, claim.evidence) {
        ("holds", Some("transcribed")) => pick(lang, "成立(照录)", "holds (transcribed)"),
        ("holds", Some(_)) => pick(lang, "成立(代入)", "holds (fitted)"),
        ("holds", None) => pick(lang, "成立", "holds"),
        ("fails", _) => pick(lang, "不成立", "fails"),
        _ => pick(lang, "无从核", "unknown"),
    }
}

/// What a verdict is worth, and which roundings lead to what was printed.
fn remark(claim: &Claim, lang: Lang) -> String {
    let worth = match claim.evidence {
        Evidence::Own => None,
        Evidence::Copied => Some(words!(";所比的就是照录的数,不能作为旁证", "; what it was held against was copied from print: no evidence")),
        Evidence::Fitted { rows, of } if rows < of => Some(words!(
            ";其中 {rows} 行所依的数据有照公布的数定的(代入、推得),不能作为旁证",
            "; facts behind {rows} of the rows were fitted to what is printed: no evidence"
        )),
        Evidence::Fitted { .. } => {
            Some(words!(";所依的数据有照公布的数定的(代入、推得),不能作为旁证", "; facts behind it were fitted to what is printed: no evidence"))
        }
    };
    let explained = claim.explained.iter().map(|(unit, roundings)| {
        let names = roundings.iter().map(|one| relaxed_name(one, lang)).collect::<Vec<_>>().join(pick(lang, "、", ", "));
        words!(
            ";舍入可释:{unit}的{names} 不先取整,就能得到印出的数",
            "; explained by rounding: with {names} of {unit} not rounded first what is printed is reached"
        )
    });
    worth.into_iter().chain(explained).map(|words| words.get(lang).to_owned()).collect()
}

/// What a table says is a number without its last digits, and a word as it stands.
fn show(shown: &Shown, lang: Lang) -> String {
    match shown {
        Shown::Number(number, unit) => show_number(number, unit.as_ref(), lang),
        Shown::Truth(true) => pick(lang, "是", "yes").to_owned(),
        Shown::Truth(false) => pick(lang, "否", "no").to_owned(),
        Shown::Word(word) => match lang {
            Lang::Zh => format!("「{word}」"),
            Lang::En => word.clone(),
        },
        Shown::Absent(absence) => absence_word(*absence, lang).to_owned(),
    }
}

fn joined<'n>(names: impl Iterator<Item = String> + 'n, lang: Lang) -> String {
    let names: Vec<String> = names.collect();
    let more = names.len().saturating_sub(NAMES);
    let mut text = names.iter().take(NAMES).map(String::as_str).collect::<Vec<_>>().join(pick(lang, "、", ", "));
    if more > 0 {
        let _ = match lang {
            Lang::Zh => write!(text, " 等,另 {more} 个"),
            Lang::En => write!(text, " and {more} more"),
        };
    }
    text
}

fn other_rounding(mode: Option<Mode>, lang: Lang) -> String {
    mode.map_or_else(String::new, |mode| match lang {
        Lang::Zh => format!(";按{}才印得出", mode_word(mode, lang)),
        Lang::En => format!("; it would be printed when rounded {}", mode_word(mode, lang)),
    })
}

/// What was found, in words.
fn found(found: &Found, verdict: Verdict, lang: Lang) -> String {
    match found {
        Found::Value { found, under: mode, off } => {
            let mut text = show(found, lang);
            if let Some(Off { more, by }) = off {
                let by = show(by, lang);
                let _ = match (lang, more) {
                    (Lang::Zh, true) => write!(text, ",比所说的多 {by}"),
                    (Lang::Zh, false) => write!(text, ",比所说的少 {by}"),
                    (Lang::En, true) => write!(text, ", {by} more than is said"),
                    (Lang::En, false) => write!(text, ", {by} less than is said"),
                };
            }
            text + other_rounding(*mode, lang).as_str()
        }
        Found::Truth { sides, partial } => {
            let sides = match (sides, verdict) {
                (Some((one, other)), Verdict::Holds) => format!("{}{}{}", show(one, lang), pick(lang, " 与 ", " and "), show(other, lang)),
                (Some((one, other)), _) => format!("{}{}{}", show(one, lang), pick(lang, " 对 ", " against "), show(other, lang)),
                (None, Verdict::Holds) => pick(lang, "表里如此", "so say the tables").to_owned(),
                (None, _) => pick(lang, "表里不是这样", "the tables say otherwise").to_owned(),
            };
            partial.as_ref().map_or_else(
                || sides.clone(),
                |table| {
                    words!("{sides};表「{table}」只公布了一部分,单这一部分已经如此", "{sides}; so far by the published part of the table {table} alone")
                        .get(lang)
                        .to_owned()
                },
            )
        }
        Found::List(list) => listed(list, lang),
        Found::Values { count, wrong, strangers, open } => {
            let mut parts: Vec<String> = wrong.iter().map(|wrong| wrong_value(wrong, lang)).collect();
            parts.extend(strangers.iter().map(|stranger| not_there(stranger, lang)));
            parts.extend(unknown_names(open, lang));
            if parts.is_empty() {
                parts.push(match lang {
                    Lang::Zh => format!("{count} 个数都相符"),
                    Lang::En if *count == 1 => "the one value agrees".to_owned(),
                    Lang::En => format!("all {count} values agree"),
                });
            }
            parts.join(pick(lang, ";", "; "))
        }
        Found::Rows { checked, failing, open } => rows(*checked, failing, open, lang),
        Found::Unknown(why) => unknown(why, lang),
    }
}

fn rows(checked: usize, failing: &[(String, Option<(Shown, Shown)>)], open: &[String], lang: Lang) -> String {
    let mut parts = Vec::new();
    if !failing.is_empty() {
        let named = failing.iter().map(|(name, sides)| match sides {
            Some((one, other)) => format!("{name}({}{}{})", show(one, lang), pick(lang, " 对 ", " against "), show(other, lang)),
            None => name.clone(),
        });
        let (count, named) = (failing.len(), joined(named, lang));
        parts.push(match lang {
            Lang::Zh => format!("{checked} 行里有 {count} 行不合:{named}"),
            Lang::En => format!("{count} of {} {}: {named}", number_of(checked, "row", "rows"), if count == 1 { "differs" } else { "differ" }),
        });
    }
    parts.extend(unknown_names(open, lang));
    if parts.is_empty() {
        parts.push(match (lang, checked) {
            (Lang::Zh, 0) => "没有这样的行".to_owned(),
            (Lang::En, 0) => "there are no such rows".to_owned(),
            (Lang::Zh, _) => format!("{checked} 行都相合"),
            (Lang::En, 1) => "the one row agrees".to_owned(),
            (Lang::En, _) => format!("all {checked} rows agree"),
        });
    }
    parts.join(pick(lang, ";", "; "))
}

fn listed(list: &Listed, lang: Lang) -> String {
    let mut parts = Vec::new();
    let cells = |cells: &[Cell]| {
        joined(
            cells.iter().map(|cell| match &cell.value {
                Some(value) => format!("{} {}", cell.name, show(value, lang)),
                None => cell.name.clone(),
            }),
            lang,
        )
    };
    if let Some(count) = &list.counted {
        if let Some(named) = count.named.filter(|named| *named != count.stated) {
            let stated = count.stated;
            parts.push(match lang {
                Lang::Zh => format!("说是 {stated} 家,列出的是 {named} 家"),
                Lang::En => format!("{stated} are said to be there and {named} are named"),
            });
        }
        if count.found != count.stated && list.partial.is_none() {
            let (stated, found) = (count.stated, count.found);
            parts.push(match lang {
                Lang::Zh => format!("表里是 {found} 家,不是 {stated} 家"),
                Lang::En => format!("the table has {found}, not {stated}"),
            });
        }
    }
    for (names, zh, en) in [(&list.missing, "漏了", "left out: "), (&list.surplus, "不该有", "not on it: ")] {
        if !names.is_empty() {
            parts.push(format!("{}{}", pick(lang, &format!("{zh}:"), en), cells(names)));
        }
    }
    parts.extend(list.wrong.iter().map(|wrong| wrong_value(wrong, lang)));
    parts.extend(list.strangers.iter().map(|stranger| not_there(stranger, lang)));
    parts.extend(unknown_names(&list.open, lang));
    if let Some(table) = &list.partial {
        parts.push(match lang {
            Lang::Zh => format!("表「{table}」只公布了一部分"),
            Lang::En => format!("only a part of the table {table} is published"),
        });
    }
    if parts.is_empty() {
        let count = list.count;
        parts.push(match lang {
            Lang::Zh => format!("与表相符({count} 家)"),
            Lang::En => format!("as in the table ({count})"),
        });
    }
    parts.join(pick(lang, ";", "; "))
}

fn wrong_value(wrong: &Wrong, lang: Lang) -> String {
    let Wrong { name, stated, found, under: mode } = wrong;
    let (stated, found, under) = (show(stated, lang), show(found, lang), other_rounding(*mode, lang));
    match lang {
        Lang::Zh => format!("{name}:说是 {stated},表里是 {found}{under}"),
        Lang::En => format!("{name}: {stated} is said, the table has {found}{under}"),
    }
}

fn not_there(stranger: &Stranger, lang: Lang) -> String {
    let name = &stranger.name;
    match (lang, &stranger.near) {
        (Lang::Zh, Some(near)) => format!("表里没有「{name}」;若是「{near}」,写成它的别名"),
        (Lang::Zh, None) => format!("表里没有「{name}」"),
        (Lang::En, Some(near)) => format!("the table has no {name}; if it is {near}, declare the alias"),
        (Lang::En, None) => format!("the table has no {name}"),
    }
}

fn unknown_names(names: &[String], lang: Lang) -> Option<String> {
    let list = joined(names.iter().cloned(), lang);
    (!names.is_empty()).then(|| match lang {
        Lang::Zh => format!("不知道的有 {} 家:{list}", names.len()),
        Lang::En => format!("not known of {}: {list}", names.len()),
    })
}

fn unknown(why: &Why, lang: Lang) -> String {
    match why {
        Why::Stated(why) => why.clone(),
        Why::NoPolicy(table) => match lang {
            Lang::Zh => format!("表「{table}」取自标准和数据;写明标准、--period 和 --facts 再核"),
            Lang::En => format!("the table {table} is made of a policy and facts: name them with POLICY, --period and --facts"),
        },
        Why::Partial { table, shown } => {
            let shown = shown.as_ref().map(|shown| show(shown, lang));
            match (lang, shown) {
                (Lang::Zh, Some(shown)) => format!("表「{table}」只公布了一部分,公布的部分是 {shown}"),
                (Lang::Zh, None) => format!("表「{table}」只公布了一部分"),
                (Lang::En, Some(shown)) => format!("only a part of the table {table} is published, which comes to {shown}"),
                (Lang::En, None) => format!("only a part of the table {table} is published"),
            }
        }
        Why::Absent(absence) => absence_word(*absence, lang).to_owned(),
        Why::NoRow { table, stranger } => match lang {
            Lang::Zh => format!("表「{table}」:{}", not_there(stranger, lang)),
            Lang::En => format!("{table}: {}", not_there(stranger, lang)),
        },
    }
}

/// What contradicts what, in words.
fn contradicted(contradiction: &Contradiction, claims: &[Claim], lang: Lang) -> String {
    let id = |claim: usize| claims.get(claim).map(|claim| claim.id.clone()).unwrap_or_default();
    if !contradiction.names.is_empty() {
        let names = joined(contradiction.names.iter().cloned(), lang);
        return match lang {
            Lang::Zh => format!("同一份名单,一处有、一处没有:{names}"),
            Lang::En => format!("one list has them and the other has not: {names}"),
        };
    }
    let stated = contradiction.stated.iter().map(|(claim, shown)| format!("{} {}", id(*claim), show(shown, lang)));
    let stated = stated.collect::<Vec<_>>().join(pick(lang, "、", ", "));
    match (lang, contradiction.sum) {
        (Lang::Zh, true) => format!("加起来不合:{stated}"),
        (Lang::Zh, false) => format!("同一件事两个数:{stated}"),
        (Lang::En, true) => format!("they do not add up: {stated}"),
        (Lang::En, false) => format!("two numbers for one thing: {stated}"),
    }
}

// --- formats ---

/// The claims as text: of each the verdict, the line, the words and what was found; then contradictions and counts.
pub(crate) fn claims_in_text(view: &ClaimsView, lang: Lang) -> String {
    let mut text = String::new();
    let several = view.several();
    for claim in &view.claims {
        let file = if several { format!("{} ", claim.file) } else { String::new() };
        let (verdict, id, line, quotation, found) = (verdict_word(claim, lang), &claim.id, claim.line, &claim.text, &claim.found);
        let _ = match lang {
            Lang::Zh => write!(text, "{verdict}  {file}{id}  第 {line} 行  “{quotation}”\n        {found}\n"),
            Lang::En => write!(text, "{verdict}  {file}{id}  line {line}  “{quotation}”\n        {found}\n"),
        };
    }
    if !view.contradictions.is_empty() {
        let _ = writeln!(text, "\n{}", pick(lang, "互相矛盾:", "Contradictions:"));
    }
    for contradiction in &view.contradictions {
        let file = if several { format!("{} ", contradiction.file) } else { String::new() };
        let _ = writeln!(text, "  {file}{}  {}", contradiction.claims.join(pick(lang, "、", ", ")), contradiction.found);
    }
    let _ = writeln!(text, "\n{}", counts(view, lang));
    text
}

fn counts(view: &ClaimsView, lang: Lang) -> String {
    let (all, holds, fails, unknown, contradictions) =
        (view.claims.len(), view.count("holds"), view.count("fails"), view.count("unknown"), view.contradictions.len());
    let with = |evidence: &str| view.claims.iter().filter(|claim| claim.evidence == Some(evidence)).count();
    let none = match (with("transcribed"), with("fitted")) {
        (0, 0) => String::new(),
        (copied, 0) => words!("(其中照录 {copied} 条,不能作为旁证)", " ({copied} of them transcribed: no evidence)").get(lang).to_owned(),
        (0, fitted) => words!("(其中代入 {fitted} 条,不能作为旁证)", " ({fitted} of them fitted: no evidence)").get(lang).to_owned(),
        (copied, fitted) => words!("(其中照录 {copied} 条、代入 {fitted} 条,不能作为旁证)", " ({copied} of them transcribed and {fitted} fitted: no evidence)")
            .get(lang)
            .to_owned(),
    };
    match lang {
        Lang::Zh => format!("{all} 条断言:{holds} 条成立{none},{fails} 条不成立,{unknown} 条无从核;{contradictions} 处矛盾"),
        Lang::En => {
            let (claims, contradictions) = (number_of(all, "claim", "claims"), number_of(contradictions, "contradiction", "contradictions"));
            let (holding, failing) = (if holds == 1 { "holds" } else { "hold" }, if fails == 1 { "fails" } else { "fail" });
            format!("{claims}: {holds} {holding}{none}, {fails} {failing}, {unknown} unknown; {contradictions}")
        }
    }
}

/// The claims as a table in Markdown.
pub(crate) fn claims_in_markdown(view: &ClaimsView, lang: Lang) -> String {
    let cell = |text: &str| text.replace('\\', "\\\\").replace('|', "\\|").replace('\n', " ");
    let mut text = match lang {
        Lang::Zh => "| 断言 | 行 | 句子 | 结论 | 表里 |\n| --- | ---: | --- | --- | --- |\n".to_owned(),
        Lang::En => "| claim | line | sentence | verdict | found |\n| --- | ---: | --- | --- | --- |\n".to_owned(),
    };
    for claim in &view.claims {
        let verdict = verdict_word(claim, lang);
        let _ = writeln!(text, "| {} | {} | {} | {verdict} | {} |", cell(&claim.id), claim.line, cell(&claim.text), cell(&claim.found));
    }
    if !view.contradictions.is_empty() {
        let _ = writeln!(text, "\n{}\n", pick(lang, "互相矛盾:", "Contradictions:"));
    }
    for contradiction in &view.contradictions {
        let _ = writeln!(text, "- {}  {}", cell(&contradiction.claims.join(pick(lang, "、", ", "))), cell(&contradiction.found));
    }
    let _ = writeln!(text, "\n{}", counts(view, lang));
    text
}

/// The claims as CSV.
pub(crate) fn claims_in_csv(view: &ClaimsView, lang: Lang) -> String {
    let mut text = format!("{}\n", pick(lang, "断言,行,句子,结论,表里", "claim,line,sentence,verdict,found"));
    for claim in &view.claims {
        let cells = [claim.id.as_str(), &claim.line.to_string(), &claim.text, verdict_word(claim, lang), &claim.found].map(csv_cell);
        let _ = writeln!(text, "{}", cells.join(","));
    }
    text
}
