//! Registries out of static files, read back.

use super::*;
use crate::ingest::connector::PRESETS;
use std::fmt::Write as _;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, text: &[u8]) -> PathBuf {
        let file = self.0.path().join(name);
        fs::write(&file, text).unwrap();
        file
    }

    fn options(&self, from: PathBuf) -> RegistryMake {
        RegistryMake {
            from,
            preset: None,
            mapping: None,
            capacities: None,
            capacities_preset: None,
            to: self.0.path().join("city"),
        }
    }

    fn city(&self) -> (Value, Value) {
        let read = |name: &str| {
            let text = fs::read(self.0.path().join("city").join(name)).unwrap();
            serde_json::from_slice(&text).unwrap()
        };
        (read("zones.geojson"), read("bays.geojson"))
    }
}

fn sample(name: &str) -> &'static [u8] {
    PRESETS.iter().find(|p| p.name == name).unwrap().sample
}

#[test]
fn car_parks_of_a_static_file_get_their_capacities_from_a_saved_answer() {
    let folder = Folder::new();
    let mut options = folder.options(folder.file("static.csv", sample("hdb-carparks")));
    options.preset = Some("hdb-carparks".into());
    options.capacities = Some(folder.file("live.json", sample("datagovsg")));
    options.capacities_preset = Some("datagovsg".into());
    registry_make(&options).unwrap();
    let (zones, bays) = folder.city();
    let first = &zones["features"][0]["properties"];
    assert_eq!(first["id"], "ZZ12");
    assert_eq!(first["max_height_cm"], 180);
    assert_eq!(first["operator"], "HDB");
    let second = &zones["features"][1];
    let both = json!({"car": 40, "motorcycle": 12});
    assert_eq!(second["properties"]["capacity_by_kind"], both);
    assert_eq!(second["properties"]["capacity"], 52);
    assert!(
        second["properties"].get("max_height_cm").is_none(),
        "0.00 is none"
    );
    let lon = second["geometry"]["coordinates"][0].as_f64().unwrap();
    assert!((103.8..103.9).contains(&lon), "{lon}");
    assert_eq!(bays["features"], json!([]));
    let again = registry_make(&options).unwrap_err().to_string();
    assert!(again.contains("is there already"), "{again}");
}

#[test]
fn what_the_two_files_do_not_have_of_each_other_is_said() {
    let folder = Folder::new();
    let live = folder.file("live.json", sample("datagovsg"));
    let rows = rows_of(&of_preset("datagovsg").unwrap(), &live).unwrap();
    let mut draft = CityDraft::default();
    draft.zones.insert("QQ99".to_owned(), DraftZone::default());
    draft.add_capacities(&rows);
    let notes = draft.notes(true).join("; ");
    assert!(
        notes.contains("no zones here: ZZ") && notes.contains("of 1 zones"),
        "{notes}"
    );
    assert!(CityDraft::default().notes(true).is_empty());
}

#[test]
fn bays_alone_make_their_zones_and_what_lies_far_away_is_left_out() {
    let folder = Folder::new();
    let mut table = "id,street,lat,lon\n".to_owned();
    for n in 0..20 {
        writeln!(table, "b{n},S{},48.1{n:02},9.2", n % 2).unwrap();
    }
    table += "swapped,S0,9.2,48.1\nnowhere,S0,,\n";
    let mut options = folder.options(folder.file("bays.csv", table.as_bytes()));
    let mapping = "shape = \"csv\"\n[map]\nbay = \"id\"\nzone = \"street\"\nplace = { lat = \"lat\", lon = \"lon\" }\n";
    options.mapping = Some(folder.file("mapping.toml", mapping.as_bytes()));
    registry_make(&options).unwrap();
    let (zones, bays) = folder.city();
    assert_eq!(bays["features"].as_array().unwrap().len(), 20);
    let zone = &zones["features"][0]["properties"];
    assert_eq!(
        (&zone["id"], &zone["capacity"], &zone["kind"]),
        (&json!("S0"), &json!(10), &json!("on_street"))
    );
}

#[test]
fn what_cannot_be_made_is_refused_and_nothing_is_written() {
    let folder = Folder::new();
    let mut options = folder.options(folder.file("a.csv", b"x,y\n1,2\n"));
    options.preset = Some("hdb-carparks".into());
    let said = registry_make(&options).unwrap_err().to_string();
    assert!(said.contains("no column is called"), "{said}");
    options.from = folder.file("b.csv", b"car_park_no,x_coord,y_coord\nA,far,away\n");
    let said = registry_make(&options).unwrap_err().to_string();
    assert!(
        said.contains("no zone or bay with a place") && said.contains("place: x"),
        "{said}"
    );
    options.preset = Some("hdb-carpark".into());
    let said = registry_make(&options).unwrap_err().to_string();
    assert!(said.contains("did you mean hdb-carparks?"), "{said}");
    assert!(!folder.0.path().join("city").exists());
}

#[test]
fn the_whole_of_singapore_is_made_where_the_files_are_there() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    let from = Path::new(data).join("hdb-carpark-information.csv");
    if !from.exists() {
        return;
    }
    let folder = Folder::new();
    let mut options = folder.options(from);
    options.preset = Some("hdb-carparks".into());
    options.capacities = Some(Path::new(data).join("sg_carpark_availability.jsonl"));
    options.capacities_preset = Some("datagovsg".into());
    registry_make(&options).unwrap();
    let (zones, _) = folder.city();
    let zones = zones["features"].as_array().unwrap();
    let sized = zones
        .iter()
        .filter(|zone| zone["properties"]["capacity"].is_u64())
        .count();
    assert!(
        zones.len() > 2100 && sized > 1700,
        "{} zones, {sized} sized",
        zones.len()
    );
}
