//! One feed at work: what it says, on its way to the journal.
//!
//! Promises: a row passes the same gate and the same journal as anybody's report; what an answer
//! says is told only once it is on disk, and then it is no news; nothing of it is lost if the hub
//! is killed at any moment, since the next answer says it again. Dear: reading the bytes, which is
//! done off the network's threads.

use super::anchors::{Anchors, FlowTold};
use super::credits::Credits;
use super::fetch::{Failure, Fault};
use super::standing::FeedHealth;
use super::told::ToldRows;
use super::zones::{self, ZoneMaker};
use super::{Auth, FeedAnswer, FeedConfig, FeedRow, Reader, ZonesFrom, push};
use crate::domain::{Area, Claim, Clock, Door, Millis, Parcel, Reason, Receipt, Speaker, TimeZone};
use crate::health::Health;
use crate::inbox::InboxSender;
use crate::ingest::codec::Said;
use crate::ingest::gate::{Gate, RowRules, RowSaid, RowSender, RowTally};
use crate::metrics::Metrics;
use crate::registry::Registry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Rows of one submission: so much waits for the disk at a time.
const AT_ONCE: usize = 2000;

/// What the rest of the hub provides for feeds.
#[derive(Clone)]
pub struct FeedHost {
    pub gate: Arc<Gate>,
    pub registry: Arc<Registry>,
    /// To the journal. A feed waits for room in it and is not read meanwhile.
    pub journal: InboxSender,
    pub metrics: Arc<Metrics>,
    pub health: Arc<Health>,
    pub clock: Arc<dyn Clock>,
    /// Adds the zones of static feeds.
    pub zones: Arc<dyn ZoneMaker>,
    pub credits: Arc<Credits>,
}

/// See the module.
pub struct RunningFeed {
    pub(super) config: FeedConfig,
    pub(super) host: FeedHost,
    pub(super) standing: FeedHealth,
    reader: Reader,
    speaker: Speaker,
    told: Arc<Mutex<ToldRows>>,
    anchors: Mutex<Anchors>,
    auth: Option<Auth>,
    /// Its place among the feeds.
    number: u16,
}

/// How rows came.
pub struct Delivery<'a> {
    pub speaker: &'a Speaker,
    pub door: Door,
    /// For the quarantine.
    pub place: &'a str,
    /// Of when rows without a time are; `None`: of now.
    pub told_at: Option<Millis>,
    /// Of which zones may be spoken, besides what the speaker may.
    pub area: Option<&'a Area>,
    /// Whether each refusal is kept with its text, however often it comes.
    pub keeps_all: bool,
}

impl RunningFeed {
    /// `speaker`: its source, enrolled. `number`: its place among the feeds.
    ///
    /// # Errors
    /// Names the feed and what of it cannot be used.
    pub fn new(
        config: FeedConfig,
        speaker: Speaker,
        host: FeedHost,
        number: u16,
    ) -> Result<Self, String> {
        let standing = FeedHealth::new(&config);
        let reader = Reader::new(&config)?;
        let auth = push::auth_of(&config)?;
        Ok(Self {
            config,
            host,
            standing,
            reader,
            speaker,
            told: Arc::default(),
            anchors: Mutex::default(),
            auth,
            number,
        })
    }

    /// How who pushes it is known; `None`: it is not pushed.
    #[must_use]
    pub fn auth(&self) -> Option<&Auth> {
        self.auth.as_ref()
    }

    /// Counts what came of a body that was pushed.
    pub fn count_push(&self, outcome: &str) {
        let pushes = &self.host.metrics.feeds.pushes;
        pushes
            .with_label_values(&[&*self.config.name, outcome])
            .inc();
    }

    /// It was heard; `answered`: with something of use.
    pub fn heard(&self, now: Millis, answered: bool) {
        let name = &*self.config.name;
        self.standing.well(name, now, answered);
        self.host.gate.hear(self.speaker.source);
        let heard = self.host.metrics.feeds.heard.with_label_values(&[name]);
        heard.set(now.0 as i64);
        if let Some(attribution) = &self.config.attribution {
            let day = match self.config.time_zone {
                Some(place) => TimeZone::date_of(place.day(now)),
                None => now.to_string().chars().take(10).collect(),
            };
            self.host.credits.read(self.number, attribution, &day);
        }
    }

