//! Copying out at a cut, and the copy as blocks.
//!
//! Dear: what came late is copied at once; the cells are a little at a time, each before it changes, and all
//! else is shared until it is next changed.

use super::{
    BENEATH, COUNTS, FORMAT, HEAD, HEARD, KeptBeneath, KeptCell, KeptTrack, LATE_MINUTES, OVERFLOW,
    SHARD, WAITING, write_shard,
};
use crate::domain::{AmendmentLength, BayIx, SHARDS, ZoneIx, zones_of};
use crate::registry::city::City;
use crate::settlement::beneath::{Beneath, Overtaken};
use crate::settlement::bytes::ByteWriter;
use crate::settlement::counted::{Pair, Track, WaitingCount};
use crate::settlement::inbox::SeenPage;
use crate::settlement::recent::ShardRows;
use crate::settlement::report::Report;
use crate::settlement::shard::{Late, Out};
use crate::settlement::timeline::BayTimeline;
use crate::settlement::waiting_files::WaitingLength;
use crate::settlement::{Settle, SettlementShared};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// One worker's part at a cut.
#[derive(Default)]
pub struct SettledCopy {
    cells: Vec<BayTimeline>,
    beneath: Vec<(u32, Beneath)>,
    overtaken: Vec<Overtaken>,
    /// As long as it is there, no late minute goes to the table, which is not copied.
    hold: Option<Arc<()>>,
    shards: Vec<ShardCopy>,
    waiting: Vec<SeenPage>,
    /// What of them is in files only.
    waiting_in: Vec<WaitingLength>,
    begun: u64,
    kept: Vec<AmendmentLength>,
    /// Only the first worker's copy has it. Bits that are set after the cut do no harm: they are
    /// set again.
    shared: Option<Arc<SettlementShared>>,
}

struct ShardCopy {
    shard: u32,
    swept: u64,
    late: Vec<Late>,
    counts: Vec<WaitingCount>,
    tracks: Vec<(Pair, Track)>,
    out: Arc<Out>,
    rows: Arc<ShardRows>,
}

impl Settle {
    /// Begins a copy of everything that is this worker's.
    pub(crate) fn begin_copy(&mut self, to: &mut SettledCopy) {
        self.cells.begin(std::mem::take(&mut to.cells));
        to.beneath.clear();
        to.beneath.extend(self.beneath.each());
        to.overtaken.clear();
        to.overtaken.extend(self.beneath.overtaken());
        to.hold = Some(self.shared.late_minutes.hold());
        to.begun = self.shared.begun.load(Ordering::Acquire);
        self.keep_credit();
        to.kept = self.kept.lengths();
        to.shared = (self.place.0 == 0).then(|| self.shared.clone());
        let next = if self.to == 0 { SHARDS } else { self.next };
        (to.waiting, to.waiting_in) = self.inbox.freeze(next);
        to.shards.clear();
        for s in self.owned() {
            let state = &self.shards[s as usize];
            to.shards.push(ShardCopy {
                shard: s,
                swept: state.swept,
                late: state.late.clone(),
                counts: state.counts.clone(),
                tracks: state.tracks.iter().map(|(p, t)| (*p, *t)).collect(),
                out: state.out.clone(),
                rows: self.shared.recent.shard(s),
            });
        }
    }

    /// Goes on with it; takes what it does off `work`, which is in bays.
    pub(crate) fn copy_on(&mut self, to: &mut SettledCopy, work: &mut usize) {
        if let Some(cells) = self.cells.go_on(work) {
            to.cells = cells;
        }
    }

    /// Whether a copy is under way.
    pub(crate) fn is_copying(&self) -> bool {
        self.cells.is_copying()
    }
}

impl SettledCopy {
    /// With memory for that many bays, each page of it touched.
    pub(crate) fn with_room(bays: usize) -> Self {
        let cells = vec![BayTimeline::serving_since(1); bays];
        Self {
            cells,
            ..Self::default()
        }
    }

    /// Lets go of what it shares with the worker.
    pub(crate) fn let_go(&mut self) {
        self.shards.clear();
        self.waiting.clear();
        self.shared = None;
        self.hold = None;
    }

    /// The files that it names.
    pub(crate) fn waiting_in(&self) -> &[WaitingLength] {
        &self.waiting_in
    }

