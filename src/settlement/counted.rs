//! Counts of whole zones, by event time: windows of zones that are counted and not watched bay by bay.
//!
//! Each kind of bay that is counted in a zone has a [`Track`](track). A count waits until its window
//! is settled; then the counts of a window are walked through in order of time ([`count::order`]). One
//! that comes later has the track walked again from the hour it is of, with it and without: the
//! difference is the correction. Counts are kept for that beside the reports of bays (see
//! [`super::amendment_log`]), and at the start of each hour where each track stood.
//!
//! What counts come to is kept apart from what is said bay by bay: see
//! [`CountedWindow`](crate::domain::CountedWindow). Whose count of the same source and time stands, and which are
//! copies, does not depend on their order but as it does for reports. Dear: some 120 bytes a
//! track beyond what waits; reading the hours of a shard for those that come late.

mod count;
mod track;

pub(in crate::settlement) use count::CountRecord;
pub(in crate::settlement) use track::Track;

use super::amendment_log::{HourRecords, Records};
use super::corrections::is_told;
use super::recent::slot;
use super::report::Report;
use super::shard::Late;
use super::step::WindowStep;
use crate::domain::closure::ZoneClosings;
use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{Millis, Window, ZoneIx};
use bytemuck::{Pod, Zeroable};
use count::order;
use std::collections::BTreeMap;
use std::io;
use track::{CountDeltas, CountRules, Walked};

/// A zone and a kind of bay.
pub(in crate::settlement) type Pair = (u32, u8);

/// A count that waits to be settled, and when it came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub(in crate::settlement) struct WaitingCount {
    pub(in crate::settlement) ingest: u64,
    pub(in crate::settlement) count: CountRecord,
}

/// Counts of one pair that are settled together.
#[derive(Default)]
struct Due {
    fresh: Vec<CountRecord>,
    late: Vec<WaitingCount>,
}

/// What is to be kept, by the hour it is of.
type ByHour = BTreeMap<u64, Records>;

impl<'a> WindowStep<'a> {
    /// Settles what was counted before `to`. Returns how much work it was.
    pub(in crate::settlement) fn settle_counts(
        &mut self,
        to: u64,
        waiting: &[WaitingCount],
    ) -> usize {
        let mut due: BTreeMap<Pair, Due> = BTreeMap::new();
        for w in waiting {
            let swept = self.rows.0[slot(ZoneIx(w.count.zone()))].swept;
            let of = due.entry((w.count.zone(), w.count.kind())).or_default();
            let came_late = w.count.at() + self.limits.lateness < w.ingest;
            let is_settled = w.count.at() < swept;
            self.counts.late += u64::from(came_late || is_settled);
            if is_settled {
                of.late.push(*w);
            } else {
                self.counts.amended += u64::from(came_late);
                self.counts.settled += u64::from(!came_late);
                of.fresh.push(w.count);
            }
        }
        let city = self.city;
        self.tracks
            .retain(|(zone, _), _| !city.zone(ZoneIx(*zone)).removed);
        let counted = self.tracks.keys().map(|pair| (*pair, Due::default()));
        let mut all: BTreeMap<Pair, Due> = counted.collect();
        all.append(&mut due);
        let work = all.len() + waiting.len();
        let mut kept = ByHour::new();
        for (pair, due) in all {
            if city.zone(ZoneIx(pair.0)).removed {
                continue;
            }
            if !due.late.is_empty() {
                self.amend_counts(pair, due.late);
            }
            self.walk_counts(pair, due.fresh, to, &mut kept);
        }
        self.keep_by_hour(kept);
        work
    }

    /// Takes a pair's track through what is due of it, and on to the window's end.
    fn walk_counts(&mut self, pair: Pair, mut due: Vec<CountRecord>, to: u64, kept: &mut ByHour) {
        let zone = ZoneIx(pair.0);
        let rows = &self.rows.0[slot(zone)];
        let number = rows.number;
        let swept = rows.swept;
        if swept >= to {
            return;
        }
        order(&mut due);
        let mut track = self.tracks.get(&pair).copied().unwrap_or_default();
        let registered = self.registered(pair);
        due = due
            .into_iter()
            .filter_map(|count| track.size(count, registered))
            .collect();
        let walked = Walked::new(track, &due, (swept, to), self.count_rules(zone));
        for (hour, track) in &walked.hours {
            kept.entry(*hour).or_default().stood(track, number);
        }
        for count in &due {
            let hour = count.at() / HOUR_MS * HOUR_MS;
            kept.entry(hour).or_default().count(count.of(number));
        }
        if walked.track != Track::default() {
            self.tracks.insert(pair, walked.track);
        }
        self.put_counts(zone, walked.deltas, false);
    }

