//! What speaks for and against a bay being taken: who watches it, what apps say, what a count of its
//! zone says, what is usual.
//!
//! Log-odds are of *occupied*, in nats: those of who watches hold what is usual too, and with the
//! apps' they make up the `p_vacant` that is told. A count has a say only where nobody watches. How
//! many contributors apps had is said, never who.

use super::text::Text;
use super::told::BayTold;
use crate::belief::{LogOdds, Rates};
use crate::domain::{BayStatus, BayView, Millis, SourceKind};

/// `,"evidence":[..]`.
pub(super) fn list(t: &mut Text, told: &BayTold<'_>) {
    let view = &told.seen.view;
    // Where it was not learnt, what is assumed.
    let usual = told.usual.map_or_else(|| Rates::default().usual(), LogOdds);
    let usual = f64::from(usual.nats());
    let apps = told.apps.as_ref();
    let of_apps = apps.map_or(0.0, |a| nats(a.log_odds));
    let counted = told.count.as_ref().filter(|_| !is_watched(view));
    let of_count = counted.map_or(0.0, |c| nats(c.log_odds));
    t.raw(",\"evidence\":[");
    let known = matches!(view.status, BayStatus::Occupied | BayStatus::Vacant);
    if known && view.source_kind != SourceKind::App {
        entry(
            t,
            view.source_kind.name(),
            Some(view.status),
            view.observed_at,
        );
        t.raw(",\"log_odds\":")
            .rounded(Some(odds(view) - of_apps - of_count), 3);
        t.raw("},");
    }
    let said = known && view.source_kind == SourceKind::App;
    if let Some(apps) = apps {
        entry(t, "apps", Some(leans(apps.log_odds)), apps.at);
        t.raw(",\"log_odds\":").rounded(Some(of_apps), 3);
        count(t, "reports", apps.reports);
        count(t, "contributors", apps.contributors);
        count(t, "partners", apps.partners);
        t.raw("},");
    } else if said {
        // A word that weighs nothing: it is the state for want of a better one.
        entry(t, "apps", Some(view.status), view.observed_at);
        t.raw(",\"log_odds\":0},");
    }
    if let Some(counted) = counted {
        entry(t, "gate", Some(leans(counted.log_odds)), counted.at);
        t.raw(",\"log_odds\":").rounded(Some(of_count), 3);
        t.raw("},");
    }
    t.raw("{\"kind\":\"usual\",\"log_odds\":")
        .rounded(Some(usual), 3);
    t.raw("}]");
}

/// From 1/1,024 nat.
fn nats(units: i16) -> f64 {
    f64::from(units) / 1024.0
}

const fn leans(log_odds: i16) -> BayStatus {
    if log_odds > 0 {
        BayStatus::Occupied
    } else {
        BayStatus::Vacant
    }
}

/// Whether a watcher's word of it stands, or it is closed: then a count says nothing of it.
const fn is_watched(view: &BayView) -> bool {
    match view.status {
        BayStatus::Closed => true,
        BayStatus::Unknown => false,
        BayStatus::Vacant | BayStatus::Occupied => !view.source_kind.passes_by(),
    }
}

fn entry(t: &mut Text, kind: &'static str, said: Option<BayStatus>, at: Millis) {
    t.raw("{\"kind\":").word(kind);
    if let Some(said) = said {
        t.raw(",\"said\":").word(said.name());
    }
    t.raw(",\"at\":").time(at);
}

fn count(t: &mut Text, name: &str, n: u8) {
    t.raw(",\"").raw(name).raw("\":").number(n.into());
}

/// Of what is shown, which is in 1/255: no further than half a step from certain.
fn odds(view: &BayView) -> f64 {
    let p = f64::from(view.confidence).clamp(0.5, 254.5) / 255.0;
    let odds = (p / (1.0 - p)).ln();
    if view.status == BayStatus::Occupied {
        odds
    } else {
        -odds
    }
}
