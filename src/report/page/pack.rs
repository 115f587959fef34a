//! Many derivations in little space: what they say alike is kept once, and each keeps what it says alone.
//!
//! A derivation is cut into blocks of lines. In a line every number and the name of the unit are left open; what remains is the
//! shape of the block, which thousands of units share. Open places that hold the same in every block of a shape are one place, and
//! those that hold the same text in all of them are no place at all. So the page puts a derivation together again letter by letter.

use indexmap::{IndexMap, IndexSet};
use serde::Serialize;

use crate::report::derivation::{Line, PassageKind, Told};

/// Where the name of the unit stands in a text.
const UNIT: char = '\u{1}';
/// Where a number or a quoted text stands.
const OPEN: char = '\u{2}';
/// What parts the text, the place and the marks of a line.
const PART: char = '\u{3}';

/// One line of a block: what it is, how deep it hangs, and its text with its places left open.
type LineShape = (char, usize, usize);

/// Everything that derivations say, each thing once.
#[derive(Debug, Default)]
pub(super) struct Packer {
    texts: IndexSet<String>,
    /// Texts that no other is like: what provenances rest on.
    quotes: IndexSet<String>,
    /// What open places hold.
    held: IndexSet<String>,
    shapes: IndexMap<Vec<LineShape>, Places>,
}

/// A derivation as blocks.
#[derive(Debug)]
pub(super) struct Packed(Vec<Block>);

#[derive(Debug)]
struct Block {
    shape: usize,
    held: Vec<usize>,
}

/// The open places of a shape over all of its blocks.
#[derive(Debug)]
struct Places {
    /// To which class each place belongs: within one all hold the same in every block.
    classes: Vec<usize>,
    /// What a place holds in all blocks, if it is the same.
    constant: Vec<Option<usize>>,
}

impl Places {
    fn new(held: &[usize]) -> Self {
        let mut seen: IndexSet<usize> = IndexSet::new();
        Places { classes: held.iter().map(|held| seen.insert_full(*held).0).collect(), constant: held.iter().copied().map(Some).collect() }
    }

    fn refine(&mut self, held: &[usize]) {
        let mut seen: IndexSet<(usize, usize)> = IndexSet::new();
        for ((class, constant), held) in self.classes.iter_mut().zip(&mut self.constant).zip(held) {
            *class = seen.insert_full((*class, *held)).0;
            *constant = constant.filter(|constant| constant == held);
        }
    }

    /// For each place the number of what it holds among what a block keeps; none where all blocks hold the same.
    fn kept(&self) -> Vec<Option<usize>> {
        let mut seen: IndexSet<usize> = IndexSet::new();
        self.classes.iter().zip(&self.constant).map(|(class, constant)| constant.is_none().then(|| seen.insert_full(*class).0)).collect()
    }
}

/// What the page needs to put derivations together.
#[derive(Debug, Serialize)]
pub(super) struct Dictionary {
    texts: IndexSet<String>,
    quotes: IndexSet<String>,
    /// For each shape its lines: what it is with its depth, its text, and for each open place a number or a text.
    shapes: Vec<Vec<ShapeLine>>,
}

#[derive(Debug, Serialize)]
struct ShapeLine(String, usize, Vec<Place>);

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Place {
    Kept(usize),
    Always(String),
}

/// How a derivation is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// All of it is one block: many units have one of the same shape.
    Whole,
    /// Wherever it may differ from those of other units.
    Fine,
}

impl Packer {
    /// Takes a derivation of a unit in.
    pub(super) fn add(&mut self, unit: &str, told: &Told, cut: Cut) -> Packed {
        let mut writer = Writer { packer: self, unit, cut, lines: Vec::new(), held: Vec::new(), done: Vec::new() };
        writer.line('h', &Line { text: told.head.clone(), ..Line::default() });
        writer.sentence('s', &told.sentence);
        for passage in &told.passages {
            if !passage.heading.is_empty() {
                writer.line('g', &Line { text: passage.heading.to_owned(), ..Line::default() });
            }
            for line in &passage.lines {
                if passage.kind != PassageKind::Tree || line.is_item {
                    writer.end();
                }
                match passage.kind {
                    PassageKind::Before => writer.sentence('p', &line.text),
                    PassageKind::Equation => writer.line('e', line),
                    PassageKind::Tree => writer.line('t', line),
                    PassageKind::Scope | PassageKind::Adjustments | PassageKind::Assumptions => writer.line('p', line),
                }
            }
        }
        writer.flush();
        Packed(writer.done)
    }

