//! 引用: whether the files that rules name are there, and whether they go together.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use super::{Parsed, ast};
use crate::diag::{Code, Diagnostic, closest, words};
use crate::source::{BadName, Sources, Span, Unread, named_by};

/// One file that uses another.
#[derive(Debug, Clone, Copy)]
struct Edge {
    from: u32,
    to: u32,
    /// Where the path is written.
    span: Span,
}

/// Checks every 引用 of all files. Where a file is not there nothing is known of what it declares.
pub(super) fn check(parsed: &mut Parsed, sources: &Sources) {
    let mut edges = Vec::new();
    let mut faults = Vec::new();
    for (file, name) in parsed.files.iter().flat_map(|file| &file.declarations).filter_map(used).map(|name| (name.span.file, name)) {
        match found(name, sources) {
            Ok(to) => edges.push(Edge { from: file, to, span: name.span }),
            Err(fault) => {
                faults.push(fault);
                parsed.unreadable = true;
            }
        }
    }
    faults.extend(circles(&edges, sources));
    if faults.is_empty()
        && let Some(fault) = second_standard(&edges, &parsed.files, sources)
    {
        faults.push(fault);
        parsed.unreadable = true;
    }
    parsed.diagnostics.extend(faults);
}

fn used(declaration: &ast::Declaration) -> Option<&ast::Text> {
    match declaration {
        ast::Declaration::Use(name) => Some(name),
        _ => None,
    }
}

/// The file that is named.
fn found(name: &ast::Text, sources: &Sources) -> Result<u32, Diagnostic> {
    let rules = sources.get(name.span.file).map_or("", |source| source.path.as_str());
    let text = &name.text;
    let path = named_by(Path::new(rules), text).map_err(|bad| {
        let (said, help) = match bad {
            BadName::Outside => (
                words!("「{text}」不能作引用的路径", "{text} cannot be the path of a file to use"),
                words!(
                    "写本文件旁边或其下文件夹里的规则文件,例如 \"公共.kp\" 或 \"公共/层级.kp\",不用 ..、绝对路径和反斜线",
                    "name a rule file beside this one or in a folder below it, as in \"shared.kp\" or \"shared/tiers.kp\": no .., absolute path or backslash"
                ),
            ),
            BadName::NoRules => (
                words!("「{text}」不是规则文件", "{text} is no rule file"),
                words!(
                    "引用的文件以 .kp 或 .kp.md 结尾;脚本由 函数 写明,表放在标准的文件夹里",
                    "name a file that ends with .kp or .kp.md; scripts are named by a function, tables lie in the folder of the policy"
                ),
            ),
        };
        Diagnostic::new(Code::UseMissing, said).at(name.span, words!("这里引用", "used here")).help(help)
    })?;
    match sources.used(&path) {
        Some(Ok(file)) => Ok(file),
        Some(Err(unread)) => Err(unreadable(name, &path, unread)),
        None => Err(missing(name, &path, sources)),
    }
}

fn missing(name: &ast::Text, path: &Path, sources: &Sources) -> Diagnostic {
    let shown = path.display().to_string();
    // what lies beside it and was read
    let near = closest(&shown, sources.iter().map(|(_, source)| source.path.as_str()).filter(|other| *other != shown));
    let diagnostic = Diagnostic::new(Code::UseMissing, words!("没有 {shown} 这个规则文件", "there is no rule file {shown}"))
        .at(name.span, words!("这里引用", "used here"))
        .help(words!("路径从写引用的这个文件算起;大小写要一致", "the path begins at the folder of the file that uses it; upper and lower case matter"));
    match near {
        Some(near) => diagnostic.help(words!("有 {near}", "{near} is there")),
        None => diagnostic,
    }
}

fn unreadable(name: &ast::Text, path: &Path, unread: &Unread) -> Diagnostic {
    let path = path.display();
    let (said, help) = match unread {
        Unread::Outside => (
            words!("{path} 是链接,指到标准的文件夹外面", "{path} is a link that leads out of the folder of the policy"),
            words!("把规则文件本身放进文件夹", "put the rule file itself into the folder"),
        ),
        Unread::NotText => (
            words!(
                "{path} 不是规则文件:须为文本(UTF-8、UTF-16 或 GB18030),不超过 16 MB",
                "{path} is no rule file: a text (UTF-8, UTF-16 or GB18030) of at most 16 MB"
            ),
            words!("换成规则文件", "name a rule file"),
        ),
        Unread::OtherCase(other) => (
            words!("没有 {path} 这个规则文件", "there is no rule file {path}"),
            words!("文件叫 {other}:大小写要一致", "the file is called {other}: upper and lower case matter"),
        ),
        Unread::System(cause) => {
            (words!("读不了 {path}:{cause}", "cannot read {path}: {cause}"), words!("查看文件的权限", "see to the permissions of the file"))
        }
    };
    Diagnostic::new(Code::UseMissing, said).at(name.span, words!("这里引用", "used here")).help(help)
}

