//! The words of both skins, side by side: what a change of skin replaces, and what a message calls a keyword.

/// One keyword in both skins.
pub(crate) struct Word {
    /// The name of its rule in the grammar.
    pub(crate) rule: &'static str,
    /// The spelling in Chinese.
    pub(crate) zh: &'static str,
    /// The spelling in English; a phrase of several words is one keyword.
    pub(crate) en: &'static str,
}

const fn word(rule: &'static str, zh: &'static str, en: &'static str) -> Word {
    Word { rule, zh, en }
}

/// Every keyword, in the order of the grammar.
pub(crate) const WORDS: &[Word] = &[
    word("k_standard", "标准", "standard"),
    word("k_amendment", "修订", "amendment"),
    word("k_based_on", "基于", "based on"),
    word("k_version", "版本", "version"),
    word("k_title", "名称", "title"),
    word("k_document", "文号", "document"),
    word("k_calendar", "日历", "calendar"),
    word("k_effective", "施行", "effective"),
    word("k_until", "至", "until"),
    word("k_period", "周期", "cycle"),
    word("k_rounding", "舍入", "rounding"),
    word("k_ties", "并列", "ties"),
    word("k_section", "类", "section"),
    word("k_indicator", "指标", "indicator"),
    word("k_bonus", "加分项", "bonus"),
    word("k_penalty", "扣分项", "penalty"),
    word("k_tier", "层级", "tier"),
    word("k_fact", "数据", "fact"),
    word("k_param", "参数", "param"),
    word("k_let", "令", "let"),
    word("k_unit", "单位", "unit"),
    word("k_record", "记录", "record"),
    word("k_function", "函数", "function"),
    word("k_case", "用例", "case"),
    word("k_use", "引用", "use"),
    word("k_output", "输出", "output"),
    word("k_list", "名单", "list"),
    word("k_exempt", "不参评", "exempt"),
    word("k_veto", "一票否决", "veto"),
    word("k_total", "总分", "total"),
    word("k_rank", "排名", "rank"),
    word("k_marks", "满分", "marks"),
    word("k_applies", "适用", "applies to"),
    word("k_only", "仅", "only"),
    word("k_except", "除外", "except"),
    word("k_assessed", "人工评定", "assessed"),
    word("k_unknown", "待定", "unknown"),
    word("k_when", "当", "when"),
    word("k_award", "得", "award"),
    word("k_score", "得分", "score"),
    word("k_base", "起评", "base"),
    word("k_deduct", "扣", "deduct"),
    word("k_add", "加", "add"),
    word("k_per", "每", "per"),
    word("k_below", "低于", "below"),
    word("k_above", "高于", "above"),
    word("k_not_below", "不低于", "not below"),
    word("k_not_above", "不高于", "not above"),
    word("k_at_most", "最多", "at most"),
    word("k_down_to_zero", "扣完为止", "down to 0"),
    word("k_spill", "不足从", "spill to"),
    word("k_pro_rata", "按比例", "pro rata"),
    word("k_whole_steps", "不足不计", "whole steps only"),
    word("k_started_steps", "不足按整计", "started steps count"),
    word("k_jointly", "合计最多", "jointly at most"),
    word("k_round_to", "取整到", "round to"),
    word("k_show_to", "显示到", "show to"),
    word("k_cap", "封顶", "cap"),
    word("k_floor", "保底", "floor"),
    word("k_by", "按", "by"),
    word("k_interpolated", "插值", "interpolated"),
    word("k_otherwise", "其余", "otherwise"),
    word("k_and", "且", "and"),
    word("k_or", "或", "or"),
    word("k_not", "非", "not"),
    word("k_among", "属于", "among"),
    word("k_is_blank", "为空", "is blank"),
    word("k_is_undefined", "无从计算", "is undefined"),
    word("k_where", "其中", "where"),
    word("k_each", "逐", "each"),
    word("k_reason", "原因", "reason"),
    word("k_source", "依据", "source"),
    word("k_assumption", "假设", "assumption"),
    word("k_remark", "说明", "remark"),
    word("k_column", "列", "column"),
    word("k_default", "缺省", "default"),
    word("k_up_to", "不大于", "up to"),
    word("k_step", "精度", "step"),
    word("k_or_from", "或由", "or from"),
    word("k_nullable", "可空", "nullable"),
    word("k_private", "隐私", "private"),
    word("k_whole", "整数", "whole"),
    word("k_last", "末位", "last"),
    word("k_not_eligible", "取消评优", "not eligible"),
    word("k_on", "依", "on"),
    word("k_then_on", "再依", "then on"),
    word("k_listed_on", "列序", "listed on"),
    word("k_ascending", "从低到高", "ascending"),
    word("k_descending", "从高到低", "descending"),
    word("k_top", "前", "top"),
    word("k_bottom", "后", "bottom"),
    word("k_given", "已知", "given"),
    word("k_expect", "应得", "expect"),
    word("k_becomes", "改为", "becomes"),
    word("k_replace", "将", "replace"),
    word("k_insert", "新增", "insert"),
    word("k_at_front", "置首", "first"),
    word("k_repeal", "废止", "repeal"),
    word("k_rename", "更名", "rename"),
    word("k_all", "全体", "all"),
    word("k_children", "下级", "children"),
    word("k_recent", "近", "recent"),
    word("k_previous", "上期", "previous"),
    word("k_last_year", "同期", "last year"),
    word("k_every", "各", "every"),
    word("k_yes", "是", "yes"),
    word("k_no", "否", "no"),
    word("k_initially", "首期", "initially"),
    word("k_same", "同", "same"),
    word("k_in_period", "往期", "in period"),
    word("k_stand_in", "暂按", "stand in"),
    word("k_skipping", "跳号", "skipping"),
    word("k_dense", "不跳号", "dense"),
    word("k_shared", "平分", "shared"),
    word("k_sum", "合计", "sum"),
    word("k_mean", "平均", "mean"),
    word("k_weighted_mean", "加权平均", "weighted mean"),
    word("k_best", "最高", "best"),
    word("k_lowest", "最低", "lowest"),
    word("k_median", "中位", "median"),
    word("k_count", "计数", "count"),
    word("k_rank_of", "名次", "rank of"),
    word("k_rhai", "rhai", "rhai"),
    word("k_size", "家数", "size"),
    word("k_at_least", "不小于", "at least"),
    word("k_basic", "基本分", "basic"),
    word("k_bonuses", "加分合计", "bonuses"),
    word("k_penalties", "扣分合计", "penalties"),
    word("k_missing", "缺数据", "missing"),
    word("k_not_applicable", "不适用", "not applicable"),
    word("k_month", "月", "month"),
    word("k_quarter", "季", "quarter"),
    word("k_year", "年", "year"),
    word("k_half_up", "四舍五入", "half up"),
    word("k_half_even", "四舍六入", "half even"),
    word("k_away_from_zero", "进一", "away from zero"),
    word("k_toward_zero", "去尾", "toward zero"),
];

