//! Units of the trial standard, generated: the same for the same number, on every machine.
//!
//! One in ten is a county (县区), one in ten a district (板块), the rest are departments (部门). Counts look like those of the
//! bulletins: many small units, few late cases; some without cases, without callbacks, with rates alone, with a bonus, with
//! dial tests failed; one in a hundred lacks a fact.

use kaoping::engine::Table;
use kaoping::plan::Plan;
use rust_decimal::Decimal;

/// The tier of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    County,
    District,
    Department,
}

impl Tier {
    pub fn name(self) -> &'static str {
        match self {
            Tier::County => "县区",
            Tier::District => "板块",
            Tier::Department => "部门",
        }
    }
}

/// What is known of a unit: rates as fractions of 1.
#[derive(Debug, Clone)]
pub struct Unit {
    pub name: String,
    pub tier: Tier,
    pub orders: Option<Decimal>,
    pub signed_late: Option<Decimal>,
    pub due: Option<Decimal>,
    pub closed_late: Option<Decimal>,
    pub callbacks: Option<Decimal>,
    pub dissatisfied: Option<Decimal>,
    pub signing_rate: Option<Decimal>,
    pub closing_rate: Option<Decimal>,
    pub satisfaction_rate: Option<Decimal>,
    pub late_responses: Option<Decimal>,
    pub dial_faults: Option<Decimal>,
    pub office: Option<Decimal>,
    pub staff: Option<Decimal>,
    pub knowledge: Option<Decimal>,
    pub emergency_knowledge: Option<Decimal>,
    pub reports: Option<Decimal>,
    pub stability: Option<Decimal>,
    pub complete_data: Option<Decimal>,
    pub complete_content: Option<Decimal>,
    pub deductions: Option<Decimal>,
    pub sampled: Option<Decimal>,
    pub timely: Option<Decimal>,
    pub collected: Option<Decimal>,
    pub awareness: Option<Decimal>,
    pub connected: Option<Decimal>,
    pub on_site: Option<Decimal>,
    pub adopted: Option<Decimal>,
}

impl Unit {
    /// Every fact under the name that the standard gives it.
    pub fn facts(&self) -> [(&'static str, Option<Decimal>); 27] {
        [
            ("总工单数", self.orders),
            ("超时签收数", self.signed_late),
            ("应办结数", self.due),
            ("超时办结数", self.closed_late),
            ("回访数", self.callbacks),
            ("不满意数", self.dissatisfied),
            ("签收率", self.signing_rate),
            ("办结率", self.closing_rate),
            ("满意率", self.satisfaction_rate),
            ("未及时回应次数", self.late_responses),
            ("拨测扣分次数", self.dial_faults),
            ("机构设置", self.office),
            ("人员配备", self.staff),
            ("知识库", self.knowledge),
            ("应急知识报送", self.emergency_knowledge),
            ("信息报送", self.reports),
            ("实时归集数据稳定性", self.stability),
            ("数据完整得分", self.complete_data),
            ("内容完整得分", self.complete_content),
            ("扣分项得分", self.deductions),
            ("工单抽检得分", self.sampled),
            ("数据及时得分", self.timely),
            ("归集得分", self.collected),
            ("服务知晓度", self.awareness),
            ("接通率", self.connected),
            ("服务现场", self.on_site),
            ("信息采用", self.adopted),
        ]
    }
}

/// The units as the engine holds them in memory.
pub fn table<'p>(plan: &'p Plan, units: &[Unit]) -> Table<'p> {
    let mut table = Table::new(plan);
    for unit in units {
        table.unit(&unit.name, unit.tier.name()).expect("the tier is declared");
        for (column, value) in unit.facts() {
            if let Some(value) = value {
                table.set(column, value).unwrap_or_else(|| panic!("{column} is declared"));
            }
        }
    }
    table
}

/// The same with every other fact as a range: from it to a tenth more.
pub fn table_of_sets<'p>(plan: &'p Plan, units: &[Unit]) -> Table<'p> {
    let mut table = Table::new(plan);
    for unit in units {
        table.unit(&unit.name, unit.tier.name()).expect("the tier is declared");
        let given = unit.facts().into_iter().filter_map(|(column, value)| Some((column, value?)));
        for (at, (column, value)) in given.enumerate() {
            if at % 2 == 0 {
                table.set(column, value).unwrap_or_else(|| panic!("{column} is declared"));
            } else {
                table.set_between(column, Some(value), Some(value * Decimal::new(11, 1))).unwrap_or_else(|| panic!("{column} is declared"));
            }
        }
    }
    table
}

