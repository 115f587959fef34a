//! Properties that hold for any facts: the traced domain agrees with the exact one, scores stay within their bounds, more faults
//! never score higher.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test reads its own files")]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use kaoping::engine::{Table, compile};
use kaoping::plan::Plan;
use kaoping::results::State;
use kaoping::source::Sources;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn plan() -> &'static Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/lianyungang/标准.kp.md");
        let mut sources = Sources::default();
        sources.add("标准.kp.md", fs::read_to_string(path).unwrap());
        compile(&sources).plan.unwrap()
    })
}

/// The facts of a unit; `None` is a blank cell.
#[derive(Debug, Clone)]
struct Unit {
    tier: &'static str,
    cells: Vec<(&'static str, Option<Decimal>)>,
}

/// Whole and part, the part not above the whole.
fn counts() -> impl Strategy<Value = (Option<u32>, Option<u32>)> {
    (0_u32..400, any::<proptest::sample::Index>(), 0_u32..12).prop_map(|(whole, part, blank)| {
        let part = u32::try_from(part.index(usize::try_from(whole).unwrap() + 1)).unwrap();
        ((blank != 0).then_some(whole), (blank != 1).then_some(part))
    })
}

fn unit() -> impl Strategy<Value = Unit> {
    let points = |top: i64| proptest::option::weighted(0.9, (0..=top * 100).prop_map(|cents| Decimal::new(cents, 2)));
    let times = proptest::option::of(0_u32..60);
    let tier = prop_oneof![Just("县区"), Just("板块"), Just("部门")];
    (tier, counts(), counts(), counts(), times.clone(), times, (points(4), points(5), points(25), points(10), points(5), points(5))).prop_map(
        |(tier, orders, due, calls, late, tests, scores)| {
            let number = |count: Option<u32>| count.map(Decimal::from);
            let mut cells = vec![
                ("总工单数", number(orders.0)),
                ("超时签收数", number(orders.1)),
                ("应办结数", number(due.0)),
                ("超时办结数", number(due.1)),
                ("回访数", number(calls.0)),
                ("不满意数", number(calls.1)),
                ("未及时回应次数", number(late)),
                ("拨测扣分次数", number(tests)),
                ("机构设置", scores.0),
                ("信息采用", scores.1),
            ];
            if tier == "县区" {
                cells.extend([
                    ("归集数据质量", scores.2),
                    ("服务知晓度", scores.3),
                    ("接通率", scores.4),
                    ("服务现场", scores.5),
                    ("实时归集数据稳定性", scores.4),
                ]);
            }
            Unit { tier, cells }
        },
    )
}

type Scored = (State, Option<Decimal>, Vec<Option<Decimal>>);

fn table<'p>(plan: &'p Plan, unit: &Unit) -> Table<'p> {
    let mut table = Table::new(plan);
    table.unit("甲", unit.tier).unwrap();
    for (column, value) in &unit.cells {
        if let Some(value) = value {
            table.set(column, *value).unwrap();
        }
    }
    table
}

fn exact(plan: &Plan, unit: &Unit) -> Scored {
    let mut found = None;
    table(plan, unit).score(|scores| found = Some((scores.status, scores.total, scores.items().collect())));
    found.unwrap()
}

fn traced(plan: &Plan, unit: &Unit) -> Scored {
    let mut found = None;
    table(plan, unit).score_with_trace(|scores| found = Some((scores.status, scores.total, scores.items().collect())));
    found.unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_traced_domain_agrees_with_the_exact_one(unit in unit()) {
        let plan = plan();
        prop_assert_eq!(exact(plan, &unit), traced(plan, &unit));
    }

    #[test]
    fn a_total_lies_between_0_and_the_marks_of_its_tier(unit in unit()) {
        let plan = plan();
        let (status, total, _) = exact(plan, &unit);
        prop_assert_eq!(status == State::Scored, total.is_some());
        if let Some(total) = total {
            let marks = Decimal::from(if unit.tier == "县区" { 150 } else { 100 });
            prop_assert!(total >= Decimal::ZERO && total <= marks);
        }
    }

    #[test]
    fn one_more_late_order_never_scores_higher(unit in unit()) {
        let plan = plan();
        let mut worse = unit.clone();
        let (whole, part) = (unit.cells[0].1, unit.cells[1].1);
        if let (Some(whole), Some(part)) = (whole, part)
            && part < whole
        {
            worse.cells[1].1 = Some(part + Decimal::ONE);
            let (before, after) = (exact(plan, &unit), exact(plan, &worse));
            prop_assert_eq!(before.0, after.0);
            prop_assert!(after.1 <= before.1);
        }
    }

    #[test]
    fn a_missing_fact_spoils_only_what_reads_it(unit in unit()) {
        let plan = plan();
        let whole = exact(plan, &unit);
        let mut poorer = unit.clone();
        poorer.cells[5].1 = None; // 不满意数
        let (status, _, items) = exact(plan, &poorer);
        if status != State::Exempt && whole.0 != State::Exempt {
            let differing = whole.2.iter().zip(&items).filter(|(before, after)| before != after).count();
            // at most the indicator and its section
            prop_assert!(differing <= 2, "{differing}");
        }
    }
}
