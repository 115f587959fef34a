//! The page of an audit: one file that opens without a network, in which every number unfolds to where it came from.
//!
//! In: results, what their derivations are told from, and what was found of a month that was published. Out: HTML with its style,
//! its script and its data inside. The data are JSON; the script puts texts on the page and nothing else, so that names are data
//! and run nothing; a policy lets the browser run that script only, and fetch nothing. The script computes no score: what it shows
//! was computed and worded before.

mod data;
mod findings;
mod frame;
mod pack;
mod place;
mod words;

pub(crate) use self::findings::{Findings, cells_found, claims_found};

use sha2::{Digest, Sha256};

use self::data::Data;
use super::pick;
use super::view::View;
use crate::facts::Facts;
use crate::plan::Plan;
use crate::source::Sources;

/// What the derivations are told from.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) facts: &'a Facts,
    pub(crate) sources: &'a Sources,
}

const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/page.js");

/// The page. `reached` is told how many units are done, of all of them.
pub(crate) fn page(view: &View<'_>, subject: &Subject<'_>, findings: &Findings, reached: &dyn Fn(usize, usize)) -> String {
    let data = Data::new(view, subject, findings, reached);
    let json = serde_json::to_string(&data).unwrap_or_default();
    // the digests are those of what a browser reads, to which every end of a line is one sign
    let (style, script) = (STYLE.replace('\r', ""), SCRIPT.replace('\r', ""));
    frame::frame(view, &data, findings, &frame::Inside { style: &style, script: &script, data: &harmless(&json) })
}

/// JSON as it may stand in a page: no tag begins or ends in it, no line ends in its texts.
fn harmless(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            other => safe.push(other),
        }
    }
    safe
}

