//! One connection's task: reads many packets at once, submits what they say as one parcel, and
//! writes the acks of one parcel at once, when it is durable.
//!
//! Back-pressure: while the journal's queue is full, or too many submissions wait for their sync,
//! the socket is not read, so TCP slows the client. QoS 0 never waits: under overload it is shed,
//! and counted. An idle connection holds no buffers. Secretly dear: each read is copied once, from
//! the thread's scratch buffer.

mod reading;

use super::connection_limits::Admission;
use super::desk::FrontDesk;
use super::door::Door;
use super::line::{Line, linger, read};
use super::pending_acks::{NotDurable, PendingAcks};
use super::read_batch::ReadBatch;
use super::session::{Delivered, Session, SessionHost, SessionLimits};
use crate::domain::{Parcel, Submission};
use crate::inbox::JournalGone;
use crate::ingest::board::Shown;
use crate::ingest::codec;
use crate::ingest::mqtt_server::close::Close;
use crate::ingest::shutdown;
use crate::limits::HeldShare;
use bytes::{Buf, BytesMut};
use std::fmt::Display;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

/// Talks with one client until either side ends it.
pub(super) async fn converse(
    stream: impl Line,
    peer: impl Display + Send,
    door: Arc<Door>,
    stop: watch::Receiver<bool>,
    place: (Admission, HeldShare),
) {
    let kick = Arc::new(Notify::new());
    let desk = FrontDesk::new(door, place, Arc::clone(&kick));
    let mut connection = Connection::new(stream, desk, stop);
    let why = tokio::select! {
        biased;
        () = kick.notified() => Close::TakenOver,
        why = connection.run() => why,
    };
    if let Some(label) = why.label() {
        // Which may be the sandbox's by now.
        let metrics = &connection.desk.door.metrics;
        metrics
            .mqtt_refused_connections
            .with_label_values(&[label])
            .inc();
    }
    tracing::debug!(%peer, ?why, "MQTT connection ended");
    connection.finish(why).await;
}

struct Connection<S> {
    stream: S,
    desk: FrontDesk,
    session: Session,
    batch: ReadBatch,
    /// Read and not yet taken: less than one packet between turns.
    buf: BytesMut,
    /// To be written. Filled only when the last of it has been written.
    out: BytesMut,
    owed: PendingAcks,
    /// Messages that acks in `out` settle, and that the session has not been told of.
    settled: u32,
    /// Waits for room in the journal's queue. While it does, nothing is read.
    waiting: Option<Submission>,
    /// The session is over; only what is under way is still awaited.
    closing: Option<Close>,
    /// Its source sends too much: nothing is read until then.
    rest: Option<Instant>,
    /// When the last whole packet came, or reading began again.
    heard: Instant,
    /// Since when `buf` holds a part of a packet, or since when the connection is closing.
    since: Instant,
    timer: Pin<Box<Sleep>>,
    stop: watch::Receiver<bool>,
}

enum ConnectionEvent {
    Settled(Result<(), NotDurable>),
    Submitted(Result<(), NotDurable>),
    Read(io::Result<usize>),
    Due,
    Stop,
    Show,
    Rested,
}

impl<S: Line> Connection<S> {
    fn new(stream: S, desk: FrontDesk, stop: watch::Receiver<bool>) -> Self {
        let config = &desk.door.config;
        let limits = SessionLimits {
            packet: config.max_packet_bytes,
            payload: config.max_payload_bytes(),
            client_id: config.max_client_id_bytes,
            receive_max: config.receive_maximum.max(1),
            aliases: config.topic_aliases,
            keep_alive_s: config.max_keep_alive_s,
        };
        let now = Instant::now();
        Self {
            stream,
            session: Session::new(limits),
            batch: ReadBatch::default(),
            buf: BytesMut::new(),
            out: BytesMut::new(),
            owed: PendingAcks::default(),
            settled: 0,
            waiting: None,
            closing: None,
            rest: None,
            heard: now,
            since: now,
            timer: Box::pin(sleep_until(now + config.connect_timeout())),
            stop,
            desk,
        }
    }

