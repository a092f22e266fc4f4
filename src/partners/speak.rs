//! May this caller speak as this source? Asked by both doors, so the answer cannot differ between
//! them.

use super::grant::{Grant, SourcePattern};
use super::keys::Keys;
use crate::domain::source::BOOKINGS;
use crate::domain::{Millis, SourceIx, SourceKind, Speaker, id};
use crate::registry::Registry;

/// Why a caller may not speak as the source it named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// No such key, or none given.
    #[error("the key is not known")]
    BadKey,
    /// The key is good but has no scope `report`, or does not cover this source.
    #[error("the key may not speak for this source")]
    NotAllowed,
    /// No source can have this name.
    #[error("a source id is 1 to 64 characters of [A-Za-z0-9._:-]")]
    UnknownSource,
    /// The source is new and cannot be enrolled: the registry is full or cannot be written.
    #[error("the source could not be enrolled: {0}")]
    Full(String),
    /// The source is new, and the key has as many as one key may have.
    #[error("the source is new, and a key may speak for {0} sources at most")]
    TooMany(u32),
}

/// The source `user`, spoken for by whoever knows `password` at the time `now`.
/// Writes to disk when the source is new: call it where blocking is allowed.
///
/// # Errors
/// See [`Denied`].
pub fn authenticate(
    keys: &Keys,
    registry: &Registry,
    user: &str,
    password: &str,
    now: Millis,
) -> Result<Speaker, Denied> {
    let grant = keys.grant(password, now).ok_or(Denied::BadKey)?;
    let (source, kind) = speaker(&grant, registry, user)?;
    let id = registry.source_id(source).unwrap_or_else(|| user.into());
    Ok(Speaker {
        source,
        kind,
        id,
        pass: grant.pass.clone(),
        uplinks: grant.uplinks,
        remit: grant.remit.clone(),
        account: grant.account.clone(),
    })
}

/// The number and kind of `source`, for a caller that holds `grant`. One that was never heard is
/// enrolled, with the grant's kind, durably: that case blocks on the disk, all others are one map
/// access.
///
/// # Errors
/// [`Denied::NotAllowed`], [`Denied::UnknownSource`] or [`Denied::Full`].
pub fn speaker(
    grant: &Grant,
    registry: &Registry,
    source: &str,
) -> Result<(SourceIx, SourceKind), Denied> {
    if !id::is_valid(source) {
        return Err(Denied::UnknownSource);
    }
    if source == BOOKINGS || !Keys::may_speak_for(grant, source) {
        return Err(Denied::NotAllowed);
    }
    if grant.source_kind == SourceKind::App
        && let Err(e) = registry.number_partner(&grant.partner)
    {
        tracing::warn!(error = %e, "a partner has no number yet: its reports count for no credit");
    }
    match registry.source(source) {
        // The key decides what its sources are: a changed configuration must reach those already
        // enrolled.
        Some((number, kind)) if kind == grant.source_kind => Ok((number, kind)),
        known => {
            let account = known.is_none().then_some(&grant.account);
            if let Some(account) = account {
                let enrolled = || registry.count_sources(|id| is_own(grant, id));
                account.enrol(enrolled).map_err(Denied::TooMany)?;
            }
            let enrolled = registry.enrol_newcomer(source, grant.source_kind);
            // Another connection may have enrolled it meanwhile: it counts once.
            if let Some(account) = account
                && !enrolled.as_ref().is_ok_and(|known| known.is_new)
            {
                account.forgo();
            }
            enrolled
                .map(|known| (known.source, grant.source_kind))
                .map_err(|e| Denied::Full(e.to_string()))
        }
    }
}

