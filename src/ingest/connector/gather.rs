//! A mapping compiled, and what reading rows by it gathers.

use super::compile::Column;
use super::dialect::Dialect;
use super::field::Field;
use super::mapping::{ClaimMap, RowMembers};
use super::meaning::With;
use super::path::Path;
use super::times::Times;
use super::{FeedAnswer, FeedRow, NextPage, Odd};
use crate::domain::{Millis, Reason, TimeZone};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Rows that are read of one answer: no city has as many car parks, and bays come in pages.
const MOST_ROWS: usize = 250_000;

/// All of a feed's table that reading its rows needs.
#[derive(Debug)]
pub(super) struct CompiledFeed {
    pub(super) rows: Option<Path>,
    pub(super) next: Option<Path>,
    pub(super) page: Option<Paging>,
    pub(super) ttl: Option<Path>,
    pub(super) dialect: Dialect,
    pub(super) claims: Vec<ClaimMap>,
    /// The mapping's paths by their numbers: as they are written, and the column that each leads to.
    pub(super) columns: Vec<Column>,
    pub(super) time_zone: Option<TimeZone>,
    pub(super) stale_after_s: Option<u64>,
    pub(super) places: bool,
}

/// Paging by a parameter of the address.
#[derive(Debug)]
pub(super) struct Paging {
    param: Box<str>,
    step: u64,
    /// An answer with fewer rows is the last.
    full: usize,
}

impl CompiledFeed {
    /// What rows are gathered in.
    pub(super) fn gather(&self, now: Option<Millis>) -> GatheredRows {
        GatheredRows {
            answer: FeedAnswer::default(),
            times: Times::new(self.time_zone, self.stale_after_s, now),
            next: self.next.clone(),
            ttl: self.ttl.clone(),
            payloads: true,
        }
    }

    /// The answer that they come to.
    pub(super) fn finish(&self, gathered: GatheredRows) -> FeedAnswer {
        let GatheredRows {
            mut answer, times, ..
        } = gathered;
        answer.notes.hours_off = times.hours_off();
        if let Some(page) = &self.page
            && answer.next.is_none()
            && answer.rows.len() >= page.full
        {
            answer.next = Some(NextPage::Step {
                param: page.param.clone(),
                step: page.step,
            });
        }
        answer
    }

    /// Reads a row for each claim.
    pub(super) fn take(
        &self,
        row: &impl RowMembers,
        payload: impl Fn() -> Box<str>,
        to: &mut GatheredRows,
    ) {
        self.take_as(row, false, payload, to);
    }

    /// The same of a row of a table of places, which says nothing of now, if `is_static`.
    pub(super) fn take_as(
        &self,
        row: &impl RowMembers,
        is_static: bool,
        payload: impl Fn() -> Box<str>,
        to: &mut GatheredRows,
    ) {
        let with = With {
            places: self.places,
            is_static,
            one_of_several: self.claims.len() > 1,
        };
        for claim in &self.claims {
            if let Some(mut said) = claim.read(row, &mut to.times, &with) {
                if to.payloads || said.said.is_err() {
                    said.payload = payload();
                }
                to.push(said);
            }
        }
    }
}

impl Paging {
    /// `{ param = "offset", step = 100, until = "empty" }`, or `until = "short"`: the last page has
    /// fewer rows than `step`.
    pub(super) fn read(value: &Value) -> Result<Self, String> {
        let wanted =
            "page: expected { param = \"offset\", step = 100, until = \"empty\" } (or \"short\")";
        let table: &Map<String, Value> = value.as_object().ok_or(wanted)?;
        if table
            .keys()
            .any(|key| !["param", "step", "until"].contains(&key.as_str()))
        {
            return Err(wanted.into());
        }
        let param = table.get("param").and_then(Value::as_str).ok_or(wanted)?;
        let step = table
            .get("step")
            .and_then(Value::as_u64)
            .filter(|n| *n > 0)
            .ok_or(wanted)?;
        let full = match table
            .get("until")
            .and_then(Value::as_str)
            .unwrap_or("empty")
        {
            "empty" => 1,
            "short" => step as usize,
            _ => return Err(wanted.into()),
        };
        Ok(Self {
            param: param.into(),
            step,
            full,
        })
    }
}

/// What reading an answer has gathered.
#[derive(Debug)]
pub(super) struct GatheredRows {
    pub(super) answer: FeedAnswer,
    pub(super) times: Times,
    next: Option<Path>,
    ttl: Option<Path>,
    /// Each row's text is kept; else only that of those which are refused.
    pub(super) payloads: bool,
}

impl GatheredRows {
    pub(super) fn push(&mut self, row: FeedRow) {
        if self.answer.rows.len() >= MOST_ROWS {
            self.answer.notes.rows_left_out += 1;
            return;
        }
        self.answer.notes.add(row.odd);
        self.answer.rows.push(row);
    }

    /// A row that is none.
    pub(super) fn unreadable(&mut self, why: String, payload: &str) {
        self.refuse(Reason::Malformed, why, payload);
    }

    /// A row that is too large to be one; the beginning of it is kept.
    pub(super) fn too_large(&mut self, payload: &str) {
        let end = payload
            .char_indices()
            .nth(1024)
            .map_or(payload.len(), |(end, _)| end);
        let why = format!("a row of {} bytes", payload.len());
        self.refuse(Reason::TooLarge, why, &payload[..end]);
    }

    fn refuse(&mut self, reason: Reason, why: String, payload: &str) {
        self.push(FeedRow {
            said: Err((reason, why)),
            flow: None,
            payload: payload.into(),
            place: None,
            odd: Odd::default(),
        });
    }

    /// What the answer says beside its rows.
    pub(super) fn told_by_answer(&mut self, answer: &Value) {
        let told = |path: &Option<Path>| Some(Field::from(path.as_ref()?.first(answer)?));
        if let Some(url) = told(&self.next).and_then(|f| f.text().map(Cow::into_owned)) {
            self.answer.next = Some(NextPage::Url(url));
        }
        let ttl = told(&self.ttl).and_then(|field| field.number());
        self.answer.ttl_s = ttl
            .filter(|s| (0.0..=86_400.0).contains(s))
            .map(|s| s as u64);
    }
}
