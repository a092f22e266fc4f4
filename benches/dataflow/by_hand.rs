//! The hand-written side: everything in plain dense arrays, in one loop.

use crate::common::grid::{BAYS, ZONES};
use bayhub::domain::{BayIx, Claim};
use bayhub::registry::Registry;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// See the module.
pub(crate) struct Loop {
    cells: Vec<(u64, u64, u32, u32)>,
    pub(crate) free: Vec<[u32; 4]>,
    occupied: Vec<u32>,
    words: Vec<AtomicU64>,
    bits: Vec<AtomicU64>,
    published: Vec<[AtomicU32; 2]>,
    /// When each source was last heard.
    heard: Vec<AtomicU64>,
    /// The newest observation in each zone.
    newest: Vec<AtomicU64>,
}

impl Loop {
    pub(crate) fn new(registry: &Registry) -> Self {
        let city = registry.city();
        let zone = |b: u32| city.zone_of(BayIx(b)).0;
        Self {
            cells: (0..BAYS as u32).map(|b| (0, 0, 0, zone(b))).collect(),
            free: vec![[0; 4]; ZONES],
            occupied: vec![0; ZONES],
            words: (0..BAYS).map(|_| AtomicU64::new(0)).collect(),
            bits: (0..=BAYS / 64).map(|_| AtomicU64::new(0)).collect(),
            heard: (0..1024).map(|_| AtomicU64::new(0)).collect(),
            newest: (0..ZONES).map(|_| AtomicU64::new(0)).collect(),
            published: (0..ZONES)
                .map(|_| [const { AtomicU32::new(0) }; 2])
                .collect(),
        }
    }

    pub(crate) fn run(&mut self, claims: &[Claim], now: u64) {
        for (i, claim) in claims.iter().enumerate() {
            if let Some(Claim::Bay(next)) = claims.get(i + 16) {
                prefetch(&self.cells, next.bay.at());
            }
            let Claim::Bay(o) = claim else { continue };
            let b = o.bay.at();
            let heard = &self.heard[o.source.at()];
            if heard.load(Relaxed) < o.at.0.min(now) {
                heard.store(o.at.0.min(now), Relaxed);
            }
            let (word, seq, source, zone) = &mut self.cells[b];
            let was = *word & 3;
            let at = *word >> 20;
            if (o.at.0, o.seq, o.source.0) <= (at, *seq, *source) {
                continue;
            }
            let silent = now.saturating_sub(o.at.0) > 900_000
                && now.saturating_sub(heard.load(Relaxed)) > 900_000;
            let is = if silent { 0 } else { o.status as u64 };
            *word = o.at.0 << 20 | u64::from(o.confidence) << 12 | is;
            (*seq, *source) = (o.seq, o.source.0);
            let z = *zone as usize;
            if self.newest[z].load(Relaxed) < o.at.0 {
                self.newest[z].store(o.at.0, Relaxed);
            }
            self.words[b].store(*word, Relaxed);
            if was == is {
                continue;
            }
            match was {
                1 => self.free[z][0] -= 1,
                2 => self.occupied[z] -= 1,
                _ => {}
            }
            let bit = 1 << (b & 63);
            if is == 1 {
                self.free[z][0] += 1;
                self.bits[b >> 6].fetch_or(bit, Relaxed);
            } else {
                self.occupied[z] += 1;
                self.bits[b >> 6].fetch_and(!bit, Relaxed);
            }
            self.published[z][0].store(self.free[z][0], Relaxed);
            self.published[z][1].store(self.occupied[z], Relaxed);
        }
    }
}

#[allow(unsafe_code, reason = "the prefetch intrinsic has no safe form")]
fn prefetch<T>(cells: &[T], i: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: `i` is a bay of this city, so the address is inside the slice; a prefetch reads
    // nothing in any case.
    unsafe {
        std::arch::x86_64::_mm_prefetch(
            cells.as_ptr().add(i).cast::<i8>(),
            std::arch::x86_64::_MM_HINT_T0,
        );
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (cells, i);
}
