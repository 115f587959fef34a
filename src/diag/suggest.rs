//! Did you mean: one name of the right kind within a capped distance, or nothing.

use unicode_width::UnicodeWidthStr;

/// The candidate nearest to `wanted`, if it is near enough that a slip of the hand explains the difference.
///
/// The cap grows with the length: one character in three, at least one. Two candidates that are equally near give the first in
/// the order of the candidates.
pub(crate) fn closest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = wanted.chars().count();
    if length < 2 || wanted.width() < 3 {
        return None;
    }
    let cap = (length / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let contained = candidate.contains(wanted) || wanted.contains(candidate);
        let distance = strsim::damerau_levenshtein(wanted, candidate);
        let near = distance <= cap || (contained && candidate.chars().count() >= 2 && distance <= 2);
        if near && distance > 0 && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn one_near_name_or_nothing() {
        let names = ["总工单数", "应办结数", "回访数"];
        assert_eq!(closest("总工单", names), Some("总工单数"));
        assert_eq!(closest("应办节数", names), Some("应办结数"));
        assert_eq!(closest("媒体曝光", names), None);
        assert_eq!(closest("总工单数", names), None);
    }
}
