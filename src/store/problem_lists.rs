//! Problems as they are listed, one with all that belongs to it, and what they add up to.
//!
//! Promises: no list has more rows than are asked for, and each is walked in the order of an index, so
//! a page of many problems costs what it shows. Dear: a page far from the first walks over those before.

use super::row::from_row;
use super::{Pools, ProblemRow, Store, StoreError, millis, reading, sql};
use crate::domain::{Millis, ProblemCode, ProblemState};
use serde_json::json;
use std::fmt;

/// Whose problems, and which.
#[derive(Clone, Debug, Default)]
pub struct ProblemQuestion {
    /// Those reported from then on until then.
    pub span: (Millis, Millis),
    /// `None`: of any.
    pub codes: Option<Vec<ProblemCode>>,
    /// Whether they are over; `None`: both.
    pub is_over: Option<bool>,
    pub seen_by: ProblemEyes,
    pub limit: u32,
    pub offset: u32,
}

/// Who sees problems of private zones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProblemEyes {
    /// Nobody's: none.
    #[default]
    Public,
    /// Those it works on or has reported.
    Partner(String),
    All,
}

/// What is to be worked on.
#[derive(Clone, Debug)]
pub struct ProblemWork {
    /// Of whom; `None`: everybody's.
    pub partner: Option<String>,
    pub is_over: bool,
    pub state: Option<ProblemState>,
    pub code: Option<ProblemCode>,
    pub only_overdue: bool,
    /// Where to go on: the time that the order goes by, and a number.
    pub after: Option<(Millis, i64)>,
    pub limit: u32,
}

/// What was said of a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    pub at: Millis,
    pub state: ProblemState,
    pub notice: Option<String>,
    pub author: Option<String>,
}

from_row!(NoticeRow, |row| {
    Ok(Self {
        at: row.time("at")?,
        state: row.word("state", ProblemState::parse)?,
        notice: row.maybe_text("notice")?,
        author: row.maybe_text("author")?,
    })
});

/// One who has reported a problem.
#[derive(Clone, PartialEq, Eq)]
pub struct ReporterRow {
    pub at: Millis,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub plate: Option<String>,
    /// In own words.
    pub said: String,
    pub stars: Option<u8>,
}

impl fmt::Debug for ReporterRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReporterRow({})", self.at)
    }
}

from_row!(ReporterRow, |row| {
    Ok(Self {
        at: row.time("at")?,
        email: row.maybe_text("email")?,
        phone: row.maybe_text("phone")?,
        plate: row.maybe_text("plate")?,
        said: row.text("said")?,
        stars: row.maybe_small("stars")?,
    })
});

/// How an operator has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperatorService {
    /// Of each that was dealt with: reported, due, closed.
    pub closed: Vec<(Millis, Millis, Millis)>,
    pub open: i64,
    pub overdue: i64,
    pub ratings: i64,
    pub stars: i64,
}

/// Closed problems of an operator that are looked at, the newest.
const LOOKED_AT: i64 = 10_000;

/// The list, of problems that `$is`: each has an index of its own to walk. Of one code it is that code's.
macro_rules! list {
    ($is:literal, $codes:literal) => {
        concat!(
            "SELECT * FROM problem WHERE created_at >= $1 AND created_at <= $2 AND ",
            $is,
            " AND (NOT is_private OR $3 = 'all' OR ($3 = 'one' AND (partner = $4 OR reporter = $4))) AND ",
            $codes,
            " ORDER BY created_at DESC, id DESC LIMIT $6 OFFSET $7"
        )
    };
}

/// Of any state, open, over: of some codes or all, and of one.
const LISTS: [[&str; 2]; 3] = [
    [
        list!("1 = 1", "($5 = '' OR $5 LIKE '% ' || code || ' %')"),
        list!("1 = 1", "code = $5"),
    ],
    [
        list!(
            "closed_at IS NULL",
            "($5 = '' OR $5 LIKE '% ' || code || ' %')"
        ),
        list!("closed_at IS NULL", "code = $5"),
    ],
    [
        list!(
            "closed_at IS NOT NULL",
            "($5 = '' OR $5 LIKE '% ' || code || ' %')"
        ),
        // Not by the code's index, in which all that is open would be walked over.
        list!("closed_at IS NOT NULL", "code || '' = $5"),
    ],
];

