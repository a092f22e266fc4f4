//! Problems that people have reported: one row each, what was said of it, and who reported it.
//!
//! Promises: of one code and spot one problem is open, by the database's own constraint, whoever asks at
//! a time; who reports the same joins it, and it goes to whom that one would have gone. A token is looked up by its SHA-256 and spent by one caller. A
//! state follows on the one that was read, or nothing is changed. How to reach who reported lies apart
//! from the problem and is read by nothing that lists problems.

use super::row::from_row;
use super::work::within;
use super::{Digest, Store, StoreError, reading, sql, writing};
use crate::domain::{Millis, ProblemCode, ProblemState};
use std::fmt;

/// A problem, without who reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemRow {
    pub id: i64,
    pub code: ProblemCode,
    /// As it was called then.
    pub bay: Option<String>,
    pub zone: Option<String>,
    /// Whether the zone was private then.
    pub is_private: bool,
    pub address: Option<String>,
    /// Latitude and longitude, 1e-7 degrees.
    pub place_e7: Option<(i32, i32)>,
    pub description: String,
    pub media_url: Option<String>,
    /// Who is responsible.
    pub operator: String,
    /// Whose keys work on it; `None`: administrators' alone.
    pub partner: Option<String>,
    /// The partner whose key reported it.
    pub reporter: Option<String>,
    pub votes: i64,
    pub state: ProblemState,
    /// The operator's last word on it.
    pub notice: Option<String>,
    pub duplicate_of: Option<i64>,
    pub created_at: Millis,
    pub changed_at: Millis,
    pub expected_at: Millis,
    pub closed_at: Option<Millis>,
    pub overdue_at: Option<Millis>,
}

from_row!(ProblemRow, |row| {
    let lat = row.maybe_small("lat_e7")?;
    Ok(Self {
        id: row.number("id")?,
        code: row.word("code", ProblemCode::parse)?,
        bay: row.maybe_text("bay")?,
        zone: row.maybe_text("zone")?,
        is_private: row.flag("is_private")?,
        address: row.maybe_text("address")?,
        place_e7: lat.zip(row.maybe_small("lon_e7")?),
        description: row.text("description")?,
        media_url: row.maybe_text("media_url")?,
        operator: row.text("operator")?,
        partner: row.maybe_text("partner")?,
        reporter: row.maybe_text("reporter")?,
        votes: row.number("votes")?,
        state: row.word("state", ProblemState::parse)?,
        notice: row.maybe_text("notice")?,
        duplicate_of: row.maybe_small("duplicate_of")?,
        created_at: row.time("created_at")?,
        changed_at: row.time("changed_at")?,
        expected_at: row.time("expected_at")?,
        closed_at: row.maybe_time("closed_at")?,
        overdue_at: row.maybe_time("overdue_at")?,
    })
});

/// How to reach who reported, and the vehicle that it is about.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ProblemContact {
    pub email: Option<String>,
    pub phone: Option<String>,
    pub plate: Option<String>,
}

impl fmt::Debug for ProblemContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProblemContact")
    }
}

/// A problem to be kept.
pub struct NewProblem<'a> {
    pub code: ProblemCode,
    /// What makes it the same as another.
    pub spot: &'a str,
    pub bay: Option<&'a str>,
    pub zone: Option<&'a str>,
    pub is_private: bool,
    pub address: Option<&'a str>,
    pub place_e7: Option<(i32, i32)>,
    pub description: &'a str,
    pub media_url: Option<&'a str>,
    pub operator: &'a str,
    pub partner: Option<&'a str>,
    pub reporter: Option<&'a str>,
    /// Whom it is counted for.
    pub origin: &'a str,
    pub at: Millis,
    pub expected_at: Millis,
    pub contact: &'a ProblemContact,
    /// What it may be rated with; `None`: not by who reports it.
    pub token: Option<Digest>,
}

/// How many problems may be open, and how many who report one are kept with it.
#[derive(Clone, Copy, Debug)]
pub struct ProblemBounds {
    pub in_all: u32,
    pub of_origin: u32,
    pub reporters: u32,
    pub reporters_of_origin: u32,
}

/// Which of the bounds was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemBound {
    InAll,
    OfOrigin,
}

/// A problem that was reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptProblem {
    pub row: ProblemRow,
    /// Nobody had reported it before.
    pub is_new: bool,
    /// Who reports it is kept with it, and so is the token.
    pub is_kept: bool,
}

/// What an operator says of a problem.
#[derive(Clone, Copy, Debug)]
pub struct ProblemChange<'a> {
    /// As it was read.
    pub from: ProblemState,
    pub to: ProblemState,
    pub notice: Option<&'a str>,
    pub duplicate_of: Option<i64>,
    /// The partner that says it.
    pub author: &'a str,
    /// To whom it is passed if it is late by then.
    pub authority: Option<&'a str>,
    pub at: Millis,
}

