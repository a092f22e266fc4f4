//! data.gov.sg's `carpark-availability`: a row a car park and kind of lot, numbers as texts.
//!
//! Read by its own types and not as a tree: of two thousand car parks that is most of the cost.

use super::super::field::Field;
use super::super::gather::{CompiledFeed, GatheredRows};
use super::super::mapping::RowMembers;
use super::super::path::Path;
use super::super::text::no_json;
use super::Shape;
use crate::ingest::codec::Malformed;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;

pub(super) static SHAPE: Shape = Shape {
    name: "datagovsg",
    about: "data.gov.sg, carpark-availability",
    usual: r#"
[map]
zone = "carpark_number"
vacant = "lots_available"
capacity = "total_lots"
at = "update_datetime"
kind = { path = "lot_type", car = ["C", "L"], motorcycle = ["Y"], heavy = ["H"] }
"#,
    inside: &[],
    read,
};

#[derive(Deserialize)]
struct SgAnswer<'a> {
    #[serde(borrow)]
    items: Vec<AnswerItem<'a>>,
}

#[derive(Deserialize)]
struct AnswerItem<'a> {
    #[serde(borrow, default)]
    timestamp: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    carpark_data: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct CarPark<'a> {
    #[serde(borrow, default)]
    carpark_number: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    update_datetime: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    carpark_info: Vec<Lots<'a>>,
}

#[derive(Deserialize)]
#[allow(clippy::struct_field_names, reason = "as the feed calls them")]
struct Lots<'a> {
    #[serde(borrow, default)]
    lot_type: Option<Cow<'a, str>>,
    #[serde(default)]
    total_lots: Value,
    #[serde(default)]
    lots_available: Value,
}

struct LotsRow<'a> {
    answered_at: Option<&'a str>,
    car_park: &'a CarPark<'a>,
    lots: &'a Lots<'a>,
}

impl RowMembers for LotsRow<'_> {
    fn at(&self, path: &Path) -> Field<'_> {
        let text = match path.name() {
            Some("lots_available") => return Field::from(&self.lots.lots_available),
            Some("total_lots") => return Field::from(&self.lots.total_lots),
            Some("carpark_number") => &self.car_park.carpark_number,
            Some("update_datetime") => &self.car_park.update_datetime,
            Some("lot_type") => &self.lots.lot_type,
            _ => return Field::Missing,
        };
        text.as_deref().map_or(Field::Missing, Field::from)
    }

    fn in_answer(&self, path: &Path) -> Field<'_> {
        match (path.name(), self.answered_at) {
            (Some("timestamp"), Some(at)) => Field::from(at),
            _ => Field::Missing,
        }
    }

    fn json(&self, _: &Path) -> Option<&Value> {
        None
    }
}

fn read(feed: &CompiledFeed, text: &str, to: &mut GatheredRows) -> Result<(), Malformed> {
    let answer: SgAnswer<'_> = serde_json::from_str(text).map_err(|e| {
        if e.is_data() {
            Malformed("no list `items` with `carpark_data`, as data.gov.sg has it".into())
        } else {
            no_json(text, &e)
        }
    })?;
    for item in &answer.items {
        for raw in &item.carpark_data {
            let Ok(car_park) = serde_json::from_str::<CarPark<'_>>(raw.get()) else {
                let why =
                    "no car park: carpark_number, update_datetime and carpark_info are wanted";
                to.unreadable(why.into(), raw.get());
                continue;
            };
            for lots in &car_park.carpark_info {
                let row = LotsRow {
                    answered_at: item.timestamp.as_deref(),
                    car_park: &car_park,
                    lots,
                };
                feed.take(&row, || raw.get().into(), to);
            }
        }
    }
    Ok(())
}
