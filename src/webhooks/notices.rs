//! What partners are told of what is theirs: sources that have fallen silent and are back, keys that end
//! soon, quotas that are nearly used up. Pure: who is silent, which keys there are and what time it is
//! are passed in.
//!
//! Promise: of one silence, of one key's end, and of one hour in which a key asked too often, an endpoint
//! is told once, also by a hub that was started anew: the message's id is made of what it tells.

use super::event::EventType;
use crate::domain::Millis;
use crate::domain::turnover::HOUR_MS;
use crate::partners::PressedKey;
use crate::store::{KeyRow, Notice};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long before its end a key's partner is told, ms: a week.
const SOON_MS: u64 = 7 * 24 * 3_600_000;

/// A source whose word has lapsed since it is silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SilentSource {
    pub id: Arc<str>,
    /// Whose it is: who sent as it last.
    pub partner: Arc<str>,
    /// When it was last heard.
    pub since: Millis,
}

/// Who knows which sources are silent.
pub trait SourceEyes: Send + Sync {
    /// All that are, now.
    fn silent(&self) -> Vec<SilentSource>;
}

/// For tests and fuzzers: none ever is.
pub(super) struct NeverSilent;

impl SourceEyes for NeverSilent {
    fn silent(&self) -> Vec<SilentSource> {
        Vec::new()
    }
}

/// A notice and for whose endpoints it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PartnerNotice {
    pub(super) partner: Arc<str>,
    pub(super) event: EventType,
    pub(super) notice: Notice,
}

/// The sources that were silent at the last look.
#[derive(Default)]
pub(super) struct Silences(BTreeMap<Arc<str>, SilentSource>);

impl Silences {
    /// What is news since the last look.
    pub(super) fn news(&mut self, silent: Vec<SilentSource>, now: Millis) -> Vec<PartnerNotice> {
        let silent: BTreeMap<_, _> = silent.into_iter().map(|s| (s.id.clone(), s)).collect();
        let fell = silent.values().filter(|s| !self.0.contains_key(&s.id));
        let fell = fell.map(|s| told(EventType::SourceSilent, s, now));
        let back = self.0.values().filter(|s| !silent.contains_key(&s.id));
        let back = back.map(|s| told(EventType::SourceBack, s, now));
        let news = fell.chain(back).collect();
        self.0 = silent;
        news
    }
}

fn told(event: EventType, of: &SilentSource, now: Millis) -> PartnerNotice {
    let since = of.since.to_string();
    let member = match event {
        EventType::SourceSilent => "last_heard_at",
        _ => "was_silent_since",
    };
    let data = serde_json::json!({"source": &*of.id, member: since});
    PartnerNotice {
        partner: of.partner.clone(),
        event,
        notice: Notice {
            kind: event.name(),
            once: Some(once(event, &format!("{} {since}", of.id))),
            at: now,
            data: data.to_string(),
        },
    }
}

/// Keys that end within a week.
pub(super) fn ending(keys: &[KeyRow], now: Millis) -> Vec<PartnerNotice> {
    let soon = |key: &&KeyRow| {
        let ends = key.expires_at.filter(|_| key.revoked_at.is_none());
        ends.is_some_and(|at| now < at && at.since(now) <= SOON_MS)
    };
    let event = EventType::KeyExpiring;
    let tell = |key: &KeyRow| {
        let at = key.expires_at.unwrap_or_default().to_string();
        let data =
            serde_json::json!({"key": key.id.to_string(), "name": key.name, "expires_at": at});
        PartnerNotice {
            partner: key.partner.as_str().into(),
            event,
            notice: Notice {
                kind: event.name(),
                once: Some(once(event, &format!("{} {at}", key.id))),
                at: now,
                data: data.to_string(),
            },
        }
    };
    keys.iter().filter(soon).map(tell).collect()
}

