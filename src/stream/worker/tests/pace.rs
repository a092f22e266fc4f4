//! Rates that change by the half-hour and by tables: what is believed is a function of the journal.

use super::*;
use crate::belief::{Exposure, HALF_HOUR_S, Made, Timetable, WeekFit, Windows};
use crate::domain::CountWord;
use crate::domain::in_shard;
use crate::stream::checkpoint::{JUDGED, SOURCES, Saved};
use crate::stream::rates::RateTables;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use std::collections::BTreeMap;

/// Tables 1 and 2, in which no half-hour is like the next.
struct TwoTables(Arc<Registry>);

impl RateTables for TwoTables {
    fn table(&self, number: u32) -> Option<Arc<Timetable>> {
        let mut rng = StdRng::seed_from_u64(number.into());
        (number <= 2).then(|| fitted(&self.0, number, || rng.random_range(60..9000)))
    }
}

/// Table 1, in which all goes quickly, and 2, in which nothing does.
struct QuickThenSlow(Arc<Registry>);

impl RateTables for QuickThenSlow {
    fn table(&self, number: u32) -> Option<Arc<Timetable>> {
        let mean = if number == 1 { 60 } else { 90_000 };
        Some(fitted(&self.0, number, || mean))
    }
}

/// A table of the mean times that `mean` gives, in seconds: of a stay, of a vacancy, and so on.
fn fitted(registry: &Registry, number: u32, mut mean: impl FnMut() -> u32) -> Arc<Timetable> {
    let city = registry.city();
    let zones: Vec<_> = city.zones().map(|(_, z)| (z.number, z.spec.kind)).collect();
    let mut fit = WeekFit::new(zones.clone());
    for day in 0..7 {
        for half in 0..48 {
            let stay = mean();
            let vacancy = mean();
            let seen = Exposure {
                arrivals: 200,
                vacant_s: 200 * vacancy,
                departures: 200,
                occupied_s: 200 * stay,
            };
            let each = |(n, _): &(u32, _)| fit.add(*n, half, seen, 0);
            zones.iter().for_each(each);
        }
        fit.close_day(day);
    }
    let made = Made {
        number,
        offset_s: 8 * 3600,
        until: Millis(T0),
    };
    Arc::new(fit.done(made))
}

/// Claims by ingest time, and which table is put in force with them.
struct Moment {
    ingest: Millis,
    claims: Vec<Claim>,
    table: Option<u32>,
}

/// Zones of all shards.
const ZONES: u32 = 2048;
const STEPS: usize = 420;

/// Ten hours of sensors, apps and gates at 64 zones. The last table is not there.
fn day(seed: u64) -> Vec<Moment> {
    let mut rng = StdRng::seed_from_u64(seed);
    let step = |n: usize| {
        let ingest = Millis(T0 + n as u64 * 87_000);
        let claims = (0..30).map(|n_th| {
            if n_th % 5 == 4 {
                let zone = ZoneIx(rng.random_range(0..64) * (ZONES / 64));
                let vacant = rng.random_range(0..3);
                return gates_count(zone, ingest, vacant);
            }
            let watched = rng.random_bool(0.5);
            let bay = rng.random_range(0..64) * (2 * ZONES / 64);
            let partner = rng.random_range(0..5);
            let slot = rng.random_range(1..999);
            let weight = rng.random_range(4..18);
            // Every other zone has sensors, and now and then another hears one of them.
            let is_sensor = watched && (bay / (2 * ZONES / 64)).is_multiple_of(2);
            let sensor = if rng.random_bool(0.2) { 20 } else { 1 };
            let bay = bay + u32::from(is_sensor && rng.random_bool(0.5));
            Claim::Bay(Observation {
                at: Millis(ingest.0 - rng.random_range(0..40_000)),
                seq: n as u64,
                bay: BayIx(bay),
                source: SourceIx(if is_sensor {
                    sensor
                } else {
                    2 + u32::from(partner)
                }),
                source_kind: [SourceKind::App, SourceKind::Sensor][usize::from(is_sensor)],
                status: [BayStatus::Vacant, BayStatus::Occupied][rng.random_range(0..2)],
                confidence: 247,
                backing: Backing::of_key(false, partner).of_contributor(slot, weight, true),
            })
        });
        let claims = claims.collect();
        let table = [(130, 1), (250, 2), (330, 7), (380, 1)];
        let table = table.iter().find(|t| t.0 == n).map(|t| t.1);
        Moment {
            ingest,
            claims,
            table,
        }
    };
    (0..STEPS).map(step).collect()
}

/// Of a zone of two bays.
fn gates_count(zone: ZoneIx, at: Millis, vacant: u32) -> Claim {
    let Claim::Count(c) = count(zone, at.0, vacant) else {
        unreachable!()
    };
    Claim::Count(CountObservation {
        word: CountWord {
            capacity: Some(2),
            ..c.word
        },
        ..c
    })
}

