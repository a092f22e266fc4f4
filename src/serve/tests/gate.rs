//! The gate's part, played as far as these tests go.

use super::NOW;
use crate::domain::{
    Backing, BayKind, BayStatus, Claim, CountObservation, CountWord, Door, DropList, Observation,
    Parcel, Reason, Refusal, Refused, SourceKind, Speaker, UsageKind, ZoneIx,
};
use crate::ingest::codec::{self, Codec};
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::serve::ReportDoor;
use serde_json::Value;
use std::sync::Arc;

/// Takes what the gate takes, as far as these tests go.
pub(super) struct Gate(pub(super) Arc<Registry>, pub(super) Arc<Metrics>);

impl ReportDoor for Gate {
    fn take(&self, speaker: &Speaker, codec: &'static Codec, place: &str, body: &[u8]) -> Parcel {
        if *codec != codec::REPORT {
            return self.uplink(speaker, place, body);
        }
        let report: Value = serde_json::from_slice(body).unwrap();
        let refuse = |reason: Reason, index: Option<u32>| {
            self.1.refuse(Door::Http, reason);
            speaker.account.count(UsageKind::Refused(reason), 1);
            Refusal {
                reason,
                door: Door::Http,
                source: (&*speaker.id).into(),
                key: 0,
                partner: (&*speaker.remit.now().partner).into(),
                topic: "/v1/reports".into(),
                index,
                detail: format!("{index:?}").into(),
                payload: DropList::default().excerpt(body),
            }
        };
        let mut parcel = Parcel::default();
        let Some(bays) = report["bays"].as_array() else {
            parcel.refusals.push(refuse(Reason::Malformed, None));
            return parcel;
        };
        for (index, bay_said) in bays.iter().enumerate() {
            match self.0.bay(bay_said["bay"].as_str().unwrap()) {
                Some(bay) => parcel.claims.push(Claim::Bay(Observation {
                    at: NOW,
                    seq: 0,
                    bay,
                    source: speaker.source,
                    source_kind: speaker.kind,
                    status: bay_says(&bay_said["state"]),
                    confidence: (bay_said["confidence"].as_f64().unwrap_or(0.97) * 255.0) as u8,
                    backing: Backing::default(),
                })),
                None => parcel
                    .refusals
                    .push(refuse(Reason::UnknownBay, Some(index as u32))),
            }
        }
        let taken = parcel.claims.len() as u64;
        speaker.account.count(UsageKind::Accepted, taken);
        parcel
    }

    fn refusal(&self, of: Refused<'_>) -> Refusal {
        DropList::default().refusal(of)
    }
}

fn bay_says(state: &Value) -> BayStatus {
    let said = state.as_str().and_then(BayStatus::parse);
    said.unwrap_or(BayStatus::Vacant)
}

impl Gate {
    /// Takes an uplink of `dev` and refuses any other.
    fn uplink(&self, speaker: &Speaker, place: &str, body: &[u8]) -> Parcel {
        assert!(speaker.uplinks);
        let known = String::from_utf8_lossy(body).contains("\"dev\"");
        let mut parcel = Parcel::default();
        if known {
            parcel.claims.push(Claim::Count(CountObservation {
                trusted: true,
                at: NOW,
                zone: ZoneIx(0),
                source: speaker.source,
                source_kind: SourceKind::Gate,
                kind: BayKind::Car,
                subset: None,
                word: CountWord::vacant(0, 0),
            }));
            return parcel;
        }
        self.1.refuse(Door::Http, Reason::UnknownDevice);
        parcel.refusals.push(Refusal {
            reason: Reason::UnknownDevice,
            door: Door::Http,
            source: (&*speaker.id).into(),
            key: 0,
            partner: (&*speaker.remit.now().partner).into(),
            topic: place.into(),
            index: Some(0),
            detail: "who?".into(),
            payload: DropList::default().excerpt(body),
        });
        parcel
    }
}
