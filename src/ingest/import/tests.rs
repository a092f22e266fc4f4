//! Files of all sorts, read into a folder: what is in the set afterwards, and what was refused.

use super::claim::PastClaim;
use super::folder::{Asked, ImportFolder};
use super::format;
use super::input::Input;
use super::judge::Judge;
use super::read::{Meter, read};
use crate::domain::{DropList, Millis, SourceKind};
use crate::ingest::codec::MEMBERS;
use crate::registry::Registry;
use crate::testing;
use proptest::prelude::*;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const NOON: u64 = 1_795_392_000_000;

/// A folder of imports, and one of files.
struct ImportRig {
    dir: tempfile::TempDir,
    registry: Arc<Registry>,
    kind: SourceKind,
    /// Claims in a run.
    most: usize,
}

impl ImportRig {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            registry: testing::city(3, 4),
            kind: SourceKind::Sensor,
            most: 100,
        }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn folder(&self) -> ImportFolder {
        ImportFolder::open(&self.dir.path().join("import")).unwrap()
    }

    fn look(format: &str, files: &[&Path]) -> Result<Vec<Input>, String> {
        let format = format::named(format).unwrap();
        let look = |path: &&Path| Input::look(path, &*format, 4096);
        files.iter().map(look).collect()
    }

    /// Reads until the runs are `fail` in number, if that is said.
    fn read(&self, format: &str, files: &[&Path], fail: Option<usize>) -> io::Result<ImportFolder> {
        let mut folder = self.folder();
        let inputs = Self::look(format, files).unwrap();
        let judge = Judge {
            registry: self.registry.clone(),
            sources: folder.sources.clone(),
            kind: self.kind,
            oldest: Millis(1000),
            newest: Millis(NOON),
            most_bytes: 4096,
            most_items: 1000,
            drop: DropList::usual(MEMBERS),
        };
        let asked = Asked {
            inputs: inputs.iter().map(|i| i.mark.clone()).collect(),
            format,
            kind: self.kind,
        };
        folder.begin(&asked)?;
        let from = folder.reached();
        let mut runs = 0;
        read(
            &inputs,
            from,
            (&judge, self.most),
            &Meter::default(),
            |run| {
                runs += 1;
                if Some(runs) == fail {
                    return Err(io::Error::other("killed"));
                }
                folder.add(run)
            },
        )?;
        folder.fold(&Meter::default())?;
        Ok(folder)
    }

    fn import(&self, format: &str, files: &[&Path]) -> ImportFolder {
        self.read(format, files, None).unwrap()
    }
}

fn set(folder: &ImportFolder) -> Vec<PastClaim> {
    let mut all = folder.claims(0..=u64::MAX).unwrap();
    let mut claims = Vec::new();
    while let Some((claim, _)) = all.take().unwrap() {
        claims.push(claim);
    }
    claims
}

/// What the set comes to, whoever was met first.
fn recalled(folder: &ImportFolder, registry: &Registry) -> Vec<String> {
    let city = registry.city();
    let ranks = folder.sources.ranks();
    let claims = set(folder).into_iter();
    let mut all: Vec<_> = claims
        .map(|c| format!("{:?} {:?}", c.at(), c.recall(&city, &ranks)))
        .collect();
    all.sort();
    all
}

fn report(bay: u64, at: u64) -> String {
    let state = if at.is_multiple_of(2) {
        "occupied"
    } else {
        "vacant"
    };
    let at = Millis(at);
    format!(
        "{{\"source\":\"lamp-{}\",\"bay\":\"Z{}-{}\",\"state\":\"{state}\",\"at\":\"{at}\"}}\n",
        bay % 5,
        bay % 3,
        bay / 3 % 4
    )
}

/// Lines in no order.
fn lines(n: u64) -> String {
    let mix = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
    (0..n)
        .map(|i| report(mix(i), NOON - 1 - mix(i) % 10_000_000))
        .collect()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    to.write_all(bytes).unwrap();
    to.finish().unwrap()
}

#[test]
fn whatever_their_order_claims_come_out_in_that_of_their_times_each_once() {
    let rig = ImportRig::new();
    let text = lines(1500);
    let whole = rig.file("a.jsonl", text.as_bytes());
    let folder = rig.import("reports", &[&whole]);
    let claims = set(&folder);
    assert!(
        claims.is_sorted() && claims.len() > 1400,
        "{}",
        claims.len()
    );
    let came = folder.came();
    assert_eq!((came.tally.lines, came.tally.accepted), (1500, 1500));
    assert_eq!(came.fresh + came.doubled, 1500);
    assert_eq!(came.fresh, claims.len() as u64);
    assert_eq!(
        folder.unsettled(),
        Some((claims[0].at().0, claims[claims.len() - 1].at().0))
    );
    // However it is packed, and with what of it: there is nothing new.
    let gz = rig.file("b.jsonl.gz", &gz(text.as_bytes()));
    let zst = rig.file("c.ZST", &zstd::bulk::compress(text.as_bytes(), 1).unwrap());
    let half = rig.file(
        "d.jsonl",
        &text.as_bytes()[..text[..text.len() / 2].rfind('\n').unwrap()],
    );
    for again in [&whole, &gz, &zst, &half] {
        let folder = rig.import("reports", &[again]);
        assert_eq!(folder.came().fresh, 0, "{}", again.display());
        assert_eq!(set(&folder), claims);
    }
    let other = ImportRig::new();
    let reversed: String = text.lines().rev().flat_map(|l| [l, "\r\n"]).collect();
    let half = other.file("d.jsonl", half_of(&text));
    let reversed = other.file("e.jsonl", reversed.as_bytes());
    let folder = other.import("reports", &[&half, &reversed]);
    let first = rig.folder();
    assert_eq!(
        recalled(&folder, &other.registry),
        recalled(&first, &rig.registry)
    );
}

