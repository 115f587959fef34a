//! The trial standard itself.

use kaoping::engine::compile;
use kaoping::plan::Plan;
use kaoping::source::Sources;

const TEXT: &str = include_str!("../../policies/lianyungang/标准.kp.md");

pub fn sources() -> Sources {
    let mut sources = Sources::default();
    sources.add("标准.kp.md", TEXT);
    sources
}

pub fn plan() -> Plan {
    let compiled = compile(&sources());
    compiled.plan.expect("the trial standard has no faults")
}