    #[must_use]
    pub fn config(&self) -> &FeedConfig {
        &self.config
    }

    /// Its own source.
    #[must_use]
    pub fn speaker(&self) -> &Speaker {
        &self.speaker
    }

    /// How it does.
    #[must_use]
    pub fn standing(&self) -> &FeedHealth {
        &self.standing
    }

    /// What an answer says. Reads all of it: call where that may take a while.
    ///
    /// # Errors
    /// It is no such answer.
    pub fn read(&self, body: &[u8], content_type: Option<&str>) -> Result<FeedAnswer, Failure> {
        if is_page(body, content_type) {
            let why = "what came is a page for people (HTML), no data";
            return Err(Failure::new(Fault::WebPage, why));
        }
        let bytes = &self.host.metrics.feeds.bytes;
        bytes
            .with_label_values(&[&self.config.name])
            .inc_by(body.len() as u64);
        let read = self.reader.read(body, content_type, self.host.clock.now());
        let answer = read.map_err(|e| Failure::new(Fault::Malformed, e.0))?;
        self.count_odd(&answer);
        Ok(answer)
    }

    /// Adds the zones that a static feed says there are. Waits for the disk.
    pub fn make_zones(&self, answer: &FeedAnswer) -> Result<(), Failure> {
        if self.config.zones != ZonesFrom::Create {
            return Ok(());
        }
        let made = zones::make(&self.host.registry, &*self.host.zones, &answer.rows);
        let made = made.map_err(|why| Failure::new(Fault::Places, why))?;
        if made.put > 0 {
            let zones = &self.host.metrics.feeds.zones;
            zones
                .with_label_values(&[&self.config.name])
                .inc_by(made.put as u64);
            tracing::info!(
                feed = self.config.name,
                zones = made.put,
                "zones made or changed"
            );
        }
        self.standing.left_out(&self.config.name, made.left_out);
        Ok(())
    }

