//! What an operator may write, and what he is told of what he may not.

use super::*;

const MINIMAL: &str = "[registry]\npath = \"city\"\n";

fn fault(more: &str) -> String {
    parse(&format!("{MINIMAL}{more}"), &[])
        .unwrap_err()
        .to_string()
}

#[test]
fn the_smallest_configuration_names_a_city() {
    let c = parse(MINIMAL, &[]).unwrap();
    assert_eq!(
        (c.registry.path, c.data.path),
        ("city".into(), "bayhub-data".into())
    );
    let e = parse("", &[]).unwrap_err().to_string();
    assert!(e.contains("registry: missing"), "{e}");
}

#[test]
fn the_configuration_that_the_documents_show_is_one() {
    let chapter = include_str!("../../docs/operating.md");
    let shown = chapter
        .split("```toml\n")
        .nth(1)
        .and_then(|s| s.split("```").next())
        .unwrap();
    let c = parse(shown, &[]).unwrap();
    assert!(
        c.mqtt.tls.is_some()
            && c.http.tls.is_some()
            && c.http.admin.is_some()
            && c.brokers.len() == 1
            && c.keys.len() == 1
    );
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    let e = fault("[http]\nlisen = \"127.0.0.1:1\"\n");
    assert!(
        e.contains("http.lisen") && e.contains("did you mean listen?"),
        "{e}"
    );
    let e = fault("[jornal]\nx = 1\n");
    assert!(
        e.contains("jornal") && e.contains("did you mean journal?"),
        "{e}"
    );
}

#[test]
fn a_wrong_type_names_its_key() {
    let e = fault("[stream]\nworkers = \"two\"\n");
    assert!(e.contains("stream.workers"), "{e}");
    let e = fault("[http]\nlisten = \"nowhere\"\n");
    assert!(e.contains("http.listen"), "{e}");
    let e = fault("[http]\ntrusted_proxies = [\"::1\", \"10.0.0.1/8\"]\n");
    assert!(
        e.contains("http.trusted_proxies") && e.contains("the block is 10.0.0.0/8"),
        "{e}"
    );
}

#[test]
fn a_value_that_makes_no_sense_names_its_key_and_its_bounds() {
    let e =
        fault("[stream]\nworkers = 0\n[mqtt]\nmax_connections = 0\n[journal]\nsegment_bytes = 5\n");
    assert!(
        e.contains("stream.workers: must lie between 1 and 256, not 0"),
        "{e}"
    );
    assert!(
        e.contains("mqtt.max_connections") && e.contains("journal.segment_bytes"),
        "{e}"
    );
    assert_eq!(e.lines().count(), 3, "{e}");
    let e = fault("[stream]\nmax_age_s = 2592001\n");
    assert!(
        e.contains("stream.max_age_s: must lie between 1 and 2592000, not 2592001"),
        "{e}"
    );
    assert!(fault("[data]\npath = \"\"\n").contains("data.path: is empty"));
    let e = parse(&format!("{MINIMAL}spare_bays = 4294967295\n"), &[])
        .unwrap_err()
        .to_string();
    assert!(e.contains("registry.spare_bays"), "{e}");
}

#[test]
fn flags_are_stronger_than_the_file() {
    let file = format!("{MINIMAL}[http]\nlisten = \"127.0.0.1:1\"\n");
    let c = parse(&file, &[("http.listen", "127.0.0.1:2".into())]).unwrap();
    assert_eq!(c.http.listen, "127.0.0.1:2".parse().unwrap());
}

