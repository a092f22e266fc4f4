//! What one connection's session asks, answered from what the server shares; and the connection's
//! place in it.
//!
//! Promises: a place is given back exactly once, also when the connection's task panics or is cut
//! off.

use super::connection_limits::{Admission, Seat};
use super::display::Display;
use super::door::{Denied, Door};
use super::order_display::OrderDisplay;
use super::session::SessionHost;
use super::wire::Grant;
use crate::domain::realm::is_test_key;
use crate::domain::{KeyAccount, Parcel, Receipt, Refusal, Refused, Speaker, UsageKind, ZoneIx};
use crate::inbox::NotTaken;
use crate::ingest::board::{BeforeWatch, Wanted};
use crate::ingest::codec::Codec;
use crate::ingest::mqtt_server::close::Close;
use crate::limits::{HeldShare, Owner, Shared};
use std::sync::Arc;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

/// The session's desk: the server's, with this connection's place.
pub(super) struct FrontDesk {
    pub door: Arc<Door>,
    pub display: Display,
    pub orders: OrderDisplay,
    room: Admission,
    /// Its address's until it has shown a key, then that key's.
    share: Option<HeldShare>,
    kick: Arc<Notify>,
    seat: Option<Seat>,
    /// Its key's, once it has shown one.
    account: Option<KeyAccount>,
    /// It has just been passed on to the sandbox, which says when it ends.
    pub passed_on: Option<watch::Receiver<bool>>,
    /// It has one of the places for clients without a key.
    stranger: bool,
}

impl FrontDesk {
    pub(super) fn new(
        door: Arc<Door>,
        (room, share): (Admission, HeldShare),
        kick: Arc<Notify>,
    ) -> Self {
        door.metrics.mqtt_connections.inc();
        Self {
            door,
            display: Display::default(),
            orders: OrderDisplay::default(),
            room,
            share: Some(share),
            kick,
            seat: None,
            account: None,
            passed_on: None,
            stranger: false,
        }
    }

    /// Submits what nobody waits for; drops and counts it when the journal is busy.
    pub(super) fn offer(&self, parcel: Parcel, messages: u64) -> Result<(), Close> {
        let reports = parcel.reports();
        let submission = parcel.into_submission(Receipt::unwatched());
        match self.door.journal.try_send(self.key(), submission) {
            Ok(()) => Ok(()),
            Err(NotTaken::Full) => {
                self.shed(reports, messages);
                Ok(())
            }
            Err(NotTaken::Gone) => Err(Close::NotDurable),
        }
    }

    /// A stranger keeps its address's share and takes nobody's place over: its client id is anybody's
    /// to guess.
    fn seat_stranger(&mut self) -> Result<(), Close> {
        if self.room != Admission::Free {
            return Err(Close::Full);
        }
        let most = self.door.config.max_strangers();
        self.stranger = self.door.seats.enter_stranger(most);
        if self.stranger {
            Ok(())
        } else {
            Err(Close::Full)
        }
    }

    /// The number of its key's account; 0: it has shown none.
    pub(super) fn key(&self) -> u32 {
        self.account.as_ref().map_or(0, KeyAccount::number)
    }

    fn shed(&self, reports: u64, messages: u64) {
        self.door.metrics.reports_shed.inc_by(reports);
        self.door.metrics.messages_shed.inc_by(messages);
        if let Some(account) = &self.account {
            account.count(UsageKind::Shed, reports);
        }
    }

    /// Submits a last will; `owed`: it waits a while for room in the journal's queue rather than be
    /// shed.
    pub(super) async fn leave_will(&self, parcel: Parcel, owed: bool) {
        if parcel.is_empty() {
            return;
        }
        if !owed {
            let _ = self.offer(parcel, 1); // the connection is over either way
            return;
        }
        let reports = parcel.reports();
        let mut waiting = Some(parcel.into_submission(Receipt::unwatched()));
        let sent = self.door.journal.submit(self.key(), &mut waiting);
        if !matches!(
            timeout(self.door.config.drain_timeout(), sent).await,
            Ok(Ok(()))
        ) {
            self.shed(reports, 1);
            tracing::warn!("a last will was dropped: the journal took nothing more");
        }
    }

