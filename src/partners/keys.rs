//! API keys: 256 random bits behind `bh_live_`, held as digests, each with what it grants.
//!
//! Promises: no plaintext is kept. The map is keyed by digest, so what a guess's response time
//! could tell is a prefix of a SHA-256 value, from which no key follows; the last comparison is
//! constant-time all the same. Bounded by what the operator configures and by [`MOST`]: only an
//! administrator adds an entry.

use super::counted::CountedKey;
use super::grant::{Grant, Scope, SourcePattern};
use super::key_space::KeySpace;
use crate::domain::{KeyAccount, Millis, Remit};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dashmap::DashMap;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use subtle::ConstantTimeEq as _;

pub use crate::store::Digest;

const DAY_MS: u64 = 86_400_000;

/// Keys that are good at a time: some 50 MB of them.
pub(super) const MOST: usize = 100_000;

/// Nothing longer is hashed: a caller must not make the hub hash megabytes.
const LONGEST: usize = 256;

/// A key as it is shown once, to its owner. `Debug` does not show it.
pub struct Plaintext(String);

impl Plaintext {
    /// The key itself; the caller must not log it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bh_(hidden)")
    }
}

/// All keys that are good now. Shared by the doors; changed at run time.
pub struct Keys {
    pub(super) held: DashMap<Digest, StoredKey>,
    /// The next account's number.
    next: AtomicU32,
    /// Sources that each may enrol.
    sources: u32,
    /// What of keys that are good no more may not be counted yet.
    pub(super) retired: Mutex<Vec<CountedKey>>,
    /// By partner, what its endpoints are told.
    pub(super) webhooks: DashMap<Arc<str>, KeyAccount>,
}

pub(super) struct StoredKey {
    pub(super) grant: Arc<Grant>,
    /// Its number in the store; `None` for a key of the configuration.
    pub(super) id: Option<i64>,
    /// The day of the last use, days since 1970, and whether the store knows it: `day << 1 |
    /// saved`. 0: never.
    used: AtomicU32,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({} held)", self.held.len())
    }
}

impl Default for Keys {
    /// No key, and none that will be limited in the sources it enrols.
    fn default() -> Self {
        Self::enrolling(u32::MAX)
    }
}

impl Keys {
    /// No key yet; each may enrol that many sources.
    #[must_use]
    pub fn enrolling(sources: u32) -> Self {
        Self {
            held: DashMap::new(),
            next: AtomicU32::new(1),
            sources,
            retired: Mutex::default(),
            webhooks: DashMap::new(),
        }
    }

    /// A new key of the live space and what to remember of it. Forgetting the digest makes the key
    /// worthless.
    pub fn mint(rng: &mut impl rand::CryptoRng) -> (Plaintext, Digest) {
        Self::mint_in(KeySpace::Live, rng)
    }

    /// The same in any space.
    pub fn mint_in(space: KeySpace, rng: &mut impl rand::CryptoRng) -> (Plaintext, Digest) {
        Self::mint_with(space.prefix(), rng)
    }

