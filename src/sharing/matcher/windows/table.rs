//! A picture made ready for planning: who could sit where, by ask and by bay, with all that is
//! forbidden left out.
//!
//! Dear: one slot for each ask and bay that fit, some thirty an ask; they lie in two arrays, by ask
//! with the best first, and by bay in order of time.

use super::{Bay, Bond, Choice, HeldSeat, Picture, PictureFault, Wish};
use crate::domain::span::melt;
use crate::domain::{Millis, Span};

/// No slot.
pub(super) const NONE: u32 = u32::MAX;

/// An ask on a bay.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub bay: u32,
    pub ask: u32,
    /// Worth less cost.
    pub gain: i64,
    /// When it begins, and when the bay is clear again, buffer included.
    pub start: u64,
    pub clear: u64,
    /// Its place among the ask's choices; [`NONE`]: where it sits now.
    choice: u32,
}

/// A slot as its bay sees it: which it is, and how many of those before it in the bay's list end
/// before it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub gain: i64,
    pub slot: u32,
    pub ask: u32,
    pub before: u32,
}

pub(super) struct Table {
    /// By ask, best first.
    pub slots: Vec<Slot>,
    /// Where an ask's slots begin; one more at the end.
    first: Vec<u32>,
    /// By bay, in the order in which they end.
    pub items: Vec<Vec<Item>>,
    /// By ask: it has a bay and must keep one.
    pub must: Vec<bool>,
    /// By ask: the slot it sits in.
    pub held: Vec<u32>,
    /// The value of what is pinned, which takes part in nothing else.
    pub fixed: i64,
}

impl Table {
    pub(super) fn of(picture: &Picture) -> Result<Self, PictureFault> {
        picture
            .asks
            .iter()
            .enumerate()
            .try_for_each(|(n, ask)| check(n, ask, picture.bays.len()))?;
        let gain = |ask: &Wish, c: &Choice| {
            ask.worth_cents - picture.weights.cost(c.price_cents, c.walk_m)
        };
        let hours = hours(picture)?;
        let n = picture.asks.len();
        let mut table = Self {
            slots: Vec::new(),
            first: Vec::with_capacity(n + 1),
            items: vec![Vec::new(); picture.bays.len()],
            must: Vec::with_capacity(n),
            held: vec![NONE; n],
            fixed: 0,
        };
        for (number, ask) in picture.asks.iter().enumerate() {
            let from = table.slots.len();
            table.first.push(from as u32);
            table
                .must
                .push(ask.held.is_some() && matches!(ask.bond, Bond::Promised { .. }));
            if let (Bond::Pinned, Some(held)) = (ask.bond, &ask.held) {
                table.fixed += gain(ask, &held.seat);
                continue;
            }
            let slot = |choice: u32, c: &Choice, clear: Millis| Slot {
                bay: c.bay,
                ask: number as u32,
                gain: gain(ask, c),
                start: ask.span.start.0,
                clear: clear.0,
                choice,
            };
            let here = ask.held.map(|h| h.seat.bay);
            let fits = |c: &Choice| Some(c.bay) != here && fits(ask, c, &hours[c.bay as usize]);
            let others = ask.choices.iter().enumerate().filter(|(_, c)| fits(c));
            table
                .slots
                .extend(ask.held.iter().map(|h| slot(NONE, &h.seat, h.clear)));
            table.slots.extend(others.map(|(n, c)| {
                slot(
                    n as u32,
                    c,
                    ask.span.end.plus(hours[c.bay as usize].buffer_ms),
                )
            }));
            let own = &mut table.slots[from..];
            own.sort_by_key(|s| (s.bay, -s.gain));
            let once = own
                .chunk_by(|a, b| a.bay == b.bay)
                .map(|same| same[0])
                .collect::<Vec<_>>();
            table.slots.truncate(from);
            table.slots.extend(once);
            let own = &mut table.slots[from..];
            own.sort_by_key(|s| (-s.gain, s.bay));
            if let Some(here) = here {
                let at = own.iter().position(|s| s.bay == here).unwrap_or_default();
                table.held[number] = (from + at) as u32;
            }
        }
        table.first.push(table.slots.len() as u32);
        table.list_by_bay();
        Ok(table)
    }

