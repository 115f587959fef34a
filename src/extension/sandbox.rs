//! The one constructor of the script engine: a list of what scripts have, with every limit set.

use std::sync::{Arc, OnceLock};

use rhai::{Engine, LexError, OptimizationLevel, Token};
use rust_decimal::Decimal;

use super::exact;

/// Steps that one call may take.
pub(super) const OPERATIONS: u64 = 100_000;
/// Functions that may be under way in one another; with the depth of formulas this is what the stack of a thread holds in a debug build.
pub(super) const CALL_DEPTH: usize = 8;
/// Brackets, blocks and operators that may stand in one another.
pub(super) const EXPRESSION_DEPTH: usize = 24;
/// Bytes of a text.
pub(super) const TEXT_SIZE: usize = 1_000;
/// Elements of a list, those of lists inside it included.
pub(super) const LIST_SIZE: usize = 200;
/// Entries of a map.
pub(super) const MAP_SIZE: usize = 100;
/// Variables at a time.
pub(super) const VARIABLES: usize = 100;
/// Functions of a script.
pub(super) const FUNCTIONS: usize = 50;

/// Words and signs that scripts do not have: what runs text, makes functions of functions, catches a failure, prints, or cuts bits.
const REFUSED: &[&str] = &[
    "eval",
    "Fn",
    "call",
    "curry",
    "is_shared",
    "is_def_var",
    "is_def_fn",
    "type_of",
    "print",
    "debug",
    "this",
    "global",
    "private",
    "try",
    "catch",
    "import",
    "export",
    "as",
    "**",
    "**=",
    "<<",
    "<<=",
    ">>",
    ">>=",
    "&",
    "&=",
    "|=",
    "^",
    "^=",
];

/// An engine that has numbers, truths, texts, lists and maps, branches and bounded loops, and nothing of the machine.
#[derive(Debug, Clone)]
pub(super) struct Sandbox(Arc<Engine>);

impl Sandbox {
    /// The sandbox of all scripts, made when the first of them is read: it holds nothing of any of them.
    pub(super) fn shared() -> Self {
        static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
        SANDBOX.get_or_init(Sandbox::new).clone()
    }

    fn new() -> Self {
        let mut engine = Engine::new_raw();
        engine
            .set_optimization_level(OptimizationLevel::None)
            .set_fast_operators(false)
            .set_strict_variables(true)
            .set_allow_anonymous_fn(false)
            .set_fail_on_invalid_map_property(true)
            .set_max_operations(OPERATIONS)
            .set_max_call_levels(CALL_DEPTH)
            .set_max_expr_depths(EXPRESSION_DEPTH, EXPRESSION_DEPTH)
            .set_max_string_size(TEXT_SIZE)
            .set_max_array_size(LIST_SIZE)
            .set_max_map_size(MAP_SIZE)
            .set_max_variables(VARIABLES)
            .set_max_functions(FUNCTIONS);
        for word in REFUSED {
            engine.disable_symbol(*word);
        }
        exact_literals(&mut engine);
        exact::register(&mut engine);
        Sandbox(Arc::new(engine))
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.0
    }
}

/// Refuses the numbers that the engine would read otherwise than they are written: with more digits than it keeps, as powers of
/// ten, or as the bits of a negative one.
#[expect(deprecated, reason = "the engine marks the hook as one that may change, not as one to leave")]
fn exact_literals(engine: &mut Engine) {
    engine.on_parse_token(|token, _, _| match &token {
        Token::DecimalConstant(read) => {
            let written = read.1.as_str();
            let same = Decimal::from_str_exact(written).is_ok_and(|exact| exact == read.0);
            if same { token } else { Token::LexError(LexError::MalformedNumber(written.to_owned()).into()) }
        }
        _ => token,
    });
}
