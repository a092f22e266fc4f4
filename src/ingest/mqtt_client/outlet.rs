//! Availability back to the broker: retained, at most once a second a zone, the newest wins.
//!
//! QoS 0 on a connection of its own: nothing is kept for a broker that is away, as what is true
//! then is read anew when it is back, for every zone - it may have forgotten all it retained. A
//! slow broker slows only this.

use super::dial::Dial;
use super::{Broker, network};
use crate::domain::Availability;
use crate::ingest::board::{Board, Shown, Wanted};
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

    /// Tells of every zone, then of each that changes. Cancelled when the connection ends.
    async fn tell(&self) {
        let board: &dyn Board = &*self.broker.host.board;
        let Some(mut watch) = board.watch(Wanted::All) else {
            tracing::warn!(
                broker = self.broker.config.name,
                "no place to follow changes: nothing is published"
            );
            return sleep(NO_PLACE).await;
        };
        let published = self
            .broker
            .host
            .metrics
            .brokers
            .published
            .with_label_values(&[&self.broker.config.name]);
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
                let topic = Availability::topic_of(&id);
                // The queue's other end is held by whoever cancels this.
                if self
                    .client
                    .publish(topic, QoS::AtMostOnce, true, payload)
                    .await
                    .is_err()
                {
                    return;
                }
                published.inc();
            }
            sleep(PACE).await;
        }
    }
}
