//! The sandbox: its limits, what it lacks, its numbers.

use proptest::prelude::*;
use rust_decimal::Decimal;
use rust_decimal_macros::dec;

use super::{Argument, Failure, Function, Scripts, exact, sandbox};
use crate::diag::{Code, Diagnostic};
use crate::quantity::{Mode, Number, round_to};
use crate::source::Sources;

/// The function `f` of a script, or the codes of what is wrong with the script.
fn compiled_with(script: &str, parameters: usize, mode: Mode) -> Result<Function, Vec<Diagnostic>> {
    let mut sources = Sources::default();
    sources.add("规则.kp", "");
    sources.add_script("f.rhai", script);
    let mut found = Vec::new();
    let scripts = Scripts::compile(&sources, &mut found);
    if !found.is_empty() {
        return Err(found);
    }
    let compiled = scripts.named(0, "f.rhai").unwrap().unwrap();
    compiled.function("f", parameters, mode).ok_or_else(Vec::new)
}

fn compiled(script: &str) -> Function {
    compiled_with(script, 0, Mode::HalfUp).unwrap_or_else(|found| panic!("{script}: {found:?}"))
}

fn codes(script: &str) -> Vec<Code> {
    compiled_with(script, 0, Mode::HalfUp).err().unwrap_or_default().iter().map(|fault| fault.code).collect()
}

/// What an expression gives as the body of a function.
fn value(body: &str) -> Result<Number, String> {
    compiled(&format!("fn f() {{ {body} }}")).call(&[]).map_err(|failure| match failure {
        Failure::Script { words, .. } => words.zh,
        other => format!("{other:?}"),
    })
}

fn decimal(body: &str) -> Decimal {
    let number = value(body).unwrap_or_else(|words| panic!("{body}: {words}"));
    exact::number_of(&exact::held(&number)).unwrap().decimal().unwrap_or_else(|| panic!("{body}: {number:?}"))
}

fn fails(body: &str, with: &str) {
    let words = value(body).expect_err(body);
    assert!(words.contains(with), "{body}: {words}");
}

// --- limits ---

#[test]
fn a_loop_without_end_is_stopped() {
    fails("let x = 0; loop { x += 1; }", "步还没有算完");
    fails("for i in 0..9223372036854775807 { } 0", "步还没有算完");
    fails("while true { }", "步还没有算完");
}

#[test]
fn functions_call_one_another_only_so_deep() {
    let deep = |levels: usize| compiled(&format!("fn g(n) {{ if n <= 1 {{ 1 }} else {{ 1 + g(n - 1) }} }} fn f() {{ g({levels}) }}")).call(&[]);
    assert_eq!(deep(sandbox::CALL_DEPTH - 2).unwrap(), Number::from(Decimal::from(sandbox::CALL_DEPTH - 2)));
    assert!(matches!(deep(sandbox::CALL_DEPTH * 2), Err(Failure::Script { words, .. }) if words.zh.contains("层")));
    // without a guard too
    assert!(matches!(compiled("fn f() { f() }").call(&[]), Err(Failure::Script { .. })));
}

#[test]
fn formulas_nest_only_so_deep_and_the_stack_holds_the_deepest() {
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(codes(&format!("fn f() {{ {} }}", nested(sandbox::EXPRESSION_DEPTH * 2))), [Code::ScriptSyntax]);
    assert_eq!(codes(&format!("fn f() {{ {} }}", vec!["1"; 1000].join(" + "))), [Code::ScriptSyntax]);
    assert_eq!(codes(&format!("fn f() {}1{}", "{".repeat(500), "}".repeat(500))), [Code::ScriptSyntax]);
    // the deepest formulas that are read, in the deepest calls that are made, on less stack than any thread has by default
    let run = || {
        let mut read = 0;
        for (open, close) in [("(1 + ", ")"), ("-(", ")"), ("if true { ", " } else { 0 }"), ("min(", ", 99)"), ("{ ", " }"), ("[", "][0]"), ("abs(1 * ", ")")] {
            for depth in 1..=sandbox::EXPRESSION_DEPTH {
                let body = format!("{}g(n + 1){}", open.repeat(depth), close.repeat(depth));
                let Ok(function) = compiled_with(&format!("fn g(n) {{ {body} }} fn f() {{ g(0) }}"), 0, Mode::HalfUp) else { break };
                assert!(matches!(function.call(&[]), Err(Failure::Script { .. })));
                read += 1;
            }
        }
        read
    };
    let read = std::thread::Builder::new().stack_size(7 << 18).spawn(run).unwrap().join().unwrap();
    assert!(read > 30, "{read}");
}