/// Workers that share a schedule.
struct Crew {
    registry: Arc<Registry>,
    schedule: Arc<RateSchedule>,
    workers: Vec<Worker>,
}

impl Crew {
    fn new(registry: &Arc<Registry>, peers: u32, saved: &Saved) -> Self {
        let tables = Arc::new(TwoTables(registry.clone()));
        let schedule = Arc::new(RateSchedule::new(Some(tables), saved.table()));
        let seen = Arc::new(SourcesSeen::new(100, peers as usize));
        seen.restore(&saved.seen);
        let staleness = Staleness {
            default_s: 900,
            max_age_ms: 24 * 60 * MIN,
            sweep_ms: 0,
        };
        let worker = |me| {
            let model = Arc::new(Remembered::default());
            let worker = Worker::new(
                (me, peers),
                registry.clone(),
                seen.clone(),
                model,
                staleness,
            );
            let mut worker = worker.at_rates(schedule.clone()).believing(None);
            worker.restore(saved);
            worker
        };
        Self {
            registry: registry.clone(),
            workers: (0..peers).map(worker).collect(),
            schedule,
        }
    }

    fn take(&mut self, step: &Moment) {
        if let Some(table) = step.table {
            self.schedule.say(step.ingest, table, step.ingest);
        }
        let city = self.registry.city();
        let shard = |c: &Claim| match c {
            Claim::Bay(o) => shard_of(city.zone_of(o.bay)),
            Claim::Count(c) => shard_of(c.zone),
            _ => 0,
        };
        let mut sorted: Vec<_> = step.claims.iter().map(|c| (shard(c), *c)).collect();
        sorted.sort_by_key(|c| c.0);
        let peers = self.workers.len() as u32;
        for (me, worker) in self.workers.iter_mut().enumerate() {
            let own = (0..crate::domain::SHARDS).filter(|s| owner(*s, peers) == me as u32);
            let own: Vec<_> = own
                .flat_map(|s| in_shard(&sorted, s))
                .map(|c| c.1)
                .collect();
            worker.apply(&own, step.ingest);
            worker.publish();
        }
    }

    fn tick(&mut self, ingest: Millis) {
        for worker in &mut self.workers {
            worker.tick(ingest);
            worker.publish();
        }
    }

    /// All blocks of a checkpoint at `at`, by tag.
    fn blocks(&mut self, at: Millis) -> BTreeMap<u32, Vec<u8>> {
        let mut blocks = BTreeMap::new();
        // Sums: whichever worker judged.
        let mut judged = Windows::default();
        for worker in &mut self.workers {
            worker.turn(at);
            let mut copy = worker.copied();
            copy.table = worker.table(at);
            let each = |tag, bytes: &[u8]| {
                if tag == JUDGED {
                    judged.read(bytes).unwrap();
                } else {
                    blocks.insert(tag, bytes.to_vec());
                }
                Ok::<_, ()>(())
            };
            copy.blocks(each).unwrap();
        }
        judged.write(blocks.entry(JUDGED).or_default());
        blocks
    }
}

const END: Millis = Millis(T0 + STEPS as u64 * 87_000);

/// What all of it ends in: by so many workers, begun anew from checkpoints by others after those
/// steps, looked at meanwhile or not.
fn end_of(
    steps: &[Moment],
    peers: &[u32],
    cuts: &[usize],
    looking: bool,
) -> BTreeMap<u32, Vec<u8>> {
    let registry = testing::city(ZONES as usize, 2);
    let mut crew = Crew::new(&registry, peers[0], &Saved::default());
    for (n, step) in steps.iter().enumerate() {
        crew.take(step);
        if looking {
            crew.tick(step.ingest.plus(20_000));
        }
        if let Some(turn) = cuts.iter().position(|cut| *cut == n) {
            let mut saved = Saved::default();
            for (tag, bytes) in crew.blocks(step.ingest.plus(1)) {
                saved.read(tag, &bytes).unwrap();
            }
            crew = Crew::new(&registry, peers[(turn + 1) % peers.len()], &saved);
        }
    }
    let mut blocks = crew.blocks(END);
    // One worker may know already what another has heard.
    blocks.remove(&SOURCES);
    blocks
}

#[test]
fn any_number_of_workers_from_any_cut_ends_in_the_same_bits_across_tables_and_half_hours() {
    for seed in 0..u64::from(crate::long::cases(2)) {
        let steps = day(seed);
        let one = end_of(&steps, &[1], &[], false);
        assert!(one.values().map(Vec::len).sum::<usize>() > 5000);
        for peers in [2, 7] {
            assert_eq!(end_of(&steps, &[peers], &[], false), one, "{peers} workers");
        }
        for cuts in [[129, 130], [100, 131], [249, 333], [330, 395], [5, 380]] {
            let anew = end_of(&steps, &[2, 7, 1], &cuts, false);
            assert_eq!(anew, one, "begun anew after {cuts:?}");
        }
    }
}

