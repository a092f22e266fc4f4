//! Who keeps the sandbox: the thread that starts its hub, opens the passages to it, watches over it and
//! stops it.

use super::city::Simulator;
use super::suspended::{self, Suspended};
use super::{Offered, Passages, Stage, folder, gifts, settings};
use crate::app::{Failure, Hub, LossKind, process};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::health::{Health, Part};
use crate::threads::{self, OnFailure};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::watch;

/// How often it is looked whether the folder is still small enough.
const LOOK: Duration = Duration::from_mins(1);

/// How long the hub may take to stop before it is left behind.
const PATIENCE: Duration = Duration::from_secs(10);

/// Threads for what blocks, at most.
const BLOCKING: usize = 16;

/// See the module.
pub(super) struct Keeper {
    /// The hub's.
    pub(super) config: Config,
    pub(super) to: Passages,
    /// The hub's.
    pub(super) health: Arc<Health>,
    /// Whom the hub has suspended.
    pub(super) suspended: Suspended,
    pub(super) stopped: watch::Receiver<bool>,
    pub(super) stage: watch::Sender<Stage>,
    /// Is told when a thread of the sandbox fails, and tells.
    pub(super) failed: OnFailure,
    pub(super) fails: watch::Receiver<Option<String>>,
}

/// Why the sandbox's hub is to be stopped.
enum Ending {
    Told,
    /// Its folder is too large.
    Full,
    Failed(String),
}

impl Keeper {
    /// The whole life of the sandbox; nothing that happens in it leaves here.
    pub(super) fn keep(self) {
        process::give_way();
        threads::spare(Some(self.failed.clone()));
        let lived = catch_unwind(AssertUnwindSafe(|| self.run()));
        self.to.close();
        let why = match lived {
            Ok(Ok(())) => None,
            Ok(Err(why)) => Some(why),
            Err(_) => Some("its keeper panicked".to_owned()),
        };
        if let Some(why) = why {
            tracing::error!(why, "the sandbox is down");
            let note = format!("the sandbox is down until the hub is started again: {why}");
            self.health.note(Part::Sandbox, note);
        }
        self.stage.send_replace(Stage::Over);
    }

    fn run(&self) -> Result<(), String> {
        let heir = self.failed.clone();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(BLOCKING)
            .thread_name("sandbox-worker")
            .on_thread_start(move || threads::spare(Some(heir.clone())))
            .enable_all()
            .build()
            .map_err(|e| e.to_string())?;
        let lived = runtime.block_on(self.live());
        // What has not ended by now would not end at all.
        runtime.shutdown_timeout(Duration::from_secs(1));
        lived
    }

    async fn live(&self) -> Result<(), String> {
        loop {
            match self.once().await.map_err(|e| e.to_string())? {
                Ending::Told => return Ok(()),
                Ending::Failed(why) => return Err(why),
                Ending::Full => {
                    let renewed = folder::renew(&self.config, Arc::new(SystemClock)).await;
                    let kept = renewed.map_err(|e| e.to_string())?;
                    tracing::warn!(kept, "the sandbox had filled its disk and begins anew");
                }
            }
        }
    }

    /// One hub, from its start to its stop.
    async fn once(&self) -> Result<Ending, Failure> {
        let place = settings::folder(&self.config);
        tokio::task::block_in_place(|| folder::prepare(&self.config))?;
        let own = settings::of(&self.config);
        // Nothing here is worth a question to an operator.
        let accepted = LossKind::ALL.to_vec();
        let mut hub = Hub::start_by(own, Arc::new(SystemClock), accepted).await?;
        let offered = hub.offered.take();
        let offered = offered.ok_or_else(|| Failure::Internal("it offers nothing".into()))?;
        let offered = Arc::new(offered);
        let simulator = tokio::task::block_in_place(|| Simulator::new(&place, &offered))?;
        let mut away = self.suspended.clone();
        suspended::carry(&offered, &mut away).await?;
        self.open(&offered);
        let mut stopped = self.stopped.clone();
        let ending = tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => Ending::Told,
            why = failed(self.fails.clone()) => Ending::Failed(why),
            () = full(&place, self.config.sandbox.max_disk_mb) => Ending::Full,
            never = gifts::give(&offered) => match never {},
            never = suspended::follow(&offered, away) => match never {},
            () = simulator.live(&offered) => Ending::Failed("its journal is gone".to_owned()),
        };
        self.to.close();
        drop(offered);
        match (tokio::time::timeout(PATIENCE, hub.stop()).await, ending) {
            (Ok(Ok(())), ending) | (_, ending @ Ending::Failed(_)) => Ok(ending),
            (Ok(Err(e)), _) => Err(e),
            (Err(_), _) => Err(Failure::Internal("it does not stop".into())),
        }
    }

    /// From now on it answers.
    fn open(&self, hub: &Arc<Offered>) {
        let door = hub.door.clone();
        self.to.api.open(hub.api.clone(), Handle::current());
        self.to.door.open(door, hub.closed.clone());
        self.to.issuer.lead_to(Some(hub.issuer.clone()));
        self.health.no_note(Part::Sandbox);
        self.stage.send_replace(Stage::Open);
        tracing::info!("the sandbox is open");
    }
}

/// Ready when a thread of it has failed: why.
async fn failed(mut fails: watch::Receiver<Option<String>>) -> String {
    match fails.wait_for(Option::is_some).await {
        Ok(why) => why.clone().unwrap_or_default(),
        Err(_) => std::future::pending().await,
    }
}

/// Ready when the folder takes more than `most` MB.
async fn full(folder: &Path, most: u32) {
    let mut every = tokio::time::interval(LOOK);
    loop {
        every.tick().await;
        let bytes = tokio::task::block_in_place(|| folder::bytes(folder));
        if bytes > u64::from(most) << 20 {
            return;
        }
    }
}
