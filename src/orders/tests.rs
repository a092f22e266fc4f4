//! Orders: what is written down stays, what it closes, and what cannot be.

mod places;
mod told;

use super::*;
use crate::clock::ManualClock;
use crate::domain::{
    Affects, Clock as _, ClosureBook as _, LatLon, Millis, OrderKind, OrderState, OrderTarget,
    Severity, closed_at,
};
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::store::{self, OrderRequest, Store};
use crate::testing;
use std::path::Path;
use std::sync::Arc;

const NOW: Millis = Millis(1_795_399_200_000);
const MIN: u64 = 60_000;

struct OrderRig {
    desk: OrderDesk,
    clock: Arc<ManualClock>,
    registry: Arc<Registry>,
}

impl OrderRig {
    async fn open(folder: &Path) -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        Self::reopen(folder, testing::city(4, 5), clock).await
    }

    async fn reopen(folder: &Path, registry: Arc<Registry>, clock: Arc<ManualClock>) -> Self {
        let store = Store::open(&store::Config::default(), folder)
            .await
            .unwrap();
        let book = Arc::new(OrderBook::new(registry.clone(), clock.clone()));
        let desk = OrderDesk::new(store, book, (Arc::new(Metrics::new()), Arc::default()));
        desk.read().await.unwrap();
        Self {
            desk,
            clock,
            registry,
        }
    }

    async fn issue(&self, draft: OrderDraft) -> Result<Issued, OrderFault> {
        self.desk.issue(draft, &signer("lta", "a"), None).await
    }

    /// Which order closes a bay at so many minutes from [`NOW`].
    fn closes(&self, bay: &str, minutes: u64) -> Option<String> {
        let bay = self.registry.bay(bay).unwrap();
        let zone = self.registry.city().zone_of(bay);
        let known = self.desk.book().picture();
        let closings = known.closures.of_bay(zone, bay);
        let closing = closed_at(closings, NOW.plus(minutes * MIN))?;
        Some(known.closing(closing)?.name.to_string())
    }

    fn to(&self, minutes: u64) {
        self.clock.set(NOW.plus(minutes * MIN));
        self.desk.book().follow();
    }
}

fn signer(partner: &str, key: &str) -> Signer {
    Signer {
        partner: partner.into(),
        key: key.into(),
        is_admin: false,
    }
}

fn zones(ids: &[&str]) -> OrderTarget {
    OrderTarget::Zones(ids.iter().map(|id| (*id).into()).collect())
}

fn draft(target: OrderTarget) -> OrderDraft {
    OrderDraft {
        kind: OrderKind::Closure,
        target,
        from: None,
        to: None,
        reason: [("en".to_owned(), "burst main".to_owned())].into(),
        instruction: [].into(),
        cause: None,
        severity: None,
        affects: Affects::NewArrivals,
        exercise: false,
    }
}

/// A square around a place, so many metres from its middle to its sides.
fn square(at: LatLon, m: f64) -> OrderTarget {
    let d = m / 111_195.0;
    let corner = |lat: f64, lon: f64| LatLon {
        lat: at.lat + lat * d,
        lon: at.lon + lon * d,
    };
    let ring = [
        (-1.0, -1.0),
        (-1.0, 1.0),
        (1.0, 1.0),
        (1.0, -1.0),
        (-1.0, -1.0),
    ];
    OrderTarget::Area(vec![vec![ring.map(|(a, b)| corner(a, b)).to_vec()]])
}

fn field(fault: Result<Issued, OrderFault>) -> &'static str {
    match fault {
        Err(OrderFault::Field { field, .. }) => field,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_order_closes_from_when_it_is_written_down_until_it_is_ended_and_outlives_a_start() {
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let issued = rig.issue(draft(zones(&["Z1"]))).await.unwrap();
    assert_eq!(issued.closes, (1, 5));
    let name = issued.order.name.to_string();
    assert_eq!(rig.closes("Z1-3", 0), Some(name.clone()));
    assert_eq!(rig.closes("Z1-3", 1_000), Some(name.clone()));
    assert_eq!(rig.closes("Z2-3", 0), None);
    rig.to(10);
    rig.desk.end(&name, &signer("lta", "b")).await.unwrap();
    let again = rig.desk.end(&name, &signer("lta", "b")).await;
    assert_eq!(again.unwrap_err(), OrderFault::Ended);
    let OrderRig {
        registry, clock, ..
    } = rig;
    let rig = OrderRig::reopen(dir.path(), registry, clock).await;
    assert_eq!(
        rig.closes("Z1-3", 9),
        Some(name.clone()),
        "it was so, for ever"
    );
    assert_eq!(rig.closes("Z1-3", 10), None);
    let versions = rig.desk.book().versions(&name);
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[1].state(rig.clock.now()), OrderState::Ended);
}

