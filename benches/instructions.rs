//! One loop, once, for a tool that counts instructions: `cargo bench --bench instructions -- baseline|exact|traced|ranges|sets|ranked|load|check N`.
//!
//! Units are generated and put into memory first. Every score is handed to the reader, and the totals are added up, so that
//! nothing is computed in vain. `callgrind.sh` counts N and 2N units: the difference is the loop alone.
#![allow(
    clippy::unnecessary_wraps,
    dead_code,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
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

use std::hint::black_box;

use rust_decimal::Decimal;

/// The totals of the units that have one, and how many those are.
#[derive(Debug, Default)]
struct Checksum {
    totals: Decimal,
    scored: usize,
}

impl Checksum {
    fn add(&mut self, total: Option<Decimal>) {
        if let Some(total) = total {
            self.totals += total;
            self.scored += 1;
        }
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let mode = arguments.next().unwrap_or_default();
    let count: usize = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(1_000);
    let mut checksum = Checksum::default();
    match mode.as_str() {
        "baseline" => {
            for unit in &units::generate(count) {
                let sheet = baseline::score(black_box(unit));
                black_box(&sheet);
                checksum.add(sheet.total);
            }
        }
        "exact" => {
            let plan = standard::plan();
            let table = units::table(&plan, &units::generate(count));
            table.score(|scores| {
                black_box(scores.status);
                for score in scores.items() {
                    black_box(score);
                }
                checksum.add(scores.total);
            });
        }
        "traced" => {
            let plan = standard::plan();
            let table = units::table(&plan, &units::generate(count));
            table.score_with_trace(|scores| {
                black_box((scores.status, scores.steps()));
                for score in scores.items() {
                    black_box(score);
                }
                checksum.add(scores.total);
            });
        }
        // in the domain of bounds: all facts known, or every other one as a range
        "ranges" | "sets" => {
            let plan = standard::plan();
            let units = units::generate(count);
            let table = if mode == "sets" { units::table_of_sets(&plan, &units) } else { units::table(&plan, &units) };
            table.score_ranges(|ranges| {
                black_box(ranges.may_have_none());
                for score in ranges.items() {
                    black_box(score);
                }
                checksum.add(ranges.total().and_then(|range| range.low));
            });
        }
        "sets table" => {
            let plan = standard::plan();
            black_box(units::table_of_sets(&plan, &units::generate(count)));
        }
        // with points by rank, which need a first walk over all units
        "ranked" => {
            let plan = generated::ranked();
            let table = units::table(&plan, &units::generate(count));
            table.score(|scores| {
                black_box(scores.status);
                for score in scores.items() {
                    black_box(score);
                }
                checksum.add(scores.total);
            });
        }
        "check" => {
            black_box(kaoping::engine::compile(black_box(&generated::indicators(count))));
        }
        // the same setup without a loop
        "table" => {
            let plan = standard::plan();
            black_box(units::table(&plan, &units::generate(count)));
        }
        "units" => {
            black_box(units::generate(count));
        }
        "load" => {
            let sources = standard::sources();
            for _ in 0..count {
                black_box(kaoping::engine::compile(black_box(&sources)));
            }
        }
        _ => println!("instructions -- baseline|exact|traced|ranges|sets|ranked|load|check|table|units N"),
    }
    println!("{mode} {count}: {} scored, totals {}", checksum.scored, checksum.totals);
}
