//! What a read brings: packets for the session, one submission for the journal, and messages to
//! count against their source.

use super::Connection;
use crate::domain::{Receipt, UsageKind};
use crate::inbox::JournalGone;
use crate::ingest::mqtt_server::close::Close;
use crate::ingest::mqtt_server::line::Line;
use bytes::BytesMut;
use tokio::sync::oneshot;
use tokio::time::Instant;

impl<S: Line> Connection<S> {
    /// One read's worth of packets: replies, and one submission for all its publishes. `n`: the
    /// bytes read.
    pub(super) fn on_read(&mut self, n: usize) -> Result<(), Close> {
        let begins = self.buf.len() == n;
        let ended = self
            .session
            .on_bytes(&mut self.buf, &mut self.batch, &mut self.desk);
        if let Some(stop) = self.desk.passed_on.take() {
            self.stop = stop;
        }
        let now = Instant::now();
        let mut whole = false;
        for (kind, n) in self.batch.drain_counts() {
            self.desk
                .door
                .metrics
                .mqtt_packets
                .with_label_values(&[kind])
                .inc_by(n);
            whole = true;
        }
        if whole {
            self.heard = now;
        }
        if whole || begins {
            self.since = now;
        }
        if self.buf.is_empty() {
            self.buf = BytesMut::new();
        }
        self.out.unsplit(self.batch.replies.split());
        self.charge(now);
        let submitted = self.submit();
        if let Some(why) = ended {
            self.close(why);
        }
        submitted
    }

    /// Counts this turn's messages and reports against the pace of their source and key.
    fn charge(&mut self, now: Instant) {
        let door = &self.desk.door;
        let sent = self.batch.publishes;
        let reports = self.batch.parcel.reports();
        let speaker = self.session.speaker().filter(|_| sent > 0);
        let owed = speaker.and_then(|who| {
            who.account.count(UsageKind::MqttMessages, sent);
            let pace = &door.limits.pace;
            pace.charge(who.source, who.account.number(), sent, reports)
        });
        if let Some(owed) = owed {
            door.metrics.mqtt_throttled.inc();
            self.rest = Some(now + owed.wait);
        }
    }

    fn submit(&mut self) -> Result<(), Close> {
        let batch = std::mem::take(&mut self.batch);
        if batch.parcel.is_empty() {
            self.queue(&batch.acks, batch.settles);
            return Ok(());
        }
        if batch.owed {
            let (tx, durable) = oneshot::channel();
            // The connection may be gone by then: nobody is left to be told.
            let receipt = Receipt::new(move || tx.send(()).unwrap_or_default());
            self.owed.push(durable, batch.acks, batch.settles);
            self.waiting = Some(batch.parcel.into_submission(receipt));
            // Mostly there is room, which need not be waited for.
            let journal = &self.desk.door.journal;
            let sent = journal.submit_now(self.desk.key(), &mut self.waiting);
            return sent.map_err(|JournalGone| Close::NotDurable);
        }
        self.queue(&batch.acks, batch.settles);
        self.desk.offer(batch.parcel, batch.publishes)
    }

    fn queue(&mut self, acks: &BytesMut, settles: u32) {
        let settled = self.owed.queue(acks, settles, &mut self.out);
        self.session.settled(settled);
    }
}
