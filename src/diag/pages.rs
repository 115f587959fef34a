//! The long text of every code: one Markdown file a code and language, in `pages/`.

use super::{Code, Lang};
use crate::source::Sources;
use crate::source::literate::blocks;

macro_rules! pages {
    ($($name:ident = $id:literal;)*) => {
        /// The page of a code.
        pub(super) fn page(code: Code, lang: Lang) -> &'static str {
            match (code, lang) {
                $(
                    (Code::$name, Lang::Zh) => include_str!(concat!("pages/", $id, ".zh.md")),
                    (Code::$name, Lang::En) => include_str!(concat!("pages/", $id, ".en.md")),
                )*
            }
        }
    };
}

pages! {
    Unexpected = "K0101";
    RunTogether = "K0102";
    Unclosed = "K0103";
    Stray = "K0104";
    OpenText = "K0105";
    TooDeep = "K0106";
    LongNumber = "K0108";
    OpenBlock = "K0111";
    UnknownName = "K0201";
    Duplicate = "K0202";
    UnknownTier = "K0203";
    UnknownUnit = "K0204";
    MissingPart = "K0205";
    WrongKind = "K0206";
    SharedColumn = "K0207";
    AmendedTarget = "K0221";
    AmendedOld = "K0222";
    AmendedTwice = "K0223";
    Calendar = "K0224";
    UseMissing = "K0226";
    UseCircle = "K0227";
    UseStandard = "K0228";
    UnitMismatch = "K0301";
    MarksSum = "K0302";
    Unrounded = "K0303";
    PercentStep = "K0304";
    StepReading = "K0305";
    NoStep = "K0306";
    OffGrid = "K0307";
    NotConstant = "K0308";
    WrongType = "K0309";
    BadDate = "K0310";
    Circle = "K0401";
    NothingDecides = "K0402";
    TableGap = "K0403";
    TableOverlap = "K0404";
    Unreachable = "K0405";
    Undefined = "K0406";
    NoBase = "K0407";
    NoEffect = "K0408";
    ScopeMismatch = "K0409";
    Conflict = "K0410";
    Anchors = "K0411";
    UnknownColumn = "K0501";
    UnknownMember = "K0502";
    DuplicateMember = "K0503";
    BadCell = "K0504";
    BadCount = "K0505";
    AboveBound = "K0506";
    OutOfRange = "K0507";
    TooFine = "K0508";
    Disagree = "K0509";
    GivenDerived = "K0510";
    Overflow = "K0511";
    BadTable = "K0512";
    BadRegister = "K0513";
    BadProvenance = "K0514";
    TierDisagrees = "K0515";
    BadPeriod = "K0516";
    NoFormat = "K0517";
    TooLarge = "K0518";
    NoValue = "K0519";
    AdjustedOld = "K0521";
    AdjustedTarget = "K0522";
    BadAdjustment = "K0523";
    AdjustmentChain = "K0524";
    AdjustedBounds = "K0525";
    BadCalendar = "K0531";
    OutsideCalendar = "K0532";
    BlankField = "K0533";
    Copy = "K0534";
    BadSet = "K0535";
    ScriptMissing = "K0601";
    ScriptSyntax = "K0602";
    ScriptFunction = "K0603";
    ArgumentCount = "K0604";
    ScriptRefused = "K0605";
    CallFailed = "K0606";
    CallOutside = "K0607";
    CallFiner = "K0608";
    BadClaim = "K0701";
    NotQuoted = "K0702";
    UnknownTable = "K0703";
    UnknownTableColumn = "K0704";
    ClaimFile = "K0705";
    BadKey = "K0706";
    BadAlias = "K0707";
    BlockUnread = "W0111";
    Unused = "W0201";
    NotThen = "W0401";
    PrintedApart = "W0501";
    OddRate = "W0502";
    Unread = "W0503";
    SheetUnread = "W0504";
    RowUnread = "W0505";
    SheetMarks = "W0506";
    LikeFractions = "W0507";
    NoPeriods = "W0508";
    FileUnread = "W0509";
    OpenRecord = "W0531";
}

