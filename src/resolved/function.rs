//! 函数: what a script is declared to compute, and what it is called with.

use std::collections::BTreeSet;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::constant::said_of_variable;
use super::expr::{said_of, with_suggestion};
use super::from_ast::{Named, Resolver, named_unit, shown, shown_english};
use super::{Expr, ExprKind, Function, FunctionId, ItemId, Lapse, NO_STEP, Notes, Range, Standard, Type, constant};
use crate::diag::{Code, Diagnostic, words};
use crate::extension::{self, Absent, Scripts};
use crate::quantity::{Number, Unit, on_grid};
use crate::source::{Span, Unread};
use crate::syntax::ast;

struct Parameter {
    name: String,
    /// None where its unit is unknown.
    kind: Option<Type>,
    span: Span,
}

/// What a declaration says before any formula is resolved.
pub(super) struct Signature<'a> {
    tree: &'a ast::Function,
    parameters: Vec<Parameter>,
    /// None where it is unknown.
    unit: Option<Unit>,
    /// Where the unit of the results is written.
    pub(super) unit_span: Span,
    step: Decimal,
    /// None where the script has faults.
    script: Option<Arc<extension::Function>>,
    notes: Notes,
}

impl<'a> Resolver<'a> {
    /// Declares a function, and finds it in its script.
    pub(super) fn declare_function(&mut self, tree: &'a ast::Function) {
        if Lapse::of_function(&tree.name.text).is_some() {
            let name = &tree.name.text;
            self.report(
                Diagnostic::new(Code::Duplicate, words!("「{name}」是自带的函数", "{name} is a function that is built in"))
                    .at(tree.name.span, words!("不能再声明", "cannot be declared"))
                    .help(words!("换一个名称", "give it another name")),
            );
            return;
        }
        let id = self.functions.len();
        if !self.declare_name(&tree.name, None, Named::Function(id)) {
            return;
        }
        let mut parameters: Vec<Parameter> = Vec::new();
        for parameter in &tree.parameters {
            let name = &parameter.name;
            if let Some(first) = parameters.iter().find(|other| other.name == name.text) {
                let first = first.span;
                self.twice(&name.text, parameter.span, first);
            }
            let kind = self.fact_kind(&parameter.kind);
            parameters.push(Parameter { name: name.text.clone(), kind, span: parameter.span });
        }
        let unit = self.unit(&tree.unit);
        let step = unit.as_ref().map_or(NO_STEP, |unit| self.step_of(&tree.name, tree.step.as_ref(), unit));
        let script = self.scripted(tree).map(Arc::new);
        let notes = self.notes(&tree.notes, &tree.name.text);
        self.functions.push(Signature { tree, parameters, unit, unit_span: tree.unit.span, step, script, notes });
    }

    /// The function in its script.
    fn scripted(&mut self, tree: &ast::Function) -> Option<extension::Function> {
        let scripts = self.scripts;
        let script = match scripts.named(tree.script.span.file, &tree.script.text) {
            Ok(script) => script?,
            Err(absent) => {
                self.report(no_script(&tree.script, &absent));
                return None;
            }
        };
        let (name, count) = (&tree.name.text, tree.parameters.len());
        let found = script.function(name, count, self.mode);
        if found.is_none() {
            self.report(no_function(script, tree, count));
        }
        found
    }

    /// The functions with the ranges of their results; none where one has a fault.
    pub(super) fn resolve_functions(&mut self) -> Option<Vec<Function>> {
        // a bound may call a function, which then is there to be found and refused
        let ranges: Vec<Option<Range>> = (0..self.functions.len()).map(|id| self.range(id)).collect();
        let whole = std::mem::take(&mut self.functions).into_iter().zip(ranges).map(|(signature, range)| {
            Some(Function {
                name: signature.tree.name.text.clone(),
                unit: signature.unit?,
                range: range?,
                step: signature.step,
                script: signature.script?,
                notes: signature.notes,
                span: signature.tree.span,
            })
        });
        whole.collect()
    }