/// The functions that tell how long it is from one time to another; each is named as the unit of its results.
pub(crate) const DURATIONS: &[(&str, &str)] = &[("小时", "hours"), ("分钟", "minutes"), ("天", "days"), ("工作小时", "workhours"), ("工作日", "workdays")];

/// The keyword that a word is or begins, in either skin.
pub(crate) fn keyword(text: &str) -> Option<&'static Word> {
    WORDS.iter().find(|word| word.zh == text || word.en.split(' ').next() == Some(text))
}

/// A number up to a hundred spelled out in Chinese, or up to ten in English, in digits.
pub(crate) fn in_digits(text: &str) -> Option<String> {
    const ENGLISH: &[&str] = &["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    if let Some(number) = ENGLISH.iter().position(|word| *word == text) {
        return Some(number.to_string());
    }
    if text == "两" {
        return Some("2".to_owned());
    }
    let digit = |c: char| "零一二三四五六七八九".chars().position(|digit| digit == c);
    let (whole, part) = text.split_once('点').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let one = |text: &str| {
        let mut letters = text.chars();
        letters.next().and_then(digit).filter(|_| letters.next().is_none())
    };
    let whole = match whole.split_once('十') {
        _ if whole == "百" || whole == "一百" => 100,
        Some((tens, ones)) => (if tens.is_empty() { 1 } else { one(tens)? }) * 10 + if ones.is_empty() { 0 } else { one(ones)? },
        None => one(whole)?,
    };
    let Some(part) = part else { return Some(whole.to_string()) };
    let digits: Option<String> = part.chars().map(|c| digit(c).map(|digit| digit.to_string())).collect();
    digits.filter(|digits| !digits.is_empty()).map(|digits| format!("{whole}.{digits}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_spelled_out_are_read() {
        for (text, digits) in [("九十五", "95"), ("十", "10"), ("九十", "90"), ("百", "100"), ("五", "5"), ("九十九点五", "99.5"), ("零点零五", "0.05")]
        {
            assert_eq!(super::in_digits(text).as_deref(), Some(digits), "{text}");
        }
        for text in ["", "点", "率", "五点", "九十十", "九五"] {
            assert_eq!(super::in_digits(text), None, "{text}");
        }
    }
}
