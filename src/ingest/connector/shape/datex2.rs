//! DATEX II parking: v2.3 (`ParkingStatusPublication`, the older `parkingFacilityStatus`, and their
//! tables), v3 as it is published in light profiles, and v3.6.
//!
//! A record is laid flat: the text of each leaf by its element's name, that nearest to the record if
//! there are several; `id` is its own or its reference's. Namespaces are not looked at. Promises:
//! no entity is expanded, a document with a DOCTYPE is not read; depth, members and texts are bounded.

use super::super::gather::{CompiledFeed, GatheredRows};
use super::Shape;
use super::json::JsonRow;
use crate::ingest::codec::Malformed;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

pub(super) static SHAPE: Shape = Shape {
    name: "datex2",
    about: "DATEX II parking status and tables, v2.3 and v3",
    usual: r#"
[map]
zone = "id"
vacant = ["parkingNumberOfVacantSpaces", "totalNumberOfVacantParkingSpaces", "numberOfVacantSpaces",
    "parkingFacilityVacantSpaces"]
occupied = ["parkingNumberOfOccupiedSpaces", "totalNumberOfOccupiedParkingSpaces",
    "numberOfOccupiedSpaces"]
capacity = ["parkingNumberOfSpacesOverride", "totalParkingCapacityOverride", "numberOfSpacesOverride",
    "parkingNumberOfSpaces", "totalParkingCapacity", "spacesTotal", "quantity"]
name = ["parkingName", "parkingFacilityName", "name"]
place = { lat = "latitude", lon = "longitude" }

[map.at]
path = ["parkingStatusOriginTime", "parkingFacilityStatusTime", "statusTime", "lastUpdated",
    "publicationTime"]
or = "now"

[map.state]
path = ["parkingSiteOpeningStatus", "openingStatus", "parkingFacilityStatus", "parkingSiteStatus"]
closed = ["closed", "closedAbnormal", "carParkClosed", "temporarilyClosed", "permanentlyClosed"]
unknown = ["unknown", "statusUnknown", "unknownStatus"]
"#,
    inside: &[],
    read,
};

/// Elements that say how a place is now.
const STATUSES: [&str; 4] = [
    "parkingRecordStatus",
    "parkingFacilityStatus",
    "parkingStatusInformation",
    "parkingSpaceStatus",
];

/// Elements that say what a place is.
const PLACES: [&str; 3] = [
    "parkingRecord",
    "parkingFacility",
    "hierarchyElementGeneral",
];

const DEEPEST: usize = 64;
const MOST_MEMBERS: usize = 500;
const LONGEST_TEXT: usize = 64 * 1024;

fn read(feed: &CompiledFeed, text: &str, to: &mut GatheredRows) -> Result<(), Malformed> {
    if !text.trim_start().starts_with('<') {
        return Err(Malformed("not XML".into()));
    }
    let mut xml = quick_xml::Reader::from_str(text);
    xml.config_mut().expand_empty_elements = true;
    let mut walk = Walk::default();
    let cut = |e: quick_xml::Error, at: u64| Malformed(format!("not XML from byte {at} on: {e}"));
    loop {
        let at = xml.buffer_position();
        match xml.read_event().map_err(|e| cut(e, at))? {
            Event::Start(start) => walk.open(&start)?,
            Event::Text(text) => walk.text(&text.xml10_content()),
            Event::CData(text) => walk.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let own = reference.resolve_char_ref().ok().flatten();
                let own = own.or(match &*reference.xml10_content() {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => None,
                });
                walk.text(own.unwrap_or('\u{fffd}').encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => {
                return Err(Malformed("a DOCTYPE: such documents are not read".into()));
            }
            Event::End(_) => walk.close(feed, to),
            Event::Eof => break,
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    if walk.stack.is_empty() && walk.elements > 0 {
        Ok(())
    } else {
        Err(Malformed("not XML: it is cut off".into()))
    }
}

/// An element that is open.
struct OpenElement {
    name: String,
    text: String,
    has_children: bool,
}

/// A record that is open.
struct OpenRecord {
    /// How many elements are around it.
    depth: usize,
    is_static: bool,
    members: Map<String, Value>,
    /// How deep each of them was.
    depths: Map<String, Value>,
}

#[derive(Default)]
struct Walk {
    stack: Vec<OpenElement>,
    record: Option<OpenRecord>,
    elements: u64,
    published_at: Option<String>,
}

impl Walk {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Malformed> {
        if self.stack.len() >= DEEPEST {
            return Err(Malformed(format!(
                "elements in elements, more than {DEEPEST} deep"
            )));
        }
        self.elements += 1;
        let local = start.local_name();
        let name = local.as_ref().to_owned();
        if let Some(parent) = self.stack.last_mut() {
            parent.has_children = true;
        }
        let is_static = PLACES.contains(&name.as_str());
        if self.record.is_none() && (is_static || STATUSES.contains(&name.as_str())) {
            self.record = Some(OpenRecord {
                depth: self.stack.len(),
                is_static,
                members: Map::new(),
                depths: Map::new(),
            });
        }
        let depth = self.stack.len();
        if let Some(record) = &mut self.record {
            let names_it = record.depth == depth || name.to_lowercase().ends_with("reference");
            if let Some(id) = attribute(start, "id").filter(|_| names_it) {
                record.put("id", id, depth);
            }
        }
        self.stack.push(OpenElement {
            name,
            text: String::new(),
            has_children: false,
        });
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(open) = self.stack.last_mut()
            && open.text.len() + text.len() <= LONGEST_TEXT
        {
            open.text.push_str(text);
        }
    }

    fn close(&mut self, feed: &CompiledFeed, to: &mut GatheredRows) {
        let Some(open) = self.stack.pop() else { return };
        let depth = self.stack.len();
        let text = open.text.trim();
        let is_leaf = !open.has_children && !text.is_empty();
        let Some(record) = &mut self.record else {
            if is_leaf && open.name == "publicationTime" {
                self.published_at = Some(text.to_owned());
            }
            return;
        };
        if is_leaf {
            // A name in several languages: the element around `values` is what is named.
            let named = depth.checked_sub(2).filter(|_| open.name == "value");
            let name = named.map_or(&*open.name, |at| &*self.stack[at].name);
            record.put(name, text.to_owned(), depth);
        }
        if depth == record.depth
            && let Some(record) = self.record.take()
        {
            let mut members = record.members;
            if let Some(at) = &self.published_at {
                members
                    .entry("publicationTime")
                    .or_insert_with(|| at.clone().into());
            }
            let row = Value::Object(members);
            let member = JsonRow {
                row: &row,
                answer: &Value::Null,
            };
            feed.take_as(&member, record.is_static, || row.to_string().into(), to);
        }
    }
}

impl OpenRecord {
    fn put(&mut self, name: &str, text: String, depth: usize) {
        if self.members.len() >= MOST_MEMBERS {
            return;
        }
        let before = self.depths.get(name).and_then(Value::as_u64);
        if before.is_none_or(|before| depth < before as usize) {
            self.depths.insert(name.into(), (depth as u64).into());
            self.members.insert(name.into(), text.into());
        }
    }
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start.try_get_attribute(name).ok().flatten()?;
    Some(found.value.into_owned())
}
