//! The manual, `docs/language.md` and `docs/language.zh.md`, is run: its rules are checked, its cases tested, its commands
//! executed, and every keyword has an example.
//!
//! A block ```` ```kp ```` is a whole standard, or is completed with the block ```` ```kp scaffold ```` of its manual's appendix; it
//! must check without a diagnostic, and its cases must pass. A block ```` ```rhai NAME ```` is the script of that name. A block
//! ```` ```kp file NAME ```` is the rule file of that name, a block ```` ```csv NAME ```` the calendar of that name, a block ```` ```markdown ```` a text with rules inside. A block
//! ```` ```kp error K0302 ```` gives that one code. The lines of a block ```` ```console ```` that begin with `$ kaoping` are run in the root of the repository, and print the lines after them; `…` on
//! a line of its own stands for any lines.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test reads its own files")]

#[path = "harness/markdown.rs"]
mod markdown;
#[path = "harness/program.rs"]
mod program;

use std::fs;

use kaoping::diag::{Colour, to_text};
use kaoping::engine::compile;
use kaoping::source::Sources;
use markdown::{Block, agrees, blocks};
use program::{kaoping, root};

/// One of the two manuals, and the words by which its examples are told apart.
struct Manual {
    path: &'static str,
    standard: &'static str,
    case: &'static str,
    /// Declarations of the scaffold that an example may make itself.
    replaced: [&'static str; 3],
}

const MANUALS: [Manual; 2] = [
    Manual { path: "docs/language.zh.md", standard: "标准 ", case: "用例 ", replaced: ["层级 ", "总分 =", "排名 "] },
    Manual { path: "docs/language.md", standard: "standard ", case: "case ", replaced: ["tier ", "total =", "rank "] },
];

impl Manual {
    fn text(&self) -> String {
        fs::read_to_string(root().join(self.path)).unwrap()
    }

    fn blocks(&self) -> Vec<Block> {
        blocks(&self.text())
    }

    fn blocks_of(&self, info: &str) -> Vec<Block> {
        self.blocks().into_iter().filter(|block| block.info == info).collect()
    }

    /// The block as a whole standard.
    fn completed(&self, block: &Block) -> String {
        // an example may be in the other skin
        let manual = MANUALS.iter().find(|manual| manual.is_skin_of(&block.text)).unwrap_or(self);
        let states = |start: &str| block.text.lines().any(|line| line.starts_with(start));
        if states(manual.standard) {
            return block.text.clone();
        }
        let scaffolds = manual.blocks_of("kp scaffold");
        let [scaffold] = scaffolds.as_slice() else { panic!("{}: one scaffold", manual.path) };
        let kept = scaffold.text.lines().filter(|line| !manual.replaced.iter().any(|start| line.starts_with(start) && states(start)));
        format!("{}\n{}", kept.collect::<Vec<_>>().join("\n"), block.text)
    }

    /// The scripts that the manual shows, by name.
    fn scripts(&self) -> Vec<(String, String)> {
        let named = self.blocks().into_iter().filter_map(|block| Some((block.info.strip_prefix("rhai ")?.to_owned(), block.text)));
        named.collect()
    }

    /// The rule files that examples use, by name.
    fn used(&self) -> Vec<(String, String)> {
        let named = self.blocks().into_iter().filter_map(|block| Some((block.info.strip_prefix("kp file ")?.to_owned(), block.text)));
        named.collect()
    }