    fn range(&mut self, id: FunctionId) -> Option<Range> {
        let signature = self.functions.get(id)?;
        let tree = signature.tree;
        let result = Type::Number(signature.unit.clone()?);
        let result = Expr { kind: ExprKind::Flag(false), ty: result, step: Some(signature.step), span: signature.unit_span };
        let ast::PatternKind::Interval(low, closed_low, high, closed_high) = &tree.range.kind else { return None };
        let (low, high) = (self.range_bound(low, tree, &result), self.range_bound(high, tree, &result));
        let (low, high, closed_low, closed_high) = (low?, high?, *closed_low, *closed_high);
        Some(Range { low, closed_low, high, closed_high, span: tree.range.span })
    }

    /// An end of a range; a number without a unit is in the unit written before it.
    fn range_bound(&mut self, tree: &ast::Expr, function: &ast::Function, result: &Expr) -> Option<Expr> {
        let in_unit = |value, span| ast::Quantity { value, unit: Some(function.unit.clone()), span };
        let bare = match &tree.kind {
            ast::ExprKind::Quantity(quantity) if quantity.unit.is_none() => Some(in_unit(quantity.value, quantity.span)),
            ast::ExprKind::Negate(inner) => match &inner.kind {
                ast::ExprKind::Quantity(quantity) if quantity.unit.is_none() => Some(in_unit(Number::from(quantity.value).negated().decimal()?, tree.span)),
                _ => None,
            },
            _ => None,
        };
        if let Some(quantity) = bare {
            return self.quantity(&quantity);
        }
        let value = self.expr(tree, None)?;
        let (_, value) = self.same_unit(result.clone(), value, "范围", "range")?;
        if !self.is_constant(&value) {
            self.report(
                Diagnostic::new(Code::NotConstant, words!("范围的界限须为定值", "the bounds of a range must be constants"))
                    .at(value.span, said_of_variable(&value))
                    .help(words!("写一个数,或一个参数", "write a number or a param")),
            );
            return None;
        }
        Some(value)
    }

    // --- calls ---

    /// A call: the function is known, and every argument is what its parameter wants.
    pub(super) fn call(&mut self, name: &ast::Name, arguments: &[ast::Expr], owner: Option<ItemId>, span: Span) -> Option<Expr> {
        if let Some(lapse) = Lapse::of_function(&name.text).filter(|_| self.lookup(name, owner).is_none()) {
            return self.lapse(lapse, arguments, owner, span);
        }
        let id = self.function_named(name, owner);
        let Some(id) = id else {
            // what is wrong inside is said all the same
            for argument in arguments {
                self.expr(argument, owner);
            }
            return None;
        };
        let signature = self.functions.get(id)?;
        let kinds: Vec<Option<Type>> = signature.parameters.iter().map(|parameter| parameter.kind.clone()).collect();
        let (unit, step) = (signature.unit.clone(), signature.step);
        if kinds.len() != arguments.len() {
            self.wrong_count(id, arguments.len(), span);
            return None;
        }
        let found: Vec<Option<Expr>> =
            arguments.iter().zip(&kinds).enumerate().map(|(index, (argument, kind))| self.argument(argument, owner, (id, index), kind.as_ref())).collect();
        let arguments: Option<Vec<Expr>> = found.into_iter().collect();
        Some(Expr { kind: ExprKind::Call(id, arguments?), ty: Type::Number(unit?), step: Some(step), span })
    }

