//! The start's long part: what the journal holds goes through the stream again, and everybody may
//! see how far it is.

use super::{Failure, Shared};
use crate::health::{Health, Part};
use crate::journal::{Journal, Position, Replayed};
use crate::stream::{Feed, Progress};
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the word on progress changes.
const PACE: Duration = Duration::from_millis(100);

/// Feeds the stream what the journal holds from `from` on, and waits until all of it has been
/// applied.
pub(super) async fn replay(
    journal: Journal,
    from: Position,
    mut feed: Feed,
    progress: &Arc<Progress>,
    shared: &Shared,
) -> Result<(Journal, Feed), Failure> {
    let begun = Instant::now();
    let health = shared.health.clone();
    let (journal, feed, replayed) = tokio::task::spawn_blocking(move || {
        let mut word = Word::new(health, journal.behind(from));
        let replayed = journal.replay_from(from, |batch| {
            word.more(batch.claims.len() as u64);
            feed.push(batch);
        })?;
        Ok::<(Journal, Feed, Replayed), Failure>((journal, feed, replayed))
    })
    .await
    .map_err(|e| Failure::Internal(e.to_string()))??;
    while progress.waiting() > 0 || !progress.settled() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    shared.health.well(Part::Stream);
    let Replayed {
        claims,
        orphaned,
        torn,
        ..
    } = replayed;
    tracing::info!(claims, orphaned, torn, took = ?begun.elapsed(), "journal replayed");
    Ok((journal, feed))
}

/// The word on progress: for `/readyz`, and as a line on a terminal.
struct Word {
    health: Arc<Health>,
    of: u64,
    claims: u64,
    said: Option<Instant>,
    terminal: bool,
}

impl Word {
    fn new(health: Arc<Health>, of: u64) -> Self {
        let mut word = Self {
            health,
            of,
            claims: 0,
            said: None,
            terminal: std::io::stderr().is_terminal(),
        };
        word.more(0);
        word
    }

    fn more(&mut self, claims: u64) {
        self.claims += claims;
        if self.said.is_some_and(|at| at.elapsed() < PACE) {
            return;
        }
        self.said = Some(Instant::now());
        // The total counts the heads of records too: it is never too small.
        let text = format!("replaying: {} of {} claims", self.claims, self.of);
        if self.terminal {
            // A terminal that is gone needs no progress.
            let _ = write!(std::io::stderr(), "\r\x1b[K{text}");
        }
        self.health.unwell(Part::Stream, text);
    }
}

impl Drop for Word {
    fn drop(&mut self) {
        if self.terminal {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_during_a_replay_is_told_how_far_it_is() {
        let health = Arc::new(Health::default());
        let stream = || {
            health
                .reasons()
                .into_iter()
                .find(|(part, _)| *part == "stream")
                .map(|(_, why)| why)
        };
        let mut word = Word::new(health.clone(), 10);
        assert_eq!(stream().as_deref(), Some("replaying: 0 of 10 claims"));
        word.more(3);
        word.said = None;
        word.more(1);
        assert_eq!(stream().as_deref(), Some("replaying: 4 of 10 claims"));
    }
}