    /// Runs to the end; cancelled by a take-over, which loses nothing that was acknowledged.
    async fn run(&mut self) -> Close {
        loop {
            if let Err(why) = self.flush().await {
                return why;
            }
            if let Some(why) = self.closing
                && self.owed.is_empty()
                && self.waiting.is_none()
            {
                return why;
            }
            let was_reading = self.reading();
            match self.next().await {
                ConnectionEvent::Read(Ok(0) | Err(_)) => self.close(Close::PeerGone),
                ConnectionEvent::Read(Ok(n)) => {
                    if let Err(why) = self.on_read(n) {
                        return why;
                    }
                }
                ConnectionEvent::Settled(Ok(())) => {
                    self.session.settled(std::mem::take(&mut self.settled));
                }
                ConnectionEvent::Submitted(Ok(())) => {}
                ConnectionEvent::Settled(Err(NotDurable))
                | ConnectionEvent::Submitted(Err(NotDurable)) => {
                    return Close::NotDurable;
                }
                ConnectionEvent::Due => {
                    if let Some(why) = self.overdue() {
                        return why;
                    }
                }
                ConnectionEvent::Stop => self.close(Close::Shutdown),
                ConnectionEvent::Show => self.show(),
                ConnectionEvent::Rested => self.rest = None,
            }
            if !was_reading && self.reading() {
                // What the client sent meanwhile lies unread: its silence starts now.
                self.heard = Instant::now();
                self.since = self.heard;
            }
        }
    }

    async fn next(&mut self) -> ConnectionEvent {
        let reading = self.reading();
        let due = self.due();
        if let Some((at, _)) = due
            && (at < self.timer.deadline() || self.timer.is_elapsed())
        {
            self.timer.as_mut().reset(at);
        }
        let showing = self.closing.is_none() && self.session.has_room();
        let key = self.desk.key();
        let Self {
            stream,
            buf,
            out,
            owed,
            settled,
            waiting,
            timer,
            stop,
            desk,
            closing,
            rest,
            ..
        } = self;
        let FrontDesk {
            door,
            display,
            orders,
            ..
        } = desk;
        tokio::select! {
            biased;
            done = owed.settle(out, settled) => ConnectionEvent::Settled(done),
            sent = door.journal.submit(key, waiting), if waiting.is_some() => {
                ConnectionEvent::Submitted(sent.map_err(|JournalGone| NotDurable))
            }
            () = timer.as_mut(), if due.is_some() => ConnectionEvent::Due,
            () = shutdown::wait(stop), if closing.is_none() => ConnectionEvent::Stop,
            () = sleep_until(rest.unwrap_or_else(Instant::now)), if rest.is_some() => ConnectionEvent::Rested,
            () = orders.ready(), if showing => ConnectionEvent::Show,
            // Before reading: a client that sends all the time still hears what it subscribed to, a
            // round a second.
            () = display.ready(), if showing => ConnectionEvent::Show,
            read = std::future::poll_fn(|cx| read(stream, buf, cx)), if reading => ConnectionEvent::Read(read),
        }
    }

    fn reading(&self) -> bool {
        self.closing.is_none()
            && self.rest.is_none()
            && self.waiting.is_none()
            && self.owed.len() < self.desk.door.config.max_inflight_submissions.max(1)
    }

    /// Shows orders and zones to the subscriber, as far as it has room and a write is long.
    fn show(&mut self) {
        let mut id = String::new();
        let mut payload = Vec::new();
        self.show_orders(&mut payload);
        while self.has_room() {
            let Some((zone, current)) = self.desk.display.next() else {
                return;
            };
            id.clear();
            payload.clear();
            let shown = self
                .desk
                .door
                .boards
                .zones
                .show(zone, &mut id, &mut payload);
            // That a zone is gone is told with no payload, to who may have been told of it.
            if shown == Shown::Now || (shown == Shown::Gone && !current) {
                let outcome = self
                    .session
                    .deliver((zone, &id), &payload, current, &mut self.out);
                self.count(outcome);
            }
        }
    }

