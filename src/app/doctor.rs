//! `bayhub doctor`: one page of what an operator would look at, and whether all is well.
//!
//! Changes nothing, and a hub may run meanwhile. Each finding is *well*, *note* (nothing is wrong,
//! but it should be known) or *bad*; a bad one makes the command end with 1.

use super::{
    Failure, brokers, certificates, exposure, inspect, partners, probe, process, workdays,
};
use crate::config::Config;
use crate::domain::{Clock, FaultKind, Millis};
use crate::ingest::codec::device;
use crate::registry::Registry;
use crate::store::Store;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;

/// Less room than this on the data folder's disk is bad, bytes: a few segments and a checkpoint.
const LEAST_FREE: u64 = 1 << 30;

/// A clock before 2025 or after 2100 was never set.
const SANE: std::ops::Range<u64> = 1_735_689_600_000..4_102_444_800_000;

/// What is kept below the data folder, as `docs/operating.md` lists it.
const FOLDERS: [&str; 6] = [
    "journal",
    "checkpoints",
    "registry",
    "settled",
    "history",
    "audit",
];

/// How one thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    Well,
    Note,
    Bad,
}

/// One line of the page.
struct Symptom {
    of: &'static str,
    state: Condition,
    what: String,
}

/// What was found so far.
#[derive(Default)]
struct Page(Vec<Symptom>);

impl Page {
    fn well(&mut self, of: &'static str, what: impl Into<String>) {
        self.add(of, Condition::Well, &what.into());
    }

    fn note(&mut self, of: &'static str, what: impl Into<String>) {
        self.add(of, Condition::Note, &what.into());
    }

    fn bad(&mut self, of: &'static str, what: impl Into<String>) {
        self.add(of, Condition::Bad, &what.into());
    }

    fn add(&mut self, of: &'static str, state: Condition, what: &str) {
        // One line each, whatever an error brings.
        let what = what.lines().collect::<Vec<_>>().join("; ");
        self.0.push(Symptom { of, state, what });
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for Symptom { of, state, what } in &self.0 {
            let state = match state {
                Condition::Well => "well",
                Condition::Note => "note",
                Condition::Bad => "BAD ",
            };
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{state}  {of:<12} {what}");
        }
        text
    }

    fn faults(&self) -> usize {
        self.0.iter().filter(|f| f.state == Condition::Bad).count()
    }
}

/// Prints the page for the hub of `config`, which is an error where it could not be read.
///
/// # Errors
/// [`Failure::Unwell`] when anything is bad.
pub fn doctor(config: Result<Config, Failure>) -> Result<(), Failure> {
    let mut page = Page::default();
    time(crate::clock::SystemClock.now(), &mut page);
    match config {
        Ok(config) => look(&config, &mut page),
        Err(e) => page.bad("config", e.to_string()),
    }
    let text = page.text();
    write!(io::stdout(), "{text}").map_err(|e| Failure::Internal(e.to_string()))?;
    match page.faults() {
        0 => Ok(()),
        n => Err(Failure::Unwell(format!("{n} thing(s) are bad; see above"))),
    }
}

fn look(config: &Config, page: &mut Page) {
    settings(config, page);
    let user = data(config, page);
    disk(config, page);
    store(config, page);
    listeners(config, user, page);
}

/// Configuration, certificates, city, and what is left open.
fn settings(config: &Config, page: &mut Page) {
    let checked = partners::of_config(config)
        .and_then(|keys| Ok(config.store.check().map(|()| keys)?))
        .and_then(|keys| certificates::open(config).map(|_| keys))
        .and_then(|keys| brokers::check(&config.brokers).map(|()| keys))
        .and_then(|keys| workdays::read(config).map(|_| keys));
    match checked {
        Ok(keys) => page.well("config", format!("{} keys in it", keys.len())),
        Err(e) => page.bad("config", e.to_string()),
    }
    for warning in exposure::warnings(config, process::descriptors()) {
        page.note("config", warning);
    }
    let city = tempfile::tempdir()
        .map_err(|e| e.to_string())
        .and_then(|scratch| {
            Registry::open_as(
                &config.registry.path,
                scratch.path(),
                device::MODELS,
                config.registry.reading(),
            )
            .map_err(|e| e.to_string())
        });
    match city {
        Ok(registry) => {
            let city = registry.city();
            let zones = city.zone_count();
            let bays = city.live_bays();
            page.well("city", format!("{zones} zones, {bays} bays in its files"));
            faults(&registry, page);
        }
        Err(e) => page.bad("city", e),
    }
    let given = process::descriptors();
    let given = given.map_or("without limit".to_owned(), |n| n.to_string());
    page.well("descriptors", given);
}

/// What of a city that can be taken is wrong all the same, one of each kind by name.
fn faults(registry: &Registry, page: &mut Page) {
    let found = registry.faults();
    for (kind, count) in FaultKind::ALL.into_iter().zip(found.counts) {
        let Some(first) = found.told.iter().find(|fault| fault.kind == kind) else {
            continue;
        };
        let name = first.bay.as_ref().or(first.zone.as_ref());
        let name = name.map_or("", String::as_str);
        page.note(
            "city",
            format!("{count} {kind}, such as {name}: {}", first.what),
        );
    }
}

