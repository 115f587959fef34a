//! Why a script cannot be read, and why a call of it fails, in the words of the rules.

use rhai::{EvalAltResult, LexError, ParseErrorType, Position};

use super::exact::{number_of, shown};
use super::sandbox;
use crate::diag::{Words, words};
use crate::quantity::Number;
use crate::source::Span;

/// What the numbers of a script refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    DivisionByZero,
    TooLarge,
    BadStep,
    Incomparable,
    NoOperation,
}

/// Why a call has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The script fails, there and for that reason.
    Script {
        /// The place in the script.
        at: Span,
        /// What went wrong.
        words: Words,
    },
    /// The result lies outside the range of the function.
    Outside(Number),
    /// The result has more digits than its step.
    Finer(Number),
}

/// The innermost place and reason of an error at run time.
pub(super) fn of_run(error: &EvalAltResult) -> (Position, Words) {
    use EvalAltResult as E;
    match error {
        E::ErrorInFunctionCall(_, _, inner, at) => {
            let (inner_at, words) = of_run(inner);
            (if inner_at.is_none() { *at } else { inner_at }, words)
        }
        other => (other.position(), words_of(other)),
    }
}

fn words_of(error: &EvalAltResult) -> Words {
    use EvalAltResult as E;
    match error {
        E::ErrorRuntime(thrown, _) => thrown_words(thrown),
        E::ErrorTooManyOperations(_) => {
            let most = sandbox::OPERATIONS;
            words!("超过 {most} 步还没有算完", "it takes more than {most} steps")
        }
        E::ErrorStackOverflow(_) => {
            let most = sandbox::CALL_DEPTH;
            words!("函数互相调用超过 {most} 层", "functions call one another more than {most} deep")
        }
        E::ErrorDataTooLarge(..) => {
            let (text, list, map) = (sandbox::TEXT_SIZE, sandbox::LIST_SIZE, sandbox::MAP_SIZE);
            words!(
                "文字、列表或映射太大:文字最多 {text} 字节,列表最多 {list} 项,映射最多 {map} 项",
                "a text, list or map grows too large: at most {text} bytes, {list} elements, {map} entries"
            )
        }
        E::ErrorTooManyVariables(_) => {
            let most = sandbox::VARIABLES;
            words!("变量超过 {most} 个", "there are more than {most} variables")
        }
        E::ErrorFunctionNotFound(signature, _) => {
            let (zh, en) = (typed(signature, true), typed(signature, false));
            words!("没有这样的运算或函数:{zh}", "there is no such operation or function: {en}")
        }
        E::ErrorMismatchDataType(wanted, found, _) | E::ErrorMismatchOutputType(wanted, found, _) => {
            let ((wanted, wanted_en), (found, found_en)) = ((typed(wanted, true), typed(wanted, false)), (typed(found, true), typed(found, false)));
            words!("这里要 {wanted},得到的是 {found}", "{wanted_en} is needed here, this is {found_en}")
        }
        E::ErrorArrayBounds(length, index, _) | E::ErrorStringBounds(length, index, _) => {
            words!("只有 {length} 项,没有第 {index} 项(从 0 数起)", "there are {length} elements and none of index {index} (counted from 0)")
        }
        E::ErrorPropertyNotFound(name, _) | E::ErrorVariableNotFound(name, _) => words!("没有 {name}", "there is no {name}"),
        E::ErrorIndexNotFound(index, _) => words!("没有 {index} 这一项", "there is no element {index}"),
        E::ErrorIndexingType(..) => words!("它没有可取的项", "it has no elements"),
        E::ErrorAssignmentToConstant(name, _) => words!("{name} 是定值,不能改", "{name} is a constant and cannot be changed"),
        E::ErrorFor(_) => words!("for 只能逐项走过范围或列表", "for goes over a range or a list"),
        other => {
            let text = without_place(&other.to_string());
            words!("脚本出错:{text}", "the script fails: {text}")
        }
    }
}

fn thrown_words(thrown: &rhai::Dynamic) -> Words {
    if let Some(trouble) = thrown.clone().try_cast::<Trouble>() {
        return match trouble {
            Trouble::DivisionByZero => words!("除数是 0", "the divisor is 0"),
            Trouble::TooLarge => words!("算得的数位数太多,不能精确表示", "the exact result has too many digits to be held"),
            Trouble::Incomparable => words!("两个值种类不同,不能比较", "the two values are of different kinds and do not compare"),
            Trouble::NoOperation => words!("没有这样的运算", "there is no such operation"),
            Trouble::BadStep => words!("取整的步长须为大于 0 的数", "the step of a rounding must be above 0"),
        };
    }
    let text = match number_of(thrown) {
        Some(number) => shown(&number),
        None => thrown.to_string(),
    };
    if text.is_empty() { words!("脚本 throw", "the script throws") } else { words!("脚本 throw:{text}", "the script throws: {text}") }
}

/// The types of a signature as the rules call them.
fn typed(text: &str, zh: bool) -> String {
    const NAMES: &[(&str, &str, &str)] = &[
        ("core::ops::range::RangeInclusive<i64>", "范围", "range"),
        ("core::ops::range::Range<i64>", "范围", "range"),
        ("&str | ImmutableString | String", "文字", "text"),
        ("ImmutableString", "文字", "text"),
        ("string", "文字", "text"),
        ("decimal", "数", "number"),
        ("fraction", "数", "number"),
        ("i64", "数", "number"),
        ("bool", "是否", "truth"),
        ("array", "列表", "list"),
        ("map", "映射", "map"),
        ("char", "字", "character"),
    ];
    NAMES.iter().fold(text.to_owned(), |text, (name, zh_name, en_name)| text.replace(name, if zh { zh_name } else { en_name }))
}

