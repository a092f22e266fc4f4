//! Settled figures as bytes, little-endian, for checkpoints: numbers, arrays of records, windows.
//! Pure.

use crate::domain::{
    Corrections, CountedWindow, Millis, SettledHour, SourceKinds, Stays, Visit, VisitChange,
    Window, WindowRow,
};
use bytemuck::Pod;

/// What is being written.
#[derive(Default)]
pub(in crate::settlement) struct ByteWriter(pub(in crate::settlement) Vec<u8>);

/// What is left to read. Every method gives `None` for bytes that no [`ByteWriter`] has written.
pub(in crate::settlement) struct ByteReader<'b> {
    rest: &'b [u8],
    /// Windows say what was counted: they did not before format 2.
    counted: bool,
}

/// More than any list in a checkpoint has items, so that a damaged count claims no memory.
const MOST: u64 = 1 << 32;

impl ByteWriter {
    pub(in crate::settlement) fn u64(&mut self, n: u64) {
        self.0.extend_from_slice(&n.to_le_bytes());
    }

    /// An array of records, after their number.
    pub(in crate::settlement) fn pods<T: Pod>(&mut self, all: &[T]) {
        self.u64(all.len() as u64);
        self.0.extend_from_slice(bytemuck::cast_slice(all));
    }

    pub(in crate::settlement) fn list<T>(
        &mut self,
        items: impl ExactSizeIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) {
        self.u64(items.len() as u64);
        items.for_each(|item| each(self, item));
    }

    pub(in crate::settlement) fn window(&mut self, w: &Window) {
        for n in w.members() {
            self.u64(n as u64);
        }
        self.list(w.stays.buckets().iter(), |out, (bucket, n)| {
            out.u64(u64::from(*bucket) << 32 | u64::from(*n as u32));
        });
        self.list(w.counted.iter(), |out, c| {
            for n in [
                c.occupied_ms,
                c.vacant_ms,
                c.unknown_ms,
                c.closed_ms,
                c.occupied_at,
                c.vacant_at,
                c.unknown_at,
            ] {
                out.u64(n as u64);
            }
        });
    }

    pub(in crate::settlement) fn row(&mut self, row: &WindowRow) {
        self.u64(u64::from(row.zone));
        self.u64(row.from.0);
        self.window(&row.window);
    }

    pub(in crate::settlement) fn visit(&mut self, v: &Visit) {
        self.u64(u64::from(v.bay) << 32 | u64::from(v.zone));
        self.u64(v.start.0);
        self.u64(v.end.0);
        self.u64(u64::from(v.start_seen) | u64::from(v.end_seen) << 1 | u64::from(v.kinds.0) << 8);
    }

    pub(in crate::settlement) fn hour(&mut self, hour: &SettledHour) {
        self.u64(hour.hour.0);
        self.list(hour.windows.iter(), Self::row);
        self.list(hour.visits.iter(), Self::visit);
    }

    pub(in crate::settlement) fn corrections(&mut self, c: &Corrections) {
        self.u64(c.hour.0);
        self.list(c.windows.iter(), Self::row);
        self.list(c.visits.iter(), |out, change| {
            let (sign, visit) = match change {
                VisitChange::Retract(v) => (0, v),
                VisitChange::Assert(v) => (1, v),
            };
            out.u64(sign);
            out.visit(visit);
        });
    }
}

impl<'b> ByteReader<'b> {
    /// Of what a version wrote whose windows say what was counted, or do not.
    pub(in crate::settlement) const fn new(rest: &'b [u8], counted: bool) -> Self {
        Self { rest, counted }
    }

    /// Whether windows say what was counted.
    pub(in crate::settlement) const fn is_counted(&self) -> bool {
        self.counted
    }

    pub(in crate::settlement) const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(in crate::settlement) fn u64(&mut self) -> Option<u64> {
        let (head, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(u64::from_le_bytes(*head))
    }

    fn i64(&mut self) -> Option<i64> {
        self.u64().map(|n| n as i64)
    }

    pub(in crate::settlement) fn u32(&mut self) -> Option<u32> {
        self.u64()?.try_into().ok()
    }

    pub(in crate::settlement) fn pods<T: Pod>(&mut self) -> Option<Vec<T>> {
        let len = usize::try_from(self.u64().filter(|n| *n < MOST)?)
            .ok()?
            .checked_mul(size_of::<T>())?;
        let (all, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(bytemuck::pod_collect_to_vec(all))
    }

    pub(in crate::settlement) fn list<T>(
        &mut self,
        mut each: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let len = self.u64().filter(|n| *n < MOST)?;
        (0..len).map(|_| each(self)).collect()
    }

    pub(in crate::settlement) fn window(&mut self) -> Option<Window> {
        Some(Window {
            occupied_ms: self.i64()?,
            vacant_ms: self.i64()?,
            unknown_ms: self.i64()?,
            closed_ms: self.i64()?,
            started: self.i64()?,
            ended: self.i64()?,
            short: self.i64()?,
            censored: self.i64()?,
            stay_ms: self.i64()?,
            occupied_at: self.i64()?,
            vacant_at: self.i64()?,
            unknown_at: self.i64()?,
            stays: Stays::from_buckets(self.list(|r| {
                let both = r.u64()?;
                Some((u16::try_from(both >> 32).ok()?, both as u32 as i32))
            })?),
            counted: self.counted()?.pop().map(Box::new),
        })
    }

    /// One or none.
    fn counted(&mut self) -> Option<Vec<CountedWindow>> {
        if !self.counted {
            return Some(Vec::new());
        }
        self.list(|r| {
            Some(CountedWindow {
                occupied_ms: r.i64()?,
                vacant_ms: r.i64()?,
                unknown_ms: r.i64()?,
                closed_ms: r.i64()?,
                occupied_at: r.i64()?,
                vacant_at: r.i64()?,
                unknown_at: r.i64()?,
            })
        })
    }

    pub(in crate::settlement) fn row(&mut self) -> Option<WindowRow> {
        Some(WindowRow {
            zone: self.u32()?,
            from: Millis(self.u64()?),
            window: self.window()?,
        })
    }

    pub(in crate::settlement) fn visit(&mut self) -> Option<Visit> {
        let both = self.u64()?;
        let start = Millis(self.u64()?);
        let end = Millis(self.u64()?);
        let flags = self.u64()?;
        Some(Visit {
            bay: (both >> 32) as u32,
            zone: both as u32,
            start,
            end,
            start_seen: flags & 1 != 0,
            end_seen: flags & 2 != 0,
            kinds: SourceKinds((flags >> 8) as u8),
        })
    }

    pub(in crate::settlement) fn hour(&mut self) -> Option<SettledHour> {
        Some(SettledHour {
            hour: Millis(self.u64()?),
            windows: self.list(Self::row)?,
            visits: self.list(Self::visit)?,
        })
    }

    pub(in crate::settlement) fn corrections(&mut self) -> Option<Corrections> {
        let hour = Millis(self.u64()?);
        let windows = self.list(Self::row)?;
        let visits = self.list(|r| {
            let assert = r.u64()? == 1;
            let visit = r.visit()?;
            Some(if assert {
                VisitChange::Assert(visit)
            } else {
                VisitChange::Retract(visit)
            })
        })?;
        Some(Corrections {
            hour,
            windows,
            visits,
        })
    }
}
