//! What followers of orders are told, of a book that a desk writes.

use super::*;
use crate::clock::ManualClock;
use crate::domain::{Affects, Millis, OrderKind, OrderTarget, Severity, Texts};
use crate::metrics::Metrics;
use crate::orders::{OrderDesk, OrderDraft, Signer};
use crate::store::{self, Store};
use crate::testing;
use serde_json::Value;

const NOW: Millis = Millis(1_795_399_200_123);

struct DeskBench {
    _folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
    desk: OrderDesk,
    board: PublicOrders,
    signer: Signer,
}

async fn rig() -> DeskBench {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::at(NOW));
    let registry = testing::town().zone("Z1").bays(1).registry();
    let config = store::Config::default();
    let store = Store::open(&config, folder.path()).await.unwrap();
    store.ensure_partners(&["lta"], NOW).await.unwrap();
    let book = Arc::new(OrderBook::new(registry, clock.clone()));
    let counted = (Arc::new(Metrics::new()), Arc::default());
    let board = PublicOrders::new(book.clone(), clock.clone());
    DeskBench {
        _folder: folder,
        clock,
        desk: OrderDesk::new(store, book, counted),
        board,
        signer: Signer {
            partner: "lta".into(),
            key: "first".into(),
            is_admin: false,
        },
    }
}

fn draft(severity: Severity) -> OrderDraft {
    OrderDraft {
        kind: OrderKind::Closure,
        target: OrderTarget::Zones(vec!["Z1".into()]),
        from: None,
        to: None,
        reason: Texts::from([("en".to_owned(), "burst main".to_owned())]),
        instruction: Texts::new(),
        cause: None,
        severity: Some(severity),
        affects: Affects::NewArrivals,
        exercise: false,
    }
}

impl DeskBench {
    async fn issue(&self, draft: OrderDraft) -> String {
        let issued = self.desk.issue(draft, &self.signer, None).await.unwrap();
        issued.order.name.to_string()
    }

    async fn end(&self, name: &str) {
        self.clock.set(Millis(self.clock.now().0 + 1));
        self.desk.end(name, &self.signer).await.unwrap();
    }
}

/// All that there is to tell now: `topic state` each, a star at what stood, `cleared` without payload.
fn told(watch: &mut dyn OrderWatch) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let mut payload = Vec::new();
        let Some(said) = watch.next(&mut payload) else {
            return all;
        };
        let star = if said.current { "*" } else { "" };
        let says = serde_json::from_slice::<Value>(&payload);
        let says = match (&said.of, says) {
            (_, Err(_)) => "cleared".to_owned(),
            (OrderTopic::One(name), Ok(told)) => {
                assert_eq!(told["id"], **name);
                told["state"].as_str().unwrap().to_owned()
            }
            (OrderTopic::Active, Ok(told)) => {
                assert_eq!(told["left_out"], 0, "{told}");
                told["orders"].as_array().unwrap().len().to_string()
            }
        };
        let topic = said.of.path();
        all.push(format!(
            "{} {says}{star}",
            &topic["bayhub/v1/orders/".len()..]
        ));
    }
}

#[tokio::test]
async fn a_follower_is_told_what_stands_then_each_change_and_an_end_twice() {
    let rig = rig().await;
    let mut watch = rig.board.watch(BeforeWatch::Nothing);
    assert_eq!(told(&mut *watch), ["active 0*"], "that nothing is in force");
    let one = rig.issue(draft(Severity::Warning)).await;
    watch.changed().await;
    assert_eq!(told(&mut *watch), [format!("{one} active")]);
    watch.changed().await;
    assert_eq!(
        told(&mut *watch),
        ["active 1"],
        "half a second after the one before"
    );
    let later = OrderDraft {
        from: Some(NOW.plus(60_000)),
        ..draft(Severity::Info)
    };
    let later = rig.issue(later).await;
    watch.changed().await;
    assert_eq!(
        told(&mut *watch),
        [format!("{later} planned")],
        "and no more is in force"
    );
    rig.end(&one).await;
    watch.changed().await;
    let mut all = told(&mut *watch);
    while all.len() < 3 {
        watch.changed().await;
        all.extend(told(&mut *watch));
    }
    assert_eq!(all[..2], [format!("{one} ended"), format!("{one} cleared")]);
    assert_eq!(all[2], "active 0");
    let mut second = rig.board.watch(BeforeWatch::Nothing);
    let first: Vec<String> = told(&mut *second);
    assert_eq!(first, [format!("{later} planned*"), "active 0*".to_owned()]);
    assert!(rig.board.knows(&one) && !rig.board.knows("or_none"));
}

