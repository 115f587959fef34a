//! Days and times: how long it is from one to another, and what lies so long after one.

use rust_decimal::Decimal;

use super::expr::said_of;
use super::from_ast::{Resolver, named_unit, shown, shown_english};
use super::{Clock, ClockKind, Expr, ExprKind, ItemId, Lapse, Sign, Type};
use crate::diag::{Code, Diagnostic, words};
use crate::quantity::{self, Unit, moment};
use crate::source::Span;
use crate::syntax::ast;

impl Lapse {
    /// All of them, with their units.
    const ALL: [(Lapse, &'static str); 6] = [
        (Lapse::Seconds, "秒"),
        (Lapse::Minutes, "分钟"),
        (Lapse::Hours, "小时"),
        (Lapse::Days, "天"),
        (Lapse::WorkingHours, "工作小时"),
        (Lapse::WorkingDays, "工作日"),
    ];

    /// The one that is counted in a unit.
    pub(super) fn of_unit(unit: &Unit) -> Option<Lapse> {
        Lapse::ALL.iter().find(|(_, name)| Unit::named(name) == *unit).map(|(lapse, _)| *lapse)
    }

    /// The one that a function is named after.
    pub(super) fn of_function(name: &str) -> Option<Lapse> {
        Lapse::of_unit(&Unit::named(name)).filter(|lapse| *lapse != Lapse::Seconds)
    }

    pub(crate) fn unit(self) -> Unit {
        Unit::named(Lapse::ALL.iter().find(|(lapse, _)| *lapse == self).map_or("", |(_, name)| name))
    }

    /// Whether it is told by the calendar.
    pub(crate) fn is_working(self) -> bool {
        matches!(self, Lapse::WorkingHours | Lapse::WorkingDays)
    }
}

impl Resolver<'_> {
    /// A day or a time that is written down.
    pub(super) fn moment(&mut self, iso: &str, unit: Unit, span: Span) -> Option<Expr> {
        let number = if unit == Unit::Date { moment::read_day(iso) } else { moment::read_time(iso) };
        let Some(number) = number else {
            let shown = iso.replace('T', " ");
            self.report(
                Diagnostic::new(Code::BadDate, words!("没有 {shown} 这个时间", "there is no such time as {shown}"))
                    .at(span, words!("这里", "here"))
                    .help(words!("写日历上有的一天,时刻在 00:00 与 23:59 之间", "write a day of the calendar, and a time of day from 00:00 to 23:59")),
            );
            return None;
        };
        Some(Expr { kind: ExprKind::Constant(Decimal::from(number)), ty: Type::Number(unit), step: Some(Decimal::ONE), span })
    }

    /// 小时(从, 至) and its kin.
    pub(super) fn lapse(&mut self, lapse: Lapse, arguments: &[ast::Expr], owner: Option<ItemId>, span: Span) -> Option<Expr> {
        let found: Vec<Option<Expr>> = arguments.iter().map(|argument| self.number(argument, owner)).collect();
        let unit = lapse.unit();
        let (zh, en) = (unit.to_string(), unit.in_english());
        if found.len() != 2 {
            let count = found.len();
            self.report(
                Diagnostic::new(Code::ArgumentCount, words!("「{zh}」要两个时间,写了 {count} 个", "{en} takes two times, not {count}"))
                    .at(span, words!("这里 {count} 个", "{count} here"))
                    .help(words!("先写从,再写至:{zh}(从, 至)", "the earlier, then the later: {en}(from, until)")),
            );
            return None;
        }
        let arguments: Vec<Expr> = found.into_iter().collect::<Option<_>>()?;
        let [from, until] = <[Expr; 2]>::try_from(arguments).ok()?;
        let by_day = matches!(lapse, Lapse::Days | Lapse::WorkingDays);
        for argument in [&from, &until] {
            let unit = argument.unit()?;
            if *unit != Unit::Time && !(by_day && *unit == Unit::Date) {
                let (given, given_en) = named_unit(argument);
                let (wanted, wanted_en) = if by_day { ("日期或时间", "a date or a time") } else { ("时间", "a time") };
                let mut diagnostic =
                    Diagnostic::new(Code::UnitMismatch, words!("「{zh}」要{wanted},写的是{given}", "{en} takes {wanted_en}, this is {given_en}"))
                        .at(argument.span, said_of(argument));
                if let Some(declared) = self.origin(argument) {
                    diagnostic = diagnostic.at(declared, words!("在这里声明", "declared here"));
                }
                self.report(diagnostic.help(if *unit == Unit::Date {
                    words!("日期没有时刻;按天计写 天(…) 或 工作日(…)", "a date has no time of day; count days: days(…) or workdays(…)")
                } else {
                    words!("写声明为 时间 的名称,例如 {zh}(派出, 办结)", "name what is declared as a time, as in {en}(sent, closed)")
                }));
                return None;
            }
        }
        let (from, until) = self.same_unit(from, until, "两个时间", "times")?;
        self.needs_calendar(lapse, span);
        // hours and minutes of whole seconds are fractions
        let step = match (lapse, from.unit()) {
            (Lapse::WorkingDays, _) | (Lapse::Days, Some(Unit::Date)) => Some(Decimal::ONE),
            _ => None,
        };
        Some(clock(ClockKind::Between(lapse), from, until, (Type::Number(unit), step), span))
    }

