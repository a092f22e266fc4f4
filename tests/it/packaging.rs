//! What an operator installs is true: the sample configuration and city pass `check-config`, every
//! asset of the Debian package and every file that the image copies is there, and unit and image
//! keep what they promise.
//!
//! Building the image and the package is CI's (`.ci/package`), where the tools are; this holds
//! without them.

use crate::demo::bayhub;
use crate::tidy::root;
use std::path::Path;
use std::process::{Command, Output};

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// `check-config` of the sample, on its city as it lies here.
fn check_sample(env: &[(&str, &str)]) -> Output {
    bayhub(&["check-config", "--config", "packaging/bayhub.toml"])
        .current_dir(root())
        .env("BAYHUB__REGISTRY__PATH", "packaging/city")
        .envs(env.iter().copied())
        .output()
        .expect("the hub's binary")
}

#[test]
fn the_sample_passes_the_check_and_is_told_to_change_its_key() {
    let out = check_sample(&[]);
    let said = String::from_utf8_lossy(&out.stdout);
    let log = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(0), "{log}");
    assert_eq!(said.trim(), "ok: 3 zones, 21 bays, 0 devices, 1 keys");
    assert!(
        log.contains("\"sample-lamps\" has the sha256 of an example"),
        "{log}"
    );
    assert!(!log.contains("is plain"), "{log}");
}

#[test]
fn a_plain_listener_that_others_reach_is_warned_of_and_passes() {
    let out = check_sample(&[("BAYHUB__HTTP__LISTEN", "0.0.0.0:8080")]);
    let log = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(0), "{log}");
    assert!(log.contains("http.listen: 0.0.0.0:8080 is plain"), "{log}");
}

#[test]
fn the_front_pages_name_the_least_rust_that_cargo_takes() {
    let manifest: toml::Table = read("Cargo.toml").parse().expect("TOML");
    let least = manifest["package"]["rust-version"]
        .as_str()
        .expect("a version");
    for page in ["README.md", "README.zh.md"] {
        assert!(
            read(page).contains(&format!("Rust {least} ")),
            "{page}: {least}"
        );
    }
}