    /// 256 random bits behind a prefix.
    pub(super) fn mint_with(prefix: &str, rng: &mut impl rand::CryptoRng) -> (Plaintext, Digest) {
        let mut bits = [0_u8; 32];
        rng.fill_bytes(&mut bits);
        let key = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bits));
        let digest = Self::digest(&key);
        (Plaintext(key), digest)
    }

    /// What is held of a key.
    #[must_use]
    pub fn digest(key: &str) -> Digest {
        Sha256::digest(key.as_bytes()).into()
    }

    /// How many are good now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Nobody may come in but the readers of public data.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Makes a key of the configuration good; one that was held already gets the new grant.
    pub fn insert(&self, digest: Digest, grant: Grant) {
        self.hold(digest, None, grant);
    }

    /// The same for a key that the store keeps under `id`.
    pub fn insert_stored(&self, digest: Digest, id: i64, grant: Grant) {
        self.hold(digest, Some(id), grant);
    }

    fn hold(&self, digest: Digest, id: Option<i64>, mut grant: Grant) {
        // A key that is changed keeps what it has taken.
        let old = self.held.get(&digest).map(|old| old.grant.account.clone());
        grant.account = old.unwrap_or_else(|| {
            KeyAccount::new(self.next.fetch_add(1, Ordering::Relaxed), self.sources)
        });
        let new = StoredKey {
            grant: Arc::new(grant),
            id,
            used: AtomicU32::new(0),
        };
        if let Some(old) = self.held.insert(digest, new) {
            // What the old grant let in must ask again.
            old.grant.pass.withdraw();
        }
    }

    /// Makes a key worthless from the next look-up on, and ends what it has opened. Whether it was
    /// held.
    pub fn revoke(&self, digest: &Digest) -> bool {
        let Some((_, held)) = self.held.remove(digest) else {
            return false;
        };
        held.grant.pass.withdraw();
        self.retire(held.counted());
        true
    }

    /// What a held key's sources may speak of, and how far they are trusted, from now on, also on
    /// connections that are open. Whether it was held.
    pub fn entrust(&self, digest: &Digest, remit: Remit) -> bool {
        let held = self.held.get(digest);
        held.map(|held| held.grant.remit.change(remit)).is_some()
    }

    /// What `key` grants; `None` for one that is not held or has expired.
    #[must_use]
    pub fn grant(&self, key: &str, now: Millis) -> Option<Arc<Grant>> {
        if key.len() > LONGEST {
            return None;
        }
        let digest = Self::digest(key);
        let held = self.held.get(&digest)?;
        if !bool::from(held.key().ct_eq(&digest)) || !held.grant.pass.is_good(now) {
            return None;
        }
        let today = (now.0 / DAY_MS) as u32;
        if held.used.load(Ordering::Relaxed) >> 1 < today {
            held.used.store(today << 1, Ordering::Relaxed);
        }
        Some(Arc::clone(&held.grant))
    }

    /// Stored keys and the day of their last use, as far as the store does not know it yet.
    #[must_use]
    pub fn unsaved_uses(&self) -> Vec<(i64, u32)> {
        let unsaved = |used: u32| used != 0 && used & 1 == 0;
        let uses = self
            .held
            .iter()
            .filter_map(|held| Some((held.id?, held.used.load(Ordering::Relaxed))));
        uses.filter(|(_, used)| unsaved(*used))
            .map(|(id, used)| (id, used >> 1))
            .collect()
    }

    /// The store knows these now.
    pub fn uses_saved(&self, saved: &[(i64, u32)]) {
        let saved: HashMap<i64, u32> = saved.iter().copied().collect();
        for held in &self.held {
            if let Some(day) = held.id.and_then(|id| saved.get(&id)) {
                // A key that was used on the next day meanwhile stays unsaved.
                let _ = held.used.compare_exchange(
                    day << 1,
                    day << 1 | 1,
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                );
            }
        }
    }

    /// The sources that a partner's keys may speak for. Looks at every key.
    #[must_use]
    pub fn sources_of(&self, partner: &str) -> Vec<SourcePattern> {
        let own = self
            .held
            .iter()
            .filter(|held| *held.grant.partner == *partner && held.grant.scopes.has(Scope::Report));
        own.flat_map(|held| held.grant.sources.clone()).collect()
    }

    /// What all keys of the hub may send reports as.
    #[must_use]
    pub fn report_sources(&self) -> Vec<SourcePattern> {
        let reporting = self.held.iter();
        let reporting = reporting.filter(|held| held.grant.scopes.has(Scope::Report));
        reporting
            .flat_map(|held| held.grant.sources.clone())
            .collect()
    }

    /// Whether the holder of `grant` may send reports as `source`.
    #[must_use]
    pub fn may_speak_for(grant: &Grant, source: &str) -> bool {
        grant.scopes.has(Scope::Report) && grant.sources.iter().any(|p| p.covers_source(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Area, Pass, SharedRemit, SourceKind, Standing};
    use crate::partners::remit;

    const NOW: Millis = Millis(1_795_399_200_123);

    pub(super) fn grant(sources: &[&str]) -> Grant {
        Grant {
            name: "lamps".into(),
            partner: "lta".into(),
            scopes: [Scope::Report].into_iter().collect(),
            sources: sources
                .iter()
                .map(|s| SourcePattern::parse(s).unwrap())
                .collect(),
            source_kind: SourceKind::Sensor,
            pass: Pass::default(),
            uplinks: false,
            remit: SharedRemit::default(),
            account: KeyAccount::default(),
        }
    }

    #[test]
    fn a_minted_key_opens_until_it_is_revoked() {
        let keys = Keys::default();
        let (key, digest) = Keys::mint(&mut rand::rng());
        assert!(
            key.expose().starts_with("bh_live_") && key.expose().len() == 51,
            "{}",
            key.expose()
        );
        let (test, _) = Keys::mint_in(KeySpace::Test, &mut rand::rng());
        assert!(test.expose().starts_with("bh_test_"));
        assert!(
            keys.grant(key.expose(), NOW).is_none(),
            "not before it is inserted"
        );
        keys.insert(digest, grant(&["lamp-1"]));
        assert_eq!(&*keys.grant(key.expose(), NOW).unwrap().name, "lamps");
        assert!(keys.grant(&key.expose()[..50], NOW).is_none());
        assert!(keys.grant(&"x".repeat(100_000), NOW).is_none());
        assert!(keys.revoke(&digest) && !keys.revoke(&digest));
        assert!(keys.grant(key.expose(), NOW).is_none());
    }

    #[test]
    fn a_key_opens_until_its_time_and_what_it_has_opened_ends_with_it() {
        let keys = Keys::default();
        let (key, digest) = Keys::mint(&mut rand::rng());
        keys.insert(
            digest,
            Grant {
                pass: Pass::until(Some(NOW)),
                ..grant(&["*"])
            },
        );
        assert!(keys.grant(key.expose(), Millis(NOW.0 - 1)).is_some());
        assert!(keys.grant(key.expose(), NOW).is_none());

        keys.insert(digest, grant(&["*"]));
        let first = keys.grant(key.expose(), NOW).unwrap();
        keys.insert(digest, grant(&["lamp-1"]));
        assert!(!first.pass.is_good(NOW), "a new grant ends the old one");
        let second = keys.grant(key.expose(), NOW).unwrap();
        keys.revoke(&digest);
        assert!(!second.pass.is_good(NOW));
    }

    #[test]
    fn a_day_of_use_is_told_once() {
        let keys = Keys::default();
        let (key, digest) = Keys::mint(&mut rand::rng());
        keys.insert_stored(digest, 7, grant(&["*"]));
        assert!(keys.unsaved_uses().is_empty());
        keys.grant(key.expose(), NOW).unwrap();
        let today = (NOW.0 / DAY_MS) as u32;
        assert_eq!(keys.unsaved_uses(), [(7, today)]);
        keys.grant(key.expose(), NOW.plus(DAY_MS)).unwrap();
        keys.uses_saved(&[(7, today)]);
        assert_eq!(
            keys.unsaved_uses(),
            [(7, today + 1)],
            "used again while the first was being saved"
        );
        keys.uses_saved(&[(7, today + 1)]);
        keys.grant(key.expose(), NOW.plus(DAY_MS)).unwrap();
        assert!(keys.unsaved_uses().is_empty());
    }

    #[test]
    fn a_remit_that_changes_reaches_who_is_in_and_a_partners_number_lasts() {
        let keys = Keys::default();
        let (key, digest) = Keys::mint(&mut rand::rng());
        keys.insert(digest, grant(&["*"]));
        let held = keys.grant(key.expose(), NOW).unwrap().remit.clone();
        let new = remit(Area::All, Standing::Unproven, "acme");
        assert!(keys.entrust(&digest, new) && !keys.entrust(&[0; 32], Remit::default()));
        let backing = held.now().backing;
        // SHA-256 of "acme" begins with 0x82: the journal has such numbers.
        assert_eq!(
            (backing.partner(), backing.of_trusted_key()),
            (0x82 % 64, false)
        );
    }

    #[test]
    fn no_debug_form_shows_a_key() {
        let keys = Keys::default();
        let (key, digest) = Keys::mint(&mut rand::rng());
        keys.insert(digest, grant(&["*"]));
        let shown = format!("{key:?} {keys:?} {:?}", keys.grant(key.expose(), NOW));
        assert!(!shown.contains(&key.expose()[3..]), "{shown}");
    }

    #[test]
    fn speaks_only_for_what_its_patterns_cover() {
        let g = grant(&["gate-1", "lamp-*"]);
        for own in ["gate-1", "lamp-", "lamp-7", "lamp-7.b"] {
            assert!(Keys::may_speak_for(&g, own), "{own}");
        }
        for foreign in [
            "gate-10",
            "gate-",
            "Lamp-7",
            "lam",
            "xlamp-7",
            "",
            "lamp-*/#",
            "lamp-7/+",
            "lamp-\u{e9}",
            "*",
        ] {
            assert!(!Keys::may_speak_for(&g, foreign), "{foreign:?}");
        }
        assert!(Keys::may_speak_for(&grant(&["*"]), "anyone"));
        let mut no_scope = grant(&["*"]);
        no_scope.scopes = [Scope::Admin, Scope::Monitor].into_iter().collect();
        assert!(
            !Keys::may_speak_for(&no_scope, "anyone"),
            "admin does not include report"
        );
    }
}
