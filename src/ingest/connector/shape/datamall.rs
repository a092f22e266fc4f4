//! LTA DataMall's `CarParkAvailabilityv2`: JSON in pages of 500, a row a car park and kind of lot.
//!
//! No row has a time: it is of when it was fetched.

use super::{Shape, json};

pub(super) static SHAPE: Shape = Shape {
    name: "datamall",
    about: "LTA DataMall, CarParkAvailabilityv2",
    usual: r#"
rows = "$.value[*]"
page = { param = "$skip", step = 500, until = "empty" }

[map]
zone = "CarParkID"
vacant = "AvailableLots"
kind = { path = "LotType", car = ["C", "L"], motorcycle = ["Y"], heavy = ["H"] }
name = "Development"
address = "Area"
operator = "Agency"
place = { text = "Location", order = "lat lon" }
"#,
    inside: &[],
    read: json::read,
};
