//! Adding up many sums at once.

use super::{Basis, Stays, Sums, Window};

/// Buckets there can be: of the longest stay that can be written, and some more.
const BUCKETS: usize = 1024;

/// Many sums being added up. Lengths of stays are counted in an array: merging lists bucket by
/// bucket would cost more than all else.
pub struct Tally {
    sums: Sums,
    counts: [i32; BUCKETS],
    /// The buckets counted in, from and to.
    touched: (usize, usize),
    /// What counts say of the same windows.
    counted: Option<Sums>,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            sums: Sums::default(),
            counts: [0; BUCKETS],
            touched: (BUCKETS, 0),
            counted: None,
        }
    }
}

impl Tally {
    pub fn add(&mut self, more: &Sums) {
        self.sums.add_all_but_stays(more);
        self.count(more.stays.buckets().iter().copied());
    }

    /// The whole of one zone's window; what bays say of it and what counts say may come apart.
    pub fn add_window(&mut self, w: &Window) {
        self.sums.add_all_but_stays(&Sums::without_stays(w));
        self.count(w.stays.buckets().iter().copied());
        if let Some(counted) = &w.counted {
            let sums = self.counted.get_or_insert_default();
            sums.add_all_but_stays(&counted.sums());
        }
    }

    /// Stays by bucket.
    pub fn count(&mut self, stays: impl IntoIterator<Item = (u16, i32)>) {
        for (bucket, n) in stays {
            let bucket = usize::from(bucket).min(BUCKETS - 1);
            self.counts[bucket] += n;
            self.touched = (self.touched.0.min(bucket), self.touched.1.max(bucket + 1));
        }
    }

    /// What has been added up since it was last taken. Of windows: by whichever of bays and counts
    /// tells them together.
    pub fn take(&mut self) -> Sums {
        let sums = self.take_bays();
        match self.counted.take() {
            Some(counted)
                if Basis::of(sums.known_ms(), Some(counted.known_ms())) == Basis::Count =>
            {
                counted
            }
            _ => sums,
        }
    }

    fn take_bays(&mut self) -> Sums {
        let (from, to) = std::mem::replace(&mut self.touched, (BUCKETS, 0));
        if from < to {
            let counts = &mut self.counts[from..to];
            let there = counts.iter().enumerate().filter(|c| *c.1 != 0);
            let mut stays = Vec::with_capacity(there.clone().count());
            stays.extend(there.map(|(at, n)| ((from + at) as u16, *n)));
            counts.fill(0);
            self.sums.stays = Stays(stays);
        }
        std::mem::take(&mut self.sums)
    }
}