#[test]
fn where_in_the_journal_a_table_comes_into_force_shows_in_what_is_believed() {
    let mut steps = day(5);
    let with = end_of(&steps, &[1], &[], false);
    steps[130].table = None;
    steps[131].table = Some(1);
    steps[380].table = None;
    assert_ne!(end_of(&steps, &[1], &[], false), with);
}

#[test]
fn rounds_leave_no_trace_across_tables_and_half_hours() {
    let ends = |looking| {
        let registry = testing::city(ZONES as usize, 2);
        let mut crew = Crew::new(&registry, 1, &Saved::default());
        for step in &day(9) {
            crew.take(step);
            if looking {
                crew.tick(step.ingest.plus(16_000));
                crew.tick(step.ingest.plus(32_000));
            }
        }
        let worker = &mut crew.workers[0];
        let doubts: Vec<u32> = worker.cells.iter().map(|cell| cell.doubt).collect();
        let beliefs = worker.beliefs.as_mut().unwrap();
        // What is spent may be gone or not.
        beliefs.relax_all(END.plus(1), |bay| &worker.cells[bay.at()]);
        let pools = beliefs
            .pools()
            .filter(|(_, bytes)| !crate::belief::Pools::from_bytes(*bytes).is_spent());
        let mut pools: Vec<_> = pools.collect();
        pools.sort_by_key(|pool| pool.0);
        assert!(pools.len() > 20);
        let mut twins: Vec<_> = beliefs.twins.iter().collect();
        twins.sort_by_key(|(bay, twin)| (*bay, twin.word.source()));
        assert!(twins.len() > 20);
        let counted = worker.zones.iter().flat_map(ZoneCell::counted);
        let errors: Vec<_> = counted.map(|(_, count)| count.error).collect();
        let learnt = errors.iter().filter(|e| e.bits() != 0).count();
        assert!(learnt > 20, "{learnt} of {}", errors.len());
        (doubts, pools, twins, errors)
    };
    assert_eq!(ends(true), ends(false));
}

#[test]
fn what_was_spent_when_a_slower_table_took_over_stays_spent_whoever_looked() {
    let ends = |looking: bool| {
        let registry = testing::city(1, 1);
        let mut r = rig_of(registry.clone(), false);
        let schedule = RateSchedule::new(Some(Arc::new(QuickThenSlow(registry))), 1);
        let schedule = Arc::new(schedule);
        r.worker = r.worker.at_rates(schedule.clone()).believing(None);
        let says = |r: &mut WorkerRig, at: u64, partner| {
            let word = claim(r, "Z0-0", at, 7, SourceKind::App, BayStatus::Vacant);
            let Claim::Bay(o) = word else { unreachable!() };
            let backing = Backing::of_key(false, partner).of_contributor(9, 12, true);
            r.worker
                .apply(&[Claim::Bay(Observation { backing, ..o })], Millis(at));
        };
        says(&mut r, T0, 1);
        // Of a report of 1.5 nat nothing is left after ten minutes.
        if looking {
            r.at(T0 + 10 * MIN);
            assert_eq!(r.worker.beliefs.iter().flat_map(Beliefs::pools).count(), 0);
        }
        schedule.say(Millis(T0 + 11 * MIN), 2, Millis(T0));
        says(&mut r, T0 + 12 * MIN, 2);
        r.worker.publish();
        r.worker
            .beliefs
            .iter()
            .flat_map(Beliefs::pools)
            .collect::<Vec<_>>()
    };
    assert_eq!(ends(true), ends(false));
}

proptest! {
    /// In one stretch or in two, over tables' half-hours as within one.
    #[test]
    fn time_passes_in_two_stretches_as_in_one(
        start in 0..3_000_000u32, first in 0..90_000u32, then in 0..90_000u32,
        occupied in any::<bool>(), zone in 0..3u32,
    ) {
        let registry = testing::city(3, 1);
        let tables = Arc::new(TwoTables(registry.clone()));
        let schedule = Arc::new(RateSchedule::new(Some(tables), 1));
        let pace = Pace::new(schedule, &registry.city());
        let zone = ZoneIx(zone);
        let whose = (zone, occupied);
        let t0 = 1_795_402_800 + start;
        let t1 = t0 + first;
        let t2 = t1 + then;
        let doubt = crate::belief::Doubt::first(occupied, pace.rates(zone, t0));
        let once = pace.advance(doubt, whose, t0, t2);
        let twice = pace.advance(pace.advance(doubt, whose, t0, t1), whose, t1, t2);
        prop_assert_eq!(once, twice);
        // Of a count's news, to what is rounded off in each of so many half-hours.
        let news = 1_000_000_000;
        let once = pace.left(zone, news, t0, t2);
        let twice = pace.left(zone, pace.left(zone, news, t0, t1), t1, t2);
        prop_assert!(once.abs_diff(twice) < 100_000, "{} and {}", once, twice);
        let other = t0 / HALF_HOUR_S * HALF_HOUR_S + HALF_HOUR_S;
        prop_assert_ne!(pace.rates(zone, t0), pace.rates(zone, other));
    }
}

mod shown;
