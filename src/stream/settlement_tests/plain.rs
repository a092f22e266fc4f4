//! The same figures, made the plain way: everything in one list, sorted, walked bay by bay. Shares
//! no code with the real one but the domain's types.

use crate::domain::turnover::{HOUR_MS, WINDOW_MS};
use crate::domain::{BayStatus, Millis, SourceKind, SourceKinds, Visit, Window};
use std::collections::{BTreeMap, BTreeSet};

/// A report as a sender would put it, and when it came in. Without a bay: its source is alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PlainReport {
    pub(super) bay: Option<u32>,
    pub(super) at: u64,
    pub(super) seq: u64,
    pub(super) source: u32,
    pub(super) kind: SourceKind,
    pub(super) status: BayStatus,
    pub(super) confidence: u8,
    /// Of a key that an admin trusts.
    pub(super) trusted: bool,
    pub(super) ingest: u64,
}

/// A bay: its number, its zone's number and limit (ms), and when it was in service.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlainBay {
    pub(super) bay: u32,
    pub(super) zone: u32,
    pub(super) limit: u64,
    pub(super) since: u64,
    pub(super) until: u64,
}

pub(super) struct Terms {
    pub(super) lateness: u64,
    pub(super) amend: u64,
    pub(super) min_visit: u64,
    pub(super) max_age: u64,
    /// Settled up to here.
    pub(super) to: u64,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    /// By zone and start of the window; zeroes left out.
    pub(super) windows: BTreeMap<(u32, u64), Window>,
    pub(super) visits: BTreeSet<Visit>,
}

/// By source, in minutes since 1970.
type HeardMinutes = BTreeMap<u32, BTreeSet<u64>>;

/// A stretch of one bay in one state.
#[derive(Clone, Copy)]
struct Stretch {
    from: u64,
    to: u64,
    status: BayStatus,
    kinds: SourceKinds,
}

/// In which minutes each source was heard, and what may be used of what was said, as it was
/// acknowledged.
fn heard_and_usable(said: &[PlainReport], terms: &Terms) -> (HeardMinutes, Vec<PlainReport>) {
    let mut heard: BTreeMap<u32, BTreeSet<u64>> = BTreeMap::new();
    for s in said
        .iter()
        .filter(|s| s.at + terms.amend.max(terms.lateness) >= s.ingest && standing(s.kind) == 0)
    {
        heard.entry(s.source).or_default().insert(s.at / 60_000);
    }
    let usable = |s: &&PlainReport| {
        let unsure = s.confidence < 204
            && (s.kind == SourceKind::App
                || matches!(s.status, BayStatus::Occupied | BayStatus::Vacant));
        let unproven = s.kind == SourceKind::App && !s.trusted;
        !unsure
            && !unproven
            && s.at < terms.to
            && s.at + terms.amend.max(terms.lateness) >= s.ingest
    };
    let mut usable: Vec<PlainReport> = said.iter().filter(usable).copied().collect();
    // As they were acknowledged.
    usable.sort_by_key(|s| s.ingest);
    (heard, usable)
}

pub(super) fn figures(said: &[PlainReport], places: &[PlainBay], terms: &Terms) -> Figures {
    let (heard, usable) = heard_and_usable(said, terms);
    let mut out = Figures::default();
    for zone in places.iter().map(|p| p.zone).collect::<BTreeSet<_>>() {
        let of_zone: Vec<&PlainBay> = places.iter().filter(|p| p.zone == zone).collect();
        let of_bay = |p: &PlainBay| -> Vec<PlainReport> {
            let reports = usable.iter().filter(|s| s.bay == Some(p.bay));
            reports
                .filter(|s| s.at >= p.since && s.at < p.until)
                .copied()
                .collect()
        };
        let Some(first) = of_zone.iter().flat_map(|p| of_bay(p)).map(|s| s.at).min() else {
            continue;
        };
        for place in &of_zone {
            let stretches = stretches(&of_bay(place), &heard, place, terms);
            count(
                &stretches,
                place,
                first / HOUR_MS * HOUR_MS,
                terms,
                &mut out,
            );
        }
    }
    out.windows.retain(|_, w| *w != Window::default());
    out
}

/// What who watches, or else who has booked, says of a bay at a time.
pub(super) fn vouched(said: &[PlainReport], place: &PlainBay, terms: &Terms, at: u64) -> BayStatus {
    let (heard, usable) = heard_and_usable(said, terms);
    let told = [0, 1].into_iter().find_map(|of| {
        let own = |s: &&PlainReport| s.bay == Some(place.bay) && standing(s.kind) == of;
        let own: Vec<_> = usable.iter().filter(own).copied().collect();
        let words = words(&own, &heard, place, terms);
        let stands =
            |w: &(u64, u64, PlainReport)| w.0 <= at && at < w.1 && w.2.status != BayStatus::Unknown;
        words.into_iter().find(stands)
    });
    told.map_or(BayStatus::Unknown, |w| w.2.status)
}

/// Who watches, who has booked, who passes by.
fn standing(kind: SourceKind) -> usize {
    match kind {
        SourceKind::Sensor | SourceKind::Gate => 0,
        SourceKind::Booking => 1,
        SourceKind::App => 2,
    }
}

