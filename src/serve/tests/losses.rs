//! What was lost: told to administrators only, and taken note of once.

use super::Town;
use crate::serve::{LossDoor, LossTold};
use std::io;
use std::sync::Mutex;

/// A hub that has lost one thing, and whose disk refuses for the loss `full`.
pub(super) struct Lost(Mutex<LossTold>);

impl Lost {
    pub(super) fn one() -> Self {
        Self(Mutex::new(LossTold {
            id: "4f2a90c1".into(),
            what: "journal".into(),
            detail: "journal/journal-0000000000000003.log is missing".into(),
            accepted_at: "2026-11-23T02:00:00.000Z".into(),
            acknowledged_at: None,
        }))
    }
}

impl LossDoor for Lost {
    fn losses(&self) -> Vec<LossTold> {
        vec![self.0.lock().unwrap().clone()]
    }

    fn acknowledge(&self, id: &str) -> io::Result<bool> {
        if id == "full" {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let mut loss = self.0.lock().unwrap();
        if loss.id != id {
            return Ok(false);
        }
        loss.acknowledged_at = Some("2026-11-23T03:00:00.000Z".into());
        Ok(true)
    }
}

#[tokio::test]
async fn a_loss_is_told_to_administrators_until_they_take_note_of_it() {
    let town = Town::new();
    let told = town.call_as("admin", "GET", "/v1/admin/losses", "").await;
    let told = told.json();
    assert_eq!(told["losses"][0]["what"], "journal", "{told}");
    assert!(told["losses"][0]["acknowledged_at"].is_null(), "{told}");
    let ack = |id: &str| format!("/v1/admin/losses/{id}/ack");
    for _ in 0..2 {
        let done = town.call_as("admin", "POST", &ack("4f2a90c1"), "").await;
        assert_eq!(done.status.as_u16(), 204);
    }
    let told = town.call_as("admin", "GET", "/v1/admin/losses", "").await;
    let told = told.json();
    assert!(told["losses"][0]["acknowledged_at"].is_string(), "{told}");

    let no = town.call_as("admin", "POST", &ack("nothing"), "").await;
    no.problem("not-found");
    let full = town.call_as("admin", "POST", &ack("full"), "").await;
    full.problem("unavailable");
}

#[tokio::test]
async fn what_is_lost_is_nobody_elses_business() {
    let town = Town::new();
    for scope in ["monitor", "report"] {
        let told = town.call_as(scope, "GET", "/v1/admin/losses", "").await;
        told.problem("forbidden");
        let done = town
            .call_as(scope, "POST", "/v1/admin/losses/4f2a90c1/ack", "")
            .await;
        done.problem("forbidden");
    }
}