    fn function_named(&mut self, name: &ast::Name, owner: Option<ItemId>) -> Option<FunctionId> {
        match self.lookup(name, owner) {
            Some((Named::Function(id), _)) => Some(id),
            Some((_, declared)) => {
                let text = &name.text;
                self.report(
                    Diagnostic::new(Code::WrongKind, words!("「{text}」不是函数", "{text} is no function"))
                        .at(name.span, words!("这里当作函数", "called here"))
                        .at(declared, words!("在这里声明", "declared here"))
                        .help(words!("去掉圆括号;要相乘的写 ×", "leave out the brackets; to multiply write ×")),
                );
                None
            }
            None => {
                if !self.lost.contains(&name.text) {
                    let names: Vec<&str> = self.functions.iter().map(|function| function.tree.name.text.as_str()).collect();
                    let near = of_an_earlier_period(&name.text).or(crate::diag::closest(&name.text, names)).map(str::to_owned);
                    let text = &name.text;
                    let diagnostic = Diagnostic::new(Code::UnknownName, words!("没有声明函数「{text}」", "there is no function {text}"))
                        .at(name.span, words!("没有这个函数", "no such function"));
                    let diagnostic = if near.is_none() {
                        diagnostic.help(words!(
                            "先声明:函数 {text}(…) : 分 [0, 10] = rhai \"….rhai\";要相乘的写 ×",
                            "declare it: function {text}(…) : points [0, 10] = rhai \"….rhai\"; to multiply write ×"
                        ))
                    } else {
                        diagnostic
                    };
                    self.report(with_suggestion(diagnostic, name.span, near));
                }
                None
            }
        }
    }

    /// A function's name where a value is wanted.
    pub(super) fn not_called(&mut self, id: FunctionId, span: Span) {
        let Some(tree) = self.functions.get(id).map(|function| function.tree) else { return };
        let name = &tree.name.text;
        let parameters: Vec<&str> = tree.parameters.iter().map(|parameter| parameter.name.text.as_str()).collect();
        let call = format!("{name}({})", parameters.join(", "));
        self.report(
            Diagnostic::new(Code::WrongKind, words!("「{name}」是函数,要写明参数", "{name} is a function and needs its arguments"))
                .at(span, words!("这里要一个值", "a value is needed here"))
                .at(tree.name.span, words!("在这里声明", "declared here"))
                .help(words!("写作 {call}", "write {call}")),
        );
    }

    fn wrong_count(&mut self, id: FunctionId, count: usize, span: Span) {
        let Some(function) = self.functions.get(id) else { return };
        let (name, wanted, declared) = (&function.tree.name.text, function.parameters.len(), function.tree.name.span);
        let names: Vec<&str> = function.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        let (list, list_en) = (names.join("、"), names.join(", "));
        let help = if names.is_empty() {
            words!("圆括号里不写参数", "leave the brackets empty")
        } else {
            words!("依次写 {list};参数里的数不用千分位的逗号", "in this order: {list_en}; numbers in arguments have no thousands separators")
        };
        self.report(
            Diagnostic::new(Code::ArgumentCount, words!("「{name}」要 {wanted} 个参数,写了 {count} 个", "{name} takes {wanted} arguments, not {count}"))
                .at(span, words!("这里 {count} 个", "{count} here"))
                .at(declared, words!("声明了 {wanted} 个", "{wanted} are declared"))
                .help(help),
        );
    }

    /// An argument as its parameter wants it.
    fn argument(&mut self, tree: &ast::Expr, owner: Option<ItemId>, at: (FunctionId, usize), kind: Option<&Type>) -> Option<Expr> {
        let mut expr = self.beside(tree, owner, kind)?;
        let Some(kind) = kind else { return Some(expr) };
        if expr.unit() == Some(&Unit::Number) && expr.literal().is_some_and(|value| value.is_zero()) && matches!(kind, Type::Number(_)) {
            expr.ty = kind.clone();
        }
        let fits = match (&expr.ty, kind) {
            (Type::Number(unit), Type::Number(wanted)) => unit.fits(wanted),
            (Type::Truth, Type::Truth) => true,
            (Type::Choice(given), Type::Choice(wanted)) => given.is_subset(wanted),
            _ => false,
        };
        if !fits {
            self.wrong_argument(&expr, at);
            return None;
        }
        Some(expr)
    }

