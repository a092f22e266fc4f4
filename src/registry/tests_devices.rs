//! Devices: mapped, found, remapped, forgotten, and kept over restarts; faults with their place.

use super::tests::{bay, zone};
use super::tests_files::CityFolder;
use super::*;

pub(super) const MODELS: Models = &[
    ModelName {
        name: "box",
        wanted: LeftOpen::Nothing,
    },
    ModelName {
        name: "decoded",
        wanted: LeftOpen::Words,
    },
    ModelName {
        name: "ruler",
        wanted: LeftOpen::Distance,
    },
];

fn spec(device: &str, bay: &str) -> DeviceSpec {
    DeviceSpec {
        device: device.into(),
        bay: bay.into(),
        model: "box".into(),
        ..DeviceSpec::default()
    }
}

fn town() -> (Vec<ZoneSpec>, Vec<BaySpec>) {
    (
        vec![zone("Z", 1.3, 103.8)],
        (0..3).map(|i| bay(&bay_id(i), "Z", 1.3, 103.8)).collect(),
    )
}

fn in_memory() -> Registry {
    let (zones, bays) = town();
    Registry::in_memory(zones, bays).unwrap().knowing(MODELS)
}

fn place() -> CityFolder {
    let (zones, bays) = town();
    CityFolder::new(&zones, &bays)
}

fn bay_id(i: usize) -> String {
    format!("Z-{i}")
}

fn err<T>(r: Result<T, RegistryError>) -> String {
    r.err().expect("an error").0
}

#[test]
fn a_device_is_found_by_its_normal_id_and_is_a_source_of_its_own() {
    let r = in_memory();
    assert_eq!(
        r.put_devices(&[
            spec("00AB000000000001", &bay_id(0)),
            spec("b-1@app", &bay_id(1))
        ])
        .unwrap(),
        []
    );
    let device = r.device("00ab000000000001").unwrap();
    assert_eq!((&*device.bay, device.model), (&*bay_id(0), "box"));
    assert_eq!(
        r.source("dev.00ab000000000001"),
        Some((device.source, SourceKind::Sensor))
    );
    assert_eq!(
        r.source("dev.b-1:app").unwrap().0,
        r.device("b-1@app").unwrap().source
    );
    assert_eq!(
        r.device("00AB000000000001"),
        None,
        "as it is kept, and no other way"
    );
}

#[test]
fn a_bay_that_is_left_is_told_and_one_that_stays_is_not() {
    let r = in_memory();
    let id = "0000000000000001";
    r.put_devices(&[spec(id, &bay_id(0))]).unwrap();
    let source = r.device(id).unwrap().source;
    let decoded = DeviceSpec {
        model: "decoded".into(),
        ..spec(id, &bay_id(0))
    };
    assert_eq!(
        r.put_devices(&[decoded]).unwrap(),
        [],
        "another decoder, the same bay"
    );
    let left = |i| Left {
        bay: r.bay(&bay_id(i)).unwrap(),
        source,
    };
    assert_eq!(r.put_devices(&[spec(id, &bay_id(1))]).unwrap(), [left(0)]);
    assert_eq!(r.device(id).unwrap().source, source, "it keeps its number");
    assert_eq!(r.remove_device(id).unwrap().unwrap(), [left(1)]);
    assert_eq!(
        (r.device(id), r.remove_device(id).unwrap(), r.device_count()),
        (None, None, 0)
    );
}

#[test]
fn faults_are_all_told_and_nothing_is_mapped() {
    let r = in_memory();
    let long = format!("{}@app", "x".repeat(57));
    let e = err(r.put_devices(&[
        spec("0000000000000001", &bay_id(0)),
        spec("0000000000000002", "nowhere"),
        DeviceSpec {
            model: "bax".into(),
            ..spec("0000000000000003", &bay_id(0))
        },
        spec("xyz", &bay_id(0)),
        spec("0000000000000001", &bay_id(1)),
        DeviceSpec {
            via: Some("a/b".into()),
            ..spec("0000000000000004", &bay_id(0))
        },
        spec(&long, &bay_id(0)),
    ]));
    for words in [
        "devices[1] (id \"0000000000000002\"): unknown bay \"nowhere\"",
        "devices[2] (id \"0000000000000003\"): unknown model \"bax\"; known are: box, decoded",
        "devices[3] (id \"xyz\"): invalid id",
        "devices[4] (id \"0000000000000001\"): duplicate id",
        "devices[5] (id \"0000000000000004\"): via: invalid id",
        "use its DevEUI",
    ] {
        assert!(e.contains(words), "{words} in {e}");
    }
    assert_eq!((r.device_count(), r.source_count()), (0, 0));
}