#[test]
fn texts_lists_and_maps_grow_only_so_large() {
    fails("let x = \"甲\"; loop { x += x; }", "太大");
    fails("let x = []; loop { x.push(1); }", "太大");
    fails("let x = []; loop { x.push(x); }", "太大");
    fails("let x = #{}; let k = \"a\"; loop { x[k] = 1; k += \"a\"; }", "太大");
    let text = format!("fn f() {{ let x = \"{}\"; 1 }}", "a".repeat(sandbox::TEXT_SIZE * 2));
    assert_eq!(codes(&text), [Code::ScriptSyntax]);
    let list = format!("fn f() {{ let x = [{}]; 1 }}", vec!["1"; sandbox::LIST_SIZE * 2].join(","));
    assert_eq!(codes(&list), [Code::ScriptSyntax]);
    let map = format!("fn f() {{ let x = #{{{}}}; 1 }}", (0..sandbox::MAP_SIZE * 2).map(|n| format!("a{n}:1")).collect::<Vec<_>>().join(","));
    assert_eq!(codes(&map), [Code::ScriptSyntax]);
}

#[test]
fn lists_and_maps_inside_one_another_fit_the_stack() {
    let run = || {
        for body in [
            "let x = []; loop { x = [x]; }",
            "let x = #{}; loop { x = #{a: x}; }",
            "let x = []; loop { let y = []; y.push(x); x = y; }",
            "let x = #{}; loop { let y = #{}; y.a = x; y.b = x; x = y; }",
            "let x = []; loop { x = [x, #{a: x}]; }",
            "let x = \"\"; let y = []; loop { y = [y, `${x}`]; x += \"甲\"; }",
        ] {
            assert!(value(body).is_err(), "{body}");
        }
    };
    std::thread::Builder::new().stack_size(7 << 18).spawn(run).unwrap().join().unwrap();
}

#[test]
fn variables_and_functions_are_only_so_many() {
    let variables: String = (0..sandbox::VARIABLES * 2).map(|n| format!("let a{n} = 1; ")).collect::<Vec<_>>().concat();
    fails(&format!("{variables} 1"), "变量");
    let functions: String = (0..sandbox::FUNCTIONS * 2).map(|n| format!("fn g{n}() {{ 1 }} ")).collect::<Vec<_>>().concat();
    assert_eq!(codes(&functions), [Code::ScriptSyntax]);
}

// --- signs of other hands ---

#[test]
fn a_sign_that_is_not_of_scripts_is_named_with_what_to_write_instead() {
    for (script, said, help) in [
        ("fn f() { 1\u{3000}+ 2 }", "全角空格(U+3000)", "半角的空格"),
        ("fn f() { 1\u{a0}+ 2 }", "特殊的空格(U+00A0)", "半角的空格"),
        ("fn f() { 1 +\u{200b} 2 }", "特殊的空格(U+200B)", "半角的空格"),
        ("# 注释\nfn f() { 1 }", "# 不能在脚本里用", "以 // 开头"),
        ("fn f() { 1 ＋ 2 }", "＋ 不能在脚本里用", "要用半角"),
        ("fn f() { throw “坏” }", "“ 不能在脚本里用", "要用半角"),
    ] {
        let found = compiled_with(script, 0, Mode::HalfUp).unwrap_err();
        let shown = format!("{found:?}");
        assert!(found.len() == 1 && found[0].code == Code::ScriptSyntax && shown.contains(said) && shown.contains(help), "{script}: {shown}");
    }
}

// --- what there is not ---

