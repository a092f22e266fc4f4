//! The graph of one worker, and the loop that runs it.

use super::super::ahead::Ahead;
use super::apply::{Apply, WorkerParts};
use super::claims::Claims;
use crate::domain::{Batch, BayIx, Claim, Millis, owner, shard_of};
use crate::registry::Registry;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::Duration;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::ExchangeCore;
use timely::dataflow::operators::generic::source;
use timely::dataflow::operators::{Operator, Probe};
use timely::dataflow::{ProbeHandle, Scope};
use timely::scheduling::SyncActivator;

/// Claims a source passes on before it lets the other operators run.
const PER_ACTIVATION: usize = 1 << 18;

/// How soon it is looked again whether the other workers have applied what has come.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Runs worker `worker` until the feed is dropped and all it has been fed is applied.
pub(super) fn run_worker(
    worker: &mut timely::worker::Worker,
    rx: mpsc::Receiver<Batch>,
    wake: &mpsc::SyncSender<(usize, SyncActivator)>,
    parts: WorkerParts,
) {
    let index = worker.index();
    let probe = ProbeHandle::<u64>::new();
    let progress = parts.progress.clone();
    worker.dataflow::<u64, _, _>(|scope| graph(scope, rx, wake, parts, &probe));
    while worker.has_dataflows() {
        worker.step_or_park(None);
        if index == 0 {
            let reached = probe.with_frontier(|f| f.first().copied());
            // An empty frontier means the graph is done: all that was fed has been applied.
            if let Some(t) = reached {
                progress.frontier.store(t, Ordering::Release);
            }
        }
    }
}

fn graph(
    scope: Scope<'_, u64>,
    rx: mpsc::Receiver<Batch>,
    wake: &mpsc::SyncSender<(usize, SyncActivator)>,
    parts: WorkerParts,
    probe: &ProbeHandle<u64>,
) {
    let me = scope.index() as u32;
    let peers = scope.peers() as u32;
    let gate = probe.clone();
    let mut route = router(parts.registry.clone(), peers);
    let exchange =
        ExchangeCore::<CapacityContainerBuilder<Claims>, _>::new(move |claim: &Claim| route(claim));
    source::<_, CapacityContainerBuilder<Claims>, _, _>(scope, "Ingest", |cap, info| {
        // The receiving end outlives this closure unless the stream is being torn down.
        let _ = wake.send((
            me as usize,
            scope.worker().sync_activator_for(info.address.to_vec()),
        ));
        let again = scope.activator_for(info.address);
        let mut cap = Some(cap);
        let mut ahead = Ahead::default();
        move |output| {
            let mut passed = 0;
            while passed < PER_ACTIVATION {
                let Some(held) = cap.as_mut() else { return };
                if ahead.too_far(|t| gate.less_equal(&t)) {
                    again.activate_after(Duration::from_micros(200));
                    return;
                }
                match rx.try_recv() {
                    Ok(batch) => {
                        // From here on this worker promises nothing older; a tick says just that.
                        if batch.ingest_at.0 > *held.time() {
                            held.downgrade(&batch.ingest_at.0);
                        }
                        passed += batch.claims.len();
                        ahead.add(batch.ingest_at.0, batch.claims.len());
                        if !batch.claims.is_empty() {
                            output
                                .session(&*held)
                                .give_container(&mut Claims(batch.claims));
                        }
                    }
                    Err(mpsc::TryRecvError::Empty) => return,
                    Err(mpsc::TryRecvError::Disconnected) => {
                        cap = None;
                        return;
                    }
                }
            }
            again.activate();
        }
    })
    .unary_frontier::<CapacityContainerBuilder<Vec<()>>, _, _, _>(
        exchange,
        "Apply",
        move |first, info| {
            // Keeping the first capability would hold time 0 for ever.
            drop(first);
            let mut apply = Apply::new((me, peers), parts);
            let again = scope.activator_for(info.address);
            let reached = probe.clone();
            move |(input, frontier), _output| {
                input.for_each_stamp(|cap, containers| {
                    let now = Millis(cap.least().copied().unwrap_or_default());
                    containers.for_each(|c| apply.claims(&mut c.0, now));
                });
                let come = frontier.frontier().first().copied();
                let copying = apply.finish(come);
                // What all workers have applied, which may be less than what has reached this one.
                let applied = reached.with_frontier(|f| f.first().copied());
                if apply.settle(applied) || copying {
                    again.activate();
                } else if applied.is_some() && applied < come {
                    // Nobody tells when they have: without a look the last of what came would wait
                    // for a time that may not come, where the clock stands.
                    again.activate_after(LOOK_AGAIN);
                }
            }
        },
    )
    .probe_with(probe);
}

/// Which worker a claim goes to. A bay's index never changes its zone, so the answer is looked up
/// once a bay: one byte each, which stays in the cache where the registry's pages do not. Alone, a
/// worker is never asked.
fn router(registry: Arc<Registry>, peers: u32) -> impl FnMut(&Claim) -> u64 {
    let mut owners: Vec<u8> = Vec::new();
    move |claim| match claim {
        Claim::Bay(o) => {
            if o.bay.at() >= owners.len() {
                let city = registry.city();
                let new = (owners.len() as u32..city.bay_slots()).map(|b| city.zone_of(BayIx(b)));
                owners.extend(new.map(|z| owner(shard_of(z), peers) as u8));
            }
            u64::from(owners.get(o.bay.at()).copied().unwrap_or_default())
        }
        Claim::Count(c) => u64::from(owner(shard_of(c.zone), peers)),
        // The feed has told all workers of it.
        Claim::Alive { .. } | Claim::Rates { .. } => 0,
        Claim::Clock { shard, .. } => u64::from(*shard),
    }
}
