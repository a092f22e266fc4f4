//! Room for one more: who would have to move, one after the other, so that a request that is
//! refused now is served.
//!
//! The request takes a bay where one booking is in its way; that one takes a bay where one is in
//! its way, and so on, to one that finds a free bay. The search is breadth first, so what it finds
//! is as short as can be, and each booking is looked at once: where it could not lead on from one
//! bay it could not from another. Where no chain exists, a bay is looked for from which several can
//! leave at once, each to a free one.
//!
//! Promises: nobody is put where the [`SeatBoard`] does not allow it, nobody loses their bay
//! without getting another, and at most [`SearchLimits`] is looked at. Dear: one look goes through
//! all bays that a booking could have, some hundred.

#[cfg(test)]
mod tests;

pub use crate::domain::Span;
use std::ops::ControlFlow;

/// The request; bookings are numbered from 1 by the board.
pub const REQUEST: u32 = 0;

/// How many leave one bay together at most.
const TOGETHER: usize = 4;

/// A bay that somebody could have, and how long they would keep it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    pub bay: u32,
    pub kept: Span,
}

/// What keeps a bay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sitting {
    /// `None`: it may not move.
    pub who: Option<u32>,
    pub kept: Span,
}

/// Who sits where, and who could sit where: asked only as far as the search comes.
pub trait SeatBoard {
    /// Appends the bays that `who` could have besides the present one, best first.
    fn seats(&mut self, who: u32, out: &mut Vec<Seat>);
    /// All that keeps a bay, in any order; no two of them overlap.
    fn day(&mut self, bay: u32) -> &[Sitting];
}

/// How far a search goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchLimits {
    /// Most bookings that are looked at.
    pub looks: u32,
    /// Most bookings that move.
    pub moves: u32,
}

/// What a search has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainFound {
    /// Who goes where, the request too; only all together. Empty: there is no way.
    pub moves: Vec<(u32, Seat)>,
    pub looks: u32,
}

/// Looks for the fewest moves that make room for the request. It is known not to fit as it is, but
/// need not be.
pub fn room(board: &mut impl SeatBoard, limits: SearchLimits) -> ChainFound {
    let mut search = ChainSearch {
        links: vec![Link {
            who: REQUEST,
            by: NONE,
            seat: NOWHERE,
            depth: 0,
        }],
        seen: vec![true],
    };
    let mut seats = Vec::new();
    let mut at = 0;
    while at < search.links.len() && at < limits.looks as usize {
        seats.clear();
        board.seats(search.links[at].who, &mut seats);
        if let ControlFlow::Break(last) = search.look(board, at, &seats, limits.moves) {
            return ChainFound {
                moves: search.chain(at, last),
                looks: at as u32 + 1,
            };
        }
        at += 1;
    }
    let (moves, looks) = together(
        board,
        (limits.looks as usize).saturating_sub(at),
        limits.moves as usize,
    );
    ChainFound {
        moves,
        looks: (at + looks) as u32,
    }
}

const NONE: usize = usize::MAX;
const NOWHERE: Seat = Seat {
    bay: u32::MAX,
    kept: Span {
        start: crate::domain::Millis(0),
        end: crate::domain::Millis(0),
    },
};

/// Somebody who would have to move.
struct Link {
    who: u32,
    /// Because of whom: its link; [`NONE`]: of nobody.
    by: usize,
    /// The seat that one would take, in which this one is in the way.
    seat: Seat,
    /// How many have to move, this one included.
    depth: u32,
}

struct ChainSearch {
    links: Vec<Link>,
    /// By number: it has a link.
    seen: Vec<bool>,
}

impl ChainSearch {
    /// Breaks with a seat that is free, or adds links for those who are alone in the way.
    fn look(
        &mut self,
        board: &mut impl SeatBoard,
        at: usize,
        seats: &[Seat],
        moves: u32,
    ) -> ControlFlow<Seat> {
        for seat in seats {
            if self.is_promised(at, seat) {
                continue;
            }
            let mut there = board
                .day(seat.bay)
                .iter()
                .filter(|s| s.kept.overlaps(seat.kept));
            match (there.next(), there.next()) {
                (None, _) => return ControlFlow::Break(*seat),
                (Some(Sitting { who: Some(who), .. }), None) if self.links[at].depth < moves => {
                    let who = *who;
                    if !self.has_seen(who) {
                        let depth = self.links[at].depth + 1;
                        self.links.push(Link {
                            who,
                            by: at,
                            seat: *seat,
                            depth,
                        });
                    }
                }
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }

    /// Whether one of those who would move before takes that seat.
    fn is_promised(&self, mut at: usize, seat: &Seat) -> bool {
        while self.links[at].by != NONE {
            let taken = &self.links[at].seat;
            if taken.bay == seat.bay && taken.kept.overlaps(seat.kept) {
                return true;
            }
            at = self.links[at].by;
        }
        false
    }

    fn has_seen(&mut self, who: u32) -> bool {
        if self.seen.len() <= who as usize {
            self.seen.resize(who as usize + 1, false);
        }
        std::mem::replace(&mut self.seen[who as usize], true)
    }

    /// From the one who finds a free seat back to the request.
    fn chain(&self, mut at: usize, last: Seat) -> Vec<(u32, Seat)> {
        let mut moves = vec![(self.links[at].who, last)];
        while self.links[at].by != NONE {
            let seat = self.links[at].seat;
            at = self.links[at].by;
            moves.push((self.links[at].who, seat));
        }
        moves
    }
}

/// A bay that several can leave at once, each to a free one; and how many were looked at.
fn together(board: &mut impl SeatBoard, looks: usize, moves: usize) -> (Vec<(u32, Seat)>, usize) {
    let mut wanted = Vec::new();
    let mut seats = Vec::new();
    board.seats(REQUEST, &mut wanted);
    let mut looked = 0;
    for seat in wanted {
        let there: Vec<Option<u32>> = board
            .day(seat.bay)
            .iter()
            .filter(|s| s.kept.overlaps(seat.kept))
            .map(|s| s.who)
            .collect();
        let Some(there) = there.into_iter().collect::<Option<Vec<u32>>>() else {
            continue;
        };
        if there.len() < 2 || there.len() > TOGETHER.min(moves) {
            continue;
        }
        if looked + there.len() > looks {
            break;
        }
        looked += there.len();
        let mut taken = vec![(REQUEST, seat)];
        for who in there {
            seats.clear();
            board.seats(who, &mut seats);
            let clash = |a: &Seat, b: &Seat| a.bay == b.bay && a.kept.overlaps(b.kept);
            let free = seats.iter().find(|s| {
                !taken.iter().any(|(_, t)| clash(t, s))
                    && !board.day(s.bay).iter().any(|d| d.kept.overlaps(s.kept))
            });
            let Some(free) = free else { break };
            taken.push((who, *free));
        }
        if taken.len() > 1
            && taken.len()
                == 1 + board
                    .day(seat.bay)
                    .iter()
                    .filter(|s| s.kept.overlaps(seat.kept))
                    .count()
        {
            return (taken, looked);
        }
    }
    (Vec::new(), looked)
}
