//! The rule files that rules name: 引用 shares what another file declares.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::literate::is_literate;
use super::policy::{LARGEST, has_ending};
use super::script::{Unread, inside};
use super::{Kind, Source, decode, read_up_to, with_line_ends};

/// Whether a file of that name holds rules, as far as its letters tell.
pub(crate) fn is_rule_name(path: &Path) -> bool {
    has_ending(path, "kp") || path.file_name().is_some_and(|name| is_literate(&name.to_string_lossy()))
}

/// Whether a path leads into the folder of the rules, as far as its letters tell.
pub(super) fn leads_inside(name: &str) -> bool {
    let inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    // what some system takes for a drive, a parent or a hidden file is refused on all of them
    let plain = name.split('/').all(|part| !part.is_empty() && !part.starts_with(['.', '~'])) && !name.contains(['\\', ':']);
    inside && plain
}

/// Why a text cannot be the path of a rule file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadName {
    /// It leads out of the folder, or might on some system.
    Outside,
    /// No file of that name holds rules.
    NoRules,
}

/// Where the rule file lies that another names.
pub(crate) fn named_by(rules: &Path, name: &str) -> Result<PathBuf, BadName> {
    if !leads_inside(name) {
        return Err(BadName::Outside);
    }
    if !is_rule_name(Path::new(name)) {
        return Err(BadName::NoRules);
    }
    Ok(name.split('/').fold(rules.parent().unwrap_or(Path::new("")).to_path_buf(), |path, part| path.join(part)))
}

/// What stands outside all brackets of a rule text, without comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outer<'t> {
    Word(&'t str),
    Text(&'t str),
    Other,
}

/// The words and texts outside all brackets, whatever the text is.
fn outermost(rules: &str) -> Vec<Outer<'_>> {
    let mut found = Vec::new();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(rest) = rules.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let end = |close: char| rest.get(first.len_utf8()..).and_then(|inside| inside.find(close)).map_or(rest.len(), |length| first.len_utf8() + length);
        let (length, outer) = match first {
            '#' | '＃' => (end('\n'), None),
            '"' => (end('"') + 1, Some(Outer::Text(rest.get(1..end('"')).unwrap_or("")))),
            '「' => (end('」').min(end('\n')) + 1, Some(Outer::Other)),
            '“' => {
                let end = nested_end(rest);
                (end + '”'.len_utf8(), Some(Outer::Text(rest.get(first.len_utf8()..end).unwrap_or(""))))
            }
            '{' | '｛' | '(' | '（' | '[' | '［' | '【' => {
                depth += 1;
                (first.len_utf8(), None)
            }
            '}' | '｝' | ')' | '）' | ']' | '］' | '】' => {
                depth = depth.saturating_sub(1);
                (first.len_utf8(), Some(Outer::Other))
            }
            letter if letter.is_alphanumeric() || letter == '_' => {
                let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                (length, Some(Outer::Word(rest.get(..length).unwrap_or(""))))
            }
            blank if blank.is_whitespace() => (blank.len_utf8(), None),
            other => (other.len_utf8(), Some(Outer::Other)),
        };
        found.extend(outer.filter(|_| depth == 0));
        at += length;
        // behind an ending that is not there, or in the middle of what takes its place
        while at < rules.len() && !rules.is_char_boundary(at) {
            at += 1;
        }
    }
    found
}

/// Where the text between “” ends that may hold others.
fn nested_end(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '“' => depth += 1,
            '”' if depth == 1 => return at,
            '”' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    text.len()
}

/// The texts behind 引用 and `use`: what a rule file may name as another.
pub(super) fn used_in(rules: &str) -> Vec<&str> {
    let outer = outermost(rules);
    let pairs = outer.iter().zip(outer.iter().skip(1));
    pairs
        .filter_map(|pair| match pair {
            (Outer::Word("引用" | "use"), Outer::Text(name)) => Some(*name),
            _ => None,
        })
        .collect()
}

