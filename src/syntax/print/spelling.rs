//! The one spelling of a word or sign, in the skin that is wanted.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::Skin;
use super::doc::begins_wide;
use super::node::Node;
use crate::diag::Lang;
use crate::quantity::{BUILT_IN, TYPES, one_name};
use crate::syntax::from_text::{Rule, is_one, plain_digit};
use crate::syntax::words::{DURATIONS, WORDS, Word};

/// Spells the words of one file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Speller {
    skin: Skin,
    /// The skin by which commas are set: the one that is wanted, or that of the file's first keyword.
    commas: Lang,
}

impl Speller {
    /// For the file that begins with this statement.
    pub(super) fn of(first: &Node<'_>, skin: Skin) -> Self {
        let commas = match skin {
            Skin::Of(lang) => lang,
            Skin::Kept if begins_wide(first.first().text) => Lang::Zh,
            Skin::Kept => Lang::En,
        };
        Speller { skin, commas }
    }

    /// What stands behind a comma: a space in English, and in Chinese before anything but Han.
    pub(super) fn behind_comma(self, next: &Node<'_>) -> &'static str {
        let close = self.commas == Lang::Zh && begins_wide(&self.spell(next.first()));
        if close { "" } else { " " }
    }

    /// How a word is spelled.
    pub(super) fn spell<'t>(self, word: &Node<'t>) -> Cow<'t, str> {
        self.spelled(word.rule, word.text)
    }

    fn spelled(self, rule: Rule, text: &str) -> Cow<'_, str> {
        match rule {
            Rule::name => unquoted(Rule::name, text),
            Rule::text => plain_quotes(text),
            Rule::number | Rule::plain_number => digits(text),
            Rule::date | Rule::date_value => date(text),
            Rule::time_value => time(text),
            Rule::unit => self.unit(Rule::unit, text, "个百分点"),
            Rule::unit_name => self.unit(Rule::unit_name, text, "百分点"),
            Rule::sign | Rule::op_minus => "-".into(),
            Rule::op_plus => "+".into(),
            Rule::op_times => "×".into(),
            Rule::op_over => "/".into(),
            Rule::op_ge => "≥".into(),
            Rule::op_le => "≤".into(),
            Rule::op_ne => "≠".into(),
            Rule::op_gt => ">".into(),
            Rule::op_lt => "<".into(),
            Rule::op_eq | Rule::equals => "=".into(),
            Rule::open => "{".into(),
            Rule::close => "}".into(),
            Rule::paren => "(".into(),
            Rule::unparen => ")".into(),
            Rule::colon => ":".into(),
            Rule::interval_open if matches!(text, "(" | "（") => "(".into(),
            Rule::interval_open => "[".into(),
            Rule::interval_close if matches!(text, ")" | "）") => ")".into(),
            Rule::interval_close => "]".into(),
            rule => match keyword(rule) {
                Some(word) => self.choose(word.zh, word.en, text).into(),
                None => text.into(),
            },
        }
    }

    /// The word in the skin that is wanted, or in that of its present spelling.
    fn choose(self, zh: &'static str, en: &'static str, text: &str) -> &'static str {
        match self.skin {
            Skin::Of(Lang::Zh) => zh,
            Skin::Of(Lang::En) => en,
            Skin::Kept if text.starts_with(|c: char| c.is_ascii()) => en,
            Skin::Kept => zh,
        }
    }

    /// The name of a function: those that are built in have one in both skins.
    pub(super) fn function<'t>(self, name: &Node<'t>) -> Cow<'t, str> {
        match DURATIONS.iter().find(|(zh, en)| *zh == name.text || *en == name.text) {
            Some((zh, en)) => self.choose(zh, en, name.text).into(),
            None => self.spell(name),
        }
    }

    /// A unit; `points` is how percentage points are called where it stands.
    fn unit<'t>(self, rule: Rule, text: &'t str, points: &'static str) -> Cow<'t, str> {
        let word = unquoted(rule, text);
        match one_name(&word) {
            "%" => "%".into(),
            "百分点" => self.choose(points, "pp", &word).into(),
            name => match BUILT_IN.iter().chain(TYPES).find(|(zh, _)| *zh == name) {
                Some((zh, en)) => self.choose(zh, en, &word).into(),
                None => word,
            },
        }
    }
}

/// The spelling of a word by which it is compared: one for both skins and all ways of writing a sign.
pub(in crate::syntax) fn compared(rule: Rule, text: &str) -> Cow<'_, str> {
    Speller { skin: Skin::Of(Lang::Zh), commas: Lang::Zh }.spelled(rule, text)
}

/// The keyword that a rule stands for.
fn keyword(rule: Rule) -> Option<&'static Word> {
    static KEYWORDS: LazyLock<BTreeMap<Rule, &Word>> = LazyLock::new(|| {
        let word = |rule: &Rule| {
            let name = format!("{rule:?}");
            WORDS.iter().find(|word| word.rule == name)
        };
        Rule::all_rules().iter().filter_map(|rule| Some((*rule, word(rule)?))).collect()
    });
    KEYWORDS.get(&rule).copied()
}

/// A name without 「」 where it needs none.
fn unquoted(rule: Rule, text: &str) -> Cow<'_, str> {
    let inner = text.strip_prefix('「').and_then(|text| text.strip_suffix('」'));
    inner.filter(|inner| !inner.contains('%') && is_one(rule, inner)).unwrap_or(text).into()
}

/// A text between “” that holds no quotation mark stands between "".
fn plain_quotes(text: &str) -> Cow<'_, str> {
    match text.strip_prefix('“').and_then(|text| text.strip_suffix('”')) {
        Some(inner) if !inner.contains(['"', '“', '”']) => format!("\"{inner}\"").into(),
        _ => text.into(),
    }
}

fn digits(text: &str) -> Cow<'_, str> {
    text.chars().map(|c| if c == '，' { ',' } else { plain_digit(c).unwrap_or(c) }).collect::<String>().into()
}

/// A time with hyphens and colons and two digits for each of its parts; seconds only where they are written.
fn time(text: &str) -> Cow<'_, str> {
    let text = digits(text);
    let parts: Vec<String> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).map(|part| format!("{part:0>2}")).collect();
    let (day, clock) = parts.split_at_checked(3).unwrap_or((&parts, &[]));
    format!("{} {}", day.join("-"), clock.join(":")).into()
}

/// A date with hyphens and two digits for month and day; a year alone is left as it is.
fn date(text: &str) -> Cow<'_, str> {
    let text = digits(text);
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [year] => format!("{year}年").into(),
        parts => parts.iter().map(|part| format!("{part:0>2}")).collect::<Vec<_>>().join("-").into(),
    }
}
