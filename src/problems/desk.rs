//! Where problems are reported, worked on and rated.
//!
//! Promises: who has reported is counted by its key's partner or, without a key, by its address, while
//! the problem is open, and not longer; a token is shown to one and kept as its SHA-256; who works on a
//! problem never gets one for it. What changes meanwhile is told as such, and nothing is done.

use super::asked::ProblemAsked;
use super::config::{Config, OperatorConfig};
use super::flood::{HourOfReports, ReportFlood};
use super::routing::{Responsible, RoutingRound, responsible};
use crate::domain::problem::{ASKED_MS, due_at};
use crate::domain::{
    BayIx, Clock, LatLon, Millis, ProblemCode, ProblemState, SelfNamed, ZoneIx, ZoneKind,
};
use crate::limits::Owner;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::partners::Keys;
use crate::registry::city::City;
use crate::registry::{PlaceOwners, Registry};
use crate::store::{
    NewProblem, NoticeRow, ProblemBound, ProblemBounds, ProblemChange, ProblemQuestion, ProblemRow,
    ProblemWork, RatingOutcome, ReporterRow, Store, StoreError,
};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Who report one problem and are kept with it: enough to ask, and no list of the street.
const REPORTERS: u32 = 20;

/// Of those from one address, or of one partner: a rating is no election.
const REPORTERS_OF_ORIGIN: u32 = 3;

/// What a token begins with: a key's beginning, so that what hides those hides it.
const TOKEN: &str = "bh_rate_";

/// Why something is not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProblemFault {
    #[error("{} {}, which is as many as there may be", .0.limit, .0.of)]
    Flood(ReportFlood),
    #[error("there is no such problem")]
    NoSuch,
    /// What does not follow on what it is.
    #[error("a problem that is {from} does not become {to}")]
    NotNow {
        from: ProblemState,
        to: ProblemState,
    },
    #[error("it has changed meanwhile: read it again")]
    Stale,
    #[error("it is not dealt with yet: rate it once it is closed")]
    StillOpen,
    #[error(
        "the token is not good: nobody has it for this problem, or it was used, or its time is over"
    )]
    BadToken,
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for ProblemFault {
    fn from(e: StoreError) -> Self {
        match e {
            StoreError::NoSuch => Self::NoSuch,
            StoreError::Stale => Self::Stale,
            other => Self::Store(other),
        }
    }
}

/// What a desk works with.
pub struct ProblemDeskParts {
    pub config: Config,
    pub operators: Vec<OperatorConfig>,
    pub store: Store,
    pub registry: Arc<Registry>,
    /// Is told which sensors people doubt.
    pub live: Arc<Live>,
    pub clock: Arc<dyn Clock>,
    pub metrics: Arc<Metrics>,
    pub self_named: SelfNamed,
}

impl ProblemDeskParts {
    /// With all settings as they are by default, and no operators.
    #[must_use]
    pub fn usual(
        store: Store,
        self_named: SelfNamed,
        (registry, live): (Arc<Registry>, Arc<Live>),
        (clock, metrics): (Arc<dyn Clock>, Arc<Metrics>),
    ) -> Self {
        Self {
            config: Config::default(),
            operators: Vec::new(),
            store,
            registry,
            live,
            clock,
            metrics,
            self_named,
        }
    }
}

/// See the module.
pub struct ProblemDesk {
    pub(super) parts: ProblemDeskParts,
    hour: Mutex<HourOfReports>,
    /// Once it is known who owns private bays.
    owners: OnceLock<Arc<dyn PlaceOwners>>,
    pub(super) round: Mutex<RoutingRound>,
}

/// A report that was taken.
#[derive(Clone, Debug)]
pub struct ReportTaken {
    pub row: ProblemRow,
    /// Nobody had reported it before.
    pub is_new: bool,
    /// What it may be rated with, shown this once.
    pub token: Option<String>,
}

/// What an operator says.
#[derive(Clone, Copy, Debug)]
pub struct ProblemSaid<'a> {
    pub state: Option<ProblemState>,
    pub notice: Option<&'a str>,
    pub duplicate_of: Option<i64>,
    /// The partner that says it.
    pub author: &'a str,
}

impl ProblemDesk {
    #[must_use]
    pub fn new(parts: ProblemDeskParts) -> Self {
        Self {
            parts,
            hour: Mutex::default(),
            owners: OnceLock::new(),
            round: Mutex::default(),
        }
    }

    /// From now on open problems go to whom their place belongs to, also where that changes.
    pub fn follow_owners(&self, owners: Arc<dyn PlaceOwners>) {
        // Who owns bays does not become another matter while a hub runs.
        let _ = self.owners.set(owners);
    }

