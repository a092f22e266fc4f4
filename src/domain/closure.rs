//! When bays and whole zones are closed by order. Pure.
//!
//! Promises: of each bay the stretches are disjoint and rising, however many orders overlap; where
//! several close it at once, the one that goes before the others is named, and who stands there is to
//! leave if any of them says so. A picture is replaced
//! whole; what lies before [`ClosureBook::open_from`] is the same in every later one, so that what is
//! settled by it stays right.

use super::span::Span;
use super::{Affects, BayIx, Millis, ZoneIx};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What one order closes: a bay, or all of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedSpan {
    pub zone: ZoneIx,
    /// `None`: the whole zone, whatever bays it has.
    pub bay: Option<BayIx>,
    pub closing: Closing,
}

/// A stretch of time, and the order that closes for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closing {
    pub span: Span,
    /// A lower one goes before a greater one.
    pub order: u32,
    /// Whom that concerns: of several that close at once, all if any of them does.
    pub affects: Affects,
}

/// All that is closed, was lately, or will be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closures {
    /// By zone, rising.
    zones: Vec<ZoneClosings>,
    /// When something begins or ends, rising.
    moments: Vec<Millis>,
}

/// What is closed of one zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneClosings {
    zone: ZoneIx,
    whole: Vec<Closing>,
    /// By bay, rising: its own stretches and the whole zone's.
    bays: Vec<(BayIx, Vec<Closing>)>,
    /// From the first to the last of all.
    hull: Span,
}

/// Goes through the time from `from` to `to`, ms, in which that is closed: `each` is told whether a stretch
/// of it is, and from when until when. Stretches may be empty.
#[inline]
pub fn split_by_closings(
    shut: &[Closing],
    mut from: u64,
    to: u64,
    mut each: impl FnMut(bool, u64, u64),
) {
    for closing in shut {
        let start = closing.span.start.0;
        let end = closing.span.end.0.min(to);
        if end <= from {
            continue;
        }
        if start >= to {
            break;
        }
        each(false, from, start);
        each(true, from.max(start), end);
        from = end;
    }
    each(false, from, to);
}

impl Closures {
    /// Of what orders close, in any order.
    #[must_use]
    pub fn new(closed: impl IntoIterator<Item = ClosedSpan>) -> Self {
        let mut by_zone: BTreeMap<ZoneIx, BTreeMap<Option<BayIx>, Vec<Closing>>> = BTreeMap::new();
        let mut moments = Vec::new();
        for c in closed {
            moments.extend([c.closing.span.start, c.closing.span.end]);
            let zone = by_zone.entry(c.zone).or_default();
            zone.entry(c.bay).or_default().push(c.closing);
        }
        moments.sort_unstable();
        moments.dedup();
        let zones = by_zone.into_iter();
        let zones = zones.filter_map(|(zone, mut of)| {
            let whole = of.remove(&None).unwrap_or_default();
            let with_whole = |mut own: Vec<Closing>| {
                own.extend(&whole);
                disjoint(&own)
            };
            let bays = of.into_iter();
            let bays: Vec<(BayIx, Vec<Closing>)> = bays
                .filter_map(|(bay, own)| Some((bay?, with_whole(own))))
                .collect();
            let whole = disjoint(&whole);
            let all = || bays.iter().map(|(_, own)| own).chain([&whole]).flatten();
            let start = all().map(|c| c.span.start).min()?;
            let end = all().map(|c| c.span.end).max()?;
            Some(ZoneClosings {
                zone,
                whole,
                bays,
                hull: Span { start, end },
            })
        });
        Self {
            zones: zones.collect(),
            moments,
        }
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.zones.is_empty()
    }

    /// What is ever closed of a zone.
    #[must_use]
    pub fn zone(&self, zone: ZoneIx) -> Option<&ZoneClosings> {
        let at = self.zones.binary_search_by_key(&zone, |z| z.zone);
        at.ok().map(|at| &self.zones[at])
    }

    pub fn zones(&self) -> impl Iterator<Item = &ZoneClosings> {
        self.zones.iter()
    }

