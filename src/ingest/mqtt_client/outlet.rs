//! Availability and the authority's orders back to the broker, retained: a zone at most once a second,
//! the newest wins; an order as it changes, and cleared once it has ended.
//!
//! QoS 0 on a connection of its own: nothing is kept for a broker that is away, as what is true
//! then is read anew when it is back, for every zone and order - it may have forgotten all it
//! retained, and retains orders that have ended meanwhile. A slow broker slows only this; orders wait
//! for no round of zones.

use super::dial::Dial;
use super::{Broker, network};
use crate::domain::Availability;
use crate::ingest::board::{BeforeWatch, Board, Shown, Wanted};
use crate::ingest::shutdown;
use rumqttc::{AsyncClient, Event, Outgoing, Packet, QoS};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// Between the end of one round and the next, so that no zone is published twice within it.
const PACE: Duration = Duration::from_secs(1);

/// Messages that may wait for the connection.
const QUEUE: usize = 64;

/// Until following is asked for again, when the hub has no place for one more follower.
const NO_PLACE: Duration = Duration::from_secs(10);

/// Which connection stands, by number; `None` while there is none.
type Standing = Option<u64>;

/// Publishes until told to stop.
pub(super) async fn run(broker: Arc<Broker>, mut stop: watch::Receiver<bool>) {
    let options = broker.client("out");
    let name = options.client_id();
    let (client, mut events) = AsyncClient::new(options, QUEUE);
    events.set_network_options(network());
    let mut dial = Dial::new(Arc::clone(&broker), name);
    let (standing, stands) = watch::channel(None);
    let teller = tokio::spawn(
        Teller {
            broker,
            client: client.clone(),
            stands,
        }
        .run(),
    );
    let mut count = 0;
    loop {
        let event = tokio::select! { biased; () = shutdown::wait(&mut stop) => break, event = events.poll() => event };
        match event {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                count += 1;
                dial.up();
                standing.send_replace(Some(count));
            }
            Ok(_) => {}
            Err(e) => {
                standing.send_replace(None);
                dial.failed(&e, &mut stop).await;
                // What was queued meanwhile is old by now; all of it is told again.
                events.clean();
                events.pending.clear();
                events.state.events.clear();
            }
        }
    }
    teller.abort();
    if events.network.is_some() && client.try_disconnect().is_ok() {
        let gone = async {
            while !matches!(
                events.poll().await,
                Ok(Event::Outgoing(Outgoing::Disconnect)) | Err(_)
            ) {}
        };
        drop(timeout(PACE, gone).await);
    }
}

/// Reads the board and fills the client's queue.
struct Teller {
    broker: Arc<Broker>,
    client: AsyncClient,
    stands: watch::Receiver<Standing>,
}

impl Teller {
    /// Ends when the connection's keeper does.
    async fn run(mut self) {
        while self.stands.wait_for(Option::is_some).await.is_ok() {
            let mut stands = self.stands.clone();
            tokio::select! {
                biased;
                _ = stands.changed() => {}
                () = self.tell() => {}
            }
            self.stands = stands;
        }
    }

    /// Cancelled when the connection ends.
    async fn tell(&self) {
        tokio::select! {
            () = self.tell_zones() => {}
            () = self.tell_orders() => {}
        }
    }

    /// Tells of every zone, then of each that changes.
    async fn tell_zones(&self) {
        let board: &dyn Board = &*self.broker.host.boards.zones;
        let mut watch = loop {
            if let Some(watch) = board.watch(Wanted::All) {
                break watch;
            }
            tracing::warn!(
                broker = self.broker.config.name,
                "no place to follow changes: no availability is published"
            );
            sleep(NO_PLACE).await;
        };
        let mut zones = Vec::new();
        loop {
            watch.changed().await;
            watch.take(&mut zones);
            for zone in zones.drain(..) {
                let mut id = String::new();
                let mut payload = Vec::new();
                // With no payload a broker forgets what it has retained.
                if board.show(zone, &mut id, &mut payload) == Shown::Nothing {
                    continue;
                }
                if !self.publish(Availability::topic_of(&id), payload).await {
                    return;
                }
            }
            sleep(PACE).await;
        }
    }

    /// Tells of the orders that stand, then of each that changes.
    async fn tell_orders(&self) {
        let board = &self.broker.host.boards.orders;
        let mut watch = board.watch(BeforeWatch::Retained);
        loop {
            let mut payload = Vec::new();
            match watch.next(&mut payload) {
                Some(said) => {
                    if !self.publish(said.of.path(), payload).await {
                        return;
                    }
                }
                None => watch.changed().await,
            }
        }
    }

    /// Whether the connection's queue took it: its other end is held by whoever cancels this.
    async fn publish(&self, topic: String, payload: Vec<u8>) -> bool {
        let sent = self
            .client
            .publish(topic, QoS::AtMostOnce, true, payload)
            .await;
        if sent.is_ok() {
            let published = &self.broker.host.metrics.brokers.published;
            let name = &self.broker.config.name;
            published.with_label_values(&[name]).inc();
        }
        sent.is_ok()
    }
}