    fn list_by_bay(&mut self) {
        for (n, s) in self.slots.iter().enumerate() {
            self.items[s.bay as usize].push(Item {
                gain: s.gain,
                slot: n as u32,
                ask: s.ask,
                before: 0,
            });
        }
        for items in &mut self.items {
            items.sort_by_key(|i| (self.slots[i.slot as usize].clear, i.slot));
            for at in 0..items.len() {
                let start = self.slots[items[at].slot as usize].start;
                items[at].before =
                    items.partition_point(|i| self.slots[i.slot as usize].clear <= start) as u32;
            }
        }
    }

    pub(super) fn slot(&self, number: u32) -> &Slot {
        &self.slots[number as usize]
    }

    /// The numbers of an ask's slots, best first.
    pub(super) fn slots_of(&self, ask: u32) -> std::ops::Range<u32> {
        self.first[ask as usize]..self.first[ask as usize + 1]
    }

    /// Where an ask sits in a layout, in the picture's words.
    pub(super) fn seat(
        &self,
        ask: usize,
        layout: &super::Layout,
        picture: &Picture,
    ) -> Option<Choice> {
        let asked = &picture.asks[ask];
        if asked.bond == Bond::Pinned {
            return asked.held.map(|h| h.seat);
        }
        let slot = self.slots.get(layout.at[ask] as usize)?;
        if slot.choice == NONE {
            asked.held.map(|h| h.seat)
        } else {
            asked.choices.get(slot.choice as usize).copied()
        }
    }
}

fn check(ask: usize, a: &Wish, bays: usize) -> Result<(), PictureFault> {
    if a.span.end <= a.span.start || a.held.is_some_and(|h| h.clear < a.span.end) {
        return Err(PictureFault::Empty { ask });
    }
    if a.bond == Bond::Pinned && a.held.is_none() {
        return Err(PictureFault::PinnedNowhere { ask });
    }
    match a
        .held
        .iter()
        .map(|h| &h.seat)
        .chain(&a.choices)
        .find(|c| c.bay as usize >= bays)
    {
        Some(c) => Err(PictureFault::NoSuchBay { ask, bay: c.bay }),
        None => Ok(()),
    }
}

fn fits(ask: &Wish, c: &Choice, hours: &Hours) -> bool {
    let kept = match ask.bond {
        Bond::Promised {
            price_cents,
            walk_m,
        } => c.price_cents <= price_cents && c.walk_m <= walk_m,
        Bond::None | Bond::Pinned => true,
    };
    kept && hours.admit(ask.span)
}

/// When a bay may be booked: what is offered, and what stands in the way for good.
struct Hours {
    open: Vec<Span>,
    taken: Vec<Span>,
    buffer_ms: u64,
}

impl Hours {
    fn admit(&self, span: Span) -> bool {
        let kept = Span {
            end: span.end.plus(self.buffer_ms),
            ..span
        };
        self.open.iter().any(|o| o.contains(span)) && !self.taken.iter().any(|t| t.overlaps(kept))
    }
}

/// The hours of all bays: what touches is one, and what is pinned stands in the way, with its
/// buffer. What is held must be disjoint to begin with.
fn hours(picture: &Picture) -> Result<Vec<Hours>, PictureFault> {
    let of = |bay: &Bay| {
        let mut open = bay.open.clone();
        melt(&mut open);
        Hours {
            open,
            taken: bay.taken.clone(),
            buffer_ms: bay.buffer_ms,
        }
    };
    let mut hours: Vec<Hours> = picture.bays.iter().map(of).collect();
    let mut held: Vec<Vec<(Span, usize)>> = vec![Vec::new(); hours.len()];
    for (number, ask) in picture.asks.iter().enumerate() {
        if let Some(HeldSeat { seat, clear }) = ask.held {
            held[seat.bay as usize].push((
                Span {
                    end: clear,
                    ..ask.span
                },
                number,
            ));
        }
    }
    for (bay, mut there) in held.into_iter().enumerate() {
        there.sort_unstable();
        if let Some(pair) = there.windows(2).find(|p| p[1].0.start < p[0].0.end) {
            return Err(PictureFault::Clash {
                ask: pair[0].1,
                other: pair[1].1,
            });
        }
        let pinned = there
            .iter()
            .filter(|(_, n)| picture.asks[*n].bond == Bond::Pinned);
        hours[bay].taken.extend(pinned.map(|p| p.0));
    }
    Ok(hours)
}