    /// When a bay of that zone is closed.
    #[must_use]
    pub fn of_bay(&self, zone: ZoneIx, bay: BayIx) -> &[Closing] {
        self.zone(zone).map_or(&[], |closings| closings.of(bay))
    }

    /// When something begins or ends next after `at`; [`Millis::MAX`] if nothing does.
    #[must_use]
    pub fn next_after(&self, at: Millis) -> Millis {
        let next = self.moments.partition_point(|m| *m <= at);
        self.moments.get(next).copied().unwrap_or(Millis::MAX)
    }
}

impl ZoneClosings {
    #[must_use]
    pub const fn zone(&self) -> ZoneIx {
        self.zone
    }

    /// When all of it is.
    #[must_use]
    pub fn whole(&self) -> &[Closing] {
        &self.whole
    }

    /// When one of its bays is.
    #[must_use]
    pub fn of(&self, bay: BayIx) -> &[Closing] {
        let at = self.bays.binary_search_by_key(&bay, |b| b.0);
        at.map_or(&self.whole, |at| &self.bays[at].1)
    }

    /// Bays that are closed by themselves at times.
    pub fn bays(&self) -> impl Iterator<Item = (BayIx, &[Closing])> {
        self.bays.iter().map(|(bay, own)| (*bay, &own[..]))
    }

    /// Whether anything of it may be closed in that time.
    #[must_use]
    pub const fn touches(&self, span: Span) -> bool {
        self.hull.overlaps(span)
    }
}

/// What closes at that moment, of stretches that are disjoint and rising.
#[must_use]
pub fn closed_at(closings: &[Closing], at: Millis) -> Option<Closing> {
    let before = closings.partition_point(|c| c.span.start <= at);
    let last = closings[..before].last();
    last.copied().filter(|c| c.span.has(at))
}

/// The first of such stretches that has part of that time.
#[must_use]
pub fn closed_in(closings: &[Closing], span: Span) -> Option<Closing> {
    let mut some = closings.iter();
    some.find(|c| c.span.overlaps(span)).copied()
}

/// When who has stood there since `from` had to leave, by `now`, of stretches that are disjoint and rising.
#[must_use]
pub fn cleared_since(closings: &[Closing], from: Millis, now: Millis) -> Option<Millis> {
    let mut clear = closings.iter().filter(|c| c.affects == Affects::All);
    let first = clear.find(|c| c.span.end > from)?;
    let at = first.span.start.max(from);
    (at <= now).then_some(at)
}

/// The same stretches, each moment in one of them at most: of several orders the lowest.
fn disjoint(all: &[Closing]) -> Vec<Closing> {
    let mut moments: Vec<Millis> = all
        .iter()
        .flat_map(|c| [c.span.start, c.span.end])
        .collect();
    moments.sort_unstable();
    moments.dedup();
    let mut out: Vec<Closing> = Vec::new();
    for two in moments.windows(2) {
        let there = || all.iter().filter(|c| c.span.has(two[0]));
        let Some(order) = there().map(|c| c.order).min() else {
            continue;
        };
        let affects = if there().any(|c| c.affects == Affects::All) {
            Affects::All
        } else {
            Affects::NewArrivals
        };
        let goes_on = |last: &Closing| {
            last.span.end == two[0] && last.order == order && last.affects == affects
        };
        match out.last_mut() {
            Some(last) if goes_on(last) => last.span.end = two[1],
            _ => out.push(Closing {
                span: Span {
                    start: two[0],
                    end: two[1],
                },
                order,
                affects,
            }),
        }
    }
    out
}

/// Where the closures stand, as they are now.
pub trait ClosureBook: Send + Sync {
    /// Changes with each new picture.
    fn version(&self) -> u64;

    fn closures(&self) -> Arc<Closures>;

    /// From there on a later picture may differ: an order is being written down. Ask this *before*
    /// the picture.
    fn open_from(&self) -> Millis;
}

/// Nothing is ever closed.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoClosures;

