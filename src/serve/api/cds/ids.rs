//! UUIDs of what the standard wants one for: version 5 in the namespace of URLs, of a name that is
//! written down for each kind, so that anybody can compute them. An id that is a UUID already is left
//! as it is.

use crate::serve::formats::text::Text;
use crate::serve::http::error::ApiError;
use crate::serve::http::params::{Params, quoted};
use std::collections::HashSet;
use uuid::Uuid;

/// What an UUID is of; its name in `urn:bayhub:<name>:<id>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Urn {
    Zone,
    Bay,
    Policy,
    Event,
    Visit,
    Source,
}

impl Urn {
    const fn name(self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::Bay => "bay",
            Self::Policy => "policy",
            Self::Event => "event",
            Self::Visit => "visit",
            Self::Source => "source",
        }
    }

    /// The UUID of that id.
    pub(in crate::serve) fn of(self, id: &str) -> Uuid {
        if let Ok(own) = Uuid::try_parse(id) {
            return own;
        }
        let name = format!("urn:bayhub:{}:{id}", self.name());
        Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes())
    }
}

/// What a caller means by an UUID; `None` for anything else.
pub(super) fn parse(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok()
}

/// The most UUIDs of one question.
const MOST: usize = 500;

/// Those of a parameter `ids`, commas between them.
///
/// # Errors
/// For too many, and for what is none.
pub(super) fn list(text: &str) -> Result<HashSet<Uuid>, ApiError> {
    if text.split(',').count() > MOST {
        return Err(ApiError::bad("ids", format!("ids may be at most {MOST}")));
    }
    let read = |text| {
        parse(text).ok_or_else(|| ApiError::bad("ids", format!("{} is no UUID", quoted(text))))
    };
    text.split(',').map(read).collect()
}

/// The one of a parameter, if it is given.
///
/// # Errors
/// For what is none.
pub(super) fn param(p: &Params<'_>, name: &'static str) -> Result<Option<Uuid>, ApiError> {
    let read = |text| {
        parse(text).ok_or_else(|| ApiError::bad(name, format!("{} is no UUID", quoted(text))))
    };
    p.text(name).map(read).transpose()
}

/// A UUID as JSON.
pub(super) fn word(t: &mut Text, id: Uuid) {
    t.word(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
}

/// The same in a table.
pub(super) fn cell(t: &mut Text, id: Uuid) {
    t.raw(id.hyphenated().encode_lower(&mut Uuid::encode_buffer()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_has_the_uuid_that_anybody_can_compute() {
        // python3 -c 'import uuid; print(uuid.uuid5(uuid.NAMESPACE_URL, "urn:bayhub:zone:HE12"))'
        assert_eq!(
            Urn::Zone.of("HE12").to_string(),
            "ea7fb2f7-522e-5b5b-9536-9ffb641a17df"
        );
        let own = "0f6a052d-f934-4159-8da4-3135e453b968";
        assert_eq!(Urn::Zone.of(own).to_string(), own);
        assert_ne!(Urn::Zone.of("HE12"), Urn::Bay.of("HE12"));
    }
}
