//! What was answered to requests with an idempotency key, by driver and key.

use super::work::within;
use super::{Digest, StoreError, Work, sql};
use crate::domain::Millis;

impl Work {
    /// What was answered to a driver's request with this key, and the digest of that request's
    /// body.
    pub async fn answered(
        &mut self,
        driver: &str,
        key: &str,
    ) -> Result<Option<(Digest, String)>, StoreError> {
        const SQL: &str = "SELECT body, answer FROM request WHERE driver = $1 AND key = $2";
        let found: Option<(Vec<u8>, String)> = within!(self, db => sqlx::query_as(SQL).bind(driver).bind(key).fetch_optional(db).await)?;
        found
            .map(|(body, answer)| {
                let body = Digest::try_from(body)
                    .map_err(|_| StoreError::Failed("request: not a digest".into()))?;
                Ok((body, answer))
            })
            .transpose()
    }

    /// Forgets what was answered before then.
    pub async fn forget_answers(&mut self, before: Millis) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM request WHERE at < $1";
        within!(self, db => sqlx::query(SQL).bind(sql(before)).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Remembers an answer.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if another has answered this key meanwhile.
    pub async fn answer(
        &mut self,
        (driver, key): (&str, &str),
        body: &Digest,
        answer: &str,
        now: Millis,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "INSERT INTO request (driver, key, body, at, answer) VALUES ($1, $2, $3, $4, $5)";
        within!(self, db => {
            let insert = sqlx::query(SQL).bind(driver).bind(key).bind(&body[..]).bind(sql(now)).bind(answer);
            insert.execute(db).await.map(drop)
        })?;
        Ok(())
    }
}