    pub(super) fn owners(&self) -> Option<&dyn PlaceOwners> {
        self.owners.get().map(|owners| &**owners)
    }

    /// Whose a place is, and who is to deal with a problem there.
    pub(super) fn answers_for(
        &self,
        city: &City,
        (bay, zone): (Option<BayIx>, Option<ZoneIx>),
        code: ProblemCode,
    ) -> (Option<Arc<str>>, Responsible) {
        let ProblemDeskParts {
            config,
            operators,
            self_named,
            ..
        } = &self.parts;
        let owners = self.owners().zip(zone);
        let owner = owners.and_then(|(owners, zone)| owners.owner_in(city, bay, zone));
        let place = (zone.map(|zone| &city.zone(zone).spec), owner.as_ref());
        let of = responsible(config, operators, self_named, place, code);
        (owner, of)
    }

    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.parts.config
    }

    #[must_use]
    pub fn operators(&self) -> &[OperatorConfig] {
        &self.parts.operators
    }

    /// Takes a report: a new problem, or one vote more of one that is open.
    ///
    /// # Errors
    /// [`ProblemFault::Flood`], or the store's.
    pub async fn report(&self, asked: ProblemAsked) -> Result<ReportTaken, ProblemFault> {
        let ProblemDeskParts {
            store, registry, ..
        } = &self.parts;
        let now = self.parts.clock.now();
        if asked.reporter.is_none() {
            self.take_one(asked.origin, now)?;
        }
        let city = registry.city().clone();
        let zone = asked.zone.map(|zone| &city.zone(zone).spec);
        let (owner, of) = self.answers_for(&city, (asked.bay, asked.zone), asked.code);
        let bay = asked.bay.map(|bay| city.bay_id(bay));
        let own = asked.bay.map(|bay| city.place(bay));
        let place = asked.place.or(own).or_else(|| zone.map(|zone| zone.place));
        let origin = match &asked.reporter {
            Some(partner) => format!("key:{partner}"),
            None => format!("{:?}", asked.origin),
        };
        // Who works on it does not rate it.
        let judges = asked.reporter.is_none() || asked.reporter.as_deref() != of.partner.as_deref();
        let token = judges.then(|| format!("{TOKEN}{:032x}", rand::random::<u128>()));
        let new = NewProblem {
            code: asked.code,
            spot: &asked.spot(bay, zone, owner.as_ref()),
            bay,
            zone: zone.map(|zone| &*zone.id),
            is_private: zone.is_some_and(|zone| zone.kind == ZoneKind::Private),
            address: asked.address.as_deref(),
            place_e7: place.map(LatLon::e7),
            description: &asked.description,
            media_url: asked.media_url.as_deref(),
            operator: &of.operator,
            partner: of.partner.as_deref(),
            reporter: asked.reporter.as_deref(),
            origin: &origin,
            at: now,
            expected_at: due_at(now, of.due_min),
            contact: &asked.contact,
            token: token.as_deref().map(Keys::digest),
        };
        let kept = store.report_problem(&new, self.bounds(&asked)).await?;
        let kept = kept.map_err(|bound| self.full(bound, &asked))?;
        self.parts
            .metrics
            .problems
            .reported(asked.code, kept.is_new);
        if let (true, Some(bay), Some(partner)) = (asked.doubts, bay, &asked.reporter) {
            store.doubt_sensor(bay, partner, now).await?;
            self.tell_doubts(now).await?;
        }
        Ok(ReportTaken {
            row: kept.row,
            is_new: kept.is_new,
            token: token.filter(|_| kept.is_kept),
        })
    }

    const fn bounds(&self, asked: &ProblemAsked) -> ProblemBounds {
        let config = &self.parts.config;
        ProblemBounds {
            // Who has no key must not find the door shut by those who have one.
            in_all: match asked.reporter {
                Some(_) => config.open_in_all - config.open_in_all / 4,
                None => config.open_in_all,
            },
            of_origin: match asked.reporter {
                Some(_) => config.open_per_partner,
                None => config.open_per_address,
            },
            reporters: REPORTERS,
            reporters_of_origin: REPORTERS_OF_ORIGIN,
        }
    }

    fn take_one(&self, owner: Owner, now: Millis) -> Result<(), ProblemFault> {
        let config = &self.parts.config;
        let most = (config.reports_per_hour, config.reports_per_hour_per_address);
        let mut hour = self.hour.lock().unwrap_or_else(PoisonError::into_inner);
        hour.take(owner, now, most).map_err(|flood| {
            self.parts.metrics.problems.refused();
            ProblemFault::Flood(flood)
        })
    }

    /// Whoever waits for room cannot be told when there will be: an hour is a try.
    fn full(&self, bound: ProblemBound, asked: &ProblemAsked) -> ProblemFault {
        self.parts.metrics.problems.refused();
        let bounds = self.bounds(asked);
        let (of, limit) = match (bound, &asked.reporter) {
            (ProblemBound::InAll, _) => ("problems that are open", bounds.in_all),
            (ProblemBound::OfOrigin, Some(_)) => ("open problems of one partner", bounds.of_origin),
            (ProblemBound::OfOrigin, None) => ("open problems from one address", bounds.of_origin),
        };
        ProblemFault::Flood(ReportFlood {
            of,
            limit: limit.into(),
            retry_after_s: 3600,
        })
    }

    /// Carries out what an operator says of a problem: that it may is for the caller to know.
    ///
    /// # Errors
    /// [`ProblemFault::NotNow`], [`ProblemFault::Stale`], [`ProblemFault::NoSuch`], or the store's.
    pub async fn say(&self, id: i64, said: ProblemSaid<'_>) -> Result<ProblemRow, ProblemFault> {
        let store = &self.parts.store;
        let row = store.problem(id).await?;
        let to = said.state.unwrap_or(row.state);
        let stays = to == row.state && !row.state.is_over();
        if !stays && !row.state.may_become(to) {
            return Err(ProblemFault::NotNow {
                from: row.state,
                to,
            });
        }
        if let Some(other) = said.duplicate_of {
            store.problem(other).await?;
        }
        let now = self.parts.clock.now();
        let was_late = row.overdue_at.is_some();
        let change = ProblemChange {
            from: row.state,
            to,
            notice: said.notice,
            duplicate_of: said.duplicate_of,
            author: said.author,
            authority: self.parts.config.authority_partner.as_deref(),
            at: now,
        };
        let row = store.change_problem(id, &change).await?;
        if row.overdue_at.is_some() && !was_late {
            self.parts.metrics.problems.late.inc();
        }
        if row.closed_at.is_some() && row.code == ProblemCode::SensorWrong {
            self.tell_doubts(now).await?;
        }
        Ok(row)
    }

    /// Rates how a problem was dealt with, from 1 to 5; the token is spent.
    ///
    /// # Errors
    /// [`ProblemFault::StillOpen`], [`ProblemFault::BadToken`], or the store's.
    pub async fn rate(&self, id: i64, token: &str, stars: u8) -> Result<(), ProblemFault> {
        let now = self.parts.clock.now();
        let since = Millis(now.0.saturating_sub(ASKED_MS));
        let digest = Keys::digest(token);
        let store = &self.parts.store;
        match store
            .rate_problem(id, (&digest, stars), (since, now))
            .await?
        {
            RatingOutcome::Rated => Ok(()),
            RatingOutcome::StillOpen => Err(ProblemFault::StillOpen),
            RatingOutcome::BadToken => Err(ProblemFault::BadToken),
        }
    }

    /// One problem.
    ///
    /// # Errors
    /// [`ProblemFault::NoSuch`].
    pub async fn problem(&self, id: i64) -> Result<ProblemRow, ProblemFault> {
        Ok(self.parts.store.problem(id).await?)
    }

    /// Those of these numbers that there are, in any order.
    ///
    /// # Errors
    /// The store's.
    pub async fn named(&self, ids: &[i64]) -> Result<Vec<ProblemRow>, ProblemFault> {
        Ok(self.parts.store.problems_named(ids).await?)
    }

    /// What was said of a problem, and who has reported it: for who works on it.
    ///
    /// # Errors
    /// The store's.
    pub async fn behind(
        &self,
        id: i64,
    ) -> Result<(Vec<NoticeRow>, Vec<ReporterRow>), ProblemFault> {
        let store = &self.parts.store;
        let notices = store.problem_notices(id).await?;
        Ok((notices, store.problem_reporters(id).await?))
    }

    /// What everybody may be told, the newest first.
    ///
    /// # Errors
    /// The store's.
    pub async fn problems(&self, of: &ProblemQuestion) -> Result<Vec<ProblemRow>, ProblemFault> {
        Ok(self.parts.store.problems(of).await?)
    }

    /// What is to be worked on.
    ///
    /// # Errors
    /// The store's.
    pub async fn work(&self, of: &ProblemWork) -> Result<Vec<ProblemRow>, ProblemFault> {
        Ok(self.parts.store.problem_work(of).await?)
    }
}
