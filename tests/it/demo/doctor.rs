//! `bayhub doctor` on set-ups that are well and on such that are not: the page names what is bad,
//! the exit code says that something is, and nothing is changed.

use super::exits::config;
use super::hub::{Hub, bayhub};
use serde_json::Value;
use std::net::TcpListener;
use std::path::Path;

/// Exit code and page.
fn doctor(path: &Path, env: &[(&str, &str)]) -> (Option<i32>, String) {
    let out = bayhub(&["doctor", "--config"])
        .arg(path)
        .envs(env.iter().copied())
        .output()
        .expect("the hub's binary");
    let page = String::from_utf8_lossy(&out.stdout).into_owned();
    (out.status.code(), page)
}

/// A configuration with a data folder beside it, on ports that the system picks.
fn set_up(dir: &Path) -> std::path::PathBuf {
    let data = dir.join("data");
    config(
        dir,
        &format!(
            "[mqtt]\nlisten = \"127.0.0.1:0\"\n[data]\npath = \"{}\"\n",
            data.display()
        ),
    )
}

fn lines<'a>(page: &'a str, state: &str) -> Vec<&'a str> {
    page.lines().filter(|l| l.starts_with(state)).collect()
}

#[test]
fn a_good_set_up_is_well_before_and_after_its_first_run_and_is_left_as_it_was() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = set_up(dir.path());
    let (code, page) = doctor(&path, &[]);
    assert_eq!(code, Some(0), "{page}");
    assert!(
        page.contains("1 zones, 1 bays") && page.contains("none runs"),
        "{page}"
    );
    assert!(!dir.path().join("data").exists(), "it made the data folder");
    let hub = Hub::run(dir.path(), &path, Value::Null);
    let at = hub.http.trim_start_matches("http://").to_owned();
    let (code, page) = doctor(&path, &[("BAYHUB__HTTP__LISTEN", &at)]);
    assert_eq!(code, Some(0), "{page}");
    assert!(page.contains(&format!("ready at {at}")), "{page}");
    assert_eq!(hub.stop().code(), Some(0));
    let (code, page) = doctor(&path, &[]);
    assert_eq!(code, Some(0), "{page}");
    for said in [
        "well  journal",
        "a start replays 0 claims",
        "well  store        SQLite",
        "MiB free",
    ] {
        assert!(page.contains(said), "{said:?} is not in:\n{page}");
    }
}

#[test]
fn a_hub_that_does_not_answer_and_a_port_of_somebody_elses_are_bad() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = set_up(dir.path());
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let at = taken.local_addr().expect("an address").to_string();
    let (code, page) = doctor(&path, &[("BAYHUB__MQTT__LISTEN", &at)]);
    assert_eq!(code, Some(1), "{page}");
    let bad = lines(&page, "BAD");
    assert!(
        bad.len() == 1 && bad[0].contains("mqtt.listen") && bad[0].contains(&at),
        "{page}"
    );
    // It runs, but not where the configuration says.
    let hub = Hub::run(dir.path(), &path, Value::Null);
    let (code, page) = doctor(&path, &[]);
    assert_eq!(code, Some(1), "{page}");
    let bad = lines(&page, "BAD");
    assert!(
        bad.len() == 1 && bad[0].contains(&format!("process {}", hub.pid())),
        "{page}"
    );
}

#[test]
fn a_damaged_folder_and_a_file_that_is_no_database_are_bad() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = set_up(dir.path());
    let hub = Hub::run(dir.path(), &path, Value::Null);
    assert_eq!(hub.stop().code(), Some(0));
    let data = dir.path().join("data");
    let points = data.join("checkpoints");
    std::fs::create_dir_all(&points).expect("a folder");
    std::fs::write(points.join("checkpoint-000001a207a23281.bin"), "none").expect("a file");
    for name in ["bayhub.db", "bayhub.db-wal", "bayhub.db-shm"] {
        let _ = std::fs::remove_file(data.join(name));
    }
    std::fs::write(data.join("bayhub.db"), "no database at all ".repeat(100)).expect("a file");
    let (code, page) = doctor(&path, &[]);
    assert_eq!(code, Some(1), "{page}");
    let bad = lines(&page, "BAD").join("\n");
    assert!(
        bad.contains("BAD   journal") && bad.contains("BAD   store"),
        "{page}"
    );
    let held = std::fs::read_to_string(data.join("bayhub.db")).expect("a file");
    assert!(
        held.starts_with("no database"),
        "it changed what it looked at"
    );
}

#[test]
fn a_bad_configuration_a_bad_city_and_a_store_that_nobody_answers_for_are_bad() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = set_up(dir.path());
    let gone = TcpListener::bind("127.0.0.1:0").expect("a port");
    let gone = gone.local_addr().expect("an address").port();
    let url = format!("postgres://hub:hidden-word@127.0.0.1:{gone}/hub");
    let (code, page) = doctor(&path, &[("BAYHUB__STORE__URL", &url)]);
    assert_eq!(code, Some(1), "{page}");
    assert!(
        page.contains("BAD   store") && !page.contains("hidden-word"),
        "{page}"
    );
    std::fs::write(dir.path().join("bays.geojson"), "{}").expect("a file");
    let (code, page) = doctor(&path, &[]);
    assert_eq!(code, Some(1), "{page}");
    assert!(page.contains("BAD   city"), "{page}");
    std::fs::write(&path, "[jurnal]\n").expect("a file");
    let (code, page) = doctor(&path, &[]);
    assert_eq!(code, Some(1), "{page}");
    assert!(
        page.contains("BAD   config") && page.contains("jurnal"),
        "{page}"
    );
}
