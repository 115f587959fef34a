//! What people write as they speak, and the words of the language for it.

use super::{Fault, say};
use crate::diag::{Code, Diagnostic, Words};
use crate::quantity::BUILT_IN;
use crate::syntax::from_text::Rule;
use crate::syntax::tokens::{Token, TokenKind};
use crate::syntax::words;

/// A word of everyday speech, the rule of the keyword that is meant, and the keyword in the same language.
const SPOKEN: &[(&[&str], Rule, &str)] = &[
    (&["超过", "大于", "多于", "高过", "超出"], Rule::k_above, "高于"),
    (&["少于", "小于", "不足", "低过", "不到"], Rule::k_below, "低于"),
    (&["over", "exceeding"], Rule::k_above, "above"),
    (&["under"], Rule::k_below, "below"),
    (&["最高", "最多", "至多", "上限", "不超过", "不高于"], Rule::k_cap, "封顶"),
    (&["至少", "最低", "下限", "不低于", "不少于"], Rule::k_floor, "保底"),
    (&["maximum", "max"], Rule::k_cap, "cap"),
    (&["minimum", "min"], Rule::k_floor, "floor"),
];

/// A word that is taken for a name and stands for a keyword or for nothing.
const TAKEN_FOR_A_NAME: &[&[&str]] = &[
    &["如果", "若", "如", "凡", "if", "If"],
    &["否则", "其他", "其它", "else"],
    &["无法计算", "不能计算", "无法算出", "算不出"],
    &["加倍", "翻倍", "双倍", "减半", "doubled", "halved"],
];