    fn is_skin_of(&self, rules: &str) -> bool {
        let starts = match self.standard {
            "标准 " => ["标准 ", "数据 ", "指标 ", "层级 ", "单位 "],
            _ => ["standard ", "fact ", "indicator ", "tier ", "unit "],
        };
        rules.lines().any(|line| starts.iter().any(|start| line.starts_with(start)))
    }
}

/// The codes that a standard gives with the scripts and rule files that it names, and what is said of it.
fn check(rules: &str, manual: &Manual) -> (Vec<&'static str>, String) {
    let mut sources = Sources::default();
    sources.add("例.kp", rules);
    for (name, text) in manual.used().iter().filter(|(name, _)| rules.contains(&format!("\"{name}\""))) {
        sources.add(name, text);
    }
    for (name, text) in manual.scripts().iter().filter(|(name, _)| rules.contains(&format!("\"{name}\""))) {
        sources.add_script(name, text);
    }
    let found = compile(&sources).diagnostics;
    (found.iter().map(|diagnostic| diagnostic.code.id()).collect(), to_text(&found, &sources, None, Colour::Off))
}

#[test]
fn every_example_checks_without_a_diagnostic() {
    for manual in &MANUALS {
        let blocks = manual.blocks_of("kp");
        assert!(blocks.len() >= 50, "{}: {}", manual.path, blocks.len());
        for block in blocks {
            let (codes, shown) = check(&manual.completed(&block), manual);
            assert!(codes.is_empty(), "{}:{}\n{shown}", manual.path, block.line);
        }
    }
}

#[test]
fn every_wrong_example_gives_its_code() {
    for manual in &MANUALS {
        let blocks: Vec<Block> = manual.blocks().into_iter().filter(|block| block.info.starts_with("kp error ")).collect();
        assert!(blocks.len() >= 10, "{}: {}", manual.path, blocks.len());
        for block in blocks {
            let (codes, shown) = check(&manual.completed(&block), manual);
            let wanted = block.info.trim_start_matches("kp error ");
            assert_eq!(codes, [wanted], "{}:{}\n{shown}", manual.path, block.line);
        }
    }
}

#[test]
fn the_cases_of_every_example_pass() {
    let folder = tempfile::tempdir().unwrap();
    for manual in &MANUALS {
        let mut tested = 0;
        for (name, text) in manual.scripts().into_iter().chain(manual.used()) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        for block in manual.blocks() {
            if let Some(name) = block.info.strip_prefix("csv ") {
                fs::write(folder.path().join(name), &block.text).unwrap();
            }
        }
        for block in manual.blocks_of("kp").iter().filter(|block| block.text.lines().any(|line| line.starts_with(manual.case))) {
            let file = folder.path().join(format!("{}.kp", block.line));
            fs::write(&file, manual.completed(block)).unwrap();
            let run = kaoping(root(), &["test", file.to_str().unwrap()]);
            assert_eq!(run.status, 0, "{}:{}\n{}{}", manual.path, block.line, run.out, run.err);
            tested += 1;
        }
        assert!(tested >= 45, "{}: {tested}", manual.path);
    }
}

#[test]
fn every_text_with_rules_inside_checks_clean_and_its_cases_pass() {
    for manual in &MANUALS {
        let texts = manual.blocks_of("markdown");
        assert!(!texts.is_empty());
        let scaffold = manual.completed(&Block { line: 0, info: String::new(), text: String::new() });
        for block in texts {
            let folder = tempfile::tempdir().unwrap();
            let own: Vec<&str> = manual.replaced.into_iter().filter(|start| block.text.lines().any(|line| line.starts_with(start))).collect();
            let kept = scaffold.lines().filter(|line| !own.iter().any(|start| line.starts_with(start)));
            fs::write(folder.path().join("其余.kp"), kept.collect::<Vec<_>>().join("\n")).unwrap();
            fs::write(folder.path().join("正文.kp.md"), &block.text).unwrap();
            let run = kaoping(folder.path(), &["check", "."]);
            assert!(run.status == 0 && !run.err.contains("W0"), "{}:{}\n{}", manual.path, block.line, run.err);
            let run = kaoping(folder.path(), &["test", "."]);
            assert!(run.status == 0 && run.out.contains("正文.kp.md:"), "{}:{}\n{}{}", manual.path, block.line, run.out, run.err);
        }
    }
}

#[test]
fn every_command_prints_what_the_manual_shows() {
    for manual in &MANUALS {
        let blocks = manual.blocks_of("console");
        assert!(!blocks.is_empty());
        for block in blocks {
            for command in block.text.split("$ kaoping ").skip(1) {
                let (arguments, shown) = command.split_once('\n').unwrap();
                let run = kaoping(root(), &arguments.split_whitespace().collect::<Vec<_>>());
                let printed = format!("{}{}", run.out, run.err);
                assert!(agrees(shown, &printed), "{}:{}\n{arguments}\n{printed}", manual.path, block.line);
            }
        }
    }
}

#[test]
fn both_manuals_have_the_same_blocks() {
    let [zh, en] = &MANUALS;
    // a file is called as its language would
    let kind = |info: String| if info.starts_with("kp file ") { "kp file".to_owned() } else { info };
    let kinds = |manual: &Manual| manual.blocks().into_iter().map(|block| kind(block.info)).collect::<Vec<_>>();
    assert_eq!(kinds(zh), kinds(en));
}

// --- keywords ---

struct Keyword {
    zh: String,
    en: String,
}

/// The keywords from the table that the program is built from.
fn keywords() -> Vec<Keyword> {
    let source = fs::read_to_string(root().join("src/syntax/words.rs")).unwrap();
    let rows = source.lines().filter_map(|line| line.trim().strip_prefix("word(\""));
    let words = rows.map(|row| {
        let parts: Vec<&str> = row.split('"').collect();
        Keyword { zh: parts[2].to_owned(), en: parts[4].to_owned() }
    });
    words.collect()
}

/// Rules without texts, comments and quoted names, their words with one space before and behind.
fn plain(rules: &str) -> String {
    let mut plain = String::from(" ");
    let mut open: Option<char> = None;
    for letter in rules.chars() {
        match (open, letter) {
            (Some(end), letter) if letter == end => open = None,
            (Some(_), _) => {}
            (None, '#' | '＃') => open = Some('\n'),
            (None, '"') => open = Some('"'),
            (None, '“') => open = Some('”'),
            (None, '「') => open = Some('」'),
            (None, letter) if letter.is_alphanumeric() || letter == '_' => plain.push(letter),
            (None, _) if plain.ends_with(' ') => {}
            (None, _) => plain.push(' '),
        }
        if open.is_some() && !plain.ends_with(' ') {
            plain.push(' ');
        }
    }
    plain.push(' ');
    plain
}

#[test]
fn every_keyword_has_an_example_and_stands_in_the_table() {
    let words = keywords();
    assert!(words.len() > 100);
    for (manual, in_zh) in MANUALS.iter().zip([true, false]) {
        let examples: String = manual.blocks_of("kp").iter().map(|block| plain(&block.text)).collect();
        let text = manual.text();
        for word in &words {
            let spelled = if in_zh { &word.zh } else { &word.en };
            assert!(text.contains(&format!("`{}`", word.zh)) && text.contains(&format!("`{}`", word.en)), "{}: {spelled} stands in no table", manual.path);
            assert!(examples.contains(&format!(" {spelled} ")), "{}: no example of {spelled}", manual.path);
        }
    }
}

// --- the language on one page ---

const SHEETS: [&str; 2] = ["docs/cheatsheet.zh.md", "docs/cheatsheet.md"];

#[test]
fn the_blocks_of_the_cheat_sheet_make_one_standard_whose_cases_pass() {
    for path in SHEETS {
        let folder = tempfile::tempdir().unwrap();
        let mut rules = String::new();
        for block in blocks(&fs::read_to_string(root().join(path)).unwrap()) {
            match block.info.strip_prefix("rhai ").or_else(|| block.info.strip_prefix("csv ")) {
                Some(name) => fs::write(folder.path().join(name), &block.text).unwrap(),
                None => rules.push_str(&block.text),
            }
        }
        fs::write(folder.path().join("rules.kp"), rules).unwrap();
        let run = kaoping(folder.path(), &["check", ".", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!((run.status, &report["warnings"]), (0, &0.into()), "{path}: {}", run.out);
        let run = kaoping(folder.path(), &["test", "."]);
        assert!(run.status == 0 && run.out.matches("rules.kp:").count() == 3, "{path}: {}", run.out);
    }
}

#[test]
fn the_cheat_sheet_is_one_page_with_every_keyword() {
    let words = keywords();
    for (path, in_zh) in SHEETS.iter().zip([true, false]) {
        let text = fs::read_to_string(root().join(path)).unwrap();
        assert!(text.lines().count() <= 100, "{path}: {} lines", text.lines().count());
        // the words of comments count: they name what else may stand in a place
        let spelled: String = text.chars().map(|letter| if letter.is_alphanumeric() || letter == '_' { letter } else { ' ' }).collect();
        let spelled = format!(" {} ", spelled.split_whitespace().collect::<Vec<_>>().join(" "));
        let missing: Vec<&str> =
            words.iter().map(|word| if in_zh { word.zh.as_str() } else { word.en.as_str() }).filter(|word| !spelled.contains(&format!(" {word} "))).collect();
        assert!(missing.is_empty(), "{path}: {missing:?}");
    }
}
