//! Wall time of scoring 10,000 units of the trial standard, by hand, exactly and with trace, and of compiling it.
#![allow(
    clippy::unnecessary_wraps,
    dead_code,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_wrap,
    clippy::disallowed_methods,
    reason = "a bench states what it takes for granted and rounds as a program by hand would"
)]
#![allow(missing_docs, unreachable_pub, reason = "a bench has no callers")]

#[path = "trial/baseline.rs"]
mod baseline;
#[path = "trial/generated.rs"]
mod generated;
#[path = "trial/standard.rs"]
mod standard;
#[path = "trial/units.rs"]
mod units;

use divan::{Bencher, black_box, counter::ItemsCount};

const UNITS: usize = 10_000;

fn main() {
    divan::main();
}

#[divan::bench]
fn by_hand(bencher: Bencher<'_, '_>) {
    let units = units::generate(UNITS);
    bencher.counter(ItemsCount::new(UNITS)).bench_local(|| {
        for unit in &units {
            black_box(baseline::score(black_box(unit)));
        }
    });
}

#[divan::bench]
fn exact(bencher: Bencher<'_, '_>) {
    let plan = standard::plan();
    let table = units::table(&plan, &units::generate(UNITS));
    bencher.counter(ItemsCount::new(UNITS)).bench_local(|| {
        table.score(|scores| {
            black_box((scores.status, scores.total));
            scores.items().for_each(|score| {
                black_box(score);
            });
        });
    });
}

#[divan::bench]
fn traced(bencher: Bencher<'_, '_>) {
    let plan = standard::plan();
    let table = units::table(&plan, &units::generate(UNITS));
    bencher.counter(ItemsCount::new(UNITS)).bench_local(|| {
        table.score_with_trace(|scores| {
            black_box((scores.status, scores.total, scores.steps()));
            scores.items().for_each(|score| {
                black_box(score);
            });
        });
    });
}

#[divan::bench]
fn compile(bencher: Bencher<'_, '_>) {
    let sources = standard::sources();
    bencher.bench_local(|| kaoping::engine::compile(black_box(&sources)));
}

/// A tier of many units, with points by rank and without.
#[divan::bench(args = [false, true])]
fn tier_of_100_000(bencher: Bencher<'_, '_>, by_rank: bool) {
    const MANY: usize = 100_000;
    let plan = if by_rank { generated::ranked() } else { standard::plan() };
    let table = units::table(&plan, &units::generate(MANY));
    bencher.counter(ItemsCount::new(MANY)).bench_local(|| {
        table.score(|scores| {
            black_box((scores.status, scores.total));
        });
    });
}

/// A standard of so many indicators: what it costs grows with their number.
#[divan::bench(args = [125, 250, 500, 1_000])]
fn check(bencher: Bencher<'_, '_>, indicators: usize) {
    let sources = generated::indicators(indicators);
    bencher.counter(ItemsCount::new(indicators)).bench_local(|| kaoping::engine::compile(black_box(&sources)));
}
