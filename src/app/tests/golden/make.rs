//! Makes a golden folder with the code as it is: a day in the small city at a real hub, which is
//! stopped twice and then left as by a power cut; and everything that is asked of it later.
//!
//! Run by hand when a format changes, see `tests/golden/README.md`. What it makes is the same each
//! time but for what is drawn at random: keys, and the public ids of offers and reservations.

use super::super::hub::TestHub;
use super::bookings::{self, AGAIN, Books};
use super::city::{self, About};
use super::day::{self, BEGIN, GoldenDay, at};
use super::steps::{self, Step};
use super::{config, copy_tree, none};
use crate::store;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The folder to make.
const FOLDER: &str = "BAYHUB_GOLDEN";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "makes a golden folder by hand, see tests/golden/README.md"]
async fn make() {
    let folder = PathBuf::from(std::env::var_os(FOLDER).expect("BAYHUB_GOLDEN names the folder"));
    assert!(!folder.exists(), "{} is there already", folder.display());
    let scratch = tempfile::tempdir().unwrap();
    let data = scratch.path().join("data");
    city::write(&folder);
    let start = |now| TestHub::start(config(&folder, &data), now);
    let hub = start(BEGIN).await;
    let mut about = About {
        at: String::new(),
        keys: [].into(),
    };
    day::make_keys(&hub, &mut about).await;
    let mut books = Books::default();
    let mut day = GoldenDay::begin(hub, about).await;
    let mut now = BEGIN;
    for until in [at(9, 0), at(11, 0), at(12, 30)] {
        while now <= until {
            day.tick(now).await;
            day.events().await;
            books.events(&day).await;
            now = now.plus(5 * day::MINUTE);
        }
        if until < at(12, 30) {
            let GoldenDay { hub, about, .. } = day;
            hub.hub.stop().await.unwrap();
            day = GoldenDay::begin(start(until).await, about).await;
        }
    }
    day.hub.turn(at(12, 33)).await;
    books.hold(&day).await;
    let end = at(12, 33).plus(30_000);
    day.hub.turn(end).await;
    settled(&day, &data).await;
    let GoldenDay { hub, mut about, .. } = day;
    about.at = end.to_string();
    save(&data, &folder.join("data")).await;
    let text = serde_json::to_string_pretty(&about).unwrap();
    std::fs::write(folder.join("golden.json"), text + "\n").unwrap();
    // What it says now is what it must say whenever it is opened.
    let answers = folder.join("answers");
    std::fs::create_dir_all(answers.join("http")).unwrap();
    for (name, mut steps) in questions(&books) {
        for step in &mut steps {
            step.record(&hub, &about).await;
        }
        steps::write(&answers.join("http").join(format!("{name}.json")), &steps);
    }
    tokio::time::sleep(steps::STEADY).await;
    for file in super::questions(&folder) {
        none(&steps::ask_again(&hub, &about, &file).await);
    }
    let mut steps = afterwards(&books);
    for step in &mut steps {
        step.record_when_steady(&hub, &about).await;
    }
    steps::write(&answers.join("afterwards.json"), &steps);
    hub.hub.stop().await.unwrap();
}

/// Waits until all that can be settled is, and the hours that are over lie in files.
async fn settled(day: &GoldenDay, data: &Path) {
    let key = Some(&*day.about.keys["town-hall"]);
    // Two minutes of lateness, whole windows, and one more for short stays.
    let to = at(12, 25).to_string();
    let path = "/v1/turnover?zone=KERB&interval=5m";
    day.hub
        .until(path, key, |page| page["settled_to"] == to)
        .await;
    let manifest = data.join("history/manifest/2026-11-23.json");
    let last = "turnover/date=2026-11-23/11.parquet";
    day.hub
        .until("/livez", None, |_| {
            std::fs::read_to_string(&manifest).is_ok_and(|m| m.contains(last))
        })
        .await;
}

/// As a power cut would leave it, but for the database: SQLite copies that itself, so that the
/// folder holds no write-ahead log.
async fn save(data: &Path, to: &Path) {
    copy_tree(
        data,
        to,
        &["lock", "bayhub.db", "bayhub.db-wal", "bayhub.db-shm"],
    );
    store::copy(&data.join(store::FILE), &to.join(store::FILE))
        .await
        .unwrap();
}

/// What is asked without changing anything, file by file.
fn questions(books: &Books) -> Vec<(&'static str, Vec<Step>)> {
    vec![
        ("city", city_questions()),
        ("turnover", turnover_questions()),
        ("operators", operators_questions()),
        ("sharing", sharing_questions(books)),
    ]
}

fn city_questions() -> Vec<Step> {
    let public = |path: String| Step::get(None, &path);
    let mut all = vec![
        public("/v1/zones?bbox=103.7,1.2,103.9,1.4".into()),
        public("/v1/zones/DECK".into()),
        public("/v1/zones/YARD".into()),
        public("/v1/bays/nearby?lat=1.3&lon=103.8&radius_m=2000&limit=50".into()),
    ];
    let zones = [
        ("KERB", 6),
        ("QUAY", 4),
        ("DECK", 6),
        ("OFFICE", 5),
        ("HOMES", 3),
        ("POPUP", 5),
    ];
    for (zone, count) in zones {
        all.extend((1..=count).map(|n| public(format!("/v1/bays/{zone}-{n}"))));
    }
    all
}

