//! One poll of a feed: all its pages, each on disk before the next is asked for.
//!
//! Promise: what was read of a poll that fails on a later page stands; what the server is asked with
//! next time ("only if it changed") is of an answer that is on disk whole.

use super::NextPage;
use super::feed::{Delivery, RunningFeed};
use super::fetch::{Failure, Fault, Fetched, FetchedBody, Fetcher, Validators, address_of};
use crate::domain::{Door, Millis};
use crate::ingest::gate::RowTally;
use ahash::AHashSet;
use std::sync::Arc;
use std::time::Duration;

/// Pages of one poll, and how long they may take together.
const MAX_PAGES: usize = 1000;
const WITHIN: Duration = Duration::from_mins(10);

/// A feed and who asks for it.
pub(super) struct Poller {
    feed: Arc<RunningFeed>,
    fetcher: Fetcher,
    url: String,
    place: String,
    /// Of the answer that is known.
    known: Option<Validators>,
}

/// What came of a poll.
#[derive(Debug)]
pub(super) struct Polled {
    /// How long the feed says that it stands.
    pub(super) stands_for: Option<Duration>,
    pub(super) failure: Option<Failure>,
}

impl Poller {
    pub(super) fn new(feed: Arc<RunningFeed>, fetcher: Fetcher, url: String) -> Self {
        let place = format!("feeds/{}", feed.config.name);
        Self {
            feed,
            fetcher,
            url,
            place,
            known: None,
        }
    }

    /// Asks once, and waits until what came is on disk.
    pub(super) async fn poll(&mut self) -> Polled {
        let mut worth = Worth::default();
        let mut stands_for = None;
        let pages = self.pages(&mut worth, &mut stands_for);
        let done = tokio::time::timeout(WITHIN, pages)
            .await
            .unwrap_or_else(|_| {
                let why = format!("not all pages within {} s", WITHIN.as_secs());
                Err(Failure::new(Fault::Timeout, why))
            });
        let feed = &*self.feed;
        let now = feed.host.clock.now();
        let name = &*feed.config.name;
        let done = match done {
            Ok(PollEnd::Answered) => worth.judged().map(|()| PollEnd::Answered),
            other => other,
        };
        let outcome = match &done {
            Ok(PollEnd::Unchanged) => "unchanged",
            Ok(PollEnd::Answered) => "answered",
            Err(failure) => failure.fault.name(),
        };
        let metrics = &feed.host.metrics.feeds;
        metrics.polls.with_label_values(&[name, outcome]).inc();
        let failure = match done {
            Ok(heard) => {
                feed.heard(now, matches!(heard, PollEnd::Answered));
                None
            }
            Err(failure) => {
                self.known = None;
                Some(failure)
            }
        };
        if let Some(failure) = &failure {
            feed.standing.failed(name, now, failure);
        }
        Polled {
            stands_for,
            failure,
        }
    }

    async fn pages(
        &mut self,
        worth: &mut Worth,
        stands_for: &mut Option<Duration>,
    ) -> Result<PollEnd, Failure> {
        let mut url = self.url.clone();
        let mut asked = AHashSet::new();
        loop {
            // Of several pages the first tells nothing of the others.
            let known = self.known.as_ref().filter(|_| asked.is_empty());
            let now = self.feed.host.clock.now();
            let fetched = self.fetcher.fetch(&url, known, now).await?;
            let answer = match fetched {
                Fetched::Unchanged { max_age } => {
                    *stands_for = max_age;
                    return Ok(PollEnd::Unchanged);
                }
                Fetched::Body(answer) => answer,
            };
            let validators = answer.validators.clone();
            let at = answer.last_modified;
            *stands_for = (*stands_for).max(answer.max_age);
            let read = self.read(answer).await?;
            *stands_for = (*stands_for).max(read.ttl_s.map(Duration::from_secs));
            let rows = read.rows;
            let was_empty = rows.is_empty();
            worth.rows += rows.len();
            worth.told += rows.iter().filter(|row| !row.odd.not_told).count();
            let by = self.delivery(at);
            worth.tally.add(&self.feed.hand_on(rows, &by).await?);
            asked.insert(url.clone());
            let Some(next) = read.next.filter(|next| !ends(next, was_empty)) else {
                self.known = (asked.len() == 1).then_some(validators);
                return Ok(PollEnd::Answered);
            };
            url = following(&url, &next)?;
            if asked.contains(&url) || asked.len() >= MAX_PAGES {
                let why = format!("after {} pages the next is no new one", asked.len());
                return Err(Failure::new(Fault::Pages, why));
            }
        }
    }