/// Whether a rule file, or every rule file of a folder, holds nothing but declarations for others to use. One that cannot be read
/// is not taken for such.
pub(crate) fn only_shares(path: &Path) -> bool {
    let states = |file: &Path| {
        let text = read_up_to(file, LARGEST).ok().and_then(|bytes| decode(&bytes).ok());
        text.is_none_or(|text| states_a_standard(Source::of(file.display().to_string(), with_line_ends(text), Kind::Rules).rules()))
    };
    if path.is_file() {
        return !states(path);
    }
    let files = fs::read_dir(path).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    !files.filter(|file| file.is_file() && is_rule_name(file)).any(|file| states(&file))
}

/// Whether a rule text states a standard, a revision of one, or what scores.
fn states_a_standard(rules: &str) -> bool {
    const STATED: [&str; 8] = ["标准", "standard", "修订", "amendment", "总分", "total", "排名", "rank"];
    outermost(rules).iter().any(|outer| matches!(outer, Outer::Word(word) if STATED.contains(word)))
}

/// Whether a file is there under exactly that name: what one file system finds whatever its case, another does not.
///
/// # Errors
/// The path that differs in case only, if there is one; nothing where there is no such file.
pub(super) fn exactly(folder: &Path, file: &Path) -> Result<(), Option<PathBuf>> {
    let mut at = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder.to_path_buf() };
    let (mut other, mut differs) = (folder.to_path_buf(), false);
    for part in file.strip_prefix(folder).unwrap_or(file) {
        let entries: Vec<_> = fs::read_dir(&at).map_err(|_| None)?.filter_map(Result::ok).map(|entry| entry.file_name()).collect();
        let same = |name: &std::ffi::OsString| name.to_string_lossy().to_lowercase() == part.to_string_lossy().to_lowercase();
        let found = if entries.iter().any(|name| name == part) { part.to_os_string() } else { entries.into_iter().find(same).ok_or(None)? };
        differs |= found != part;
        at.push(&found);
        other.push(&found);
    }
    if differs { Err(Some(other)) } else { Ok(()) }
}

/// Where a rule file really lies that another names: in the folder of the policy; nothing where there is none.
pub(super) fn located(folder: &Path, file: &Path) -> Option<Result<PathBuf, Unread>> {
    match exactly(folder, file) {
        Ok(()) => Some(inside(folder, file, LARGEST)),
        Err(Some(other)) => Some(Err(Unread::OtherCase(other.display().to_string()))),
        Err(None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_found_behind_the_word_outside_of_all_else() {
        let rules = "引用 \"甲.kp\" use“乙.kp.md” # 引用 \"丙.kp\"\n标准 示例 { 说明 \"引用\" 引用 \"丁.kp\" }\n说明 “引用 \"戊.kp\"” 引用\n\"己.kp\"";
        assert_eq!(used_in(rules), ["甲.kp", "乙.kp.md", "己.kp"]);
    }

    #[test]
    fn a_name_leads_nowhere_but_into_the_folder() {
        for name in ["甲.kp", "公共/层级.kp", "公共/层级.KP.MD", "两 个/字.kp"] {
            assert!(named_by(Path::new("x/标准.kp"), name).is_ok(), "{name}");
        }
        for name in ["", "../甲.kp", "a/../甲.kp", "/甲.kp", "C:甲.kp", "a\\甲.kp", "./甲.kp", "a//甲.kp", ".甲.kp", "~甲.kp", "甲.kp/"] {
            assert_eq!(named_by(Path::new("x/标准.kp"), name), Err(BadName::Outside), "{name}");
        }
        for name in ["甲", "甲.md", "名册.csv", "公共"] {
            assert_eq!(named_by(Path::new("x/标准.kp"), name), Err(BadName::NoRules), "{name}");
        }
    }

    #[test]
    fn declarations_alone_state_no_standard() {
        assert!(!states_a_standard("# 标准\n层级 县区 满分 10 分  名称 \"标准\"\n数据 「总分」 : 分\n函数 f(总分: 分) : 分 [0, 1] = rhai \"f.rhai\""));
        assert!(states_a_standard("标准 示例 {}") && states_a_standard("层级 甲 满分 1 分\n总分 = 合计") && states_a_standard("amendment a {}"));
    }

    proptest! {
        #[test]
        fn any_text_is_looked_through(text in "[\"“”「」{}#\\n引用use a.kp]{0,60}") {
            used_in(&text);
            states_a_standard(&text);
        }
    }
}
