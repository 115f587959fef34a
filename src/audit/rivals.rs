//! The units that a unit is ranked among: what they bring to the ranking stays where its own facts change.

use rust_decimal::Decimal;

use crate::eval::Until;
use crate::eval::outcome::Status;
use crate::eval::rank::known::{Field, Racer};
use crate::facts::Facts;
use crate::plan::{Plan, TierId};
use crate::results::{evaluated, racer};

/// What every unit brings to the ranking.
pub(crate) struct Ranked<'a> {
    plan: &'a Plan,
    facts: &'a Facts,
    /// Those that may have a total, in order.
    racers: Vec<(Racer, usize, TierId)>,
    /// Those that have none yet and may come to have one.
    open: Vec<(usize, TierId)>,
}

impl<'a> Ranked<'a> {
    /// Evaluates every unit.
    pub(crate) fn new(plan: &'a Plan, facts: &'a Facts) -> Self {
        let (mut racers, mut open) = (Vec::new(), Vec::new());
        for (index, (member, row)) in facts.members.iter().zip(&facts.rows).enumerate() {
            let Some(program) = plan.programs.get(member.tier) else { continue };
            let (outcome, known) = evaluated(program, row, Until::Scores);
            match racer(program, &plan.ranking, &outcome, known.as_ref()).filter(|_| row.listed) {
                Some(racer) => racers.push((racer, index, member.tier)),
                None if !row.listed || !matches!(outcome.status, Status::Exempt(_) | Status::NotApplicable) => open.push((index, member.tier)),
                None => {}
            }
        }
        racers.sort();
        Ranked { plan, facts, racers, open }
    }

    /// Those that a member is ranked among.
    pub(crate) fn beside(&self, member: usize) -> Rivals<'_> {
        let tier = self.facts.members.get(member).map(|member| member.tier);
        let among = |other: usize, of: TierId| other != member && (!self.plan.ranking.within_tier || Some(of) == tier);
        let racers: Vec<&Racer> = self.racers.iter().filter(|(_, other, of)| among(*other, *of)).map(|(racer, ..)| racer).collect();
        Rivals {
            ties: self.plan.ranking.ties,
            open: self.open.iter().filter(|(other, of)| among(*other, *of)).count(),
            in_part: racers.iter().filter(|racer| !(racer.is_sure() && racer.is_point())).count(),
            field: Field::new(&racers),
        }
    }
}

/// The units that a member is ranked among.
#[derive(Debug)]
pub(crate) struct Rivals<'r> {
    ties: crate::plan::Ties,
    field: Field<'r>,
    /// How many have no total yet and may come to stand before it.
    pub(crate) open: usize,
    /// How many have a total that is known in part, or may have none.
    pub(crate) in_part: usize,
}

impl Rivals<'_> {
    /// The best and the worst place of a unit among them.
    pub(super) fn place(&self, own: &Racer) -> [Decimal; 2] {
        self.field.places_of_another(self.ties, own)
    }
}
