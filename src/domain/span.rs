//! A stretch of time, half-open: it has its start and not its end, so two that meet do not overlap.

use super::Millis;

/// `[start, end)`, never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub start: Millis,
    pub end: Millis,
}

impl Span {
    /// `None` unless it ends after it starts.
    #[must_use]
    pub const fn new(start: Millis, end: Millis) -> Option<Self> {
        if start.0 < end.0 {
            Some(Self { start, end })
        } else {
            None
        }
    }

    #[must_use]
    pub const fn ms(self) -> u64 {
        self.end.0 - self.start.0
    }

    #[must_use]
    pub const fn has(self, at: Millis) -> bool {
        self.start.0 <= at.0 && at.0 < self.end.0
    }

    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.start.0 < other.end.0 && other.start.0 < self.end.0
    }

    /// Whether all of `other` lies in this.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.start.0 <= other.start.0 && other.end.0 <= self.end.0
    }

    /// What both have.
    #[must_use]
    pub fn and(self, other: Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }
}

/// Sorts, and melts what overlaps or meets.
pub fn melt(spans: &mut Vec<Span>) {
    spans.sort_unstable();
    let mut kept: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans.drain(..) {
        match kept.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => kept.push(span),
        }
    }
    *spans = kept;
}

/// What of `spans` none of `holes` covers. Both may be in any order.
#[must_use]
pub fn without(mut spans: Vec<Span>, holes: &[Span]) -> Vec<Span> {
    for hole in holes {
        spans = spans
            .into_iter()
            .flat_map(|s| {
                let before = Span::new(s.start, s.end.min(hole.start));
                let after = Span::new(s.start.max(hole.end), s.end);
                let whole = (!s.overlaps(*hole)).then_some(s);
                if whole.is_some() {
                    [whole, None]
                } else {
                    [before, after]
                }
            })
            .flatten()
            .collect();
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(start: u64, end: u64) -> Span {
        Span::new(Millis(start), Millis(end)).unwrap()
    }

    #[test]
    fn what_meets_does_not_overlap_and_what_is_empty_is_none() {
        assert!(!span(1, 5).overlaps(span(5, 9)) && span(1, 6).overlaps(span(5, 9)));
        assert!(span(1, 5).has(Millis(1)) && !span(1, 5).has(Millis(5)));
        assert_eq!(
            (
                Span::new(Millis(5), Millis(5)),
                Span::new(Millis(6), Millis(5))
            ),
            (None, None)
        );
        assert_eq!(span(1, 5).and(span(5, 9)), None);
    }

    fn spans() -> impl Strategy<Value = Vec<Span>> {
        prop::collection::vec(
            (0_u64..60, 1_u64..20).prop_map(|(at, ms)| span(at, at + ms)),
            0..8,
        )
    }

    proptest! {
        #[test]
        fn minute_by_minute_melting_and_cutting_say_the_same(mut open in spans(), closed in spans()) {
            let within = |spans: &[Span], at| spans.iter().any(|s| s.has(Millis(at)));
            let before = open.clone();
            melt(&mut open);
            prop_assert!(open.windows(2).all(|w| w[0].end < w[1].start));
            let left = without(open.clone(), &closed);
            for at in 0..90 {
                prop_assert_eq!(within(&open, at), within(&before, at));
                prop_assert_eq!(within(&left, at), within(&before, at) && !within(&closed, at));
            }
        }
    }
}
