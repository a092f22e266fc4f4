//! What is counted is told by its name.

use super::*;
use crate::domain::{Door, Reason};

#[test]
fn refusals_are_counted_by_door_and_reason() {
    let m = Metrics::new();
    m.refuse(Door::Mqtt, Reason::UnknownBay);
    let text = String::from_utf8(m.render()).unwrap();
    assert!(
        text.contains(r#"bayhub_reports_refused_total{door="mqtt",reason="unknown_bay"} 1"#),
        "{text}"
    );
}