    /// What lies so long after a day or a time, or before it.
    pub(super) fn after(&mut self, start: Expr, (sign, by): (Sign, Expr), span: Span) -> Option<Expr> {
        let lapse = Lapse::of_unit(by.unit()?)?;
        let ty = start.ty.clone();
        let fits = match start.unit()? {
            Unit::Date => matches!(lapse, Lapse::Days | Lapse::WorkingDays),
            _ => true,
        };
        let whole = by.step.is_some_and(|step| quantity::common_step(step, Decimal::ONE) == Decimal::ONE);
        if !fits || !whole && (start.unit() == Some(&Unit::Date) || lapse == Lapse::WorkingDays) {
            let (unit, unit_en, base, base_en) = (shown(&by), shown_english(&by), shown(&start), shown_english(&start));
            let title = if fits {
                words!("{base}只加减整数的{unit}", "whole {unit_en} only are added to a {base_en}")
            } else {
                words!("{base}不能加减{unit}", "{unit_en} are not added to a {base_en}")
            };
            self.report(
                Diagnostic::new(Code::UnitMismatch, title)
                    .at(by.span, said_of(&by))
                    .at(start.span, said_of(&start))
                    .help(words!("加减整数的 天 或 工作日,例如 + 3 工作日", "add whole days or workdays, as in + 3 workdays")),
            );
            return None;
        }
        self.needs_calendar(lapse, span);
        let step = start.step.filter(|_| matches!(lapse, Lapse::Seconds | Lapse::Days | Lapse::WorkingDays) && whole);
        let step = step.or_else(|| self.whole_seconds(lapse, &by));
        let by = match sign {
            Sign::Plus => by,
            Sign::Minus => Expr { ty: by.ty.clone(), step: by.step, span: by.span, kind: ExprKind::Negate(Box::new(by)) },
        };
        Some(clock(ClockKind::After(lapse), start, by, (ty, step), span))
    }

    /// The step of a time after so many hours or minutes: a second where they are whole seconds.
    #[expect(clippy::unused_self, reason = "said of the expression at hand, as the other steps are")]
    fn whole_seconds(&self, lapse: Lapse, by: &Expr) -> Option<Decimal> {
        let seconds = match lapse {
            Lapse::Minutes => 60,
            Lapse::Hours | Lapse::WorkingHours => 3600,
            Lapse::Days => moment::DAY,
            Lapse::Seconds | Lapse::WorkingDays => 1,
        };
        let step = quantity::Number::from(by.step?).times(&quantity::Number::from(Decimal::from(seconds))).ok()?.decimal()?;
        quantity::on_grid(step, Decimal::ONE).then_some(Decimal::ONE)
    }

    /// Reports working time without a calendar that tells it, once.
    fn needs_calendar(&mut self, lapse: Lapse, span: Span) {
        if !lapse.is_working() || self.has_calendar || self.lost.contains(crate::syntax::HEADING) || self.lost.contains("k_standard") {
            return;
        }
        self.has_calendar = true;
        self.report(
            Diagnostic::new(Code::MissingPart, words!("算工作时间要有工作日历", "working time needs a calendar"))
                .at(span, words!("这里要用到", "needed here"))
                .help(words!(
                    "在标准的花括号里写 日历 \"日历.csv\",并把这张表放在规则文件旁边",
                    "name it in the head of the standard: calendar \"calendar.csv\"; and put that table beside the rules"
                )),
        );
    }

    /// Two times cannot be subtracted without saying in what the difference is counted.
    pub(super) fn times_subtracted(&mut self, from: &Expr, until: &Expr) {
        self.report(
            Diagnostic::new(
                Code::UnitMismatch,
                words!("两个时间相减,没有写明差以什么计", "two times are subtracted, and it is not said what the difference is counted in"),
            )
            .at(until.span, said_of(until))
            .at(from.span, said_of(from))
            .help(words!(
                "写 小时(从, 至)、分钟(…)、天(…),或按工作时间 工作小时(…)、工作日(…)",
                "write hours(from, until), minutes(…), days(…), or of working time workhours(…), workdays(…)"
            )),
        );
    }
}

fn clock(kind: ClockKind, a: Expr, b: Expr, (ty, step): (Type, Option<Decimal>), span: Span) -> Expr {
    Expr { kind: ExprKind::Clock(Box::new(Clock { kind, a, b })), ty, step, span }
}