/// Of hours that only files know, of hours that the stream remembers, and over both.
fn turnover_questions() -> Vec<Step> {
    let monitor = |path: &str| Step::get(Some("town-hall"), path);
    let span = |from: &str, to: &str| format!("from=2026-11-23T{from}:00Z&to=2026-11-23T{to}:00Z");
    let all = span("06:00", "13:00");
    vec![
        monitor(&format!("/v1/turnover?interval=1h&{all}")).in_csv(),
        monitor(&format!(
            "/v1/turnover?interval=1h&zone=KERB&{}",
            span("08:00", "13:00")
        )),
        monitor(&format!(
            "/v1/turnover?interval=5m&zone=QUAY&{}",
            span("06:40", "07:30")
        ))
        .in_csv(),
        monitor(&format!(
            "/v1/turnover?interval=5m&zone=KERB&{}",
            span("11:30", "13:00")
        ))
        .in_csv(),
        monitor("/v1/turnover?interval=1d&from=2026-11-22T00:00:00Z&to=2026-11-25T00:00:00Z"),
        monitor("/v1/cds/metrics/aggregates?start_time=1795413600000&end_time=1795417200000"),
        Step::get(
            None,
            "/v1/turnover?interval=1d&from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z",
        ),
    ]
}

fn operators_questions() -> Vec<Step> {
    let paths = [
        "/v1/admin/partners",
        "/v1/admin/keys",
        "/v1/admin/devices",
        "/v1/quarantine",
        "/v1/quarantine?reason=unknown_bay",
    ];
    paths.map(|path| Step::get(Some("town-hall"), path)).into()
}

fn sharing_questions(books: &Books) -> Vec<Step> {
    let mut all = vec![
        Step::get(Some("acme"), "/v1/offers"),
        Step::get(Some("homes"), "/v1/offers"),
    ];
    for bay in ["OFFICE-1", "OFFICE-2"] {
        let path = format!("/v1/offers/{}", books.offers[bay]);
        all.push(Step::get(Some("acme"), &format!("{path}/calendar.ics")));
        let days = "from=2026-11-22T00:00:00Z&to=2026-11-25T00:00:00Z";
        all.push(Step::get(
            Some("acme"),
            &format!("{path}/utilisation?{days}"),
        ));
    }
    let trips = books.trips.keys().map(|trip| books.path(trip));
    all.extend(trips.map(|path| Step::get(Some("rider"), &path)));
    let path = "/v1/partners/me/settlement?month=2026-11";
    all.push(Step::get(Some("homes"), path));
    all.extend(["acme", "rider"].map(|who| Step::get(Some(who), path).in_csv()));
    all
}

/// What a hub that has opened the folder can go on with. Each step rests on those before it.
fn afterwards(books: &Books) -> Vec<Step> {
    let step = |trip: &str, what: &str| {
        Step::send(
            "rider",
            &format!("POST {}/{what}", books.path(trip)),
            Value::Null,
        )
    };
    let get = Step::get;
    let said = |source: &str, bay: &str, state: &str| json!({"source": source, "bays": [{"bay": bay, "state": state}]});
    // Of an hour that only the settled reports remember, and of one that the journal tells again.
    let late = |from: &str, to: &str| {
        let bays = [(from, "occupied"), (to, "vacant")].map(|(at, state)| {
            json!({"bay": "QUAY-1", "state": state, "at": format!("2026-11-23T{at}Z")})
        });
        Step::send(
            "phones",
            "POST /v1/reports",
            json!({"source": "app-9", "bays": bays}),
        )
    };
    let hours =
        "/v1/turnover?interval=1h&from=2026-11-23T09:00:00Z&to=2026-11-23T13:00:00Z&zone=QUAY,KERB";
    vec![
        // The answer of a request that was made is remembered.
        Step {
            idempotency_key: Some(AGAIN.into()),
            ..Step::send("rider", "POST /v1/requests", bookings::wish_again())
        },
        Step::send(
            "revoked",
            "POST /v1/reports",
            said("app-1", "QUAY-2", "vacant"),
        ),
        Step::send(
            "lamps",
            "POST /v1/reports",
            said("lamp-1", "KERB-1", "closed"),
        ),
        get(None, "/v1/bays/KERB-1"),
        late("10:36:00", "10:42:40"),
        late("11:20:00", "11:26:40"),
        get(Some("town-hall"), hours).in_csv(),
        step("there", "depart"),
        get(Some("rider"), &books.path("there")),
        get(None, "/v1/bays/OFFICE-2"),
        Step::send("town-hall", "PUT /v1/admin/bays", city::bay("POPUP", 4)),
        get(None, "/v1/bays/POPUP-4"),
        get(None, "/v1/zones/POPUP"),
        get(Some("rider"), &books.path("held")).at(at(12, 37)),
        get(Some("rider"), "/v1/partners/me/settlement?month=2026-11").in_csv(),
        // The hour under way is told, and what came late for the one before it lies in a file.
        get(Some("town-hall"), hours).in_csv().at(at(13, 11)),
    ]
}
