//! Ids of the sandbox in the city, and the city's in the sandbox: refused, as files and as changes.

use super::tests::{bay, zone};
use super::tests_files::CityFolder;
use super::*;

fn err<T>(r: Result<T, RegistryError>) -> String {
    r.err().expect("an error").0
}

#[test]
fn ids_of_the_sandbox_are_refused_in_the_city_and_others_in_the_sandbox() {
    let zones = [zone("sbx-a", 1.3, 103.8), zone("b", 1.3, 103.8)];
    let bays = [bay("sbx-1", "b", 1.3, 103.8), bay("1", "b", 1.3, 103.8)];
    let theirs = "ids that begin with sbx- are the sandbox's";
    let said = err(CityFolder::new(&zones, &[]).open());
    assert!(
        said.ends_with(&format!("(id \"sbx-a\"): {theirs}")),
        "{said}"
    );
    let said = err(CityFolder::new(&zones[1..], &bays).open());
    assert!(
        said.ends_with(&format!("(id \"sbx-1\"): {theirs}")),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    let reading = Reading {
        realm: Realm::Sandbox,
        ..Reading::default()
    };
    let said = err(CityFolder::new(&zones, &[]).open_as(reading));
    let ours = "(id \"b\"): ids of the sandbox begin with sbx-";
    assert!(said.ends_with(ours), "{said}");

    let r = CityFolder::new(&zones[1..], &bays[1..]).open().unwrap();
    assert!(err(r.put_zones(vec![zones[0].clone()])).contains(theirs));
    assert!(err(r.put_bays(vec![bays[0].clone()])).contains(theirs));
    assert!(r.zone("sbx-a").is_none() && r.bay("sbx-1").is_none());
}
