//! What the authority's routes share: who asks, which zones are meant, and what they are called.

use crate::domain::{BBox, Calendar, Millis, ZoneKind};
use crate::history::{Discretion, FiguresPage, History, Question, ResumeAt};
use crate::ingest::connector::Feeds;
use crate::ingest::gate::Ledger;
use crate::live::{Live, is_private};
use crate::registry::Registry;
use crate::registry::city::City;
use crate::serve::Authority;
use crate::serve::http::auth::Doorman;
use crate::serve::http::cursor;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::{Params, quoted};
use crate::serve::http::work::WorkRoom;
use crate::serve::sight::Eyes;
use crate::sharing::Desk;
use axum::extract::FromRef;
use std::sync::Arc;

/// The most zones of one question.
const MAX_IDS: usize = 500;

/// What the routes need.
pub(in crate::serve) struct AuthorityState {
    pub(in crate::serve) doorman: Doorman,
    pub(in crate::serve) registry: Arc<Registry>,
    pub(in crate::serve) live: Arc<Live>,
    /// Knows whose a bay is.
    pub(in crate::serve) desk: Arc<Desk>,
    pub(in crate::serve) authority: Authority,
    pub(in crate::serve) feeds: Arc<Feeds>,
    /// Questions that may be worked on at a time; more wait. One may decode fifty files: anybody
    /// may ask, but not everybody at once.
    pub(in crate::serve) room: WorkRoom,
}

/// How many questions are worked on at a time.
pub(in crate::serve) const AT_A_TIME: usize = 4;

impl FromRef<Arc<AuthorityState>> for Doorman {
    fn from_ref(authority_state: &Arc<AuthorityState>) -> Self {
        authority_state.doorman.clone()
    }
}

impl AuthorityState {
    /// Does what may wait for files on a thread that may, once there is room.
    pub(in crate::serve) async fn work<T: Send + 'static>(
        &self,
        answer: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.room.work(answer).await
    }

    pub(in crate::serve) fn history(&self) -> &History {
        &self.authority.history
    }

    pub(in crate::serve) fn ledger(&self) -> &Ledger {
        &self.authority.ledger
    }

    pub(in crate::serve) fn calendar(&self) -> Calendar {
        self.authority.calendar
    }

    /// Whether figures of the zone are told to those eyes: a private one's to its owner and the
    /// authority alone. Of one that is gone nobody knows what it was.
    pub(in crate::serve) fn sees(&self, eyes: &Eyes, city: &City, number: u32) -> bool {
        let zone = city.zone_numbered(number);
        *eyes == Eyes::All
            || zone.is_some_and(|zone| {
                !is_private(city, zone) || eyes.own_zone(&self.desk, city, zone)
            })
    }

    /// The numbers of the zones named by `zone` or lying in `bbox`, ascending; `None`: all. One that
    /// is not seen is named in vain, as one that is not there.
    pub(in crate::serve) fn zones(
        &self,
        p: &Params<'_>,
        eyes: &Eyes,
    ) -> Result<Option<Vec<u32>>, ApiError> {
        match (p.text("zone"), p.bbox("bbox")?) {
            (Some(_), Some(_)) => Err(ApiError::bad(
                "bbox",
                "bbox cannot be given together with zone",
            )),
            (Some(ids), None) => self.named(ids, eyes).map(Some),
            (None, bbox) => Ok(bbox.map(|bbox| self.within(bbox))),
        }
    }

    fn named(&self, ids: &str, eyes: &Eyes) -> Result<Vec<u32>, ApiError> {
        let ids: Vec<&str> = ids.split(',').collect();
        if ids.len() > MAX_IDS {
            return Err(ApiError::bad(
                "zone",
                format!(
                    "zone may name at most {MAX_IDS} zones, these are {}",
                    ids.len()
                ),
            ));
        }
        let found: Vec<_> = ids
            .iter()
            .map(|id| (id, self.registry.zone_called(id)))
            .collect();
        let city = self.registry.city();
        let numbers = found.into_iter().map(|(id, zone)| {
            let number = zone.map(|zone| city.zone(zone).number);
            let number = number.filter(|number| self.sees(eyes, &city, *number));
            number.ok_or_else(|| ApiError::NotFound(format!("there is no zone {}", quoted(id))))
        });
        let mut numbers = numbers.collect::<Result<Vec<u32>, _>>()?;
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }

    pub(in crate::serve) fn within(&self, bbox: BBox) -> Vec<u32> {
        let city = self.registry.city();
        let inside = city
            .zones()
            .filter(|(_, zone)| bbox.contains(zone.spec.place));
        let mut numbers: Vec<u32> = inside.map(|(_, zone)| zone.number).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Gives a zone's id to `each`; also of one that is gone.
    pub(in crate::serve) fn id(&self, city: &City, number: u32, each: &mut dyn FnMut(&str)) {
        match city.zone_numbered(number) {
            Some(zone) => each(&city.zone(zone).spec.id),
            None => each(&self.authority.names.zone(number)),
        }
    }

    /// The figures as whoever is not the authority may see them, from `least` visits a cell on.
    pub(in crate::serve) fn discreet(
        &self,
        question: &Question<'_>,
        least: i64,
        eyes: &Eyes,
    ) -> FiguresPage {
        let city = self.registry.city();
        let never = |zone| self.is_single(&city, zone);
        let discretion = Discretion {
            least,
            never: &never,
        };
        let mut page = self.history().discreet_page(question, discretion);
        page.rows.retain(|row| self.sees(eyes, &city, row.zone));
        page
    }

    /// Whether nobody but the authority is told of a zone: it is one bay, or it is gone and nobody
    /// knows what it was.
    fn is_single(&self, city: &City, number: u32) -> bool {
        let Some(ix) = city.zone_numbered(number) else {
            return true;
        };
        let zone = city.zone(ix);
        let bays = city.bays_of(ix).take(2).count() as u32;
        // A private zone is its bays; of others the capacity counts where bays are only counted.
        let counted = zone.capacity().max(self.live.zone(ix).capacity);
        let many = if zone.spec.kind == ZoneKind::Private && bays > 0 {
            bays
        } else {
            bays.max(counted)
        };
        many < 2
    }
}

/// `from` and `to`: by default from 24 hours before what is settled on, and as far as it goes.
pub(in crate::serve) fn stretch(
    p: &Params<'_>,
    settled_to: Millis,
) -> Result<(Millis, Millis), ApiError> {
    let to = p.time("to")?;
    let from = p.time("from")?.unwrap_or(Millis(
        to.unwrap_or(settled_to).0.saturating_sub(24 * 3_600_000),
    ));
    // Without an end: as far as it goes.
    let to = to.unwrap_or(Millis::MAX);
    if from >= to {
        return Err(ApiError::bad(
            "to",
            format!("to must lie after from; {to} does not lie after {from}"),
        ));
    }
    Ok((from, to))
}

pub(in crate::serve) fn place(p: &Params<'_>) -> Result<Option<ResumeAt>, ApiError> {
    let read = |text| {
        cursor::read_place(text).map(|(start, zone)| ResumeAt {
            start: Millis(start),
            zone,
        })
    };
    p.text("cursor").map(read).transpose()
}
