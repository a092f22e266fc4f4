//! The process around the hub: its signals, its exit codes, and the watchdog.

use super::failure::INTERNAL;
use super::{Failure, Shared};
use crate::domain::{Millis, RecentTurnover, Suspicion, ZoneIx};
use crate::health::Part;
use crate::stream::Progress;
use crate::threads;
use crate::tls::Tls;
use rustix::process::{Resource, Rlimit, getrlimit, setpriority_process, setrlimit};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Ends the process when a thread panics that the hub cannot do without. A timely worker that
/// panics stops neither its peers nor the process: the hub would go on acknowledging reports that
/// nobody applies. A panic in the handler of one request ends that request only, and one of a spared
/// hub's threads (the sandbox's) is told to who keeps it.
pub fn exit_on_worker_panic() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        usual(info);
        let name = std::thread::current().name().unwrap_or_default().to_owned();
        if threads::is_vital(&name) {
            give_up(&format!("thread {name} panicked"));
        }
    }));
}

/// The hub of this thread cannot go on: ends the process, or tells who keeps a hub that is spared.
fn give_up(why: &str) {
    if let Some(told) = threads::spared() {
        told(why);
    } else {
        eprintln!("bayhub: {why}: stopping, so that it is restarted and replays");
        std::process::exit(INTERNAL);
    }
}

/// Each client is a descriptor, and the 1,024 that most systems start a program with are soon used
/// up: takes as many as the system would give.
fn take_descriptors() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(e) = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    ) {
        tracing::warn!(error = %e, limit = limit.current, "the limit of open files stays as it is");
    }
}

/// How many descriptors this process may have open, once it has taken what the system gives. `None`:
/// no limit.
pub(super) fn descriptors() -> Option<u64> {
    getrlimit(Resource::Nofile).maximum
}

/// Lets all other threads go before this one and those that it starts, where the processor is short.
pub(super) fn give_way() {
    // Of Linux: of this thread alone, and of its children from their start.
    if let Err(e) = setpriority_process(None, 10) {
        tracing::warn!(error = %e, "the sandbox's threads are as urgent as all others");
    }
}

/// Bytes that this process may still write on the disk of `path`.
pub(super) fn free_bytes(path: &Path) -> std::io::Result<u64> {
    let of = rustix::fs::statvfs(path)?;
    Ok(of.f_bavail.saturating_mul(of.f_frsize))
}

pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    take_descriptors();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime
        .map_err(|e| Failure::Internal(e.to_string()))?
        .block_on(work)
}

/// Ready when SIGTERM or SIGINT arrives; listens from the moment it is called.
pub(crate) fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let on = |kind| signal(kind).map_err(|e| Failure::Internal(e.to_string()));
    let mut term = on(SignalKind::terminate())?;
    let mut int = on(SignalKind::interrupt())?;
    // Left alone it would end the process: a reload is nothing to a hub without certificates.
    drop(on(SignalKind::hangup())?);
    Ok(async move {
        tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
        tracing::info!("told to stop: draining");
    })
}

/// Reads the certificate again whenever SIGHUP arrives, until the hub closes; listens from the
/// moment it is called. A certificate that cannot be used leaves the old one in place.
pub(super) fn reload_on_hangup(
    tls: Arc<Tls>,
    mut closed: watch::Receiver<bool>,
) -> Result<impl Future<Output = ()>, Failure> {
    let mut hangup = signal(SignalKind::hangup()).map_err(|e| Failure::Internal(e.to_string()))?;
    let of = tls.protocol().table();
    Ok(async move {
        loop {
            tokio::select! { _ = hangup.recv() => {}, _ = closed.wait_for(|c| *c) => return }
            match tokio::task::block_in_place(|| tls.reload()) {
                Ok(()) => tracing::info!(of, "certificate read again"),
                Err(e) => tracing::error!(of, error = %e, "certificate not replaced"),
            }
        }
    })
}

