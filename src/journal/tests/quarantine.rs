//! The quarantine: durable before the receipt, bounded, newest first, ids that run on.

use super::super::{Filter, Quarantine};
use super::*;
use crate::domain::{Door, DropList, Reason};
use tempfile::tempdir;

fn refusal(n: u64) -> Refusal {
    Refusal {
        reason: Reason::ALL[n as usize % 8],
        door: Door::Mqtt,
        source: format!("lamp-{}", n % 3).into(),
        key: 0,
        partner: "".into(),
        topic: "bayhub/v1/lamp/report".into(),
        index: n.is_multiple_of(2).then_some(n as u32),
        detail: format!("refusal {n}").into(),
        payload: DropList::default().excerpt(format!("{{\"n\":{n}}}").as_bytes()),
    }
}

fn refuse(running: &Running, range: std::ops::Range<u64>) {
    acknowledged(&running.send(vec![], range.map(refusal).collect())).unwrap();
}

/// A reader of a journal that is not running.
fn reader(dir: &Path, config: Config) -> Quarantine {
    Journal::open(dir, config, Arc::new(BareTown::default()))
        .unwrap()
        .quarantine()
}

fn all(quarantine: &Quarantine) -> Vec<u64> {
    let filter = Filter {
        limit: 1000,
        ..Filter::default()
    };
    quarantine
        .read(&filter)
        .unwrap()
        .iter()
        .map(|k| k.id)
        .collect()
}

#[test]
fn keeps_everything_said_of_a_refusal() {
    let dir = tempdir().unwrap();
    let running = Running::plain(dir.path(), small());
    refuse(&running, 4..5);
    running.stop();
    let kept = reader(dir.path(), small())
        .read(&Filter::default())
        .unwrap()
        .remove(0);
    let json = serde_json::to_value(&kept).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "id": 1, "at": "2026-11-18T11:06:40.000Z", "reason": Reason::ALL[4].name(), "door": "mqtt", "source": "lamp-1",
            "topic": "bayhub/v1/lamp/report", "index": 4, "detail": "refusal 4", "payload": "{\"n\":4}",
            "encoding": "utf8", "partner": null,
        })
    );
}

#[test]
fn reads_newest_first_by_reason_source_and_page() {
    let dir = tempdir().unwrap();
    let running = Running::plain(dir.path(), small());
    refuse(&running, 0..20);
    refuse(&running, 20..48);
    running.stop();
    let q = reader(dir.path(), small());
    assert_eq!(all(&q), (1..=48).rev().collect::<Vec<_>>());
    let page = |f: Filter| q.read(&f).unwrap().iter().map(|k| k.id).collect::<Vec<_>>();
    assert_eq!(
        page(Filter {
            limit: 2,
            ..Filter::default()
        }),
        [48, 47]
    );
    assert_eq!(
        page(Filter {
            limit: 2,
            before_id: Some(47),
            ..Filter::default()
        }),
        [46, 45]
    );
    let odd = Filter {
        reason: Some(Reason::Malformed),
        source: Some("lamp-2".into()),
        ..Filter::default()
    };
    assert_eq!(page(odd), [33, 9]);
    assert_eq!(
        page(Filter {
            limit: 0,
            ..Filter::default()
        }),
        [0; 0]
    );
    assert_eq!(
        page(Filter {
            limit: usize::MAX,
            ..Filter::default()
        })
        .len(),
        48
    );
}

#[test]
fn ids_run_on_across_restarts_and_rotation() {
    let dir = tempdir().unwrap();
    let config = Config {
        quarantine_bytes: Config::MIN_QUARANTINE_BYTES,
        ..small()
    };
    let mut n = 0;
    for _ in 0..3 {
        let running = Running::plain(dir.path(), config.clone());
        for _ in 0..10 {
            refuse(&running, n..n + 50);
            n += 50;
        }
        running.stop();
    }
    // A rotation just before a stop leaves an empty current file.
    let folder = dir.path().join("quarantine");
    std::fs::rename(folder.join("current.jsonl"), folder.join("previous.jsonl")).unwrap();
    let running = Running::plain(dir.path(), config.clone());
    refuse(&running, n..n + 1);
    running.stop();
    assert_eq!(all(&reader(dir.path(), config))[0], n + 1);
}

