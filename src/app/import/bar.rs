//! How far an import has come: a bar on a terminal, a line every few seconds elsewhere.

use crate::ingest::import::read::Meter;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often a bar is drawn, and a line is written.
const BAR: Duration = Duration::from_millis(200);
const LINE: Duration = Duration::from_secs(5);

/// Characters of a bar.
const WIDTH: usize = 24;

/// What is counted to know how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// Bytes of the files.
    Bytes,
    /// Claims.
    Claims,
}

/// Tells of one phase until it is dropped.
pub(super) struct Telling {
    end: Option<mpsc::SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Telling {
    /// Begins to tell of a phase of so many bytes or claims.
    pub(super) fn begin(what: &'static str, meter: Arc<Meter>, by: By, of: u64) -> Self {
        let (end, ended) = mpsc::sync_channel::<()>(0);
        let thread = thread::spawn(move || {
            let terminal = io::stderr().is_terminal();
            let begun = Instant::now();
            let pace = if terminal { BAR } else { LINE };
            while ended.recv_timeout(pace) == Err(mpsc::RecvTimeoutError::Timeout) {
                let text = text(what, &meter, by, of, begun.elapsed());
                // A terminal that is gone needs no progress.
                let _ = if terminal {
                    write!(io::stderr(), "\r\x1b[K{text}")
                } else {
                    writeln!(io::stderr(), "{text}")
                };
            }
            if terminal {
                let _ = write!(io::stderr(), "\r\x1b[K");
            }
        });
        Self {
            end: Some(end),
            thread: Some(thread),
        }
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn text(what: &str, meter: &Meter, by: By, of: u64, took: Duration) -> String {
    let claims = meter.claims.load(Ordering::Relaxed);
    let done = match by {
        By::Bytes => meter.read.load(Ordering::Relaxed),
        By::Claims => claims,
    };
    let share = (done as f64 / of.max(1) as f64).min(1.0);
    let full = (share * WIDTH as f64) as usize;
    let took = took.as_secs_f64();
    let rate = claims as f64 / took.max(0.001);
    let left = if share > 0.01 {
        let left = (took / share - took).round() as u64;
        format!("{}:{:02} left", left / 60, left % 60)
    } else {
        "...".to_owned()
    };
    format!(
        "{what} [{}{}] {:3.0} %  {} claims, {}/s, {left}",
        "#".repeat(full),
        "-".repeat(WIDTH - full),
        share * 100.0,
        short(claims as f64),
        short(rate)
    )
}

/// A number as somebody reads it in passing.
fn short(n: f64) -> String {
    match n {
        n if n >= 1e6 => format!("{:.2} M", n / 1e6),
        n if n >= 1e3 => format!("{:.0} k", n / 1e3),
        n => format!("{n:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_says_how_far_how_fast_and_how_long_yet() {
        let meter = Meter::default();
        meter.claims.store(2_500_000, Ordering::Relaxed);
        meter.read.store(25, Ordering::Relaxed);
        let got = text("reading", &meter, By::Bytes, 100, Duration::from_secs(30));
        let want = "reading [######------------------]  25 %  2.50 M claims, 83 k/s, 1:30 left";
        assert_eq!(got, want);
        let got = text("settling", &meter, By::Claims, 0, Duration::ZERO);
        assert!(got.contains("100 %"), "{got}");
    }
}
