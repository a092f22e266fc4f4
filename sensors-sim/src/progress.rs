//! The progress line on stderr: once a second over itself on a terminal, else a line every ten
//! seconds.

use sensors_sim::Stats;
use std::io::{IsTerminal, Write, stderr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

/// Shows `stats` until it is aborted; says once when the city has been filled, and why connections
/// fail.
pub(crate) async fn show(stats: Arc<Stats>, filled: oneshot::Receiver<()>) {
    let terminal = stderr().is_terminal();
    tokio::join!(told_filled(filled, terminal), lines(stats, terminal));
}

async fn told_filled(filled: oneshot::Receiver<()>, terminal: bool) {
    if filled.await.is_ok() {
        say("filled: every bay's state has been acknowledged", terminal);
    }
}

async fn lines(stats: Arc<Stats>, terminal: bool) {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    let mut last_trouble = String::new();
    for second in 0u64.. {
        ticks.tick().await;
        // The same trouble is told once, and again after ten seconds.
        if let Some(why) = stats
            .take_trouble()
            .filter(|why| *why != last_trouble || second % 10 == 0)
        {
            say(
                &format!("a connection failed and is tried again: {why}"),
                terminal,
            );
            last_trouble = why;
        }
        if terminal {
            let mut err = stderr().lock();
            let _ = write!(err, "\r\x1b[K{}", stats.line());
            let _ = err.flush();
        } else if second % 10 == 9 {
            say(&stats.line(), terminal);
        }
    }
}

fn say(line: &str, terminal: bool) {
    let clear = if terminal { "\r\x1b[K" } else { "" };
    // Nobody to tell it to is no reason to stop.
    let _ = writeln!(stderr(), "{clear}{line}");
}

/// Leaves the terminal on a fresh line.
pub(crate) fn end() {
    if stderr().is_terminal() {
        let _ = writeln!(stderr());
    }
}