    /// Hands every block to `each`.
    ///
    /// # Errors
    /// Whatever `each` returns first.
    pub(crate) fn blocks<E>(
        &self,
        city: &City,
        each: &mut impl FnMut(u32, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut head = ByteWriter::default();
        head.u64(FORMAT);
        head.u64(self.begun);
        head.pods(&self.kept);
        each(HEAD, &head.0)?;
        for (first, words) in self.shared.iter().flat_map(|s| s.heard.pages()) {
            let mut page = ByteWriter::default();
            page.u64(u64::from(first));
            page.pods(&words);
            each(HEARD, &page.0)?;
        }
        each(BENEATH, &self.beneath(city).0)?;
        each(COUNTS, &self.counts(city).0)?;
        if let Some(shared) = &self.shared {
            let mut out = ByteWriter::default();
            out.pods(&shared.late_minutes.all());
            each(LATE_MINUTES, &out.0)?;
        }
        let mut files = ByteWriter::default();
        files.pods(&self.waiting_in);
        each(OVERFLOW, &files.0)?;
        for page in &self.waiting {
            let live = page.reports().iter();
            let live = live.filter(|r| city.is_live(BayIx(r.bay())));
            let numbered: Vec<Report> = live
                .map(|r| r.of(city.bay_number(BayIx(r.bay()))))
                .collect();
            let mut out = ByteWriter::default();
            out.u64(page.serial.into());
            out.pods(&numbered);
            each(WAITING, &out.0)?;
        }
        self.shards
            .iter()
            .try_for_each(|s| each(SHARD + s.shard, &self.shard(s, city).0))
    }

    fn beneath(&self, city: &City) -> ByteWriter {
        let live = |bay: u32| city.is_live(BayIx(bay));
        let number = |bay: u32| city.bay_number(BayIx(bay));
        let words = self.beneath.iter().filter(|b| live(b.0));
        let mut words: Vec<KeptBeneath> = words
            .map(|(bay, beneath)| KeptBeneath {
                bay: number(*bay).into(),
                beneath: *beneath,
            })
            .collect();
        words.sort_by_key(|b| b.bay);
        let overtaken = self.overtaken.iter().filter(|o| live(o.bay));
        let mut overtaken: Vec<Overtaken> = overtaken
            .map(|o| Overtaken {
                bay: number(o.bay),
                ..*o
            })
            .collect();
        overtaken.sort_unstable();
        let mut out = ByteWriter::default();
        out.pods(&words);
        out.pods(&overtaken);
        out
    }

    fn counts(&self, city: &City) -> ByteWriter {
        let number = |zone: u32| city.zone(ZoneIx(zone)).number;
        let waiting = self.shards.iter().flat_map(|s| &s.counts);
        let waiting: Vec<WaitingCount> = waiting
            .map(|w| WaitingCount {
                count: w.count.of(number(w.count.zone())),
                ..*w
            })
            .collect();
        let tracks = self.shards.iter().flat_map(|s| &s.tracks);
        let mut tracks: Vec<KeptTrack> = tracks
            .map(|((zone, kind), track)| KeptTrack {
                track: track.of(number(*zone)),
                zone: number(*zone),
                kind: u32::from(*kind),
            })
            .collect();
        tracks.sort_unstable_by_key(|t| (t.zone, t.kind));
        let mut out = ByteWriter::default();
        out.pods(&waiting);
        out.pods(&tracks);
        out
    }

    fn shard(&self, s: &ShardCopy, city: &City) -> ByteWriter {
        let number = |bay: u32| city.bay_number(BayIx(bay));
        let mut cells = Vec::new();
        for zone in zones_of(s.shard, city.zone_count()) {
            let known = city.bays_of(zone).map(|b| (b, self.cells[b.at()]));
            let known = known.filter(|(_, cell)| cell.at() > 0);
            let of = city.zone(zone).number;
            cells.extend(known.map(|(b, cell)| KeptCell {
                cell,
                bay: city.bay_number(b),
                zone: of,
            }));
        }
        let late = s
            .late
            .iter()
            .filter(|l| city.is_live(BayIx(l.report.bay())));
        let late: Vec<Late> = late
            .map(|l| Late {
                report: l.report.of(number(l.report.bay())),
                ..*l
            })
            .collect();
        write_shard(s.swept, &cells, &late, &s.rows.0, &s.out)
    }
}