    /// Takes late counts of a pair into account.
    fn amend_counts(&mut self, pair: Pair, mut late: Vec<WaitingCount>) {
        let amend = self.limits.amend;
        let kept_from = self.kept.kept_from().0;
        let hour = |w: &WaitingCount| w.count.at() / HOUR_MS * HOUR_MS;
        late.retain(|w| {
            let fine = w.count.at() + amend >= w.ingest && hour(w) >= kept_from;
            if !fine {
                self.count_aside(w);
            }
            fine
        });
        let Some(from) = late.iter().map(hour).min() else {
            return;
        };
        if let Err(e) = self.amend_counts_from(pair, from, &late) {
            tracing::warn!(
                error = %e, "settled counts could not be read again: late ones are kept aside",
            );
            self.counts.unkept += late.len() as u64;
            for w in &late {
                self.count_aside(w);
            }
        }
    }

    fn amend_counts_from(
        &mut self,
        pair: Pair,
        from: u64,
        late: &[WaitingCount],
    ) -> io::Result<()> {
        let zone = ZoneIx(pair.0);
        let rows = &self.rows.0[slot(zone)];
        let number = rows.number;
        let swept = rows.swept;
        let mut stood = Track::default();
        let mut past = Vec::new();
        for hour in (from..swept).step_by(HOUR_MS as usize) {
            let mut words = Vec::new();
            self.kept.read(Millis(hour), self.shard, &mut words)?;
            for count in HourRecords::read(&words).counts(number, pair.1) {
                if !count.stood() {
                    past.push(count);
                } else if hour == from {
                    stood.held[count.place()] = count.standing(false);
                }
            }
        }
        let mut now = self.tracks.get(&pair).copied().unwrap_or_default();
        let said: Vec<CountRecord> = late.iter().map(|w| w.count.of(number)).collect();
        let registered = self.registered(pair);
        let sized = said.into_iter();
        let sized: Vec<CountRecord> = sized.filter_map(|c| now.size(c, registered)).collect();
        self.counts.amended += late.len() as u64;
        order(&mut past);
        let mut with = past.clone();
        with.extend(&sized);
        order(&mut with);
        if with == past {
            return Ok(());
        }
        let rules = self.count_rules(zone);
        let without = Walked::new(stood, &past, (from, swept), rules);
        let with = Walked::new(stood, &with, (from, swept), rules);
        let mut kept = ByHour::new();
        let stands_else = |hour: &u64, track: &Track| without.hours.get(hour) != Some(track);
        for (hour, track) in with.hours.iter().filter(|(h, t)| stands_else(h, t)) {
            kept.entry(*hour).or_default().stood(track, number);
        }
        for count in &sized {
            let hour = count.at() / HOUR_MS * HOUR_MS;
            kept.entry(hour).or_default().count(*count);
        }
        self.keep_by_hour(kept);
        now.held = with.track.of(zone.0).held;
        self.tracks.insert(pair, now);
        let mut change = with.deltas;
        change.subtract(&without.deltas);
        self.put_counts(zone, change, true);
        Ok(())
    }

    /// Adds what walks through counts of that zone put down, or by how much it has changed.
    fn put_counts(&mut self, zone: ZoneIx, deltas: CountDeltas, amends: bool) {
        let rows = &mut self.rows.0[slot(zone)];
        for (n, counted) in deltas.0 {
            let window = Window::from(counted);
            rows.add(n, &window);
            if amends && is_told(n * WINDOW_MS, rows.swept, self.limits.pad) {
                self.out.fixes.window(rows.number, n, &window);
            }
        }
    }

    fn keep_by_hour(&mut self, kept: ByHour) {
        for (hour, records) in kept {
            *self.records = records;
            self.keep_records(hour);
        }
    }

    /// How many bays of that kind the registry knows; 0: none.
    fn registered(&self, (zone, kind): Pair) -> u32 {
        let by_kind = &self.city.zone(ZoneIx(zone)).capacity_by_kind;
        by_kind.get(usize::from(kind)).copied().unwrap_or_default()
    }

    fn count_rules(&self, zone: ZoneIx) -> CountRules<'a> {
        let rules = self.rules(zone, 0);
        CountRules {
            limit: rules.limit.min(rules.max_age),
            shut: rules.closings.map_or(&[], ZoneClosings::whole),
        }
    }

    /// Too late even to amend, or shed: the hours that it tells of are not complete.
    pub(in crate::settlement) fn count_aside(&mut self, w: &WaitingCount) {
        self.counts.too_late += 1;
        let zone = self.city.zone(ZoneIx(w.count.zone())).number;
        self.losses.note(Some(zone), Millis(w.count.at()));
        self.keep_aside(&Late {
            ingest: w.ingest,
            report: aside(w.count.at(), zone),
        });
    }
}

/// What is kept aside of a count: of which zone, by its number, and time.
fn aside(at: u64, zone: u32) -> Report {
    bytemuck::cast([at << 20 | CountRecord::MARK, 0, u64::from(zone) << 32])
}

/// Whether what was kept aside is a count, of a zone and not of a bay.
pub(in crate::settlement) fn is_count(kept: &Report) -> bool {
    let [word, ..]: [u64; 3] = bytemuck::cast(*kept);
    word & CountRecord::MARK != 0
}
