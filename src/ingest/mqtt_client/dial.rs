//! One client's standing with its broker: said in the log, counted, and tried again after a while.

use super::Broker;
use super::redial::Redial;
use crate::ingest::shutdown;
use std::fmt::Display;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// See the module. The gauge is right also when the client's task panics.
pub(super) struct Dial {
    broker: Arc<Broker>,
    client: String,
    redial: Redial,
    up: bool,
}

impl Dial {
    pub(super) fn new(broker: Arc<Broker>, client: String) -> Self {
        broker
            .host
            .metrics
            .brokers
            .connected
            .with_label_values(&[&broker.config.name])
            .add(0); // shown from the start
        let redial = Redial::new(broker.config.reconnect_max());
        Self {
            broker,
            client,
            redial,
            up: false,
        }
    }

    /// The connection is of use: made, and subscribed where that is its purpose.
    pub(super) fn up(&mut self) {
        self.redial.connected(Instant::now());
        if !std::mem::replace(&mut self.up, true) {
            self.gauge(1);
            tracing::info!(
                broker = self.broker.config.name,
                client = self.client,
                "connected to the broker"
            );
        }
    }

    /// The connection has ended, or was never made: waits for the next attempt, or until told to
    /// stop.
    pub(super) async fn failed(
        &mut self,
        why: &(dyn Display + Sync),
        stop: &mut watch::Receiver<bool>,
    ) {
        let name = &self.broker.config.name;
        let now = Instant::now();
        self.broker
            .host
            .metrics
            .brokers
            .failures
            .with_label_values(&[name])
            .inc();
        if let Some(unlogged) = self.redial.may_log(now) {
            tracing::warn!(
                broker = name,
                client = self.client,
                error = %why,
                unlogged,
                "no connection to the broker",
            );
        }
        self.down();
        let wait = self.redial.failed(now, rand::random());
        tokio::select! { () = sleep(wait) => {}, () = shutdown::wait(stop) => {} }
    }

    fn down(&mut self) {
        if std::mem::take(&mut self.up) {
            self.gauge(-1);
        }
    }

    fn gauge(&self, by: i64) {
        self.broker
            .host
            .metrics
            .brokers
            .connected
            .with_label_values(&[&self.broker.config.name])
            .add(by);
    }
}

impl Drop for Dial {
    fn drop(&mut self) {
        self.down();
    }
}