/// A message of the engine without the place at its end.
fn without_place(text: &str) -> String {
    text.split(" (line ").next().unwrap_or(text).to_owned()
}

/// What a type of value is called.
pub(super) fn type_words(name: &str) -> Words {
    match name {
        "()" => words!("空", "nothing"),
        other => Words { zh: typed(other, true), en: typed(other, false) },
    }
}

/// Why a script cannot be read.
pub(super) fn of_syntax(error: &ParseErrorType) -> Words {
    use ParseErrorType as E;
    match error {
        E::UnexpectedEOF => words!("脚本没有写完", "the script ends too early"),
        E::BadInput(input) => of_input(input),
        E::UnknownOperator(sign) => words!("没有 {sign} 这个运算", "there is no operator {sign}"),
        E::MissingToken(token, _) if token == "," => words!("这里缺逗号或右括号", "a comma or a closing bracket is missing here"),
        E::MissingToken(token, _) if token == ";" => words!("这里缺分号或右花括号", "a semicolon or a closing brace is missing here"),
        E::MissingToken(token, _) => words!("这里缺 {token}", "{token} is missing here"),
        E::Reserved(word) => words!("{word} 不能在脚本里用", "{word} cannot be used in a script"),
        E::ExprExpected(_) => words!("这里要一个算式", "a formula is needed here"),
        E::MismatchedType(wanted, _) if wanted.contains("boolean") => words!("这里要一个条件", "a condition is needed here"),
        E::VariableUndefined(name) => words!("没有 {name} 这个变量", "there is no variable {name}"),
        E::VariableExpected => words!("这里要一个变量名", "a name of a variable is needed here"),
        E::FnMissingName => words!("fn 后面缺函数名", "a name is missing after fn"),
        E::FnMissingParams(name) => words!("函数 {name} 缺参数的圆括号", "the brackets of the parameters of {name} are missing"),
        E::FnMissingBody(name) => words!("函数 {name} 缺花括号里的内容", "the body of {name} in braces is missing"),
        E::FnDuplicatedDefinition(name, count) => words!("{count} 个参数的函数 {name} 写了两次", "the function {name} with {count} parameters stands twice"),
        E::FnDuplicatedParam(name, parameter) => words!("函数 {name} 有两个参数 {parameter}", "the function {name} has two parameters {parameter}"),
        E::WrongFnDefinition => words!("函数只能写在最外层", "functions are defined at the outermost level only"),
        E::AssignmentToConstant(name) => words!("{name} 是定值,不能改", "{name} is a constant and cannot be changed"),
        E::AssignmentToInvalidLHS(_) => words!("= 左边不是变量", "what stands left of = is no variable"),
        E::ExprTooDeep => {
            let most = sandbox::EXPRESSION_DEPTH;
            words!("算式和花括号套了 {most} 层以上", "formulas and blocks are nested more than {most} deep")
        }
        E::TooManyFunctions => {
            let most = sandbox::FUNCTIONS;
            words!("函数超过 {most} 个", "there are more than {most} functions")
        }
        E::LiteralTooLarge(..) => {
            let (text, list, map) = (sandbox::TEXT_SIZE, sandbox::LIST_SIZE, sandbox::MAP_SIZE);
            words!(
                "写得太长:文字最多 {text} 字节,列表最多 {list} 项,映射最多 {map} 项",
                "this is too long: texts have at most {text} bytes, lists {list} elements, maps {map} entries"
            )
        }
        E::LoopBreak => words!("break 和 continue 只能写在循环里", "break and continue stand in loops only"),
        other => {
            let text = other.to_string();
            words!("{text}", "{text}")
        }
    }
}

/// A blank, or a sign that is not seen at all, which scripts do not take for a space.
pub(super) fn is_foreign_blank(c: char) -> bool {
    !c.is_ascii() && c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

fn of_input(error: &LexError) -> Words {
    match error {
        LexError::UnexpectedInput(text) => match text.chars().next().filter(|c| is_foreign_blank(*c)) {
            // what is not seen is named by its number
            Some(blank) => {
                let (blank, number) =
                    (if blank == '\u{3000}' { words!("全角空格", "a full-width space") } else { words!("特殊的空格", "an unusual space") }, u32::from(blank));
                let (zh, en) = (blank.zh, blank.en);
                words!("{zh}(U+{number:04X})不能在脚本里用", "{en} (U+{number:04X}) cannot be used in a script")
            }
            None => words!("{text} 不能在脚本里用", "{text} cannot be used in a script"),
        },
        LexError::UnterminatedString => words!("引号没有配对", "the quotation mark has no partner"),
        LexError::MalformedNumber(text) => {
            words!("{text} 不是能精确保存的数,最多 28 位,不写 e", "{text} is no number that is kept exactly: at most 28 digits, without e")
        }
        LexError::ImproperSymbol(text, _) => words!("{text} 不能在脚本里用", "{text} cannot be used in a script"),
        other => {
            let text = other.to_string();
            words!("{text}", "{text}")
        }
    }
}
