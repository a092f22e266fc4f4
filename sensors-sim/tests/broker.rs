//! The simulator against a real socket: a small MQTT server that takes everything, forgets or
//! breaks on purpose.

mod server;

use sensors_sim::{City, CityParams, Faults, Plan, SimConfig, SimError, Stats};
use server::Server;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

/// Far longer than any of this takes: a hang fails the test, slowness does not.
const LONG: Duration = Duration::from_mins(1);

fn city(bays: u32) -> City {
    City::generate(&CityParams {
        bays,
        ..CityParams::default()
    })
}

fn config(server: &Server) -> SimConfig {
    let mut c = SimConfig::new("127.0.0.1", server.port, "key");
    c.params.faults = Faults::none();
    c.params.plan.connections = 3;
    c.params.sample_s = 0.05;
    c
}

#[tokio::test]
async fn filling_tells_the_server_every_bay_before_it_says_so() {
    let server = Server::start().await;
    let (filled, when_filled) = oneshot::channel();
    let (stop, stopped) = watch::channel(false);
    let stats = Arc::new(Stats::default());
    let run = tokio::spawn(sensors_sim::run(
        city(5_000),
        config(&server),
        stats.clone(),
        filled,
        stopped,
    ));
    timeout(LONG, when_filled).await.unwrap().unwrap();
    assert_eq!(server.bays().len(), 5_000);
    stop.send(true).unwrap();
    let summary = timeout(LONG, run).await.unwrap().unwrap().unwrap();
    assert_eq!(summary.published, summary.acked);
    assert!(summary.bays >= 5_000);
}

#[tokio::test]
async fn each_source_speaks_only_for_itself_and_says_hello_and_goodbye() {
    let server = Server::start().await;
    let (stop, stopped) = watch::channel(false);
    let (filled, when_filled) = oneshot::channel();
    let city = city(2_000);
    let config = config(&server);
    let sources: BTreeSet<String> = Plan::new(&city, &config.params.plan)
        .sources()
        .iter()
        .map(|s| s.id.clone())
        .collect();
    let run = tokio::spawn(sensors_sim::run(
        city,
        config,
        Arc::default(),
        filled,
        stopped,
    ));
    timeout(LONG, when_filled).await.unwrap().unwrap();
    // Apps have nothing to fill: they may connect later than the sensors.
    timeout(LONG, server.until(|log| log.users.len() == sources.len()))
        .await
        .unwrap();
    timeout(LONG, server.until(|log| log.status("true") == sources))
        .await
        .unwrap();
    stop.send(true).unwrap();
    timeout(LONG, run).await.unwrap().unwrap().unwrap();
    timeout(LONG, server.until(|log| log.status("false") == sources))
        .await
        .unwrap();
    let log = server.log.lock().unwrap();
    assert_eq!(log.users, sources);
    assert!(log.passwords.iter().all(|p| p == "key"));
    assert!(log.foreign.is_empty(), "{:?}", log.foreign);
    assert_eq!(
        log.wills,
        sources
            .iter()
            .map(|s| format!("bayhub/v1/{s}/status"))
            .collect()
    );
}

#[tokio::test]
async fn what_a_broken_connection_left_unacknowledged_is_sent_again() {
    let server = Server::start().await;
    // Each connection of the first generation dies without acknowledging anything.
    server.break_first_connections(true);
    let (stop, stopped) = watch::channel(false);
    let (filled, when_filled) = oneshot::channel();
    let stats = Arc::new(Stats::default());
    let run = tokio::spawn(sensors_sim::run(
        city(5_000),
        config(&server),
        stats.clone(),
        filled,
        stopped,
    ));
    timeout(LONG, when_filled).await.unwrap().unwrap();
    assert_eq!(server.bays().len(), 5_000);
    assert!(stats.reconnects.load(Relaxed) >= 3);
    stop.send(true).unwrap();
    timeout(LONG, run).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn breaks_are_survived_and_the_truth_is_logged() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&server);
    config.params.faults.reconnects_per_hour = 3_600.0;
    config.params.speed = 600.0;
    config.truth = Some(dir.path().join("truth.jsonl"));
    config.duration = Some(Duration::from_secs(3));
    let (_stop, stopped) = watch::channel(false);
    let stats = Arc::new(Stats::default());
    let run = sensors_sim::run(
        city(500),
        config,
        stats.clone(),
        oneshot::channel().0,
        stopped,
    );
    let summary = timeout(LONG, run).await.unwrap().unwrap();
    assert!(summary.reconnects > 0 && summary.breaks > 0);
    let log = std::fs::read_to_string(dir.path().join("truth.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    assert_eq!(
        lines.len() as u64,
        stats.lots.load(Relaxed) + summary.changes
    );
    assert!(
        lines
            .iter()
            .all(|l| l["state"] == "vacant" || l["state"] == "occupied")
    );
}

#[tokio::test]
async fn a_full_truth_log_stops_and_counts_what_it_leaves_out() {
    let server = Server::start().await;
    let dir = tempfile::tempdir().unwrap();
    let mut config = config(&server);
    config.truth = Some(dir.path().join("truth.jsonl"));
    config.truth_max_bytes = 1_000;
    config.duration = Some(Duration::ZERO);
    let (_stop, stopped) = watch::channel(false);
    let run = sensors_sim::run(
        city(500),
        config,
        Arc::default(),
        oneshot::channel().0,
        stopped,
    );
    let summary = timeout(LONG, run).await.unwrap().unwrap();
    let written = std::fs::read_to_string(dir.path().join("truth.jsonl")).unwrap();
    assert!(written.len() <= 1_000 && written.ends_with('\n'));
    assert_eq!(summary.truth_skipped, 500 - written.lines().count() as u64);
}

#[tokio::test]
async fn with_once_a_missing_broker_is_an_error_and_without_it_is_waited_for() {
    let server = Server::start().await;
    let mut config = config(&server);
    server.stop().await;
    config.once = true;
    let (_stop, stopped) = watch::channel(false);
    let run = sensors_sim::run(
        city(100),
        config.clone(),
        Arc::default(),
        oneshot::channel().0,
        stopped.clone(),
    );
    assert!(matches!(
        timeout(LONG, run).await.unwrap(),
        Err(SimError::Broker(_))
    ));

    config.once = false;
    let (filled, when_filled) = oneshot::channel();
    let stats = Arc::new(Stats::default());
    let run = tokio::spawn(sensors_sim::run(
        city(100),
        config.clone(),
        stats.clone(),
        filled,
        stopped,
    ));
    while stats.failures.load(Relaxed) == 0 {
        tokio::task::yield_now().await;
    }
    let server = Server::start_at(config.port).await;
    timeout(LONG, when_filled).await.unwrap().unwrap();
    assert_eq!(server.bays().len(), 100);
    run.abort();
}

#[tokio::test]
async fn a_parameter_out_of_range_is_named() {
    let server = Server::start().await;
    let mut config = config(&server);
    config.params.faults.loss = 1.5;
    let (_stop, stopped) = watch::channel(false);
    let run = sensors_sim::run(
        city(100),
        config,
        Arc::default(),
        oneshot::channel().0,
        stopped,
    );
    let Err(SimError::Config(why)) = run.await else {
        panic!("was taken")
    };
    assert!(why.contains("loss"));
}
