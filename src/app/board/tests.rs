//! What a subscriber and an outside broker are told of private zones: offers, when these change, and
//! that a zone is gone only to who was told of it.

use super::*;
use crate::clock::ManualClock;
use crate::domain::{
    BayIx, BayKind, BayStatus, BayView, Currency, Millis, Price, ReadModel as _, SourceKind,
    ZoneKind,
};
use crate::live::{OpenOffer, Room};
use crate::registry::city::ZoneSpec;
use crate::testing;
use std::time::Duration;

const NOW: Millis = Millis(1_795_399_200_123);

struct Rig {
    registry: Arc<Registry>,
    live: Arc<Live>,
    board: PublicBoard,
}

#[tokio::test]
async fn a_car_park_tells_of_the_kinds_of_bay_that_its_floors_have() {
    let town = testing::town().zone("H").zone("H1").part_of("H").bays(1);
    let town = town.bay("M").with(|bay| bay.kind = BayKind::Motorcycle);
    let rig = rig_of(town.registry());
    let floor = rig.registry.zone("H1").unwrap();
    let seen = ZoneTally {
        vacant: [1, 1, 0, 0],
        capacity: 2,
        capacity_by_kind: [1, 1, 0, 0],
        ..ZoneTally::default()
    };
    rig.live.zones(&[(floor, seen)]);
    let mut payload = Vec::new();
    let whole = rig.registry.zone("H").unwrap();
    rig.board.show(whole, &mut String::new(), &mut payload);
    let told: serde_json::Value = serde_json::from_slice(&payload).unwrap();
    let vacant = serde_json::json!({"car": 1, "motorcycle": 1});
    assert_eq!((&told["vacant"], &told["capacity"]), (&vacant, &2.into()));
}

/// `KERB` with a bay; `LOT` with two private ones; `GATE`, private, of which a count is told.
fn rig() -> Rig {
    let registry = testing::town()
        .zone("KERB")
        .bays(1)
        .zone("LOT")
        .kind(ZoneKind::Private)
        .bays(2)
        .zone("GATE")
        .kind(ZoneKind::Private)
        .capacity(9)
        .registry();
    rig_of(registry)
}

fn rig_of(registry: Arc<Registry>) -> Rig {
    let room = Room {
        spare_bays: 0,
        spare_zones: 0,
        subscribers: 3,
    };
    let live = Arc::new(Live::new(&registry.city(), room));
    let feed = live.feed().clone();
    tokio::spawn(async move { feed.run(Duration::from_millis(1)).await });
    let board = PublicBoard(Public {
        registry: registry.clone(),
        live: live.clone(),
        clock: Arc::new(ManualClock::at(NOW)),
    });
    Rig {
        registry,
        live,
        board,
    }
}

impl Rig {
    fn sees(&self, bay: &str, status: BayStatus) {
        let bay = self.registry.bay(bay).unwrap();
        let zone = self.registry.city().zone_of(bay);
        self.live.bays(&[BayView {
            bay,
            zone,
            kind: BayKind::Car,
            status,
            claimed: status,
            confidence: 250,
            sure: true,
            source_kind: SourceKind::Sensor,
            observed_at: NOW,
        }]);
        self.live.zones(&[(zone, self.live.zone(zone))]);
    }

    fn offers(&self, bay: &str, open: bool) {
        let bay: BayIx = self.registry.bay(bay).unwrap();
        let offer = OpenOffer {
            name: "of_1".into(),
            price: Price::PerHour(250),
            currency: Currency::SGD,
            comparable: true,
            max_height_cm: 0,
            max_stay_min: 0,
            ev_only: false,
            until: NOW.plus(1000),
        };
        let offer = open.then_some(offer);
        self.live.open_offer(&self.registry.city(), bay, offer);
    }

    fn turns(&self, zone: &str, kind: ZoneKind) {
        let city = self.registry.city();
        let ix = self.registry.zone(zone).unwrap();
        let spec = ZoneSpec {
            kind,
            ..city.zone(ix).spec.clone()
        };
        self.registry.put_zones(vec![spec]).unwrap();
        // As the registry's routes do.
        if kind == ZoneKind::Private {
            self.live.leave(ix);
        } else {
            self.live.touch(ix);
        }
    }

