//! A day of shared bays at real hubs: the simulator as a business and as drivers' apps, by the
//! public contract alone.
//!
//! The simulator itself holds a hub to its word (a bay for each who was told so, no longer a walk
//! and no higher a price, one booking for a request that is sent twice) and fails the day
//! otherwise.

use super::hub::Hub;
use sensors_sim::{District, DistrictParams, Outcome, book, wall_clock, without_sharing};
use std::time::Duration;

async fn day(district: &District, matching: &str) -> Outcome {
    let dir = tempfile::tempdir().expect("a folder");
    let city = dir.path().join("city");
    district.city.write(&city).expect("a city");
    let city = city.to_str().expect("a path in UTF-8");
    let env = [
        ("BAYHUB__SHARE__MATCHING", matching),
        ("BAYHUB__SHARE__IMPROVE_EVERY_S", "1"),
    ];
    let hub = Hub::start_with(dir.path(), &["--no-sim", "--registry", city], &env);
    let address = sensors_sim::Hub {
        name: matching.into(),
        url: hub.http.clone(),
        share_key: hub.key("share").into(),
        book_key: hub.key("book").into(),
        settle: Duration::from_millis(1_200),
    };
    let outcome = book(district, &address, wall_clock()())
        .await
        .expect("a day");
    hub.stop();
    outcome
}

#[tokio::test]
async fn sharing_serves_drivers_whom_the_streets_do_not_and_more_where_bookings_may_move() {
    let params = DistrictParams {
        bays: 24,
        public_bays: 12,
        drivers: 120,
        // All of them: so small a town has room to show.
        flexible_percent: 100,
        ..DistrictParams::default()
    };
    let district = District::generate(&params);
    let served = |o: &Outcome| o.figures(&district, None).served;
    let (first, batch) = tokio::join!(day(&district, "first-come"), day(&district, "batch"));
    let shared = |o: &Outcome| o.figures(&district, None).shared;
    assert!(
        shared(&batch) > shared(&first),
        "{} and {}",
        shared(&batch),
        shared(&first)
    );
    for outcome in [first, batch] {
        assert!(
            outcome.figures(&district, None).shared > 24,
            "several a bay"
        );
        assert!(served(&outcome) > served(&without_sharing(&district)) + 0.1);
    }
}
