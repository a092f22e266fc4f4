//! A server on a real socket, its journal in the test's hands, and a raw client to misbehave
//! with.

use super::fake_boards::{FakeOrders, FakeZones};
use super::fakes::{FakeKeeper, NumberIntake, PING, hello};
use crate::domain::{Claim, KeyAccount, Submission};
use crate::inbox::{InboxBounds, InboxReceiver, inbox};
use crate::ingest::board::Boards;
use crate::ingest::mqtt_server::{Config, Door, Guests, serve, serve_tls};
use crate::limits::{self, Limits};
use crate::metrics::Metrics;
use crate::tls::Tls;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Long enough for anything that will happen at all.
pub(super) const EVER: Duration = Duration::from_secs(20);

/// What stays with the test.
type DoorParts = (
    Arc<Metrics>,
    (Arc<FakeZones>, Arc<FakeOrders>),
    InboxReceiver,
    KeyAccount,
);

pub(super) struct EndpointHouse {
    pub addr: SocketAddr,
    pub metrics: Arc<Metrics>,
    pub stop: watch::Sender<bool>,
    pub serving: JoinHandle<()>,
    pub zones: Arc<FakeZones>,
    pub orders: Arc<FakeOrders>,
    /// What the server submits; the test is the journal.
    pub journal: InboxReceiver,
    /// Of whoever comes in.
    pub account: KeyAccount,
}

impl EndpointHouse {
    pub(super) async fn open(config: Config, queue: u32) -> Self {
        Self::build(config, queue, None).await
    }

    /// One that speaks TLS.
    pub(super) async fn secure(config: Config, tls: Arc<Tls>) -> Self {
        Self::build(config, 16, Some(tls)).await
    }

    /// What a server is made of, without one: where guests come in.
    pub(super) fn guests(config: Config, limits: &limits::Config) -> (Guests, Self) {
        let (door, parts) = Self::door(config, 16, limits);
        let (stop, stopped) = watch::channel(false);
        let guests = Guests::new(door, stopped);
        let serving = tokio::spawn(guests.clone().serve());
        let (metrics, (zones, orders), journal, account) = parts;
        let addr = SocketAddr::from(([127, 0, 0, 1], 0));
        let house = Self {
            addr,
            metrics,
            stop,
            serving,
            zones,
            orders,
            journal,
            account,
        };
        (guests, house)
    }

    /// One where `limits` bind.
    pub(super) async fn limited(limits: &limits::Config, config: Config) -> Self {
        Self::build_with(config, 16, None, limits).await
    }

    async fn build(config: Config, queue: u32, tls: Option<Arc<Tls>>) -> Self {
        Self::build_with(config, queue, tls, &limits::Config::unbound()).await
    }

    async fn build_with(
        config: Config,
        queue: u32,
        tls: Option<Arc<Tls>>,
        limits: &limits::Config,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (door, parts) = Self::door(config, queue, limits);
        let (metrics, (zones, orders), journal, account) = parts;
        let (stop, stopped) = watch::channel(false);
        let serving = match tls {
            None => tokio::spawn(serve(listener, door, stopped)),
            Some(tls) => tokio::spawn(serve_tls(listener, tls, door, stopped)),
        };
        Self {
            addr,
            metrics,
            stop,
            serving,
            zones,
            orders,
            journal,
            account,
        }
    }

    fn door(config: Config, queue: u32, limits: &limits::Config) -> (Arc<Door>, DoorParts) {
        let metrics = Arc::new(Metrics::new());
        let (tx, journal) = inbox(InboxBounds::of(queue), metrics.clone());
        let zones = Arc::new(FakeZones::default());
        let orders = Arc::new(FakeOrders::default());
        let boards = Boards {
            zones: zones.clone(),
            orders: orders.clone(),
        };
        let account = KeyAccount::default();
        let door = Door::new(
            config,
            Arc::new(FakeKeeper(account.clone())),
            Arc::new(NumberIntake),
            boards,
            tx,
            Arc::clone(&metrics),
            Arc::new(Limits::new(limits, &metrics)),
        );
        let shown = (zones, orders);
        (Arc::new(door), (metrics, shown, journal, account))
    }

    pub(super) async fn usual() -> Self {
        Self::open(Config::default(), 16).await
    }

    /// The next submission.
    pub(super) async fn next(&mut self) -> Submission {
        timeout(EVER, self.journal.recv())
            .await
            .expect("a submission")
            .expect("an endpoint")
    }

    /// A raw connection, nothing said yet.
    pub(super) async fn knock(&self) -> Raw {
        Raw(TcpStream::connect(self.addr).await.unwrap())
    }

    /// A raw connection as `lamp-1`.
    pub(super) async fn enter(&self, client_id: &str) -> Raw {
        self.enter_with(&hello(client_id)).await
    }

    pub(super) async fn enter_with(&self, connect: &[u8]) -> Raw {
        let mut raw = self.knock().await;
        raw.say(connect).await;
        raw.hear(&[0x20, 2, 0, 0]).await;
        raw
    }

    /// Connections ended for `reason`; waits until there are `n`.
    pub(super) async fn ended(&self, reason: &str, n: u64) {
        let count = || {
            self.metrics
                .mqtt_refused_connections
                .with_label_values(&[reason])
                .get()
        };
        let wait = async {
            while count() < n {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        assert!(timeout(EVER, wait).await.is_ok(), "{reason}: {}", count());
        assert_eq!(count(), n, "{reason}");
    }
}

pub(super) struct Raw(pub TcpStream);

impl Raw {
    pub(super) async fn say(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// The next bytes must be these.
    pub(super) async fn hear(&mut self, bytes: &[u8]) {
        let mut got = vec![0; bytes.len()];
        timeout(EVER, self.0.read_exact(&mut got))
            .await
            .expect("bytes in time")
            .expect("bytes");
        assert_eq!(got, bytes);
    }

    /// A ping and its answer: shows that the server has said nothing else so far, and that it has
    /// read all.
    pub(super) async fn ping(&mut self) {
        self.say(&PING).await;
        self.hear(&[0xd0, 0]).await;
    }

    /// The connection must end without another byte.
    pub(super) async fn hear_the_end(&mut self) {
        let mut rest = Vec::new();
        let read = timeout(EVER, self.0.read_to_end(&mut rest))
            .await
            .expect("an end in time");
        assert!(rest.is_empty() || read.is_err(), "{rest:x?}");
        assert!(rest.is_empty(), "{rest:x?}");
    }
}

/// The numbers that `s` claims.
pub(super) fn said(s: &Submission) -> Vec<u64> {
    s.claims
        .iter()
        .map(|c| {
            if let Claim::Alive { at, .. } = c {
                at.0
            } else {
                panic!("{c:?}")
            }
        })
        .collect()
}
