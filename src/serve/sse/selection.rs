//! What a client asked to follow: some zones by id, those in a box, or all; with or without their
//! bays.

use crate::domain::{BBox, ZoneIx};
use crate::registry::city::City;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::{Params, quoted};
use crate::serve::sight::{Eyes, Sight};
use crate::serve::state::ReadState;
use crate::serve::told_in::ToldIn;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// The most zones that may be named.
const MAX_IDS: usize = 500;

/// With bays: the most zones.
const MAX_BAYS_ZONES: usize = 200;

/// With bays: the most bays of one client. Of each the hub remembers what it last told.
const MAX_BAYS: usize = 20_000;

/// Which zones are followed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scope {
    Everywhere,
    /// Those that are named.
    Named,
    /// Those in the box, as the client means it.
    Within(BBox),
}

/// See the module.
#[derive(Debug, PartialEq)]
pub(in crate::serve) struct Selection {
    /// Which zones belong to it, those that come later too.
    pub(super) scope: Scope,
    /// Those that do now; `None`: all.
    pub(super) zones: Option<Vec<ZoneIx>>,
    /// How many bays they have, if those are wanted too.
    pub(super) bays: Option<usize>,
    /// With what is expected of the zones.
    pub(super) forecast: bool,
    pub(super) told_in: ToldIn,
}

impl Selection {
    /// A number that another selection, or the same seen with other eyes, does not have: an id given out
    /// for one means nothing to the other.
    pub(super) fn digest(&self, eyes: &Eyes, city: &City) -> u64 {
        let zones = match self.scope {
            Scope::Named => self.zones.as_deref().unwrap_or_default(),
            Scope::Everywhere | Scope::Within(_) => &[],
        };
        // By name: a zone that is removed and put again is the same to who follows it.
        let named = zones.iter().map(|zone| &*city.zone(*zone).spec.id);
        let mut named: Vec<&str> = named.collect();
        named.sort_unstable();
        let what = format!(
            "{:?} {named:?} {} {} {:?} {eyes:?}",
            self.scope,
            self.bays.is_some(),
            self.forecast,
            self.told_in
        );
        let mut hasher = DefaultHasher::new();
        what.hash(&mut hasher);
        hasher.finish()
    }

    /// Reads `zones`, `bbox`, `bays`, `forecast` and `crs`. A box takes the zones that are in it now, and those that
    /// come into it.
    ///
    /// # Errors
    /// `bad-parameter` for what cannot be or is too much, `not-found` for zones that are none of
    /// ours.
    pub(in crate::serve) fn read(
        own: &ReadState,
        p: &Params<'_>,
        eyes: &Eyes,
    ) -> Result<Self, ApiError> {
        let told_in = ToldIn::asked(p, own.public_crs)?;
        let bbox = p.bbox("bbox")?;
        let (scope, mut zones) = match (p.text("zones"), bbox) {
            (Some(_), Some(_)) => {
                return Err(ApiError::bad(
                    "bbox",
                    "bbox cannot be given together with zones",
                ));
            }
            (Some(ids), None) => (Scope::Named, Some(named(own, ids, eyes)?)),
            (None, Some(bbox)) => (
                Scope::Within(bbox),
                Some(within(own, (bbox, told_in), eyes)),
            ),
            (None, None) => (Scope::Everywhere, None),
        };
        let bays = if p.flag("bays")? {
            let city = own.registry.city();
            let sight = Sight::new(own, &city, eyes);
            let all = || city.zones().map(|(ix, _)| ix);
            let zones =
                zones.get_or_insert_with(|| all().filter(|zone| sight.sees_zone(*zone)).collect());
            Some(count_bays(sight, zones)?)
        } else {
            None
        };
        Ok(Self {
            scope,
            zones,
            bays,
            forecast: p.flag("forecast")?,
            told_in,
        })
    }
}

fn named(own: &ReadState, ids: &str, eyes: &Eyes) -> Result<Vec<ZoneIx>, ApiError> {
    let ids: Vec<&str> = ids.split(',').collect();
    if ids.len() > MAX_IDS {
        return Err(ApiError::bad(
            "zones",
            format!("zones may name at most {MAX_IDS}, these are {}", ids.len()),
        ));
    }
    if ids.iter().any(|id| id.is_empty()) {
        return Err(ApiError::bad(
            "zones",
            "zones are ids with a comma between each two; one of these is empty",
        ));
    }
    // First the indices, then the city: the other way round the city could be older than an index.
    let found: Vec<_> = ids.iter().map(|id| own.registry.zone_called(id)).collect();
    let city = own.registry.city();
    let sight = Sight::new(own, &city, eyes);
    let found = ids
        .iter()
        .zip(found)
        .map(|(id, zone)| zone.filter(|z| sight.sees_zone(*z)).ok_or(*id));
    found
        .collect::<Result<_, _>>()
        .map_err(|id| ApiError::NotFound(format!("there is no zone {}", quoted(id))))
}

fn within(own: &ReadState, (bbox, told_in): (BBox, ToldIn), eyes: &Eyes) -> Vec<ZoneIx> {
    let city = own.registry.city();
    let sight = Sight::new(own, &city, eyes);
    city.zones()
        .filter(|(ix, zone)| told_in.lies_in(zone.spec.place, bbox) && sight.sees_zone(*ix))
        .map(|(ix, _)| ix)
        .collect()
}

/// How many bays a stream of these zones follows.
///
/// # Errors
/// `bad-parameter` for too many.
pub(super) fn count_bays(sight: Sight<'_>, zones: &[ZoneIx]) -> Result<usize, ApiError> {
    let too_many = |what: &str, limit, count| {
        let detail = format!(
            "with bays=true a stream follows at most {limit} {what}, this selection has {count}"
        );
        Err(ApiError::bad("bays", detail))
    };
    if zones.len() > MAX_BAYS_ZONES {
        return too_many("zones", MAX_BAYS_ZONES, zones.len());
    }
    let bays = zones.iter().map(|zone| sight.count_bays(*zone)).sum();
    if bays > MAX_BAYS {
        too_many("bays", MAX_BAYS, bays)
    } else {
        Ok(bays)
    }
}