/// The uses of each file, in their order.
type Uses = BTreeMap<u32, Vec<Edge>>;

fn by_file(edges: &[Edge]) -> Uses {
    let mut uses = Uses::new();
    for edge in edges {
        uses.entry(edge.from).or_default().push(*edge);
    }
    uses
}

/// Files that use one another in a circle; each file is in one of those that are told.
fn circles(edges: &[Edge], sources: &Sources) -> Vec<Diagnostic> {
    let uses = by_file(edges);
    let of = |file: u32, index: usize| uses.get(&file).and_then(|edges| edges.get(index)).copied();
    let mut done: BTreeSet<u32> = BTreeSet::new();
    let mut told: BTreeSet<u32> = BTreeSet::new();
    let mut faults = Vec::new();
    for start in uses.keys().copied() {
        // the files from the first to the one being looked at, each with its next use; and the uses that led there
        let mut open: Vec<(u32, usize)> = if done.contains(&start) { Vec::new() } else { vec![(start, 0)] };
        let mut trail: Vec<Edge> = Vec::new();
        while let Some((file, next)) = open.last_mut() {
            let Some(edge) = of(*file, *next) else {
                done.insert(*file);
                open.pop();
                trail.pop();
                continue;
            };
            *next += 1;
            if let Some(at) = open.iter().position(|(file, _)| *file == edge.to) {
                let circle: Vec<Edge> = trail.iter().skip(at).copied().chain([edge]).collect();
                if circle.iter().all(|edge| !told.contains(&edge.from)) {
                    told.extend(circle.iter().map(|edge| edge.from));
                    faults.push(told_of(&circle, sources));
                }
            } else if !done.contains(&edge.to) {
                trail.push(edge);
                open.push((edge.to, 0));
            }
        }
    }
    faults
}

fn told_of(circle: &[Edge], sources: &Sources) -> Diagnostic {
    let path = |file: u32| sources.get(file).map_or("", |source| source.path.as_str());
    let chain = circle.iter().take(1).map(|edge| edge.from).chain(circle.iter().map(|edge| edge.to)).map(path).collect::<Vec<_>>().join(" → ");
    let mut fault = Diagnostic::new(Code::UseCircle, words!("引用绕成一圈:{chain}", "files use one another in a circle: {chain}"));
    for edge in circle {
        let to = path(edge.to);
        fault = fault.at(edge.span, words!("引用 {to}", "uses {to}"));
    }
    fault.help(words!(
        "把两边都用的移到第三个文件,或删去其中一处引用:一起读入的文件本来就共用名称",
        "move what both need to a third file, or remove one of them: files that are read together share their names"
    ))
}

/// The shortest chain of uses from one file to another; empty where they are one.
fn way(uses: &Uses, from: u32, to: u32) -> Option<Vec<Edge>> {
    let mut came: BTreeMap<u32, Edge> = BTreeMap::new();
    let mut todo = VecDeque::from([from]);
    while let Some(file) = todo.pop_front() {
        if file == to {
            let mut chain: Vec<Edge> = std::iter::successors(came.get(&to), |edge| came.get(&edge.from)).copied().collect();
            chain.reverse();
            return Some(chain);
        }
        for edge in uses.get(&file).into_iter().flatten() {
            if edge.to != from && !came.contains_key(&edge.to) {
                came.insert(edge.to, *edge);
                todo.push_back(edge.to);
            }
        }
    }
    None
}

/// A file that states a standard although one that uses it does.
fn second_standard(edges: &[Edge], files: &[ast::File], sources: &Sources) -> Option<Diagnostic> {
    let stated = files.iter().flat_map(|file| &file.declarations).filter_map(|declaration| match declaration {
        ast::Declaration::Standard(standard) => Some((standard.name.span.file, standard.name.span)),
        _ => None,
    });
    let stated: BTreeMap<u32, Span> = stated.collect();
    let uses = by_file(edges);
    stated.iter().find_map(|(user, own)| {
        let (chain, other) = stated.iter().filter(|(file, _)| *file != user).find_map(|(file, span)| Some((way(&uses, *user, *file)?, *span)))?;
        let path = sources.get(other.file).map_or("", |source| source.path.as_str());
        Some(
            Diagnostic::new(Code::UseStandard, words!("引用的 {path} 自己写了「标准」", "{path} states a standard of its own and is used by one"))
                .at(chain.last()?.span, words!("这里引用", "used here"))
                .at(other, words!("它写的标准", "the standard it states"))
                .at(*own, words!("引用它的标准", "the standard that uses it"))
                .help(words!("把两个标准共用的声明移到第三个文件,两边都引用它", "move what both standards share to a third file, and use that from both")),
        )
    })
}