/// Of each key and class the first of an hour.
pub(super) fn pressed(keys: Vec<PressedKey>, now: Millis) -> Vec<PartnerNotice> {
    let event = EventType::QuotaPressed;
    let hour = now.0 / HOUR_MS;
    let tell = |key: PressedKey| {
        let PressedKey {
            id, name, class, ..
        } = &key;
        let data =
            serde_json::json!({"key": id.to_string(), "name": &**name, "class": class.name()});
        let of = format!("{} {data} {hour}", key.partner);
        PartnerNotice {
            event,
            notice: Notice {
                kind: event.name(),
                once: Some(once(event, &of)),
                at: now,
                data: data.to_string(),
            },
            partner: key.partner,
        }
    };
    keys.into_iter().map(tell).collect()
}

/// A message's id that another notice does not have.
fn once(event: EventType, of: &str) -> String {
    let digest = Sha256::digest(format!("{} {of}", event.name()).as_bytes());
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    format!("msg_{:032x}", u128::from_be_bytes(half))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CallClass;
    use crate::partners::KeyId;

    const NOW: Millis = Millis(1_795_399_200_000);

    fn silent(id: &str, since: u64) -> SilentSource {
        SilentSource {
            id: id.into(),
            partner: "acme".into(),
            since: Millis(since),
        }
    }

    fn kinds(news: &[PartnerNotice]) -> Vec<&'static str> {
        news.iter().map(|one| one.notice.kind).collect()
    }

    #[test]
    fn a_silence_is_told_once_and_its_end_once() {
        let mut silences = Silences::default();
        let first = silences.news(vec![silent("a", 1), silent("b", 2)], NOW);
        assert_eq!(kinds(&first), ["source.silent", "source.silent"]);
        assert!(
            silences
                .news(vec![silent("a", 1), silent("b", 2)], NOW)
                .is_empty()
        );
        let back = silences.news(vec![silent("b", 2)], NOW.plus(1));
        assert_eq!(kinds(&back), ["source.back"]);
        assert!(back[0].notice.data.contains("\"a\""), "{back:?}");
        let again = silences.news(vec![silent("a", 9), silent("b", 2)], NOW);
        assert_ne!(
            again[0].notice.once, first[0].notice.once,
            "another silence"
        );
        let anew = Silences::default().news(vec![silent("b", 2)], NOW.plus(5));
        assert_eq!(
            anew[0].notice.once, first[1].notice.once,
            "of a hub started anew"
        );
    }

    #[test]
    fn that_a_key_asks_too_often_is_told_once_an_hour_and_class() {
        let key = |class| PressedKey {
            id: KeyId::Stored(7),
            name: "map".into(),
            partner: "acme".into(),
            class,
        };
        let search = vec![key(CallClass::Search)];
        let told = pressed(vec![key(CallClass::Search), key(CallClass::Read)], NOW);
        assert_eq!(kinds(&told), ["quota.80", "quota.80"]);
        assert_ne!(told[0].notice.once, told[1].notice.once);
        let data = r#"{"class":"search","key":"7","name":"map"}"#;
        assert_eq!(told[0].notice.data, data);
        let same_hour = pressed(search.clone(), NOW.plus(HOUR_MS - 1));
        assert_eq!(same_hour[0].notice.once, told[0].notice.once);
        let next = pressed(search, NOW.plus(HOUR_MS));
        assert_ne!(next[0].notice.once, told[0].notice.once);
    }

    #[test]
    fn a_key_s_end_is_told_a_week_before() {
        let key = |expires_at, revoked_at| KeyRow {
            id: 7,
            partner: "acme".into(),
            name: "lamps".into(),
            scopes: String::new(),
            sources: String::new(),
            source_kind: String::new(),
            uplinks: false,
            area: String::new(),
            standing: String::new(),
            created_at: NOW,
            expires_at,
            revoked_at,
            last_used_day: None,
        };
        let soon = Some(NOW.plus(SOON_MS));
        let keys = [
            key(None, None),
            key(Some(NOW), None),
            key(soon, Some(NOW)),
            key(Some(NOW.plus(SOON_MS + 1)), None),
            key(soon, None),
        ];
        let told = ending(&keys, NOW);
        assert_eq!(kinds(&told), ["key.expiring"]);
        assert!(told[0].notice.data.contains("2026-11-30"), "{told:?}");
        let later = ending(&keys[4..], NOW.plus(3_600_000));
        assert_eq!(later[0].notice.once, told[0].notice.once);
    }
}
