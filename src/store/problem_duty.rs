//! What time brings for problems: they become late, are nobody's to be asked about, and are forgotten.
//!
//! Promises: each call does a bounded part and says how much, and what finds nothing to do writes nothing,
//! so that a full disk is not written to for nothing. That a problem is late is written once, whatever the
//! number of hubs that look, with who is told of it.

use super::row::from_row;
use super::{Store, StoreError, reading, sql, transaction, writing};
use crate::domain::{Millis, ProblemCode};

/// Where an open problem is, and whose it was when that was last looked at.
#[derive(Clone, Debug)]
pub struct ProblemPlace {
    pub id: i64,
    pub code: ProblemCode,
    pub bay: Option<String>,
    pub zone: Option<String>,
    pub operator: String,
    pub partner: Option<String>,
}

from_row!(ProblemPlace, |row| {
    Ok(Self {
        id: row.number("id")?,
        code: row.word("code", ProblemCode::parse)?,
        bay: row.maybe_text("bay")?,
        zone: row.maybe_text("zone")?,
        operator: row.text("operator")?,
        partner: row.maybe_text("partner")?,
    })
});

impl Store {
    /// Marks problems whose time is over as late and passes them to the authority's partner, `most` at a
    /// time; how many.
    pub async fn mark_overdue(
        &self,
        now: Millis,
        authority: Option<&str>,
        most: u32,
    ) -> Result<u64, StoreError> {
        const THERE: &str = "SELECT id FROM problem \
             WHERE closed_at IS NULL AND overdue_at IS NULL AND expected_at <= $1 LIMIT 1";
        const SQL: &str = "UPDATE problem SET overdue_at = $1, escalated_to = $2 \
             WHERE overdue_at IS NULL AND closed_at IS NULL AND id IN (SELECT id FROM problem \
             WHERE closed_at IS NULL AND overdue_at IS NULL AND expected_at <= $1 \
             ORDER BY expected_at LIMIT $3)";
        let there: Option<(i64,)> = reading!(self, db => sqlx::query_as(THERE).bind(sql(now))
            .fetch_optional(db).await)?;
        if there.is_none() {
            return Ok(0);
        }
        Ok(
            writing!(self, db => sqlx::query(SQL).bind(sql(now)).bind(authority)
            .bind(i64::from(most)).execute(db).await.map(|done| done.rows_affected()))?,
        )
    }

    /// Forgets how to reach who reported problems that were closed by then, what each said and showed, where
    /// in words if it is known otherwise, and their tokens, of `most` problems at a time; of how many.
    pub async fn forget_contacts(&self, before: Millis, most: u32) -> Result<u64, StoreError> {
        const THERE: &str = "SELECT id FROM problem WHERE has_contact AND closed_at <= $1 \
             ORDER BY closed_at, id LIMIT $2";
        const WHO: &str = "UPDATE problem_reporter SET email = NULL, phone = NULL, plate = NULL, token = NULL, \
             origin = NULL, said = '' WHERE problem = $1";
        const SQL: &str = "UPDATE problem SET has_contact = $2, description = '', media_url = NULL, \
             address = CASE WHEN zone IS NULL THEN address ELSE NULL END WHERE id = $1";
        let ids = self.ids(THERE, before, most).await?;
        if ids.is_empty() {
            return Ok(0);
        }
        transaction!(self, tx => {
            for (id,) in &ids {
                sqlx::query(WHO).bind(id).execute(&mut *tx).await?;
                sqlx::query(SQL).bind(id).bind(false).execute(&mut *tx).await?;
            }
        });
        Ok(ids.len() as u64)
    }

    /// Forgets problems that were closed by then, and all that belongs to them, `most` at a time; how many.
    pub async fn forget_problems(&self, before: Millis, most: u32) -> Result<u64, StoreError> {
        const THERE: &str = "SELECT id FROM problem WHERE closed_at IS NOT NULL AND closed_at <= $1 \
             ORDER BY closed_at, id LIMIT $2";
        const NOTICES: &str = "DELETE FROM problem_notice WHERE problem = $1";
        const WHO: &str = "DELETE FROM problem_reporter WHERE problem = $1";
        const SQL: &str = "DELETE FROM problem WHERE id = $1";
        let ids = self.ids(THERE, before, most).await?;
        if ids.is_empty() {
            return Ok(0);
        }
        transaction!(self, tx => {
            for (id,) in &ids {
                for sql in [NOTICES, WHO, SQL] {
                    sqlx::query(sql).bind(id).execute(&mut *tx).await?;
                }
            }
        });
        Ok(ids.len() as u64)
    }

    async fn ids(
        &self,
        query: &'static str,
        before: Millis,
        most: u32,
    ) -> Result<Vec<(i64,)>, StoreError> {
        Ok(
            reading!(self, db => sqlx::query_as(query).bind(sql(before)).bind(i64::from(most))
            .fetch_all(db).await)?,
        )
    }

    /// Where open problems after number `id` are, and whose: `most` of them, in order.
    pub async fn problem_places(
        &self,
        id: i64,
        most: u32,
    ) -> Result<Vec<ProblemPlace>, StoreError> {
        const SQL: &str = "SELECT id, code, bay, zone, operator, partner FROM problem \
             WHERE closed_at IS NULL AND id > $1 ORDER BY id LIMIT $2";
        Ok(
            reading!(self, db => sqlx::query_as(SQL).bind(id).bind(i64::from(most))
            .fetch_all(db).await)?,
        )
    }

    /// An open problem is somebody else's from now on.
    pub async fn route_problem(
        &self,
        id: i64,
        operator: &str,
        partner: Option<&str>,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE problem SET operator = $2, partner = $3 \
             WHERE id = $1 AND closed_at IS NULL";
        writing!(self, db => sqlx::query(SQL).bind(id).bind(operator).bind(partner).execute(db).await
            .map(drop))?;
        Ok(())
    }

    /// Bays whose sensor `least` partners at least have doubted after `since`, and how many.
    pub async fn doubted_bays(
        &self,
        since: Millis,
        least: u32,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        const SQL: &str = "SELECT bay, count(*) FROM problem_doubt WHERE at > $1 GROUP BY bay \
             HAVING count(*) >= $2 ORDER BY bay LIMIT 65536";
        Ok(
            reading!(self, db => sqlx::query_as(SQL).bind(sql(since)).bind(i64::from(least))
            .fetch_all(db).await)?,
        )
    }

    /// Forgets doubts that count no more.
    pub async fn forget_doubts(&self, before: Millis) -> Result<(), StoreError> {
        const THERE: &str = "SELECT count(*) FROM problem_doubt WHERE at <= $1";
        const SQL: &str = "DELETE FROM problem_doubt WHERE at <= $1";
        let over: i64 = reading!(self, db => sqlx::query_scalar(THERE).bind(sql(before))
            .fetch_one(db).await)?;
        if over > 0 {
            writing!(self, db => sqlx::query(SQL).bind(sql(before)).execute(db).await.map(drop))?;
        }
        Ok(())
    }
}