#[test]
fn names_to_drop_that_cannot_be_used_are_a_fault_of_their_key() {
    let long = format!("drop = [\"{}\"]", "x".repeat(65));
    let many = format!("drop = [{}]", "\"x\",".repeat(65));
    for (bad, why) in [
        ("drop = [\"*\"]", "no name"),
        ("drop = [\"a*b\"]", "\"a*b\""),
        ("drop = [\"bay*\"]", "would drop `bay`"),
        ("drop = [\"*ta*\"]", "which the hub reads"),
        (&long, "1 to 64 bytes"),
        (&many, "at most 64"),
        ("drop = \"plate\"", "sequence"),
    ] {
        let e = fault(&format!("[gate]\n{bad}\n"));
        assert!(e.contains("gate.drop") && e.contains(why), "{e}");
    }
    let usual = parse(MINIMAL, &[]).unwrap().gate.drop;
    assert!(usual.drops("plateNo") && !usual.drops("bay"));
    let none = parse(&format!("{MINIMAL}[gate]\ndrop = []\n"), &[]).unwrap();
    assert!(!none.gate.drop.drops("plate"));
}

/// Each number that has bounds: the least and the most are taken, what lies beyond names its key.
#[test]
fn every_bounded_number_is_taken_up_to_its_bounds_and_refused_beyond_them() {
    let config = parse(MINIMAL, &[]).unwrap();
    let mut tried = 0;
    for (key, _, range) in config.bounds() {
        // How many there are of something is no number that stands in the file.
        if key.contains(' ') {
            continue;
        }
        let with = |n: u64| {
            // `MINIMAL` ends within the table of the registry.
            let key = key
                .strip_prefix("registry.")
                .map_or_else(|| format!("[{}]\n{}", table(key), last(key)), str::to_owned);
            parse(&format!("{MINIMAL}{key} = {n}\n"), &[])
        };
        for good in [*range.start(), *range.end()] {
            let said = with(good).map(drop);
            // One number may be bounded by another besides: that is said of its key as well.
            let by_another = said.as_ref().is_err_and(|e| e.0.contains("must hold"));
            assert!(said.is_ok() || by_another, "{key} = {good}: {said:?}");
        }
        for bad in [range.start().checked_sub(1), range.end().checked_add(1)] {
            let Some(bad) = bad.filter(|n| i64::try_from(*n).is_ok()) else {
                continue;
            };
            let said = with(bad).unwrap_err().0;
            assert!(said.contains(key), "{key} = {bad}: {said}");
            tried += 1;
        }
    }
    assert!(tried > 80, "{tried}");
}

fn table(key: &str) -> &str {
    key.rsplit_once('.').map_or("", |(table, _)| table)
}

fn last(key: &str) -> &str {
    key.rsplit_once('.').map_or(key, |(_, last)| last)
}

#[test]
fn a_citys_box_and_coordinates_are_read_and_nonsense_is_named() {
    let read = |registry: &str| parse(&format!("[registry]\npath = \"x\"\n{registry}"), &[]);
    let c = read("box = [103.6, 1.1, 104.1, 1.5]\ncrs = \"bd09\"").unwrap();
    let reading = c.registry.reading();
    assert_eq!(reading.crs, crate::domain::Crs::Bd09);
    assert!((reading.bbox.unwrap().north - 1.5).abs() < 1e-9);
    let plain = read("").unwrap().registry.reading();
    assert_eq!((plain.bbox, plain.crs), (None, crate::domain::Crs::Wgs84));
    for (bad, word) in [
        ("box = [103.6, 1.5, 104.1, 1.1]", "registry.box: must be"),
        ("box = [1.1, 1.5]", "box"),
        ("crs = \"gcj-02\"", "wgs84, gcj02, bd09"),
    ] {
        let said = read(bad).unwrap_err().0;
        assert!(said.contains(word), "{bad}: {said}");
    }
    let http = "[registry]\npath = \"x\"\n[http]\npublic_crs = ";
    let of = |crs: &str| parse(&format!("{http}{crs}"), &[]);
    assert_eq!(
        of("\"gcj02\"").unwrap().http.public_crs,
        Some(crate::domain::Crs::Gcj02)
    );
    assert!(of("\"x\"").unwrap_err().0.contains("wgs84, gcj02, bd09"));
}