/// From when to when which word of those of one standing stands.
fn words(
    said: &[PlainReport],
    heard: &BTreeMap<u32, BTreeSet<u64>>,
    place: &PlainBay,
    terms: &Terms,
) -> Vec<(u64, u64, PlainReport)> {
    let times: BTreeSet<u64> = said.iter().map(|s| s.at).collect();
    let word = |at: &u64| {
        let of_time = || said.iter().filter(|s| s.at == *at);
        let greatest = of_time().map(|s| (s.source, s.seq)).max()?;
        let mut states: Vec<PlainReport> = Vec::new();
        for s in of_time().filter(|s| (s.source, s.seq) == greatest) {
            if states.iter().all(|known| known.status != s.status) {
                states.push(*s);
            }
        }
        states.last().copied()
    };
    let words: Vec<PlainReport> = times.iter().filter_map(word).collect();
    let ends = words.iter().skip(1).map(|w| w.at).chain([u64::MAX]);
    words
        .iter()
        .zip(ends)
        .map(|(w, next)| {
            let end = lapse(w, heard, place.limit, terms.max_age).min(next);
            (w.at, end, *w)
        })
        .collect()
}

/// At each time the first of the three whose word stands and is not *unknown* is told.
fn stretches(
    said: &[PlainReport],
    heard: &BTreeMap<u32, BTreeSet<u64>>,
    place: &PlainBay,
    terms: &Terms,
) -> Vec<Stretch> {
    let all = [0, 1, 2].map(|of| {
        let said = said.iter().filter(|s| standing(s.kind) == of).copied();
        words(&said.collect::<Vec<_>>(), heard, place, terms)
    });
    let end = terms.to.min(place.until);
    let mut times: BTreeSet<u64> = [place.since, end].into();
    let bounds = all.iter().flatten().flat_map(|w| [w.0, w.1]);
    times.extend(bounds.filter(|at| *at > place.since && *at < end));
    let times: Vec<u64> = times.into_iter().collect();
    let mut merged: Vec<Stretch> = Vec::new();
    for pair in times.windows(2) {
        let stands = |w: &&(u64, u64, PlainReport)| {
            w.0 <= pair[0] && pair[0] < w.1 && w.2.status != BayStatus::Unknown
        };
        let told = all.iter().find_map(|of| of.iter().find(stands));
        let status = told.map_or(BayStatus::Unknown, |w| w.2.status);
        let kinds = told.map_or(SourceKinds::default(), |w| {
            SourceKinds::default().with(w.2.kind)
        });
        match merged.last_mut() {
            Some(last) if last.status == status => {
                last.to = pair[1];
                last.kinds.0 |= kinds.0;
            }
            _ => merged.push(Stretch {
                from: pair[0],
                to: pair[1],
                status,
                kinds,
            }),
        }
    }
    merged
}

fn lapse(r: &PlainReport, heard: &BTreeMap<u32, BTreeSet<u64>>, limit: u64, max_age: u64) -> u64 {
    if standing(r.kind) > 0 {
        return (r.at + limit).min(r.at + max_age);
    }
    let mut last = r.at / 60_000;
    for minute in heard
        .get(&r.source)
        .into_iter()
        .flatten()
        .filter(|m| **m > r.at / 60_000)
    {
        if minute * 60_000 >= (last + 1) * 60_000 + limit {
            break;
        }
        last = *minute;
    }
    ((last + 1) * 60_000 + limit).min(r.at + max_age)
}

fn count(stretches: &[Stretch], place: &PlainBay, from: u64, terms: &Terms, out: &mut Figures) {
    for (i, s) in stretches.iter().enumerate() {
        let mut n = s.from / WINDOW_MS;
        while n * WINDOW_MS < s.to {
            let a = s.from.max(n * WINDOW_MS);
            let b = s.to.min((n + 1) * WINDOW_MS);
            if n * WINDOW_MS >= from {
                let w = out.windows.entry((place.zone, n * WINDOW_MS)).or_default();
                let ms = (b - a) as i64;
                let at = i64::from(a == n * WINDOW_MS);
                match s.status {
                    BayStatus::Occupied => {
                        (w.occupied_ms, w.occupied_at) = (w.occupied_ms + ms, w.occupied_at + at);
                    }
                    BayStatus::Vacant => {
                        (w.vacant_ms, w.vacant_at) = (w.vacant_ms + ms, w.vacant_at + at);
                    }
                    BayStatus::Unknown => {
                        (w.unknown_ms, w.unknown_at) = (w.unknown_ms + ms, w.unknown_at + at);
                    }
                    BayStatus::Closed => w.closed_ms += ms,
                }
            }
            n += 1;
        }
        if s.status != BayStatus::Occupied {
            continue;
        }
        let start_seen = i > 0 && stretches[i - 1].status == BayStatus::Vacant;
        let next = stretches.get(i + 1);
        let open = next.is_none() && s.to == terms.to && terms.to < place.until;
        let end_seen = next.is_some_and(|n| n.status == BayStatus::Vacant);
        let whole = start_seen && end_seen;
        let short = whole && s.to - s.from < terms.min_visit;
        let counted = if open {
            s.to - s.from >= terms.min_visit
        } else {
            !short
        };
        if start_seen && counted {
            out.windows
                .entry((place.zone, s.from / WINDOW_MS * WINDOW_MS))
                .or_default()
                .started += 1;
        }
        if open {
            continue;
        }
        let w = out
            .windows
            .entry((place.zone, s.to / WINDOW_MS * WINDOW_MS))
            .or_default();
        if short {
            w.short += 1;
        } else if whole {
            w.ended += 1;
            w.stay_ms += (s.to - s.from) as i64;
            w.stays.count(s.to - s.from);
        } else {
            w.censored += 1;
        }
        let start = Millis(s.from);
        let end = Millis(s.to);
        let bay = place.bay;
        let zone = place.zone;
        let kinds = s.kinds;
        out.visits.insert(Visit {
            bay,
            zone,
            start,
            end,
            start_seen,
            end_seen,
            kinds,
        });
    }
}
