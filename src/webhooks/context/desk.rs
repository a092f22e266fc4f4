//! What partners ask of their subscriptions: make, list, change, forget.
//!
//! Promise: what is answered is in the store.

use crate::domain::Millis;
use crate::store::{SubscriptionKept, SubscriptionRow, SubscriptionTold};
use crate::webhooks::config::MOST_ENDPOINTS;
use crate::webhooks::entities::EntityEyes;
use crate::webhooks::{EntityPush, Poster, PushConfig, WebhookDesk, WebhookFault};
use std::sync::Arc;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct NewSubscription {
    /// Its URN; `None`: one is made.
    pub name: Option<String>,
    /// JSON, whose meaning is the asker's.
    pub body: String,
    pub url: String,
    /// Names and values that each notification is sent with.
    pub headers: Vec<(String, String)>,
    pub pace_s: u32,
    pub every_s: Option<u32>,
    pub is_active: bool,
    pub expires_at: Option<Millis>,
}

/// How a subscription is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionState {
    Active,
    Paused,
    Expired,
}

impl SubscriptionState {
    #[must_use]
    pub fn of(row: &SubscriptionRow, now: Millis) -> Self {
        if row.expires_at.is_some_and(|until| until <= now) {
            Self::Expired
        } else if row.is_active {
            Self::Active
        } else {
            Self::Paused
        }
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Expired => "expired",
        }
    }
}

impl WebhookDesk {
    /// Says who knows what subscriptions are about; the first to say so is asked.
    pub fn see_entities_with(&self, eyes: Arc<dyn EntityEyes>) {
        let _ = self.shared.host.entities.set(eyes);
    }

    /// Who pushes into context brokers.
    #[must_use]
    pub fn pushes(&self, configs: &[PushConfig], poster: &Arc<Poster>) -> Vec<EntityPush> {
        let configs = configs.iter().cloned().enumerate();
        let push = |one| EntityPush::new(one, self.shared.host.clone(), poster.clone());
        configs.map(push).collect()
    }

    fn row_of(
        &self,
        partner: &str,
        asked: NewSubscription,
    ) -> Result<SubscriptionRow, WebhookFault> {
        self.fits(&asked.url).map_err(|fault| match fault {
            WebhookFault::Unfit(_, why) => {
                WebhookFault::Unfit("notification.endpoint.uri", why.replacen("url", "uri", 1))
            }
            other => other,
        })?;
        let now = self.now();
        let named = asked.name;
        let row = SubscriptionRow {
            id: 0,
            name: named.unwrap_or_else(|| {
                format!("urn:ngsi-ld:Subscription:{:016x}", rand::random::<u64>())
            }),
            partner: partner.to_owned(),
            body: asked.body,
            url: asked.url,
            // Pairs of texts always have a JSON form.
            headers: serde_json::to_string(&asked.headers).unwrap_or_default(),
            pace_s: asked.pace_s,
            every_s: asked.every_s,
            is_active: asked.is_active,
            why: (!asked.is_active).then(|| "you have paused it".to_owned()),
            expires_at: asked.expires_at,
            created_at: now,
            changed_at: now,
            told: SubscriptionTold::default(),
        };
        if let Some(eyes) = self.shared.host.entities.get() {
            let read = eyes.watch(&row);
            read.map_err(|why| WebhookFault::Unfit("entities", why))?;
        }
        Ok(row)
    }

    /// Makes one.
    ///
    /// # Errors
    /// See [`WebhookFault`].
    pub async fn subscribe(
        &self,
        partner: &str,
        asked: NewSubscription,
    ) -> Result<SubscriptionRow, WebhookFault> {
        let row = self.row_of(partner, asked)?;
        let most = self.config.endpoints;
        let kept = self.store().add_subscription(&row, (most, MOST_ENDPOINTS));
        let made = match kept.await? {
            SubscriptionKept::Made(made) => *made,
            SubscriptionKept::Taken => return Err(WebhookFault::Taken),
            SubscriptionKept::Full => return Err(WebhookFault::Full(most)),
        };
        self.shared.changed.notify_one();
        Ok(made)
    }

    /// A partner's.
    ///
    /// # Errors
    /// [`WebhookFault::Away`].
    pub async fn subscriptions(&self, partner: &str) -> Result<Vec<SubscriptionRow>, WebhookFault> {
        let mut rows = self.store().subscriptions_of(partner).await?;
        for row in &mut rows {
            row.told = self.shared.host.notified.of(row.id).unwrap_or(row.told);
        }
        Ok(rows)
    }

    /// One of them.
    ///
    /// # Errors
    /// [`WebhookFault::NoSuch`] or [`WebhookFault::Away`].
    pub async fn subscription(
        &self,
        partner: &str,
        name: &str,
    ) -> Result<SubscriptionRow, WebhookFault> {
        let rows = self.subscriptions(partner).await?;
        let mut rows = rows.into_iter();
        rows.find(|row| row.name == name)
            .ok_or(WebhookFault::NoSuch)
    }

    /// Replaces what one is about; what was told stays counted.
    ///
    /// # Errors
    /// See [`WebhookFault`].
    pub async fn resubscribe(
        &self,
        old: &SubscriptionRow,
        asked: NewSubscription,
    ) -> Result<(), WebhookFault> {
        let new = self.row_of(&old.partner, asked)?;
        let row = SubscriptionRow {
            id: old.id,
            name: old.name.clone(),
            created_at: old.created_at,
            ..new
        };
        self.store().put_subscription(&row).await?;
        self.shared.changed.notify_one();
        Ok(())
    }

    /// Forgets one.
    ///
    /// # Errors
    /// See [`WebhookFault`].
    pub async fn unsubscribe(&self, partner: &str, name: &str) -> Result<(), WebhookFault> {
        let row = self.subscription(partner, name).await?;
        self.store().delete_subscription(row.id).await?;
        self.shared.changed.notify_one();
        Ok(())
    }
}
