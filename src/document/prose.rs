//! A Markdown text as HTML, its blocks of rules in place. What is HTML in it is shown as it is written; nothing of it runs.

use std::fmt::Write;
use std::ops::Range;

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Parser, Tag, TagEnd};

use super::Heading;
use super::html::{anchor, escaped, is_harmless};
use super::names::plain;
use super::rules::{Writer, in_lines};
use crate::diag::Lang;
use crate::source::Source;
use crate::source::literate::{Block, blocks, options};

/// Writes one text.
pub(super) struct Prose<'a> {
    writer: Writer<'a>,
    file: u32,
    blocks: Vec<Block>,
    html: String,
    headings: &'a mut Vec<Heading>,
    /// The heading that is being read: its level, its text so far, and the page before it.
    heading: Option<(u8, String, String)>,
    /// The column of a table that is being read, and how its columns are aligned.
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
    /// By how much headings are lower than those of the text: where it has the title of the page, by nothing.
    lower: u8,
    /// Whether what is read is the description of a picture.
    picture: bool,
    lang: Lang,
}

/// Writes the text of a file, its headings lower by so many levels than they are written; they are added to those of the page. One of
/// the first level is that of the page itself.
pub(super) fn write(writer: Writer<'_>, (file, source): (u32, &Source), lower: u8, headings: &mut Vec<Heading>, lang: Lang) -> String {
    let mut prose = Prose {
        writer,
        file,
        blocks: blocks(&source.text),
        html: String::new(),
        headings,
        heading: None,
        alignments: Vec::new(),
        column: 0,
        in_head: false,
        lower,
        picture: false,
        lang,
    };
    let mut rules: Option<Range<usize>> = None;
    for (event, range) in Parser::new_ext(&source.text, options()).into_offset_iter() {
        match (&event, &rules) {
            (Event::Start(Tag::CodeBlock(_)), None) if prose.is_rules(&range) => rules = Some(range),
            (Event::End(TagEnd::CodeBlock), Some(block)) => {
                let block = block.clone();
                prose.rules(&block);
                rules = None;
            }
            (_, Some(_)) => {}
            _ => prose.event(event),
        }
    }
    prose.html
}

/// The title of a text: its first heading, if there is no other of the first level.
pub(super) fn title(text: &str) -> Option<String> {
    let mut title: Option<String> = None;
    let mut open = false;
    let mut headings = 0_usize;
    for event in Parser::new_ext(text, options()) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let first = level == HeadingLevel::H1;
                if first && headings > 0 || !first && headings == 0 {
                    return None;
                }
                headings += 1;
                open = first;
            }
            Event::End(TagEnd::Heading(_)) => open = false,
            Event::Text(words) | Event::Code(words) if open => title.get_or_insert_default().push_str(&words),
            _ => {}
        }
    }
    title
}

