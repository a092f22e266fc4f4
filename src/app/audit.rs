//! The audit log: every call of an administrator as a JSON line in `DATA/audit` and as a line of the
//! log.
//!
//! `current.jsonl` has what may have changed something, with a good key; `reads.jsonl` what only read;
//! `strangers.jsonl` calls without a good key. Strangers choose how often they call, and pages look every
//! few seconds: neither must push out what administrators did. Each becomes the previous file when it is
//! full, whose former content goes, so all are bounded.
//!
//! A call never waits for its line, and is not refused where none can be written: who revokes a
//! stolen key on a full disk must be able to. What could not be written is counted
//! (`bayhub_audit_lost_total`), and its line in the log remains. A thread of its own writes and
//! syncs; a kill loses what came in the last moment. The files are its owner's alone. They are read
//! back (`past`) by handles of their own, so that nobody who notes waits for who reads.

mod past;

use crate::metrics::Metrics;
use crate::serve::{AdminCall, AuditLog, AuditQuestion, NoteKind, NotePage};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Calls that may wait to be written.
const WAITING: usize = 1024;

/// What a file may hold of what was done, bytes; there are two. Some 15,000 calls each.
const ACTS: u64 = 4 << 20;

/// The same of what only read, and of strangers.
const OTHERS: u64 = 1 << 20;

/// Of a kind of calls: the file that is written, and the one before it.
type FileNames = [&'static str; 2];

const OF_ACTS: FileNames = ["current", "previous"];
const OF_LOOKS: FileNames = ["reads", "reads-previous"];
const OF_STRANGERS: FileNames = ["strangers", "strangers-previous"];

/// The audit log. Dropping it waits until what was noted is written.
pub(super) struct AuditFiles {
    dir: PathBuf,
    /// `None` once it ends, which tells the thread to.
    notes: Option<SyncSender<AdminCall>>,
    thread: Option<JoinHandle<()>>,
    metrics: Arc<Metrics>,
}

impl AuditFiles {
    /// Notes in `dir`, which is made with the first line.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(super) fn start(dir: PathBuf, metrics: Arc<Metrics>) -> io::Result<Self> {
        let (notes, calls) = sync_channel(WAITING);
        let counts = metrics.clone();
        let into = dir.clone();
        let thread = std::thread::Builder::new()
            .name("audit".into())
            .spawn(move || write_all(&into, &calls, &counts))?;
        Ok(Self {
            dir,
            notes: Some(notes),
            thread: Some(thread),
            metrics,
        })
    }
}

impl AuditLog for AuditFiles {
    fn note(&self, call: AdminCall) {
        log(&call);
        let full = self
            .notes
            .as_ref()
            .is_none_or(|notes| notes.try_send(call).is_err());
        if full {
            self.metrics.audit_lost.inc();
        }
    }

    fn read(&self, asked: &AuditQuestion) -> io::Result<NotePage> {
        let names = match asked.kind {
            NoteKind::Act => OF_ACTS,
            NoteKind::Look => OF_LOOKS,
            NoteKind::Stranger => OF_STRANGERS,
        };
        past::read(&names.map(|name| named(&self.dir, name)), asked)
    }
}

fn named(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{name}.jsonl"))
}

impl Drop for AuditFiles {
    fn drop(&mut self) {
        self.notes = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so.
            let _ = thread.join();
        }
    }
}

fn log(call: &AdminCall) {
    let key = call.key.as_deref();
    let partner = call.partner.as_deref();
    let peer = call.peer.as_deref();
    let AdminCall {
        method,
        path,
        status,
        request,
        ..
    } = call;
    if key.is_some() {
        tracing::info!(
            key,
            partner,
            method,
            path,
            status,
            peer,
            request,
            "admin call"
        );
    } else {
        tracing::debug!(
            method,
            path,
            status,
            peer,
            request,
            "admin call without a key"
        );
    }
}

fn write_all(dir: &Path, calls: &Receiver<AdminCall>, metrics: &Metrics) {
    let mut acts = Ring::new(dir, OF_ACTS, ACTS);
    let mut looks = Ring::new(dir, OF_LOOKS, OTHERS);
    let mut strangers = Ring::new(dir, OF_STRANGERS, OTHERS);
    while let Ok(call) = calls.recv() {
        for call in std::iter::once(call).chain(calls.try_iter()) {
            let ring = match call.kind() {
                NoteKind::Act => &mut acts,
                NoteKind::Look => &mut looks,
                NoteKind::Stranger => &mut strangers,
            };
            if let Err(e) = ring.add(&call) {
                metrics.audit_lost.inc();
                tracing::error!(error = %e, dir = %dir.display(), "a line of the audit log is lost");
            }
        }
        for ring in [&mut acts, &mut looks, &mut strangers] {
            if let Err(e) = ring.sync() {
                tracing::error!(error = %e, dir = %dir.display(), "the audit log could not be synced");
            }
        }
    }
}

/// A file of lines, and the one before it.
struct Ring {
    current: PathBuf,
    previous: PathBuf,
    /// The most bytes of a file.
    most: u64,
    /// `None` until the first line, and after what went wrong.
    file: Option<File>,
    /// Whole lines end here.
    end: u64,
    synced: u64,
}