    fn wrong_argument(&mut self, expr: &Expr, (id, index): (FunctionId, usize)) {
        let Some((parameter, span, kind)) =
            self.functions.get(id).and_then(|function| function.parameters.get(index)).and_then(|one| Some((one.name.clone(), one.span, one.kind.clone()?)))
        else {
            return;
        };
        let code = if matches!((&expr.ty, &kind), (Type::Number(_), Type::Number(_))) { Code::UnitMismatch } else { Code::WrongType };
        let wanted = Expr { kind: ExprKind::Flag(false), ty: kind, step: None, span };
        let (unit, unit_en) = (shown(&wanted), shown_english(&wanted));
        let given = match expr.ty {
            Type::Number(_) => named_unit(expr),
            _ => (shown(expr), shown_english(expr)),
        };
        let (given, given_en) = given;
        let mut diagnostic =
            Diagnostic::new(code, words!("参数「{parameter}」要 {unit},写的是{given}", "the parameter {parameter} takes {unit_en}, this is {given_en}"))
                .at(expr.span, if matches!(expr.ty, Type::Number(_)) { said_of(expr) } else { words!("{given}", "{given_en}") })
                .at(span, words!("参数在这里声明为 {unit}", "the parameter is declared as {unit_en} here"));
        if let Some(origin) = self.origin(expr) {
            let (own, own_en) = (shown(expr), shown_english(expr));
            diagnostic = diagnostic.at(origin, words!("在这里声明为 {own}", "declared as {own_en} here"));
        }
        self.report(diagnostic.help(words!("换成所要的值,或改参数的声明", "give what the parameter takes, or change its declaration")));
    }
}

// --- scripts ---

fn no_script(name: &ast::Text, absent: &Absent<'_>) -> Diagnostic {
    let text = &name.text;
    let (said, help) = match absent {
        Absent::BadName => (
            words!("「{text}」不能作脚本的路径", "{text} cannot be the path of a script"),
            words!(
                "写规则文件所在文件夹里的 .rhai 文件,例如 \"计分.rhai\" 或 \"脚本/计分.rhai\",不用 ..、绝对路径和反斜线",
                "name a .rhai file in the folder of the rule file, as in \"f.rhai\" or \"scripts/f.rhai\": no .., absolute path or backslash"
            ),
        ),
        Absent::Missing(path) => (
            words!("没有 {path} 这个脚本", "there is no script {path}"),
            words!("把脚本放到那里,或更正名称;大小写要一致", "put the script there, or correct the name; upper and lower case matter"),
        ),
        Absent::Unread(path, Unread::Outside) => (
            words!("{path} 是链接,指到标准的文件夹外面", "{path} is a link that leads out of the folder of the policy"),
            words!("把脚本本身放进文件夹", "put the script itself into the folder"),
        ),
        Absent::Unread(path, Unread::OtherCase(other)) => (
            words!("没有 {path} 这个脚本", "there is no script {path}"),
            words!("文件叫 {other}:大小写要一致", "the file is called {other}: upper and lower case matter"),
        ),
        Absent::Unread(path, Unread::NotText) => (
            words!(
                "{path} 不是脚本:须为文本(UTF-8、UTF-16 或 GB18030),不超过 64 KB",
                "{path} is no script: a text (UTF-8, UTF-16 or GB18030) of at most 64 KB"
            ),
            words!("换成脚本文件,太长的拆成几个", "give the script, or several shorter ones"),
        ),
        Absent::Unread(path, Unread::System(cause)) => {
            (words!("读不了 {path}:{cause}", "cannot read {path}: {cause}"), words!("查看文件的权限", "see to the permissions of the file"))
        }
    };
    Diagnostic::new(Code::ScriptMissing, said).at(name.span, words!("这里写的脚本", "named here")).help(help)
}

fn no_function(script: &extension::Script, tree: &ast::Function, count: usize) -> Diagnostic {
    let (name, path) = (&tree.name.text, &script.path);
    let other = script.defined(name).next();
    match other {
        Some((found, at)) => Diagnostic::new(
            Code::ScriptFunction,
            words!("「{name}」声明了 {count} 个参数,脚本里的有 {found} 个", "{name} is declared with {count} parameters, its script has {found}"),
        )
        .at(tree.name.span, words!("声明了 {count} 个", "{count} are declared"))
        .at(at, words!("脚本里 {found} 个", "{found} in the script"))
        .help(words!("使两处一致", "make the two agree")),
        None => {
            let near = crate::diag::closest(name, script.names());
            let help = match near {
                Some(near) => words!("是不是 {near}?两处的名称要一致", "did you mean {near}? the names must agree"),
                None => words!("在脚本里写 fn {name}(…) {{ … }}", "write it in the script: fn {name}(…) {{ … }}"),
            };
            Diagnostic::new(Code::ScriptFunction, words!("{path} 里没有函数「{name}」", "{path} defines no function {name}"))
                .at(tree.script.span, words!("这个脚本里没有", "not in this script"))
                .at(tree.name.span, words!("在这里声明", "declared here"))
                .help(help)
        }
    }
}

