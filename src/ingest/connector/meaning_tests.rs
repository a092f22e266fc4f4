//! Rows through mappings: what each says, what is refused, and why.

use super::super::{FeedAnswer, FeedConfig, FeedRow, Reader};
use crate::domain::{BayKind, BayStatus, CountOf, CountState, Millis, Reason};
use crate::ingest::codec::{BaySaid, CountSaid, Said};

const NOW: &str = "2026-11-23T02:00:00Z";

fn now() -> Millis {
    Millis::parse(NOW).unwrap()
}

fn reader(toml: &str) -> Reader {
    Reader::new(&FeedConfig::from_file("test", toml).unwrap()).unwrap()
}

fn read(toml: &str, body: &str) -> FeedAnswer {
    reader(toml)
        .with_places()
        .read(body.as_bytes(), None, now())
        .unwrap()
}

fn count(row: &FeedRow) -> &CountSaid<'static> {
    match &row.said {
        Ok(Said::Count(count)) => count,
        other => panic!("a count is expected, not {other:?}"),
    }
}

fn bay(row: &FeedRow) -> &BaySaid<'static> {
    match &row.said {
        Ok(Said::Bay(bay)) => bay,
        other => panic!("a bay is expected, not {other:?}"),
    }
}

fn why(row: &FeedRow) -> (Reason, &str) {
    match &row.said {
        Err((reason, why)) => (*reason, why),
        other => panic!("a refusal is expected, not {other:?}"),
    }
}

const TOWN: &str = r#"
shape = "json"
time_zone = "Europe/Berlin"
rows = "$.lots[*]"
[map]
zone = { path = "$.id", prefix = "any-" }
vacant = "$.free"
capacity = "$.total"
at = { path = "$.updated", format = "%d.%m.%Y %H:%M:%S" }
state = { path = "$.status", closed = ["closed", "zu"], unknown = ["nodata", "gestört"] }
kind = { path = "$.type", car = ["C"], motorcycle = ["Y"], heavy = ["H"] }
not_told = ["--", "-1"]
place = { lat = "$.pos.lat", lon = "$.pos.lon" }
name = "$.name"
accessible = { vacant = "$.free_acc", capacity = "$.total_acc" }
"#;

fn lot(more: &str) -> String {
    format!(
        r#"{{"lots":[{{"id":7,"free":"12","total":40.0,"updated":"23.11.2026 02:58:00","pos":{{"lat":48.1,"lon":"9.2"}},"name":"Am Markt"{more}}}]}}"#
    )
}

