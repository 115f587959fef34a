//! The trial standard (`policies/lianyungang`) written by hand with `rust_decimal`: what a program for this one standard costs.
//!
//! Nothing is shared with the engine. Numbers are decimals throughout, scores are rounded with `rust_decimal`'s own rounding,
//! and whoever lacks a fact lacks the scores that depend on it, as in the engine.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::units::{Tier, Unit};

/// Whether a unit has a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Scored,
    Exempt,
    Missing,
}

/// The scores of a unit; none where an item does not apply or lacks a fact.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub status: Status,
    pub total: Option<Decimal>,

    pub network: Option<Decimal>,
    pub office: Option<Decimal>,
    pub staff: Option<Decimal>,

    pub handling: Option<Decimal>,
    pub signing: Option<Decimal>,
    pub responding: Option<Decimal>,
    pub closing: Option<Decimal>,
    pub satisfaction: Option<Decimal>,

    pub learning: Option<Decimal>,
    pub knowledge: Option<Decimal>,
    pub emergency_knowledge: Option<Decimal>,

    pub reports: Option<Decimal>,
    pub dial_tests: Option<Decimal>,

    pub data: Option<Decimal>,
    pub stability: Option<Decimal>,
    pub collected: Option<Decimal>,

    pub service: Option<Decimal>,
    pub awareness: Option<Decimal>,
    pub connected: Option<Decimal>,
    pub on_site: Option<Decimal>,

    pub supervision: Option<Decimal>,
    pub exposure: Option<Decimal>,
    pub plausibility: Option<Decimal>,

    pub adopted: Option<Decimal>,
    pub special_task: Option<Decimal>,
    pub experience: Option<Decimal>,
    pub integration: Option<Decimal>,
}

impl Sheet {
    fn without_scores(status: Status) -> Sheet {
        Sheet {
            status,
            total: None,
            network: None,
            office: None,
            staff: None,
            handling: None,
            signing: None,
            responding: None,
            closing: None,
            satisfaction: None,
            learning: None,
            knowledge: None,
            emergency_knowledge: None,
            reports: None,
            dial_tests: None,
            data: None,
            stability: None,
            collected: None,
            service: None,
            awareness: None,
            connected: None,
            on_site: None,
            supervision: None,
            exposure: None,
            plausibility: None,
            adopted: None,
            special_task: None,
            experience: None,
            integration: None,
        }
    }

    /// The 22 indicators and 5 sections, in the order of the rules.
    pub fn cells(&self) -> [(&'static str, Option<Decimal>); 27] {
        [
            ("工作网络", self.network),
            ("机构设置", self.office),
            ("人员配备", self.staff),
            ("办件质效", self.handling),
            ("及时签收率", self.signing),
            ("首次回应率", self.responding),
            ("按时办结率", self.closing),
            ("回访满意率", self.satisfaction),
            ("知识储备", self.learning),
            ("知识库", self.knowledge),
            ("应急知识报送", self.emergency_knowledge),
            ("信息报送", self.reports),
            ("实例拨测", self.dial_tests),
            ("数据质量", self.data),
            ("实时归集数据稳定性", self.stability),
            ("归集数据质量", self.collected),
            ("服务能力", self.service),
            ("服务知晓度", self.awareness),
            ("接通率", self.connected),
            ("服务现场", self.on_site),
            ("督查督办落实情况", self.supervision),
            ("媒体曝光", self.exposure),
            ("数据合理性", self.plausibility),
            ("信息采用", self.adopted),
            ("专题任务", self.special_task),
            ("经验交流", self.experience),
            ("服务整合", self.integration),
        ]
    }
}

/// A rate, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rate {
    Known(Decimal),
    /// There are no cases of which it could be one.
    NoCases,
    Missing,
}

const HUNDREDTH: u32 = 2;
const LINE: Decimal = Decimal::from_parts(95, 0, 0, false, 2);
const HALF_POINT: Decimal = Decimal::from_parts(5, 0, 0, false, 1);
const DIAL_FAULT: Decimal = Decimal::from_parts(2, 0, 0, false, 1);

fn whole(value: u32) -> Decimal {
    Decimal::from(value)
}