/// The rule texts that a page shows, each with the other files that it needs: of a page about data, none.
///
/// A block `kp` is a standard, a block `markdown` one with its text; a block `kp NAME` or `rhai NAME` is a file beside the one before it.
pub(crate) fn examples(page: &str, lang: Lang) -> Vec<Sources> {
    let main = if lang == Lang::Zh { "标准.kp" } else { "rules.kp" };
    let mut found: Vec<Sources> = Vec::new();
    for block in blocks(page) {
        let text: String = block.lines.iter().filter_map(|line| page.get(line.clone())).collect();
        let info = block.info.unwrap_or_default();
        let (kind, name) = info.split_once(' ').unwrap_or((&info, ""));
        match (kind, name, found.last_mut()) {
            ("kp" | "markdown", "", _) => {
                let path = if kind == "kp" { main.to_owned() } else { format!("{main}.md") };
                let mut sources = Sources::default();
                sources.add(path, text);
                found.push(sources);
            }
            ("kp", name, Some(example)) => {
                example.add(name, text);
            }
            ("rhai", name, Some(example)) => {
                example.add_script(name, text);
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::diag::{Colour, Diagnostic, any_error, language_of, to_text};

    const LANGS: [Lang; 2] = [Lang::Zh, Lang::En];

    /// The blocks of a page that are fenced as that language.
    fn blocks<'p>(page: &'p str, fence: &str) -> Vec<&'p str> {
        let opening = format!("```{fence}\n");
        page.split(opening.as_str()).skip(1).filter_map(|rest| rest.split("```").next()).collect()
    }

    /// Whether only data can bring a code about, so that its examples are no whole standards; and what they are fenced as.
    fn of_data(code: Code) -> Option<&'static str> {
        match code {
            Code::CallFailed | Code::CallOutside | Code::CallFiner => Some("rhai f.rhai"),
            _ if code.id().get(1..3) == Some("05") => Some("csv"),
            // of files of claims, which the tests of claims read
            _ if code.id().get(1..3) == Some("07") => Some("text"),
            _ => None,
        }
    }

    /// What parsing and resolving say of a whole standard and the files beside it, as data and as text.
    fn check(sources: &Sources) -> (Vec<Diagnostic>, String) {
        let compiled = crate::engine::compile(sources);
        let found = compiled.diagnostics;
        assert!(compiled.plan.is_some() || any_error(&found), "no standard and no reason for it");
        let shown = to_text(&found, sources, None, Colour::Off);
        (found, shown)
    }

    #[test]
    fn every_page_begins_with_its_code_and_title_and_says_enough() {
        for code in Code::ALL {
            for lang in LANGS {
                let page = code.page(lang);
                let heading = format!("# {} {}", code.id(), code.title().get(lang));
                assert_eq!(page.lines().next(), Some(heading.as_str()));
                assert!(page.chars().count() > 200, "{heading} is short");
                assert!((12..=35).contains(&page.lines().count()), "{heading} has {} lines", page.lines().count());
                let labels = match lang {
                    Lang::Zh => ["**避免**", "**改为**", "**缘由**"],
                    Lang::En => ["**Avoid**", "**Prefer**", "**Why**"],
                };
                assert!(labels.iter().all(|label| page.matches(label).count() == 1), "{heading} lacks a part");
                let shown = of_data(*code).map_or_else(|| examples(page, lang).len(), |fence| blocks(page, fence).len());
                assert_eq!(shown, 2, "{heading}");
            }
        }
    }

    #[test]
    fn pages_name_their_code_and_every_good_example_checks() {
        let mut wrong = String::new();
        for code in Code::ALL.iter().copied().filter(|code| of_data(*code).is_none()) {
            for lang in LANGS {
                let examples = examples(code.page(lang), lang);
                let [avoid, prefer] = &examples[..] else { panic!("{} {lang:?}: two examples wanted", code.id()) };
                let (found, shown) = check(avoid);
                if found.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>() != [code] {
                    let _ = write!(wrong, "\n==== {} {lang:?}: the example to avoid gives\n{shown}", code.id());
                }
                assert_eq!(language_of(avoid, None), lang, "{} {lang:?} is in the other skin", code.id());
                let (found, shown) = check(prefer);
                if !found.is_empty() {
                    let _ = write!(wrong, "\n==== {} {lang:?}: the example to prefer gives\n{shown}", code.id());
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    }
}
