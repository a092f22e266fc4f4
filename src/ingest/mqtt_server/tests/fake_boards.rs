//! Stand-ins for what subscribers are shown: zones with a number each, and orders that the test tells.

use crate::domain::ZoneIx;
use crate::ingest::board::{
    BeforeWatch, Board, OrderBoard, OrderSaid, OrderTopic, OrderWatch, Shown, Wanted, Watch,
};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, watch};

/// The number of a zone that has left sight.
pub(super) const GONE: u64 = u64::MAX;

/// Ten zones, `Z0` to `Z9`, and a number each that the test sets.
#[derive(Default)]
pub(super) struct FakeZones(Mutex<Vec<Arc<Bits>>>, Mutex<[u64; 10]>);

#[derive(Default)]
struct Bits {
    wanted: Option<Wanted>,
    dirty: Mutex<Vec<ZoneIx>>,
    bell: Notify,
}

impl FakeZones {
    pub(super) fn set(&self, zone: u32, n: u64) {
        self.1.lock().unwrap()[zone as usize] = n;
        for bits in self.0.lock().unwrap().iter() {
            let hears = |w: &Wanted| {
                if let Wanted::These(z) = w {
                    z.contains(&ZoneIx(zone))
                } else {
                    true
                }
            };
            if bits.wanted.as_ref().is_some_and(hears) {
                bits.dirty.lock().unwrap().push(ZoneIx(zone));
                bits.bell.notify_one();
            }
        }
    }
}

impl Board for FakeZones {
    fn zone(&self, id: &str) -> Option<ZoneIx> {
        id.strip_prefix('Z')
            .and_then(|n| n.parse().ok())
            .filter(|n| *n < 10)
            .map(ZoneIx)
    }
    fn show(&self, zone: ZoneIx, id: &mut String, payload: &mut Vec<u8>) -> Shown {
        id.push('Z');
        id.push_str(&zone.0.to_string());
        let number = self.1.lock().unwrap()[zone.at()];
        if number == GONE {
            return Shown::Gone;
        }
        payload.extend_from_slice(number.to_string().as_bytes());
        Shown::Now
    }
    fn watch(&self, wanted: Wanted) -> Option<Box<dyn Watch>> {
        let first = if let Wanted::These(z) = &wanted {
            z.clone()
        } else {
            (0..10).map(ZoneIx).collect()
        };
        let bits = Arc::new(Bits {
            wanted: Some(wanted),
            dirty: Mutex::new(first),
            bell: Notify::new(),
        });
        self.0.lock().unwrap().push(Arc::clone(&bits));
        Some(Box::new(Watching(bits)))
    }
}

struct Watching(Arc<Bits>);

impl Watch for Watching {
    fn changed<'a>(&'a mut self) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async {
            while self.0.dirty.lock().unwrap().is_empty() {
                self.0.bell.notified().await;
            }
        })
    }
    fn take(&mut self, into: &mut Vec<ZoneIx>) {
        into.append(&mut self.0.dirty.lock().unwrap());
        into.sort_unstable();
        into.dedup();
    }
}

/// Orders as they were told, one after the other; the last of each name stands.
pub(super) struct FakeOrders(watch::Sender<Vec<(OrderTopic, String)>>);

impl Default for FakeOrders {
    fn default() -> Self {
        Self(watch::channel(Vec::new()).0)
    }
}

impl FakeOrders {
    /// Tells of one; with no text it has been cleared.
    pub(super) fn tell(&self, name: &str, text: &str) {
        let of = OrderTopic::One(name.into());
        self.0.send_modify(|all| all.push((of, text.to_owned())));
    }

    pub(super) fn tell_active(&self, text: &str) {
        let of = OrderTopic::Active;
        self.0.send_modify(|all| all.push((of, text.to_owned())));
    }
}

impl OrderBoard for FakeOrders {
    fn knows(&self, name: &str) -> bool {
        let of = OrderTopic::One(name.into());
        self.0.borrow().iter().any(|(known, _)| *known == of)
    }
    fn watch(&self, _: BeforeWatch) -> Box<dyn OrderWatch> {
        let changes = self.0.subscribe();
        let stood = changes.borrow().len();
        Box::new(Following {
            changes,
            told: 0,
            stood,
        })
    }
}

struct Following {
    changes: watch::Receiver<Vec<(OrderTopic, String)>>,
    told: usize,
    stood: usize,
}

impl OrderWatch for Following {
    fn changed<'a>(&'a mut self) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        let told = self.told;
        Box::pin(async move {
            let _ = self.changes.wait_for(|all| all.len() > told).await;
        })
    }
    fn next(&mut self, payload: &mut Vec<u8>) -> Option<OrderSaid> {
        let all = self.changes.borrow();
        while let Some((of, text)) = all.get(self.told) {
            self.told += 1;
            let current = self.told <= self.stood;
            let later = &all[self.told..self.stood.max(self.told)];
            if current && (text.is_empty() || later.iter().any(|(other, _)| other == of)) {
                continue;
            }
            payload.extend_from_slice(text.as_bytes());
            let of = of.clone();
            return Some(OrderSaid { of, current });
        }
        None
    }
    fn again(&mut self) {
        self.stood = self.told;
        self.told = 0;
    }
}
