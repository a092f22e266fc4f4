//! Who has asked to become a partner, until its first key is handed out.
//!
//! Promises: a one-time link is spent by one caller, whoever else has it: the row is changed only
//! while it still has that very link. What it is looked up by is its SHA-256, so the time of a
//! look-up tells nothing of a link. A key, its partner and the end of the sign-up are one transaction.

use super::partners::NewPartner;
use super::row::from_row;
use super::work::within;
use super::{Digest, KeyRow, NewKey, Store, StoreError, reading, sql, writing};
use crate::domain::{Millis, vocabulary};

vocabulary! {
    /// How far a sign-up has come.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum SignupState {
        /// The address is not proven.
        Asked => "asked",
        /// It is; an administrator has to decide.
        Confirmed => "confirmed",
        /// Decided; the key waits for whoever has the link.
        Admitted => "admitted",
        Refused => "refused",
    }
}

/// A sign-up to be kept.
pub struct NewSignup<'a> {
    pub name: &'a str,
    pub contact: &'a str,
    pub wants: &'a str,
    /// Whom it is counted for.
    pub origin: &'a str,
    pub link: Digest,
    /// The link's text.
    pub unsent: &'a str,
    pub created_at: Millis,
    pub expires_at: Millis,
}

/// How many sign-ups there may be.
#[derive(Clone, Copy, Debug)]
pub struct SignupBounds {
    pub in_all: u32,
    /// Unconfirmed ones of one origin.
    pub of_origin: u32,
    pub of_contact: u32,
}

/// Which of the bounds was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignupBound {
    InAll,
    OfOrigin,
    OfContact,
}

/// A sign-up as it is kept, without what opens anything but `unsent`.
#[derive(Clone, PartialEq, Eq)]
pub struct SignupRow {
    /// Never used again for another.
    pub id: i64,
    pub name: String,
    pub contact: String,
    pub wants: String,
    pub state: SignupState,
    /// The partner it was admitted as.
    pub partner: Option<String>,
    /// The link, where it could not be sent.
    pub unsent: Option<String>,
    pub created_at: Millis,
    pub confirmed_at: Option<Millis>,
    pub expires_at: Millis,
}

impl std::fmt::Debug for SignupRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "SignupRow({}, {:?}, {:?})",
            self.id, self.name, self.state
        )
    }
}

from_row!(SignupRow, |row| {
    Ok(Self {
        id: row.number("id")?,
        name: row.text("name")?,
        contact: row.text("contact")?,
        wants: row.text("wants")?,
        state: row.word("state", SignupState::parse)?,
        partner: row.maybe_text("partner")?,
        unsent: row.maybe_text("unsent")?,
        created_at: row.time("created_at")?,
        confirmed_at: row.maybe_time("confirmed_at")?,
        expires_at: row.time("expires_at")?,
    })
});

/// What an administrator has decided of a sign-up that is admitted.
pub struct AdmittedSignup<'a> {
    /// The partner's name.
    pub partner: &'a str,
    /// It is to be added, or linked; `None`: it is there as it is to be.
    pub new: Option<NewPartner<'a>>,
    /// A link that takes the place of the one that is out, and its text.
    pub link: Option<(Digest, &'a str)>,
    pub expires_at: Millis,
}