    /// Gives this connection to the sandbox's door, whose place and share it takes; its own are free
    /// for others.
    fn pass_on(&mut self, door: Arc<Door>, stop: watch::Receiver<bool>) {
        let owner = self.share.as_ref().map(HeldShare::owner);
        self.leave();
        self.door.metrics.mqtt_connections.dec();
        door.metrics.mqtt_connections.inc();
        let shares = &door.limits.shares;
        self.share = owner.and_then(|owner| shares.take(owner, Shared::MqttConnections).ok());
        if self.share.is_some() {
            self.room = door.seats.enter(door.config.max_connections);
        }
        self.door = door;
        self.passed_on = Some(stop);
    }

    /// Gives this connection's place back; it may be called again.
    pub(super) fn leave(&mut self) {
        self.display.end();
        self.orders.end();
        self.share = None;
        if let Some(seat) = self.seat.take() {
            self.door.seats.leave(seat);
        }
        if std::mem::take(&mut self.stranger) {
            self.door.seats.exit_stranger();
        }
        if std::mem::replace(&mut self.room, Admission::None) == Admission::Free {
            self.door.seats.exit();
        }
    }
}

impl SessionHost for FrontDesk {
    fn admit(&mut self, user: &str, password: &[u8]) -> Result<Speaker, Denied> {
        if is_test_key(password)
            && let Some(sandbox) = &self.door.sandbox
        {
            let (door, stop) = sandbox.behind().ok_or(Denied::NotNow)?;
            self.pass_on(door, stop);
        }
        self.door.keeper.admit(user, password)
    }

    fn client_id(&mut self) -> String {
        format!("hub-{:016x}", rand::random::<u64>())
    }

    fn hears_strangers(&mut self) -> bool {
        self.door.keeper.hears_strangers()
    }

    fn seat(&mut self, speaker: Option<&Speaker>, client_id: Option<&str>) -> Result<(), Close> {
        let Some(speaker) = speaker else {
            return self.seat_stranger();
        };
        if self.door.hurried_source(speaker.source) {
            return Err(Close::Rate);
        }
        self.account = Some(speaker.account.clone());
        if self.room == Admission::Free {
            self.seat = self.door.seats.sit(speaker.source, client_id, &self.kick);
        }
        let seat = self.seat.as_ref().ok_or(Close::Full)?;
        let owner = Owner::Key(speaker.account.number());
        let passed = self.share.as_mut().map(|share| share.pass_to(owner));
        // Who takes over is let in: its predecessor, which has the share, is leaving.
        if matches!(passed, Some(Err(_))) && !seat.took_over {
            return Err(Close::Share);
        }
        Ok(())
    }

    fn take(
        &mut self,
        speaker: &Speaker,
        codec: &'static Codec,
        payload: &[u8],
        kept: bool,
        out: &mut Parcel,
    ) {
        self.door.intake.take(speaker, codec, payload, kept, out);
    }

    fn refusal(&mut self, of: Refused<'_>) -> Refusal {
        self.door.metrics.refuse(of.door, of.reason);
        self.door.intake.refusal(of)
    }

    fn zone(&mut self, id: &str) -> Option<ZoneIx> {
        self.door.boards.zones.zone(id)
    }

    fn watch(&mut self, wanted: Wanted, loud: &dyn Fn(ZoneIx) -> bool) -> bool {
        let watch = self.door.boards.zones.watch(wanted);
        watch.is_some_and(|watch| {
            self.display.begin(watch, loud);
            true
        })
    }

    fn unwatch(&mut self) {
        self.display.end();
    }

    fn knows_order(&mut self, name: &str) -> bool {
        self.door.boards.orders.knows(name)
    }

    fn follow(&mut self) {
        let board = &self.door.boards.orders;
        self.orders.begin(|| board.watch(BeforeWatch::Nothing));
    }

    fn unfollow(&mut self) {
        self.orders.end();
    }

    fn declined(&mut self, grant: Grant) {
        let reason = match grant {
            Grant::Yes(_) => return,
            Grant::Foreign => "foreign",
            Grant::Shared => "shared",
            Grant::Quota => "quota",
        };
        self.door
            .metrics
            .mqtt_refused_subscriptions
            .with_label_values(&[reason])
            .inc();
    }
}

impl Drop for FrontDesk {
    /// Also when the task panics or is cut off: a place is never lost.
    fn drop(&mut self) {
        self.leave();
        self.door.metrics.mqtt_connections.dec();
    }
}