    /// What a follower is sent next: `zone capacity vacant` each, `zone gone`.
    async fn told(&self, watch: &mut dyn Watch) -> Vec<String> {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let mut zones = Vec::new();
        watch.take(&mut zones);
        let mut told = Vec::new();
        for zone in zones {
            let mut id = String::new();
            let mut payload = Vec::new();
            match self.board.show(zone, &mut id, &mut payload) {
                Shown::Now => {
                    let said: serde_json::Value = serde_json::from_slice(&payload).unwrap();
                    told.push(format!(
                        "{id} {} {}",
                        said["capacity"], said["vacant"]["car"]
                    ));
                }
                Shown::Gone => {
                    assert!(payload.is_empty());
                    told.push(format!("{id} gone"));
                }
                Shown::Nothing => assert!(id.is_empty() && payload.is_empty()),
            }
        }
        told.sort();
        told
    }

    fn follow(&self) -> Box<dyn Watch> {
        self.board.watch(Wanted::All).unwrap()
    }
}

#[tokio::test(start_paused = true)]
async fn a_private_zone_speaks_of_its_offers_when_they_change_and_at_no_other_time() {
    let rig = rig();
    let mut watch = rig.follow();
    let first = rig.told(&mut *watch).await;
    assert_eq!(
        first,
        ["KERB 1 0", "LOT 0 null"],
        "GATE is nobody's business"
    );
    assert!(rig.board.zone("GATE").is_none() && rig.board.zone("LOT").is_some());
    rig.sees("LOT-0", BayStatus::Occupied);
    let gate = rig.registry.zone("GATE").unwrap();
    rig.live.zones(&[(gate, rig.live.zone(gate))]);
    assert_eq!(rig.told(&mut *watch).await, [""; 0]);
    rig.offers("LOT-1", true);
    assert_eq!(rig.told(&mut *watch).await, ["LOT 1 1"]);
    rig.sees("LOT-0", BayStatus::Vacant);
    assert_eq!(rig.told(&mut *watch).await, [""; 0]);
    rig.live.reserve(
        &rig.registry.city(),
        rig.registry.bay("LOT-1").unwrap(),
        true,
    );
    assert_eq!(rig.told(&mut *watch).await, ["LOT 1 0"]);
    rig.offers("LOT-1", false);
    assert_eq!(rig.told(&mut *watch).await, ["LOT 0 null"]);
}

#[tokio::test(start_paused = true)]
async fn a_floor_has_a_topic_and_names_its_car_park() {
    let rig = rig();
    let floor = |of: &str, kind| {
        let city = rig.registry.city();
        let spec = city.zone(rig.registry.zone("GATE").unwrap()).spec.clone();
        let part_of = Some(of.to_owned());
        let spec = ZoneSpec {
            kind,
            part_of,
            ..spec
        };
        rig.registry.put_zones(vec![spec]).unwrap();
    };
    let payload = || {
        let mut id = String::new();
        let mut payload = Vec::new();
        let gate = rig.registry.zone("GATE").unwrap();
        let shown = rig.board.show(gate, &mut id, &mut payload);
        let said = || serde_json::from_slice::<serde_json::Value>(&payload).unwrap();
        (shown == Shown::Now).then(said)
    };
    floor("KERB", ZoneKind::OffStreet);
    assert_eq!(payload().unwrap()["part_of"], "KERB");
    floor("LOT", ZoneKind::Private);
    assert_eq!(payload(), None);
}

#[tokio::test(start_paused = true)]
async fn what_is_retained_of_a_zone_that_leaves_sight_is_cleared_once() {
    let rig = rig();
    rig.turns("GATE", ZoneKind::OffStreet);
    let mut watch = rig.follow();
    assert!(
        rig.told(&mut *watch)
            .await
            .contains(&"GATE 9 null".to_owned())
    );
    rig.turns("GATE", ZoneKind::Private);
    assert_eq!(rig.told(&mut *watch).await, ["GATE gone"]);
    let gate = rig.registry.zone("GATE").unwrap();
    rig.live.zones(&[(gate, rig.live.zone(gate))]);
    assert_eq!(rig.told(&mut *watch).await, [""; 0]);
    // A broker that is back may still retain it.
    let mut again = rig.follow();
    assert!(
        rig.told(&mut *again)
            .await
            .contains(&"GATE gone".to_owned())
    );
    rig.turns("GATE", ZoneKind::OffStreet);
    assert_eq!(rig.told(&mut *watch).await, ["GATE 9 null"]);
}
