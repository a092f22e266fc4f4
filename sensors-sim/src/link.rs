//! One source's MQTT connection: a bounded queue, a window of unacknowledged messages, and endless
//! reconnecting.
//!
//! Promises: QoS 1; whatever was sent and not acknowledged is sent again after a reconnect, in
//! order; births and last will tell whether the source is there. What is dear: two tasks a
//! connection. rumqttc forgets unacknowledged messages when the broker kept no session, so they are
//! taken out of it when a connection breaks and put back when the next one stands. The window
//! bounds them: permits are taken before sending and returned by acknowledgements.

use crate::message::{MAX_BYTES, Message};
use crate::stats::Stats;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use rumqttc::mqttbytes::v4::Publish;
use rumqttc::{
    AsyncClient, ConnectionError, Event, EventLoop, LastWill, MqttOptions, NetworkOptions,
    Outgoing, Packet, QoS, Request,
};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::JoinHandle;

/// Messages that wait for their connection. The sender sheds (and counts) what does not fit.
pub(crate) const QUEUE: usize = 256;
/// Messages under way without an acknowledgement.
const WINDOW: u16 = 64;
/// One more packet id than the window, for the birth.
const INFLIGHT: u16 = WINDOW + 1;
const BACKOFF_MIN: Duration = Duration::from_millis(200);
const BACKOFF_MAX: Duration = Duration::from_secs(20);

/// Where and as whom to connect.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) source: String,
    pub(crate) password: String,
    /// For the jitter of this connection's back-off.
    pub(crate) seed: u64,
}

/// The sender's end of a connection. Dropping it breaks the connection; [`Self::close`] ends it
/// properly.
pub(crate) struct Link {
    pub(crate) queue: mpsc::Sender<Message>,
    /// Breaks the connection without a goodbye.
    pub(crate) cut: Arc<Notify>,
    goodbye: Goodbye,
}

impl Link {
    pub(crate) fn open(login: Login, stats: Arc<Stats>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let cut = Arc::new(Notify::new());
        let window = Arc::new(Semaphore::new(usize::from(WINDOW)));
        let (client, events) = connection(&login);
        let poller = Poller {
            events,
            resend: VecDeque::new(),
            birth: Birth::No,
            topic: format!("bayhub/v1/{}/status", login.source),
            rng: SmallRng::seed_from_u64(login.seed),
            window: window.clone(),
            stats: stats.clone(),
            was_up: false,
            up: false,
        };
        let poller = tokio::spawn(poller.run(cut.clone()));
        let feeder = tokio::spawn(feed(waiting, client, login.source, window, stats));
        Self {
            queue,
            cut,
            goodbye: Goodbye { feeder, poller },
        }
    }

    /// Takes no more messages; what it has is sent, acknowledged, and followed by a goodbye.
    pub(crate) fn close(self) -> Goodbye {
        self.goodbye
    }
}

/// The tasks of a connection. Dropping it aborts them.
pub(crate) struct Goodbye {
    feeder: JoinHandle<()>,
    poller: JoinHandle<()>,
}

impl Goodbye {
    /// Waits until the last acknowledgement is there and the goodbye is sent.
    pub(crate) async fn ended(&mut self) {
        let _ = (&mut self.feeder).await;
        let _ = (&mut self.poller).await;
    }
}

impl Drop for Goodbye {
    fn drop(&mut self) {
        self.feeder.abort();
        self.poller.abort();
    }
}

fn connection(login: &Login) -> (AsyncClient, EventLoop) {
    let mut options = MqttOptions::new(&login.source, &login.host, login.port);
    let will = LastWill::new(
        format!("bayhub/v1/{}/status", login.source),
        r#"{"online":false}"#,
        QoS::AtLeastOnce,
        true,
    );
    options
        .set_credentials(&login.source, &login.password)
        .set_keep_alive(Duration::from_secs(30))
        .set_clean_session(true)
        .set_inflight(INFLIGHT)
        .set_max_packet_size(MAX_BYTES + 1024, MAX_BYTES + 1024)
        .set_last_will(will);
    let (client, mut events) = AsyncClient::new(options, usize::from(WINDOW));
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    network.set_connection_timeout(10);
    events.set_network_options(network);
    (client, events)
}

