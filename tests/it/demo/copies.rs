//! `inspect`, `backup` and `restore`, beside a hub that writes all the while.

use super::hub::{Hub, bayhub};
use super::load::{BEHIND, Books};
use bayhub::domain::{AmendmentLog, Millis};
use bayhub::settlement::AmendmentFiles;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

const QUIET: [&str; 3] = ["--bays", "60", "--no-sim"];
const BUSY: [(&str, &str); 4] = [
    BEHIND[0],
    BEHIND[1],
    ("BAYHUB__JOURNAL__SEGMENT_BYTES", "65536"),
    ("BAYHUB__JOURNAL__CHECKPOINT_BYTES", "65536"),
];

fn run(args: &[&str], dirs: &[(&str, &Path)]) -> Output {
    let mut command = bayhub(args);
    for (flag, dir) in dirs {
        command.arg(flag).arg(dir);
    }
    command.output().expect("the hub's binary")
}

/// What `inspect --json` says.
pub(super) fn inspect(data: &Path) -> Value {
    let said = run(&["inspect", "--json"], &[("--data", data)]);
    assert!(said.status.success(), "{said:?}");
    serde_json::from_slice(&said.stdout).expect("JSON")
}

/// Every file's name, length and time of change.
fn state(dir: &Path) -> Vec<(std::path::PathBuf, u64, std::time::SystemTime)> {
    let mut all = Vec::new();
    for item in fs::read_dir(dir).expect("a folder").flatten() {
        let meta = item.metadata().expect("a file");
        if meta.is_dir() {
            all.extend(state(&item.path()));
        } else {
            all.push((item.path(), meta.len(), meta.modified().expect("a time")));
        }
    }
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_taken_under_load_holds_what_was_acknowledged_before_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let other = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_with(dir.path(), &QUIET, &BUSY);
    let data = hub.data().to_owned();
    let bays: Vec<String> = hub
        .features("bays.geojson")
        .into_iter()
        .map(|f| f.id)
        .collect();
    let mut before = Books::new(bays);
    for _ in 0..60 {
        assert!(before.post(&hub, Duration::from_secs(30)).await);
    }
    let acknowledged = before.acknowledged;
    let backups: Vec<_> = (0..4)
        .map(|i| other.path().join(format!("backup-{i}")))
        .collect();
    let taken = {
        let backups = backups.clone();
        tokio::task::spawn_blocking(move || {
            for to in &backups {
                let said = run(&["backup"], &[("--data", &data), ("--to", to)]);
                assert!(said.status.success(), "{said:?}");
                let seen = inspect(&data);
                assert!(seen["hub_pid"].is_number(), "{seen}");
            }
        })
    };
    before
        .publish_until(hub, async { taken.await.expect("four backups") }, |hub| {
            assert!(hub.stop().success());
        })
        .await;
    assert!(
        before.acknowledged > acknowledged,
        "it went on while copies were taken"
    );
    for (i, backup) in backups.iter().enumerate() {
        let target = other.path().join(format!("restored-{i}"));
        fs::create_dir(&target).expect("a folder");
        let said = run(
            &["restore"],
            &[("--from", backup), ("--data", &target.join("data"))],
        );
        assert!(said.status.success(), "{said:?}");
        let again = run(
            &["restore"],
            &[("--from", backup), ("--data", &target.join("data"))],
        );
        assert_eq!(
            again.status.code(),
            Some(2),
            "a folder that is not empty is refused: {again:?}"
        );
        let seen = inspect(&target.join("data"));
        assert_eq!(seen["faults"], Value::Array(vec![]), "{seen}");
        assert!(
            target.join("data/bayhub.db").is_file(),
            "the keys are in it"
        );
        let hub = Hub::start_with(&target, &QUIET, &BUSY);
        for bay in hub.features("bays.geojson") {
            assert_ne!(
                super::http::state(&hub, &bay.id).await,
                "unknown",
                "{}: {}",
                bay.id,
                hub.log()
            );
        }
        assert!(!hub.log().contains("torn tail"), "{}", hub.log());
        assert!(hub.stop().success());
    }
}

/// What the settling hub does to its files all the while: settled reports grow, and files of
/// history are staged, then renamed.
fn go_on_settling(data: &Path, kept: &mut dyn AmendmentLog, stop: &AtomicBool) {
    let hour = Millis(3_600_000);
    let folder = data.join("history/turnover/date=2026-11-27");
    fs::create_dir_all(&folder).expect("a folder");
    for n in 0.. {
        kept.append(hour, 7, vec![2; 512]);
        let staged = folder.join(format!("10.parquet#{n}"));
        let whole = folder.join("10.parquet");
        fs::write(&staged, b"PAR1 whole PAR1")
            .and_then(|()| fs::rename(&staged, &whole))
            .expect("room on disk");
        // Enough for a disk; the last of them stays staged.
        if stop.load(Relaxed) || n == 20_000 {
            fs::write(&staged, b"PAR1").expect("room on disk");
            return;
        }
    }
}