    /// What an answer says; zones are made of it where the feed is to.
    async fn read(&self, answer: FetchedBody) -> Result<super::FeedAnswer, Failure> {
        let feed = self.feed.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let read = feed.read(&answer.body, answer.content_type.as_deref())?;
            feed.make_zones(&read)?;
            Ok(read)
        });
        let broken = |e: tokio::task::JoinError| Err(Failure::new(Fault::Malformed, e.to_string()));
        reading.await.unwrap_or_else(broken)
    }

    fn delivery(&self, told_at: Option<Millis>) -> Delivery<'_> {
        Delivery {
            speaker: self.feed.speaker(),
            door: Door::Feed,
            place: &self.place,
            told_at,
            area: None,
            keeps_all: false,
        }
    }
}

/// What there was in the answer of one poll.
#[derive(Default)]
struct Worth {
    tally: RowTally,
    rows: usize,
    /// Rows that tell what they are there for.
    told: usize,
}

impl Worth {
    /// An answer that can be read, and of which nothing comes, is no good answer: a mapping that
    /// reads a member which is not there any more would look well for ever.
    fn judged(&self) -> Result<(), Failure> {
        let refused = self.tally.refused_in_all();
        let taken = self.tally.accepted + self.tally.unchanged;
        let (fault, why) = if self.rows == 0 {
            (Fault::Empty, "it has no row".to_owned())
        } else if taken == 0 && refused > 0 {
            let why = format!("all its {refused} rows are refused; /v1/quarantine says why");
            (Fault::Refused, why)
        } else if self.told == 0 {
            let why = format!(
                "none of its {} rows tells how many bays are vacant, or whether one is: does the \
                 mapping name the right member?",
                self.rows
            );
            (Fault::NotTold, why)
        } else {
            return Ok(());
        };
        Err(Failure::new(fault, why))
    }
}

enum PollEnd {
    Answered,
    Unchanged,
}

/// Pages that are counted off go on until one is empty.
fn ends(next: &NextPage, was_empty: bool) -> bool {
    was_empty && matches!(next, NextPage::Step { .. })
}

/// The address of the next page.
fn following(url: &str, next: &NextPage) -> Result<String, Failure> {
    let fault = |why: String| Failure::new(Fault::Pages, format!("the next page {why}"));
    let mut at = address_of(url).map_err(&fault)?;
    match next {
        NextPage::Url(to) => {
            let to = at.join(to).map_err(|_| fault("is no address".into()))?;
            if to.scheme() != at.scheme() && to.scheme() != "https" {
                return Err(fault("leaves https".into()));
            }
            Ok(to.into())
        }
        NextPage::Step { param, step } => {
            let mut from = 0;
            let others: Vec<(String, String)> = at
                .query_pairs()
                .filter(|(name, value)| {
                    let own = **name == **param;
                    if own {
                        from = value.parse().unwrap_or(0);
                    }
                    !own
                })
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect();
            let mut query = at.query_pairs_mut();
            query.clear().extend_pairs(others);
            query.append_pair(param, &u64::saturating_add(from, *step).to_string());
            drop(query);
            Ok(at.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_where_the_answer_says_or_one_step_on() {
        let step = NextPage::Step {
            param: "offset".into(),
            step: 100,
        };
        let to = |to: &str| NextPage::Url(to.into());
        for (url, next, is) in [
            (
                "https://a.example/r?limit=100",
                &step,
                "https://a.example/r?limit=100&offset=100",
            ),
            (
                "https://a.example/r?offset=100&limit=100&q=a%26b",
                &step,
                "https://a.example/r?limit=100&q=a%26b&offset=200",
            ),
            (
                "https://a.example/r?page=1",
                &to("?page=2"),
                "https://a.example/r?page=2",
            ),
            (
                "https://a.example/r",
                &to("https://b.example/2"),
                "https://b.example/2",
            ),
        ] {
            assert_eq!(following(url, next).unwrap(), is);
        }
        let away = following("https://a.example/r", &to("http://a.example/2"));
        assert_eq!(away.unwrap_err().fault, Fault::Pages);
    }
}
