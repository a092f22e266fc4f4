//! What becomes of the messages of one client: gate, journal, acknowledgement.
//!
//! All that is waiting is taken at once and becomes one submission, so batches grow while the disk
//! is busy. Sources that are new are enrolled first, off the network's threads.

use super::inlet_link::{InletLink, Received};
use super::ledger::Ticket;
use super::{Broker, topic};
use crate::domain::{
    Door, KeyAccount, Parcel, Pass, Reason, Receipt, Refused, SourceIx, Speaker, Submission,
};
use crate::ingest::codec::Codec;
use crate::registry::MAX_SOURCES;
use ahash::AHashSet;
use rumqttc::QoS;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Messages in one submission.
const TAKE: usize = 256;

/// As much of a topic as a refusal keeps, in characters.
const TOPIC_KEPT: usize = 256;

pub(super) struct ClientDesk {
    broker: Arc<Broker>,
    line: Arc<InletLink>,
    /// From the inlet; closed when the hub stops.
    received: mpsc::Receiver<Received>,
    /// Submissions under way, oldest first, each with its number of messages.
    owed: VecDeque<(Ticket, oneshot::Receiver<()>, usize)>,
    /// Their messages together; below the configured `inflight` before more is taken.
    under_way: usize,
    /// Waits for room in the journal's queue. Nothing is taken meanwhile.
    waiting: Option<Submission>,
    /// Sources enrolled here as another kind than they had: once, so that two doors do not take
    /// turns for ever.
    renamed: AHashSet<SourceIx>,
}

enum ClientEvent {
    /// The oldest submission is stored, or never will be.
    Settled(bool),
    Submitted,
    /// That many messages; 0: the inlet is gone.
    Received(usize),
}

/// See [`ClientDesk::said_by`].
struct SaidBy<'s> {
    source: &'s str,
    form: &'static Codec,
    /// The configured network server hands it on.
    network: bool,
}

/// Sources could not be written to disk: their messages must come again.
struct NotEnrolled;

impl ClientDesk {
    pub(super) fn new(
        broker: Arc<Broker>,
        line: Arc<InletLink>,
        received: mpsc::Receiver<Received>,
    ) -> Self {
        let owed = VecDeque::new();
        let renamed = AHashSet::new();
        Self {
            broker,
            line,
            received,
            owed,
            under_way: 0,
            waiting: None,
            renamed,
        }
    }

    /// Works until the inlet is gone and what it sent is settled.
    pub(super) async fn run(mut self) {
        let mut batch = Vec::with_capacity(TAKE);
        let mut open = true;
        while open || !self.owed.is_empty() {
            match self.next(&mut batch, open).await {
                ClientEvent::Settled(stored) => self.settle(stored),
                ClientEvent::Submitted => {}
                ClientEvent::Received(0) => open = false,
                ClientEvent::Received(_) => {
                    if self.take(&batch).await.is_err() {
                        self.line.broken.notify_one();
                    }
                    batch.clear();
                }
            }
        }
    }

    async fn next(&mut self, batch: &mut Vec<Received>, open: bool) -> ClientEvent {
        let free = usize::from(self.broker.config.inflight)
            .saturating_sub(self.under_way)
            .min(TAKE);
        let ready = open && self.waiting.is_none() && free > 0;
        let Self {
            owed,
            waiting,
            received,
            broker,
            ..
        } = self;
        tokio::select! {
            biased;
            stored = oldest(owed) => ClientEvent::Settled(stored),
            // Without a journal the submission is dropped; its receipt, unused, says so.
            _ = broker.host.journal.submit(0, waiting), if waiting.is_some() => {
                ClientEvent::Submitted
            }
            taken = received.recv_many(batch, free), if ready => ClientEvent::Received(taken),
        }
    }

    /// The oldest submission is on disk, or never will be.
    fn settle(&mut self, stored: bool) {
        let Some((ticket, _, messages)) = self.owed.pop_front() else {
            return;
        };
        self.under_way -= messages;
        if !stored || self.line.settle(ticket).is_err() {
            self.line.broken.notify_one();
        }
    }

    async fn take(&mut self, batch: &[Received]) -> Result<(), NotEnrolled> {
        let metrics = &self.broker.host.metrics;
        let name = &self.broker.config.name;
        metrics
            .brokers
            .messages
            .with_label_values(&[name])
            .inc_by(batch.len() as u64);
        let again = batch.iter().filter(|m| m.publish.dup).count();
        metrics
            .brokers
            .redelivered
            .with_label_values(&[name])
            .inc_by(again as u64);
        self.enrol(batch).await?;
        let mut parcel = Parcel::default();
        for message in batch {
            self.read(message, &mut parcel);
        }
        let acks = batch.iter().filter(|m| m.publish.qos != QoS::AtMostOnce);
        let ticket = self.line.owe(acks.map(|m| (m.epoch, m.publish.pkid)));
        let (tx, stored) = oneshot::channel();
        self.owed.push_back((ticket, stored, batch.len()));
        self.under_way += batch.len();
        // The desk may be gone by then: nobody is left to be told.
        let receipt = Receipt::new(move || tx.send(()).unwrap_or_default());
        if parcel.is_empty() {
            receipt.durable(); // nothing to store; only its turn to wait for
        } else {
            self.waiting = Some(parcel.into_submission(receipt));
        }
        Ok(())
    }

