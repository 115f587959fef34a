//! What the page says itself; numbers in braces are filled in.

use indexmap::IndexMap;

use crate::diag::Lang;

const WORDS: &[(&str, &str, &str)] = &[
    ("rank", "名次", "Rank"),
    ("unit", "单位", "Unit"),
    ("total", "总分", "Total"),
    ("why", "原因", "Reason"),
    ("marks", "标记", "Marks"),
    ("column", "栏", "Column"),
    ("published", "公布", "Published"),
    ("computed", "计算", "Computed"),
    ("verdict", "判断", "Verdict"),
    ("points", "分", "points"),
    ("no score", "无", "none"),
    ("ranking of", "排名:{0}", "Ranking: {0}"),
    ("heat of", "热力图:{0}", "Heat map: {0}"),
    ("exempt of", "不参评:{0}", "Exempt: {0}"),
    ("exempt units", "不参评的单位", "Exempt units"),
    ("state scored", "有总分", "scored"),
    ("state exempt", "不参评", "exempt"),
    ("state not_applicable", "不适用", "n/a"),
    ("state missing", "缺数据", "missing"),
    ("state partly_known", "部分已知", "partly known"),
    ("state pending", "待定", "pending"),
    // one sign for each mark, and what it says
    ("sign a", "设", "A"),
    ("sign j", "调", "J"),
    ("sign b", "限", "B"),
    ("sign p", "暂", "P"),
    ("sign d", "少", "F"),
    ("sign c", "符", "✓"),
    ("sign r", "舍", "R"),
    ("sign x", "错", "✗"),
    ("sign u", "疑", "?"),
    ("mark a", "有赖于假设或未定之处", "rests on an assumption or open point"),
    ("mark j", "申诉后调整过", "adjusted after an appeal"),
    ("mark b", "数据部分已知,只有界限", "facts are known in part: bounds"),
    ("mark p", "名次暂定", "provisional rank"),
    ("mark d", "分母小", "few cases"),
    ("mark c", "与公布的相符", "agrees with what was published"),
    ("mark r", "公布的是取整所致", "published with a difference of rounding"),
    ("mark x", "与公布的不符", "differs from what was published"),
    ("mark u", "公布的无从核对", "what was published cannot be checked"),
    ("level -", "没有得分", "no score"),
    ("level 0", "0 分", "nothing"),
    ("level 1", "不到一半", "below half"),
    ("level 2", "五成至八成", "half to 80 %"),
    ("level 3", "八成以上", "80 % and more"),
    ("level 4", "满分", "full marks"),
    ("level 5", "加分", "added"),
    ("level 6", "扣分", "taken off"),
    ("level 7", "无加减", "nothing added or taken"),
    ("few", "{0} 只有 {1} {2};一件之差,{3}至多变 {4} 分", "{0} rests on {1} cases of {2}; one case moves {3} by up to {4} points"),
    ("compared", "公布 {0},计算 {1}:{2}。{3}", "Published {0}, computed {1}: {2}. {3}"),
    ("no verdict", "没有不符、不明之处。", "Nothing differs and nothing is open."),
    ("more verdicts", "共 {0} 处,列出 {1} 处;用查找与筛选缩小范围。", "{0} in all, {1} listed: narrow them down with search and filters."),
    ("vetoed", "一票否决:{0}", "Veto: {0}"),
    ("moved", "调整引起的变动:{0}", "Moved by the adjustments: {0}"),
    ("close", "收起", "Close"),
    ("derivation of", "{0} {1} 的由来", "Derivation: {0}, {1}"),
    ("before", "上一页", "Previous"),
    ("after", "下一页", "Next"),
    ("pages", "第 {0} 至 {1} 家,共 {2} 家", "{0} to {1} of {2} units"),
    ("none", "没有符合条件的单位。", "No unit meets the conditions."),
    ("shown", "{0} 家符合条件", "{0} units shown"),
    ("in range", "只看总分 {0} 的 {1}", "Only totals of {0}: {1}"),
    ("no range", "不再限于这一段", "Show all totals"),
    ("opened", "已展开:{0}", "Unfolded: {0}"),
    ("closed", "已收起", "Folded"),
    ("page of", "翻页:{0}", "Pages: {0}"),
];

/// The words in one language.
pub(super) fn words(lang: Lang) -> IndexMap<&'static str, &'static str> {
    WORDS.iter().map(|(name, zh, en)| (*name, super::pick(lang, zh, en))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_fill_in_the_same_and_english_holds_no_chinese() {
        let braces =
            |text: &str| text.match_indices('{').filter_map(|(at, _)| text.get(at + 1..at + 2).map(str::to_owned)).collect::<std::collections::BTreeSet<_>>();
        for (name, zh, en) in WORDS {
            assert_eq!(braces(zh), braces(en), "{name}");
            assert!(!en.chars().any(|letter| ('\u{4E00}'..='\u{9FFF}').contains(&letter)), "{name}");
            assert_eq!(WORDS.iter().filter(|(other, ..)| other == name).count(), 1, "{name}");
        }
    }

    #[test]
    fn the_script_asks_for_words_that_there_are() {
        let script = include_str!("page.js");
        for asked in script.split("say('").skip(1).filter_map(|rest| rest.split('\'').next()) {
            // a word that ends in a blank is the first part of several
            let known = WORDS.iter().any(|(name, ..)| if asked.ends_with(' ') { name.starts_with(asked) } else { *name == asked });
            assert!(known, "{asked}");
        }
    }
}