/// What came of a rating.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RatingOutcome {
    Rated,
    /// Nothing is done about it yet.
    StillOpen,
    /// Nobody has the token for this problem, or it was used, or its time is over.
    BadToken,
}

/// Notices that are kept of a problem; the oldest make room.
const NOTICES: i64 = 100;

const MAKE: &str = "INSERT INTO problem (code, spot, bay, zone, is_private, address, lat_e7, lon_e7, \
     description, media_url, operator, partner, reporter, origin, votes, state, created_at, changed_at, \
     expected_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 1, 'open', $15, $15, $16) \
     ON CONFLICT (code, spot) WHERE closed_at IS NULL DO UPDATE SET votes = problem.votes + 1, \
     operator = EXCLUDED.operator, partner = EXCLUDED.partner, \
     reporter = COALESCE(problem.reporter, EXCLUDED.reporter), \
     media_url = COALESCE(problem.media_url, EXCLUDED.media_url) RETURNING *";

impl Store {
    /// Keeps a problem, or one vote more of the same if that is open; or which bound does not allow it.
    ///
    /// Two hubs that are asked in the same moment may each take one more than the bounds allow.
    pub async fn report_problem(
        &self,
        new: &NewProblem<'_>,
        bounds: ProblemBounds,
    ) -> Result<Result<KeptProblem, ProblemBound>, StoreError> {
        const SAME: &str =
            "SELECT count(*) FROM problem WHERE code = $1 AND spot = $2 AND closed_at IS NULL";
        const OWN: &str = "SELECT count(*) FROM problem WHERE origin = $1 AND closed_at IS NULL";
        const ALL: &str = "SELECT count(*) FROM problem WHERE closed_at IS NULL";
        let mut work = self.work().await?;
        let same: i64 = within!(work, db => sqlx::query_scalar(SAME).bind(new.code.name())
            .bind(new.spot).fetch_one(db).await)?;
        if same == 0 {
            let own: i64 = within!(work, db => sqlx::query_scalar(OWN).bind(new.origin)
                .fetch_one(db).await)?;
            if own >= i64::from(bounds.of_origin) {
                return Ok(Err(ProblemBound::OfOrigin));
            }
            let all: i64 = within!(work, db => sqlx::query_scalar(ALL).fetch_one(db).await)?;
            if all >= i64::from(bounds.in_all) {
                return Ok(Err(ProblemBound::InAll));
            }
        }
        let (lat, lon) = new.place_e7.unzip();
        let row: ProblemRow = within!(work, db => {
            let make = sqlx::query_as(MAKE).bind(new.code.name()).bind(new.spot).bind(new.bay);
            let make = make.bind(new.zone).bind(new.is_private).bind(new.address);
            let make = make.bind(lat.map(i64::from)).bind(lon.map(i64::from));
            let make = make.bind(new.description).bind(new.media_url).bind(new.operator);
            let make = make.bind(new.partner).bind(new.reporter).bind(new.origin);
            make.bind(sql(new.at)).bind(sql(new.expected_at)).fetch_one(db).await
        })?;
        let is_kept = work.keep_reporter(row.id, new, bounds).await?;
        work.commit().await?;
        let is_new = row.votes == 1;
        Ok(Ok(KeptProblem {
            row,
            is_new,
            is_kept,
        }))
    }

    /// One problem.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`].
    pub async fn problem(&self, id: i64) -> Result<ProblemRow, StoreError> {
        const SQL: &str = "SELECT * FROM problem WHERE id = $1";
        let row: Option<ProblemRow> =
            reading!(self, db => sqlx::query_as(SQL).bind(id).fetch_optional(db).await)?;
        row.ok_or(StoreError::NoSuch)
    }