#[test]
fn a_backup_holds_of_what_was_settled_all_that_its_checkpoint_counts() {
    let dir = tempfile::tempdir().expect("a folder");
    let other = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_in(dir.path(), &QUIET);
    let data = hub.data().to_owned();
    assert!(hub.stop().success());
    fs::create_dir_all(data.join("history/turnover")).expect("a folder");
    let files = AmendmentFiles::open(&data.join("settled"), 5, 1 << 40, &[]).expect("a folder");
    let mut kept = files.of_worker(0, 1);
    kept.append(Millis(3_600_000), 7, vec![1; 125]);
    let counted = kept.lengths();
    let stop = AtomicBool::new(false);
    let backups: Vec<_> = (0..4)
        .map(|i| other.path().join(format!("backup-{i}")))
        .collect();
    std::thread::scope(|s| {
        let settling = s.spawn(|| go_on_settling(&data, &mut *kept, &stop));
        for to in &backups {
            let said = run(&["backup"], &[("--data", &data), ("--to", to)]);
            assert!(said.status.success(), "{said:?}");
        }
        stop.store(true, Relaxed);
        settling.join().expect("it goes on to the end");
    });
    let last = other.path().join("backup-last");
    assert!(
        run(&["backup"], &[("--data", &data), ("--to", &last)])
            .status
            .success()
    );
    for (i, backup) in backups.iter().chain([&last]).enumerate() {
        let target = other.path().join(format!("restored-{i}"));
        assert!(
            run(&["restore"], &[("--from", backup), ("--data", &target)])
                .status
                .success()
        );
        let files =
            AmendmentFiles::open(&target.join("settled"), 5, 1 << 40, &counted).expect("a folder");
        let mut kept = files.of_worker(0, 1);
        let mut bytes = Vec::new();
        kept.read(Millis(3_600_000), 7, &mut bytes)
            .expect("sound blocks");
        assert_eq!(
            (bytes, kept.kept_from(), kept.lengths()),
            (vec![1; 125], Millis::NEVER, counted.clone())
        );
        for (path, ..) in state(&target.join("history/turnover")) {
            assert_eq!(
                fs::read(&path).expect("a file"),
                b"PAR1 whole PAR1",
                "{}",
                path.display()
            );
        }
    }
    assert!(
        last.join("history/turnover/date=2026-11-27/10.parquet")
            .is_file()
    );
}

#[tokio::test]
async fn inspect_changes_nothing_and_says_what_a_start_will_do() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Hub::start_with(dir.path(), &QUIET, &BEHIND);
    let data = hub.data().to_owned();
    let mut books = Books::new(
        hub.features("bays.geojson")
            .into_iter()
            .map(|f| f.id)
            .collect(),
    );
    for _ in 0..5 {
        assert!(books.post(&hub, Duration::from_secs(30)).await);
    }
    hub.kill();
    let before = state(&data);
    let seen = inspect(&data);
    assert_eq!(
        (&seen["hub_pid"], &seen["claims_behind"]),
        (&Value::Null, &Value::from(5)),
        "{seen}"
    );
    let table = run(&["inspect"], &[("--data", &data)]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(
        table.contains("journal-0000000000000001.log") && table.contains("health: well"),
        "{table}"
    );
    assert_eq!(before, state(&data));
    // A clean stop leaves a checkpoint, and nothing to replay.
    assert!(
        Hub::start_with(dir.path(), &QUIET, &BEHIND)
            .stop()
            .success()
    );
    let seen = inspect(&data);
    assert_eq!(
        (&seen["claims_behind"], &seen["checkpoints"][0]["bays"]),
        (&Value::from(0), &Value::from(5)),
        "{seen}"
    );
    books
        .hold_against(&Hub::start_with(dir.path(), &QUIET, &BEHIND))
        .await;
}

#[test]
fn what_is_no_data_folder_or_no_backup_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let nothing = dir.path().join("nothing");
    let target = dir.path().join("target");
    for (args, dirs) in [
        (["inspect"], vec![("--data", &nothing)]),
        (["backup"], vec![("--data", &nothing), ("--to", &target)]),
        (["restore"], vec![("--from", &nothing), ("--data", &target)]),
    ] {
        let dirs: Vec<_> = dirs
            .into_iter()
            .map(|(flag, d)| (flag, d.as_path()))
            .collect();
        assert_eq!(run(&args, &dirs).status.code(), Some(2), "{args:?}");
    }
}
