//! How well an operator deals with problems: in time, how quickly, and what those who reported think.
//!
//! Promises: no share, time or mean is told of fewer than ten, for it might be one person's; ratings are told
//! in tens and their mean in halves, so that nobody's is the difference between two answers.

use super::desk::{ProblemDesk, ProblemFault};
use crate::domain::Millis;
use crate::domain::problem::{TOLD_FROM, median};
use crate::store::OperatorService;

/// See the module. `None`: there are too few to tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceFigures {
    pub open: u64,
    pub overdue: u64,
    /// Closed in the time that was asked of, duplicates left out.
    pub closed: u64,
    /// Of those, and of the open ones that are late: which part was closed in time.
    pub on_time: Option<f64>,
    /// From the report to the end, ms.
    pub median_ms: Option<u64>,
    /// In tens.
    pub ratings: u64,
    /// From 1 to 5, in halves.
    pub mean_rating: Option<f64>,
}

impl ProblemDesk {
    /// How an operator has done since then; `None`: nobody is called so.
    ///
    /// # Errors
    /// The store's.
    pub async fn service(
        &self,
        operator: &str,
        since: Millis,
    ) -> Result<ServiceFigures, ProblemFault> {
        let of = self.parts.store.operator_service(operator, since).await?;
        Ok(figures(&of))
    }
}

fn figures(of: &OperatorService) -> ServiceFigures {
    let in_time = of.closed.iter().filter(|(_, due, closed)| closed <= due);
    let in_time = in_time.count();
    let judged = of.closed.len() + usize::try_from(of.overdue).unwrap_or(0);
    let times = of.closed.iter().map(|(at, _, closed)| closed.since(*at));
    let enough = |n: usize| n >= TOLD_FROM;
    let ratings = usize::try_from(of.ratings).unwrap_or(0);
    ServiceFigures {
        open: of.open.unsigned_abs(),
        overdue: of.overdue.unsigned_abs(),
        closed: of.closed.len() as u64,
        on_time: enough(judged).then(|| in_time as f64 / judged as f64),
        median_ms: enough(of.closed.len())
            .then(|| median(times.collect()))
            .flatten(),
        ratings: (ratings / TOLD_FROM * TOLD_FROM) as u64,
        mean_rating: enough(ratings)
            .then(|| (of.stars as f64 / ratings as f64 * 2.0).round() / 2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed(n: u64, due: u64) -> OperatorService {
        let row = |i: u64| (Millis(0), Millis(due), Millis(i * 1000));
        OperatorService {
            closed: (1..=n).map(row).collect(),
            ratings: 9,
            stars: 36,
            ..OperatorService::default()
        }
    }

    #[test]
    fn of_fewer_than_ten_nothing_is_told() {
        let few = figures(&closed(9, 4000));
        let told = (few.on_time, few.median_ms, few.mean_rating);
        assert_eq!((few.closed, told), (9, (None, None, None)));
        let enough = figures(&OperatorService {
            ratings: 10,
            stars: 42,
            ..closed(10, 4000)
        });
        assert_eq!(enough.on_time, Some(0.4));
        assert_eq!(
            (enough.median_ms, enough.mean_rating),
            (Some(6000), Some(4.0))
        );
    }

    #[test]
    fn what_is_late_and_open_still_is_not_in_time() {
        let of = OperatorService {
            open: 12,
            overdue: 10,
            ..closed(10, 60_000)
        };
        assert_eq!(figures(&of).on_time, Some(0.5));
    }
}
