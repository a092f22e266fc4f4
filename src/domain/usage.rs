//! What the holder of one key has made of the hub: counters that any number of threads add to, and
//! that one reader empties.
//!
//! Promises: what is added is taken out exactly once, by whoever empties; nobody waits. Bounded:
//! some 2 KiB a key that is used, nothing for one that is not. Dear: two atomics an addition, on
//! memory that few threads share (`cargo bench --bench usage`).

use super::refusal::Reason;
use super::vocabulary::vocabulary;
use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};

vocabulary! {
    /// What a call is to the hub, for its quota. The names are public: `RateLimit`, problem member.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum CallClass {
        Read => "read",
        Search => "search",
        Write => "write",
        Book => "book",
        Uplink => "uplink",
        Admin => "admin",
    }
}

impl CallClass {
    /// Whether a partner's credit raises what it may ask.
    #[must_use]
    pub const fn is_raised_by_credit(self) -> bool {
        matches!(self, Self::Read | Self::Search)
    }
}

vocabulary! {
    /// How a call was answered, by its HTTP status.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum CallOutcome {
        /// Also what goes on as another protocol.
        Done => "2xx",
        Elsewhere => "3xx",
        /// All of them but 429.
        Refused => "4xx",
        TooMany => "429",
        Failed => "5xx",
    }
}

impl CallOutcome {
    /// Of an HTTP status.
    #[must_use]
    pub const fn of(status: u16) -> Self {
        match status {
            429 => Self::TooMany,
            500.. => Self::Failed,
            400.. => Self::Refused,
            300.. => Self::Elsewhere,
            _ => Self::Done,
        }
    }
}

/// One thing that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsageKind {
    Calls(CallClass, CallOutcome),
    /// Bytes of answers' bodies, packed as they were sent.
    Bytes(CallClass),
    /// Live streams that were opened.
    Streams,
    /// For how long they were held, ms.
    StreamMs,
    /// MQTT messages that came, taken or not.
    MqttMessages,
    /// Reports of bays and counts of zones that the gate let pass.
    Accepted,
    /// Of those, how many spoke of a time [`LATE_MS`] or more before they came.
    Late,
    /// Of those, and of what was refused of QoS 0, how many were dropped for lack of room.
    Shed,
    /// Attempts to tell its endpoints that they took.
    WebhooksDelivered,
    /// Attempts that they did not take.
    WebhooksFailed,
    /// Reports, or whole messages, that were turned away.
    Refused(Reason),
}

/// A report of a time that long ago is late, ms: as long as a window of turnover.
pub const LATE_MS: u64 = 300_000;

const PER_CLASS: usize = CallOutcome::COUNT + 1;
const FIRST_PLAIN: usize = CallClass::COUNT * PER_CLASS;
const PLAIN: [(UsageKind, &str); 8] = [
    (UsageKind::Streams, "streams.opened"),
    (UsageKind::StreamMs, "streams.ms"),
    (UsageKind::MqttMessages, "mqtt.messages"),
    (UsageKind::Accepted, "reports.accepted"),
    (UsageKind::Late, "reports.late"),
    (UsageKind::Shed, "reports.shed"),
    (UsageKind::WebhooksDelivered, "webhooks.delivered"),
    (UsageKind::WebhooksFailed, "webhooks.failed"),
];
const FIRST_REFUSED: usize = FIRST_PLAIN + PLAIN.len();

impl UsageKind {
    /// How many there are.
    pub const COUNT: usize = FIRST_REFUSED + Reason::COUNT;

