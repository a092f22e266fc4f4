//! Tables: a real city's counts, and a dialect that only a mapping reads.

use super::*;

/// A half-hourly count of thirty car parks, if it lies beside the repository.
fn birmingham() -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = root
        .ancestors()
        .map(|dir| dir.join("shared/data/birmingham_parking.csv"));
    let text = found.find_map(|path| std::fs::read_to_string(path).ok());
    if text.is_none() {
        eprintln!("shared/data/birmingham_parking.csv is not here: left out");
    }
    text
}

/// A row of it: the car park, its capacity, what was counted, when.
fn row(line: &str) -> (String, i64, i64, Millis) {
    let fields: Vec<&str> = line.trim().split(',').collect();
    let at = Millis::parse(&format!("{}Z", fields[3].replace(' ', "T"))).unwrap();
    let number = |text: &str| text.parse::<f64>().unwrap() as i64;
    // Ids are made of names that have other characters.
    (
        fields[0].replace(' ', "-"),
        number(fields[1]),
        number(fields[2]),
        at,
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_citys_autumn_is_imported_and_told_as_plain_arithmetic_has_it() {
    let Some(text) = birmingham() else { return };
    let place = Place::new();
    let rows: Vec<_> = text.lines().skip(1).map(row).collect();
    let parks: BTreeMap<&str, i64> = rows.iter().map(|r| (&*r.0, r.1)).collect();
    let at = |n: usize| json!({"type": "Point", "coordinates": [-1.9, 52.48 + n as f64 / 1000.0]});
    // A count of half an hour ago still stands.
    let zone = |(n, (id, capacity)): (usize, (&&str, &i64))| {
        json!({"type": "Feature", "geometry": at(n),
        "properties": {"id": id, "kind": "off_street", "capacity": capacity, "stale_after_s": 7200}})
    };
    let zones: Vec<Value> = parks.iter().enumerate().map(zone).collect();
    write_city(place.0.path(), &zones, &[]);
    let line = |(zone, capacity, occupied, at): &(String, i64, i64, Millis)| {
        json!({"source": "nec", "zone": zone, "occupied": occupied, "capacity": capacity, "at": at.to_string()}).to_string() + "\n"
    };
    let file = place.file("counts.jsonl", &rows.iter().map(line).collect::<String>());
    let begun = Instant::now();
    let done = place.import("counts", &[&file], HOUR).await.unwrap();
    eprintln!("{} ({:?})", done.summary(0.0), begun.elapsed());
    done.verdict().unwrap();
    let hub = TestHub::start(place.config(), HOUR).await;
    // Nothing is learnt of what is so old, so nothing but time goes through the journal.
    hub.turn(HOUR.plus(10 * MINUTE)).await;
    let from = Millis::parse("2016-10-12T12:00:00Z").unwrap();
    let path = turnover("1h", from, from.plus(HOUR_MS));
    let some = |page: &Value| !page["rows"].as_array().unwrap().is_empty();
    let page = hub.until(&path, Some(KEY), some).await;
    let told = page["rows"].as_array().unwrap().len();
    assert!(told > 20, "{told} of {} zones: {page}", parks.len());
    for told in page["rows"].as_array().unwrap() {
        let id = told["zone"].as_str().unwrap();
        // The newest count that is sane, minute by minute. What was counted twice at once is left out.
        let mut of: Vec<_> = rows
            .iter()
            .filter(|r| r.0 == id && r.3 < from.plus(HOUR_MS) && r.3.plus(7_200_000) > from)
            .collect();
        of.sort_by_key(|r| r.3);
        let odd =
            of.windows(2).any(|w| w[0].3 == w[1].3) || of.iter().any(|r| r.2 < 0 || r.2 > r.1);
        if odd || of.first().is_none_or(|r| r.3 > from) {
            continue;
        }
        let mut weighed = 0;
        for (n, r) in of.iter().enumerate() {
            let end = of.get(n + 1).map_or(from.plus(HOUR_MS), |next| next.3);
            let first = r.3.max(from);
            weighed += r.2 * end.max(from).since(first) as i64;
        }
        let want = weighed as f64 / (parks[id] as f64 * HOUR_MS as f64);
        let got = told["occupancy"].as_f64().unwrap();
        assert!(
            (got - want).abs() < 2e-4,
            "{id}: {got}, by arithmetic {want}: {told}"
        );
        assert_eq!(told["basis"], "count");
    }
    hub.hub.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_of_any_dialect_is_imported_by_a_feeds_mapping() {
    let place = Place::new();
    let feed = "[[feeds]]\nname = \"meters\"\nkind = \"sensor\"\nshape = \"csv\"\nurl = \"https://example.org/meters.csv\"\ntime_zone = \"Asia/Singapore\"\n\
                csv = { delimiter = \";\" }\n\
                map = { bay = \"Space\", at = { path = \"When\", format = \"%d.%m.%Y %H:%M\" }, \
                state = { path = \"State\", occupied = [\"OCC\"], vacant = [\"VAC\"] } }\n";
    let later = HOUR.plus(DAY_MS);
    let table = "Space;When;State;Plate\nZ0-0;23.11.2026 10:00;VAC;-\nZ0-0;23.11.2026 10:10;OCC;SBA1234\n\
                 Z0-0;23.11.2026 10:20;VAC;-\nZ9;23.11.2026 10:20;VAC;SBA1234\nZ0-0;noon;VAC;SBA1234\n";
    let file = place.file("meters.csv", table);
    let done = place
        .import_of(feed, "mapping:meters", &[&file], later)
        .await
        .unwrap();
    let came = &done.came;
    assert_eq!(
        (came.tally.accepted, came.fresh),
        (3, 3),
        "{}",
        done.summary(0.0)
    );
    let kept = std::fs::read_to_string(place.data().join("import/refused.jsonl")).unwrap();
    assert_eq!(kept.lines().count(), 2, "{kept}");
    assert!(!kept.contains("SBA") && kept.contains("Z9"), "{kept}");
    let hub = TestHub::start(place.config(), later).await;
    let path = turnover("1h", HOUR, HOUR.plus(HOUR_MS));
    let page = hub
        .until(&path, Some(KEY), |page| {
            !page["rows"].as_array().unwrap().is_empty()
        })
        .await;
    assert_eq!(
        (&page["rows"][0]["zone"], &page["rows"][0]["visits"]),
        (&json!("Z0"), &json!(1)),
        "{page}"
    );
    hub.hub.stop().await.unwrap();
    let e = place
        .import_of(feed, "mapping:other", &[&file], later)
        .await
        .unwrap_err();
    assert!(e.to_string().contains("there are: meters"), "{e}");
}