fn round(value: Decimal, places: u32) -> Decimal {
    value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

/// The rate that is given, else 1 − bad / all to 0.01 %.
fn rate(given: Option<Decimal>, bad: Option<Decimal>, all: Option<Decimal>) -> Rate {
    if let Some(rate) = given {
        return Rate::Known(rate);
    }
    match (bad, all) {
        (Some(_), Some(all)) if all.is_zero() => Rate::NoCases,
        (Some(bad), Some(all)) => Rate::Known(round(Decimal::ONE - bad / all, 4)),
        _ => Rate::Missing,
    }
}

/// Full marks, less some points for each percentage point below 95 %.
fn below_line(rate: Rate, marks: Decimal, points: Decimal) -> Option<Decimal> {
    let Rate::Known(rate) = rate else { return None };
    let short = (LINE - rate).max(Decimal::ZERO) * Decimal::ONE_HUNDRED;
    Some(round((marks - short * points).max(Decimal::ZERO), HUNDREDTH))
}

/// Full marks, less some points for each time.
fn per_time(times: Option<Decimal>, marks: Decimal, points: Decimal) -> Decimal {
    let times = times.unwrap_or(Decimal::ZERO);
    round((marks - times * points).max(Decimal::ZERO), HUNDREDTH)
}

fn sum<const N: usize>(parts: [Option<Decimal>; N]) -> Option<Decimal> {
    let mut sum = Decimal::ZERO;
    for part in parts {
        sum += part?;
    }
    Some(sum)
}

/// The quality of collected data: as given, else from its five parts.
fn collected(unit: &Unit) -> Option<Decimal> {
    let score = match unit.collected {
        Some(given) => given,
        None => {
            let middle = unit.complete_content? + unit.deductions? + unit.sampled?;
            unit.complete_data? + round(middle / whole(3), HUNDREDTH) + unit.timely?
        }
    };
    Some(round(score.clamp(Decimal::ZERO, whole(25)), HUNDREDTH))
}

/// Scores one unit.
pub fn score(unit: &Unit) -> Sheet {
    let closing_rate = rate(unit.closing_rate, unit.closed_late, unit.due);
    if unit.orders == Some(Decimal::ZERO) || closing_rate == Rate::NoCases {
        return Sheet::without_scores(Status::Exempt);
    }
    let signing_rate = rate(unit.signing_rate, unit.signed_late, unit.orders);
    let satisfaction_rate = rate(unit.satisfaction_rate, unit.dissatisfied, unit.callbacks);

    let mut sheet = Sheet::without_scores(Status::Missing);
    sheet.office = Some(unit.office.unwrap_or(whole(4)));
    sheet.staff = Some(unit.staff.unwrap_or(whole(6)));
    sheet.network = sum([sheet.office, sheet.staff]);

    sheet.signing = below_line(signing_rate, whole(10), Decimal::ONE);
    sheet.responding = Some(per_time(unit.late_responses, whole(10), whole(2)));
    sheet.closing = below_line(closing_rate, whole(15), Decimal::ONE);
    sheet.satisfaction = match satisfaction_rate {
        Rate::NoCases => Some(whole(20)),
        rate => below_line(rate, whole(20), HALF_POINT),
    };
    sheet.handling = sum([sheet.signing, sheet.responding, sheet.closing, sheet.satisfaction]);

    sheet.knowledge = Some(unit.knowledge.unwrap_or(whole(5)));
    sheet.emergency_knowledge = Some(unit.emergency_knowledge.unwrap_or(whole(5)));
    sheet.learning = sum([sheet.knowledge, sheet.emergency_knowledge]);

    sheet.reports = Some(unit.reports.unwrap_or(whole(15)));
    sheet.dial_tests = Some(per_time(unit.dial_faults, whole(10), DIAL_FAULT));

    // how these are scored is not published: 0 for the time being
    sheet.supervision = Some(Decimal::ZERO);
    sheet.exposure = Some(Decimal::ZERO);
    sheet.plausibility = Some(Decimal::ZERO);
    let penalties = sum([sheet.supervision, sheet.exposure, sheet.plausibility]);

    sheet.adopted = Some(unit.adopted.unwrap_or(Decimal::ZERO));
    sheet.special_task = Some(Decimal::ZERO);
    sheet.experience = Some(Decimal::ZERO);
    sheet.integration = Some(Decimal::ZERO);
    let bonuses = sum([sheet.adopted, sheet.special_task, sheet.experience, sheet.integration]);

    let mut all = sum([sheet.network, sheet.handling, sheet.learning, sheet.reports, sheet.dial_tests, penalties.map(|penalties| -penalties), bonuses]);
    let mut marks = whole(100);
    if unit.tier == Tier::County {
        sheet.stability = unit.stability;
        sheet.collected = collected(unit);
        sheet.data = sum([sheet.stability, sheet.collected]);
        sheet.awareness = unit.awareness;
        sheet.connected = unit.connected;
        sheet.on_site = unit.on_site;
        sheet.service = sum([sheet.awareness, sheet.connected, sheet.on_site]);
        all = sum([all, sheet.data, sheet.service]);
        marks = whole(150);
    }
    // whether a unit without a number of orders takes part is not known
    if let (Some(all), Some(_)) = (all, unit.orders) {
        sheet.status = Status::Scored;
        sheet.total = Some(round(all.min(marks), HUNDREDTH));
    }
    sheet
}
