//! One client of the broker: keeps its connection, and hands what comes to its desk.
//!
//! Back-pressure: while the desk's queue is full the connection is not polled, so TCP slows the
//! broker. That also holds up pings: a journal that stands still for longer than the keep-alive
//! costs the connection, and no message.

use super::desk::ClientDesk;
use super::dial::Dial;
use super::inlet_link::{InletLink, Received};
use super::ledger::Epoch;
use super::{Broker, network};
use crate::ingest::shutdown;
use rumqttc::{
    AsyncClient, ConnectionError, Event, EventLoop, Outgoing, Packet, Publish, QoS, SubAck,
    SubscribeFilter, SubscribeReasonCode,
};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// Room in rumqttc's queue of requests: an ack for every packet id there is, and a few more for the
/// rest.
const REQUESTS: usize = u16::MAX as usize + 64;

/// Bytes of messages that may wait for one desk.
const BYTES: usize = 8 * 1024 * 1024;

/// What a message takes besides its payload, about.
const OVERHEAD: usize = 256;

/// For what is under way when the hub stops, as at the hub's own MQTT server.
const DRAIN: Duration = Duration::from_secs(5);

/// For the goodbye.
const GOODBYE: Duration = Duration::from_secs(1);

/// Keeps one client going until told to stop.
pub(super) async fn run(broker: Arc<Broker>, number: u16, mut stop: watch::Receiver<bool>) {
    let mut options = broker.client(&number.to_string());
    options.set_clean_session(false).set_manual_acks(true);
    let name = options.client_id();
    let (client, mut events) = AsyncClient::new(options, REQUESTS);
    events.set_network_options(network());
    let line = Arc::new(InletLink {
        ledger: Mutex::default(),
        client,
        broken: Notify::new(),
    });
    let (to_desk, received) = mpsc::channel(broker.config.inflight.into());
    let desk =
        tokio::spawn(ClientDesk::new(Arc::clone(&broker), Arc::clone(&line), received).run());
    let dial = Dial::new(Arc::clone(&broker), name);
    let room = Arc::new(Semaphore::new(BYTES));
    let mut inlet = Inlet {
        broker,
        events,
        line,
        dial,
        room,
    };
    inlet.receive(&to_desk, &mut stop).await;
    drop(to_desk);
    inlet.leave(desk).await;
}

struct Inlet {
    broker: Arc<Broker>,
    events: EventLoop,
    line: Arc<InletLink>,
    dial: Dial,
    room: Arc<Semaphore>,
}

impl Inlet {
    async fn receive(&mut self, desk: &mpsc::Sender<Received>, stop: &mut watch::Receiver<bool>) {
        loop {
            // A poll that is cancelled may lose a packet that was half written. Here it is
            // cancelled only together with its connection.
            let event = tokio::select! {
                biased;
                () = shutdown::wait(stop) => return,
                () = self.line.broken.notified() => Err("what it sent could not be stored".to_owned()),
                event = self.events.poll() => event.map_err(|e| explain(&e)),
            };
            let done = match event {
                Ok(Event::Incoming(Packet::ConnAck(_))) => self.subscribe(),
                Ok(Event::Incoming(Packet::SubAck(ack))) => self.confirmed(&ack),
                Ok(Event::Incoming(Packet::Publish(publish))) => {
                    let epoch = self.line.ledger().epoch();
                    self.forward(epoch, publish, desk, stop).await;
                    Ok(())
                }
                Ok(_) => Ok(()),
                Err(e) => Err(e),
            };
            if let Err(why) = done {
                self.lost(&why, desk, stop).await;
            }
        }
    }

    /// On each connection, whatever it says of a session that is present: mosquitto 2.0 finds the
    /// session in its file after a restart, and what was queued in it, but not its shared
    /// subscriptions, so nothing would come any more. Where the subscription is there this changes
    /// nothing; at most what is retained comes once more.
    fn subscribe(&self) -> Result<(), String> {
        let filters = self.broker.config.filters();
        let filters = filters.into_iter().map(|path| SubscribeFilter {
            path,
            qos: QoS::AtLeastOnce,
        });
        self.line
            .client
            .try_subscribe_many(filters)
            .map_err(|e| e.to_string())
    }

