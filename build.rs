//! Builds the pages of `dashboards/web` where Node and npm are, so that the hub has them in itself.
//!
//! Promises: what is written lies in `OUT_DIR` and in the user's cache, never among the sources; nothing
//! is fetched or built again while its sources are the same; without npm, or without its registry, the
//! hub is built all the same, with a warning, and serves the plain page. Many builds at a time may share
//! the cache: what is made is put in its place by one rename.
//!
//! `BAYHUB_WEB`: `skip` builds no pages, `require` fails where they cannot be built, and a path is a
//! folder in which they were built already.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

const WEB: &str = "dashboards/web";

/// What the pages are made of, beside their entrances.
const SOURCES: [&str; 8] = [
    ".npmrc",
    "package-lock.json",
    "package.json",
    "public",
    "scripts",
    "src",
    "svelte.config.js",
    "vite.config.ts",
];

/// What dependencies are made of.
const OF_MODULES: [&str; 3] = [".npmrc", "package-lock.json", "package.json"];

/// The least Node that the tools run on.
const LEAST_NODE: (u32, u32) = (20, 19);

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() {
    println!("cargo::rerun-if-env-changed=BAYHUB_WEB");
    let entrances = entrances();
    for source in SOURCES
        .into_iter()
        .chain(entrances.iter().map(String::as_str))
    {
        println!("cargo::rerun-if-changed={WEB}/{source}");
    }
    let wish = env::var("BAYHUB_WEB").unwrap_or_default();
    let built = match wish.as_str() {
        "skip" => Ok(None),
        "" | "require" => built().map(Some),
        folder => Ok(Some(PathBuf::from(folder))),
    };
    let folder = built.unwrap_or_else(|why| {
        left_behind();
        assert!(wish != "require", "the pages are not built: {why}");
        let why = why.to_string().replace('\n', " ");
        println!("cargo::warning=the pages are not built, the plain page stays: {why}");
        None
    });
    listed(folder.as_deref()).expect("the list of pages is written");
}

/// The HTML of each page. A new one is named in `vite.config.ts` as well, so that it is seen.
fn entrances() -> Vec<String> {
    let there = fs::read_dir(WEB).into_iter().flatten().flatten();
    let names = there.filter_map(|entry| entry.file_name().into_string().ok());
    let html = |name: &String| Path::new(name).extension().is_some_and(|e| e == "html");
    names.filter(html).collect()
}

/// The folder of pages built from the sources as they are.
fn built() -> Outcome<PathBuf> {
    let cache = cache()?;
    let entrances = entrances();
    let names = SOURCES
        .into_iter()
        .chain(entrances.iter().map(String::as_str));
    let all = sources(&names.collect::<Vec<_>>())?;
    let done = cache.join(format!("web-{:016x}", hash(&all)));
    if !done.exists() {
        check_node()?;
        let modules = modules(&cache)?;
        let work = fresh(&cache)?;
        for (name, bytes) in &all {
            let to = work.join(name);
            fs::create_dir_all(to.parent().ok_or("a file without a folder")?)?;
            fs::write(to, bytes)?;
        }
        std::os::unix::fs::symlink(modules.join("node_modules"), work.join("node_modules"))?;
        let vite = work.join("node_modules/vite/bin/vite.js");
        run(Command::new("node")
            .arg(vite)
            .arg("build")
            .current_dir(&work))?;
        settle(&work.join("dist"), &done)?;
        fs::remove_dir_all(&work)?;
    }
    Ok(done)
}

/// The folder with the dependencies that the lock names.
fn modules(cache: &Path) -> Outcome<PathBuf> {
    let of_modules = sources(&OF_MODULES)?;
    let done = cache.join(format!("web-modules-{:016x}", hash(&of_modules)));
    if !done.exists() {
        let work = fresh(cache)?;
        for (name, bytes) in &of_modules {
            fs::write(work.join(name), bytes)?;
        }
        let mut npm = Command::new("npm");
        npm.args([
            "ci",
            "--omit=dev",
            "--ignore-scripts",
            "--prefer-offline",
            "--no-progress",
        ]);
        run(npm.current_dir(&work))?;
        settle(&work, &done)?;
    }
    Ok(done)
}

fn check_node() -> Outcome<()> {
    let out = Command::new("node").arg("--version").output();
    let out = out.map_err(|e| format!("node: {e}"))?;
    let said = String::from_utf8_lossy(&out.stdout).trim().to_owned();
    let mut parts = said.trim_start_matches('v').split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= LEAST_NODE => Ok(()),
        _ => Err(format!(
            "Node {}.{} is needed, {said} is here",
            LEAST_NODE.0, LEAST_NODE.1
        )
        .into()),
    }
}