#[test]
fn nothing_leads_out_of_the_sandbox() {
    let refused = [
        "eval(\"1\")",
        "import \"x\" as x; 1",
        "print(1)",
        "debug(1)",
        "timestamp()",
        "sleep(1)",
        "exit(1)",
        "type_of(1)",
        "Fn(\"f\")",
        "call(1)",
        "curry(1, 2)",
        "is_def_fn(\"f\", 0)",
        "is_def_var(\"x\")",
        "is_shared(1)",
        "this",
        "global::x",
        "|x| x + 1",
        "let g = |x| x; 1",
        "try { 1 } catch { 2 }",
        "2 ** 3",
        "1 << 62",
        "1 >> 1",
        "6 & 3",
        "6 ^ 3",
        "sqrt(2)",
        "sin(1)",
        "exp(1)",
        "ln(2)",
        "log(2)",
        "PI()",
        "to_float(1)",
        "to_int(1.5)",
        "parse_float(\"1\")",
        "rand()",
        "x",
        "let x = 5; y",
        "\"a\".to_upper()",
        "fn g() { 1 } g()",
        "switch 1 { 0..2 => 1, _ => 2 }",
        "let x = if true { switch 1 { 0..=2 => 1, _ => 2 } } else { 0 }; x",
        "min(switch 1 { 0..2 => 1, _ => 2 }, 1)",
    ];
    for body in refused {
        let found = codes(&format!("fn f() {{ {body} }}"));
        assert!(found == [Code::ScriptSyntax] || found == [Code::ScriptRefused], "{body}: {found:?}");
    }
    assert_eq!(codes("let x = 1; fn f() { 1 }"), [Code::ScriptRefused]);
    assert_eq!(codes("private fn f() { 1 }"), [Code::ScriptSyntax]);
    assert_eq!(codes("export const X = 1;"), [Code::ScriptSyntax]);
}

#[test]
fn a_call_leaves_nothing_behind() {
    let function = compiled_with("fn f(x) { let y = 1; y += x; x += 5; y }", 1, Mode::HalfUp).unwrap();
    for _ in 0..3 {
        assert_eq!(function.call(&[Argument::Number(Number::from(dec!(2)))]).unwrap(), Number::from(dec!(3)));
    }
}

#[test]
fn every_function_that_is_listed_is_there_and_no_other() {
    let literal = |name: &str, count: usize| match (name, count) {
        ("len" | "长度", _) => "[1]".to_owned(),
        ("push" | "添加" | "contains" | "包含", _) => "[1], 1".to_owned(),
        (_, 1) => "1".to_owned(),
        _ => "3, 2".to_owned(),
    };
    for (name, count) in exact::FUNCTIONS {
        let result = value(&format!("{name}({})", literal(name, *count)));
        assert!(!matches!(&result, Err(words) if words.contains("没有这样的")), "{name}: {result:?}");
    }
}

#[test]
fn every_call_has_all_its_steps() {
    let function = compiled("fn f() { let n = 0; for i in 0..15000 { n += 1; } n }");
    for _ in 0..5 {
        assert_eq!(function.call(&[]).unwrap(), Number::from(dec!(15000)));
    }
}

#[test]
fn arguments_arrive_exactly() {
    let third = Number::from(dec!(1)).over(&Number::from(dec!(3))).unwrap().unwrap();
    let function = compiled_with("fn f(a, b, c) { if b && c == \"优\" { a * 3 } else { 0 } }", 3, Mode::HalfUp).unwrap();
    assert_eq!(function.call(&[Argument::Number(third), Argument::Truth(true), Argument::Word("优")]).unwrap(), Number::from(dec!(1)));
    assert_eq!(function.call(&[Argument::Number(third), Argument::Truth(true), Argument::Word("良")]).unwrap(), Number::ZERO);
}

// --- numbers ---

