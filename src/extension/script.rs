//! Scripts as they are checked and called.

use std::path::Path;
use std::sync::Arc;

use rhai::{AST, ASTNode, CallFnOptions, Dynamic, Expr, Position, Scope, Stmt, Token};

use super::exact::{self, Rounding, held, number_of};
use super::failure::{self, Failure};
use super::sandbox::Sandbox;
use crate::diag::{Code, Diagnostic, Words, words};
use crate::quantity::{Mode, Number};
use crate::source::{Source, Sources, Span, Unread, beside, is_script_name, offset};

/// One script that was read and compiled.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) path: String,
    /// SHA-256 of its bytes.
    pub(crate) sha256: String,
    /// The whole script, as a place.
    pub(crate) span: Span,
    text: String,
    ast: AST,
    functions: Vec<Defined>,
}

/// A function that a script defines.
#[derive(Debug)]
struct Defined {
    name: String,
    parameters: usize,
    at: Span,
}

/// All scripts of a policy.
#[derive(Debug)]
pub(crate) struct Scripts<'s> {
    sources: &'s Sources,
    /// A script by the number of its file; none where it has faults.
    compiled: Vec<(u32, Option<Arc<Script>>)>,
}

/// Why there is no script of a name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Absent<'s> {
    /// The name leads to no script in the folder of the rules.
    BadName,
    /// There is no such file.
    Missing(String),
    /// It is there and was not read.
    Unread(String, &'s Unread),
}

/// A function of a script that can be called.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) script: Arc<Script>,
    pub(crate) name: String,
    /// Where the script defines it.
    pub(crate) at: Span,
    sandbox: Sandbox,
    mode: Mode,
}

/// What a function is called with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Argument<'a> {
    /// Rates and percentage points as fractions of 1.
    Number(Number),
    Truth(bool),
    Word(&'a str),
}

impl<'s> Scripts<'s> {
    /// Compiles every script; what is wrong with them goes to `diagnostics`.
    pub(crate) fn compile(sources: &'s Sources, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut compiled = Vec::new();
        for (file, source) in sources.scripts() {
            let script = compile(&Sandbox::shared(), file, source).map_err(|fault| diagnostics.push(fault)).ok();
            compiled.push((file, script.map(Arc::new)));
        }
        Scripts { sources, compiled }
    }

    /// The script that a rule file names; none where it has faults of its own.
    ///
    /// # Errors
    /// Why there is no such script.
    pub(crate) fn named(&self, rules: u32, name: &str) -> Result<Option<&Arc<Script>>, Absent<'s>> {
        let rules = self.sources.get(rules).map_or("", |source| source.path.as_str());
        let path = beside(Path::new(rules), name).filter(|_| is_script_name(name)).ok_or(Absent::BadName)?;
        let shown = path.display().to_string();
        match self.sources.script(&path) {
            None => Err(Absent::Missing(shown)),
            Some(Err(unread)) => Err(Absent::Unread(shown, unread)),
            Some(Ok(file)) => Ok(self.compiled.iter().find(|(other, _)| *other == file).and_then(|(_, script)| script.as_ref())),
        }
    }

    /// The scripts that were compiled.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Script>> {
        self.compiled.iter().filter_map(|(_, script)| script.as_ref())
    }
}

impl Script {
    /// The function of that name and number of parameters.
    pub(crate) fn function(self: &Arc<Self>, name: &str, parameters: usize, mode: Mode) -> Option<Function> {
        let defined = self.functions.iter().find(|defined| defined.name == name && defined.parameters == parameters)?;
        Some(Function { script: Arc::clone(self), name: name.to_owned(), at: defined.at, sandbox: Sandbox::shared(), mode })
    }

    /// The functions of that name, each with its number of parameters and its place.
    pub(crate) fn defined(&self, name: &str) -> impl Iterator<Item = (usize, Span)> {
        self.functions.iter().filter(move |defined| defined.name == name).map(|defined| (defined.parameters, defined.at))
    }

    /// The names of all its functions.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.functions.iter().map(|defined| defined.name.as_str())
    }

    fn place(&self, at: Position) -> Span {
        place(self.span.file, &self.text, at)
    }
}