const NAMED: [&str; 2] = [
    "SELECT * FROM problem WHERE id IN (SELECT value FROM json_each($1)) ORDER BY id",
    "SELECT * FROM problem WHERE id IN (SELECT n::bigint FROM json_array_elements_text($1::json) n) \
     ORDER BY id",
];

const DUE: &str = "SELECT * FROM problem WHERE closed_at IS NULL AND $1 = $1 \
     AND (expected_at, id) > ($2, $3) AND ($4 = '' OR state = $4) AND ($5 = '' OR code = $5) \
     AND ($6 = 0 OR overdue_at IS NOT NULL) ORDER BY expected_at, id LIMIT $7";

const DUE_OF: &str = "SELECT * FROM problem WHERE closed_at IS NULL AND partner = $1 \
     AND (expected_at, id) > ($2, $3) AND ($4 = '' OR state = $4) AND ($5 = '' OR code = $5) \
     AND ($6 = 0 OR overdue_at IS NOT NULL) ORDER BY expected_at, id LIMIT $7";

const DONE: &str = "SELECT * FROM problem WHERE closed_at IS NOT NULL AND $1 = $1 \
     AND (closed_at, id) < ($2, $3) AND ($4 = '' OR state = $4) AND ($5 = '' OR code = $5) \
     AND ($6 = 0 OR overdue_at IS NOT NULL) ORDER BY closed_at DESC, id DESC LIMIT $7";

const DONE_OF: &str = "SELECT * FROM problem WHERE closed_at IS NOT NULL AND partner = $1 \
     AND (closed_at, id) < ($2, $3) AND ($4 = '' OR state = $4) AND ($5 = '' OR code = $5) \
     AND ($6 = 0 OR overdue_at IS NOT NULL) ORDER BY closed_at DESC, id DESC LIMIT $7";

impl Store {
    /// What everybody may be told, the newest first.
    pub async fn problems(&self, of: &ProblemQuestion) -> Result<Vec<ProblemRow>, StoreError> {
        let [some, one] = LISTS[of.is_over.map_or(0, |over| 1 + usize::from(over))];
        let (eyes, partner) = match &of.seen_by {
            ProblemEyes::Public => ("none", ""),
            ProblemEyes::Partner(name) => ("one", &**name),
            ProblemEyes::All => ("all", ""),
        };
        let (query, codes) = match of.codes.as_deref() {
            None => (some, String::new()),
            Some([code]) => (one, code.name().to_owned()),
            Some(codes) => {
                let names: Vec<&str> = codes.iter().map(|code| code.name()).collect();
                (some, format!(" {} ", names.join(" ")))
            }
        };
        let rows = reading!(self, db => {
            let ask = sqlx::query_as(query).bind(sql(of.span.0)).bind(sql(of.span.1));
            let ask = ask.bind(eyes).bind(partner).bind(&codes);
            ask.bind(i64::from(of.limit)).bind(i64::from(of.offset)).fetch_all(db).await
        })?;
        Ok(rows)
    }

    /// Those of these numbers that there are, by number: one statement, however many they are.
    pub async fn problems_named(&self, ids: &[i64]) -> Result<Vec<ProblemRow>, StoreError> {
        let [sqlite, postgres] = NAMED;
        let query = match &self.0 {
            Pools::Sqlite { .. } => sqlite,
            Pools::Postgres(_) => postgres,
        };
        let ids = json!(ids).to_string();
        Ok(reading!(self, db => sqlx::query_as(query).bind(&ids).fetch_all(db).await)?)
    }

