//! `docs/quickstart.md` runs as it stands: each block that begins with `run:` is run against a demo, in the
//! shell, Python or Node, in its order, and says something.

use super::hub::Hub;
use super::mqtt::missing;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const QUICKSTART: &str = include_str!("../../../docs/quickstart.md");

/// What of Node's own types the blocks need; a project has them from `@types/node`.
const OF_NODE: &str = r#"
declare const process: { env: Record<string, string | undefined> };
type Bytes = Uint8Array & { toString(encoding?: string): string };
declare const Buffer: {
  concat(pieces: Uint8Array[]): Bytes;
  from(text: string, encoding: "base64"): Bytes;
};
declare module "node:crypto" {
  interface Hmac { update(text: string): Hmac; digest(): Bytes }
  export function createHmac(algorithm: string, key: Uint8Array): Hmac;
  export function timingSafeEqual(one: Uint8Array, other: Uint8Array): boolean;
}
declare module "node:http" {
  interface Request extends AsyncIterable<Uint8Array> { headers: Record<string, string | string[] | undefined> }
  interface Answer { writeHead(status: number): Answer; end(): void }
  interface Server {
    listen(port: number, host: string, ready: () => void): void;
    address(): string | object | null;
    close(): void;
  }
  export function createServer(on: (request: Request, answer: Answer) => void): Server;
}
"#;

/// A block: its language, the name after `run:`, its text.
struct Block {
    language: &'static str,
    name: &'static str,
    text: &'static str,
}

/// The blocks that are to be run.
fn blocks() -> Vec<Block> {
    let fenced = QUICKSTART.split("\n```").skip(1).step_by(2);
    let all = fenced.filter_map(|block| {
        let (language, text) = block.split_once('\n')?;
        let name = text.lines().next()?.split_once("run: ")?.1;
        Some(Block {
            language,
            name,
            text,
        })
    });
    all.collect()
}

/// Runs a block in a folder; what it says, or nothing where its language is not installed.
fn run(block: &Block, hub: &Hub, folder: &Path) -> Option<String> {
    let mut command = match block.language {
        "sh" => {
            let mut shell = Command::new("bash");
            shell.args(["-euo", "pipefail", "-c", block.text]);
            shell
        }
        "python" => {
            let mut python = Command::new("python3");
            python.args(["-c", block.text]);
            python
        }
        "ts" => {
            let mut node = Command::new("node");
            node.arg(compiled(block, folder)?);
            node
        }
        other => panic!("who runs {other}?"),
    };
    // Who signs up has a name of its own.
    let name = format!("newco-{}", block.language);
    command
        .current_dir(folder)
        .stdin(Stdio::null())
        .env("HUB", &hub.http)
        .env("KEY", hub.key("report"))
        .env("SOURCE", hub.source())
        .env("CONTACT", format!("dev@{name}.example"))
        .env("NAME", name)
        .env("NO_PROXY", "127.0.0.1");
    let output = match command.output() {
        Ok(output) => output,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            missing(&command.get_program().to_string_lossy());
            return None;
        }
        Err(e) => panic!("{command:?}: {e}"),
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{} in {}: {said}\n{failed}",
        block.name,
        block.language
    );
    Some(said)
}

/// The script that a strict compiler makes of a block.
fn compiled(block: &Block, folder: &Path) -> Option<PathBuf> {
    let Some(peers) = std::env::var_os("BAYHUB_NODE_PEERS").map(PathBuf::from) else {
        missing("what BAYHUB_NODE_PEERS should name (. .ci/peers; peers)");
        return None;
    };
    let file = format!("{}.mts", block.name);
    std::fs::write(folder.join(&file), block.text).expect("a file");
    std::fs::write(folder.join("node.d.ts"), OF_NODE).expect("a file");
    let mut compile = Command::new(peers.join("node_modules/.bin/tsc"));
    compile
        .current_dir(folder)
        .args(["--strict", "--target", "es2022"]);
    compile.args(["--module", "nodenext", "--moduleResolution", "nodenext"]);
    compile.args(["--lib", "es2022,dom,dom.iterable", "node.d.ts", &file]);
    let done = compile.output().expect("the compiler");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{}: {said}", block.name);
    Some(folder.join(format!("{}.mjs", block.name)))
}

#[test]
fn every_block_of_the_quickstart_runs_and_says_what_it_should() {
    let want = BTreeMap::from([
        ("signup", "asked"),
        ("nearby", "TPY"),
        ("report", "accepted"),
        ("stream", "car"),
        ("webhook", "webhook.test"),
        ("me", "ratelimit: \"read\";r="),
    ]);
    let hub = Hub::start(&["--bays", "2000", "--past", "0"]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut ran = 0;
    for block in blocks() {
        let Some(said) = run(&block, &hub, folder.path()) else {
            continue;
        };
        let want = want[block.name];
        assert!(
            said.contains(want),
            "{} in {} says no {want}: {said}",
            block.name,
            block.language
        );
        ran += 1;
    }
    assert!(ran >= 4, "the shell's at least: {ran}");
}
