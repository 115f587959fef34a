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

pub(crate) use self::findings::{CellVerdict, ClaimOutcome, ClaimVerdict, Findings, Verdict};

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
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut base64 = String::new();
    for three in Sha256::digest(text.as_bytes()).chunks(3) {
        let bits = three.iter().chain([&0, &0]).take(3).fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        for place in 0..4_u32 {
            let index = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap_or(0);
            let known = usize::try_from(place).is_ok_and(|place| place <= three.len());
            base64.push(if known { LETTERS.get(index).copied().map_or('=', char::from) } else { '=' });
        }
    }
    format!("sha256-{base64}")
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for word in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "setAttribute('on", "fetch(", "XMLHttp", "import("] {
            assert!(!SCRIPT.contains(word), "{word}");
        }
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"));
    }
}