#[test]
fn takes_no_more_than_its_bytes_and_loses_the_oldest_first() {
    let dir = tempdir().unwrap();
    let config = Config {
        quarantine_bytes: Config::MIN_QUARANTINE_BYTES,
        ..small()
    };
    let running = Running::plain(dir.path(), config.clone());
    let hostile = |n| Refusal {
        topic: "\u{1}".repeat(70_000).into(),
        detail: "é".repeat(70_000).into(),
        payload: DropList::default().excerpt(&[1; 5000]),
        ..refusal(n)
    };
    for round in 0..10 {
        acknowledged(&running.send(vec![], (0..10).map(|n| hostile(round * 10 + n)).collect()))
            .unwrap();
    }
    for round in 0..20 {
        refuse(&running, round * 100..round * 100 + 100);
    }
    running.stop();
    let folder = dir.path().join("quarantine");
    let bytes: u64 = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().metadata().unwrap().len())
        .sum();
    assert!(
        (Config::MIN_QUARANTINE_BYTES / 2..=Config::MIN_QUARANTINE_BYTES).contains(&bytes),
        "{bytes}"
    );
    let ids = all(&reader(dir.path(), config));
    assert_eq!(
        ids,
        (2101 - ids.len() as u64..=2100).rev().collect::<Vec<_>>(),
        "no gaps"
    );
}

#[test]
fn payloads_that_are_no_text_are_kept_as_hex_and_a_cut_character_is_left_off() {
    let dir = tempdir().unwrap();
    let running = Running::plain(dir.path(), small());
    let with = |payload: &[u8]| Refusal {
        payload: DropList::default().excerpt(payload),
        ..refusal(0)
    };
    let cut = format!("x{}", "é".repeat(800));
    let refusals = vec![
        with(&[0, 0xff, 0x0a]),
        with(cut.as_bytes()),
        with(b"a\n\"b\0"),
        with("x\u{e9}".as_bytes()),
    ];
    acknowledged(&running.send(vec![], refusals)).unwrap();
    running.stop();
    let mut kept = reader(dir.path(), small())
        .read(&Filter::default())
        .unwrap();
    kept.reverse();
    let shown: Vec<_> = kept
        .iter()
        .map(|k| (k.payload.as_str(), k.encoding.as_str()))
        .collect();
    let whole = format!("x{}", "é".repeat(511));
    assert_eq!(
        shown,
        [
            ("00ff0a", "hex"),
            (&*whole, "utf8"),
            ("a\n\"b\0", "utf8"),
            ("xé", "utf8")
        ]
    );
}

#[test]
fn a_torn_last_line_is_cut_off_and_the_rest_read() {
    let dir = tempdir().unwrap();
    let running = Running::plain(dir.path(), small());
    refuse(&running, 0..3);
    running.stop();
    let path = dir.path().join("quarantine/current.jsonl");
    let bytes = std::fs::read(&path).unwrap();
    let two = bytes
        .iter()
        .enumerate()
        .filter(|(_, b)| **b == b'\n')
        .nth(1)
        .unwrap()
        .0
        + 1;
    for cut in two..bytes.len() {
        std::fs::write(&path, &bytes[..cut]).unwrap();
        assert_eq!(all(&reader(dir.path(), small())), [2, 1], "cut at {cut}");
    }
    let running = Running::plain(dir.path(), small());
    refuse(&running, 9..10);
    running.stop();
    assert_eq!(all(&reader(dir.path(), small())), [3, 2, 1]);
}

#[test]
fn a_receipt_waits_for_both_and_a_failing_quarantine_neither_doubles_nor_loses() {
    for (writes, syncs) in [(0, 1), (1, 0), (2, 2)] {
        let dir = tempdir().unwrap();
        let disk = Arc::new(FaultyDisk::default());
        let running = Running::start(dir.path(), small(), disk.clone());
        let reader = {
            running.store(claims(0..1));
            disk.writes.store(writes, SeqCst);
            disk.syncs.store(syncs, SeqCst);
            acknowledged(&running.send(vec![], vec![refusal(1), refusal(2)])).unwrap();
            assert_eq!(
                running.metrics.quarantine_errors.get(),
                (writes + syncs) as u64
            );
            acknowledged(&running.send(claims(1..3), vec![refusal(3)])).unwrap();
            running.stop();
            reader(dir.path(), small())
        };
        assert_eq!(all(&reader), [3, 2, 1]);
        assert_eq!(flat(&read(dir.path(), small()).0), claims(0..3));
    }
}

