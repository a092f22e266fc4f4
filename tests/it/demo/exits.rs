//! How the command ends: 0 after a clean stop, 2 for a configuration that is wrong, 3 for an
//! address it cannot have, 70 for a data folder of which something is missing.

use super::hub::{Hub, bayhub, wait};
use rustix::process::{Pid, Signal, kill_process};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// Runs to its end: exit code and stderr.
pub(super) fn end_of(args: &[&str], env: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut child = bayhub(args)
        .envs(env.iter().copied())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the hub's binary");
    if wait(&mut child, Duration::from_mins(1)).is_none() {
        // Kill first: the pipe ends with the process.
        child.kill().expect("it runs");
    }
    let output = child.wait_with_output().expect("its output");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// A configuration file beside a small registry it refers to.
pub(super) fn config(dir: &Path, more: &str) -> PathBuf {
    let zone = r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[103.8563,1.3343]},
        "properties":{"id":"TPY12","name":"Toa Payoh 12","kind":"off_street","operator":"HDB","capacity":2}}"#;
    let bay = r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[103.8563,1.3343]},
        "properties":{"id":"TPY12-001","zone":"TPY12","kind":"car"}}"#;
    for (name, feature) in [("zones.geojson", zone), ("bays.geojson", bay)] {
        let text = format!(r#"{{"type":"FeatureCollection","features":[{feature}]}}"#);
        std::fs::write(dir.join(name), text).expect("a file");
    }
    let path = dir.join("bayhub.toml");
    let text = format!(
        "[registry]\npath = {:?}\n\n[http]\nlisten = \"127.0.0.1:0\"\n{more}",
        dir.to_string_lossy()
    );
    std::fs::write(&path, text).expect("a file");
    path
}

fn check_config(path: &Path, env: &[(&str, &str)]) -> (Option<i32>, String) {
    end_of(&["check-config", "--config", &path.to_string_lossy()], env)
}

#[tokio::test]
async fn sigterm_stops_a_busy_hub_with_0() {
    let hub = Hub::start(&["--bays", "500"]);
    assert_eq!(hub.stop().code(), Some(0));
}

#[tokio::test]
async fn sighup_leaves_a_hub_without_certificates_alone_and_a_probe_finds_it_well() {
    let hub = Hub::start(&["--bays", "50", "--no-sim"]);
    let dir = tempfile::tempdir().expect("a folder");
    let at = hub.http.trim_start_matches("http://").to_owned();
    let path = config(dir.path(), "");
    let path = path.to_string_lossy();
    let probe = |more: &[&str]| {
        let args = ["probe", "--config", &path, "--http", &at];
        end_of(&[&args[..], more].concat(), &[])
    };
    kill_process(Pid::from_raw(hub.pid() as i32).expect("a pid"), Signal::HUP).expect("it runs");
    for more in [&[][..], &["--ready"]] {
        let (code, stderr) = probe(more);
        assert_eq!(code, Some(0), "{more:?}: {stderr}");
    }
    assert_eq!(hub.stop().code(), Some(0));
    let (code, stderr) = probe(&[]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("nobody answers"), "{stderr}");
}

#[test]
fn a_taken_port_ends_with_3_and_says_which() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    for (door, other) in [("--http", "--mqtt"), ("--mqtt", "--http")] {
        let dir = tempfile::tempdir().expect("a folder");
        let data = dir.path().to_string_lossy();
        let common = [
            "demo",
            "--bays",
            "10",
            "--no-sim",
            "--data",
            &data,
            other,
            "127.0.0.1:0",
        ];
        let (code, stderr) = end_of(&[&common[..], &[door, &address]].concat(), &[]);
        assert_eq!(code, Some(3), "{door}: {stderr}");
        assert!(stderr.contains(&address), "{door}: {stderr}");
    }
}

