//! A key as administrators name and see it: all but what opens a door.

use super::config::KeyConfig;
use super::grant::{Grant, Scope, Scopes, SourcePattern};
use super::issue_error::IssueError;
use super::trust::remit;
use crate::domain::{Area, KeyAccount, Millis, Pass, Remit, SharedRemit, SourceKind, Standing};
use crate::registry::area;
use crate::store::{KeyRow, StoreError};
use std::fmt;

/// Which key: one of the store by its number, or one of the configuration by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyId {
    Stored(i64),
    Config(String),
}

impl KeyId {
    /// Reads `17` or `config:lamps`. `None`: there can be no such key.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix("config:") {
            return Some(Self::Config(name.to_owned()));
        }
        // One form only: `+17` and `017` are nobody's id.
        text.parse()
            .ok()
            .filter(|n: &i64| *n > 0 && n.to_string() == text)
            .map(Self::Stored)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stored(number) => write!(f, "{number}"),
            Self::Config(name) => write!(f, "config:{name}"),
        }
    }
}

/// A key as administrators see it: all but what opens a door.
#[derive(Clone, Debug)]
pub struct KeyInfo {
    pub id: KeyId,
    pub name: String,
    pub partner: String,
    pub scopes: Scopes,
    pub sources: Vec<SourcePattern>,
    pub source_kind: SourceKind,
    /// As in [`Grant`].
    pub uplinks: bool,
    pub area: Area,
    pub standing: Standing,
    /// `None` for a key of the configuration.
    pub created_at: Option<Millis>,
    pub expires_at: Option<Millis>,
    pub revoked_at: Option<Millis>,
    /// Midnight UTC of that day. A use of the last minute may be missing; `None` for a key of the
    /// configuration.
    pub last_used: Option<Millis>,
}

impl KeyInfo {
    pub(super) fn grant(&self) -> Grant {
        Grant {
            name: self.name.as_str().into(),
            partner: self.partner.as_str().into(),
            scopes: self.scopes,
            sources: self.sources.clone(),
            source_kind: self.source_kind,
            pass: Pass::until(self.expires_at),
            uplinks: self.uplinks,
            remit: SharedRemit::new(self.remit()),
            account: KeyAccount::default(),
        }
    }

    pub(super) fn remit(&self) -> Remit {
        remit(self.area.clone(), self.standing, &self.partner)
    }
}

pub(super) fn of_config(key: &KeyConfig) -> KeyInfo {
    KeyInfo {
        id: KeyId::Config(key.name.clone()),
        name: key.name.clone(),
        partner: key.partner.clone(),
        scopes: key.scopes.iter().copied().collect(),
        sources: key.sources.clone(),
        source_kind: key.source_kind,
        uplinks: key.uplinks,
        area: key.area.clone().unwrap_or_default(),
        standing: key.standing,
        created_at: None,
        expires_at: None,
        revoked_at: None,
        last_used: None,
    }
}

/// What a row of the store means. Somebody may have changed it by hand: then it must not open more
/// than was meant.
pub(super) fn info(row: KeyRow) -> Result<KeyInfo, IssueError> {
    let bad = |what: &str| {
        IssueError::Store(StoreError::Failed(format!(
            "the key {:?} (id {}) has {what}",
            row.name, row.id
        )))
    };
    let scopes: Option<Scopes> = row.scopes.split(' ').map(Scope::parse).collect();
    let sources: Result<Vec<_>, _> = row
        .sources
        .split(' ')
        .filter(|s| !s.is_empty())
        .map(SourcePattern::parse)
        .collect();
    Ok(KeyInfo {
        scopes: scopes.ok_or_else(|| bad("unknown scopes"))?,
        sources: sources.map_err(|_| bad("unreadable sources"))?,
        source_kind: SourceKind::parse(&row.source_kind)
            .ok_or_else(|| bad("an unknown source_kind"))?,
        uplinks: row.uplinks,
        area: area_of(&row.area).ok_or_else(|| bad("an unreadable area"))?,
        standing: Standing::parse(&row.standing).ok_or_else(|| bad("an unknown standing"))?,
        id: KeyId::Stored(row.id),
        name: row.name,
        partner: row.partner,
        created_at: Some(row.created_at),
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        last_used: row
            .last_used_day
            .map(|day| Millis(u64::from(day) * 86_400_000)),
    })
}

/// An area as the store keeps it: the JSON that the API takes.
pub(super) fn area_text(area: &Area) -> String {
    area::write(area).to_string()
}

fn area_of(text: &str) -> Option<Area> {
    area::read(&mut serde_json::Deserializer::from_str(text)).ok()
}
