//! Where an auction's candidates come from: cheapest first, and only as many as are asked for.
//!
//! Most drivers get one of the first few bays near them, so ordering everything within their walk
//! would be most of the work of a round. A source is asked for a longer list only when the prices
//! say that the shorter one may not do.

/// A bay that a request could have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub bay: u32,
    /// What it would cost the driver, walk included.
    pub cost_cents: u32,
}

/// A source of candidates.
pub trait Candidates {
    /// Appends the next candidates of `request` to `list` until it holds `upto`. Costs never fall
    /// along a list, and none is negative, and no bay stands in it twice. False: there are no more
    /// than now stand in it.
    fn more(&mut self, request: usize, upto: usize, list: &mut Vec<Candidate>) -> bool;
}

/// Candidates gathered at once, in any order, by a closure; put in order piece by piece as they are
/// asked for.
pub struct Gathered<F> {
    gather: F,
    /// By request; what is behind the first `n` of a list is dearer, and in no order. `None`: not
    /// gathered yet.
    all: Vec<Option<Box<[Candidate]>>>,
    /// Gathered into, so that what is kept is as large as it has to be.
    basket: Vec<Candidate>,
}

impl<F: FnMut(usize, &mut Vec<Candidate>)> Gathered<F> {
    /// `gather(request, out)` appends all candidates of a request; it is called once for each.
    pub fn new(requests: usize, gather: F) -> Self {
        Self {
            gather,
            all: vec![None; requests],
            basket: Vec::new(),
        }
    }
}

impl<F: FnMut(usize, &mut Vec<Candidate>)> Candidates for Gathered<F> {
    fn more(&mut self, request: usize, upto: usize, list: &mut Vec<Candidate>) -> bool {
        let all = self.all[request].get_or_insert_with(|| {
            self.basket.clear();
            (self.gather)(request, &mut self.basket);
            self.basket.as_slice().into()
        });
        let from = list.len();
        let to = upto.min(all.len());
        if from < to {
            let rest = &mut all[from..];
            // Of two that cost the same the lower number comes first, so that the order is one
            // order.
            let key = |c: &Candidate| (c.cost_cents, c.bay);
            if to - from < rest.len() {
                rest.select_nth_unstable_by_key(to - from, key);
            }
            rest[..to - from].sort_unstable_by_key(key);
            list.extend_from_slice(&rest[..to - from]);
        }
        to < all.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_as_if_all_had_been_sorted() {
        let all: Vec<_> = (0..40_u32)
            .map(|n| Candidate {
                bay: n * 7 % 40,
                cost_cents: n * 13 % 11,
            })
            .collect();
        let mut sorted = all.clone();
        sorted.sort_by_key(|c| (c.cost_cents, c.bay));
        let mut gathered = 0;
        let mut source = Gathered::new(2, |request, out| {
            assert_eq!(request, 1);
            gathered += 1;
            out.extend_from_slice(&all);
        });
        let mut list = Vec::new();
        for (upto, more) in [
            (8, true),
            (8, true),
            (16, true),
            (39, true),
            (40, false),
            (80, false),
        ] {
            assert_eq!(source.more(1, upto, &mut list), more);
            assert_eq!(list, sorted[..upto.min(40)]);
        }
        drop(source);
        assert_eq!(gathered, 1);
    }
}