impl Fault<'_> {
    /// What is said of a habit of speech where reading stopped.
    pub(super) fn habit(&self, found: Option<&Token>, before: Option<&Token>) -> Option<Diagnostic> {
        let before = before.filter(|before| before.end > self.statement.start);
        // of `one points` the unit is read as a name, and reading stops behind it
        let number = before.and_then(|before| self.before(before.start)).filter(|number| number.end > self.statement.start);
        if let Some(number) = [found, before, number].into_iter().flatten().find_map(|token| self.in_words(token)) {
            return Some(number);
        }
        if let Some(before) = before.filter(|before| self.expects(&[Rule::k_reason]) && self.lacks_its_reason(before)) {
            let keyword = self.tokens.iter().find(|token| token.start == self.statement.start);
            let fault = Diagnostic::new(Code::Unexpected, say!("这一条没有写原因", "this clause states no reason"))
                .at(self.place(before), say!("其后应有 原因 \"…\"", "expected reason \"…\" after this"));
            let fault = match keyword {
                Some(keyword) => fault.at(self.place(keyword), say!("在这一条里", "in this clause")),
                None => fault,
            };
            return Some(fault.help(say!("结果里要写明为什么,在后面加 原因 \"…\"", "the results tell why: add reason \"…\" behind it")));
        }
        if let Some((token, advice)) = [before, found].into_iter().flatten().find_map(|token| Some((token, self.taken_for_a_name(token)?))) {
            let word = self.word(token);
            return Some(
                Diagnostic::new(Code::Unexpected, say!("「{word}」不是这里的写法", "{word} is not written here"))
                    .at(self.place(token), say!("这里", "here"))
                    .help(advice),
            );
        }
        None
    }

    fn expects(&self, wanted: &[Rule]) -> bool {
        self.stop.expected.iter().any(|rule| wanted.contains(rule))
    }

    /// Whether an exemption or a veto has all but its reason: what stands next is another statement.
    fn lacks_its_reason(&self, before: &Token) -> bool {
        let next = self.tokens.iter().find(|token| token.start >= before.end && token.is_significant());
        next.is_none_or(|next| self.text.get(before.end..next.start).is_some_and(|between| between.contains('\n')))
    }

    /// A number in words, alone or run into a keyword before and a unit behind it: 扣一分, 每一次, 每次, 一.
    fn in_words(&self, token: &Token) -> Option<Diagnostic> {
        let word = self.word(token);
        let before = self.before(token.start);
        // behind 层级 a name would be declared, or units are gathered
        let of_tier = before.is_some_and(|before| self.keyword(before) == Some("k_tier"));
        if token.kind != TokenKind::Word || self.names.contains(word) && !of_tier {
            return None;
        }
        let behind_per = before.is_some_and(|before| self.keyword(before) == Some("k_per") && before.end > self.statement.start);
        let numberless = word.strip_prefix('每').filter(|unit| is_unit(unit)).or_else(|| is_unit(word).then_some(word).filter(|_| behind_per));
        if let Some(unit) = numberless {
            let written = if unit == word { format!("1 {unit}") } else { format!("每 1 {unit}") };
            return Some(
                Diagnostic::new(Code::Unexpected, say!("每多少{unit}没有写明", "per how many {unit} is not said"))
                    .at(self.place(token), say!("前面没有数", "without a number"))
                    .fix(say!("写上数", "write the number"), self.place(token), written),
            );
        }
        if words::keyword(word).is_some() {
            return None;
        }
        let written = spelled(word)?;
        Some(
            Diagnostic::new(Code::Unexpected, say!("「{word}」里的数没有用数字写", "the number in {word} is not written in digits"))
                .at(self.place(token), say!("这里", "here"))
                .fix(say!("数用数字写,后面写单位", "write numbers in digits, and units behind them"), self.place(token), written),
        )
    }

    fn taken_for_a_name(&self, token: &Token) -> Option<Words> {
        let word = self.word(token);
        if self.names.contains(word) || token.kind != TokenKind::Word {
            return None;
        }
        if word.starts_with("保留") {
            return Some(say!("写 取整到 和步长,例如 取整到 0.01 分", "write: round to 0.01 points"));
        }
        match TAKEN_FOR_A_NAME.iter().position(|words| words.contains(&word))? {
            0 => Some(say!("条件写 当 …,例如 当 件数 > 3 件 扣 1 分", "a condition is: when …, as in: when late > 3 cases deduct 1 points")),
            1 => Some(say!(
                "前面各条 当 … 得 … 都不成立时,才轮到没有条件的一条:直接写 得 满分",
                "where no award with a condition holds, the one without comes to bear: write award marks"
            )),
            2 => Some(say!("写成 无从计算", "write: is undefined")),
            _ => {
                Some(say!("写出倍数,例如 扣 1 分 × (按 领导 {{ 是: 2; 否: 1 }})", "state the factor, as in: deduct 1 points × (by leader {{ yes: 2; no: 1 }})"))
            }
        }
    }

    /// What to write in place of a token that people put where they are used to.
    pub(super) fn accustomed(&self, token: &Token, diagnostic: Diagnostic) -> Result<Diagnostic, Diagnostic> {
        let word = self.word(token);
        let fits = |rule: Rule| self.expects(&[rule]) || matches!(rule, Rule::k_cap | Rule::k_floor) && self.expects(&[Rule::attribute]);
        if let Some((.., keyword)) = SPOKEN.iter().find(|(words, rule, _)| words.contains(&word) && fits(*rule)) {
            return Ok(diagnostic.fix(say!("这里用的词是", "the word here is"), self.place(token), *keyword));
        }
        if token.kind == TokenKind::Text && self.expects(&[Rule::name]) {
            let name = word.trim_matches(['"', '“', '”']);
            return Ok(diagnostic.fix(say!("名称直接写,或写在「」里", "a name stands as it is, or in 「…」"), self.place(token), format!("「{name}」")));
        }
        match self.order(token).or_else(|| self.wording(token)) {
            Some(advice) => Ok(diagnostic.help(advice)),
            None => Err(diagnostic),
        }
    }

    /// Words of the language in the wrong order, or without what belongs to them.
    fn order(&self, token: &Token) -> Option<Words> {
        let keyword = self.keyword(token);
        let first = self.tokens.iter().find(|first| first.start == self.statement.start).and_then(|first| self.keyword(first));
        let line = matches!(keyword, Some("k_below" | "k_above" | "k_not_below" | "k_not_above"));
        if line && self.expects(&[Rule::k_deduct]) {
            return Some(say!(
                "线写在步长前面,例如 低于 95% 每 1 个百分点 扣 1 分",
                "the line stands before the step, as in: below 95% per 1 pp deduct 1 points"
            ));
        }
        if line && self.expects(&[Rule::k_per]) {
            return Some(say!("一条只写一条线;分两段扣的写成两条", "a clause has one line: two stretches are two clauses"));
        }
        if line && self.expects(&[Rule::tail]) {
            return Some(say!(
                "一项的下限写在它的名称和满分后面:保底 5 分;一条最多扣多少写 最多 5 分",
                "what an item keeps stands behind its marks: floor 5 points; what a clause deducts at most: at most 5 points"
            ));
        }
        if keyword == Some("k_round_to") && self.expects(&[Rule::k_and, Rule::k_or]) {
            return Some(say!("只取整一边的,放在括号里:(… 取整到 0.01%)", "to round one side put it in parentheses: (… round to 0.01%)"));
        }
        if keyword == Some("k_where") && self.expects(&[Rule::k_per]) {
            return Some(say!("条件写在括号里,例如 来件 计数(其中 超时)", "a condition stands in the parentheses, as in: letters count(where overdue)"));
        }
        if keyword == Some("k_score") && self.expects(&[Rule::k_expect]) {
            return Some(say!("用例里期望的写 应得 名称 = …", "what a case expects is: expect name = …"));
        }
        if first == Some("k_jointly") && self.expects(&[Rule::body, Rule::open]) {
            return Some(say!(
                "合起来封顶的几条放在 {{ }} 里:合计最多 5 分 {{ … }}",
                "the clauses under one limit stand in braces: jointly at most 5 points {{ … }}"
            ));
        }
        let before = self.before(token.start);
        let assessed = before.is_some_and(|before| matches!(self.keyword(before), Some("k_assessed")));
        if assessed && token.kind == TokenKind::Number {
            return Some(say!(
                "评定的范围是从 0 分到满分;加分项、扣分项写 封顶 5 分",
                "an assessment is from 0 to the marks; of a bonus or a penalty write: cap 5 points"
            ));
        }
        None
    }

    /// What the language has another form for.
    fn wording(&self, token: &Token) -> Option<Words> {
        let word = self.word(token);
        let before = self.before(token.start);
        let behind = |text: &str| before.is_some_and(|before| self.word(before) == text);
        if self.expects(&[Rule::k_until]) && matches!(word, "起" | "开始" | "onwards") {
            return Some(say!("自那天起,不写「起」:施行 2020-01-01", "from that day on: effective 2020-01-01, without {word}"));
        }
        if self.expects(&[Rule::heading]) && matches!(word, "自" | "从" | "自从" | "from" | "since") {
            return Some(say!("写 施行 2020-01-01,或 施行 2020-01-01 至 2020-12-31", "write effective 2020-01-01, or effective 2020-01-01 until 2020-12-31"));
        }
        if self.expects(&[Rule::past]) && token.kind == TokenKind::Number || self.in_table(token) && (behind("年") || behind("年度")) {
            return Some(say!("期别写作 2023、2023-Q3 或 2023-07", "a period is written like 2023, 2023-Q3 or 2023-07"));
        }
        if self.in_table(token) && matches!(word, "≤" | "<" | "≥" | ">" | "<=" | ">=" | "＜" | "＞" | "至" | "到" | "~" | "～" | "until" | "to") {
            return Some(say!("一段写成区间,例如 [90%, 95%) 含 90%、不含 95%", "a stretch is an interval: [90%, 95%) holds 90% and not 95%"));
        }
        if matches!(word, "=" | "＝") && before.is_some_and(|before| before.end == token.start && matches!(self.word(before), "=" | "＝")) {
            return Some(say!("相等只写一个 =", "equal is a single ="));
        }
        if word.starts_with('每') && word.chars().count() > 1 && self.expects(&[Rule::k_per]) {
            return Some(say!("差多少由 低于、高于 算出,后面写 每 1 个百分点 一类的步长", "write 每 1 个百分点: 低于 and 高于 say the distance"));
        }
        None
    }
}