/// Whether a source that was enrolled before this start counts as the key's. A key that covers
/// every source there can be is not charged with all that others have.
fn is_own(grant: &Grant, source: &str) -> bool {
    let mut patterns = grant.sources.iter();
    !grant.sources.iter().any(SourcePattern::covers_all) && patterns.any(|p| p.covers(source))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{KeyAccount, Pass, SharedRemit};
    use crate::partners::{Scope, SourcePattern};

    const NOW: Millis = Millis(1);

    fn door(scope: Scope, kind: SourceKind) -> (Keys, String) {
        let keys = Keys::default();
        let (key, digest) = Keys::mint(&mut rand::rng());
        let grant = Grant {
            name: "k".into(),
            partner: "p".into(),
            scopes: [scope].into_iter().collect(),
            sources: vec![SourcePattern::parse("lamp-*").expect("a pattern")],
            source_kind: kind,
            pass: Pass::default(),
            uplinks: true,
            remit: SharedRemit::default(),
            account: KeyAccount::default(),
        };
        keys.insert(digest, grant);
        (keys, key.expose().to_owned())
    }

    fn nobody() -> Registry {
        Registry::in_memory(vec![], vec![]).expect("an empty city")
    }

    #[test]
    fn a_covered_source_is_enrolled_once_and_keeps_its_number() {
        let registry = nobody();
        let (keys, key) = door(Scope::Report, SourceKind::App);
        let first = authenticate(&keys, &registry, "lamp-1", &key, NOW).unwrap();
        assert_eq!(
            (first.kind, &*first.id, first.uplinks),
            (SourceKind::App, "lamp-1", true)
        );
        assert_eq!(
            authenticate(&keys, &registry, "lamp-1", &key, NOW)
                .unwrap()
                .source,
            first.source
        );
        assert_ne!(
            authenticate(&keys, &registry, "lamp-2", &key, NOW)
                .unwrap()
                .source,
            first.source
        );
        keys.revoke(&Keys::digest(&key));
        assert!(!first.pass.is_good(NOW), "who is in does not stay in");
    }

    #[test]
    fn the_key_decides_what_its_sources_are() {
        let registry = nobody();
        let (keys, key) = door(Scope::Report, SourceKind::Gate);
        let number = registry.enrol_source("lamp-1", SourceKind::Sensor).unwrap();
        let same = authenticate(&keys, &registry, "lamp-1", &key, NOW).unwrap();
        assert_eq!((same.source, same.kind), (number, SourceKind::Gate));
        assert_eq!(registry.source("lamp-1"), Some((number, SourceKind::Gate)));
    }

    #[test]
    fn who_is_denied_is_not_enrolled() {
        let registry = nobody();
        let (keys, key) = door(Scope::Report, SourceKind::Sensor);
        let (other_keys, admin) = door(Scope::Admin, SourceKind::Sensor);
        for (keys, user, password, want) in [
            (&keys, "lamp-1", "bh_wrong", Denied::BadKey),
            (&keys, "lamp-1", "", Denied::BadKey),
            (&keys, "gate-1", &key, Denied::NotAllowed),
            (&other_keys, "lamp-1", &admin, Denied::NotAllowed),
            (&keys, "", &key, Denied::UnknownSource),
            (&keys, "lamp-/#", &key, Denied::UnknownSource),
            (&keys, "lamp-\0", &key, Denied::UnknownSource),
        ] {
            assert_eq!(
                authenticate(keys, &registry, user, password, NOW).unwrap_err(),
                want,
                "{user:?}"
            );
        }
        assert_eq!(registry.source_count(), 0);
    }

    #[test]
    fn a_key_enrols_its_share_of_sources_and_those_of_before_a_restart_count() {
        let registry = nobody();
        let (unlimited, key) = door(Scope::Report, SourceKind::Sensor);
        authenticate(&unlimited, &registry, "lamp-1", &key, NOW).unwrap();
        registry
            .enrol_source("other-1", SourceKind::Sensor)
            .unwrap();
        let keys = Keys::enrolling(2);
        let grant = unlimited.grant(&key, NOW).unwrap();
        keys.insert(Keys::digest(&key), (*grant).clone());
        let enter = |source: &str| authenticate(&keys, &registry, source, &key, NOW).map(drop);
        assert_eq!(enter("lamp-2"), Ok(()));
        assert_eq!(enter("lamp-3"), Err(Denied::TooMany(2)));
        assert_eq!(enter("lamp-2"), Ok(()), "those that are known may come");
        let changed = Grant {
            pass: Pass::default(),
            ..(*grant).clone()
        };
        keys.insert(Keys::digest(&key), changed);
        assert_eq!(
            enter("lamp-3"),
            Err(Denied::TooMany(2)),
            "a changed key as well"
        );
    }
}