fn half_of(text: &str) -> &[u8] {
    &text.as_bytes()[..text[..text.len() / 2].rfind('\n').unwrap()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn one_that_was_killed_goes_on_and_comes_to_the_same(kills in prop::collection::vec(1..6_usize, 1..4)) {
        let rig = ImportRig::new();
        let text = lines(1200) + "{\"bay\":\"Z9\",\"state\":\"vacant\"}\nx\n" + &lines(1300);
        let one = rig.file("a.jsonl", text.as_bytes());
        let two = rig.file("b.gz", &gz(lines(1400).as_bytes()));
        let whole = ImportRig::new();
        let want = whole.read("reports", &[&one, &two], None).unwrap();
        for kill in kills {
            // So large a piece is read in one go that some come to their end.
            let _ = rig.read("reports", &[&one, &two], Some(kill));
        }
        let folder = rig.import("reports", &[&one, &two]);
        prop_assert_eq!(recalled(&folder, &rig.registry), recalled(&want, &rig.registry));
        let refused = |folder: &ImportFolder| std::fs::read_to_string(folder.refused()).unwrap();
        if folder.came().fresh > 0 {
            prop_assert_eq!(folder.came(), want.came());
            prop_assert_eq!(refused(&folder), refused(&want));
        }
    }
}

#[test]
fn each_refusal_is_counted_by_its_reason_and_kept_without_what_is_dropped() {
    let rig = ImportRig::new();
    let at = Millis(NOON - 1);
    let long = "x".repeat(3 << 20);
    let text = format!(
        "{{\"bay\":\"Z0-0\",\"state\":\"vacant\"}}\n\
         {{\"bay\":\"Z0-0\",\"state\":\"free\",\"at\":\"{at}\",\"plate\":\"SBA 1234\"}}\n\
         {{\"bays\":[{{\"bay\":\"Z0-0\",\"state\":\"vacant\"}},{{\"bay\":\"No\",\"state\":\"vacant\"}},7],\"at\":\"{at}\"}}\n\
         {{\"bay\":\"Z0-1\",\"state\":\"vacant\",\"at\":\"2099-01-01T00:00:00Z\"}}\n\
         {{\"bay\":\"Z0-1\",\"state\":\"vacant\",\"at\":\"1970-01-01T00:00:00.5Z\"}}\n\
         {{\"bay\":\"{long}\"}}\n\
         {{\"bay\":\"Z0-1\",\"state\":\"vacant\",\"at\":\"{at}\",\"source\":\"no id\"}}\n\
         \n\u{1}\u{2}\u{3}\n\
         {{\"bay\":\"Z0-2\",\"state\":\"vacant\",\"at\":\"{at}\"}}"
    );
    let file = rig.file("a.jsonl", text.as_bytes());
    let folder = rig.import("reports", &[&file]);
    let came = folder.came();
    let refused: Vec<(&str, u64)> = came
        .tally
        .refused
        .iter()
        .map(|(reason, n)| (reason.as_str(), *n))
        .collect();
    let want = [
        ("malformed", 4),
        ("too_far_in_future", 1),
        ("too_large", 1),
        ("too_old", 1),
        ("unknown_bay", 1),
        ("without_time", 1),
    ];
    assert_eq!(refused, want);
    assert_eq!(
        (came.tally.lines, came.tally.accepted, came.fresh),
        (9, 2, 2)
    );
    let kept = std::fs::read_to_string(folder.refused()).unwrap();
    assert_eq!(kept.lines().count(), 9);
    assert!(!kept.contains("SBA"), "{kept}");
    assert!(
        kept.contains("\"line\":9"),
        "a byte or two is a line as any: {kept}"
    );
    assert!(kept.contains("3145739 bytes; at most 4096"), "{kept}");
}

#[test]
fn what_cannot_be_imported_is_named_before_anything_is() {
    let rig = ImportRig::new();
    let fault = |format: &str, path: &Path| ImportRig::look(format, &[path]).err().unwrap();
    let nowhere = rig.dir.path().join("nowhere.jsonl");
    assert!(fault("reports", &nowhere).contains("nowhere.jsonl: "));
    assert!(fault("reports", rig.dir.path()).contains("is a folder"));
    assert!(fault("reports", &rig.file("empty", b"")).contains("is empty"));
    assert!(fault("counts", &rig.file("blank", b"\n \r\n")).contains("holds no line"));
    let rubbish: Vec<u8> = (0..9000_u32).map(|n| (n * 31 % 251) as u8).collect();
    let rubbish = rig.file("rubbish", &rubbish);
    assert!(fault("reports", &rubbish).contains("no JSON object"));
    assert!(fault("visits", &rubbish).contains("bay,from,to is wanted"));
    let plain = rig.file("plain.gz", lines(3).as_bytes());
    assert!(fault("reports", &plain).contains("plain.gz: "));
    let csv = rig.file("semicolon.csv", b"\xef\xbb\xbfbay;from;to\nA;1;2\n");
    let e = fault("visits", &csv);
    assert!(
        e.contains("\"bay;from;to\"") && e.contains("mapping:NAME"),
        "{e}"
    );
}

#[test]
fn of_a_file_that_is_cut_what_can_be_read_stands_and_the_rest_is_told() {
    let rig = ImportRig::new();
    let whole = gz(lines(5000).as_bytes());
    let file = rig.file("cut.gz", &whole[..whole.len() / 2]);
    let came = rig.import("reports", &[&file]).came();
    assert_eq!(came.tally.refused.get("cut"), Some(&1));
    assert!((500..4000).contains(&came.fresh), "{came:?}");
    let text = lines(10);
    let file = rig.file("cut.jsonl", &text.as_bytes()[..text.len() - 9]);
    let came = rig.import("reports", &[&file]).came();
    assert_eq!(
        (came.tally.accepted, came.tally.refused.get("malformed")),
        (9, Some(&1))
    );
}

#[test]
fn the_same_instant_by_another_clock_is_the_same_claim() {
    let rig = ImportRig::new();
    let file = rig.file(
        "a.jsonl",
        b"{\"bay\":\"Z0-0\",\"state\":\"vacant\",\"at\":\"2026-11-01T08:00:00+08:00\"}\n\
          {\"bay\":\"Z0-0\",\"state\":\"vacant\",\"at\":\"2026-11-01T00:00:00Z\"}\n\
          {\"bay\":\"Z0-0\",\"state\":\"vacant\",\"at\":\"2026-10-31T19:30:00.000-04:30\"}\n",
    );
    let came = rig.import("reports", &[&file]).came();
    assert_eq!((came.fresh, came.doubled), (1, 2));
}

#[test]
fn stretches_are_parted_where_nothing_was_said_for_long() {
    let rig = ImportRig::new();
    let day = 86_400_000;
    let text: String = [1, 2, 5, 20, 21].map(|n| report(1, n * day)).concat();
    let folder = rig.import("reports", &[&rig.file("a", text.as_bytes())]);
    let more: String = [4, 12].map(|n| report(2, n * day)).concat();
    drop(folder);
    let folder = rig.import("reports", &[&rig.file("b", more.as_bytes())]);
    let stretches = folder.stretches(2 * day).unwrap();
    let days: Vec<_> = stretches
        .iter()
        .map(|(from, to)| (from / day, to / day))
        .collect();
    assert_eq!(days, [(1, 5), (12, 12), (20, 21)]);
}

#[test]
fn a_run_that_was_damaged_is_named_and_not_believed() {
    let rig = ImportRig::new();
    drop(rig.import("reports", &[&rig.file("a", lines(3000).as_bytes())]));
    let dir = rig.dir.path().join("import");
    let runs = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().path());
    let run = runs
        .into_iter()
        .find(|p| p.extension().is_some_and(|e| e == "run"))
        .unwrap();
    let mut bytes = std::fs::read(&run).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&run, bytes).unwrap();
    let read = || {
        let mut all = rig.folder().claims(0..=u64::MAX)?;
        while all.take()?.is_some() {}
        Ok::<_, io::Error>(())
    };
    let e = read().unwrap_err().to_string();
    assert!(e.contains(".run: a block") && e.contains("damaged"), "{e}");
}

#[test]
fn a_presence_is_kept_with_visits_and_with_what_a_feed_has_seen() {
    let rig = ImportRig::new();
    let visits = b"bay,from,to\nZ0-0,2026-11-01T00:00:00Z,2026-11-01T00:10:00Z\nZ9,2026-11-01T00:00:00Z,2026-11-01T01:00:00Z\n";
    let folder = rig.import("visits", &[&rig.file("v.csv", visits)]);
    let came = folder.came();
    assert_eq!(
        (came.tally.lines, came.tally.accepted, came.fresh),
        (2, 1, 4)
    );
    assert_eq!(came.tally.refused.get("unknown_bay"), Some(&1));
    let seen = b"{\"bay\":\"Z0-0\",\"state\":\"vacant\",\"at\":\"2026-11-01T00:00:00Z\",\"seen\":\"2026-11-01T03:00:00Z\"}\n";
    let folder = rig.import("reports", &[&rig.file("s", seen)]);
    assert_eq!(folder.came().fresh, 2);
}
