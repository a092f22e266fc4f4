//! Names that are dropped: as members, and as words behind every escape.

use super::*;

fn list(patterns: &[&str]) -> DropList {
    DropList::new(patterns, &["bay", "at"]).unwrap()
}

#[test]
fn a_name_is_compared_whole_but_for_its_stars_and_without_regard_to_case() {
    let usual = DropList::default();
    for name in [
        "plate",
        "PlateNo",
        " plate ",
        "frontImageUrl",
        "image",
        "mobile_no",
        "PHONE",
        "idCard",
    ] {
        assert!(usual.drops(name), "{name}");
    }
    for name in [
        "template",
        "licensePlate",
        "bay",
        "imag",
        "cellphone",
        "",
        "id",
    ] {
        assert!(!usual.drops(name), "{name}");
    }
    let ends = list(&["*plate", "vrn", "\u{8f66}\u{724c}*"]);
    for (name, wanted) in [
        ("licensePlate", true),
        ("plates", false),
        ("VRN", true),
        ("vrn2", false),
        ("\u{8f66}\u{724c}\u{53f7}", true),
    ] {
        assert_eq!(ends.drops(name), wanted, "{name}");
    }
}

#[test]
fn an_empty_list_drops_nothing() {
    let none = list(&[]);
    assert!(!none.drops("plate") && !none.may_hold(b"plate") && !none.mentions(b"plate=1"));
    assert_eq!(none.count(br#"{"plate":1}"#), 0);
}

#[test]
fn what_is_no_pattern_or_would_drop_what_is_read_is_refused_by_name() {
    let fault = |patterns: &[&str]| DropList::new(patterns, &["bay"]).unwrap_err().to_string();
    let long = "x".repeat(65);
    for bad in ["", "*", "**", "a*b", "a\"", "a/b", " a", "a\n", &long] {
        assert!(
            fault(&["plate", bad]).contains(&format!("{bad:?}")),
            "{bad}"
        );
    }
    for bad in ["bay", "B*", "*a*", "*ay"] {
        assert!(fault(&[bad]).contains("`bay`"), "{bad}");
    }
    assert!(fault(&["x"; 65]).contains("has 65 patterns"));
    assert!(
        DropList::new(&["x"; 64], &[]).is_ok() && DropList::new(&["x".repeat(64)], &[]).is_ok()
    );
}

#[test]
fn a_word_is_found_behind_every_escape() {
    let usual = DropList::default();
    for text in [
        "plate=ABC",
        "x&PLATE_NO=ABC",
        "license_plate: ABC",
        "pl%61te=ABC",
        "pl%2561te=ABC",
        r"pl\u0061te",
        r"{\\\u0022pl\\\u0061te\\\u0022:1}",
        r"x\nplate=ABC",
        "<pl&#97;te>",
        "<pl&#x61;te>",
        "p\0l\0a\0t\0e\0",
        r"p\late",
        "my-image.png",
        "abcimagedef",
    ] {
        assert!(usual.mentions(text.as_bytes()), "{text}");
    }
    for text in [
        "template",
        "licensePlate",
        "pl ate",
        "occupied",
        "100%",
        "&#",
        "\\u00",
        "",
    ] {
        assert!(!usual.mentions(text.as_bytes()), "{text}");
    }
    let cbor = b"\xa1eplatefABC123";
    assert!(
        usual.mentions(cbor),
        "no text, so nothing tells words apart"
    );
    let deep = format!("pl%{}61te", "25".repeat(9));
    assert!(usual.mentions(deep.as_bytes()), "nobody escapes so often");
}

#[test]
fn the_quick_look_misses_no_name_wherever_it_lies() {
    let lists = [
        DropList::default(),
        list(&["x", "zz", "vrn*", "\u{8f66}\u{724c}*"]),
    ];
    for list in &lists {
        for pattern in list.dropped.iter() {
            for before in (0..20).chain(BLOCK - 20..BLOCK + 20) {
                let mut text = vec![b'-'; before];
                text.extend(pattern.name.to_ascii_uppercase());
                assert!(list.may_hold(&text), "{before} {:?}", pattern.name);
            }
        }
        for before in BLOCK - 3..BLOCK + 3 {
            let text = format!("{}\\u0070late", "-".repeat(before));
            assert!(list.may_hold(text.as_bytes()));
        }
    }
    let plain = br#"{"at":"2026-11-23T02:00:00Z","bays":[{"bay":"TPY12-007","state":"occupied"}]}"#;
    assert!(!DropList::default().may_hold(plain));
}
