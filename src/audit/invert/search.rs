//! All values of the rooms that will do: by halves, each of which is given up, taken whole, or halved again.

use std::collections::VecDeque;

use super::model::{Model, Verdict};
use super::room::{Room, Span};

/// When a search ends before everything was looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounded {
    /// After so many looks.
    pub(crate) looks: usize,
    /// Where there is no end of values: after so many solutions.
    pub(crate) enough: u64,
    /// Whether one solution is all that is asked for.
    pub(crate) first_only: bool,
}

/// How long a search goes on once there is no end of solutions.
const PATIENCE: usize = 300;

/// Why not everything was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// Some fact has no upper bound, and there is no end of values that will do.
    Endless,
    /// It would take too long.
    TooMany,
}

/// What a search found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Rooms all of whose values will do; no value is in two of them.
    pub(crate) boxes: Vec<Vec<Room>>,
    pub(crate) open: Option<Open>,
    /// Whether no other values will do.
    pub(crate) all: bool,
}

impl Found {
    /// How many solutions there are in the boxes; none where there is no end of them.
    pub(crate) fn count(&self) -> Option<u64> {
        self.boxes.iter().try_fold(0_u64, |sum, rooms| sum.checked_add(size(rooms)?))
    }
}

/// How many values rooms hold together; none where there is no end of them.
pub(crate) fn size(rooms: &[Room]) -> Option<u64> {
    rooms.iter().try_fold(1_u64, |product, room| product.checked_mul(room.size()?))
}

/// Looks at everything in the rooms, least values first.
///
/// What goes on without end waits until all that ends has been looked at, and is parted again then: so solutions come in the order of
/// their size, and an end is reached wherever the rules set one.
pub(crate) fn search(model: &mut Model<'_>, bounded: Bounded) -> Found {
    let mut found = Found::default();
    let mut stack = vec![model.rooms()];
    let mut later: VecDeque<Vec<Room>> = VecDeque::new();
    let (mut looks, mut lost) = (0, false);
    loop {
        let at_hand = stack.pop();
        let waited = at_hand.is_none();
        // a box without end may be one of few that are all
        let enough = || found.count().map_or(looks >= PATIENCE, |count| count >= bounded.enough);
        if waited && !later.is_empty() && enough() {
            found.open = Some(Open::Endless);
            break;
        }
        let Some(mut rooms) = at_hand.or_else(|| later.pop_front()) else { break };
        looks += 1;
        if looks > bounded.looks {
            found.open = Some(if later.is_empty() && !waited { Open::TooMany } else { Open::Endless });
            break;
        }
        match model.look(&mut rooms) {
            Verdict::None => {}
            Verdict::All => {
                found.boxes.push(rooms);
                if bounded.first_only {
                    break;
                }
            }
            Verdict::Some if !waited && rooms.iter().any(Room::is_endless) => later.push_back(rooms),
            // no loss may pass for a proof
            Verdict::Some => lost |= !part(&rooms, &mut stack, &mut later),
        }
    }
    if lost && found.open.is_none() {
        found.open = Some(Open::TooMany);
    }
    found.all = found.open.is_none() && !bounded.first_only;
    if found.all && found.count().is_none() {
        found.open = Some(Open::Endless);
    }
    merge(&mut found.boxes);
    found
}

/// Parts rooms in two: the one without end that begins nearest to 0, else the one that is widest for its size.
/// Whether there is anything to halve; a room that is not and was not judged leaves the answer open.
fn part(rooms: &[Room], stack: &mut Vec<Vec<Room>>, later: &mut VecDeque<Vec<Room>>) -> bool {
    let nearness = |span: Span| span.low.or(span.high).map_or(0, i64::unsigned_abs);
    let endless = rooms.iter().enumerate().filter(|(_, room)| room.is_endless()).min_by_key(|(place, room)| (room.span.map_or(0, nearness), *place));
    let widest = || rooms.iter().enumerate().filter(|(_, room)| room.size() != Some(1)).max_by_key(|(place, room)| (width(room), std::cmp::Reverse(*place)));
    let Some((place, room)) = endless.or_else(widest) else { return false };
    let Some((first, second)) = room.halves() else { return false };
    let with = |half: Room| -> Vec<Room> { rooms.iter().enumerate().map(|(other, room)| if other == place { half.clone() } else { room.clone() }).collect() };
    // the lesser half is looked at first
    for half in [second, first] {
        let rooms = with(half);
        if rooms.get(place).is_some_and(Room::is_endless) {
            later.push_back(rooms);
        } else {
            stack.push(rooms);
        }
    }
    true
}

/// How wide a room is for the size of its values, in thousandths.
fn width(room: &Room) -> u64 {
    let Some(span) = room.span.filter(|_| room.others.is_empty()) else { return u64::MAX };
    let (Some(size), Some(low), Some(high)) = (span.size(), span.low, span.high) else { return u64::MAX };
    let about = low.unsigned_abs().max(high.unsigned_abs()).saturating_add(1);
    size.saturating_mul(1000).checked_div(about).unwrap_or(u64::MAX)
}

/// Joins boxes that differ in one room only and meet there.
fn merge(boxes: &mut Vec<Vec<Room>>) {
    let Some(rooms) = boxes.first().map(Vec::len) else { return };
    for place in (0..rooms).rev() {
        let key = |rooms: &Vec<Room>| -> Vec<(Option<Span>, usize)> {
            let others = rooms.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, room)| (room.span, room.others.len()));
            let this = rooms.get(place).map(|room| (room.span, room.others.len()));
            others.chain(this).collect()
        };
        boxes.sort_by_cached_key(key);
        let mut merged: Vec<Vec<Room>> = Vec::with_capacity(boxes.len());
        for rooms in boxes.drain(..) {
            match merged.last_mut() {
                Some(last) if meets(last, &rooms, place) => {
                    if let (Some(Room { span: Some(span), .. }), Some(Room { span: Some(next), .. })) = (last.get_mut(place), rooms.get(place)) {
                        span.high = next.high;
                    }
                }
                _ => merged.push(rooms),
            }
        }
        *boxes = merged;
    }
    boxes.sort_by_cached_key(|rooms| rooms.iter().map(|room| (room.span, room.others.len())).collect::<Vec<_>>());
}

/// Whether one box goes on in another along one room.
fn meets(one: &[Room], other: &[Room], along: usize) -> bool {
    one.iter().zip(other).enumerate().all(|(place, (a, b))| {
        if place != along {
            return a == b;
        }
        match (a, b) {
            (Room { span: Some(a), others: first }, Room { span: Some(b), others: second }) if first.is_empty() && second.is_empty() => {
                matches!((a.high, b.low), (Some(high), Some(low)) if high.checked_add(1) == Some(low))
            }
            _ => false,
        }
    })
}