/// The folder: what it holds and how large that is, journal and checkpoints. Returns the process
/// that uses it.
fn data(config: &Config, page: &mut Page) -> Option<u32> {
    let data = &config.data.path;
    if !data.exists() {
        page.note(
            "data",
            format!("{} is not there: a first start makes it", data.display()),
        );
        return None;
    }
    for name in FOLDERS {
        let folder = data.join(name);
        match size(&folder) {
            Ok((0, _)) => {}
            Ok((files, bytes)) => page.well(
                "data",
                format!("{name}: {files} files, {}", mebibytes(bytes)),
            ),
            Err(e) => page.bad("data", format!("{}: {e}", folder.display())),
        }
    }
    if !data.join("journal").is_dir() {
        page.note("journal", "there is none yet");
        return None;
    }
    match inspect::look(data) {
        Ok(found) => {
            let newest = found.newest_checkpoint();
            page.well(
                "journal",
                format!(
                    "{}; a start replays {} claims",
                    newest.map_or("no good checkpoint".to_owned(), |at| format!(
                        "newest checkpoint of {at}"
                    )),
                    found.claims_behind
                ),
            );
            for fault in &found.faults {
                page.bad("journal", fault.clone());
            }
            found.hub_pid
        }
        Err(e) => {
            page.bad("journal", format!("{}: {e}", data.display()));
            None
        }
    }
}

fn disk(config: &Config, page: &mut Page) {
    // A folder that is not there yet will lie on its nearest ancestor's disk.
    let data = &config.data.path;
    let there = data.ancestors().find(|p| p.exists());
    let there = there.unwrap_or(Path::new("."));
    let journal = config.journal.max_bytes;
    match process::free_bytes(there) {
        Ok(free) if free < LEAST_FREE => page.bad(
            "disk",
            format!("{} free: the journal will soon not write", mebibytes(free)),
        ),
        Ok(free) if free < journal => page.note(
            "disk",
            format!(
                "{} free, less than the journal may take (journal.max_bytes, {})",
                mebibytes(free),
                mebibytes(journal)
            ),
        ),
        Ok(free) => page.well("disk", format!("{} free", mebibytes(free))),
        Err(e) => page.bad("disk", format!("{}: {e}", there.display())),
    }
}

fn store(config: &Config, page: &mut Page) {
    let asked =
        process::block_on(async { Ok(Store::look(&config.store, &config.data.path).await?) });
    match asked {
        Ok(Some(said)) => page.well("store", said),
        Ok(None) => page.note("store", "there is none yet: a first start makes it"),
        Err(e) => page.bad("store", e.to_string()),
    }
}

/// A hub that runs is asked whether it is ready; else the addresses must be to be had.
fn listeners(config: &Config, user: Option<u32>, page: &mut Page) {
    let at = config.http.operators_at();
    match (probe::ask(at, "/readyz"), user) {
        (Ok((200, _)), _) => page.well("hub", format!("ready at {at}")),
        (Ok((status, said)), _) => page.bad("hub", format!("{at}/readyz: {status} {said}")),
        (Err(e), Some(pid)) => {
            page.bad(
                "hub",
                format!("process {pid} runs, and does not answer at {at}: {e}"),
            );
        }
        (Err(_), None) => {
            page.note("hub", "none runs");
            let mqtts = config.mqtt.tls.as_ref();
            let https = config.http.tls.as_ref();
            let admin = config.http.admin.as_ref();
            let all = [
                Some(("http.listen", config.http.listen)),
                admin.map(|own| ("http.admin.listen", own.listen)),
                Some(("mqtt.listen", config.mqtt.listen)),
                https.map(|t| ("http.tls.listen", t.listen)),
                mqtts.map(|t| ("mqtt.tls.listen", t.listen)),
            ];
            for (key, at) in all.into_iter().flatten() {
                free(key, at, page);
            }
        }
    }
}

fn free(key: &'static str, at: SocketAddr, page: &mut Page) {
    match TcpListener::bind(at) {
        Ok(_) => page.well(key, format!("{at} is free")),
        Err(e) => page.bad(key, format!("{at} cannot be had: {e}")),
    }
}

fn time(now: Millis, page: &mut Page) {
    if SANE.contains(&now.0) {
        page.well("clock", now.to_string());
    } else {
        page.bad(
            "clock",
            format!("{now}: it was never set, and reports would be refused by it"),
        );
    }
}

/// Files below `folder` and their bytes; none where it is not there, or goes while it is looked at.
fn size(folder: &Path) -> io::Result<(u64, u64)> {
    let gone = |e: &io::Error| e.kind() == io::ErrorKind::NotFound;
    let mut files = 0;
    let mut bytes = 0;
    let mut todo = vec![folder.to_path_buf()];
    while let Some(dir) = todo.pop() {
        let entries = match std::fs::read_dir(&dir) {
            Err(e) if gone(&e) => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            match entry.metadata() {
                Ok(meta) if meta.is_dir() => todo.push(entry.path()),
                Ok(meta) => {
                    files += 1;
                    bytes += meta.len();
                }
                Err(e) if gone(&e) => {}
                Err(e) => return Err(e),
            }
        }
    }
    Ok((files, bytes))
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_never_set_is_bad() {
        for (now, faults) in [(0, 1), (1_795_399_200_123, 0), (4_102_444_800_000, 1)] {
            let mut page = Page::default();
            time(Millis(now), &mut page);
            assert_eq!(page.faults(), faults, "{}", page.text());
        }
    }

    #[test]
    fn an_error_of_several_lines_is_one_line_of_the_page() {
        let mut page = Page::default();
        page.bad("city", "a\nb");
        page.note("hub", "none runs");
        assert_eq!(
            page.text(),
            "BAD   city         a; b\nnote  hub          none runs\n"
        );
    }
}
