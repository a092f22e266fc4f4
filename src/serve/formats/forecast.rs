//! A forecast of a zone as it is told: alone, or in the events of a stream.

use crate::domain::{BayKind, Millis, ZoneIx, ZoneTally};
use crate::forecast::ForecastTable;
use serde::Serialize;

/// How far ahead events tell, minutes.
const TOLD_MIN: [u64; 3] = [30, 60, 120];

/// What is expected of a zone at a time. Without a basis nothing is said.
#[derive(Debug, Serialize)]
pub(in crate::serve) struct ForecastTold {
    pub(in crate::serve) at: String,
    pub(in crate::serve) occupancy: Option<f64>,
    pub(in crate::serve) p10: Option<f64>,
    pub(in crate::serve) p90: Option<f64>,
    pub(in crate::serve) vacant: Option<u32>,
    pub(in crate::serve) p_any_vacant: Option<f64>,
    pub(in crate::serve) basis: Option<&'static str>,
}

impl ForecastTold {
    /// Of a zone with `tally`, `ahead_ms` from `now`.
    pub(in crate::serve) fn of(
        table: &ForecastTable,
        zone: ZoneIx,
        tally: &ZoneTally,
        (now, ahead_ms): (Millis, u64),
    ) -> Self {
        let of_zone = table.zone(zone, now, ahead_ms);
        let expected = of_zone.and_then(|(outlook, ahead)| Some((outlook, outlook.after(ahead)?)));
        let then = expected.as_ref().map(|(_, then)| then);
        let capacity = capacity(tally);
        Self {
            at: String::from_utf8_lossy(&now.plus(ahead_ms).rfc3339()).into_owned(),
            occupancy: then.map(|then| rounded(then.occupied.into())),
            p10: then.map(|then| rounded(then.p10().into())),
            p90: then.map(|then| rounded(then.p90().into())),
            vacant: then.zip(capacity).map(|(then, capacity)| {
                let vacant = (1.0 - f64::from(then.occupied)) * f64::from(capacity);
                vacant.round() as u32
            }),
            p_any_vacant: then
                .zip(capacity)
                .map(|(then, capacity)| rounded(then.p_any_vacant(capacity))),
            basis: expected.map(|(outlook, _)| outlook.basis.name()),
        }
    }
}

/// Adds to the zone at the end of `json`, an object, what is expected of it in half an hour, one and two.
pub(in crate::serve) fn add_forecast(
    json: &mut Vec<u8>,
    table: &ForecastTable,
    zone: ZoneIx,
    tally: &ZoneTally,
    now: Millis,
) {
    let of = |min: u64| ForecastTold::of(table, zone, tally, (now, min * 60_000));
    let told: Vec<ForecastTold> = TOLD_MIN.into_iter().map(of).collect();
    if json.pop_if(|end| *end == b'}').is_some() {
        json.extend_from_slice(b",\"forecast\":");
        // Plain data: it can always be written.
        json.extend(serde_json::to_vec(&told).unwrap_or_else(|_| b"null".to_vec()));
        json.push(b'}');
    }
}

/// How many bays there are to be had, closed ones left out; `None` where nobody says.
fn capacity(tally: &ZoneTally) -> Option<u32> {
    let unsized_kinds = BayKind::ALL
        .into_iter()
        .any(|kind| tally.unsized_kinds.has(kind));
    let open = tally.capacity.saturating_sub(tally.closed);
    (!unsized_kinds && tally.capacity > 0).then_some(open)
}

fn rounded(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}