fn is_unit(word: &str) -> bool {
    BUILT_IN.iter().any(|(zh, en)| *zh == word || *en == word)
}

/// A number spelled out with what is run into it, in digits and with blanks: `扣 1 分` for 扣一分, `每 1 次` for 每次.
fn spelled(word: &str) -> Option<String> {
    let plain = |word: &str| {
        let unit = BUILT_IN.iter().map(|(zh, _)| *zh).chain(["名", "位"]).find(|unit| word.ends_with(unit));
        let with_unit = unit.and_then(|unit| Some((words::in_digits(word.strip_suffix(unit)?)?, unit)));
        match with_unit {
            Some((number, "名" | "位")) => Some(format!("{number} 家")),
            Some((number, unit)) => Some(format!("{number} {unit}")),
            None => words::in_digits(word),
        }
    };
    if let Some(written) = plain(word) {
        return Some(written);
    }
    let keyword = words::WORDS.iter().map(|word| word.zh).filter(|keyword| word.starts_with(keyword)).max_by_key(|keyword| keyword.len())?;
    let rest = word.strip_prefix(keyword)?;
    Some(format!("{keyword} {}", plain(rest)?))
}

/// A quantity that stands where a name could: 一分.
pub(crate) fn quantity_in_words(name: &str) -> Option<String> {
    let written = spelled(name)?;
    written.starts_with(|first: char| first.is_ascii_digit()).then_some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_in_words_are_read_with_what_is_run_into_them() {
        for (word, written) in [("扣一分", "扣 1 分"), ("每一次", "每 1 次"), ("两件", "2 件"), ("前五名", "前 5 家"), ("十", "10"), ("one", "1")]
        {
            assert_eq!(spelled(word).as_deref(), Some(written), "{word}");
        }
        for word in ["扣分", "一票否决", "满意率", "每", "前", "家", "分"] {
            assert_eq!(spelled(word), None, "{word}");
        }
        assert_eq!(quantity_in_words("扣一分"), None);
        assert_eq!(quantity_in_words("一分").as_deref(), Some("1 分"));
    }
}