/// Where builds of this user share what they made.
fn cache() -> Outcome<PathBuf> {
    let own = env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty());
    let home = || env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let base = own.map(PathBuf::from).or_else(home);
    let cache = base.map_or_else(|| env::var_os("OUT_DIR").map(PathBuf::from), Some);
    let cache = cache.ok_or("there is no place to build in")?.join("bayhub");
    fs::create_dir_all(&cache)?;
    Ok(cache)
}

/// Where this process works.
fn work() -> String {
    format!("web-work-{}", std::process::id())
}

/// Takes away what a build that failed has begun.
fn left_behind() {
    let begun = cache().map(|cache| cache.join(work()));
    let gone = begun.map(fs::remove_dir_all);
    // It may have begun nothing.
    drop(gone);
}

/// A folder that nobody else works in; what a process of that number left behind goes.
fn fresh(cache: &Path) -> Outcome<PathBuf> {
    let folder = cache.join(work());
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Puts what was made in its place, whole; where another build was faster its result is as good.
fn settle(made: &Path, place: &Path) -> Outcome<()> {
    match fs::rename(made, place) {
        Err(_) if place.exists() => Ok(fs::remove_dir_all(made)?),
        done => Ok(done?),
    }
}

fn run(command: &mut Command) -> Outcome<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let out = command.stdin(Stdio::null()).output();
    let out = out.map_err(|e| format!("{name}: {e}"))?;
    if out.status.success() {
        return Ok(());
    }
    let said = [out.stdout, out.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    // Where something is called an error that comes first; what follows is often a manual.
    let errors = said
        .lines()
        .filter(|line| line.to_lowercase().contains("error"));
    let told: Vec<&str> = errors.take(8).collect();
    let told = if told.is_empty() {
        said.trim()
    } else {
        &told.join("\n")
    };
    Err(format!("{name} failed: {told}").into())
}

/// The bytes of the sources, by their paths within the folder of the pages.
fn sources(names: &[&str]) -> Outcome<BTreeMap<String, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut todo: Vec<PathBuf> = names.iter().map(PathBuf::from).collect();
    while let Some(path) = todo.pop() {
        let from = Path::new(WEB).join(&path);
        if from.is_dir() {
            for entry in fs::read_dir(&from)? {
                todo.push(path.join(entry?.file_name()));
            }
        } else if from.exists() {
            found.insert(path.to_string_lossy().into_owned(), fs::read(&from)?);
        }
    }
    Ok(found)
}

fn hash(all: &BTreeMap<String, Vec<u8>>) -> u64 {
    let mut hasher = DefaultHasher::new();
    all.hash(&mut hasher);
    hasher.finish()
}

/// Writes the list that the hub is compiled with: each file's path, whether it is packed, its bytes. A
/// file that is packed is in it packed only. All lie beside the list, so that who empties the cache
/// breaks no build.
fn listed(folder: Option<&Path>) -> Outcome<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo names no OUT_DIR")?);
    let own = out.join("web");
    if own.exists() {
        fs::remove_dir_all(&own)?;
    }
    let mut list = String::from("&[\n");
    if let Some(folder) = folder {
        let mut names = files(folder)?;
        names.sort();
        for name in names.iter().filter(|name| !is_packed(name)) {
            let packed = format!("{name}.br");
            let beside = names.binary_search(&packed).is_ok();
            let to = own.join(name);
            fs::create_dir_all(to.parent().ok_or("a file without a folder")?)?;
            fs::copy(folder.join(if beside { &packed } else { name }), &to)?;
            let to = to.to_str().ok_or("a path that is no text")?;
            let path = format!("/{name}");
            writeln!(list, "({path:?}, {beside}, include_bytes!({to:?})),")?;
        }
    }
    list.push(']');
    Ok(fs::write(out.join("web.rs"), list)?)
}

fn is_packed(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|e| e == "br")
}

/// The names of all files of a folder, from it on.
fn files(folder: &Path) -> Outcome<Vec<String>> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(at) = todo.pop() {
        for entry in fs::read_dir(&at)? {
            let path = entry?.path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let name = path.strip_prefix(folder)?.to_str();
                found.push(name.ok_or("a path that is no text")?.to_owned());
            }
        }
    }
    Ok(found)
}