impl Function {
    /// The exact number that the script returns.
    ///
    /// # Errors
    /// Where the script fails or returns no number.
    pub(crate) fn call(&self, arguments: &[Argument<'_>]) -> Result<Number, Failure> {
        let arguments: Vec<Dynamic> = arguments.iter().map(Argument::dynamic).collect();
        let options = CallFnOptions::new().eval_ast(false).with_tag(Rounding(self.mode));
        let script = &self.script;
        let result = self.sandbox.engine().call_fn_with_options::<Dynamic>(options, &mut Scope::new(), &script.ast, &self.name, arguments);
        match result {
            Ok(value) => number_of(&value).ok_or_else(|| {
                let Words { zh, en } = failure::type_words(value.type_name());
                Failure::Script { at: self.at, words: words!("脚本给出的是{zh},不是数", "the script returns {en}, not a number") }
            }),
            Err(error) => {
                let (at, words) = failure::of_run(&error);
                let at = if at.is_none() { self.at } else { script.place(at) };
                Err(Failure::Script { at, words })
            }
        }
    }
}

impl Argument<'_> {
    fn dynamic(&self) -> Dynamic {
        match self {
            Argument::Number(number) => held(number),
            Argument::Truth(truth) => Dynamic::from(*truth),
            Argument::Word(word) => Dynamic::from((*word).to_owned()),
        }
    }
}

fn compile(sandbox: &Sandbox, file: u32, source: &Source) -> Result<Script, Diagnostic> {
    let text = source.text.as_str();
    let span = Span { file, start: 0, end: offset(text.len()) };
    let ast = sandbox.engine().compile(text).map_err(|error| {
        let (Words { zh, en }, at) = (failure::of_syntax(error.err_type()), place(file, text, error.position()));
        let said = words!("脚本读不懂:{zh}", "the script cannot be read: {en}");
        Diagnostic::new(Code::ScriptSyntax, said).at(at, words!("这里", "here")).help(syntax_help(text, at))
    })?;
    let places = definitions(sandbox, file, text);
    let functions = ast.iter_functions().map(|function| {
        let (name, parameters) = (function.name.to_owned(), function.params.len());
        let found = places.iter().find(|other| other.name == name && other.parameters == parameters).map(|other| other.at);
        let at = found.or_else(|| after_fn(file, text, &name)).unwrap_or(Span { end: 0, ..span });
        Defined { name, parameters, at }
    });
    let mut functions: Vec<Defined> = functions.collect();
    functions.sort_by(|a, b| (a.at, &a.name, a.parameters).cmp(&(b.at, &b.name, b.parameters)));
    let script =
        Script { path: source.path.clone(), sha256: source.script_sha256().unwrap_or_default().to_owned(), span, text: text.to_owned(), ast, functions };
    match refused(&script) {
        Some(fault) => Err(fault),
        None => Ok(script),
    }
}

/// What to do about a script that cannot be read there: hands used to writing Chinese, or rules, write other signs than scripts have.
fn syntax_help(text: &str, at: Span) -> Words {
    let full_width = |c: char| ('！'..='～').contains(&c) || matches!(c, '。' | '、' | '“' | '”' | '‘' | '’' | '×' | '÷' | '≥' | '≤' | '≠');
    let from = |at: u32| text.get(crate::source::position(at)..).unwrap_or("");
    let behind = |at: u32| from(at).trim_start().chars().next();
    if from(at.start).starts_with(failure::is_foreign_blank) {
        words!("换成半角的空格", "write a plain space instead")
    } else if from(at.start).starts_with('#') {
        words!("脚本里的注释以 // 开头", "comments of a script begin with //")
    } else if [behind(at.start), behind(at.end)].into_iter().flatten().any(full_width) {
        words!("脚本里的括号、逗号、分号和运算符要用半角", "brackets, commas, semicolons and operators of a script are of half width")
    } else {
        words!("按手册「扩展函数」一节改写脚本", "correct the script; the manual says under extension functions what it may hold")
    }
}

/// Where functions are defined; the tree does not keep that.
fn definitions(sandbox: &Sandbox, file: u32, text: &str) -> Vec<Defined> {
    let mut found = Vec::new();
    let inputs = [text];
    let (tokens, _) = sandbox.engine().lex(&inputs);
    let mut tokens = tokens.take_while(|(token, _)| *token != Token::EOF);
    while let Some((token, _)) = tokens.next() {
        if token != Token::Fn {
            continue;
        }
        let Some((Token::Identifier(name), at)) = tokens.next() else { continue };
        let parameters = tokens.by_ref().take_while(|(token, _)| *token != Token::RightParen).filter(|(token, _)| matches!(token, Token::Identifier(_)));
        let parameters = parameters.count();
        found.push(Defined { name: name.to_string(), parameters, at: place(file, text, at) });
    }
    found
}

/// The name behind the word `fn`, where tokens do not tell: behind a text with values in it they run on otherwise.
fn after_fn(file: u32, text: &str, name: &str) -> Option<Span> {
    let defines = |at: usize| text.get(..at).is_some_and(|before| before.trim_end().ends_with("fn"));
    let (at, _) = text.match_indices(name).filter(|(at, _)| defines(*at)).last()?;
    Some(Span { file, start: offset(at), end: offset(at + name.len()) })
}

