//! What the connections of one server share, and what the rest of the hub has to provide for it.

use super::config::Config;
use super::connection_limits::ConnectionLimits;
use crate::domain::{Parcel, Refusal, Refused, SourceIx, Speaker};
use crate::inbox::InboxSender;
use crate::ingest::board::Boards;
use crate::ingest::codec::Codec;
use crate::limits::{Buckets, HeldShare, Limits, Owner, ShareTaken, Shared};
use crate::metrics::Metrics;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// No such source, or not its password. One answer for both, so that nobody can fish for names.
    BadCredentials,
    /// The key is good but may not report for this source.
    NotAuthorised,
    /// The source is new, and the key has as many as one key may have.
    TooMany,
    /// Nothing is wrong with either, but the hub cannot take the source up now: its disk is full,
    /// say.
    NotNow,
}

/// Knows who may come in. Called on a network task: it must not block.
pub trait Doorkeeper: Send + Sync {
    /// `user` is the source's id, `password` its key. The speaker's `id` decides which topics it
    /// may publish to.
    fn admit(&self, user: &str, password: &[u8]) -> Result<Speaker, Denied>;

    /// Whether who shows no key may listen to what everybody may see.
    fn hears_strangers(&self) -> bool {
        false
    }
}

/// Knows what a payload says. Called on a network task: it must not block.
pub trait Intake: Send + Sync {
    /// Appends to `out` what `payload` claims and what of it is refused; counts both. `kept`: a
    /// broker had retained it, and gives it out again.
    fn take(
        &self,
        speaker: &Speaker,
        codec: &'static Codec,
        payload: &[u8],
        kept: bool,
        out: &mut Parcel,
    );

    /// What may be kept of what the door refuses by itself. Does not count the refusal.
    fn refusal(&self, of: Refused<'_>) -> Refusal;
}

/// One server: its limits, whom it asks, and where the reports go.
pub struct Door {
    pub(super) config: Config,
    pub(super) keeper: Arc<dyn Doorkeeper>,
    pub(super) intake: Arc<dyn Intake>,
    pub(super) boards: Boards,
    /// To the journal. Connections wait for room in it and do not read meanwhile; once its receiver
    /// is dropped, every connection that has something to submit ends without acknowledging it.
    pub(super) journal: InboxSender,
    pub(super) metrics: Arc<Metrics>,
    pub(super) seats: ConnectionLimits,
    pub(super) limits: Arc<Limits>,
    /// Where clients of the sandbox are passed on to.
    pub(super) sandbox: Option<Arc<SandboxDoor>>,
    connects_by_address: Buckets<IpAddr>,
    connects_by_source: Buckets<SourceIx>,
}

/// Seconds' worth of connections that may come at once.
const CONNECT_BURST_S: u32 = 10;

impl Door {
    /// The journal's queue stays open for as long as this lives: drop it after [`super::serve()`]
    /// has returned.
    #[must_use]
    pub fn new(
        config: Config,
        keeper: Arc<dyn Doorkeeper>,
        intake: Arc<dyn Intake>,
        boards: Boards,
        journal: InboxSender,
        metrics: Arc<Metrics>,
        limits: Arc<Limits>,
    ) -> Self {
        Self {
            seats: ConnectionLimits::new(config.max_connections_per_source),
            connects_by_address: Buckets::new(
                Some(config.max_connects_per_s_per_address),
                CONNECT_BURST_S,
            ),
            connects_by_source: Buckets::new(
                Some(config.max_connects_per_s_per_source),
                CONNECT_BURST_S,
            ),
            limits,
            sandbox: None,
            config,
            keeper,
            intake,
            boards,
            journal,
            metrics,
        }
    }

    /// With a sandbox behind it.
    #[must_use]
    pub fn before(mut self, sandbox: Option<Arc<SandboxDoor>>) -> Self {
        self.sandbox = sandbox;
        self
    }

    /// Connections that may be open at a time, the sandbox's among them.
    pub(super) fn most(&self) -> usize {
        let of_sandbox = self.sandbox.as_ref().map_or(0, |sandbox| sandbox.places);
        self.config.max_connections.saturating_add(of_sandbox)
    }

    /// A stranger's place, if its address has not its share already; that is counted.
    pub(super) fn share_of(&self, address: IpAddr) -> Result<HeldShare, ShareTaken> {
        let owner = Owner::of_address(address);
        self.limits.shares.take(owner, Shared::MqttConnections)
    }

    /// Whether too many connections come from that address.
    pub(super) fn hurried(&self, address: IpAddr) -> bool {
        !self.connects_by_address.allow(address)
    }

    /// Whether too many connections come from that source.
    pub(super) fn hurried_source(&self, source: SourceIx) -> bool {
        !self.connects_by_source.allow(source)
    }
}

/// The door of the sandbox behind a hub's own, while it is open: a client whose password is a key of
/// the sandbox is passed on to it, and is none of the hub's own from then on, in places, shares, counts
/// and messages. Locks are held for a look.
pub struct SandboxDoor {
    behind: RwLock<Option<Behind>>,
    places: usize,
}

type Behind = (Arc<Door>, watch::Receiver<bool>);

impl SandboxDoor {
    /// Of a sandbox that takes so many connections at a time; it is not open yet.
    #[must_use]
    pub const fn new(places: usize) -> Self {
        Self {
            behind: RwLock::new(None),
            places,
        }
    }

    /// Clients are passed on to `door` from now on. Their connections end once `stop` turns true.
    pub fn open(&self, door: Arc<Door>, stop: watch::Receiver<bool>) {
        *self.behind.write().unwrap_or_else(PoisonError::into_inner) = Some((door, stop));
    }

    /// Nobody is passed on any more: clients of the sandbox are told to come again later.
    pub fn close(&self) {
        *self.behind.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) fn behind(&self) -> Option<Behind> {
        let behind = self.behind.read().unwrap_or_else(PoisonError::into_inner);
        behind.clone()
    }
}
