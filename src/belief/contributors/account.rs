//! One contributor's slot: how often it was right of what, and what its word weighs for it.

use super::feedback::Judged;
use crate::belief::tables::{self, OCTAVE, ONE};
use bytemuck::Zeroable;

/// A count of 1, in units.
const COUNT: i64 = 256;

/// What a newcomer's counts are: 2 of each. A word from it is as good as a coin.
const START: u16 = 2 * COUNT as u16;

/// What those of a trusted key start with: as many in all, 0.9 of them right.
const TRUSTED: [u16; 2] = [(36 * COUNT / 10) as u16, (4 * COUNT / 10) as u16];

/// log2(0.985), 2^-16 octave: a judged report makes the earlier ones count so much less.
const FORGET: i32 = -1429;

/// 1 - 0.985, in 1/65,536.
const FORGOTTEN: u64 = 983;

/// log2(1 - 0.12) / 16, 2^-16 octave: the short memory, for a sixteenth of certainty.
const FORGET_SOON: i32 = -755;

/// No contributor is held to be right more often: 0.97, in 1/65,536.
const MOST: u64 = 63_570;

/// What the short memory leaves beyond itself: 0.05, in 1/65,536.
const BEYOND_SHORT: u64 = 3277;

/// What is known of a contributor: 16 bytes, all zero for nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Zeroable)]
#[repr(C)]
pub(super) struct Account {
    name: [u8; 6],
    /// Reports by what was said and by what was so, in 1/256: said occupied and so, said occupied
    /// and not so, said vacant and not so, said vacant and so.
    counts: [u16; 4],
    /// How often it was right lately, in 1/255.
    short: u8,
    judged: u8,
}

impl Account {
    pub(super) const fn newcomer(trusted: bool) -> Self {
        let [right, wrong] = if trusted { TRUSTED } else { [START; 2] };
        Self {
            name: [0; 6],
            counts: [right, wrong, wrong, right],
            short: if trusted { 230 } else { 128 },
            judged: 0,
        }
    }

    pub(super) fn named(mut self, name: u64) -> Self {
        self.name.copy_from_slice(&name.to_le_bytes()[..6]);
        self
    }

    pub(super) fn name(&self) -> u64 {
        let mut bytes = [0; 8];
        bytes[..6].copy_from_slice(&self.name);
        u64::from_le_bytes(bytes)
    }

    pub(super) const fn judged(&self) -> u8 {
        self.judged
    }

    /// ln(P(says so | it is so) / P(says so | it is not)), in whole 1/8 nat; 0 if that is negative,
    /// and no more than the short memory allows. Rounded down: who says the same whatever is so
    /// comes out just above 0, and many of them together would be believed.
    pub(super) fn weight(&self, said: bool) -> i8 {
        let [tp, fp, fneg, tn] = self.counts.map(u64::from);
        // Of occupied bays, and of vacant ones; a slot of nobody says nothing.
        let alpha = share(tp, fneg);
        let beta = share(tn, fp);
        let (so, otherwise) = if said {
            (alpha, (1 << 16) - beta)
        } else {
            (beta, (1 << 16) - alpha)
        };
        let long = tables::log2(so) - tables::log2(otherwise);
        let lately = u64::from(self.short) * 257 + BEYOND_SHORT;
        let lately = lately.min(MOST);
        let short = tables::log2(lately) - tables::log2((1 << 16) - lately);
        let nats = tables::nats(long.min(short).max(0));
        (nats >> 13) as i8
    }

    /// What one window has shown.
    pub(super) fn learn(&mut self, window: &Judged) {
        let reports = window.reports.min(4000);
        let kept = tables::exp2(FORGET * reports as i32);
        // The window's own reports forget each other too: as if they were all alike.
        let own = ((ONE - kept) << 16) / (FORGOTTEN * u64::from(reports.max(1)));
        for (count, added) in self.counts.iter_mut().zip(window.counts) {
            let old = (i64::from(*count) - COUNT) * kept as i64 / ONE as i64;
            let new = ((u128::from(added) * u128::from(own.min(ONE))) >> 32) as i64;
            *count = (COUNT + old + new).clamp(1, i64::from(u16::MAX)) as u16;
        }
        self.judged = u8::try_from(window.reports)
            .unwrap_or(u8::MAX)
            .saturating_add(self.judged);
        let certainty = window.certainty.clamp(1, 4000);
        let kept = tables::exp2(FORGET_SOON * certainty as i32);
        let right =
            (u64::from(window.right) * 255 / (u64::from(window.certainty.max(1)) * 16)).min(255);
        let mixed = u64::from(self.short) * kept + right * (ONE - kept);
        self.short = ((mixed + ONE / 2) >> 32) as u8;
    }

    pub(super) fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..6].copy_from_slice(&self.name);
        for (at, count) in self.counts.iter().enumerate() {
            bytes[6 + 2 * at..8 + 2 * at].copy_from_slice(&count.to_le_bytes());
        }
        bytes[14] = self.short;
        bytes[15] = self.judged;
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; 16]) -> Self {
        let count = |at: usize| u16::from_le_bytes([bytes[6 + 2 * at], bytes[7 + 2 * at]]);
        Self {
            name: std::array::from_fn(|at| bytes[at]),
            counts: std::array::from_fn(count),
            short: bytes[14],
            judged: bytes[15],
        }
    }
}

/// `a` of `a + b`, in 1/65,536, kept from certainty. One half of nothing.
fn share(a: u64, b: u64) -> u64 {
    if a + b == 0 {
        return 1 << 15;
    }
    ((a << 16) / (a + b)).clamp((1 << 16) - MOST, MOST)
}

const _: () = assert!(size_of::<Account>() == 16 && OCTAVE == 1 << 16);