#[test]
fn too_many_devices_are_refused() {
    let mut r = in_memory();
    r.devices.max = 1;
    r.put_devices(&[spec("0000000000000001", &bay_id(0))])
        .unwrap();
    assert!(err(r.put_devices(&[spec("0000000000000002", &bay_id(0))])).contains("no more than 1"));
    r.put_devices(&[spec("0000000000000001", &bay_id(1))])
        .unwrap();
}

#[test]
fn pages_run_in_the_order_of_ids() {
    let r = in_memory();
    let all: Vec<_> = (0..5)
        .rev()
        .map(|n| spec(&format!("000000000000000{n}"), &bay_id(0)))
        .collect();
    r.put_devices(&all).unwrap();
    let first = r.devices_after("", 3);
    let rest = r.devices_after(&first[2].device, 3);
    let ids: Vec<_> = first
        .iter()
        .chain(&rest)
        .map(|d| d.device.as_str())
        .collect();
    assert_eq!(
        ids,
        (0..5)
            .map(|n| format!("000000000000000{n}"))
            .collect::<Vec<_>>()
    );
    assert_eq!(rest[1], all[0]);
}

#[test]
fn what_was_mapped_and_forgotten_stays_so_over_restarts() {
    let place = place();
    let file = r#"[{"device":"0000000000000001","bay":"B0","model":"box","x":1},
        {"device":"0000000000000002","bay":"B0","model":"decoded","via":"net"}]"#;
    place.put("devices.json", &file.replace("B0", &bay_id(0)));
    let r = place.open().unwrap();
    assert_eq!(
        r.device("0000000000000002").unwrap().via.as_deref(),
        Some("net")
    );
    r.put_devices(&[
        spec("00000000000000AA", &bay_id(1)),
        spec("0000000000000001", &bay_id(2)),
    ])
    .unwrap();
    r.remove_device("0000000000000002").unwrap().unwrap();
    let before: Vec<_> = ["0000000000000001", "00000000000000aa"]
        .map(|d| r.device(d).unwrap())
        .into();
    drop(r);
    for _ in 0..2 {
        let r = place.open().unwrap();
        assert_eq!(
            ["0000000000000001", "00000000000000aa"]
                .map(|d| r.device(d).unwrap())
                .to_vec(),
            before
        );
        assert_eq!(r.device("0000000000000002"), None);
    }
}

#[test]
fn a_fault_of_the_file_names_file_position_and_id() {
    let place = place();
    let good = format!(
        r#"{{"device":"0000000000000001","bay":"{}","model":"box"}}"#,
        bay_id(0)
    );
    for (file, words) in [
        (good.clone(), "expected an array"),
        (
            format!("[{good},{good}]"),
            "devices[1] (id \"0000000000000001\"): duplicate id",
        ),
        (
            format!("[{good},{}]", good.replace("box", "bax")),
            "devices[1] (id \"0000000000000001\"): unknown model \"bax\"",
        ),
        (
            format!("[{}]", good.replace(&bay_id(0), "Q")),
            "devices[0] (id \"0000000000000001\"): unknown bay \"Q\"",
        ),
        (
            format!("[{},7]", good.replace("0000000000000001", "00")),
            "devices[1]: invalid type",
        ),
        (
            format!("[{}]", good.replace("\"bay\"", "\"bays\"")),
            "devices[0] (id \"0000000000000001\"): missing field `bay`",
        ),
        (format!("[{good},"), "line 1"),
    ] {
        place.put("devices.json", &file);
        let e = err(place.open());
        assert!(
            e.contains("devices.json") && e.contains(words),
            "{words} in {e}"
        );
    }
}

#[test]
fn a_bay_removed_at_run_time_does_not_keep_the_hub_from_starting() {
    let place = place();
    place.put(
        "devices.json",
        &format!(
            r#"[{{"device":"0000000000000001","bay":"{}","model":"box"}}]"#,
            bay_id(0)
        ),
    );
    let r = place.open().unwrap();
    r.put_devices(&[spec("0000000000000002", &bay_id(1))])
        .unwrap();
    r.remove_bays(&[bay_id(0), bay_id(1)]).unwrap();
    drop(r);
    let r = place.open().unwrap();
    assert!(r.device("0000000000000001").is_some() && r.device("0000000000000002").is_some());
    assert_eq!(r.bay(&r.device("0000000000000001").unwrap().bay), None);
}