/// The first units of one endless list.
pub fn generate(count: usize) -> Vec<Unit> {
    let mut random = Random(0x123_4520_2011);
    (0..count).map(|index| random.unit(index)).collect()
}

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.between(1, 100) <= percent
    }

    fn count(&mut self, low: u64, high: u64) -> Option<Decimal> {
        Some(Decimal::from(self.between(low, high)))
    }

    /// A number of two places, given in hundredths.
    fn hundredths(&mut self, low: u32, high: u32) -> Option<Decimal> {
        Some(Decimal::new(self.between(low.into(), high.into()) as i64, 2))
    }

    /// Some of a number of cases: most units have none or few that are late.
    fn share(&mut self, of: u64) -> u64 {
        match self.between(1, 10) {
            1..=5 => 0,
            6..=8 => self.between(0, of.min(1 + of / 20)),
            9 => self.between(0, of.min(1 + of / 5)),
            _ => self.between(0, of),
        }
    }

    fn unit(&mut self, index: usize) -> Unit {
        let tier = match self.between(1, 10) {
            1 => Tier::County,
            2 => Tier::District,
            _ => Tier::Department,
        };
        let mut unit = Unit {
            name: format!("unit {index}"),
            tier,
            orders: None,
            signed_late: None,
            due: None,
            closed_late: None,
            callbacks: None,
            dissatisfied: None,
            signing_rate: None,
            closing_rate: None,
            satisfaction_rate: None,
            late_responses: None,
            dial_faults: None,
            office: None,
            staff: None,
            knowledge: None,
            emergency_knowledge: None,
            reports: None,
            stability: None,
            complete_data: None,
            complete_content: None,
            deductions: None,
            sampled: None,
            timely: None,
            collected: None,
            awareness: None,
            connected: None,
            on_site: None,
            adopted: None,
        };
        self.cases(&mut unit);
        self.assessed(&mut unit);
        if tier == Tier::County {
            self.county(&mut unit);
        }
        if self.chance(1) {
            self.lose(&mut unit);
        }
        unit
    }

    fn cases(&mut self, unit: &mut Unit) {
        let orders = match unit.tier {
            Tier::Department if self.chance(10) => 0,
            Tier::Department if self.chance(40) => self.between(1, 30),
            Tier::Department => self.between(20, 800),
            Tier::County | Tier::District => self.between(500, 12_000),
        };
        unit.orders = Some(Decimal::from(orders));
        if self.chance(4) {
            // published as rates alone
            unit.signing_rate = Some(Decimal::new(self.between(8_000, 10_000) as i64, 4));
            unit.closing_rate = Some(Decimal::new(self.between(7_500, 10_000) as i64, 4));
            unit.satisfaction_rate = Some(Decimal::new(self.between(7_000, 10_000) as i64, 4));
        } else {
            let due = if self.chance(4) { 0 } else { self.between(orders / 2, orders) };
            let callbacks = if self.chance(15) { 0 } else { self.between(0, orders / 3) };
            unit.signed_late = Some(Decimal::from(self.share(orders)));
            unit.due = Some(Decimal::from(due));
            unit.closed_late = Some(Decimal::from(self.share(due)));
            unit.callbacks = Some(Decimal::from(callbacks));
            unit.dissatisfied = Some(Decimal::from(self.share(callbacks)));
        }
        if self.chance(5) {
            unit.late_responses = self.count(1, 6);
        }
        if self.chance(20) {
            unit.dial_faults = self.count(1, 3);
        }
    }

    fn assessed(&mut self, unit: &mut Unit) {
        if self.chance(10) {
            unit.office = self.hundredths(300, 400);
            unit.staff = self.hundredths(500, 600);
            unit.reports = self.hundredths(1_000, 1_500);
        }
        if self.chance(5) {
            unit.knowledge = self.hundredths(300, 500);
            unit.emergency_knowledge = self.hundredths(400, 500);
        }
        let adopts = if unit.tier == Tier::Department { 5 } else { 60 };
        if self.chance(adopts) {
            unit.adopted = self.count(1, 5);
        }
    }

    fn county(&mut self, unit: &mut Unit) {
        unit.stability = self.hundredths(400, 500);
        if self.chance(30) {
            unit.collected = self.hundredths(2_300, 2_500);
        } else {
            unit.complete_data = self.hundredths(900, 1_000);
            unit.complete_content = self.hundredths(900, 1_000);
            unit.deductions = self.hundredths(800, 1_000);
            unit.sampled = self.hundredths(900, 1_000);
            unit.timely = self.hundredths(400, 500);
        }
        unit.awareness = self.hundredths(550, 1_000);
        unit.connected = self.hundredths(450, 500);
        unit.on_site = self.hundredths(450, 500);
    }

    fn lose(&mut self, unit: &mut Unit) {
        let lost = match self.between(1, 10) {
            1 => &mut unit.orders,
            2 => &mut unit.signed_late,
            3 => &mut unit.due,
            4 => &mut unit.closed_late,
            5 => &mut unit.callbacks,
            6 => &mut unit.dissatisfied,
            7 => &mut unit.closing_rate,
            8 => &mut unit.timely,
            9 => &mut unit.connected,
            _ => &mut unit.stability,
        };
        *lost = None;
    }
}