impl Prose<'_> {
    fn is_rules(&self, range: &Range<usize>) -> bool {
        self.blocks.iter().any(|block| block.range.start == range.start && block.is_rules())
    }

    /// A block of rules.
    fn rules(&mut self, range: &Range<usize>) {
        let lines = self.blocks.iter().filter(|block| block.range.start == range.start).flat_map(|block| &block.lines);
        let lines: Vec<String> = lines.map(|line| self.writer.lines(self.file, line, &|_| None).trim_end_matches(['\r', '\n']).to_owned()).collect();
        let last = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
        let lines: Vec<&str> = lines.iter().take(last).map(String::as_str).collect();
        if !lines.is_empty() {
            let _ = writeln!(self.html, "<pre class=\"rules\"><code>{}</code></pre>", in_lines(&lines));
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.words(&text),
            Event::Code(code) => self.code(&code),
            // a comment of the author is for authors
            Event::Html(html) | Event::InlineHtml(html) if html.trim_start().starts_with("<!--") || html.trim_end().ends_with("-->") => {}
            Event::Html(html) | Event::InlineHtml(html) => self.words(&html),
            Event::SoftBreak => self.soft_break(),
            Event::HardBreak => self.html.push_str("<br>\n"),
            Event::Rule => self.html.push_str("<hr>\n"),
            Event::FootnoteReference(name) => {
                let place = anchor(&format!("foot-{}-", self.file), &name);
                let _ = write!(self.html, "<sup><a href=\"#{place}\">{}</a></sup>", escaped(&name));
            }
            Event::TaskListMarker(done) => self.html.push_str(if done { "☑ " } else { "☐ " }),
            Event::InlineMath(text) | Event::DisplayMath(text) => self.words(&text),
        }
    }

    fn words(&mut self, text: &str) {
        if let Some((_, heading, _)) = &mut self.heading {
            heading.push_str(text);
        }
        self.html.push_str(&escaped(text));
    }

    /// Between two Han a line break of the source is no space.
    fn soft_break(&mut self) {
        let wide = self.html.chars().next_back().is_some_and(|c| unicode_width::UnicodeWidthChar::width(c) == Some(2));
        self.html.push_str(if wide { "" } else { "\n" });
        if let Some((_, heading, _)) = &mut self.heading {
            heading.push(' ');
        }
    }

    /// A name between backticks leads to what it stands for.
    fn code(&mut self, code: &str) {
        if let Some((_, heading, _)) = &mut self.heading {
            heading.push_str(code);
        }
        let safe = escaped(code);
        let _ = match self.writer.index.named(plain(code.trim())) {
            Some(one) if !self.picture => write!(self.html, "<a href=\"#{}\"><code>{safe}</code></a>", escaped(&one.anchor)),
            _ => write!(self.html, "<code>{safe}</code>"),
        };
    }

    fn start(&mut self, tag: Tag<'_>) {
        let html = match tag {
            Tag::Paragraph => "<p>".to_owned(),
            Tag::Heading { level, .. } => {
                // the page has one heading of the first level
                let level = level_of(level).saturating_add(self.lower).min(6);
                self.heading = Some((level, String::new(), std::mem::take(&mut self.html)));
                String::new()
            }
            Tag::BlockQuote(_) => "<blockquote>\n".to_owned(),
            Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented) => "<pre><code>".to_owned(),
            Tag::List(Some(1)) => "<ol>\n".to_owned(),
            Tag::List(Some(first)) => format!("<ol start=\"{first}\">\n"),
            Tag::List(None) => "<ul>\n".to_owned(),
            Tag::Item => "<li>".to_owned(),
            Tag::FootnoteDefinition(name) => {
                format!("<div class=\"note\" id=\"{}\"><sup>{}</sup> ", anchor(&format!("foot-{}-", self.file), &name), escaped(&name))
            }
            Tag::Table(alignments) => {
                self.alignments = alignments;
                "<div class=\"wide\" tabindex=\"0\"><table>\n".to_owned()
            }
            Tag::TableHead => {
                (self.in_head, self.column) = (true, 0);
                "<thead><tr>".to_owned()
            }
            Tag::TableRow => {
                self.column = 0;
                "<tr>".to_owned()
            }
            Tag::TableCell => {
                let align = match self.alignments.get(self.column) {
                    Some(Alignment::Right) => " class=\"n\"",
                    Some(Alignment::Center) => " class=\"m\"",
                    _ => "",
                };
                self.column += 1;
                if self.in_head { format!("<th scope=\"col\"{align}>") } else { format!("<td{align}>") }
            }
            Tag::Emphasis => "<em>".to_owned(),
            Tag::Strong => "<strong>".to_owned(),
            Tag::Strikethrough => "<del>".to_owned(),
            Tag::Link { dest_url, .. } if is_harmless(&dest_url) => format!("<a href=\"{}\">", escaped(&dest_url)),
            Tag::Link { .. } => "<a>".to_owned(),
            Tag::Image { .. } => {
                self.picture = true;
                // the page stands alone: of a picture it has the description
                match self.lang {
                    Lang::Zh => "<span class=\"picture\">〔图:".to_owned(),
                    Lang::En => "<span class=\"picture\">[picture: ".to_owned(),
                }
            }
            _ => String::new(),
        };
        self.html.push_str(&html);
    }

    fn end(&mut self, tag: TagEnd) {
        let html = match tag {
            TagEnd::Paragraph => "</p>\n",
            TagEnd::Heading(_) => return self.end_heading(),
            TagEnd::BlockQuote(_) => "</blockquote>\n",
            TagEnd::CodeBlock => "</code></pre>\n",
            TagEnd::List(true) => "</ol>\n",
            TagEnd::List(false) => "</ul>\n",
            TagEnd::Item => "</li>\n",
            TagEnd::FootnoteDefinition => "</div>\n",
            TagEnd::Table => "</tbody></table></div>\n",
            TagEnd::TableHead => {
                self.in_head = false;
                "</tr></thead><tbody>\n"
            }
            TagEnd::TableRow => "</tr>\n",
            TagEnd::TableCell if self.in_head => "</th>",
            TagEnd::TableCell => "</td>",
            TagEnd::Emphasis => "</em>",
            TagEnd::Strong => "</strong>",
            TagEnd::Strikethrough => "</del>",
            TagEnd::Link => "</a>",
            TagEnd::Image => {
                self.picture = false;
                if self.lang == Lang::Zh { "〕</span>" } else { "]</span>" }
            }
            _ => "",
        };
        self.html.push_str(html);
    }

    /// The heading is known: it has its place on the page.
    fn end_heading(&mut self) {
        let Some((level, text, before)) = self.heading.take() else { return };
        let heading = Heading::new(self.headings, level, text);
        let inside = std::mem::replace(&mut self.html, before);
        if level == 1 {
            return;
        }
        let _ = writeln!(self.html, "<h{level} id=\"{}\">{inside}</h{level}>", escaped(&heading.anchor));
        self.headings.push(heading);
    }
}

fn level_of(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}