#[test]
fn a_mapping_the_disk_refuses_is_not_seen() {
    let r = in_memory();
    *r.writer.lock().unwrap() = Some(ChangeLog::refusing());
    assert!(
        r.put_devices(&[spec("0000000000000001", &bay_id(0))])
            .is_err()
    );
    assert_eq!(r.device_count(), 0);
}

#[test]
fn a_mark_before_the_text_is_passed_over() {
    let text = "\u{feff}[{\"device\":\"0000000000000001\",\"bay\":\"Z-0\",\"model\":\"box\"}]";
    assert_eq!(parse_devices(text.as_bytes()).unwrap().len(), 1);
    let place = place();
    place.put("devices.json", text);
    assert!(place.open().unwrap().device("0000000000000001").is_some());
}

#[test]
fn a_device_is_named_as_its_network_or_platform_names_it_and_no_two_are_one_source() {
    let r = in_memory();
    let ids = [
        ("00-AB-00-00-00-00-00-07", "00ab000000000007"),
        ("00:ab:00:00:00:00:00:08", "00ab000000000008"),
        ("IMEI:864016059485616", "imei:864016059485616"),
        (
            "15080293/0123456789abcdef0123456789ABCDEF",
            "15080293/0123456789abcdef0123456789ABCDEF",
        ),
        ("aB3/bay.1:2", "aB3/bay.1:2"),
        ("imei@864016059485616", "imei@864016059485616"),
    ];
    let mut sources = std::collections::BTreeSet::new();
    for (given, kept) in ids {
        r.put_devices(&[spec(given, &bay_id(0))]).unwrap();
        let device = r.device(kept).expect(kept);
        let source = r.source_id(device.source).unwrap();
        assert!(crate::domain::id::is_valid(&source), "{source}");
        assert!(sources.insert(device.source), "{given}");
    }
    let long = format!("p/{}", "x".repeat(60));
    for bad in [
        "imei:86401605948561",
        "imei:86401605948561x",
        "IMEI/864016059485616",
        "/x",
        "x/",
        "a/b/c",
        "00-AB:00-00-00-00-00-07",
        "00-AB-00-00-00-00-00-0g",
        &long,
    ] {
        assert!(r.put_devices(&[spec(bad, &bay_id(0))]).is_err(), "{bad}");
    }
}

#[test]
fn how_a_state_is_told_is_kept_and_what_does_not_fit_the_model_is_refused() {
    let place = place();
    let given = r#"[{"device":"imei:864016059485616","bay":"Z-0","model":"decoded","state":"parking_state",
        "occupied":1,"vacant":[0,"frei",false]},
        {"device":"0000000000000002","bay":"Z-1","model":"ruler","occupied_below_mm":1800}]"#;
    let all = parse_devices(given.as_bytes()).unwrap();
    place.open().unwrap().put_devices(&all).unwrap();
    let r = place.open().unwrap();
    assert_eq!(
        r.devices_after("", 9),
        [all[1].clone(), all[0].clone()],
        "after a restart too"
    );
    let rule = r.device("imei:864016059485616").unwrap().rule.unwrap();
    assert_eq!(rule.occupied.0, [StateWord::Number(1)]);
    assert_eq!(
        r.device("0000000000000002")
            .unwrap()
            .rule
            .unwrap()
            .occupied_below_mm,
        Some(1800)
    );
    for (bad, words) in [
        (r#"{"model":"box","state":"x"}"#, "not box"),
        (r#"{"model":"box","vacant":[0]}"#, "not box"),
        (
            r#"{"model":"decoded","occupied_below_mm":9}"#,
            "measures no distance",
        ),
        (r#"{"model":"ruler"}"#, "occupied_below_mm"),
        (
            r#"{"model":"ruler","occupied_below_mm":0}"#,
            "occupied_below_mm",
        ),
        (r#"{"model":"decoded","state":""}"#, "state: "),
        (
            r#"{"model":"decoded","occupied":[1],"vacant":[0,1]}"#,
            "in both",
        ),
        (r#"{"model":"decoded","occupied":[1.5]}"#, "a whole number"),
        (
            r#"{"model":"decoded","occupied":{"a":1}}"#,
            "a whole number",
        ),
        (r#"{"model":"decoded","state":7}"#, "string"),
    ] {
        let mut device: serde_json::Value = serde_json::from_str(bad).unwrap();
        (device["device"], device["bay"]) = ("0000000000000009".into(), "Z-0".into());
        let said = parse_devices(device.to_string().as_bytes()).and_then(|all| r.put_devices(&all));
        let said = err(said);
        assert!(said.contains(words), "{bad}: {said}");
    }
}
