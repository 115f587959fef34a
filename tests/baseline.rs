//! The trial standard by hand and by the engine: the same status, total and score of every item, unit by unit.
#![allow(
    clippy::unnecessary_wraps,
    dead_code,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_wrap,
    clippy::disallowed_methods,
    reason = "a program by hand rounds with what rust_decimal has"
)]
#![allow(missing_docs, unreachable_pub, reason = "a test has no callers")]

#[path = "../benches/trial/baseline.rs"]
mod baseline;
#[path = "../benches/trial/standard.rs"]
mod standard;
#[path = "../benches/trial/units.rs"]
mod units;

use baseline::{Sheet, Status};
use kaoping::engine::Scores;
use kaoping::results::State;
use units::{Tier, Unit};

const UNITS: usize = 20_000;

fn assert_same(unit: &Unit, sheet: &Sheet, scores: &Scores<'_>) {
    let status = match scores.status {
        State::Scored => Status::Scored,
        State::Exempt => Status::Exempt,
        _ => Status::Missing,
    };
    assert_eq!((status, scores.total), (sheet.status, sheet.total), "status and total of {unit:?}");
    let items: Vec<_> = scores.items().collect();
    let cells = sheet.cells();
    assert_eq!(items.len(), cells.len());
    for (score, (name, cell)) in items.into_iter().zip(cells) {
        assert_eq!(score, cell, "{name} of {unit:?}");
    }
}

#[test]
fn the_engine_gives_every_cell_that_the_program_by_hand_gives() {
    let plan = standard::plan();
    let units = units::generate(UNITS);
    let table = units::table(&plan, &units);
    let sheets: Vec<Sheet> = units.iter().map(baseline::score).collect();

    let mut expected = units.iter().zip(&sheets);
    table.score(|scores| {
        let (unit, sheet) = expected.next().expect("a unit for every score");
        assert_same(unit, sheet, &scores);
    });
    assert_eq!(expected.next().map(|(unit, _)| &unit.name), None);

    let mut expected = units.iter().zip(&sheets);
    table.score_with_trace(|scores| {
        let (unit, sheet) = expected.next().expect("a unit for every score");
        assert_same(unit, sheet, &scores);
        assert!(scores.steps() > 0);
    });
    assert_eq!(expected.next().map(|(unit, _)| &unit.name), None);
}

#[test]
fn the_generated_units_cover_what_the_standard_tells_apart() {
    let units = units::generate(UNITS);
    let sheets: Vec<Sheet> = units.iter().map(baseline::score).collect();
    let share = |holds: &dyn Fn(&Unit, &Sheet) -> bool| units.iter().zip(&sheets).filter(|(unit, sheet)| holds(unit, sheet)).count() * 1_000 / UNITS;
    for (name, share, low, high) in [
        ("counties", share(&|unit, _| unit.tier == Tier::County), 80, 120),
        ("districts", share(&|unit, _| unit.tier == Tier::District), 80, 120),
        ("exempt", share(&|_, sheet| sheet.status == Status::Exempt), 50, 200),
        ("missing", share(&|_, sheet| sheet.status == Status::Missing), 2, 20),
        ("rates alone", share(&|unit, _| unit.closing_rate.is_some()), 20, 60),
        ("without callbacks", share(&|unit, _| unit.callbacks.is_some_and(|callbacks| callbacks.is_zero())), 100, 300),
        ("with a bonus", share(&|unit, _| unit.adopted.is_some()), 80, 250),
        ("at full marks", share(&|_, sheet| sheet.total.is_some_and(|total| total == 100.into() || total == 150.into())), 50, 600),
        ("below full marks", share(&|_, sheet| sheet.total.is_some_and(|total| total < 100.into())), 200, 900),
    ] {
        assert!((low..=high).contains(&share), "{share} per mille of the units are {name}");
    }
}
