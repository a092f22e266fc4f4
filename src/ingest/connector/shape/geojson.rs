//! GeoJSON as WFS and ArcGIS (`f=geojson`) give it: a row a feature, plain names in `properties`.

use super::{Shape, json};

pub(super) static SHAPE: Shape = Shape {
    name: "geojson",
    about: "GeoJSON, as of WFS and ArcGIS",
    usual: r#"
rows = "$.features[*]"

[map]
place = { geometry = "$.geometry" }
"#,
    inside: &["properties"],
    read: json::read,
};
