//! How the doors see the rest: who may speak (keys), and what was said (gate). Adapters only; no rule
//! lives here.

use super::Shared;
use crate::config::Config;
use crate::domain::{Clock, Door, Parcel, Refusal, Refused, Speaker};
use crate::ingest::codec::Codec;
use crate::ingest::gate::Gate;
use crate::ingest::mqtt_server::{self, Doorkeeper, Intake};
use crate::partners::{self, ContributorDesk, Keys};
use crate::registry::Registry;
use crate::serve::ReportDoor;
use std::sync::Arc;

pub(super) fn gate(
    shared: &Shared,
    config: &Config,
    contributors: Arc<ContributorDesk>,
) -> Arc<Gate> {
    let registry = shared.registry.clone();
    let clock = shared.clock.clone();
    let metrics = shared.metrics.clone();
    let gate = Gate::new(registry, clock, metrics, config.gate.clone());
    let credit = shared.limits.credit.clone();
    Arc::new(gate.weighing_by(contributors).crediting(credit))
}

/// The MQTT door's keeper: a source's key is its password.
/// Without one availability may be listened to where reads are public, as by HTTP: what is told by
/// MQTT is what everybody sees, whoever asks (`app/board`).
pub(super) fn keeper(keys: Arc<Keys>, shared: &Shared, public_reads: bool) -> Arc<dyn Doorkeeper> {
    Arc::new(KeyDoorkeeper {
        keys,
        registry: shared.registry.clone(),
        clock: shared.clock.clone(),
        public_reads,
    })
}

struct KeyDoorkeeper {
    keys: Arc<Keys>,
    registry: Arc<Registry>,
    clock: Arc<dyn Clock>,
    public_reads: bool,
}

impl Doorkeeper for KeyDoorkeeper {
    fn hears_strangers(&self) -> bool {
        self.public_reads
    }

    fn admit(&self, user: &str, password: &[u8]) -> Result<Speaker, mqtt_server::Denied> {
        let password =
            std::str::from_utf8(password).map_err(|_| mqtt_server::Denied::BadCredentials)?;
        // A source that is new is written to disk before it speaks; that happens once in its life.
        let now = self.clock.now();
        let said = tokio::task::block_in_place(|| {
            partners::authenticate(&self.keys, &self.registry, user, password, now)
        });
        match said {
            Ok(speaker) => Ok(speaker),
            Err(partners::Denied::BadKey | partners::Denied::UnknownSource) => {
                Err(mqtt_server::Denied::BadCredentials)
            }
            Err(partners::Denied::TooMany(_)) => Err(mqtt_server::Denied::TooMany),
            Err(e @ partners::Denied::Full(_)) => {
                // A sender that is told "not authorised" may never come back.
                tracing::warn!(source = user, error = %e, "a source could not be enrolled");
                Err(mqtt_server::Denied::NotNow)
            }
            Err(partners::Denied::NotAllowed) => Err(mqtt_server::Denied::NotAuthorised),
        }
    }
}

/// The gate as the MQTT door sees it.
pub(super) fn intake(gate: Arc<Gate>) -> Arc<dyn Intake> {
    Arc::new(ByMqtt(gate))
}

struct ByMqtt(Arc<Gate>);

impl Intake for ByMqtt {
    fn take(
        &self,
        speaker: &Speaker,
        codec: &'static Codec,
        payload: &[u8],
        kept: bool,
        out: &mut Parcel,
    ) {
        let place = ShownTopic { speaker, codec };
        if kept {
            self.0
                .take_kept(speaker, Door::Mqtt, &place, codec, payload, out);
        } else {
            self.0
                .take(speaker, Door::Mqtt, &place, codec, payload, out);
        }
    }

    fn refusal(&self, of: Refused<'_>) -> Refusal {
        self.0.refusal(of)
    }
}

/// The gate as `POST /v1/reports` sees it.
pub(super) fn reports(gate: Arc<Gate>) -> Arc<dyn ReportDoor> {
    Arc::new(ByHttp(gate))
}

struct ByHttp(Arc<Gate>);

impl ReportDoor for ByHttp {
    fn take(&self, speaker: &Speaker, codec: &'static Codec, place: &str, body: &[u8]) -> Parcel {
        let mut out = Parcel::default();
        self.0
            .take(speaker, Door::Http, &place, codec, body, &mut out);
        out
    }

    fn refusal(&self, of: Refused<'_>) -> Refusal {
        self.0.refusal(of)
    }
}

/// The topic's form, written out only when something is refused.
struct ShownTopic<'a> {
    speaker: &'a Speaker,
    codec: &'static Codec,
}

impl std::fmt::Display for ShownTopic<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.codec.write_topic(&self.speaker.id, f)
    }
}