impl Store {
    /// Keeps a sign-up if the bounds allow it; or which of them does not. What stands behind a `+` before
    /// the `@` makes no other contact: most hosts take it to the same mailbox.
    ///
    /// Two hubs that are asked in the same moment may each take one more than that.
    pub async fn ask_signup(
        &self,
        new: &NewSignup<'_>,
        bounds: SignupBounds,
    ) -> Result<Result<i64, SignupBound>, StoreError> {
        const COUNT: &str = "SELECT count(*), count(CASE WHEN origin = $1 THEN 1 END) \
             FROM signup WHERE expires_at > $2";
        const CONTACTS: &str = "SELECT contact FROM signup WHERE expires_at > $1";
        const SQL: &str = "INSERT INTO signup \
             (name, contact, wants, origin, state, link, unsent, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, 'asked', $5, $6, $7, $8) RETURNING id";
        let mut work = self.work().await?;
        let now = sql(new.created_at);
        let (all, origin): (i64, i64) = within!(work, db => sqlx::query_as(COUNT)
            .bind(new.origin).bind(now).fetch_one(db).await)?;
        // There are `in_all` at most.
        let contacts: Vec<String> = within!(work, db => sqlx::query_scalar(CONTACTS)
            .bind(now).fetch_all(db).await)?;
        let own = mailbox(new.contact);
        let contact = contacts.iter().filter(|c| mailbox(c) == own).count() as i64;
        let met = [
            (SignupBound::OfContact, contact, bounds.of_contact),
            (SignupBound::OfOrigin, origin, bounds.of_origin),
            (SignupBound::InAll, all, bounds.in_all),
        ];
        if let Some((bound, ..)) = met.into_iter().find(|(_, n, most)| *n >= i64::from(*most)) {
            return Ok(Err(bound));
        }
        let (id,): (i64,) = within!(work, db => {
            let insert = sqlx::query_as(SQL).bind(new.name).bind(new.contact).bind(new.wants);
            let insert = insert.bind(new.origin).bind(&new.link[..]).bind(new.unsent);
            insert.bind(now).bind(sql(new.expires_at)).fetch_one(db).await
        })?;
        work.commit().await?;
        Ok(Ok(id))
    }

    /// The sign-up that a link was made for.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] if none has it, or its time is over.
    pub async fn signup_of_link(
        &self,
        link: &Digest,
        now: Millis,
    ) -> Result<SignupRow, StoreError> {
        const SQL: &str = "SELECT * FROM signup WHERE link = $1 AND expires_at > $2";
        let row: Option<SignupRow> = reading!(self, db => sqlx::query_as(SQL).bind(&link[..])
            .bind(sql(now)).fetch_optional(db).await)?;
        row.ok_or(StoreError::NoSuch)
    }

    /// One sign-up whose time is not over.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`].
    pub async fn signup(&self, id: i64, now: Millis) -> Result<SignupRow, StoreError> {
        const SQL: &str = "SELECT * FROM signup WHERE id = $1 AND expires_at > $2";
        let row: Option<SignupRow> = reading!(self, db => sqlx::query_as(SQL).bind(id)
            .bind(sql(now)).fetch_optional(db).await)?;
        row.ok_or(StoreError::NoSuch)
    }

    /// Up to `limit` of those whose time is not over: those that wait for a decision first, then by age.
    pub async fn signups(&self, limit: u32, now: Millis) -> Result<Vec<SignupRow>, StoreError> {
        const SQL: &str = "SELECT * FROM signup WHERE expires_at > $2 ORDER BY \
             CASE state WHEN 'confirmed' THEN 0 WHEN 'asked' THEN 1 ELSE 2 END, id LIMIT $1";
        Ok(
            reading!(self, db => sqlx::query_as(SQL).bind(i64::from(limit)).bind(sql(now))
            .fetch_all(db).await)?,
        )
    }

    /// The address is proven; the link is spent.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] if the link is not its link any more.
    pub async fn confirm_signup(
        &self,
        id: i64,
        link: &Digest,
        now: Millis,
        expires_at: Millis,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE signup SET state = 'confirmed', link = NULL, unsent = NULL, origin = NULL, \
             confirmed_at = $3, expires_at = $4 WHERE id = $1 AND link = $2 AND state = 'asked' RETURNING id";
        let done: Option<(i64,)> = writing!(self, db => sqlx::query_as(SQL).bind(id).bind(&link[..])
            .bind(sql(now)).bind(sql(expires_at)).fetch_optional(db).await)?;
        done.map(drop).ok_or(StoreError::NoSuch)
    }

