//! A device: as it is described, and as the gate needs it.

use crate::domain::SourceIx;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A device as it is described from outside: an element of `devices.json`, or of the admin API's
/// body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceSpec {
    /// A DevEUI, 16 hexadecimal digits; `{device_id}@{application_id}` of The Things Stack;
    /// `imei:` and 15 digits; or `{product}/{device}` of an NB-IoT platform.
    pub device: String,
    /// The bay it watches.
    pub bay: String,
    /// Which decoder reads its payloads.
    pub model: String,
    /// The only source that may hand on its uplinks; absent: any network server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
    /// How its state is told, where its model leaves that open.
    #[serde(flatten)]
    pub rule: StateRule,
}

/// How a device tells the state of its bay, where its model does not say it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateRule {
    /// The member of the decoded object that holds the state; dots lead into objects and lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Its values that mean occupied.
    #[serde(default, skip_serializing_if = "StateWords::is_empty")]
    pub occupied: StateWords,
    /// Its values that mean vacant.
    #[serde(default, skip_serializing_if = "StateWords::is_empty")]
    pub vacant: StateWords,
    /// Of a sensor that measures a distance: nearer than that, in mm, stands a vehicle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occupied_below_mm: Option<u16>,
}

/// Values of a member; one alone may stand without its list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "OneOrMore")]
pub struct StateWords(pub Vec<StateWord>);

/// A value of a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "true or false, a whole number, a text, or a list of these"
)]
pub enum StateWord {
    Bool(bool),
    Number(i64),
    Text(String),
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "true or false, a whole number, a text, or a list of these"
)]
enum OneOrMore {
    One(StateWord),
    More(Vec<StateWord>),
}

impl From<OneOrMore> for StateWords {
    fn from(words: OneOrMore) -> Self {
        match words {
            OneOrMore::One(word) => Self(vec![word]),
            OneOrMore::More(words) => Self(words),
        }
    }
}

impl StateWords {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl StateRule {
    /// Values of each state that are taken.
    const MAX_WORDS: usize = 32;
    /// Characters of a name or value.
    const MAX_LEN: usize = 128;

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong with it for a model that takes `wanted`.
    pub(super) fn fault(&self, model: &str, wanted: LeftOpen) -> Option<String> {
        let mapping = self.state.is_some() || !self.occupied.is_empty() || !self.vacant.is_empty();
        if mapping && wanted != LeftOpen::Words {
            return Some(format!(
                "state, occupied, vacant: are for models that are read from a decoded object, not {model}"
            ));
        }
        match (self.occupied_below_mm, wanted) {
            (None | Some(0), LeftOpen::Distance) => {
                return Some(format!(
                    "occupied_below_mm: a {model} measures a distance, so it needs to be said from \
                     where on a vehicle stands there"
                ));
            }
            (Some(_), LeftOpen::Words | LeftOpen::Nothing) => {
                return Some(format!("occupied_below_mm: a {model} measures no distance"));
            }
            _ => {}
        }
        if self
            .state
            .as_ref()
            .is_some_and(|name| name.is_empty() || name.len() > Self::MAX_LEN)
        {
            return Some(format!(
                "state: the name of a member, 1 to {} bytes",
                Self::MAX_LEN
            ));
        }
        let texts = |words: &StateWords| {
            words.0.len() > Self::MAX_WORDS
                || words
                    .0
                    .iter()
                    .any(|w| matches!(w, StateWord::Text(t) if t.len() > Self::MAX_LEN))
        };
        if texts(&self.occupied) || texts(&self.vacant) {
            return Some(format!(
                "occupied, vacant: at most {} values of {} bytes each",
                Self::MAX_WORDS,
                Self::MAX_LEN
            ));
        }
        (self.occupied.0.iter())
            .any(|word| self.vacant.0.contains(word))
            .then(|| "occupied, vacant: a value is in both".to_owned())
    }
}

/// What a model leaves for its devices to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOpen {
    /// Its frames say it all.
    Nothing,
    /// In which member the state is, and by which values; it may be left out.
    Words,
    /// From which distance on a vehicle stands there.
    Distance,
}

/// A model of devices, as the registry needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelName {
    pub name: &'static str,
    pub wanted: LeftOpen,
}

/// A device as the gate needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub bay: Arc<str>,
    pub model: &'static str,
    pub source: SourceIx,
    pub via: Option<Arc<str>>,
    /// `None`: its model says it all.
    pub rule: Option<Arc<StateRule>>,
}