/// Ready when the hub closes.
pub(super) async fn closing(mut closed: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _ = closed.wait_for(|c| *c).await;
}

/// Keeps the gauges, and says when the stream has stopped: not ready after `stall` without progress
/// while claims wait, and the end of the process after twice that, since a dead peer of timely's is
/// never noticed otherwise.
pub(super) async fn watch_stream(
    p: Arc<Progress>,
    turnover: Option<Arc<dyn RecentTurnover>>,
    shared: Shared,
    stall: Duration,
    mut closed: watch::Receiver<bool>,
) {
    let mut every = tokio::time::interval(Duration::from_millis(500));
    let mut last = p.applied();
    let mut since = Instant::now();
    let mut stalled = false;
    let mut early = look_at_clock(&shared, false);
    loop {
        tokio::select! { _ = every.tick() => {}, _ = closed.wait_for(|c| *c) => return }
        gauge(&p, &shared);
        early = look_at_clock(&shared, early);
        if let Some(settled) = turnover
            .as_ref()
            .map(|t| t.settled())
            .filter(|t| !t.is_never())
        {
            shared
                .metrics
                .settled
                .lag
                .set((p.frontier().since(settled) / 1000) as i64);
        }
        if p.waiting() == 0 || p.applied() != last {
            (last, since) = (p.applied(), Instant::now());
            if stalled {
                shared.health.well(Part::Stream);
                stalled = false;
            }
        } else if since.elapsed() > stall * 2 {
            let why = format!("the stream has stood still for {:?}", since.elapsed());
            return give_up(&why);
        } else if since.elapsed() > stall && !stalled {
            stalled = true;
            tracing::error!(waiting = p.waiting(), "the stream stands still");
            shared.health.unwell(
                Part::Stream,
                format!(
                    "no progress for {} s with {} claims waiting",
                    stall.as_secs(),
                    p.waiting()
                ),
            );
        }
    }
}

/// Before any hub was built: 2026-01-01.
const EARLIEST: Millis = Millis(1_767_225_600_000);

/// Says when the machine's clock cannot be right, and when it can again. `early`: what was said.
fn look_at_clock(shared: &Shared, early: bool) -> bool {
    let now = shared.clock.now();
    match (early, now < EARLIEST) {
        (false, true) => {
            let said =
                format!("the machine's clock says {now}: set it; what is reported is taken by it");
            tracing::error!("{said}");
            shared.health.note(Part::Journal, said);
        }
        (true, false) => shared.health.no_note(Part::Journal),
        _ => {}
    }
    now < EARLIEST
}

fn gauge(p: &Progress, shared: &Shared) {
    let m = &shared.metrics;
    m.stream_frontier.set(p.frontier().0 as i64);
    m.stream_claims_waiting.set(p.waiting() as i64);
    m.sources.set(i64::from(shared.registry.source_count()));
    let city = shared.registry.city();
    let zones = city.zone_count();
    let bays = city.live_bays();
    m.bays.set(i64::from(bays));
    m.zones.set(i64::from(zones));
    let stale = (0..zones)
        .filter(|z| shared.live.with_parts(&city, ZoneIx(*z)).stale)
        .count();
    m.zones_stale.set(stale as i64);
    let suspects = shared.live.suspect_counts();
    for (what, n) in Suspicion::NAMES.iter().zip(suspects) {
        m.suspect_sources
            .with_label_values(&[what])
            .set(i64::from(n));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_that_is_spared_tells_why_it_cannot_go_on_and_the_process_does() {
        let (tell, told) = std::sync::mpsc::sync_channel(1);
        let spared = std::thread::spawn(move || {
            threads::spare(Some(Arc::new(move |why| {
                tell.send(why.to_owned()).unwrap();
            })));
            let vital = threads::start("journal", || give_up("thread sandbox-journal panicked"));
            vital.unwrap().join().unwrap();
        });
        spared.join().unwrap();
        assert_eq!(told.recv().unwrap(), "thread sandbox-journal panicked");
    }
}