impl Ring {
    fn new(dir: &Path, [current, previous]: FileNames, most: u64) -> Self {
        Self {
            current: named(dir, current),
            previous: named(dir, previous),
            most,
            file: None,
            end: 0,
            synced: 0,
        }
    }

    fn add(&mut self, call: &AdminCall) -> io::Result<()> {
        let mut line = serde_json::to_vec(call)?;
        line.push(b'\n');
        if self.file.is_none() {
            self.open()?;
        }
        if self.end > 0 && self.end + line.len() as u64 > self.most {
            self.sync()?;
            self.file = None;
            std::fs::rename(&self.current, &self.previous)?;
            self.open()?;
        }
        let file = self
            .file
            .as_ref()
            .ok_or_else(|| io::Error::other("no file"))?;
        // At its place, over what may be there of a line that was not written whole.
        file.write_all_at(&line, self.end)?;
        self.end += line.len() as u64;
        Ok(())
    }

    /// Opens or makes it; a line that was cut by a crash goes.
    fn open(&mut self) -> io::Result<()> {
        if let Some(dir) = self.current.parent() {
            std::fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(dir)?;
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&self.current)?;
        let mut held = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut held)?;
        let whole = held
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        if whole < held.len() {
            file.set_len(whole as u64)?;
        }
        self.end = whole as u64;
        self.synced = self.end;
        self.file = Some(file);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        if let Some(file) = self.file.as_ref().filter(|_| self.synced != self.end) {
            file.sync_data()?;
            self.synced = self.end;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn call(key: Option<&str>, path: &str) -> AdminCall {
        AdminCall {
            at: "2026-11-23T02:00:00.000Z".into(),
            key: key.map(Into::into),
            partner: key.map(|_| "lta".into()),
            method: "DELETE".into(),
            path: path.into(),
            status: Some(200),
            peer: None,
            request: None,
        }
    }

    fn noted(dir: &Path, calls: Vec<AdminCall>) -> Arc<Metrics> {
        let metrics = Arc::new(Metrics::new());
        let files = AuditFiles::start(dir.join("audit"), metrics.clone()).unwrap();
        for call in calls {
            files.note(call);
        }
        drop(files);
        metrics
    }

    fn lines(path: &Path) -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.lines()
            .map(|l| serde_json::from_str(l).unwrap())
            .collect()
    }

    #[test]
    fn what_was_noted_is_there_once_it_is_dropped_and_goes_on_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("audit/current.jsonl");
        noted(dir.path(), vec![call(Some("ops"), "/v1/admin/keys")]);
        // A crash in the middle of a line.
        let torn = std::fs::read_to_string(&file).unwrap() + "{\"at\":\"20";
        std::fs::write(&file, torn).unwrap();
        noted(dir.path(), vec![call(Some("ops"), "/v1/admin/zones")]);
        let all = lines(&file);
        assert_eq!(all.len(), 2, "{all:?}");
        assert_eq!(
            (&all[0]["key"], &all[1]["path"]),
            (&"ops".into(), &"/v1/admin/zones".into())
        );
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn strangers_and_who_only_looks_have_files_of_their_own() {
        let dir = tempfile::tempdir().unwrap();
        let mut calls = vec![call(Some("ops"), "/v1/admin/keys")];
        calls.extend((0..100).map(|_| call(None, "/v1/admin/keys")));
        let look = || AdminCall {
            method: "GET".into(),
            ..call(Some("ops"), "/v1/admin/keys")
        };
        calls.extend((0..50).map(|_| look()));
        noted(dir.path(), calls);
        let held = |name: &str| lines(&dir.path().join("audit").join(name)).len();
        assert_eq!((held("current.jsonl"), held("strangers.jsonl")), (1, 100));
        assert_eq!(held("reads.jsonl"), 50);
        let files = AuditFiles::start(dir.path().join("audit"), Arc::new(Metrics::new()));
        let asked = |kind| AuditQuestion {
            kind,
            before: None,
            limit: 30,
        };
        let files = files.unwrap();
        let read = |kind| files.read(&asked(kind)).unwrap().0;
        let all = [NoteKind::Act, NoteKind::Look, NoteKind::Stranger].map(read);
        assert_eq!(all.map(|calls| calls.len()), [1, 30, 30]);
    }

    #[test]
    fn a_full_file_becomes_the_previous_one_and_the_oldest_goes() {
        let dir = tempfile::tempdir().unwrap();
        let mut ring = Ring::new(dir.path(), OF_ACTS, 1000);
        for n in 0..40 {
            ring.add(&call(Some("ops"), &format!("/v1/admin/{n}")))
                .unwrap();
        }
        let mut kept = lines(&ring.previous);
        kept.extend(lines(&ring.current));
        let size = |path: &Path| std::fs::metadata(path).unwrap().len();
        assert!(size(&ring.current) <= 1000 && size(&ring.previous) <= 1000);
        assert!((6..40).contains(&kept.len()), "{}", kept.len());
        let first = 40 - kept.len();
        for (line, n) in kept.iter().zip(first..) {
            assert_eq!(line["path"], format!("/v1/admin/{n}"));
        }
    }

    #[test]
    fn what_cannot_be_written_is_counted_and_stops_nobody() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("audit"), "in the way").unwrap();
        let metrics = noted(dir.path(), vec![call(Some("ops"), "/v1/admin/keys")]);
        assert_eq!(metrics.audit_lost.get(), 1);
    }
}