    fn show_orders(&mut self, payload: &mut Vec<u8>) {
        while self.has_room() {
            payload.clear();
            let Some(said) = self.desk.orders.next(payload) else {
                return;
            };
            let outcome = self.session.deliver_order(&said, payload, &mut self.out);
            self.count(outcome);
        }
    }

    fn has_room(&self) -> bool {
        const WRITE: usize = 32 * 1024;
        self.out.len() < WRITE && self.session.has_room()
    }

    fn count(&self, outcome: Delivered) {
        let outcome = match outcome {
            Delivered::Sent => "sent",
            Delivered::TooLong => "too_long",
            Delivered::Unwanted => return,
        };
        let deliveries = &self.desk.door.metrics.mqtt_deliveries;
        deliveries.with_label_values(&[outcome]).inc();
    }

    fn close(&mut self, why: Close) {
        if self.closing.is_none() {
            self.closing = Some(why);
            self.since = Instant::now();
        }
    }

    /// The next time something must have happened by, and what it means if it has not.
    fn due(&self) -> Option<(Instant, Close)> {
        let config = &self.desk.door.config;
        if let Some(why) = self.closing {
            return Some((self.since + config.drain_timeout(), why));
        }
        if !self.reading() {
            return None; // it is the hub that is slow
        }
        let Some(asked_s) = self.session.keep_alive_s() else {
            return Some((self.heard + config.connect_timeout(), Close::ConnectTimeout));
        };
        let silent = config
            .silence(asked_s)
            .map(|s| (self.heard + s, Close::KeepAlive));
        let stalled =
            (!self.buf.is_empty()).then(|| (self.since + config.packet_timeout(), Close::Stalled));
        silent.into_iter().chain(stalled).min_by_key(|(at, _)| *at)
    }

    /// The timer is set early rather than often; this says whether it is truly time.
    fn overdue(&self) -> Option<Close> {
        self.due()
            .filter(|(at, _)| *at <= Instant::now())
            .map(|(_, why)| why)
    }

    async fn flush(&mut self) -> Result<(), Close> {
        if self.out.is_empty() {
            return Ok(());
        }
        let patience = self.desk.door.config.write_timeout();
        let Self { stream, out, .. } = self;
        // What has been written leaves `out` at once: a take-over may cut in, and what follows must
        // begin a packet.
        let written = timeout(patience, async {
            // One buffer at a time: the system call for several costs more, and there is one.
            while !out.is_empty() {
                let written = stream.write(out).await?;
                if written == 0 {
                    return Err(io::ErrorKind::WriteZero.into());
                }
                out.advance(written);
            }
            stream.flush().await
        });
        let written = written.await;
        if self.out.is_empty() {
            self.out = BytesMut::new(); // an idle connection holds no buffers
        }
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Close::PeerGone),
            Err(_) => Err(Close::SlowReader),
        }
    }

    /// Leaves a last will, and the line in such a state that the client can still read why it was
    /// refused.
    async fn finish(mut self, why: Close) {
        // At a take-over the source is not gone: it has just come again. At shutdown it is the hub
        // that goes.
        if !matches!(why, Close::TakenOver | Close::Shutdown)
            && let Some((speaker, payload, owed)) = self.session.take_will()
        {
            let mut parcel = Parcel::default();
            self.desk
                .take(&speaker, &codec::STATUS, &payload, false, &mut parcel);
            self.desk.leave_will(parcel, owed).await;
        }
        // The place is free before the line is: the client may be back at once.
        self.desk.leave();
        if !matches!(why, Close::PeerGone | Close::SlowReader) {
            self.session.say_goodbye(why, &mut self.out);
            let _ = self.flush().await; // whatever comes of it, the connection is over
            linger(&mut self.stream).await;
        }
    }
}