#[tokio::test]
async fn at_a_broker_what_ended_while_nobody_told_is_cleared() {
    let rig = rig().await;
    let one = rig.issue(draft(Severity::Warning)).await;
    let two = rig.issue(draft(Severity::Warning)).await;
    rig.end(&one).await;
    let mut watch = rig.board.watch(BeforeWatch::Retained);
    let first = told(&mut *watch);
    let want = [format!("{two} active*"), format!("{one} cleared")];
    assert_eq!(first[..2], want);
    assert_eq!(first[2..], ["active 1*"]);
}

#[tokio::test]
async fn who_asks_again_is_told_again_what_stands_and_misses_no_end() {
    let rig = rig().await;
    let one = rig.issue(draft(Severity::Warning)).await;
    let two = rig.issue(draft(Severity::Warning)).await;
    let mut watch = rig.board.watch(BeforeWatch::Nothing);
    assert_eq!(told(&mut *watch).len(), 3);
    rig.end(&one).await;
    watch.again();
    let all = told(&mut *watch);
    let end = [format!("{one} ended"), format!("{one} cleared")];
    assert_eq!(all[0], format!("{two} active*"));
    assert_eq!(all[1..3], end);
    assert_eq!(all[3..], ["active 1*"]);
    watch.again();
    let twice = told(&mut *watch);
    assert_eq!(twice, [format!("{two} active*"), "active 1*".to_owned()]);
}

#[tokio::test]
async fn what_time_brings_is_told_as_well() {
    let rig = rig().await;
    let brief = OrderDraft {
        to: Some(NOW.plus(3_600_000)),
        ..draft(Severity::Warning)
    };
    let one = rig.issue(brief).await;
    let mut watch = rig.board.watch(BeforeWatch::Nothing);
    assert_eq!(told(&mut *watch).len(), 2);
    let (stop, closed) = watch::channel(false);
    rig.clock.set(NOW.plus(3_600_000));
    let desk = Arc::new(rig.desk);
    let running = tokio::spawn(desk.run(closed));
    watch.changed().await;
    let all = told(&mut *watch);
    assert_eq!(all[..2], [format!("{one} ended"), format!("{one} cleared")]);
    stop.send_replace(true);
    running.await.unwrap();
}

#[tokio::test]
async fn all_in_force_are_bounded_the_gravest_first() {
    let rig = rig().await;
    let long = |severity| {
        let text = "a".repeat(1_000);
        let all = ["aa", "bb", "cc", "dd", "ee", "ff", "gg", "hh"];
        let texts = all.map(|language| (language.to_owned(), text.clone()));
        OrderDraft {
            reason: Texts::from(texts.clone()),
            instruction: Texts::from(texts),
            ..draft(severity)
        }
    };
    for _ in 0..20 {
        rig.issue(long(Severity::Info)).await;
    }
    let grave = rig.issue(long(Severity::Emergency)).await;
    let mut watch = rig.board.watch(BeforeWatch::Nothing);
    let mut payload = Vec::new();
    let mut seen = 0;
    while let Some(said) = watch.next(&mut payload) {
        if said.of == OrderTopic::Active {
            break;
        }
        seen += 1;
        payload.clear();
    }
    assert_eq!(seen, 21, "each comes by itself");
    assert!(payload.len() < ACTIVE_BYTES + 200, "{}", payload.len());
    let all: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(all["at"], NOW.to_string());
    assert_eq!(all["orders"][0]["id"], grave.as_str());
    let told = all["orders"].as_array().unwrap().len();
    assert!((10..21).contains(&told), "{told}");
    assert_eq!(all["left_out"], 21 - told);
}