#[test]
fn a_good_configuration_passes_the_check() {
    let dir = tempfile::tempdir().expect("a folder");
    let (code, stderr) = check_config(&config(dir.path(), ""), &[]);
    assert_eq!(code, Some(0), "{stderr}");
}

#[test]
fn an_unknown_key_ends_with_2_and_names_the_nearest_known_one() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = config(dir.path(), "lisen = \"127.0.0.1:0\"\n");
    for command in ["check-config", "run"] {
        let (code, stderr) = end_of(&[command, "--config", &path.to_string_lossy()], &[]);
        assert_eq!(code, Some(2), "{command}: {stderr}");
        assert!(
            stderr.contains("lisen") && stderr.contains("listen"),
            "{command}: {stderr}"
        );
    }
}

#[test]
fn an_unknown_section_ends_with_2_and_names_the_nearest_known_one() {
    let dir = tempfile::tempdir().expect("a folder");
    let (code, stderr) = check_config(&config(dir.path(), "[jurnal]\n"), &[]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("jurnal") && stderr.contains("journal"),
        "{stderr}"
    );
}

#[test]
fn a_value_of_the_wrong_type_ends_with_2_and_names_the_key() {
    let dir = tempfile::tempdir().expect("a folder");
    let (code, stderr) = check_config(
        &config(dir.path(), ""),
        &[("BAYHUB__HTTP__LISTEN", "nowhere at all")],
    );
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("listen"), "{stderr}");
}

#[test]
fn a_file_that_is_no_toml_or_not_there_ends_with_2_and_names_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = config(dir.path(), "this is no TOML");
    for path in [path, dir.path().join("absent.toml")] {
        let (code, stderr) = check_config(&path, &[]);
        assert_eq!(code, Some(2), "{stderr}");
        let name = path.file_name().expect("a name").to_string_lossy();
        assert!(stderr.contains(&*name), "{name} is not in: {stderr}");
    }
}

#[test]
fn a_check_of_forecasts_that_judges_nothing_ends_with_2() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(dir.path().join("history")).expect("a folder");
    let data = dir.path().to_string_lossy();
    let check = ["forecast", "check", "--data", &*data];
    let turned = [
        "--from",
        "2026-11-02T00:00:00Z",
        "--to",
        "2026-11-01T00:00:00Z",
    ];
    let (code, said) = end_of(&[&check[..], &turned].concat(), &[]);
    assert_eq!((code, said.contains("--from")), (Some(2), true), "{said}");
    let (code, said) = end_of(&check, &[]);
    assert_eq!((code, said.contains("no hour")), (Some(2), true), "{said}");
}

#[test]
fn a_missing_file_ends_with_70_and_its_name_and_an_accepted_loss_is_told_until_acknowledged() {
    let dir = tempfile::tempdir().expect("a folder");
    let args = ["--bays", "60", "--no-sim"];
    let hub = Hub::start_in(dir.path(), &args);
    let data = hub.data().to_owned();
    assert_eq!(hub.stop().code(), Some(0));
    std::fs::remove_file(data.join("registry/identities")).expect("it is there");
    let text = data.to_string_lossy();
    let demo = [
        "demo",
        "--http",
        "127.0.0.1:0",
        "--mqtt",
        "127.0.0.1:0",
        "--no-sim",
        "--data",
        &text,
    ];
    let (code, stderr) = end_of(&demo, &[]);
    assert_eq!(code, Some(70), "{stderr}");
    assert!(
        stderr.contains("registry/identities is missing")
            && stderr.contains("--accept-loss registry"),
        "{stderr}"
    );
    let (code, stderr) = end_of(&[&demo[..], &["--accept-loss", "everything"]].concat(), &[]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("registry, store"), "{stderr}");

    let hub = Hub::start_in(
        dir.path(),
        &["--no-sim", "--accept-loss", "journal,registry"],
    );
    assert!(
        hub.log().contains("goes on without what is lost"),
        "{}",
        hub.log()
    );
    assert_eq!(hub.stop().code(), Some(0));
}
