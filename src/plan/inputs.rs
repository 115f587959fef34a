//! The order in which inputs are filled: each behind those that what is gathered for it reads.

use std::collections::BTreeSet;

use super::{Around, Common, Input, InputId, InputKind, Program, Stage, Step, StepId, closure, operands};

/// Puts the inputs into stages, and tells every program which of its steps a stage needs.
pub(super) fn arrange(inputs: &[Input], programs: &mut [Program]) -> Vec<Stage> {
    let reads = reads(inputs, programs);
    // what is read of other periods is there before anything is gathered; who a unit is needs nothing to be gathered
    let here = |input: &Input| input.earlier().is_none() && !matches!(input.kind, InputKind::Named(_));
    let here = inputs.iter().enumerate().filter(|(_, input)| here(input)).map(|(id, _)| id).collect();
    let stages = in_order(&reads, here);
    for program in programs {
        let needed = |stage: &Stage| closure(&program.steps, stage.inputs.iter().flat_map(|id| roots(inputs, program, *id)));
        program.stages = stages.iter().map(needed).collect();
    }
    stages
}

/// The steps that say what a unit brings to an input, and where it belongs.
fn roots(inputs: &[Input], program: &Program, id: InputId) -> Vec<StepId> {
    let brought = program.brought.get(id).and_then(Option::as_ref);
    let mut roots: Vec<StepId> = brought.into_iter().flat_map(|brought| brought.values.iter().chain(&brought.condition)).copied().collect();
    match inputs.get(id).map(|input| &input.kind) {
        Some(InputKind::Units(units)) => {
            let facts = units.commons().filter_map(|common| if let Common::Fact(fact) = common { Some(fact) } else { None });
            roots.extend(facts.filter_map(|fact| program.facts.get(fact).copied().flatten()));
        }
        Some(InputKind::Records(_)) => {
            let made = program.of_records.get(id).and_then(Option::as_ref);
            let around = made.into_iter().flat_map(|made| std::iter::once(&made.whole).chain(&made.inner)).flat_map(|row| &row.around);
            roots.extend(around.filter_map(|around| if let Around::Unit(step) = around { Some(*step) } else { None }));
        }
        // what a unit had in another period is not asked in this one
        Some(InputKind::Earlier(_)) => return Vec::new(),
        Some(InputKind::Named(_)) | None => {}
    }
    roots
}

/// The inputs that some steps of a program read, however far behind; each call looks only at what it reaches.
struct Reading<'p> {
    program: &'p Program,
    /// In which call a step was last seen.
    seen: Vec<usize>,
    calls: usize,
}

impl<'p> Reading<'p> {
    fn new(program: &'p Program) -> Self {
        Reading { program, seen: vec![0; program.steps.len()], calls: 0 }
    }

    fn of(&mut self, mut queue: Vec<StepId>, found: &mut BTreeSet<InputId>) {
        self.calls += 1;
        while let Some(id) = queue.pop() {
            let (Some(step), Some(seen)) = (self.program.steps.get(id), self.seen.get_mut(id)) else { continue };
            if std::mem::replace(seen, self.calls) == self.calls {
                continue;
            }
            if let Step::Input(input) = step {
                found.insert(*input);
            }
            queue.extend(operands(step));
        }
    }
}

/// For each input those that must be there before it can be filled.
fn reads(inputs: &[Input], programs: &[Program]) -> Vec<BTreeSet<InputId>> {
    let mut found: Vec<BTreeSet<InputId>> = vec![BTreeSet::new(); inputs.len()];
    for program in programs {
        let mut reading = Reading::new(program);
        let mut exempting = BTreeSet::new();
        reading.of(program.exemptions.iter().map(|(condition, _)| *condition).collect(), &mut exempting);
        for (id, (input, found)) in inputs.iter().zip(&mut found).enumerate() {
            reading.of(roots(inputs, program, id), found);
            match &input.kind {
                // which units take part is settled before anything is gathered from them
                InputKind::Units(_) => found.extend(&exempting),
                InputKind::Records(_) | InputKind::Earlier(_) | InputKind::Named(_) => {}
            }
        }
    }
    found
}

/// Stages such that every input stands behind those it reads; those that read one another, by way of the units below, stand together.
fn in_order(reads: &[BTreeSet<InputId>], mut left: BTreeSet<InputId>) -> Vec<Stage> {
    let mut stages = Vec::new();
    while !left.is_empty() {
        let open = |id: &InputId| reads.get(*id).is_some_and(|reads| reads.iter().any(|read| left.contains(read)));
        let ready: Vec<InputId> = left.iter().copied().filter(|id| !open(id)).collect();
        let stage = if ready.is_empty() { Stage { inputs: together(reads, &left), upward: true } } else { Stage { inputs: ready, upward: false } };
        // INVARIANT: a stage is never empty, for `together` holds at least the input it starts from.
        left.retain(|id| !stage.inputs.contains(id));
        stages.push(stage);
    }
    stages
}

/// Inputs that all read one another, and none besides.
fn together(reads: &[BTreeSet<InputId>], left: &BTreeSet<InputId>) -> Vec<InputId> {
    let reached = |from: InputId| {
        let mut found: BTreeSet<InputId> = BTreeSet::new();
        let mut queue = vec![from];
        while let Some(id) = queue.pop() {
            queue.extend(reads.get(id).into_iter().flatten().copied().filter(|read| left.contains(read) && found.insert(*read)));
        }
        found
    };
    let circles = left.iter().map(|id| (*id, reached(*id)));
    let closed = circles.into_iter().find(|(id, found)| found.iter().all(|other| reached(*other).contains(id)));
    closed.map_or_else(
        || left.iter().copied().collect(),
        |(id, mut found)| {
            found.insert(id);
            found.into_iter().collect()
        },
    )
}