#[test]
fn numbers_are_exact_however_they_are_written() {
    for (body, wanted) in [
        ("7 / 2", dec!(3.5)),
        ("0.1 + 0.2", dec!(0.3)),
        ("1 / 3 * 3", dec!(1)),
        ("1 / 3 + 2 / 3", dec!(1)),
        ("2 - 0.5", dec!(1.5)),
        ("0.1 * 3", dec!(0.3)),
        ("-7 % 3", dec!(-1)),
        ("7.5 % 2", dec!(1.5)),
        ("let x = 7; x /= 2; x", dec!(3.5)),
        ("let x = 1; x += 0.5; x *= 4; x -= 1; x", dec!(5)),
        ("let x = 1; x /= 3; x *= 3; x", dec!(1)),
        ("-(1 / 4)", dec!(-0.25)),
        ("9223372036854775807 + 1", dec!(9223372036854775808)),
        ("9223372036854775807 * 10", dec!(92233720368547758070)),
        ("let x = 9223372036854775807; x += 1; x", dec!(9223372036854775808)),
        ("-9223372036854775807 - 10", dec!(-9223372036854775817)),
        ("abs(-2.5)", dec!(2.5)),
        ("min(1 / 3, 0.5) * 3", dec!(1)),
        ("max(1, 0.5)", dec!(1)),
        ("round(2.345, 0.01)", dec!(2.35)),
        ("round(-2.345, 0.01)", dec!(-2.35)),
        ("取整(10 / 3, 0.1)", dec!(3.3)),
        ("round_up(2.341, 0.01)", dec!(2.35)),
        ("round_down(2.349, 0.01)", dec!(2.34)),
        ("进一(11, 5)", dec!(15)),
        ("去尾(14, 5)", dec!(10)),
        ("[10, 20, 30][6 / 3]", dec!(30)),
        ("let s = 0; for i in 0..=4 { s += i; } s", dec!(10)),
        ("let s = 0; for x in [0.1, 0.2] { s += x; } s", dec!(0.3)),
        ("let s = 0; for i in 0..10 { if i == 3 { continue; } if i > 5 { break; } s += i; } s", dec!(12)),
        ("switch 3 / 2 { 1.5 => 1, _ => 2 }", dec!(1)),
        ("switch 4 / 2 { 2 => 1, _ => 2 }", dec!(1)),
        ("switch 1 / 3 { 1 => 1, _ => 2 }", dec!(2)),
        ("switch [1 / 3] { 1 => 1, _ => 2 }", dec!(2)),
        ("switch #{a: 1 / 3} { 1 => 1, _ => 2 }", dec!(2)),
        ("switch 1 { 0 | 1 => 5, _ => 3 }", dec!(5)),
        ("if 1 / 2 == 0.5 && 2 > 1.5 && !(1 < 0.5) { 1 } else { 0 }", dec!(1)),
        ("if 1 / 3 != 0.3333333333333333 && 1 / 3 > 0.3333333333333333 { 1 } else { 0 }", dec!(1)),
        ("if 0.5 in [1 / 2, 3] { 1 } else { 0 }", dec!(1)),
        ("if \"a\" == \"a\" && \"a\" != \"b\" { 1 } else { 0 }", dec!(1)),
        ("let m = #{甲: 1, 乙: 2.5}; m.乙 + m[\"甲\"]", dec!(3.5)),
        ("0xFF", dec!(255)),
        ("1_000.5", dec!(1000.5)),
        ("98765432109876543210.98765432", dec!(98765432109876543210.98765432)),
    ] {
        assert_eq!(decimal(body), wanted, "{body}");
    }
}

#[test]
fn what_cannot_be_held_exactly_fails_and_is_never_rounded() {
    fails("let x = 99999999999999; x * x * x", "位数太多");
    fails("let x = 0.00000000000001; x * x * x", "位数太多");
    fails("1 / 0", "除数是 0");
    fails("1 % 0", "除数是 0");
    fails("let x = 1.5; x /= 0; x", "除数是 0");
    fails("round(1, 0)", "步长");
    fails("round(1, -0.1)", "步长");
    for literal in [
        "0.98765432109876543210987654321098",
        "1e3",
        "1.5e-2",
        "987654321098765432109876543210987",
        "0xFFFFFFFFFFFFFFFF",
        "0b1111111111111111111111111111111111111111111111111111111111111111",
    ] {
        assert!(!codes(&format!("fn f() {{ {literal} }}")).is_empty(), "{literal}");
    }
}