    /// Hands out the key of a sign-up, which ends; with `partner` its partner is new.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] if the link is not its link any more or the partner is not there or
    /// suspended, [`StoreError::Taken`] if there is a partner or key of that name.
    pub async fn spend_signup(
        &self,
        id: i64,
        link: &Digest,
        partner: Option<NewPartner<'_>>,
        key: &NewKey<'_>,
    ) -> Result<KeyRow, StoreError> {
        const SQL: &str = "DELETE FROM signup WHERE id = $1 AND link = $2 RETURNING id";
        let mut work = self.work().await?;
        let gone: Option<(i64,)> = within!(work, db => sqlx::query_as(SQL).bind(id).bind(&link[..])
            .fetch_optional(db).await)?;
        gone.ok_or(StoreError::NoSuch)?;
        if let Some(partner) = partner {
            work.add_partner(&partner, key.created_at).await?;
        }
        let row = work.add_key(key).await?;
        work.commit().await?;
        Ok(row)
    }

    /// An administrator's yes: whoever has the link gets the partner's key. One that is there becomes linked
    /// if the new one would be, and has the new grants if there are any.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] without the sign-up; [`StoreError::Taken`] if the partner is there and
    /// the new one is not to be linked.
    pub async fn admit_signup(
        &self,
        id: i64,
        told: &AdmittedSignup<'_>,
        now: Millis,
    ) -> Result<SignupRow, StoreError> {
        const SQL: &str = "UPDATE signup SET state = 'admitted', partner = $2, origin = NULL, expires_at = $3, \
             link = COALESCE($4, link), unsent = COALESCE($5, unsent) WHERE id = $1 RETURNING *";
        let mut work = self.work().await?;
        if let Some(new) = &told.new
            && !(new.linked && work.link_partner(new).await?)
        {
            work.add_partner(new, now).await?;
        }
        let link = told.link.map(|(digest, _)| digest.to_vec());
        let text = told.link.map(|(_, text)| text);
        let row: Option<SignupRow> = within!(work, db => sqlx::query_as(SQL).bind(id).bind(told.partner)
            .bind(sql(told.expires_at)).bind(link).bind(text).fetch_optional(db).await)?;
        let row = row.ok_or(StoreError::NoSuch)?;
        work.commit().await?;
        Ok(row)
    }

    /// An administrator's no: its link opens nothing any more.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`].
    pub async fn refuse_signup(&self, id: i64) -> Result<SignupRow, StoreError> {
        const SQL: &str = "UPDATE signup SET state = 'refused', link = NULL, unsent = NULL, origin = NULL \
             WHERE id = $1 RETURNING *";
        let row: Option<SignupRow> =
            writing!(self, db => sqlx::query_as(SQL).bind(id).fetch_optional(db).await)?;
        row.ok_or(StoreError::NoSuch)
    }

    /// Somebody has sent the link: its text is kept no longer.
    pub async fn link_sent(&self, link: &Digest) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE signup SET unsent = NULL WHERE link = $1";
        writing!(self, db => sqlx::query(SQL).bind(&link[..]).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Forgets those whose time is over; how many.
    pub async fn expire_signups(&self, now: Millis) -> Result<u64, StoreError> {
        // Looked for first: a full disk is not written to every minute for nothing.
        const THERE: &str = "SELECT count(*) FROM signup WHERE expires_at <= $1";
        const SQL: &str = "DELETE FROM signup WHERE expires_at <= $1";
        let over: i64 =
            reading!(self, db => sqlx::query_scalar(THERE).bind(sql(now)).fetch_one(db).await)?;
        if over == 0 {
            return Ok(0);
        }
        Ok(
            writing!(self, db => sqlx::query(SQL).bind(sql(now)).execute(db).await
            .map(|done| done.rows_affected()))?,
        )
    }
}

/// Whose a contact is: without what stands behind a `+`.
fn mailbox(contact: &str) -> (&str, &str) {
    let (user, host) = contact.rsplit_once('@').unwrap_or((contact, ""));
    let user = user.split_once('+').map_or(user, |(user, _)| user);
    (user, host)
}