#[tokio::test]
async fn a_change_has_its_effect_from_then_on_and_what_was_closed_before_stays_so() {
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let issued = rig.issue(draft(zones(&["Z1"]))).await.unwrap();
    rig.to(10);
    let change = OrderChange {
        target: Some(zones(&["Z2"])),
        to: Some(Some(NOW.plus(30 * MIN))),
        ..OrderChange::default()
    };
    let by = signer("lta", "a");
    let changed = rig
        .desk
        .amend(&issued.order.name, change, &by)
        .await
        .unwrap();
    assert_eq!(changed.order.version, 2);
    let closed = |bay, minutes| rig.closes(bay, minutes).is_some();
    assert_eq!([closed("Z1-0", 9), closed("Z1-0", 10)], [true, false]);
    assert_eq!(
        [closed("Z2-0", 9), closed("Z2-0", 10), closed("Z2-0", 30)],
        [false, true, false]
    );
    let other = OrderChange::default();
    let no = rig
        .desk
        .amend(&issued.order.name, other.clone(), &signer("police", "x"))
        .await;
    assert_eq!(no.unwrap_err(), OrderFault::NotYours);
    let admin = Signer {
        is_admin: true,
        ..signer("ops", "root")
    };
    assert!(
        rig.desk
            .amend(&issued.order.name, other, &admin)
            .await
            .is_ok()
    );
    let begun = OrderChange {
        from: Some(NOW.plus(60 * MIN)),
        ..OrderChange::default()
    };
    let no = rig.desk.amend(&issued.order.name, begun, &by).await;
    assert_eq!(field(no), "from");
}

#[tokio::test]
async fn a_place_that_is_none_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let place = |lat, lon| LatLon { lat, lon };
    let city = ["Z0", "Z1", "Z2", "Z3"];
    let bad = [
        zones(&[]),
        zones(&["Z1", "nowhere"]),
        OrderTarget::Bays(vec!["Z1-9".into()]),
        square(place(50.0, 8.0), 1_000.0),
        zones(&city),
        square(place(1.3, 103.8), 100_000.0),
    ];
    for target in bad {
        assert_eq!(
            field(rig.issue(draft(target.clone())).await),
            "target",
            "{target:?}"
        );
    }
    assert_eq!(rig.desk.book().standing(), 0);
    let all = OrderDraft {
        severity: Some(Severity::Emergency),
        ..draft(zones(&city))
    };
    assert_eq!(
        rig.issue(all).await.unwrap().closes,
        (4, 20),
        "an emergency may"
    );
}

#[tokio::test]
async fn times_and_texts_that_cannot_be_are_refused_by_their_member() {
    type Edit = fn(&mut OrderDraft);
    const fn at(minutes: i64) -> Millis {
        Millis(NOW.0.saturating_add_signed(minutes * 60_000))
    }
    fn says(language: &str, text: String) -> crate::domain::Texts {
        [(language.to_owned(), text)].into()
    }
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let bad: [(&str, Edit); 11] = [
        ("from", |d| d.from = Some(at(-11))),
        ("from", |d| d.from = Some(at(6 * 366 * 1440))),
        ("to", |d| d.to = Some(at(-1))),
        ("to", |d| d.to = Some(at(0))),
        ("to", |d| (d.from, d.to) = (Some(at(10)), Some(at(10)))),
        ("to", |d| d.to = Some(at(6 * 366 * 1440))),
        ("reason", |d| d.reason = says("e n", "x".into())),
        ("reason", |d| d.reason = says("en", " ".into())),
        ("reason", |d| d.reason = says("en", "x".repeat(1_001))),
        ("reason", |d| d.reason = says("en", "x\u{0}".into())),
        ("instruction", |d| {
            let languages = (b'a'..b'n').map(|c| format!("a{}", char::from(c)));
            d.instruction = languages.map(|l| (l, "x".to_owned())).collect();
        }),
    ];
    for (n, (member, edit)) in bad.into_iter().enumerate() {
        let mut one = draft(zones(&["Z1"]));
        edit(&mut one);
        assert_eq!(field(rig.issue(one).await), member, "{n}");
    }
    assert_eq!(rig.desk.book().standing(), 0);
    let mut just = draft(zones(&["Z1"]));
    just.from = Some(at(-9));
    let issued = rig.issue(just).await.unwrap();
    assert_eq!(issued.order.from, NOW, "just past is now");
}

#[tokio::test]
async fn an_area_closes_what_lies_in_it_and_a_zone_that_does_wholly_as_a_whole() {
    let dir = tempfile::tempdir().unwrap();
    let rig = OrderRig::open(dir.path()).await;
    let city = rig.registry.city().clone();
    let zone = rig.registry.zone("Z2").unwrap();
    let whole = rig
        .issue(draft(square(city.zone(zone).spec.place, 200.0)))
        .await
        .unwrap();
    assert_eq!(whole.closes, (1, 5));
    let one = city.place(rig.registry.bay("Z1-4").unwrap());
    let some = rig.issue(draft(square(one, 1.0))).await.unwrap();
    assert_eq!(some.closes, (0, 1));
    assert!(rig.closes("Z1-4", 0).is_some() && rig.closes("Z1-3", 0).is_none());
    // A bay that is added there later is closed too.
    let new = crate::registry::city::BaySpec {
        id: "late".into(),
        place: one,
        ..testing::bay(1, 4)
    };
    rig.registry.put_bays(vec![new]).unwrap();
    rig.to(1);
    assert!(rig.closes("late", 1).is_some());
}
