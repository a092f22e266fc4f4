//! What is private and outside a key's area: refused as what is not there, so that ids tell nothing.

use super::*;
use crate::domain::ZoneKind;

#[test]
fn a_private_bay_outside_the_area_is_refused_as_one_that_is_not_there() {
    let town = testing::town().zone("P").kind(ZoneKind::Private);
    let town = town.capacity(10).bay("P-1").build();
    let b = bench_in(town, Config::default());
    b.speaker.remit.change(Remit {
        area: part(),
        ..Remit::default()
    });
    let said = |topic: &str, payload: &str, id: &str| {
        let out = b.take(named(topic), payload);
        let refusal = &out.refusals[0];
        (refusal.reason, refusal.detail.replace(id, "ID"))
    };
    let bay = |id: &str| {
        said(
            "report",
            &format!(r#"{{"bay":"{id}","state":"vacant"}}"#),
            id,
        )
    };
    assert_eq!(bay("P-1"), bay("P-9"));
    assert_eq!(bay("P-1").0, Reason::UnknownBay);
    let count = |id: &str| {
        let payload = format!(r#"{{"zone":"{id}","vacant":1,"capacity":10}}"#);
        said("count", &payload, id)
    };
    assert_eq!(count("P"), count("Q"));
    assert_eq!(count("P").0, Reason::UnknownZone);
}
