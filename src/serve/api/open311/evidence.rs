//! A report of a wrong sensor as a report of its bay: through the gate that all reports pass, with less
//! confidence than a state takes.

use crate::domain::{BayStatus, SourceKind};
use crate::ingest::codec;
use crate::partners::Grant;
use crate::serve::api::reports::ReportsState;
use crate::serve::http::open_report::PATHS;
use serde_json::json;
use std::sync::Arc;

/// What a word of a person weighs who may have looked at the wrong bay.
const CONFIDENCE: f64 = 0.7;

/// The last part of the source's id, where the key leaves that open.
const SOURCE: &str = "problems";

/// Says for the key's partner what is seen at the bay. A key for sensors says nothing: what people see is
/// no sensor's word.
pub(super) async fn tell(
    reports: &Arc<ReportsState>,
    grant: &Arc<Grant>,
    bay: &str,
    seen: BayStatus,
) {
    let Some(source) = source(grant).filter(|_| grant.source_kind == SourceKind::App) else {
        return;
    };
    let body = json!({
        "source": source,
        "bays": [{"bay": bay, "state": seen.name(), "confidence": CONFIDENCE}],
    });
    let told = match reports.speaker_named(grant, &source).await {
        Ok(speaker) => {
            let body = body.to_string();
            let told = reports.tell(&speaker, &codec::REPORT, (PATHS, body.as_bytes()));
            told.await.map_err(|e| format!("{e:?}"))
        }
        Err(unheard) => Err(unheard.detail),
    };
    if let Err(why) = told {
        tracing::debug!(why, "a reported problem is no report of its bay");
    }
}

/// A source that the key may speak for.
fn source(grant: &Grant) -> Option<String> {
    let usual = format!("{}:{SOURCE}", grant.partner);
    if grant.sources.iter().any(|own| own.covers_source(&usual)) {
        return Some(usual);
    }
    let first = grant.sources.first()?.to_string();
    Some(match first.strip_suffix('*') {
        Some(stem) => format!("{stem}{SOURCE}"),
        None => first,
    })
}
