//! What goes on the wire: the JSON of reports and counts, written by hand and kept within the
//! contract's limits.

use chrono::{DateTime, SecondsFormat};
use std::io::Write;

/// Most bays in one message.
pub(crate) const MAX_BAYS: usize = 1_000;
/// Most bytes in one payload: below the hub's 256 KiB with room for topic and header.
pub(crate) const MAX_BYTES: usize = 200 * 1024;
/// The longest that one bay's entry can be: an id of 64 bytes, state and confidence.
const MAX_ENTRY: usize = 128;

/// The last level of the topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    Report,
    Count,
}

impl Topic {
    /// `report` or `count`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Count => "count",
        }
    }
}

/// One publish of one source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Position of the source in the plan.
    pub link: u32,
    pub topic: Topic,
    pub payload: Vec<u8>,
    /// Bays it reports; 0 for a count.
    pub bays: u16,
}

/// `2026-11-23T02:00:00.123Z`.
#[must_use]
pub(crate) fn rfc3339(ms: u64) -> String {
    let at = DateTime::from_timestamp_millis(ms as i64).unwrap_or_default();
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

pub(crate) const fn state_name(occupied: bool) -> &'static str {
    if occupied { "occupied" } else { "vacant" }
}

/// A report in the making. Say [`Self::is_full`] before each bay.
pub(crate) struct Batch {
    head: String,
    json: Vec<u8>,
    bays: usize,
}

impl Batch {
    pub(crate) fn new(at: u64, seq: u64) -> Self {
        Self {
            head: format!(r#"{{"at":"{}","seq":{seq}"#, rfc3339(at)),
            json: Vec::with_capacity(256),
            bays: 0,
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.bays >= MAX_BAYS || self.json.len() + self.head.len() + MAX_ENTRY + 16 > MAX_BYTES
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bays == 0
    }

    pub(crate) fn bay(&mut self, id: &str, occupied: bool, confidence: f64) {
        let comma = if self.bays > 0 { "," } else { "" };
        let state = state_name(occupied);
        let c = (confidence.clamp(0.0, 1.0) * 100.0).round() / 100.0;
        write!(
            self.json,
            r#"{comma}{{"bay":"{id}","state":"{state}","confidence":{c}}}"#
        )
        .expect("writing to memory cannot fail");
        self.bays += 1;
    }

    /// A lone bay may go flat, as a simple phone app would send it.
    pub(crate) fn finish(self, link: u32, flat: bool) -> Message {
        let mut payload = self.head.into_bytes();
        if flat && self.bays == 1 {
            payload.push(b',');
            payload.extend_from_slice(&self.json[1..]);
        } else {
            payload.extend_from_slice(br#","bays":["#);
            payload.extend_from_slice(&self.json);
            payload.extend_from_slice(b"]}");
        }
        Message {
            link,
            topic: Topic::Report,
            payload,
            bays: self.bays as u16,
        }
    }
}

pub(crate) fn count(link: u32, zone: &str, vacant: u32, capacity: u32, at: u64) -> Message {
    let at = rfc3339(at);
    let json = format!(
        r#"{{"zone":"{zone}","vacant":{vacant},"capacity":{capacity},"kind":"car","at":"{at}"}}"#
    );
    Message {
        link,
        topic: Topic::Count,
        payload: json.into_bytes(),
        bays: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_reads_as_the_contract_says() {
        let mut b = Batch::new(1_795_402_800_123, 17);
        b.bay("TPY012-007", true, 0.98);
        b.bay("TPY012-008", false, 0.9);
        let m = b.finish(0, true);
        let want = concat!(
            r#"{"at":"2026-11-23T03:00:00.123Z","seq":17,"bays":[{"bay":"TPY012-007","state":"occupied","#,
            r#""confidence":0.98},{"bay":"TPY012-008","state":"vacant","confidence":0.9}]}"#
        );
        assert_eq!(String::from_utf8(m.payload).unwrap(), want);
    }

    #[test]
    fn a_lone_bay_may_be_flat() {
        let mut b = Batch::new(0, 1);
        b.bay("A-1", false, 0.7);
        let v: serde_json::Value = serde_json::from_slice(&b.finish(0, true).payload).unwrap();
        assert_eq!(
            (&v["bay"], &v["state"], &v["seq"]),
            (&"A-1".into(), &"vacant".into(), &1.into())
        );
    }

    #[test]
    fn a_batch_of_the_longest_ids_stays_within_both_limits() {
        let mut b = Batch::new(u64::from(u32::MAX), u64::MAX);
        while !b.is_full() {
            b.bay(&"x".repeat(64), true, 0.99);
        }
        let m = b.finish(0, false);
        assert!(usize::from(m.bays) <= MAX_BAYS && m.payload.len() <= MAX_BYTES);
    }
}
