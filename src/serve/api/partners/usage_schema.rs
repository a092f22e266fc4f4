//! Usage as it is told.

use crate::domain::{CallClass, CallOutcome, UsageKind};
use crate::partners::UsageRow;
use crate::schema::Reason;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "read by utoipa's derive only")]
pub(in crate::serve) struct UsageQuery {
    /// The hour it lies in is the first; a day before `to` if absent, and 31 days where rows are days.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Whole hours up to here; now if absent. At most 62 days after `from`.
    #[param(format = DateTime)]
    to: Option<String>,
    /// `1h` or `1d`, of UTC.
    #[param(default = "1h")]
    interval: Option<String>,
    /// Rows of a page.
    #[param(default = 1000, minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "read by utoipa's derive only")]
pub(in crate::serve) struct UsagePartner {
    /// Whose keys: a row each. Absent: all partners, a row each.
    partner: Option<String>,
}

/// A page of usage, by time and then by key.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct UsageTold {
    #[schema(format = DateTime)]
    pub(in crate::serve) at: String,
    /// `1h` or `1d`.
    pub(in crate::serve) interval: &'static str,
    /// For `cursor`; null: this was the last page.
    #[schema(required)]
    pub(in crate::serve) next: Option<String>,
    pub(in crate::serve) rows: Vec<UsagePeriod>,
}

/// What one key, or one partner, made of the hub in one hour or day. Where nothing was counted there
/// is no row.
#[derive(Serialize, ToSchema)]
pub(in crate::serve) struct UsagePeriod {
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    to: String,
    partner: String,
    /// The key's id, `others` for those beyond the first hundred of the hour, `webhooks` for what the
    /// partner's endpoints were told; null: all of the partner's.
    #[schema(required)]
    key: Option<String>,
    #[schema(required)]
    name: Option<String>,
    /// By class: read, search, write, book, uplink, admin.
    #[schema(value_type = BTreeMap<String, ClassUsage>)]
    calls: BTreeMap<&'static str, ClassUsage>,
    /// Live streams that were opened.
    streams_opened: u64,
    /// For how long streams were held, s.
    stream_seconds: f64,
    /// That came, taken or not.
    mqtt_messages: u64,
    /// That passed the gate, signs of life included.
    reports_accepted: u64,
    /// Of these, such as spoke of a time five minutes or more before they came.
    reports_late: u64,
    /// Sent with QoS 0 and dropped by the hub for lack of room, though they passed the gate or were refused.
    reports_shed: u64,
    /// Messages to endpoints that were taken; counted for `webhooks`, which is no key.
    webhooks_delivered: u64,
    /// Attempts that were not.
    webhooks_failed: u64,
    /// By reason.
    #[schema(value_type = BTreeMap<Reason, u64>)]
    reports_refused: BTreeMap<&'static str, u64>,
}

/// Calls of one class, by status.
#[derive(Default, Serialize, ToSchema)]
pub(in crate::serve) struct ClassUsage {
    #[serde(rename = "2xx")]
    done: u64,
    #[serde(rename = "3xx")]
    elsewhere: u64,
    /// All but 429.
    #[serde(rename = "4xx")]
    refused: u64,
    #[serde(rename = "429")]
    too_many: u64,
    #[serde(rename = "5xx")]
    failed: u64,
    /// Of answers' bodies, as they were sent.
    bytes: u64,
}

impl ClassUsage {
    const fn of(&mut self, outcome: CallOutcome) -> &mut u64 {
        match outcome {
            CallOutcome::Done => &mut self.done,
            CallOutcome::Elsewhere => &mut self.elsewhere,
            CallOutcome::Refused => &mut self.refused,
            CallOutcome::TooMany => &mut self.too_many,
            CallOutcome::Failed => &mut self.failed,
        }
    }
}

impl UsagePeriod {
    fn class(&mut self, class: CallClass) -> &mut ClassUsage {
        self.calls.entry(class.name()).or_default()
    }
}

fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

impl From<UsageRow> for UsagePeriod {
    fn from(row: UsageRow) -> Self {
        let (key, name) = row.key.unzip();
        let mut told = Self {
            from: row.from.to_string(),
            to: row.to.to_string(),
            partner: row.partner,
            key,
            name,
            calls: BTreeMap::new(),
            streams_opened: 0,
            stream_seconds: 0.0,
            mqtt_messages: 0,
            reports_accepted: 0,
            reports_late: 0,
            reports_shed: 0,
            webhooks_delivered: 0,
            webhooks_failed: 0,
            reports_refused: BTreeMap::new(),
        };
        for (kind, n) in row.counts {
            match kind {
                UsageKind::Calls(class, outcome) => *told.class(class).of(outcome) = n,
                UsageKind::Bytes(class) => told.class(class).bytes = n,
                UsageKind::Streams => told.streams_opened = n,
                UsageKind::StreamMs => told.stream_seconds = seconds(n),
                UsageKind::MqttMessages => told.mqtt_messages = n,
                UsageKind::Accepted => told.reports_accepted = n,
                UsageKind::Late => told.reports_late = n,
                UsageKind::Shed => told.reports_shed = n,
                UsageKind::WebhooksDelivered => told.webhooks_delivered = n,
                UsageKind::WebhooksFailed => told.webhooks_failed = n,
                UsageKind::Refused(reason) => drop(told.reports_refused.insert(reason.name(), n)),
            }
        }
        told
    }
}

/// The heading of a CSV column.
fn column(kind: UsageKind) -> String {
    match kind {
        UsageKind::Calls(class, outcome) => format!("{class}_{outcome}"),
        UsageKind::Bytes(class) => format!("{class}_bytes"),
        UsageKind::Streams => "streams_opened".to_owned(),
        UsageKind::StreamMs => "stream_seconds".to_owned(),
        UsageKind::MqttMessages => "mqtt_messages".to_owned(),
        UsageKind::Accepted => "reports_accepted".to_owned(),
        UsageKind::Late => "reports_late".to_owned(),
        UsageKind::Shed => "reports_shed".to_owned(),
        UsageKind::WebhooksDelivered => "webhooks_delivered".to_owned(),
        UsageKind::WebhooksFailed => "webhooks_failed".to_owned(),
        UsageKind::Refused(reason) => format!("refused_{reason}"),
    }
}

/// The rows as CSV: a column for each thing that is counted, whether there is any or not.
pub(super) fn csv(rows: &[UsageRow]) -> String {
    use crate::history::csv::field;
    use std::fmt::Write as _;
    let mut out = "from,to,partner,key,name".to_owned();
    for kind in UsageKind::all() {
        out.push(',');
        out.push_str(&column(kind));
    }
    out.push_str("\r\n");
    for row in rows {
        let (key, name) = row.key.as_ref().map_or(("", ""), |(key, name)| (key, name));
        let named = [&*row.partner, key, name].map(field);
        // Writing to a string does not fail.
        let _ = write!(out, "{},{},{}", row.from, row.to, named.join(","));
        let of = |kind| {
            row.counts
                .iter()
                .find(|(k, _)| *k == kind)
                .map_or(0, |(_, n)| *n)
        };
        for kind in UsageKind::all() {
            let _ = match (kind, of(kind)) {
                (UsageKind::StreamMs, ms) => write!(out, ",{}", seconds(ms)),
                (_, n) => write!(out, ",{n}"),
            };
        }
        out.push_str("\r\n");
    }
    out
}
