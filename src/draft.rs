//! A spreadsheet of indicators to a first rule text.
//!
//! In: the grid of a sheet, either a list (section, indicator, marks, tier) or a table whose own headings bear marks. Out: a rule file
//! in which every indicator is assessed by hand, and the units of the sheet. Never: a way of scoring that the sheet does not state;
//! what had to be chosen is said in the text as a remark or an assumption.

mod headings;
mod list;
mod rules;
mod tiers;
mod tree;

use rust_decimal::Decimal;

use crate::diag::{Code, Diagnostic, Lang, words};
use crate::facts::grid::Grid;
use crate::facts::table::{is_one_of, squeezed};

/// A first rule file, and the units that are to be scored by it.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) rules: String,
    /// The register as CSV, where the sheet names units.
    pub(crate) register: Option<String>,
    pub(crate) lang: Lang,
    pub(crate) tiers: usize,
    pub(crate) indicators: usize,
    pub(crate) units: usize,
}

/// Everything that a sheet says of a standard.
#[derive(Debug, Default)]
struct Outline {
    /// The rows above the headings, as far as they are one text.
    title: Option<String>,
    /// Where it was read, in words.
    origin: String,
    nodes: Vec<tree::Node>,
    tiers: Vec<Tier>,
    /// Whether the tiers are those of units with scores in the same sections: the sheet names none.
    guess: bool,
    /// Names and tiers.
    units: Vec<(String, usize)>,
    total: Total,
}

#[derive(Debug, Default)]
struct Tier {
    name: String,
    marks: Decimal,
}

/// What the sheet tells of the total.
#[derive(Debug, Default)]
struct Total {
    /// Its heading.
    column: Option<String>,
    /// Units whose printed total is the sum, and is the sum cut at the marks, of all that print one.
    plain: usize,
    capped: usize,
    printed: usize,
    /// Units whose printed total is neither.
    odd: Vec<String>,
}

/// Drafts the rules of a sheet under a name; none where it is neither a list of indicators nor a table with marks in its headings.
pub(crate) fn draft(grid: Grid, name: &str, lang: Option<Lang>, diagnostics: &mut Vec<Diagnostic>) -> Option<Draft> {
    let lang = lang.unwrap_or_else(|| language(&grid));
    let outline = match list::find(&grid) {
        Some(columns) => list::read(&grid, &columns, lang, diagnostics),
        None => headings::read(grid, lang, diagnostics)?,
    };
    (!outline.nodes.is_empty()).then(|| rules::write(&outline, name, lang))
}

/// Whether a sheet can be drafted from.
pub(crate) fn is_outline(grid: &Grid) -> bool {
    list::find(grid).is_some() || headings::is_outline(grid)
}

/// A sheet from which no rules can be drafted.
pub(crate) fn no_outline(path: &str) -> Diagnostic {
    Diagnostic::new(
        Code::BadTable,
        words!(
            "看不出考评指标:既没有「指标」「满分」两列,列名里也没有分值",
            "no indicators here: neither columns indicator and marks, nor marks in the headings"
        ),
    )
    .at_file(path, words!("", ""))
    .help(words!(
        "列成一张单子:类、指标、满分、层级;或给一张得分表,列名写作 及时率(10),有一列 单位",
        "make it a list: section, indicator, marks, tier; or a table of scores with a column unit, and headings such as on time(10)"
    ))
}

/// The language of the headings.
fn language(grid: &Grid) -> Lang {
    const ENGLISH: &[&str] = &["unit", "indicator", "section", "marks", "tier", "points"];
    let english = grid.rows.iter().flat_map(|(_, cells)| cells).any(|cell| is_one_of(cell, ENGLISH));
    if english { Lang::En } else { Lang::Zh }
}

/// A name on one line, as a rule can bear it.
fn tidy(text: &str) -> String {
    let text = text.replace('「', "『").replace('」', "』");
    let parts = text.split_whitespace();
    if text.is_ascii() { parts.collect::<Vec<_>>().join(" ") } else { parts.collect() }
}