    /// Carries out what its operator says of a problem, which is late from then on if its time was over.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it is not as it was read any more.
    pub async fn change_problem(
        &self,
        id: i64,
        change: &ProblemChange<'_>,
    ) -> Result<ProblemRow, StoreError> {
        const SQL: &str = "UPDATE problem SET state = $3, notice = COALESCE($4, notice), \
             duplicate_of = COALESCE($5, duplicate_of), changed_at = $6, closed_at = $7, version = version + 1, \
             origin = CASE WHEN CAST($7 AS BIGINT) IS NULL THEN origin ELSE NULL END, \
             escalated_to = CASE WHEN overdue_at IS NULL AND expected_at <= $6 THEN $8 ELSE escalated_to END, \
             overdue_at = CASE WHEN overdue_at IS NULL AND expected_at <= $6 THEN $6 ELSE overdue_at END \
             WHERE id = $1 AND state = $2 RETURNING *";
        const SAY: &str = "INSERT INTO problem_notice (problem, at, state, notice, author) \
             VALUES ($1, $2, $3, $4, $5)";
        const ROOM: &str = "DELETE FROM problem_notice WHERE problem = $1 AND id NOT IN \
             (SELECT id FROM problem_notice WHERE problem = $1 ORDER BY id DESC LIMIT $2)";
        const NOBODYS: &str = "UPDATE problem_reporter SET origin = NULL WHERE problem = $1";
        const TRUSTED: &str = "DELETE FROM problem_doubt WHERE bay = $1";
        let mut work = self.work().await?;
        let closed_at = change.to.is_over().then_some(sql(change.at));
        let row: Option<ProblemRow> = within!(work, db => {
            let update = sqlx::query_as(SQL).bind(id).bind(change.from.name()).bind(change.to.name());
            let update = update.bind(change.notice).bind(change.duplicate_of);
            let update = update.bind(sql(change.at)).bind(closed_at).bind(change.authority);
            update.fetch_optional(db).await
        })?;
        let row = row.ok_or(StoreError::Stale)?;
        within!(work, db => {
            let say = sqlx::query(SAY).bind(id).bind(sql(change.at)).bind(change.to.name());
            say.bind(change.notice).bind(change.author).execute(db).await.map(drop)
        })?;
        within!(work, db => sqlx::query(ROOM).bind(id).bind(NOTICES).execute(db).await.map(drop))?;
        if row.closed_at.is_some() {
            within!(work, db => sqlx::query(NOBODYS).bind(id).execute(db).await.map(drop))?;
        }
        if row.closed_at.is_some() && row.code == ProblemCode::SensorWrong {
            within!(work, db => sqlx::query(TRUSTED).bind(&row.bay).execute(db).await.map(drop))?;
        }
        work.commit().await?;
        Ok(row)
    }

    /// Rates a problem that was closed after `since`; the token is spent.
    pub async fn rate_problem(
        &self,
        id: i64,
        (token, stars): (&Digest, u8),
        (since, now): (Millis, Millis),
    ) -> Result<RatingOutcome, StoreError> {
        const SQL: &str = "UPDATE problem_reporter SET stars = $3, rated_at = $4, token = NULL \
             WHERE problem = $1 AND token = $2 AND EXISTS \
             (SELECT 1 FROM problem p WHERE p.id = $1 AND p.closed_at > $5) RETURNING id";
        const OPEN: &str = "SELECT count(*) FROM problem_reporter r JOIN problem p ON p.id = r.problem \
             WHERE r.problem = $1 AND r.token = $2 AND p.closed_at IS NULL";
        let done: Option<(i64,)> = writing!(self, db => {
            let update = sqlx::query_as(SQL).bind(id).bind(&token[..]).bind(i64::from(stars));
            update.bind(sql(now)).bind(sql(since)).fetch_optional(db).await
        })?;
        if done.is_some() {
            return Ok(RatingOutcome::Rated);
        }
        let open: i64 = reading!(self, db => sqlx::query_scalar(OPEN).bind(id).bind(&token[..])
            .fetch_one(db).await)?;
        Ok(if open > 0 {
            RatingOutcome::StillOpen
        } else {
            RatingOutcome::BadToken
        })
    }

    /// Notes that a partner says a bay's sensor is wrong: once for each, the last time counts.
    pub async fn doubt_sensor(
        &self,
        bay: &str,
        partner: &str,
        at: Millis,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO problem_doubt (bay, partner, at) VALUES ($1, $2, $3) \
             ON CONFLICT (bay, partner) DO UPDATE SET at = EXCLUDED.at";
        writing!(self, db => sqlx::query(SQL).bind(bay).bind(partner).bind(sql(at)).execute(db).await
            .map(drop))?;
        Ok(())
    }
}

impl super::Work {
    /// Keeps who reports a problem, if there is room; whether there was.
    async fn keep_reporter(
        &mut self,
        problem: i64,
        new: &NewProblem<'_>,
        bounds: ProblemBounds,
    ) -> Result<bool, StoreError> {
        const COUNT: &str = "SELECT count(*), count(CASE WHEN origin = $2 THEN 1 END) \
             FROM problem_reporter WHERE problem = $1";
        const SQL: &str = "INSERT INTO problem_reporter (problem, at, origin, email, phone, plate, said, token) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        const HAS: &str = "UPDATE problem SET has_contact = $2 WHERE id = $1 AND NOT has_contact";
        let (all, own): (i64, i64) = within!(self, db => sqlx::query_as(COUNT).bind(problem)
            .bind(new.origin).fetch_one(db).await)?;
        if all >= i64::from(bounds.reporters) || own >= i64::from(bounds.reporters_of_origin) {
            return Ok(false);
        }
        let token = new.token.map(|token| token.to_vec());
        within!(self, db => {
            let insert = sqlx::query(SQL).bind(problem).bind(sql(new.at)).bind(new.origin);
            let insert = insert.bind(&new.contact.email).bind(&new.contact.phone);
            let insert = insert.bind(&new.contact.plate).bind(new.description);
            insert.bind(token).execute(db).await.map(drop)
        })?;
        within!(self, db => sqlx::query(HAS).bind(problem).bind(true).execute(db).await.map(drop))?;
        Ok(true)
    }
}