#[test]
fn rounding_is_that_of_the_standard() {
    for (mode, wanted) in [(Mode::HalfUp, dec!(2.5)), (Mode::HalfEven, dec!(2.4)), (Mode::FromZero, dec!(2.5)), (Mode::ToZero, dec!(2.4))] {
        let function = compiled_with("fn f(x) { round(x, 0.1) }", 1, mode).unwrap();
        assert_eq!(function.call(&[Argument::Number(Number::from(dec!(2.45)))]).unwrap(), Number::from(wanted), "{mode:?}");
    }
}

#[test]
fn what_is_no_number_is_no_result() {
    for (body, with) in [
        ("\"5\"", "文字"),
        ("true", "是否"),
        ("", "空"),
        ("[1]", "列表"),
        ("1 + true", "没有这样的运算"),
        ("let x; x", "空"),
        ("let x = 1; if x { 2 }", "这里要"),
    ] {
        fails(body, with);
    }
}

#[test]
fn a_throw_is_told_in_its_own_words_with_its_line() {
    let function = compiled("fn f() {\n    let 量 = 7 / 2;\r\n    throw \"量不对:\" + 量 + \" 件\";\n}");
    let Err(Failure::Script { at, words }) = function.call(&[]) else { panic!("no failure") };
    assert_eq!(words.zh, "脚本 throw:量不对:3.5 件");
    let text = "fn f() {\n    let 量 = 7 / 2;\r\n    throw";
    assert_eq!(crate::source::position(at.start), text.len() - "throw".len());
    assert_eq!(value("throw `量 ${1 + 1}`"), Err("脚本 throw:量 2".to_owned()));
    assert_eq!(value("throw 5"), Err("脚本 throw:5".to_owned()));
}

#[test]
fn functions_are_found_behind_texts_with_values_in_them() {
    let script = "// fn f() is below\nfn g(x) { `a ${x} b` }\nfn f() { let 文 = `${1} 件`; throw g(文) }\n// `";
    let function = compiled(script);
    assert_eq!(crate::source::position(function.at.start), script.rfind("f()").unwrap());
    assert_eq!(function.call(&[]).map_err(|failure| matches!(failure, Failure::Script { words, .. } if words.zh.ends_with("a 1 件 b"))), Err(true));
}

#[test]
fn what_cannot_be_compared_is_a_failure_and_not_false() {
    for (a, b) in [("1", "\"1\""), ("0.5", "true"), ("1 / 3", "'a'"), ("1", "[1]"), ("1", "#{a: 1}"), ("\"a\"", "true"), ("[1]", "[1]")] {
        for operator in ["==", "!=", "<", "<=", ">", ">="] {
            fails(&format!("if {a} {operator} {b} {{ 1 }} else {{ 0 }}"), "");
            fails(&format!("if {b} {operator} {a} {{ 1 }} else {{ 0 }}"), "");
        }
    }
    fails("if 1 < () { 1 } else { 0 }", "不能比较");
    fails("6 | 3", "");
    assert_eq!(decimal("let x = (); if x == () || x != 5 { 1 } else { 0 }"), dec!(1));
}

#[test]
fn what_is_not_there_is_a_failure() {
    fails("#{甲: 1}.乙", "没有 乙");
    fails("#{甲: 1}[\"乙\"]", "没有 乙");
    fails("[1, 2][2]", "没有第 2 项");
    fails("[1, 2][0.5]", "");
    fails("\"a\" + []", "没有这样的运算");
    fails("let x = 1; x.甲", "");
    fails("1[0]", "");
}

// --- properties ---

/// A formula in the language of scripts, and what it is.
#[derive(Debug, Clone)]
enum Formula {
    Parameter(usize),
    Literal(Decimal),
    Join(char, Box<Formula>, Box<Formula>),
    Round(Box<Formula>),
    Least(Box<Formula>, Box<Formula>),
}