    /// All of them, by class and then what has none.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(|at| {
            if at < FIRST_PLAIN {
                let class = CallClass::ALL[at / PER_CLASS];
                match CallOutcome::ALL.get(at % PER_CLASS) {
                    Some(outcome) => Self::Calls(class, *outcome),
                    None => Self::Bytes(class),
                }
            } else if at < FIRST_REFUSED {
                PLAIN[at - FIRST_PLAIN].0
            } else {
                Self::Refused(Reason::ALL[at - FIRST_REFUSED])
            }
        })
    }

    #[inline]
    const fn at(self) -> usize {
        match self {
            Self::Calls(class, outcome) => class as usize * PER_CLASS + outcome as usize,
            Self::Bytes(class) => class as usize * PER_CLASS + CallOutcome::COUNT,
            Self::Streams => FIRST_PLAIN,
            Self::StreamMs => FIRST_PLAIN + 1,
            Self::MqttMessages => FIRST_PLAIN + 2,
            Self::Accepted => FIRST_PLAIN + 3,
            Self::Late => FIRST_PLAIN + 4,
            Self::Shed => FIRST_PLAIN + 5,
            Self::WebhooksDelivered => FIRST_PLAIN + 6,
            Self::WebhooksFailed => FIRST_PLAIN + 7,
            Self::Refused(reason) => FIRST_REFUSED + reason as usize,
        }
    }

    /// Its name where it is kept, such as `read.2xx` or `refused.too_old`: never changed.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Calls(class, outcome) => format!("{class}.{outcome}"),
            Self::Bytes(class) => format!("{class}.bytes"),
            Self::Refused(reason) => format!("refused.{reason}"),
            plain => PLAIN[plain.at() - FIRST_PLAIN].1.to_owned(),
        }
    }

    /// The inverse of [`Self::name`].
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (group, item) = name.split_once('.')?;
        if group == "refused" {
            return Reason::parse(item).map(Self::Refused);
        }
        let Some(class) = CallClass::parse(group) else {
            let known = PLAIN.iter().find(|(_, plain)| *plain == name);
            return known.map(|(kind, _)| *kind);
        };
        if item == "bytes" {
            return Some(Self::Bytes(class));
        }
        CallOutcome::parse(item).map(|outcome| Self::Calls(class, outcome))
    }
}

/// Parts of a key's counters: as many threads may add at once without taking memory from each other.
const SHARDS: usize = 4;

/// The counters of one key; see the module.
#[derive(Debug, Default)]
pub struct Usage([OnceLock<Box<UsageShard>>; SHARDS]);

#[derive(Debug)]
#[repr(align(64))]
struct UsageShard {
    /// Something was added since it was last emptied.
    touched: AtomicBool,
    counts: [AtomicU64; UsageKind::COUNT],
}

static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The shard that this thread adds to; none yet.
    static OWN: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// The calling thread's.
fn own_shard() -> usize {
    OWN.with(|own| {
        if own.get() == usize::MAX {
            own.set(THREADS.fetch_add(1, Relaxed) % SHARDS);
        }
        own.get()
    })
}

impl Usage {
    /// Counts `n` more.
    #[inline]
    pub fn add(&self, kind: UsageKind, n: u64) {
        let shard = self.0[own_shard()].get_or_init(|| {
            Box::new(UsageShard {
                touched: AtomicBool::new(false),
                counts: [const { AtomicU64::new(0) }; UsageKind::COUNT],
            })
        });
        shard.counts[kind.at()].fetch_add(n, Relaxed);
        // After the count: who sees this sees that.
        shard.touched.store(true, Release);
    }

    /// Takes out what was counted since this was last done, of what there is any.
    pub fn take(&self, mut each: impl FnMut(UsageKind, u64)) {
        for shard in self.0.iter().filter_map(OnceLock::get) {
            // Before the counts: what is added from now on is seen the next time, or now.
            if !shard.touched.swap(false, Acquire) {
                continue;
            }
            for (kind, count) in UsageKind::all().zip(&shard.counts) {
                let n = count.swap(0, Relaxed);
                if n > 0 {
                    each(kind, n);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_a_place_and_a_name_of_its_own() {
        let names: BTreeSet<String> = UsageKind::all().map(UsageKind::name).collect();
        assert_eq!(names.len(), UsageKind::COUNT);
        for (at, kind) in UsageKind::all().enumerate() {
            assert_eq!(kind.at(), at, "{kind:?}");
            assert_eq!(UsageKind::parse(&kind.name()), Some(kind));
        }
        for name in [
            "",
            "read",
            "read.",
            "read.1xx",
            "refused.x",
            "streams.bytes",
            "a.b.c",
        ] {
            assert_eq!(UsageKind::parse(name), None, "{name}");
        }
    }

    #[test]
    fn statuses_are_told_apart_by_their_hundreds_and_429_by_itself() {
        let of = |status| CallOutcome::of(status).name();
        let told = [101, 200, 304, 400, 428, 429, 499, 500, 599].map(of);
        assert_eq!(
            told,
            [
                "2xx", "2xx", "3xx", "4xx", "4xx", "429", "4xx", "5xx", "5xx"
            ]
        );
    }
}