#[test]
fn durable_claims_reach_the_stream_while_their_refusals_cannot_be_kept() {
    let dir = tempdir().unwrap();
    let disk = Arc::new(FaultyDisk::default());
    let running = Running::start(dir.path(), small(), disk.clone());
    running.store(claims(0..1));
    let folder = dir.path().join("quarantine");
    // The claims' sync succeeds, then the quarantine's line fails: told apart by breaking only
    // lines.
    disk.lines.store(i32::MAX, SeqCst);
    let receipt = running.send(claims(1..4), vec![refusal(1)]);
    while running.beats.recv_timeout(Duration::from_mins(1)).unwrap() != 3 {}
    assert!(receipt.try_recv().is_err());
    assert!(
        running
            .health
            .reasons()
            .iter()
            .any(|(p, why)| *p == "journal" && why.contains("quarantine"))
    );
    disk.lines.store(0, SeqCst);
    acknowledged(&receipt).unwrap();
    assert_eq!(flat(&running.stop()), claims(0..4), "and only once");
    assert!(folder.join("current.jsonl").exists());
}

#[test]
fn a_keys_flood_pushes_out_its_own_refusals_and_no_one_elses() {
    let dir = tempdir().unwrap();
    let config = Config {
        quarantine_bytes: 4 * Config::MIN_QUARANTINE_BYTES,
        quarantine_percent_per_key: 25,
        ..small()
    };
    let running = Running::plain(dir.path(), config.clone());
    let of = |key, n| Refusal { key, ..refusal(n) };
    let send = |key, range: std::ops::Range<u64>| {
        acknowledged(&running.send(vec![], range.map(|n| of(key, n)).collect())).unwrap();
    };
    send(1, 0..10);
    for round in 0..100 {
        send(2, round * 100..round * 100 + 100);
    }
    send(3, 0..10);
    running.stop();
    let ids = all(&reader(dir.path(), config.clone()));
    let newest: Vec<u64> = (1..=10_020).rev().take(20).collect();
    assert_eq!(
        ids[..20],
        newest,
        "the newest of the flood are kept as well"
    );
    assert!(ids.len() < 5000, "most of the flood is gone");
    let mut oldest = Filter {
        limit: 1000,
        ..Filter::default()
    };
    let mut last = Vec::new();
    loop {
        let page = reader(dir.path(), config.clone()).read(&oldest).unwrap();
        let Some(end) = page.last() else { break };
        oldest.before_id = Some(end.id);
        last = page.iter().map(|k| k.id).collect();
    }
    assert_eq!(last[last.len() - 10..], [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    let folder = std::fs::read_dir(dir.path().join("quarantine")).unwrap();
    let bytes: u64 = folder.map(|f| f.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes <= config.quarantine_bytes, "{bytes}");
}

#[test]
fn a_partner_is_given_its_own_and_nothing_from_before_partners_were_kept() {
    let dir = tempdir().unwrap();
    let running = Running::plain(dir.path(), small());
    let of = |partner: &str, n| Refusal {
        partner: partner.into(),
        ..refusal(n)
    };
    let all = ["acme", "", "acme2", "acme"].into_iter().zip(0..);
    let refusals = all.map(|(partner, n)| of(partner, n)).collect();
    acknowledged(&running.send(vec![], refusals)).unwrap();
    running.stop();
    let newer = dir.path().join("quarantine/current.jsonl");
    let kept = std::fs::read_to_string(&newer).unwrap();
    std::fs::write(&newer, kept.replacen("\"partner\":\"acme\",", "", 1)).unwrap();
    let q = reader(dir.path(), small());
    let of = |partner: Option<&str>| {
        let partner = partner.map(str::to_owned);
        let filter = Filter {
            partner,
            ..Filter::default()
        };
        let found = q.read(&filter).unwrap();
        found.iter().map(|k| k.id).collect::<Vec<_>>()
    };
    assert_eq!(of(None), [4, 3, 2, 1]);
    assert_eq!(of(Some("acme")), [4]);
    assert_eq!((of(Some("acme2")), of(Some(""))), (vec![3], vec![]));
}