impl Formula {
    fn text(&self) -> String {
        match self {
            Formula::Parameter(index) => ["a", "b"][*index].to_owned(),
            Formula::Literal(value) => value.to_string(),
            Formula::Join(operator, a, b) => format!("({} {operator} {})", a.text(), b.text()),
            Formula::Round(inner) => format!("round({}, 0.01)", inner.text()),
            Formula::Least(a, b) => format!("min({}, {})", a.text(), b.text()),
        }
    }

    fn value(&self, parameters: &[Number; 2]) -> Option<Number> {
        let of = |formula: &Formula| formula.value(parameters);
        match self {
            Formula::Parameter(index) => Some(parameters[*index]),
            Formula::Literal(value) => Some(Number::from(*value)),
            Formula::Join('+', a, b) => of(a)?.plus(&of(b)?).ok(),
            Formula::Join('-', a, b) => of(a)?.minus(&of(b)?).ok(),
            Formula::Join('*', a, b) => of(a)?.times(&of(b)?).ok(),
            Formula::Join(_, a, b) => of(a)?.over(&of(b)?).ok()?,
            Formula::Round(inner) => round_to(&of(inner)?, dec!(0.01), Mode::HalfUp).ok().map(Number::from),
            Formula::Least(a, b) => Some(of(a)?.min(of(b)?)),
        }
    }
}

fn formula() -> impl Strategy<Value = Formula> {
    let leaf = prop_oneof![
        (0_usize..2).prop_map(Formula::Parameter),
        (0_i64..2000, 0_u32..4).prop_map(|(digits, scale)| Formula::Literal(Decimal::new(digits, scale)))
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            4 => (prop_oneof![Just('+'), Just('-'), Just('*'), Just('/')], inner.clone(), inner.clone()).prop_map(|(operator, a, b)| Formula::Join(operator, Box::new(a), Box::new(b))),
            1 => inner.clone().prop_map(|inner| Formula::Round(Box::new(inner))),
            1 => (inner.clone(), inner).prop_map(|(a, b)| Formula::Least(Box::new(a), Box::new(b))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_formula_in_a_script_is_what_exact_numbers_say(formula in formula(), a in -500_i64..500, b in 0_i64..10000) {
        let parameters = [Number::from(Decimal::from(a)), Number::from(Decimal::new(b, 4))];
        let function = compiled_with(&format!("fn f(a, b) {{ {} }}", formula.text()), 2, Mode::HalfUp).unwrap();
        let result = function.call(&parameters.map(Argument::Number)).ok();
        prop_assert_eq!(result, formula.value(&parameters), "{}", formula.text());
    }

    #[test]
    fn no_script_makes_the_program_panic(picks in proptest::collection::vec(0_usize..80, 0..40)) {
        const PIECES: &[&str] = &[
            "fn f(", ")", "{", "}", "(", "[", "]", "#{", "a", "b", "甲", "1", "0.5", "9223372036854775807", "\"文\"", "`x ${a} y`", "true", "+", "-", "*", "/", "%", "+=", "/=", "==", "<", ">=", "&&", "||", "!",
            "=", ";", ",", ":", ".", "..", "..=", "=>", "if ", " else ", "for ", " in ", "while ", "loop ", "break;", "continue;", "return ", "throw ", "let ", "const ", "switch ", "_", "min", "round", "push",
            "len", "f", "\n", "// 注\n", "/*", "*/", "fn f(a, b) {", "fn g(a) {", "g(a)", "a[", "a.b", "a?.b", "??", "do ", "until ", "0x8000000000000000", "-", "'字'", "()", "#", "$", "「", "”", "\\", "r#",
        ];
        let body: String = picks.iter().map(|pick| PIECES.get(*pick).copied().unwrap_or(" ")).collect::<Vec<_>>().join(" ");
        for script in [format!("fn f(a, b) {{ {body} }}"), body] {
            if let Ok(function) = compiled_with(&script, 2, Mode::HalfUp) {
                let _ = function.call(&[Argument::Number(Number::from(dec!(3))), Argument::Word("优")]);
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,120}") {
        let _ = compiled_with(&text, 2, Mode::HalfUp);
    }
}