    /// Gives a number to sources that this broker may speak for and that were never heard.
    async fn enrol(&mut self, batch: &[Received]) -> Result<(), NotEnrolled> {
        let Broker {
            config,
            roster,
            host,
            ..
        } = &*self.broker;
        let known = |source: &str| {
            let known = host.registry.source(source);
            known.is_some_and(|(number, kind)| {
                kind == config.source_kind || self.renamed.contains(&number)
            })
        };
        let sources = batch.iter().filter_map(|m| self.said_by(&m.publish.topic));
        let fresh: BTreeSet<&str> = sources
            .filter(|said| !known(said.source) && (said.network || roster.trusts(said.source)))
            .map(|said| said.source)
            .collect();
        if fresh.is_empty()
            || host.registry.source_count() as usize + fresh.len() > MAX_SOURCES as usize
        {
            return Ok(()); // those without a number are refused
        }
        let fresh: Vec<String> = fresh.into_iter().map(str::to_owned).collect();
        let registry = Arc::clone(&host.registry);
        let kind = config.source_kind;
        let enrolled = tokio::task::spawn_blocking(move || {
            registry.enrol_sources(
                &fresh
                    .iter()
                    .map(|source| (source.as_str(), kind))
                    .collect::<Vec<_>>(),
            )
        });
        match enrolled.await {
            Ok(Ok(numbers)) => self.renamed.extend(numbers),
            Ok(Err(e)) => {
                tracing::error!(broker = config.name, error = %e, "sources could not be enrolled");
                return Err(NotEnrolled);
            }
            Err(_) => return Err(NotEnrolled),
        }
        Ok(())
    }

    /// Who says what comes on that topic, and in which form.
    fn said_by<'s>(&'s self, topic: &'s str) -> Option<SaidBy<'s>> {
        if let Some((source, form)) = topic::read(topic) {
            return Some(SaidBy {
                source,
                form,
                network: false,
            });
        }
        let source = self.broker.config.network_server.as_deref()?;
        Some(SaidBy {
            source,
            form: topic::of_network(topic)?,
            network: true,
        })
    }

    /// One message: claims, refusals, or both.
    fn read(&self, message: &Received, out: &mut Parcel) {
        let Broker {
            config,
            roster,
            host,
            ..
        } = &*self.broker;
        let Some(SaidBy {
            source,
            form,
            network,
        }) = self.said_by(&message.publish.topic)
        else {
            let why = if config.network_server.is_none()
                && topic::of_network(&message.publish.topic).is_some()
            {
                "the broker's `network_server` does not say who hands on uplinks"
            } else {
                "the topic does not end in bayhub/v1/{source}/report, count or status"
            };
            return self.refuse(message, Reason::Forbidden, why.into(), out);
        };
        if !network && !roster.trusts(source) {
            let why = format!(
                "the broker {:?} is not trusted to speak for {source:?}",
                config.name
            );
            return self.refuse(message, Reason::Forbidden, why, out);
        }
        let speaker = host.registry.source(source).and_then(|(number, kind)| {
            let id = host.registry.source_id(number)?;
            Some(Speaker {
                source: number,
                kind,
                id,
                pass: Pass::default(),
                uplinks: network,
                remit: roster.remit().clone(),
                // The operator's own broker: nobody's share.
                account: KeyAccount::default(),
            })
        });
        match speaker {
            Some(speaker) => host
                .intake
                // RETAIN is on what the broker had kept when it was subscribed to, and on nothing else.
                .take(
                    &speaker,
                    form,
                    &message.publish.payload,
                    message.publish.retain,
                    out,
                ),
            None => {
                self.refuse(
                    message,
                    Reason::UnknownSource,
                    format!("no more than {MAX_SOURCES} sources are taken"),
                    out,
                );
            }
        }
    }

    fn refuse(&self, message: &Received, reason: Reason, why: String, out: &mut Parcel) {
        let host = &self.broker.host;
        host.metrics.refuse(Door::Mqtt, reason);
        let topic = message.publish.topic.chars().take(TOPIC_KEPT);
        out.refusals.push(host.intake.refusal(Refused {
            reason,
            door: Door::Mqtt,
            // All that is proven: the broker let somebody say so.
            source: &format!("broker:{}", self.broker.config.name),
            key: 0,
            partner: "",
            topic: &topic.collect::<String>(),
            index: None,
            detail: why,
            payload: &message.publish.payload,
        }));
    }
}

/// Whether the oldest submission was stored, once that is known. Safe to cancel. Pends for ever
/// when there is none.
async fn oldest(owed: &mut VecDeque<(Ticket, oneshot::Receiver<()>, usize)>) -> bool {
    match owed.front_mut() {
        Some((_, stored, _)) => stored.await.is_ok(),
        None => std::future::pending().await,
    }
}
