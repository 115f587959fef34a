//! Did you mean: one name of the right kind within a capped distance, or nothing.

use pinyin::ToPinyinMulti;
use unicode_width::UnicodeWidthStr;

/// What turns a word into its opposite when it is put before it.
const NEGATIONS: &[&str] = &["非", "未", "不", "没", "无", "not_", "not", "non_", "non", "un"];

/// The candidate of which `wanted` says the opposite, or that says the opposite of `wanted`: one of the two is the other with a word of negation before it.
pub(crate) fn opposite<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates.into_iter().find(|candidate| is_opposite(wanted, candidate))
}

fn is_opposite(a: &str, b: &str) -> bool {
    let negates = |long: &str, short: &str| !short.is_empty() && long.strip_suffix(short).is_some_and(|before| NEGATIONS.contains(&before));
    negates(a, b) || negates(b, a)
}

/// The candidate nearest to `wanted`, if it is near enough that a slip of the hand explains the difference.
///
/// The cap grows with the length: one character in three, at least one. Of candidates that are equally near, one that sounds alike
/// wins, as an input method offers it; then the first in the order of the candidates. What says the [`opposite`] is not meant.
pub(crate) fn closest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = wanted.chars().count();
    if length < 2 || wanted.width() < 3 {
        return None;
    }
    let cap = (length / 3).max(1);
    let mut best: Option<((usize, bool), &str)> = None;
    for candidate in candidates {
        let contained = candidate.contains(wanted) || wanted.contains(candidate);
        let distance = strsim::damerau_levenshtein(wanted, candidate);
        let alike = sounds_alike(wanted, candidate);
        if is_opposite(wanted, candidate) {
            continue;
        }
        let near = distance <= cap || alike || (contained && candidate.chars().count() >= 2 && distance <= 2);
        let rank = (distance, !alike);
        if near && distance > 0 && best.is_none_or(|(least, _)| rank < least) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// Whether two words are of one length and may be pronounced alike, character by character, tones aside.
fn sounds_alike(a: &str, b: &str) -> bool {
    a.chars().count() == b.chars().count()
        && a.chars().zip(b.chars()).all(|(a, b)| {
            a == b
                || match (a.to_pinyin_multi(), b.to_pinyin_multi()) {
                    (Some(a), Some(b)) => a.into_iter().any(|a| b.into_iter().any(|b| a.plain() == b.plain())),
                    _ => false,
                }
        })
}

#[cfg(test)]
mod tests {
    use super::{closest, opposite};

    #[test]
    fn one_near_name_or_nothing() {
        let names = ["总工单数", "应办结数", "回访数"];
        assert_eq!(closest("总工单", names), Some("总工单数"));
        assert_eq!(closest("应办节数", names), Some("应办结数"));
        assert_eq!(closest("媒体曝光", names), None);
        assert_eq!(closest("总工单数", names), None);
    }

    #[test]
    fn the_opposite_is_not_what_was_meant() {
        for (wanted, known) in [("非达标", "达标"), ("未达标", "达标"), ("达标", "不达标"), ("notready", "ready"), ("not_ready", "ready"), ("unpaid", "paid")]
        {
            assert_eq!((closest(wanted, [known]), opposite(wanted, [known])), (None, Some(known)), "{wanted}");
        }
        assert_eq!((closest("达标率", ["达标"]), opposite("达标率", ["达标"])), (Some("达标"), None));
        assert_eq!(closest("非达标", ["达标", "非达标率"]), Some("非达标率"));
    }

    #[test]
    fn of_equally_near_names_the_one_that_sounds_alike() {
        assert_eq!(closest("办结律", ["办结数", "办结率"]), Some("办结率"));
        assert_eq!(closest("满易绿", ["满意率", "满意数"]), Some("满意率"));
    }
}