/// Moves messages from the queue to the client, no more at a time than the window has room for.
async fn feed(
    mut waiting: mpsc::Receiver<Message>,
    client: AsyncClient,
    source: String,
    window: Arc<Semaphore>,
    stats: Arc<Stats>,
) {
    let topics = ["report", "count"].map(|t| format!("bayhub/v1/{source}/{t}"));
    while let Some(message) = waiting.recv().await {
        let Ok(permit) = window.acquire().await else {
            return;
        };
        permit.forget();
        let topic = topics[message.topic as usize].as_str();
        stats.published.fetch_add(1, Relaxed);
        stats.bays.fetch_add(u64::from(message.bays), Relaxed);
        if client
            .publish(topic, QoS::AtLeastOnce, false, message.payload)
            .await
            .is_err()
        {
            return;
        }
    }
    // All is sent; a whole window again means that all is acknowledged.
    let all = window.acquire_many(u32::from(WINDOW)).await;
    let topic = format!("bayhub/v1/{source}/status");
    // QoS 0: nobody stays to hear an acknowledgement.
    let _ = client
        .publish(topic, QoS::AtMostOnce, true, r#"{"online":false}"#)
        .await;
    let _ = client.disconnect().await;
    drop(all);
}

/// Which packet id the birth went out with, since its acknowledgement is not counted.
#[derive(PartialEq)]
enum Birth {
    No,
    Queued,
    Sent(u16),
}

/// Drives rumqttc's event loop.
struct Poller {
    events: EventLoop,
    /// Taken from the last connection; put back once the next one stands. At most the window.
    resend: VecDeque<Request>,
    birth: Birth,
    topic: String,
    rng: SmallRng,
    window: Arc<Semaphore>,
    stats: Arc<Stats>,
    was_up: bool,
    up: bool,
}

impl Poller {
    async fn run(mut self, cut: Arc<Notify>) {
        let mut backoff = BACKOFF_MIN;
        loop {
            // Cancelling the poll may lose a half-written packet, which is no loss when the
            // connection goes anyway.
            let result = tokio::select! {
                r = self.events.poll() => Some(r),
                () = cut.notified(), if self.up => None,
            };
            match result {
                Some(
                    Ok(Event::Outgoing(Outgoing::Disconnect)) | Err(ConnectionError::RequestsDone),
                ) => break,
                Some(Ok(event)) => {
                    if matches!(event, Event::Incoming(Packet::ConnAck(_))) {
                        backoff = BACKOFF_MIN;
                    }
                    self.heard(&event);
                }
                Some(Err(error)) => {
                    tracing::debug!(topic = self.topic, %error, "connection failed");
                    self.stats.fail(error.to_string());
                    self.save();
                    let jitter = self.rng.random_range(0.5..1.5);
                    tokio::time::sleep(backoff.mul_f64(jitter)).await;
                    backoff = (backoff * 2).min(BACKOFF_MAX);
                }
                None => {
                    self.events.clean();
                    self.save();
                }
            }
        }
        self.down();
    }

    fn heard(&mut self, event: &Event) {
        match event {
            Event::Incoming(Packet::ConnAck(_)) => self.restore(),
            Event::Incoming(Packet::PubAck(ack)) => {
                if self.birth == Birth::Sent(ack.pkid) {
                    self.birth = Birth::No;
                } else {
                    self.stats.acked.fetch_add(1, Relaxed);
                    self.window.add_permits(1);
                }
            }
            Event::Outgoing(Outgoing::Publish(id)) if self.birth == Birth::Queued => {
                self.birth = Birth::Sent(*id);
            }
            _ => {}
        }
    }

    /// A connection stands: first the birth, then what the last connection left behind.
    fn restore(&mut self) {
        self.up = true;
        self.stats.connected.fetch_add(1, Relaxed);
        if std::mem::replace(&mut self.was_up, true) {
            self.stats.reconnects.fetch_add(1, Relaxed);
        }
        let mut birth = Publish::new(&self.topic, QoS::AtLeastOnce, br#"{"online":true}"#);
        birth.retain = true;
        self.birth = Birth::Queued;
        self.events.pending.push_back(Request::Publish(birth));
        self.events.pending.append(&mut self.resend);
    }

    /// A connection is gone: keeps what it has not had acknowledged.
    fn save(&mut self) {
        // Acknowledgements that were read but not yet seen here still count.
        while let Some(event) = self.events.state.events.pop_front() {
            self.heard(&event);
        }
        let collided = self.events.state.collision.take().map(Request::Publish);
        for request in std::mem::take(&mut self.events.pending)
            .into_iter()
            .chain(collided)
        {
            match request {
                Request::Publish(p) if p.topic == self.topic && p.payload.ends_with(b"true}") => {}
                // Ids belong to a connection; a new one gives new ones.
                Request::Publish(p) => self
                    .resend
                    .push_back(Request::Publish(Publish { pkid: 0, ..p })),
                other => self.resend.push_back(other),
            }
        }
        self.birth = Birth::No;
        self.down();
    }

    fn down(&mut self) {
        if std::mem::replace(&mut self.up, false) {
            self.stats.connected.fetch_sub(1, Relaxed);
        }
    }
}