    /// For each shape which of its places a block keeps, as all blocks that were taken in have it.
    pub(super) fn kept_places(&self) -> Vec<Vec<Option<usize>>> {
        self.shapes.values().map(Places::kept).collect()
    }

    /// A derivation as the page keeps it: for each block its shape and what its places hold.
    pub(super) fn kept(&self, packed: &Packed, places: &[Vec<Option<usize>>]) -> String {
        let blocks = packed.0.iter().map(|block| {
            let mut text = block.shape.to_string();
            let mut next = 0;
            for (place, held) in places.get(block.shape).into_iter().flatten().zip(&block.held) {
                if *place == Some(next) {
                    next += 1;
                    text.push(' ');
                    text.push_str(self.held.get_index(*held).map_or("", String::as_str));
                }
            }
            text
        });
        blocks.collect::<Vec<_>>().join("|")
    }

    pub(super) fn dictionary(self) -> Dictionary {
        let Packer { texts, quotes, held, shapes } = self;
        let always = |constant: Option<usize>| constant.and_then(|constant| held.get_index(constant)).cloned().unwrap_or_default();
        let shape = |(lines, places): (&Vec<LineShape>, &Places)| {
            let kept = places.kept();
            let mut open = kept.iter().zip(&places.constant).map(|(kept, constant)| kept.map_or_else(|| Place::Always(always(*constant)), Place::Kept));
            let line = |(kind, depth, text): &LineShape| {
                let count = texts.get_index(*text).map_or(0, |text| text.matches(OPEN).count());
                ShapeLine(format!("{kind}{depth}"), *text, open.by_ref().take(count).collect())
            };
            lines.iter().map(line).collect()
        };
        let shapes = shapes.iter().map(shape).collect();
        Dictionary { texts, quotes, shapes }
    }
}

/// Cuts one derivation.
struct Writer<'p> {
    packer: &'p mut Packer,
    unit: &'p str,
    cut: Cut,
    lines: Vec<LineShape>,
    held: Vec<usize>,
    done: Vec<Block>,
}

impl Writer<'_> {
    /// A place where a block may end.
    fn end(&mut self) {
        if self.cut == Cut::Fine {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let (lines, held) = (std::mem::take(&mut self.lines), std::mem::take(&mut self.held));
        if lines.is_empty() {
            return;
        }
        let entry = self.packer.shapes.entry(lines);
        let shape = entry.index();
        entry.and_modify(|places| places.refine(&held)).or_insert_with(|| Places::new(&held));
        self.done.push(Block { shape, held });
    }

    fn line(&mut self, kind: char, line: &Line) {
        let mut shape = self.open(&line.text);
        if !line.place.is_empty() || !line.marks.is_empty() {
            shape.push(PART);
            shape.push_str(&self.open(&line.place));
            if let Some(quoted) = line.basis.strip_suffix(']') {
                let quote = self.packer.quotes.insert_full(clean(quoted)).0;
                self.held.push(self.packer.held.insert_full(format!("~{quote}")).0);
                shape.push(OPEN);
                shape.push(']');
            }
        }
        if !line.marks.is_empty() {
            shape.push(PART);
            shape.push_str(&self.open(&line.marks));
        }
        let text = self.packer.texts.insert_full(shape).0;
        self.lines.push((kind, line.depth, text));
    }

    /// A sentence, which may be cut behind its commas.
    fn sentence(&mut self, kind: char, text: &str) {
        let mut kind = kind;
        let ends = |letter: char| matches!(letter, ',' | ';');
        let phrases: Vec<&str> = if self.cut == Cut::Fine { text.split_inclusive(ends).collect() } else { vec![text] };
        for phrase in phrases {
            self.end();
            self.line(kind, &Line { text: phrase.to_owned(), ..Line::default() });
            kind = '+';
        }
    }

    /// A text with the name of the unit and every number left open.
    fn open(&mut self, text: &str) -> String {
        let mut shape = String::with_capacity(text.len());
        let mut number = String::new();
        let named = if self.unit.is_empty() { clean(text) } else { clean(text).replace(clean(self.unit).as_str(), &String::from(UNIT)) };
        let mut letters = named.chars().peekable();
        while let Some(letter) = letters.next() {
            let goes_on = letter == '.' && !number.is_empty() && letters.peek().is_some_and(char::is_ascii_digit);
            if letter.is_ascii_digit() || goes_on {
                number.push(letter);
                continue;
            }
            self.close(&mut number, &mut shape);
            shape.push(letter);
        }
        self.close(&mut number, &mut shape);
        shape
    }

    fn close(&mut self, number: &mut String, shape: &mut String) {
        if !number.is_empty() {
            self.held.push(self.packer.held.insert_full(std::mem::take(number)).0);
            shape.push(OPEN);
        }
    }
}