impl ClosureBook for NoClosures {
    fn version(&self) -> u64 {
        0
    }

    fn closures(&self) -> Arc<Closures> {
        Arc::default()
    }

    fn open_from(&self) -> Millis {
        Millis(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closing(start: u64, end: u64, order: u32) -> Closing {
        let span = Span::new(Millis(start), Millis(end)).unwrap();
        Closing {
            span,
            order,
            affects: Affects::NewArrivals,
        }
    }

    /// The same, of an order by which all are to leave.
    fn clearing(start: u64, end: u64, order: u32) -> Closing {
        Closing {
            affects: Affects::All,
            ..closing(start, end, order)
        }
    }

    fn closed(zone: u32, bay: Option<u32>, closing: Closing) -> ClosedSpan {
        ClosedSpan {
            zone: ZoneIx(zone),
            bay: bay.map(BayIx),
            closing,
        }
    }

    #[test]
    fn a_bay_is_closed_by_its_own_orders_and_by_its_zones() {
        let all = Closures::new([
            closed(4, None, closing(100, 200, 1)),
            closed(4, Some(9), closing(150, 300, 0)),
            closed(2, Some(5), closing(10, 20, 2)),
        ]);
        let own = [closing(100, 150, 1), closing(150, 300, 0)];
        assert_eq!(all.of_bay(ZoneIx(4), BayIx(9)), own);
        assert_eq!(all.of_bay(ZoneIx(4), BayIx(8)), [closing(100, 200, 1)]);
        assert_eq!(all.of_bay(ZoneIx(2), BayIx(6)), []);
        assert_eq!(all.of_bay(ZoneIx(3), BayIx(5)), []);
        let zone = all.zone(ZoneIx(2)).unwrap();
        assert!(zone.whole().is_empty() && zone.touches(closing(19, 30, 0).span));
        assert!(!zone.touches(closing(20, 30, 0).span));
    }

    #[test]
    fn of_orders_that_overlap_the_one_that_goes_before_is_named_and_no_moment_is_told_twice() {
        let all = [closing(0, 100, 5), closing(20, 40, 1), closing(40, 60, 1)];
        let want = [closing(0, 20, 5), closing(20, 60, 1), closing(60, 100, 5)];
        assert_eq!(disjoint(&all), want);
        for (at, order) in [
            (0, Some(5)),
            (20, Some(1)),
            (59, Some(1)),
            (99, Some(5)),
            (100, None),
        ] {
            assert_eq!(closed_at(&want, Millis(at)).map(|c| c.order), order, "{at}");
        }
        assert_eq!(closed_in(&want, closing(99, 300, 0).span), Some(want[2]));
        assert_eq!(closed_in(&want, closing(100, 300, 0).span), None);
    }

    #[test]
    fn who_stands_there_is_to_leave_if_any_order_says_so_from_when_it_does() {
        let all = [closing(0, 100, 0), clearing(20, 40, 1), clearing(60, 80, 2)];
        let told = disjoint(&all);
        let want = [
            closing(0, 20, 0),
            clearing(20, 40, 0),
            closing(40, 60, 0),
            clearing(60, 80, 0),
            closing(80, 100, 0),
        ];
        assert_eq!(told, want);
        for (from, now, at) in [
            (0, 19, None),
            (0, 20, Some(20)),
            (0, 99, Some(20)),
            (30, 30, Some(30)),
            (40, 59, None),
            (40, 99, Some(60)),
            (80, 99, None),
        ] {
            let since = cleared_since(&told, Millis(from), Millis(now));
            assert_eq!(since, at.map(Millis), "{from} {now}");
        }
    }

    #[test]
    fn it_is_known_when_to_look_again() {
        let all = Closures::new([closed(1, None, closing(100, 200, 0))]);
        let next = |at| all.next_after(Millis(at)).0;
        assert_eq!(
            [next(0), next(99), next(100), next(199)],
            [100, 100, 200, 200]
        );
        assert_eq!(next(200), Millis::MAX.0);
        assert!(Closures::default().is_empty());
    }
}
