//! Reports at QoS 1 over MQTT: once acknowledged when they are on disk, once at once.

use crate::common::grid::ZONES;
use crate::common::packets;
use bayhub::clock::SystemClock;
use bayhub::domain::{
    KeyAccount, Parcel, Pass, Refusal, Refused, SharedRemit, SourceIx, SourceKind, Speaker, ZoneIx,
};
use bayhub::health::Health;
use bayhub::inbox::inbox;
use bayhub::ingest::board::{
    BeforeWatch, Board, Boards, OrderBoard, OrderWatch, Shown, Wanted, Watch,
};
use bayhub::ingest::codec::Codec;
use bayhub::ingest::gate::{self, Gate};
use bayhub::ingest::mqtt_server::{self, Denied, Door, Doorkeeper, Intake};
use bayhub::journal::{Config, Journal};
use bayhub::limits::{self, Limits};
use bayhub::metrics::Metrics;
use bayhub::registry::Registry;
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Lets everybody in as the first source.
struct Open;

impl Doorkeeper for Open {
    fn admit(&self, _: &str, _: &[u8]) -> Result<Speaker, Denied> {
        Ok(Speaker {
            source: SourceIx(0),
            kind: SourceKind::Sensor,
            id: "s0".into(),
            pass: Pass::default(),
            uplinks: false,
            remit: SharedRemit::default(),
            account: KeyAccount::default(),
        })
    }
}

struct ByGate(Gate);

impl Intake for ByGate {
    fn take(
        &self,
        speaker: &Speaker,
        codec: &'static Codec,
        payload: &[u8],
        _: bool,
        out: &mut Parcel,
    ) {
        self.0.take(
            speaker,
            bayhub::domain::Door::Mqtt,
            &"bench",
            codec,
            payload,
            out,
        );
    }

    fn refusal(&self, of: Refused<'_>) -> Refusal {
        self.0.refusal(of)
    }
}

/// Nobody subscribes here.
struct Blank;

impl Board for Blank {
    fn zone(&self, _: &str) -> Option<ZoneIx> {
        None
    }
    fn show(&self, _: ZoneIx, _: &mut String, _: &mut Vec<u8>) -> Shown {
        Shown::Nothing
    }
    fn watch(&self, _: Wanted) -> Option<Box<dyn Watch>> {
        None
    }
}

impl OrderBoard for Blank {
    fn knows(&self, _: &str) -> bool {
        false
    }
    fn watch(&self, _: BeforeWatch) -> Box<dyn OrderWatch> {
        unreachable!("nobody subscribes here")
    }
}

/// Publishes at QoS 1 over some connections for a while; acknowledged reports a second.
pub(crate) fn publish(registry: &Arc<Registry>, durable: bool) -> f64 {
    const CONNECTIONS: usize = 16;
    const RUN: Duration = Duration::from_secs(3);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("threads");
    let metrics = Arc::new(Metrics::new());
    let dir = tempfile::tempdir().expect("a folder");
    let gate = Gate::new(
        registry.clone(),
        Arc::new(SystemClock),
        metrics.clone(),
        gate::Config::default(),
    );
    let (inbox, mut outbox) = inbox(Config::default().inbox(), metrics.clone());
    let config = mqtt_server::Config {
        max_connections_per_source: 100,
        ..mqtt_server::Config::default()
    };
    let door = Door::new(
        config,
        Arc::new(Open),
        Arc::new(ByGate(gate)),
        Boards {
            zones: Arc::new(Blank),
            orders: Arc::new(Blank),
        },
        inbox,
        metrics.clone(),
        Arc::new(Limits::new(&limits::Config::unbound(), &metrics)),
    );
    if durable {
        let journal =
            Journal::open(dir.path(), Config::default(), registry.clone()).expect("a fresh folder");
        let health = Arc::new(Health::default());
        let _ends_with_its_inbox = journal.start(
            outbox,
            Arc::new(SystemClock),
            Box::new(drop),
            metrics,
            health,
        );
    } else {
        runtime.spawn(async move {
            while let Some(s) = outbox.recv().await {
                s.receipt.durable();
            }
        });
    }
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .expect("a port");
    let addr = listener.local_addr().expect("an address");
    let (_stop, stopped) = watch::channel(false);
    runtime.spawn(mqtt_server::serve(listener, Arc::new(door), stopped));
    let begun = Instant::now();
    let acknowledged = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for c in 0..CONNECTIONS {
            let acknowledged = &acknowledged;
            scope.spawn(move || acknowledged.fetch_add(talk(addr, c, begun + RUN), Relaxed));
        }
    });
    let rate = acknowledged.into_inner() as f64 / begun.elapsed().as_secs_f64();
    runtime.shutdown_background();
    rate
}

/// One sender with up to 256 reports under way. How many were acknowledged.
fn talk(addr: SocketAddr, c: usize, end: Instant) -> u64 {
    let client = format!("bench-{c:02}");
    let mut s = packets::open(addr, &client, "s0", "key").expect("it listens");
    let mut acks = vec![0; 256 * 4];
    let mut round = Vec::new();
    for id in 1..=256u16 {
        let bay = (c * 1000 + usize::from(id)) % ZONES;
        let payload = format!(r#"{{"bay":"Z{bay}-7","state":"vacant"}}"#);
        round.extend(packets::report("s0", id, payload.as_bytes()));
    }
    let mut n = 0;
    while Instant::now() < end {
        s.write_all(&round).expect("a connection");
        s.read_exact(&mut acks).expect("acknowledged");
        assert!(acks[0] == 0x40 && acks[1020] == 0x40);
        n += 256;
    }
    n
}
