//! An endpoint is tried out: one message, now, whatever waits.

use super::{WebhookDesk, WebhookFault};
use crate::domain::Millis;
use crate::partners::Scopes;
use crate::store::{self, DeliveryRow, DeliveryStatus, WebhookRow};
use crate::webhooks::event::EventType;
use crate::webhooks::fact;
use crate::webhooks::lane::{LaneHost, letter};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// What came of trying an endpoint out.
#[derive(Clone, Debug)]
pub struct EndpointTrial {
    /// The answer's status, if there was one.
    pub status: Option<u16>,
    /// Why it is not good; `None`: it is.
    pub why: Option<String>,
    pub took: Duration,
}

impl WebhookDesk {
    /// Sends one a message of the type `webhook.test`, once, now; one that is disabled too.
    ///
    /// # Errors
    /// See [`WebhookFault`].
    pub async fn test(&self, of: (&str, Scopes), id: &str) -> Result<EndpointTrial, WebhookFault> {
        let row = self.row(of, id).await?;
        let host = &self.shared.host;
        // A key of the configuration is good also then.
        if host
            .store
            .suspended_partners()
            .await?
            .contains(&row.partner)
        {
            return Ok(EndpointTrial {
                status: None,
                why: Some("not sent: the partner is suspended".to_owned()),
                took: Duration::ZERO,
            });
        }
        let permit = host.permits.take_now().ok_or(WebhookFault::Busy)?;
        // A task: also who has hung up finds in the log what came of it.
        let trial = tokio::spawn(tried(host.clone(), row, permit));
        trial.await.map_err(|e| WebhookFault::Away(e.to_string()))
    }
}

/// Makes the attempt, and notes what came of it.
async fn tried(
    host: Arc<LaneHost>,
    row: WebhookRow,
    permit: OwnedSemaphorePermit,
) -> EndpointTrial {
    let at = host.clock.now();
    let kind = EventType::WebhookTest.name();
    let data = serde_json::json!({"webhook": row.name}).to_string();
    let message = store::message();
    let letter = letter(&row, &message, fact::body(kind, at, &data), at);
    let reply = host.poster.post(letter, at).await;
    drop(permit);
    host.attempted(&row.partner, &reply);
    let status = match reply.why {
        None => DeliveryStatus::Delivered,
        Some(_) => DeliveryStatus::Failed,
    };
    let told = DeliveryRow {
        id: 0,
        message,
        kind: kind.to_owned(),
        at,
        data,
        is_fact: false,
        status,
        attempts: 1,
        next_at: Millis::NEVER,
        answered: reply.status,
        why: reply.why.clone(),
        done_at: Some(host.clock.now()),
    };
    // Before the answer, so that who asks next sees it; what the store does not take now waits.
    let rows = [(row.id, told)];
    if host.store.log_deliveries(&rows).await.is_err() {
        let [(id, told)] = rows;
        host.log.add(id, told);
    }
    EndpointTrial {
        status: reply.status,
        why: reply.why,
        took: reply.took,
    }
}
