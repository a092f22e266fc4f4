//! What partners ask of their endpoints: make, list, change, try out, look back.
//!
//! Promises: what is answered is in the store. An endpoint of another partner is one that is not there,
//! and so is one whose events the asking key may not be told: a key of a lamp post must not turn an
//! endpoint for bookings to itself. A secret is told when it is made and never again.

mod trial;

pub use trial::EndpointTrial;

use super::config::{Config, MOST_ENDPOINTS};
use super::dispatch::{DispatchParts, DispatchShared, Dispatcher};
use super::event::{EventFamily, Events};
#[cfg(test)]
use super::places::SeenZone;
use super::places::{WatchedZones, ZoneEyes};
use super::secret::SigningSecret;
use super::send::read_target;
#[cfg(test)]
use crate::domain::ZoneIx;
use crate::domain::{Clock, Millis};
use crate::live::Live;
use crate::metrics::Metrics;
use crate::partners::Scopes;
use crate::registry::Registry;
use crate::store::{DeliveryPage, DeliveryRow, Store, StoreError, WebhookRow};
use std::sync::Arc;

/// How long an old secret signs beside the new one, ms.
const OLD_SIGNS_MS: u64 = 24 * 3_600_000;

/// From how many vacant bays on a zone is available again, where nobody says: one car that comes and
/// goes must not be news each time.
const THRESHOLD: u32 = 2;

/// An endpoint to be made.
#[derive(Clone, Debug)]
pub struct NewEndpoint {
    pub partner: Arc<str>,
    pub scopes: Scopes,
    pub url: String,
    pub events: Events,
    pub zones: WatchedZones,
    pub threshold: Option<u32>,
    pub secret: Option<String>,
}

/// What is to change of one; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct EndpointChange {
    pub url: Option<String>,
    pub events: Option<Events>,
    pub zones: Option<WatchedZones>,
    pub threshold: Option<u32>,
    pub is_enabled: Option<bool>,
}

/// An endpoint as it is told.
#[derive(Clone, Debug)]
pub struct ShownEndpoint {
    pub id: String,
    pub url: String,
    pub events: Events,
    pub zones: WatchedZones,
    pub threshold: u32,
    pub is_enabled: bool,
    /// Why it is disabled, and since when.
    pub disabled: Option<(String, Millis)>,
    /// Until when the secret before signs too.
    pub old_secret_until: Option<Millis>,
    pub created_at: Millis,
}

/// Why something is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookFault {
    /// A member that cannot be, by its name.
    Unfit(&'static str, String),
    /// The key may not be told of these.
    Beyond(EventFamily),
    /// There are as many as there may be.
    Full(u32),
    NoSuch,
    /// There is one of that name.
    Taken,
    /// Until then the secret before the one that signs does so too.
    OldSigns(Millis),
    /// Too many are trying endpoints out.
    Busy,
    /// The store cannot do it now.
    Away(String),
}

impl From<StoreError> for WebhookFault {
    fn from(e: StoreError) -> Self {
        match e {
            StoreError::NoSuch => Self::NoSuch,
            other => Self::Away(other.to_string()),
        }
    }
}

/// See the module.
pub struct WebhookDesk {
    pub(super) config: Config,
    pub(super) shared: Arc<DispatchShared>,
}

impl WebhookDesk {
    /// Beside who tells the endpoints.
    #[must_use]
    pub fn new(config: Config, dispatcher: &Dispatcher) -> Self {
        Self {
            config,
            shared: dispatcher.shared(),
        }
    }

