//! Of two states that one source says with one time and number the one that came later stands, wherever
//! they wait and whatever restarts there are between them.

use super::plain::PlainReport;
use super::rig::Taken;
use super::{Feeding, T0, city};
use crate::domain::{BayStatus, SourceKind};
use std::sync::Arc;
use std::time::Duration;

use BayStatus::{Occupied, Vacant};

#[test]
fn what_came_first_is_first_again_after_a_start_though_it_waits_in_a_file() {
    let registry = city();
    let bay = registry.bay("Z0-0").map(|bay| bay.0);
    let settled = |states: &[BayStatus], restarts: &[(usize, usize)]| {
        let said = states.iter().zip(1..).map(|(status, ingest)| PlainReport {
            bay,
            at: T0,
            seq: 1,
            source: 0,
            kind: SourceKind::Sensor,
            status: *status,
            confidence: 255,
            trusted: true,
            ingest: T0 + ingest,
        });
        let feeding = Feeding {
            registry: &registry,
            workers: vec![1],
            restarts: restarts.to_vec(),
            work: usize::MAX,
            overflows: true,
        };
        let said: Vec<_> = said.collect();
        #[allow(
            clippy::disallowed_methods,
            reason = "pages are written by a thread of their own"
        )]
        let written = |_: &Taken, _| std::thread::sleep(Duration::from_millis(5));
        let done = feeding.run_into(&said, Arc::default(), written);
        let windows = done.taken.sum().0;
        let sum = |of: fn(&super::Window) -> i64| windows.values().map(of).sum::<i64>();
        (sum(|w| w.occupied_ms), sum(|w| w.vacant_ms))
    };
    // Pages are of four: two are full, and the last one waits in memory.
    for (first, then) in [(Vacant, Occupied), (Occupied, Vacant)] {
        let mut states = vec![first; 8];
        states.extend([then; 2]);
        let want = settled(&states, &[]);
        assert!((want.0 > 0) == (then == Occupied) && (want.1 > 0) == (then == Vacant));
        for cut in 1..=states.len() {
            assert_eq!(settled(&states, &[(cut, 0)]), want, "cut after {cut}");
        }
    }
}