    /// Lets rows through the gate and waits until what came of them is on disk.
    ///
    /// # Errors
    /// [`Fault::NotStored`]: the hub is stopping. What was told before is stored.
    pub async fn hand_on(
        &self,
        rows: Vec<FeedRow>,
        by: &Delivery<'_>,
    ) -> Result<RowTally, Failure> {
        let mut all = RowTally::default();
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            let (parcel, tally) = self.take(rows.by_ref().take(AT_ONCE), by);
            all.add(&tally);
            if !parcel.is_empty() {
                self.store(parcel).await?;
            }
        }
        Ok(all)
    }

    /// Claims and refusals of rows. What is told is noted once the parcel is durable.
    pub fn take(
        &self,
        rows: impl Iterator<Item = FeedRow>,
        by: &Delivery<'_>,
    ) -> (Parcel, RowTally) {
        let now = self.host.clock.now();
        let rows = rows.filter_map(|row| self.followed(row, now));
        let (said, payloads): (Vec<_>, Vec<_>) = rows.map(|row| (row.said, row.payload)).unzip();
        let rows = said.into_iter().zip(&payloads);
        let rows = rows.map(|(said, payload)| RowSaid { said, payload });
        let rules = RowRules {
            stale_after_ms: self.config.stale_after.map(|s| s * 1000),
            told_at: by.told_at,
            area: by.area,
        };
        let from = RowSender {
            speaker: by.speaker,
            door: by.door,
            place: &by.place,
        };
        let mut out = Parcel::default();
        let mut told = locked(&self.told);
        let mut telling = told.telling(now, by.keeps_all);
        let gate = &self.host.gate;
        let tally = gate.take_rows(from, &rules, rows, &mut telling, &mut out);
        let news = telling.news;
        let vouch = !by.speaker.kind.passes_by() && tally.unchanged > 0;
        if let Some(at) = tally.newest.filter(|at| vouch && told.vouches(*at)) {
            let source = by.speaker.source;
            out.claims.push(Claim::Alive { source, at });
        }
        drop(told);
        self.credit(&out.claims);
        let told = self.told.clone();
        out.afterwards.call(move || locked(&told).note(news));
        self.count(&tally);
        (out, tally)
    }

    /// What a row says once entries and exits are added up; `None`: nothing of any bay.
    fn followed(&self, mut row: FeedRow, now: Millis) -> Option<FeedRow> {
        let flow = row.flow.take();
        match (&row.said, flow) {
            (Ok(Said::Count(said)), flow) => {
                let stale = self.config.stale_after.map(|s| s * 1000);
                let age = said.at.map_or(0, |at| now.since(at));
                if stale.is_none_or(|limit| age <= limit) {
                    locked(&self.anchors).anchor(said, flow.as_ref(), now);
                }
                Some(row)
            }
            (Ok(Said::Present(_)), Some(flow)) => {
                let moved = locked(&self.anchors).moved(&flow, &row.payload, now);
                let outcome = match &moved {
                    FlowTold::Count(_) => "used",
                    FlowTold::NotAnchored => "not_anchored",
                    FlowTold::Late => "late",
                };
                let flows = &self.host.metrics.feeds.flows;
                flows
                    .with_label_values(&[&*self.config.name, outcome])
                    .inc();
                let FlowTold::Count(said) = moved else {
                    self.host.gate.hear(self.speaker.source);
                    return None;
                };
                row.said = Ok(Said::Count(said));
                Some(row)
            }
            _ => Some(row),
        }
    }

    /// Notes who is to be named where these are shown.
    fn credit(&self, claims: &[Claim]) {
        if self.config.attribution.is_none() {
            return;
        }
        let city = self.host.registry.city();
        for claim in claims {
            let zone = match claim {
                Claim::Count(count) => count.zone,
                Claim::Bay(bay) => city.zone_of(bay.bay),
                _ => continue,
            };
            self.host.credits.give(zone, self.number);
        }
    }

    async fn store(&self, parcel: Parcel) -> Result<(), Failure> {
        let gone = || Failure::new(Fault::NotStored, "the hub is stopping");
        let (told, stored) = oneshot::channel();
        // Who asked may be gone by then: nobody is left to be told.
        let receipt = Receipt::new(move || _ = told.send(()));
        let sent = self
            .host
            .journal
            .send(parcel.into_submission(receipt))
            .await;
        sent.map_err(|_| gone())?;
        stored.await.map_err(|_| gone())
    }

    fn count(&self, tally: &RowTally) {
        let metrics = &self.host.metrics.feeds;
        let name = &*self.config.name;
        for (outcome, n) in [
            ("taken", tally.accepted),
            ("unchanged", tally.unchanged),
            ("refused", tally.refused_in_all()),
        ] {
            metrics.rows.with_label_values(&[name, outcome]).inc_by(n);
        }
        for (reason, n) in Reason::NAMES.into_iter().zip(tally.refused) {
            if n > 0 {
                metrics.refused.with_label_values(&[name, reason]).inc_by(n);
            }
        }
        if let Some(newest) = tally.newest {
            let behind = self.host.clock.now().since(newest) / 1000;
            metrics.behind.with_label_values(&[name]).set(behind as i64);
        }
    }

    fn count_odd(&self, answer: &FeedAnswer) {
        let notes = &answer.notes;
        let odd = &self.host.metrics.feeds.odd;
        for (what, n) in [
            ("clamped", notes.clamped.into()),
            ("vacant_above_capacity", notes.vacant_above_capacity.into()),
            ("none_of_none", notes.none_of_none.into()),
            ("not_told", notes.not_told.into()),
            ("time_twice", notes.time_twice.into()),
            ("time_skipped", notes.time_skipped.into()),
            ("left_out", notes.rows_left_out),
        ] {
            if n > 0 {
                odd.with_label_values(&[&*self.config.name, what]).inc_by(n);
            }
        }
        self.standing.hours_off(&self.config.name, notes.hours_off);
    }
}

/// Whether a body is a page for people: what a server shows who is not let in, or when it is being
/// repaired.
fn is_page(body: &[u8], content_type: Option<&str>) -> bool {
    let begin = body
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(body)
        .trim_ascii_start();
    let begins = |with: &str| {
        let head = begin.get(..with.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(with.as_bytes()))
    };
    let html = content_type.is_some_and(|of| of.to_ascii_lowercase().contains("html"));
    begins("<!doctype html") || begins("<html") || html && begins("<")
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