    /// One for tests and fuzzers, beside nobody who tells.
    ///
    /// # Errors
    /// As `Poster::new`.
    pub fn silent(
        store: Store,
        city: (Arc<Registry>, Arc<Live>),
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, String> {
        let parts = DispatchParts::silent(store, city, clock, metrics)?;
        let config = parts.config.clone();
        Ok(Self::new(config, &Dispatcher::new(parts)))
    }

    /// Says who sees what partners may see of zones; the first to say so is asked.
    pub fn see_with(&self, eyes: Arc<dyn ZoneEyes>) {
        let _ = self.shared.host.eyes.set(eyes);
    }

    /// What a partner's endpoint would be told of a zone.
    #[cfg(test)]
    pub(crate) fn looks(&self, partner: &str, zone: ZoneIx) -> Option<SeenZone> {
        self.shared.host.eyes.get()?.look(partner, zone)
    }

    /// Zones that one endpoint may follow.
    #[must_use]
    pub const fn most_zones(&self) -> u32 {
        self.config.zones
    }

    pub(super) fn store(&self) -> &Store {
        &self.shared.host.store
    }

    pub(super) fn now(&self) -> Millis {
        self.shared.host.clock.now()
    }

    pub(super) fn fits(&self, url: &str) -> Result<(), WebhookFault> {
        let loopback = self.shared.host.poster.reaches_loopback();
        let read = read_target(url, loopback);
        read.map(drop)
            .map_err(|why| WebhookFault::Unfit("url", why))
    }

    /// Makes an endpoint; its secret is told this once.
    ///
    /// # Errors
    /// See [`WebhookFault`].
    pub async fn create(
        &self,
        asked: NewEndpoint,
    ) -> Result<(ShownEndpoint, String), WebhookFault> {
        self.fits(&asked.url)?;
        if let Some(family) = asked.events.beyond(asked.scopes) {
            return Err(WebhookFault::Beyond(family));
        }
        let secret = secret(asked.secret.as_deref())?;
        let now = self.now();
        let row = WebhookRow {
            id: 0,
            name: format!("wh_{:016x}", rand::random::<u64>()),
            partner: asked.partner.to_string(),
            url: asked.url,
            events: asked.events.text(),
            places: asked.zones.text(),
            threshold: asked.threshold.unwrap_or(THRESHOLD),
            secret: secret.clone(),
            old_secret: None,
            is_enabled: true,
            why: None,
            changed_at: now,
            created_at: now,
        };
        let most = self.config.endpoints;
        let made = self.store().add_webhook(&row, (most, MOST_ENDPOINTS)).await;
        let made = made.map_err(|e| match e {
            StoreError::NoSuch => WebhookFault::Full(most),
            other => other.into(),
        })?;
        self.shared.changed.notify_one();
        Ok((shown(&made, now), secret))
    }

    /// The endpoints of a partner that a key of these scopes may see.
    ///
    /// # Errors
    /// [`WebhookFault::Away`].
    pub async fn list(
        &self,
        partner: &str,
        scopes: Scopes,
    ) -> Result<Vec<ShownEndpoint>, WebhookFault> {
        let now = self.now();
        let rows = self.store().webhooks_of(partner).await?;
        let seen = rows.iter().filter(|row| is_seen(row, scopes));
        Ok(seen.map(|row| shown(row, now)).collect())
    }

    /// One of them.
    ///
    /// # Errors
    /// [`WebhookFault::NoSuch`] or [`WebhookFault::Away`].
    pub async fn one(&self, of: (&str, Scopes), id: &str) -> Result<ShownEndpoint, WebhookFault> {
        Ok(shown(&self.row(of, id).await?, self.now()))
    }

    async fn row(
        &self,
        (partner, scopes): (&str, Scopes),
        id: &str,
    ) -> Result<WebhookRow, WebhookFault> {
        let rows = self.store().webhooks_of(partner).await?;
        let mut rows = rows.into_iter();
        let row = rows.find(|row| row.name == id && is_seen(row, scopes));
        row.ok_or(WebhookFault::NoSuch)
    }

    /// Changes one. One that is enabled again is told all that has waited.
    ///
    /// # Errors
    /// See [`WebhookFault`].
    pub async fn change(
        &self,
        of: (&str, Scopes),
        id: &str,
        change: EndpointChange,
    ) -> Result<ShownEndpoint, WebhookFault> {
        let mut row = self.row(of, id).await?;
        let now = self.now();
        if let Some(url) = change.url {
            self.fits(&url)?;
            row.url = url;
        }
        if let Some(events) = change.events {
            if let Some(family) = events.beyond(of.1) {
                return Err(WebhookFault::Beyond(family));
            }
            row.events = events.text();
        }
        if let Some(zones) = change.zones {
            row.places = zones.text();
        }
        row.threshold = change.threshold.unwrap_or(row.threshold);
        if let Some(is_enabled) = change.is_enabled
            && is_enabled != row.is_enabled
        {
            row.is_enabled = is_enabled;
            row.why = (!is_enabled).then(|| "you have disabled it".to_owned());
            row.changed_at = now;
        }
        self.store().put_webhook(&row).await?;
        self.shared.changed.notify_one();
        Ok(shown(&row, now))
    }

    /// Forgets one, with what waits for it.
    ///
    /// # Errors
    /// See [`WebhookFault`].
    pub async fn delete(&self, of: (&str, Scopes), id: &str) -> Result<(), WebhookFault> {
        let row = self.row(of, id).await?;
        self.store().delete_webhook(row.id).await?;
        self.shared.changed.notify_one();
        Ok(())
    }

    /// Gives one another secret: which, and until when the one before signs too. `at_once`: also where
    /// another before that one signs still, which then does so no more.
    ///
    /// # Errors
    /// See [`WebhookFault`].
    pub async fn rotate(
        &self,
        of: (&str, Scopes),
        id: &str,
        (given, at_once): (Option<String>, bool),
    ) -> Result<(String, Millis), WebhookFault> {
        let row = self.row(of, id).await?;
        let secret = secret(given.as_deref())?;
        let now = self.now();
        let until = now.plus(OLD_SIGNS_MS);
        let terms = ((!at_once).then_some(now), until);
        if !self.store().rotate_webhook(row.id, &secret, terms).await? {
            let old = self.row(of, id).await?.old_secret;
            return Err(WebhookFault::OldSigns(
                old.map_or(until, |(_, until)| until),
            ));
        }
        self.shared.changed.notify_one();
        Ok((secret, until))
    }

    /// A page of what one was told, the newest first.
    ///
    /// # Errors
    /// See [`WebhookFault`].
    pub async fn deliveries(
        &self,
        of: (&str, Scopes),
        id: &str,
        page: DeliveryPage,
    ) -> Result<Vec<DeliveryRow>, WebhookFault> {
        let row = self.row(of, id).await?;
        Ok(self.store().deliveries(row.id, page).await?)
    }

    /// Has one message told again, under its own id.
    ///
    /// # Errors
    /// See [`WebhookFault`].
    pub async fn resend(
        &self,
        of: (&str, Scopes),
        id: &str,
        delivery: i64,
    ) -> Result<(), WebhookFault> {
        let row = self.row(of, id).await?;
        if !self.store().resend_delivery(row.id, delivery).await? {
            return Err(WebhookFault::NoSuch);
        }
        self.shared.changed.notify_one();
        Ok(())
    }

    /// Has all facts since told again, in order; how many.
    ///
    /// # Errors
    /// See [`WebhookFault`].
    pub async fn replay(
        &self,
        of: (&str, Scopes),
        id: &str,
        since: Millis,
    ) -> Result<u64, WebhookFault> {
        let row = self.row(of, id).await?;
        let count = self.store().replay_deliveries(row.id, since).await?;
        self.shared.changed.notify_one();
        Ok(count)
    }
}

fn is_seen(row: &WebhookRow, scopes: Scopes) -> bool {
    Events::stored(&row.events).beyond(scopes).is_none()
}

/// The one that is given, or a new one.
fn secret(given: Option<&str>) -> Result<String, WebhookFault> {
    let secret = match given {
        Some(text) => {
            SigningSecret::parse(text).map_err(|why| WebhookFault::Unfit("secret", why))?
        }
        None => SigningSecret::mint(&mut rand::rng()),
    };
    Ok(secret.expose())
}

fn shown(row: &WebhookRow, now: Millis) -> ShownEndpoint {
    let why = row.why.clone().filter(|_| !row.is_enabled);
    let old = row.old_secret.as_ref().map(|(_, until)| *until);
    ShownEndpoint {
        id: row.name.clone(),
        url: row.url.clone(),
        events: Events::stored(&row.events),
        zones: WatchedZones::stored(&row.places),
        threshold: row.threshold,
        is_enabled: row.is_enabled,
        disabled: why.map(|why| (why, row.changed_at)),
        old_secret_until: old.filter(|until| *until > now),
        created_at: row.created_at,
    }
}
