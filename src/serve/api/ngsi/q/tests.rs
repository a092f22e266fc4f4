//! What `q` means, and what is refused of it.

use super::*;
use crate::serve::api::ngsi::terms::EntityKind;

fn lot() -> NgsiEntity<'static> {
    NgsiEntity {
        kind: EntityKind::OffStreet,
        name: "HE12".into(),
        attrs: vec![
            (Term::Name, TermValue::Text("Hougang; \"east\"".into())),
            (Term::AvailableSpotNumber, TermValue::Number(7.0)),
            (Term::Occupancy, TermValue::Number(0.5)),
            (Term::Status, TermValue::Words(vec!["open", "full"])),
            (
                Term::ObservationDateTime,
                TermValue::Time(Millis::parse("2026-11-23T02:00:00Z").unwrap()),
            ),
            (
                Term::RefParkingSite,
                TermValue::Ref(EntityKind::OnStreet, "A"),
            ),
        ],
        observed_at: Millis::NEVER,
    }
}

#[test]
fn tests_are_joined_and_grouped_as_the_standard_says() {
    for (q, want) in [
        ("availableSpotNumber>0", true),
        ("availableSpotNumber>=7;availableSpotNumber<=7", true),
        ("availableSpotNumber==7.0", true),
        ("availableSpotNumber!=7", false),
        ("availableSpotNumber<7", false),
        ("availableSpotNumber==\"7\"", false),
        ("availableSpotNumber!=\"7\"", true),
        ("availableSpotNumber==1,7", true),
        ("availableSpotNumber==5..9", true),
        ("availableSpotNumber!=5..9", false),
        ("availableSpotNumber==5.5..6.5", false),
        ("occupancy==0.5", true),
        ("status==\"full\"", true),
        ("status!=\"full\"", false),
        ("status!=\"closed\"", true),
        ("status", true),
        ("totalSpotNumber", false),
        ("totalSpotNumber!=5", false),
        ("name==\"Hougang; \\\"east\\\"\"", true),
        ("observationDateTime>2026-11-23T01:00:00Z", true),
        ("observationDateTime<\"2026-11-23T01:00:00Z\"", false),
        ("refParkingSite==urn:ngsi-ld:OnStreetParking:A", true),
        (
            "https://smartdatamodels.org/dataModel.Parking/availableSpotNumber==7",
            true,
        ),
        // A conjunction binds closer.
        ("status|totalSpotNumber;totalSpotNumber", true),
        ("(status|totalSpotNumber);totalSpotNumber", false),
        ("((status))", true),
        ("availableSpotNumber>0;status==\"free\"", false),
    ] {
        let query = AttrQuery::parse(q).unwrap();
        assert_eq!(query.holds(&lot()), want, "{q}");
    }
}

#[test]
fn what_is_not_understood_is_refused_and_never_ignored() {
    for (q, says) in [
        ("", "name of an attribute"),
        ("availableSpots>0", "no attribute \"availableSpots\""),
        ("availableSpotNumber>", "was expected at its end"),
        ("availableSpotNumber=7", "; or |"),
        ("availableSpotNumber>>7", "was expected"),
        ("availableSpotNumber>0;", "name of an attribute"),
        ("status==free", "text in quotes"),
        ("status==\"free", "text in quotes"),
        ("status~=\"f.*\"", "patterns"),
        ("status!~=\"f.*\"", "patterns"),
        ("(status", ") was expected"),
        ("status)", "; or |"),
        ("status.observedAt>1", "parts of attributes"),
        ("status[x]==1", "parts of attributes"),
        ("availableSpotNumber>1,2", "lists"),
        ("availableSpotNumber>1..2", "ranges"),
        ("availableSpotNumber==inf", "was expected"),
        ("availableSpotNumber==1e999", "was expected"),
        ("status&&name", "no attribute"),
    ] {
        let e = AttrQuery::parse(q).unwrap_err();
        assert!(e.contains(says), "{q}: {e}");
    }
}

#[test]
fn a_question_has_bounds() {
    let deep = format!("{}status{}", "(".repeat(9), ")".repeat(9));
    assert!(AttrQuery::parse(&deep).unwrap_err().contains("too many"));
    let level = format!("{}status{}", "(".repeat(8), ")".repeat(8));
    assert!(AttrQuery::parse(&level).is_ok());
    let many = vec!["status"; 33].join(";");
    assert!(AttrQuery::parse(&many).unwrap_err().contains("at most 32"));
    assert!(AttrQuery::parse(&"x".repeat(3_000)).is_err());
}
