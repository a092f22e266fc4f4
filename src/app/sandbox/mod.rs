//! The sandbox: a second, small hub in the same process, where partners try things out.
//!
//! It has a folder, a city, a store, threads and metrics of its own, and no socket: a hub's doors hand
//! it what comes with a key of the sandbox ([`Passages`]). Promises: nothing that is said here reaches
//! the hub, in whatever form; the hub's start does not wait for it; whatever becomes of it, the hub goes
//! on, and notes it at `/readyz`. A partner whom the hub has suspended has no good key here. It shares the
//! machine: its threads give way to all others of the process, and what it may take is bounded by
//! `[sandbox]`. Only memory that runs out ends both.

mod city;
mod folder;
mod gifts;
mod keeper;
pub(super) mod settings;
mod suspended;

pub use folder::reset;

use super::Shared;
use super::services::Services;
use crate::config::Config;
use crate::domain::Realm;
use crate::health::{Health, Part};
use crate::inbox::InboxSender;
use crate::ingest::gate::Gate;
use crate::ingest::mqtt_server::{Door, SandboxDoor};
use crate::partners::{Issuer, Keys, SandboxIssuer};
use crate::serve::{Router, SandboxApi};
use crate::sharing::Desk;
use crate::threads;
use keeper::Keeper;
use std::sync::Arc;
use std::time::Duration;
use suspended::Suspended;
use tokio::sync::watch;

/// How long a sandbox may take to stop before it is left behind.
const PATIENCE: Duration = Duration::from_secs(15);

/// What leads from a hub's doors to the sandbox.
#[derive(Clone)]
pub(super) struct Passages {
    pub(super) api: Arc<SandboxApi>,
    pub(super) door: Arc<SandboxDoor>,
    pub(super) issuer: Arc<SandboxIssuer>,
}

impl Passages {
    /// Those of a hub that has a sandbox; closed until it runs.
    pub(super) fn of(config: &Config) -> Option<Self> {
        let own = &config.sandbox;
        own.enabled.then(|| Self {
            api: Arc::default(),
            door: Arc::new(SandboxDoor::new(own.max_connections)),
            issuer: Arc::default(),
        })
    }

    fn close(&self) {
        self.api.close();
        self.door.close();
        self.issuer.lead_to(None);
    }
}

/// What the sandbox's hub offers who keeps it. Its journal takes reports for as long as this is held:
/// to be dropped before the hub is stopped.
pub(super) struct Offered {
    shared: Shared,
    api: Router,
    door: Arc<Door>,
    gate: Arc<Gate>,
    inbox: InboxSender,
    keys: Arc<Keys>,
    issuer: Arc<Issuer>,
    desk: Arc<Desk>,
    closed: watch::Receiver<bool>,
}

impl Offered {
    /// `None` of a hub that has sockets of its own.
    pub(super) fn of(
        config: &Config,
        shared: &Shared,
        services: Services,
        door: Arc<Door>,
        (keys, issuer): (Arc<Keys>, &Arc<Issuer>),
        closed: &watch::Receiver<bool>,
    ) -> Option<Self> {
        let is_sandbox = config.registry.realm == Realm::Sandbox;
        is_sandbox.then(|| Self {
            shared: shared.clone(),
            api: services.api,
            door,
            gate: services.gate,
            inbox: services.inbox,
            keys,
            issuer: issuer.clone(),
            desk: services.desk,
            closed: closed.clone(),
        })
    }
}

/// A sandbox that is kept beside a hub, on threads of its own.
pub(super) struct Sandbox {
    stop: watch::Sender<bool>,
    stage: watch::Receiver<Stage>,
    #[cfg(test)]
    failed: threads::OnFailure,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Starting,
    Open,
    Over,
}

impl Sandbox {
    /// Starts it, without waiting for anything. What goes wrong is noted in `health`.
    pub(super) fn start(
        config: &Config,
        to: Passages,
        health: &Arc<Health>,
        suspended: Suspended,
    ) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (tell, stage) = watch::channel(Stage::Starting);
        let (failing, fails) = watch::channel(None::<String>);
        // The first reason is the one that matters.
        let failed: threads::OnFailure = Arc::new(move |why: &str| {
            failing.send_if_modified(|said| {
                let first = said.is_none();
                said.get_or_insert_with(|| why.to_owned());
                first
            });
        });
        let keeper = Keeper {
            config: config.clone(),
            to,
            health: health.clone(),
            suspended,
            stopped,
            stage: tell,
            failed: failed.clone(),
            fails,
        };
        let thread = std::thread::Builder::new().name("sandbox".into());
        if let Err(e) = thread.spawn(move || keeper.keep()) {
            health.note(Part::Sandbox, format!("the sandbox is not there: {e}"));
        }
        Self {
            stop,
            stage,
            #[cfg(test)]
            failed,
        }
    }

    /// As if a thread of it had failed.
    #[cfg(test)]
    pub(super) fn fail(&self, why: &str) {
        (self.failed)(why);
    }

    /// Ready when it answers, or will not.
    pub(super) async fn open(&self) {
        let mut stage = self.stage.clone();
        let _ = stage.wait_for(|stage| *stage != Stage::Starting).await;
    }

    /// Tells it to stop, at once; ready when it has, or has been waited for long enough.
    pub(super) fn stop(self) -> impl Future<Output = ()> {
        self.stop.send_replace(true);
        let mut stage = self.stage;
        async move {
            let over = stage.wait_for(|stage| *stage == Stage::Over);
            if tokio::time::timeout(PATIENCE, over).await.is_err() {
                tracing::warn!("the sandbox did not stop in time and is left behind");
            }
        }
    }
}
