//! Lives through time that has passed already, as fast as a hub takes what it reports: for a hub whose
//! clock the caller turns.
//!
//! Promises: nothing is shed, and every report of a step is acknowledged before the next begins, so
//! that it comes in as it would have: held back by nothing but the step and the faults. Connections do
//! not break meanwhile: they would come back by the machine's clock.

use crate::run::{Runner, SimConfig, SimError};
use crate::sim::{Outbox, Sim};
use crate::stats::Stats;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked whether all is acknowledged.
const PAUSE: Duration = Duration::from_millis(1);

/// Moves `sim`, which begins at the start of `past` (ms since 1970), on to its end in steps of `step`
/// ms. `turn` is told each moment before what was seen by then is sent. The city as it is then may go
/// on ([`Sim::go_on`], [`crate::run_on`]).
///
/// # Errors
/// When a connection's task died. A broker that is away is waited for.
pub async fn live_through(
    sim: Sim,
    config: SimConfig,
    past: Range<u64>,
    step: u64,
    mut turn: impl AsyncFnMut(u64),
) -> Result<Sim, SimError> {
    config.check()?;
    let mut runner = Runner::start(sim, config, Arc::<Stats>::default())?;
    turn(past.start).await;
    runner.fill().await?;
    let mut out = Outbox::default();
    let mut at = past.start;
    while at < past.end {
        at = past.end.min(at + step.max(1));
        runner.sim.step(at, &mut out);
        out.breaks.clear();
        out.truth.clear();
        turn(at).await;
        runner.send(&mut out.messages).await?;
        runner.acknowledged(PAUSE).await;
    }
    Ok(runner.finish().await.1)
}