/// Whether two names are one.
fn same(a: &str, b: &str) -> bool {
    squeezed(a) == squeezed(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::compile;
    use crate::facts::table::grids;
    use crate::source::Sources;
    use proptest::prelude::*;

    fn drafted(text: &str, lang: Option<Lang>) -> (Option<Draft>, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let grid = grids("表.csv", text.as_bytes(), &mut found).pop().unwrap();
        let draft = draft(grid, "样例", lang, &mut found);
        (draft, found)
    }

    fn checks(draft: &Draft) -> Result<(), String> {
        let mut sources = Sources::default();
        sources.add("标准.kp", draft.rules.clone());
        let compiled = compile(&sources);
        if compiled.diagnostics.is_empty() { Ok(()) } else { Err(format!("{}\n{:?}", draft.rules, compiled.diagnostics)) }
    }

    #[test]
    fn what_is_neither_a_list_nor_a_table_gives_nothing() {
        for text in ["", "单位,数\n甲,1\n", "指标,说明\n甲,1\n", "类,指标,满分\n甲,乙,\n", "单位,率(0)\n甲,1\n"] {
            assert!(drafted(text, None).0.is_none(), "{text}");
        }
    }

    #[test]
    fn marks_stand_in_brackets_or_behind_the_name() {
        for (heading, name, marks) in [
            ("及时率(10)", "及时率", Some("10")),
            ("及时率\n(10分)", "及时率", Some("10")),
            ("及 时 率 10", "及时率", Some("10")),
            ("机构设置4分", "机构设置", Some("4")),
            ("数据质量(30)(只评县区)", "数据质量", Some("30")),
            ("质量(满分2.5)", "质量", Some("2.5")),
            ("on time (10 points)", "on time", Some("10")),
            ("A4", "A4", None),
            ("2020", "2020", None),
            ("率(%)", "率", None),
        ] {
            let (found, number, _) = tree::parts(heading);
            assert_eq!((found.as_str(), number.map(|number| number.to_string()).as_deref()), (name, marks), "{heading}");
        }
    }

    #[test]
    fn indicators_of_one_name_are_told_apart_unless_no_tier_has_both() {
        let (draft, found) = drafted("类,指标,满分,层级\n甲,率,5,县\n乙,率,5,市\n丙,量,5,\n丁,量,5,\n", None);
        let draft = draft.unwrap();
        assert_eq!(found, []);
        assert_eq!((draft.rules.matches("指标 率 ").count(), draft.rules.matches("「丁·量」").count()), (2, 1), "{}", draft.rules);
        checks(&draft).unwrap();
    }

    const WORD: &str = "[类指标满分单位合计得分率量县市a-zA-Z0-9「」\"'#{}();:.、%/ \\-]{1,6}";

    proptest! {
        /// Whatever stands in a list, the rules that are drafted from it are without a fault, in both skins.
        #[test]
        fn a_draft_of_a_list_checks_clean(rows in proptest::collection::vec((WORD, WORD, "[0-9]{0,2}(\\.[0-9])?", "(县|市|全部|县、市|)"), 1..8), english in any::<bool>()) {
            let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
            let lines: Vec<String> = rows.iter().map(|(section, name, marks, tier)| format!("{},{},{marks},{tier}", cell(section), cell(name))).collect();
            let text = format!("类,指标,满分,层级\n{}\n", lines.join("\n"));
            if let (Some(draft), _) = drafted(&text, Some(if english { Lang::En } else { Lang::Zh })) {
                prop_assert_eq!(checks(&draft), Ok(()));
            }
        }

        #[test]
        fn a_draft_of_headings_checks_clean(columns in proptest::collection::vec((WORD, "(|\\([0-9]{1,2}\\)|[0-9])"), 1..8), above in proptest::collection::vec("(|甲\\(10\\)|乙|加分项|扣分\\(5\\))", 8), scores in "[0-9,\n]{0,40}") {
            let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
            let lower: Vec<String> = columns.iter().map(|(name, marks)| cell(&format!("{name}{marks}"))).collect();
            let upper: Vec<String> = columns.iter().zip(&above).map(|(_, above)| cell(above)).collect();
            for text in [format!("单位,{}\n甲,{scores}\n", lower.join(",")), format!("单位,{}\n,{}\n甲,{scores}\n", upper.join(","), lower.join(","))] {
                if let (Some(draft), _) = drafted(&text, None) {
                    prop_assert_eq!(checks(&draft), Ok(()));
                }
            }
        }
    }
}