#[test]
fn every_asset_of_the_debian_package_is_there_and_its_configuration_is_kept() {
    let manifest: toml::Table = read("Cargo.toml").parse().expect("TOML");
    let deb = &manifest["package"]["metadata"]["deb"];
    let mut installed = Vec::new();
    for asset in deb["assets"].as_array().expect("assets") {
        let part = |at: usize| asset[at].as_str().expect("a text");
        let from = part(0);
        let to = part(1);
        let built = from.starts_with("target/release/");
        assert!(built || root().join(from).is_file(), "{from} is not there");
        let name = Path::new(from)
            .file_name()
            .expect("a name")
            .to_string_lossy();
        installed.push(format!("/{to}{name}"));
    }
    let kept: Vec<_> = deb["conf-files"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    for path in &kept {
        let path = path.as_str().expect("a path");
        assert!(installed.iter().any(|i| i == path), "{path} is no asset");
    }
    let of_etc = installed.iter().filter(|i| i.starts_with("/etc/")).count();
    assert_eq!(of_etc, kept.len(), "what lies in /etc is the operator's");
    let unit = deb["systemd-units"]["unit-scripts"]
        .as_str()
        .expect("a folder");
    assert!(root().join(unit).join("bayhub.service").is_file());
    for script in ["postinst", "postrm"] {
        let path = format!("packaging/debian/{script}");
        let text = read(&path);
        assert!(
            text.contains("#DEBHELPER#") && text.contains("set -e"),
            "{path}"
        );
        let parsed = Command::new("sh")
            .arg("-n")
            .arg(root().join(&path))
            .status();
        assert!(parsed.expect("sh").success(), "{path}");
    }
}

/// The instructions of a Dockerfile, continued lines joined.
fn instructions(text: &str) -> Vec<(String, String)> {
    let whole = text.replace("\\\n", " ");
    let lines = whole.lines().map(str::trim);
    lines
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .filter_map(|l| l.split_once(' '))
        .map(|(name, rest)| (name.to_owned(), rest.trim().to_owned()))
        .collect()
}

/// What is wrong with an image's recipe.
fn faults_of(text: &str) -> Vec<String> {
    let all = instructions(text);
    let of = |name: &str| -> Vec<&str> {
        let named = all.iter().filter(|(n, _)| n == name);
        named.map(|(_, rest)| rest.as_str()).collect()
    };
    let mut faults = Vec::new();
    if of("FROM").len() < 2 {
        faults.push("builds in the image that is shipped".to_owned());
    }
    for from in of("FROM") {
        let image = from.split_whitespace().next().unwrap_or_default();
        if !image.contains(':') || image.ends_with(":latest") {
            faults.push(format!("{image} is not pinned by a tag"));
        }
    }
    match of("USER").last() {
        Some(user) if !user.starts_with('0') && !user.starts_with("root") => {}
        _ => faults.push("runs as root".to_owned()),
    }
    for (name, least) in [("HEALTHCHECK", 1), ("VOLUME", 1), ("ENTRYPOINT", 1)] {
        if of(name).len() < least {
            faults.push(format!("has no {name}"));
        }
    }
    for copy in of("COPY").into_iter().filter(|c| !c.starts_with("--from")) {
        let mut paths: Vec<_> = copy.split_whitespace().collect();
        paths.pop();
        for path in paths.into_iter().filter(|p| !root().join(p).exists()) {
            faults.push(format!("copies {path}, which is not there"));
        }
    }
    faults
}

#[test]
fn the_image_has_a_user_a_volume_a_check_of_its_health_and_pinned_bases() {
    assert_eq!(
        faults_of(&read("packaging/Dockerfile")),
        Vec::<String>::new()
    );
}

#[test]
fn an_image_that_breaks_each_of_these_is_caught() {
    let bad = "FROM debian\nCOPY gone.toml /x\nUSER root\n";
    let faults = faults_of(bad).join("\n");
    for part in [
        "builds in",
        "debian is not pinned",
        "as root",
        "HEALTHCHECK",
        "VOLUME",
        "gone.toml",
    ] {
        assert!(faults.contains(part), "{part} is not in {faults}");
    }
}

#[test]
fn what_the_image_is_built_from_is_a_package_that_cargo_reads() {
    let dir = tempfile::tempdir().expect("a folder");
    let ignore = read(".dockerignore");
    let let_in: Vec<_> = ignore.lines().filter_map(|l| l.strip_prefix('!')).collect();
    assert!(
        ignore.lines().any(|l| l == "*") && let_in.len() > 4,
        "{ignore}"
    );
    for name in &let_in {
        assert!(root().join(name).exists(), "{name} is not there");
        std::os::unix::fs::symlink(root().join(name), dir.path().join(name)).expect("a link");
    }
    let out = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(dir.path())
        .output()
        .expect("cargo");
    assert!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    // What the sources have built in lies in what is let in.
    for path in [
        "dashboards/web",
        "src",
        "packaging/city",
        "docs",
        "CHANGELOG.md",
    ] {
        let top = path.split('/').next().expect("a part");
        assert!(let_in.contains(&top), "{path}");
    }
}

#[test]
fn the_unit_is_hardened_and_gives_a_stop_and_the_crowd_what_they_need() {
    let unit = read("packaging/bayhub.service");
    let value = |key: &str| {
        let line = unit
            .lines()
            .find_map(|l| l.strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("{key} is not in the unit"))
            .to_owned()
    };
    let number = |key: &str| value(key).parse::<u64>().expect("a number");
    for (key, want) in [
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ReadWritePaths", "/var/lib/bayhub"),
        ("User", "bayhub"),
        ("CapabilityBoundingSet", ""),
        ("Restart", "on-failure"),
        ("ExecReload", "/bin/kill -HUP $MAINPID"),
    ] {
        assert_eq!(value(key), want, "{key}");
    }
    assert!(number("TimeoutStopSec") > 15, "a clean stop has 15 s");
    // The defaults of both doors, and the hub's own.
    assert!(number("LimitNOFILE") > 16_000 + 20_000 + 512);
}