/// What a script holds that it must not: statements beside its functions, calls of what it does not have, numbers read otherwise
/// than written.
fn refused(script: &Script) -> Option<Diagnostic> {
    if let Some(statement) = script.ast.statements().first() {
        return Some(
            Diagnostic::new(Code::ScriptRefused, words!("脚本的最外层只能写函数 fn", "at its outermost level a script holds functions only"))
                .at(script.place(statement.position()), words!("这一句不在函数里", "this stands in no function"))
                .help(words!("移到用它的函数里", "move it into the function that uses it")),
        );
    }
    let mut fault = None;
    script.ast.walk(&mut |path: &[ASTNode<'_>]| {
        fault = path.last().and_then(|node| refused_node(script, node));
        fault.is_none()
    });
    fault
}

fn refused_node(script: &Script, node: &ASTNode<'_>) -> Option<Diagnostic> {
    let (call, at, method) = match node {
        ASTNode::Expr(Expr::FnCall(call, at)) | ASTNode::Stmt(Stmt::FnCall(call, at)) => (call, *at, 0),
        ASTNode::Expr(Expr::MethodCall(call, at)) => (call, *at, 1),
        // the engine would find no fraction in a range, and go on to the next case without a word
        ASTNode::Stmt(Stmt::Switch(switch, at)) if !switch.1.ranges.is_empty() => {
            return Some(
                Diagnostic::new(Code::ScriptRefused, words!("switch 里不能写范围", "the cases of a switch hold no ranges"))
                    .at(script.place(*at), words!("这里", "here"))
                    .help(words!("改用 if … else if …", "write if … else if … instead")),
            );
        }
        ASTNode::Expr(Expr::IntegerConstant(value, at)) if *value < 0 => {
            let span = script.place(*at);
            let written = script.text.get(span.range()).unwrap_or("");
            return written.starts_with('0').then(|| {
                Diagnostic::new(Code::ScriptRefused, words!("{written} 太大", "{written} is too large"))
                    .at(span, words!("这里", "here"))
                    .help(words!("写成十进制的数", "write the number in decimals"))
            });
        }
        _ => return None,
    };
    let (name, count) = (call.name.as_str(), call.args.len() + method);
    let own = script.functions.iter().any(|function| function.name == name && function.parameters == count);
    if call.op_token.is_some() || own || exact::FUNCTIONS.contains(&(name, count)) {
        return None;
    }
    let at = script.place(at);
    let other = exact::FUNCTIONS.iter().copied().chain(script.functions.iter().map(|function| (function.name.as_str(), function.parameters)));
    let counts: Vec<String> = other.clone().filter(|(other, _)| *other == name).map(|(_, count)| count.to_string()).collect();
    if !counts.is_empty() {
        let (counts, counts_en) = (counts.join("、"), counts.join(" or "));
        return Some(
            Diagnostic::new(Code::ScriptRefused, words!("{name} 要 {counts} 个参数,写了 {count} 个", "{name} takes {counts_en} arguments, not {count}"))
                .at(at, words!("这里", "here"))
                .help(words!("更正参数", "correct the arguments")),
        );
    }
    let near = crate::diag::closest(name, other.map(|(name, _)| name));
    let fault = Diagnostic::new(Code::ScriptRefused, words!("脚本里没有 {name} 这个函数", "scripts have no function {name}")).at(at, words!("这里", "here"));
    Some(match near {
        Some(near) => {
            let near = near.to_owned();
            fault.fix(words!("是不是 {near}?", "did you mean {near}?"), at, near.clone())
        }
        None => fault.help(words!(
            "可用的有 min、max、abs、round、round_up、round_down、len、push、contains 和脚本自己的函数",
            "there are min, max, abs, round, round_up, round_down, len, push, contains and the functions of the script itself"
        )),
    })
}

/// The word or sign at a position, as a place; the end of the script where there is none.
fn place(file: u32, text: &str, at: Position) -> Span {
    let line_start = at.line().and_then(|line| std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).nth(line.saturating_sub(1)));
    let start = line_start.and_then(|start| {
        let line = text.get(start..)?;
        let ahead = at.position().unwrap_or(1).saturating_sub(1);
        line.char_indices().nth(ahead).map(|(at, _)| start + at)
    });
    let last = text.trim_end().char_indices().next_back().map_or(0, |(at, _)| at);
    let start = start.filter(|start| text.get(*start..).is_some_and(|rest| !rest.trim().is_empty())).unwrap_or(last);
    let rest = text.get(start..).unwrap_or("");
    let word: usize = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum();
    let length = if word > 0 { word } else { rest.chars().next().map_or(0, char::len_utf8) };
    Span { file, start: offset(start), end: offset(start + length) }
}