/// The digest of a text as a policy of a page names it.
fn digest(text: &str) -> String {
    let letters: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(*b"+/").collect();
    let mut base64 = String::new();
    for three in Sha256::digest(text.as_bytes()).chunks(3) {
        let bits = three.iter().chain([&0, &0]).take(3).fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        for place in 0..4_u32 {
            let index = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap_or(0);
            let known = usize::try_from(place).is_ok_and(|place| place <= three.len());
            base64.push(if known { letters.get(index).copied().map_or('=', char::from) } else { '=' });
        }
    }
    format!("sha256-{base64}")
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::findings::{CellVerdict, ClaimOutcome, ClaimVerdict, Verdict};
    use super::*;
    use crate::diag::Lang;
    use crate::facts::table::Sheets;
    use crate::facts::{files, load, register};
    use crate::report::Extent;

    #[test]
    fn digests_are_those_of_the_policy() {
        // printf '' | openssl dgst -sha256 -binary | base64
        assert_eq!(digest(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(digest("abc"), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }

    #[test]
    fn no_tag_and_no_line_ends_in_data() {
        assert_eq!(harmless("\"</script><!--&\u{2028}\""), "\"\\u003c/script\\u003e\\u003c!--\\u0026\\u2028\"");
    }

    #[test]
    fn the_script_writes_texts_only() {
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "fetch(", "XMLHttp", "import(", "srcdoc"] {
            assert!(!SCRIPT.contains(word), "{word}");
        }
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"));
    }

    /// The page of the published month with these findings.
    fn page_of(findings: &Findings, lang: Lang) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let policy = crate::source::read_policy(&root.join("policies/lianyungang")).unwrap();
        let versions = crate::engine::compile_versions(&policy.sources);
        let plan = &versions.versions.first().unwrap().plan;
        let mut found = Vec::new();
        let register = register::load(&policy.tables, plan, &mut found);
        let tables: Vec<PathBuf> = vec![root.join("golden/lianyungang/2020-11/facts.csv")];
        let inputs = files::read(&tables, &[]).unwrap();
        let known = load::Known { plan, register: register.as_ref(), period: Some("2020-11") };
        let mut facts = load::load(&inputs, &mut Sheets::named(&[]), &known, &mut found);
        facts.gather(plan);
        let results = crate::results::score(plan, &facts, &policy.sha256, "2020-11", &|_, _| {});
        let view = View::new(plan, &results, lang, Extent::Every);
        page(&view, &Subject { plan, facts: &facts, sources: versions.sources() }, findings, &|_, _| {})
    }

    fn data_of(page: &str) -> serde_json::Value {
        let inside = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
        serde_json::from_str(inside).unwrap()
    }

    fn cell(unit: &str, column: &str, (published, computed): (&str, Option<&str>), verdict: Verdict, why: &str) -> CellVerdict {
        CellVerdict {
            unit: unit.to_owned(),
            column: column.to_owned(),
            published: published.to_owned(),
            computed: computed.map(str::to_owned),
            verdict,
            why: why.to_owned(),
        }
    }

    #[test]
    fn verdicts_mark_their_cells_and_are_listed_with_what_was_published() {
        let findings = Findings {
            cells: vec![
                cell("赣榆区", "综合得分", ("148.16", Some("148.17")), Verdict::Rounding, "先合计后取整"),
                cell("市教育局", "按时办结率", ("1.46", Some("1.45")), Verdict::Inconsistent, "没有一个件数印得出 1.46"),
                cell("市教育局", "及时签收率", ("8.15", Some("8.15")), Verdict::Consistent, ""),
                cell("没有的<b>局", "别的列", ("1", None), Verdict::Unknown, "表里没有这家"),
            ],
            claims: vec![
                ClaimVerdict {
                    id: "1".to_owned(),
                    line: 3,
                    text: "共 <60> 家".to_owned(),
                    verdict: ClaimOutcome::Holds,
                    said: "成立(照录)",
                    found: "60".to_owned(),
                },
                ClaimVerdict {
                    id: "2".to_owned(),
                    line: 9,
                    text: "教育局第一".to_owned(),
                    verdict: ClaimOutcome::Fails,
                    said: "不成立",
                    found: "第 49".to_owned(),
                },
            ],
        };
        let page = page_of(&findings, Lang::Zh);
        let data = data_of(&page);
        let unit = |name: &str| data["units"].as_array().unwrap().iter().position(|unit| unit["name"] == name).unwrap();
        let columns =
            |unit: usize| data["tiers"][usize::try_from(data["units"][unit]["tier"].as_u64().unwrap()).unwrap()]["columns"].as_array().unwrap().clone();
        let topic = |unit: usize, column: &str| {
            columns(unit).iter().position(|one| data["columns"][usize::try_from(one.as_u64().unwrap()).unwrap()]["name"] == column).unwrap()
        };
        let (first, second) = (unit("赣榆区"), unit("市教育局"));
        assert_eq!(data["units"][first]["marks"][columns(first).len()], "ar", "the total rests on assumptions and on a rounding");
        assert_eq!(data["units"][second]["marks"][topic(second, "按时办结率")], "x");
        assert_eq!(data["units"][second]["marks"][topic(second, "及时签收率")], "c");
        assert_eq!(data["verdicts"][0], serde_json::json!([first, columns(first).len(), "148.16", "148.17", "r", 0]));
        assert_eq!(data["verdicts"][3], serde_json::json!(["没有的<b>局", "别的列", "1", null, "u", 3]));
        assert_eq!(data["reasons"][0], "先合计后取整");
        for told in ["核对(1 处不符)", "文字断言(1 条不成立)", "与公布的不符 1</li>", "公布的是取整所致 1</li>", "共 &lt;60&gt; 家", "✗</span> 不成立"]
        {
            assert!(page.contains(told), "{told}");
        }
        assert!(page.find("教育局第一").unwrap() < page.find("共 &lt;60").unwrap(), "claims that fail come first");
        assert!(!page.contains("没有的<b>"));
    }

    #[test]
    fn without_findings_nothing_is_said_of_them() {
        let page = page_of(&Findings::default(), Lang::En);
        assert!(!page.contains("id=\"verdicts\"") && !page.contains("id=\"claims\"") && !page.contains("<span class=\"mark m-x\">"));
        assert_eq!(data_of(&page)["verdicts"], serde_json::json!([]));
    }
}