    fn confirmed(&mut self, ack: &SubAck) -> Result<(), String> {
        let filters = self.broker.config.filters();
        let refused = ack
            .return_codes
            .iter()
            .position(|code| *code == SubscribeReasonCode::Failure);
        if let Some(at) = refused {
            let filter = filters.get(at).map_or("?", String::as_str);
            return Err(format!("the broker refused the subscription to {filter}"));
        }
        self.dial.up();
        Ok(())
    }

    /// Waits for room. What is dropped at a stop is not acknowledged, so the broker keeps it.
    async fn forward(
        &mut self,
        epoch: Epoch,
        publish: Publish,
        desk: &mpsc::Sender<Received>,
        stop: &mut watch::Receiver<bool>,
    ) {
        let bytes = (publish.payload.len() + publish.topic.len() + OVERHEAD).min(BYTES) as u32;
        let handed = async {
            if let Ok(room) = Arc::clone(&self.room).acquire_many_owned(bytes).await
                && desk
                    .send(Received {
                        epoch,
                        publish,
                        _room: room,
                    })
                    .await
                    .is_err()
            {
                // The desk has panicked. Unacknowledged is right; to stay connected would hide it.
                self.line.broken.notify_one();
            }
        };
        tokio::select! { () = handed => {}, () = shutdown::wait(stop) => {} }
    }

    /// Closes the books of the connection and waits for the next attempt.
    async fn lost(
        &mut self,
        why: &str,
        desk: &mpsc::Sender<Received>,
        stop: &mut watch::Receiver<bool>,
    ) {
        let (ended, owed) = {
            let mut ledger = self.line.ledger();
            (ledger.epoch(), ledger.lost())
        };
        let stale = self
            .broker
            .host
            .metrics
            .brokers
            .stale_acks
            .with_label_values(&[&self.broker.config.name]);
        stale.inc_by(owed as u64);
        // rumqttc has cleaned up already, but acks may have been queued since. What it keeps for
        // later is only a subscription, which is asked for anew.
        self.events.clean();
        self.events.pending.clear();
        // Messages read just before the end would come out after the next CONNACK, as if of that
        // connection. The broker sends them again, unless nobody was to acknowledge them.
        for event in std::mem::take(&mut self.events.state.events) {
            if let Event::Incoming(Packet::Publish(publish)) = event
                && publish.qos == QoS::AtMostOnce
            {
                self.forward(ended, publish, desk, stop).await;
            }
        }
        self.dial.failed(&why, stop).await;
    }

    /// Sends the last acks, then says goodbye. Messages that still come are left with the broker.
    async fn leave(mut self, mut desk: JoinHandle<()>) {
        if self.events.network.is_some() {
            tokio::select! {
                _ = &mut desk => {}
                () = async { while self.events.poll().await.is_ok() {} } => {}
                () = sleep(DRAIN) => {}
            }
        }
        if !desk.is_finished() && timeout(DRAIN, &mut desk).await.is_err() {
            desk.abort();
        }
        if self.events.network.is_some() && self.line.client.try_disconnect().is_ok() {
            let gone = async {
                // The queue is in order: the goodbye is behind the acks.
                while !matches!(
                    self.events.poll().await,
                    Ok(Event::Outgoing(Outgoing::Disconnect)) | Err(_)
                ) {}
            };
            drop(timeout(GOODBYE, gone).await);
        }
    }
}

/// The error, with the setting that mends it where there is one.
fn explain(e: &ConnectionError) -> String {
    use rumqttc::StateError::Deserialization;
    match e {
        ConnectionError::MqttState(Deserialization(rumqttc::Error::PayloadSizeLimitExceeded(
            bytes,
        ))) => format!(
            "a packet of {bytes} bytes, which the broker will send again and again: raise max_packet_bytes here or \
             lower the broker's limit"
        ),
        e => e.to_string(),
    }
}