/// A text without the signs that mean something in shapes.
fn clean(text: &str) -> String {
    text.replace([UNIT, OPEN, PART], "\u{FFFD}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::derivation::Passage;

    fn told(head: &str, sentence: &str, tree: &[(usize, &str, &str, &str)]) -> Told {
        let line = |(depth, text, place, basis): &(usize, &str, &str, &str)| Line {
            depth: *depth,
            text: (*text).to_owned(),
            place: (*place).to_owned(),
            basis: (*basis).to_owned(),
            ..Line::default()
        };
        let lines = tree.iter().map(line).collect();
        Told { head: head.to_owned(), sentence: sentence.to_owned(), passages: vec![Passage { kind: PassageKind::Tree, heading: "由来", lines }] }
    }

    /// The lines of what was kept, put together as the page does.
    fn unpacked(dictionary: &Dictionary, unit: &str, kept: &str) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for block in kept.split('|') {
            let mut held = block.split(' ');
            let shape: usize = held.next().unwrap().parse().unwrap();
            let held: Vec<&str> = held.collect();
            for ShapeLine(kind, text, open) in &dictionary.shapes[shape] {
                let mut open = open.iter();
                let mut line = String::new();
                for letter in dictionary.texts[*text].chars() {
                    let text = |text: &str| text.strip_prefix('~').map_or(text.to_owned(), |quote| dictionary.quotes[quote.parse::<usize>().unwrap()].clone());
                    match letter {
                        UNIT => line.push_str(unit),
                        PART => line.push(' '),
                        OPEN => match open.next().unwrap() {
                            Place::Kept(place) => line.push_str(&text(held[*place])),
                            Place::Always(always) => line.push_str(&text(always)),
                        },
                        other => line.push(other),
                    }
                }
                if kind.starts_with('+') { lines.last_mut().unwrap().push_str(&line) } else { lines.push(line) }
            }
        }
        lines
    }

    #[test]
    fn what_is_packed_comes_out_letter_by_letter_and_is_shared() {
        let of = |unit: &str, score: &str, row: &str, basis: &str| {
            let (cell, basis) = (format!("[表.csv 第 {row} 行"), format!(" {basis}]"));
            told(
                &format!("{unit}(县) 2024-01  率  {score} / 15.00 分"),
                &format!("率 95%,得 {score} 分。"),
                &[(0, &format!("率 {score} 分 = 15 分 - 1 分"), "[规则.kp:3]", ""), (1, "件数 3 件", &cell, &basis)],
            )
        };
        let mut packer = Packer::default();
        let first = packer.add("甲县", &of("甲县", "14", "2", "甲县 2 页"), Cut::Whole);
        let second = packer.add("乙县1.5", &of("乙县1.5", "1", "3", "别处"), Cut::Whole);
        let fine = packer.add("甲县", &of("甲县", "14", "2", "甲县 2 页"), Cut::Fine);
        let places = packer.kept_places();
        let kept: Vec<String> = [&first, &second, &fine].map(|packed| packer.kept(packed, &places)).to_vec();
        assert_eq!(&kept[..2], ["0 14 2 ~0", "0 1 3 ~1"], "the score stands in three places and is kept once");
        let dictionary = packer.dictionary();
        let lines = unpacked(&dictionary, "甲县", &kept[0]);
        assert_eq!(
            lines,
            ["甲县(县) 2024-01  率  14 / 15.00 分", "率 95%,得 14 分。", "由来", "率 14 分 = 15 分 - 1 分 [规则.kp:3]", "件数 3 件 [表.csv 第 2 行 甲县 2 页]",]
        );
        assert_eq!(unpacked(&dictionary, "乙县1.5", &kept[1])[0], "乙县1.5(县) 2024-01  率  1 / 15.00 分");
        assert_eq!(unpacked(&dictionary, "乙县1.5", &kept[1])[4], "件数 3 件 [表.csv 第 3 行 别处]");
        assert_eq!(unpacked(&dictionary, "甲县", &kept[2]), lines);
    }

    #[test]
    fn signs_of_the_shapes_in_a_text_change_nothing_else() {
        let mut packer = Packer::default();
        let packed = packer.add("\u{1}甲|\u{2}", &told("\u{1}甲|\u{2} 3 \u{3}", "", &[]), Cut::Whole);
        let kept = packer.kept(&packed, &packer.kept_places());
        let dictionary = packer.dictionary();
        assert_eq!(unpacked(&dictionary, "\u{FFFD}甲|\u{FFFD}", &kept)[0], "\u{FFFD}甲|\u{FFFD} 3 \u{FFFD}");
    }
}