    /// What is to be worked on, by when it is due; of what is over the last first.
    pub async fn problem_work(&self, of: &ProblemWork) -> Result<Vec<ProblemRow>, StoreError> {
        let query = match (of.is_over, &of.partner) {
            (false, None) => DUE,
            (false, Some(_)) => DUE_OF,
            (true, None) => DONE,
            (true, Some(_)) => DONE_OF,
        };
        let first = if of.is_over {
            (Millis(i64::MAX as u64), i64::MAX)
        } else {
            (Millis(0), -1)
        };
        let (at, id) = of.after.unwrap_or(first);
        let rows = reading!(self, db => {
            let ask = sqlx::query_as(query).bind(of.partner.as_deref().unwrap_or(""));
            let ask = ask.bind(sql(at)).bind(id).bind(of.state.map_or("", ProblemState::name));
            let ask = ask.bind(of.code.map_or("", ProblemCode::name));
            ask.bind(i64::from(of.only_overdue)).bind(i64::from(of.limit)).fetch_all(db).await
        })?;
        Ok(rows)
    }

    /// What was said of a problem, in order.
    pub async fn problem_notices(&self, id: i64) -> Result<Vec<NoticeRow>, StoreError> {
        const SQL: &str = "SELECT * FROM problem_notice WHERE problem = $1 ORDER BY id";
        Ok(reading!(self, db => sqlx::query_as(SQL).bind(id).fetch_all(db).await)?)
    }

    /// Who has reported a problem, as far as that is kept.
    pub async fn problem_reporters(&self, id: i64) -> Result<Vec<ReporterRow>, StoreError> {
        const SQL: &str = "SELECT * FROM problem_reporter WHERE problem = $1 ORDER BY id";
        Ok(reading!(self, db => sqlx::query_as(SQL).bind(id).fetch_all(db).await)?)
    }

    /// How many are open of each code, and how many of those are late.
    pub async fn problem_counts(&self) -> Result<[Vec<(ProblemCode, i64)>; 2], StoreError> {
        const OPEN: &str =
            "SELECT code, count(*) FROM problem WHERE closed_at IS NULL GROUP BY code";
        const LATE: &str = "SELECT code, count(*) FROM problem \
             WHERE closed_at IS NULL AND overdue_at IS NOT NULL GROUP BY code";
        let known = |rows: Vec<(String, i64)>| {
            let rows = rows.into_iter();
            rows.filter_map(|(code, n)| Some((ProblemCode::parse(&code)?, n)))
                .collect()
        };
        let open = reading!(self, db => sqlx::query_as(OPEN).fetch_all(db).await)?;
        let late = reading!(self, db => sqlx::query_as(LATE).fetch_all(db).await)?;
        Ok([known(open), known(late)])
    }

    /// How an operator has done with what was closed, or rated, after `since`.
    pub async fn operator_service(
        &self,
        operator: &str,
        since: Millis,
    ) -> Result<OperatorService, StoreError> {
        const CLOSED: &str = "SELECT created_at, expected_at, closed_at FROM problem WHERE operator = $1 \
             AND closed_at > $2 AND (state <> 'duplicate' OR overdue_at IS NOT NULL) ORDER BY closed_at DESC LIMIT $3";
        const OPEN: &str = "SELECT count(*), count(overdue_at) FROM problem \
             WHERE operator = $1 AND closed_at IS NULL";
        const RATED: &str = "SELECT count(*), CAST(COALESCE(sum(r.stars), 0) AS BIGINT) \
             FROM problem p JOIN problem_reporter r ON r.problem = p.id \
             WHERE p.operator = $1 AND p.closed_at IS NOT NULL AND r.rated_at > $2";
        let closed: Vec<(i64, i64, i64)> = reading!(self, db => sqlx::query_as(CLOSED).bind(operator)
            .bind(sql(since)).bind(LOOKED_AT).fetch_all(db).await)?;
        let (open, overdue): (i64, i64) =
            reading!(self, db => sqlx::query_as(OPEN).bind(operator).fetch_one(db).await)?;
        let (ratings, stars): (i64, i64) = reading!(self, db => sqlx::query_as(RATED).bind(operator)
            .bind(sql(since)).fetch_one(db).await)?;
        let times = |(at, due, closed)| (millis(at), millis(due), millis(closed));
        Ok(OperatorService {
            closed: closed.into_iter().map(times).collect(),
            open,
            overdue,
            ratings,
            stars,
        })
    }
}