/// Ranges that hold no value, or end off the grid of the results.
pub(super) fn check_ranges(standard: &Standard, found: &mut Vec<Diagnostic>) {
    for function in &standard.functions {
        found.extend((0..standard.tiers.len()).find_map(|tier| check_range(standard, function, tier)));
    }
}

fn check_range(standard: &Standard, function: &Function, tier: usize) -> Option<Diagnostic> {
    let range = &function.range;
    let (low, high) = (constant(standard, &range.low, tier)?, constant(standard, &range.high, tier)?);
    if low > high || low == high && !(range.closed_low && range.closed_high) {
        return Some(
            Diagnostic::new(Code::Unreachable, words!("没有一个值在这个范围里", "no value lies in this range"))
                .at(range.span, words!("下限不低于上限", "its lower bound is not below its upper one"))
                .help(words!("更正两端的数,例如 [0, 10]", "correct its bounds, as in [0, 10]")),
        );
    }
    let off = [(&range.low, low), (&range.high, high)].into_iter().find(|(_, value)| !on_grid(*value, function.step));
    off.map(|(bound, _)| {
        Diagnostic::new(Code::OffGrid, words!("范围的界限不在精度的格上", "the bound of the range is finer than the step"))
            .at(bound.span, words!("这一端", "this bound"))
            .at(function.span, words!("结果的精度由单位或 精度 定", "the step of the results comes from the unit or the step stated here"))
            .help(words!("写成精度的整数倍,或在范围后面写明 精度", "use a multiple of the step, or state the step behind the range"))
    })
}

/// Warns of scripts that no function names.
pub(super) fn check_unused(standard: &Standard, scripts: &Scripts<'_>, found: &mut Vec<Diagnostic>) {
    let used: BTreeSet<u32> = standard.functions.iter().map(|function| function.script.script.span.file).collect();
    for script in scripts.iter().filter(|script| !used.contains(&script.span.file)) {
        let path = &script.path;
        found.push(
            Diagnostic::new(Code::Unused, words!("没有函数用到脚本 {path}", "no function names the script {path}"))
                .at_file(path.clone(), words!("没有用到", "is not used"))
                .help(words!("删去它,或用 函数 声明它算什么", "remove it, or declare what it computes: function …")),
        );
    }
}

/// The range of a function in a tier: the least and the greatest result.
pub(crate) fn bounds(standard: &Standard, function: &Function, tier: usize) -> (Option<Decimal>, Option<Decimal>) {
    let bound = |bound: &Expr| constant(standard, bound, tier);
    let (low, high) = (bound(&function.range.low), bound(&function.range.high));
    let inner = |value: Decimal, up: bool| {
        let (value, step) = (Number::from(value), Number::from(function.step));
        let moved = if up { value.plus(&step) } else { value.minus(&step) };
        moved.ok().and_then(|moved| moved.decimal())
    };
    // every result is on the grid: beyond an open end lies the next point of it
    let low = if function.range.closed_low { low } else { low.and_then(|low| inner(low, true)) };
    let high = if function.range.closed_high { high } else { high.and_then(|high| inner(high, false)) };
    (low, high)
}

/// The word for an earlier period that the name of a calendar stands for.
fn of_an_earlier_period(text: &str) -> Option<&'static str> {
    match text {
        "上月" | "上季" | "上季度" | "上年" | "前期" | "上一期" => Some("上期"),
        "去年" | "去年同期" | "上年同期" => Some("同期"),
        _ => None,
    }
}
