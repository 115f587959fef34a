//! The only reader of policy text.
//!
//! In: paths. Out: decoded files with the places of their lines ([`Sources`]). Never: an interpretation of what the text says.
//!
//! Rules stand in files of their own (`.kp`) or in the fenced blocks of a Markdown text (`.kp.md`). A file may be UTF-8 or UTF-16 with or without a byte order mark, or GB18030 as Notepad and WPS save it.

mod bounded;
mod decode;
pub(crate) mod literate;
mod pieces;
mod policy;
mod script;
mod uses;

pub(crate) use bounded::{LARGEST, TooLarge, all_up_to, read_up_to};
pub use decode::{DecodeFault, decode};
pub(crate) use decode::{Encoding, decode_from, with_line_ends};
pub(crate) use pieces::{Piece, Spliced};
pub(crate) use policy::hex;
pub use policy::{FileRead, Policy, PolicyFault, Role, read_policy};
pub(crate) use script::{Unread, beside, is_script_name};
pub(crate) use uses::{BadName, is_rule_name, named_by, only_shares};

/// A stretch of one file's text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Which file of the [`Sources`].
    pub file: u32,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// From the start of `self` to the end of `other`.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { end: self.end.max(other.end), ..self }
    }

    /// Whether another place lies in it.
    #[must_use]
    pub fn holds(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The bytes in the file.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        position(self.start)..position(self.end)
    }
}

/// A byte position as an index.
pub(crate) fn position(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// An index as a byte position; files are limited to 16 MB, so that every position fits.
pub(crate) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A line and a column, both counted from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line.
    pub line: usize,
    /// The character within the line.
    pub column: usize,
}

/// What a file of a policy holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Rules.
    Rules,
    /// A script that rules call, with the SHA-256 of its bytes.
    Script(String),
    /// Rules of a version that amendments made of others, with where each stretch was written.
    Spliced(Vec<Piece>),
}

/// One file of policy text.
#[derive(Debug, Clone)]
pub struct Source {
    /// The path as it is shown.
    pub path: String,
    /// The decoded text.
    pub text: String,
    pub(crate) kind: Kind,
    /// Of a text with rules inside, the text as the parser sees it: the same places, all else blank.
    blanked: Option<String>,
}

impl Source {
    fn of(path: impl Into<String>, text: impl Into<String>, kind: Kind) -> Self {
        let (path, text) = (path.into(), text.into());
        let blanked = (kind == Kind::Rules && literate::is_literate(&path)).then(|| literate::blanked(&text));
        Source { path, text, kind, blanked }
    }

    /// The text as the parser sees it: of a Markdown file its blocks of rules, each byte where the author wrote it.
    #[must_use]
    pub fn rules(&self) -> &str {
        self.blanked.as_deref().unwrap_or(&self.text)
    }

    /// Whether the rules stand in a Markdown text.
    pub(crate) fn is_literate(&self) -> bool {
        self.blanked.is_some()
    }

    /// The SHA-256 of the bytes of a script.
    pub(crate) fn script_sha256(&self) -> Option<&str> {
        match &self.kind {
            Kind::Rules | Kind::Spliced(_) => None,
            Kind::Script(sha256) => Some(sha256),
        }
    }

    /// Where a byte stands.
    #[must_use]
    pub fn line_column(&self, at: usize) -> LineColumn {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        LineColumn { line, column }
    }
}

/// All files of a policy, in the order of their paths: rules, each behind those that it uses, and the scripts that they call.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
    /// Scripts and rule files that are named and could not be read, by path.
    unread: Vec<(String, Unread)>,
    /// Further paths by which rule files are named, each with the path under which it was read.
    links: Vec<(String, String)>,
}

impl Sources {
    /// Adds a rule file, or by its ending `.kp.md` a Markdown text with rules inside, and says by which number spans name it.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> u32 {
        self.push(Source::of(path, text, Kind::Rules))
    }

    /// Adds a script that rules may call, under a path beside theirs, and says by which number spans name it.
    pub fn add_script(&mut self, path: impl Into<String>, text: impl Into<String>) -> u32 {
        let text = text.into();
        let sha256 = policy::sha256(text.as_bytes());
        self.push(Source::of(path, text, Kind::Script(sha256)))
    }

    fn push(&mut self, source: Source) -> u32 {
        self.files.push(source);
        offset(self.files.len() - 1)
    }

    /// The script with that path: its number, or why it could not be read; nothing where there is none.
    pub(crate) fn script(&self, path: &std::path::Path) -> Option<Result<u32, &Unread>> {
        let same = |other: &str| std::path::Path::new(other) == path;
        let read = self.scripts().find(|(_, source)| same(&source.path)).map(|(file, _)| Ok(file));
        read.or_else(|| self.unread.iter().find(|(other, _)| same(other)).map(|(_, unread)| Err(unread)))
    }

    /// The rule file with that path: its number, or why it could not be read; nothing where there is none.
    pub(crate) fn used(&self, path: &std::path::Path) -> Option<Result<u32, &Unread>> {
        let same = |other: &str| std::path::Path::new(other) == path;
        let target = self.links.iter().find(|(link, _)| same(link)).map_or(path, |(_, target)| std::path::Path::new(target));
        let read = self.iter().find(|(_, source)| std::path::Path::new(&source.path) == target).map(|(file, _)| Ok(file));
        read.or_else(|| self.unread.iter().find(|(other, _)| same(other)).map(|(_, unread)| Err(unread)))
    }

    /// The file with that number.
    #[must_use]
    pub fn get(&self, file: u32) -> Option<&Source> {
        self.files.get(position(file))
    }

    /// The rule files with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Source)> {
        self.all().filter(|(_, source)| source.kind == Kind::Rules)
    }

    /// The scripts with their numbers.
    pub fn scripts(&self) -> impl Iterator<Item = (u32, &Source)> {
        self.all().filter(|(_, source)| matches!(source.kind, Kind::Script(_)))
    }

    /// Rule files and scripts with their numbers; not the texts that were spliced from them.
    pub fn all(&self) -> impl Iterator<Item = (u32, &Source)> {
        self.files.iter().enumerate().map(|(index, source)| (offset(index), source)).filter(|(_, source)| !matches!(source.kind, Kind::Spliced(_)))
    }

    /// The text of a span; what a Markdown text says between its blocks of rules is blank.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).and_then(|source| source.rules().get(span.range())).unwrap_or("")
    }

    /// The text of a span on one line, runs of white space drawn together.
    #[must_use]
    pub fn excerpt(&self, span: Span) -> String {
        self.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// How many files there are, spliced ones included.
    pub(crate) fn count(&self) -> usize {
        self.files.len()
    }

    /// Path and line of where a span was written, as in `标准.kp:12`.
    #[must_use]
    pub fn place(&self, span: Span) -> String {
        let span = self.written(span);
        self.get(span.file).map_or_else(String::new, |source| format!("{}:{}", source.path, source.line_column(position(span.start)).line))
    }
}