#[test]
fn a_row_is_a_count_with_prefix_time_zone_numeric_texts_and_place() {
    let answer = read(TOWN, &lot(r#","free_acc":1,"total_acc":2"#));
    let row = &answer.rows[0];
    let said = count(row);
    assert_eq!(said.zone, "any-7");
    assert_eq!(
        (said.word.number, said.word.capacity, said.word.of),
        (12, Some(40), CountOf::Vacant)
    );
    assert_eq!(said.at, Millis::parse("2026-11-23T01:58:00Z"));
    assert_eq!(
        said.subsets[0].map(|w| (w.number, w.capacity)),
        Some((1, Some(2)))
    );
    assert_eq!(said.subsets[1], None);
    let place = row.place.as_ref().unwrap();
    assert_eq!(
        (place.name.as_deref(), place.capacity),
        (Some("Am Markt"), Some(40))
    );
    assert_eq!(place.at.map(|p| (p.lat, p.lon)), Some((48.1, 9.2)));
    assert!(row.payload.contains("Am Markt"));
    assert!(!said.is_clamped && row.odd == super::Odd::default());
}

#[test]
fn words_of_state_and_kind_are_looked_up_and_others_said() {
    for (more, state, kind) in [
        (r#","status":"ZU""#, CountState::Closed, BayKind::Car),
        (
            r#","status":"GESTÖRT","type":"Y""#,
            CountState::Unknown,
            BayKind::Motorcycle,
        ),
        (
            r#","status":"fine","type":"h""#,
            CountState::Open,
            BayKind::Heavy,
        ),
        (
            r#","status":null,"type":null"#,
            CountState::Open,
            BayKind::Car,
        ),
    ] {
        let answer = read(TOWN, &lot(more));
        let said = count(&answer.rows[0]);
        assert_eq!((said.word.state, said.kind), (state, kind), "{more}");
    }
    let answer = read(TOWN, &lot(r#","type":"Q""#));
    assert_eq!(
        why(&answer.rows[0]),
        (Reason::Malformed, "kind: \"Q\" is none of c, y, h")
    );
}

#[test]
fn what_is_not_told_is_unknown_and_counted() {
    for free in ["null", "\"\"", "\"--\"", "-1", "\"-1\""] {
        let answer = read(TOWN, &lot("").replace("\"12\"", free));
        let said = count(&answer.rows[0]);
        assert_eq!(
            (said.word.state, answer.notes.not_told),
            (CountState::Unknown, 1),
            "{free}"
        );
        assert_eq!(said.word.capacity, Some(40));
    }
    let answer = read(TOWN, &lot("").replace("\"12\"", "-5"));
    assert_eq!(
        (count(&answer.rows[0]).word.number, answer.notes.clamped),
        (0, 1)
    );
    let answer = read(TOWN, &lot("").replace("\"12\"", "52"));
    assert_eq!(
        (
            count(&answer.rows[0]).word.number,
            answer.notes.vacant_above_capacity
        ),
        (40, 1)
    );
    let answer = read(TOWN, &lot("").replace("\"12\"", "\"many\""));
    assert_eq!(
        why(&answer.rows[0]),
        (Reason::Malformed, "vacant: \"many\" is no number")
    );
}

#[test]
fn a_row_is_judged_by_its_own_time() {
    for (time, reason, words) in [
        (
            "23.11.2026 02:39:59",
            Reason::TooOld,
            "stale_after is 1200 s",
        ),
        ("23.11.2026 03:01:01", Reason::TooFarInFuture, "61 s ahead"),
        ("soon", Reason::Malformed, "at: \"soon\""),
        ("", Reason::Malformed, "at: not told"),
    ] {
        let answer = read(TOWN, &lot("").replace("23.11.2026 02:58:00", time));
        let (got, text) = why(&answer.rows[0]);
        assert!(got == reason && text.contains(words), "{time}: {text}");
    }
    let answer = read(TOWN, &lot("").replace("02:58:00", "09:58:00"));
    assert_eq!(answer.notes.hours_off, Some(7));
    assert_eq!(read(TOWN, &lot("")).notes.hours_off, None);
}

#[test]
fn a_path_that_leads_nowhere_names_what_is_there() {
    let read = |body: &str| {
        reader(TOWN)
            .read(body.as_bytes(), None, now())
            .unwrap_err()
            .0
    };
    let said = read(r#"{"lotz":[],"version":1}"#);
    assert!(
        said.contains("members are lotz, version; did you mean lotz?"),
        "{said}"
    );
    assert!(read("<html>no</html>").contains("HTML"));
    assert!(read("").contains("empty"));
    assert!(read("{\"lots\":[{\"id\":1}").contains("cut off at line 1"));
    assert!(read("[1]").contains("the answer is a list"));
    assert_eq!(
        reader(TOWN)
            .read(b"{\"lots\":[]}", None, now())
            .unwrap()
            .rows
            .len(),
        0
    );
}

#[test]
fn several_counts_of_a_row_are_several_claims_of_those_that_are_there() {
    let toml = r#"
        shape = "json"
        rows = "$.results[*]"
        time_zone = "Asia/Hong_Kong"
        [map]
        zone = "$.park_Id"
        [[map.counts]]
        kind = "car"
        vacant = "$.privateCar[0].vacancy"
        at = "$.privateCar[0].lastupdate"
        [[map.counts]]
        kind = "motorcycle"
        vacant = "$.motorCycle[0].vacancy"
        at = "$.motorCycle[0].lastupdate"
    "#;
    let answer = read(
        toml,
        r#"{"results":[{"park_Id":"10","privateCar":[{"vacancy":5,"lastupdate":"2026-11-23 09:59:00"}]},
            {"park_Id":"11","privateCar":[{"vacancy":0,"lastupdate":"2026-11-23 09:59:00"}],
             "motorCycle":[{"vacancy":2,"lastupdate":"2026-11-23 09:00:00"}]}]}"#,
    );
    assert_eq!(answer.rows.len(), 3);
    assert_eq!(count(&answer.rows[0]).kind, BayKind::Car);
    assert_eq!(count(&answer.rows[1]).zone, "11");
    assert_eq!(why(&answer.rows[2]).0, Reason::TooOld);
}

#[test]
fn a_time_of_the_whole_answer_is_each_rows() {
    let toml = r#"
        shape = "json"
        rows = "$.lots[*]"
        time_zone = "UTC"
        [map]
        zone = "id"
        vacant = "free"
        at = { path = "$.last_updated", from = "answer" }
    "#;
    let answer = read(
        toml,
        r#"{"lots":[{"id":"a","free":1}],"last_updated":"2026-11-23T01:59:00"}"#,
    );
    assert_eq!(
        count(&answer.rows[0]).at,
        Millis::parse("2026-11-23T01:59:00Z")
    );
}

#[test]
fn single_bays_say_their_state_and_when_they_were_last_seen() {
    let toml = r#"
        shape = "json"
        time_zone = "UTC"
        [map]
        bay = { path = "id", prefix = "b-" }
        at = "changed"
        seen = { is = "now" }
        state = { path = "state", occupied = ["Present", 1, true], vacant = ["Unoccupied"], closed = ["off"] }
    "#;
    let body =
        |state: &str| format!(r#"[{{"id":9,"changed":"2026-11-22T00:00:00","state":{state}}}]"#);
    for (state, status) in [
        ("\"present\"", BayStatus::Occupied),
        ("1", BayStatus::Occupied),
        ("true", BayStatus::Occupied),
        ("\"Unoccupied\"", BayStatus::Vacant),
        ("\"off\"", BayStatus::Closed),
        ("null", BayStatus::Unknown),
    ] {
        let answer = read(toml, &body(state));
        let said = bay(&answer.rows[0]);
        assert_eq!((&*said.bay, said.status), ("b-9", status), "{state}");
        assert_eq!(said.seen, Some(now()), "changed long ago, and still so");
    }
    let answer = read(toml, &body("\"maybe\""));
    let said = "state: \"maybe\" is none of off, present, 1, true, unoccupied";
    assert_eq!(why(&answer.rows[0]).1, said);
}

#[test]
fn entries_and_exits_go_beside_a_count_or_alone() {
    let toml = r#"
        shape = "form"
        time_zone = "Asia/Shanghai"
        [map]
        zone = "parkid"
        vacant = "free"
        in = "in"
        out = "out"
        delta = { path = "inout", in = ["1"], out = ["0"] }
        at = { path = "dotime", format = "epoch_s" }
    "#;
    let told = now().0 / 1000 - 30;
    let answer = read(
        toml,
        &format!("parkid=P1&free=7&in=120&out=90&dotime={told}"),
    );
    let row = &answer.rows[0];
    let flow = row.flow.as_ref().unwrap();
    assert_eq!(
        (flow.entered, flow.left, flow.delta),
        (Some(120), Some(90), None)
    );
    assert_eq!(count(row).word.number, 7);
    let alone = toml.replace("vacant = \"free\"\n", "");
    let answer = read(
        &alone,
        &format!("parkid=P1&inout=0&dotime={told}&plateid=UNKNOWN"),
    );
    let row = &answer.rows[0];
    assert_eq!(row.flow.as_ref().and_then(|f| f.delta), Some(-1));
    assert!(
        matches!(row.said, Ok(Said::Present(Some(_)))),
        "no state of its own"
    );
    assert!(
        row.payload.contains("\"plateid\":\"UNKNOWN\""),
        "what is to be dropped is found"
    );
}

#[test]
fn a_static_row_says_where_it_is_or_is_refused() {
    let toml = r#"
        shape = "json"
        [map]
        zone = "id"
        name = "name"
        place = { text = "pos", order = "x y", crs = "EPSG:3414" }
        zone_kind = "off_street"
    "#;
    let answer = read(
        toml,
        r#"[{"id":"ACB","name":"x","pos":"30314.7936, 31490.4942"},{"id":"B","pos":"?"}]"#,
    );
    assert!(matches!(answer.rows[0].said, Ok(Said::Present(None))));
    let at = answer.rows[0].place.as_ref().unwrap().at.unwrap();
    assert!((at.lon - 103.854_118_05).abs() < 1e-7, "{at:?}");
    assert!(
        why(&answer.rows[1])
            .1
            .contains("place: \"?\" is no two numbers")
    );
}
