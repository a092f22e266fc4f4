//! Hours that were imported beside hours that the hub has told: each row once, whoever reads.

use super::*;
use crate::domain::Clock as _;
use crate::history::imported::{DayWritten, Imported};

impl Den {
    fn imported(&self) -> Imported {
        let handle = self.runtime.handle().clone();
        let names = Arc::new(Numbered);
        Imported::open(
            &self.config,
            self.dir.path(),
            handle,
            names,
            self.clock.now(),
        )
        .unwrap()
    }

    fn import(&self, hours: &[SettledHour]) -> DayWritten {
        let first = hours[0].hour;
        let end = hours[hours.len() - 1].hour.plus(HOUR_MS);
        self.imported().put_day(hours, (first, end)).unwrap()
    }

    fn tell(&self, told: &SettledHour) {
        self.write([of_hour(told.clone())]);
    }

    fn correct(&self, corrections: &Corrections) {
        self.write([SettledPart::Corrections(Arc::new(corrections.clone()))]);
    }

    /// All files of the history, by name.
    fn bytes(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut all = BTreeMap::new();
        let mut folders = vec![self.dir.path().join("history")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    all.insert(path.clone(), std::fs::read(path).unwrap());
                }
            }
        }
        all
    }
}

/// What somebody comes to who adds up all rows that lie in the folder, as `docs` say he may.
fn added_up(den: &Den) -> (BTreeMap<(u32, u64), Window>, Vec<u32>) {
    let runtime = den.runtime.handle().clone();
    let shelf =
        Arc::new(Shelf::open(&den.config, &den.dir.path().join("history"), runtime).unwrap());
    let catalogue = Catalogue::new(shelf.clone());
    let mut windows: BTreeMap<(u32, u64), Window> = BTreeMap::new();
    let mut visits = Vec::new();
    for day in catalogue.days().unwrap() {
        for entry in catalogue.day(day).unwrap().iter().filter(|e| e.rows > 0) {
            let bytes = shelf.get(&entry.file).unwrap().unwrap();
            if entry.class == Class::Visits {
                let rows = visits::read_visits(bytes).unwrap();
                visits.extend(rows.iter().map(|v| v.bay_number));
                continue;
            }
            files::read_turnover(bytes, None, &mut |raw| {
                let row = raw.row();
                windows
                    .entry((row.zone, row.from.0))
                    .or_default()
                    .add(&row.window);
            })
            .unwrap();
        }
    }
    windows.retain(|_, w| !w.is_zero());
    (windows, visits)
}

fn knowing(occupied_ms: i64) -> Window {
    Window {
        occupied_ms,
        unknown_ms: 600_000 - occupied_ms,
        started: 1,
        occupied_at: 1,
        unknown_at: 1,
        ..Window::default()
    }
}

fn unknown() -> Window {
    Window {
        unknown_ms: 600_000,
        unknown_at: 2,
        ..Window::default()
    }
}

fn told(at: Millis, zones: &[(u32, Window)]) -> SettledHour {
    let windows = zones.iter().map(|(zone, window)| WindowRow {
        zone: *zone,
        from: at,
        window: window.clone(),
    });
    let knows = zones.iter().filter(|(_, w)| w.started > 0);
    let visits = knows.map(|(zone, _)| Visit {
        bay: zone * 10,
        zone: *zone,
        start: at,
        end: at.plus(1000),
        start_seen: true,
        end_seen: true,
        kinds: SourceKinds::default(),
    });
    SettledHour {
        hour: at,
        windows: windows.collect(),
        visits: visits.collect(),
    }
}

/// The rows of hours in an answer, by zone.
fn answered(den: &Den, from: Millis, to: Millis) -> Vec<(u32, u64, i64, i64)> {
    let (history, _) = den.open();
    *den.memory.settled_to.lock().unwrap() = hour(40);
    let q = Question {
        from,
        to,
        interval: Interval::Hour,
        zones: None,
        place: None,
        limit: 1000,
    };
    let page = history.page(&q).unwrap();
    let row = |r: &TurnoverRow| {
        let sums = r.sums.clone().unwrap_or_default();
        (
            r.zone,
            r.from.since(DAY) / HOUR_MS,
            sums.occupied_ms,
            sums.unknown_ms,
        )
    };
    page.rows.iter().map(row).collect()
}

#[test]
fn an_hour_of_a_zone_of_which_the_hub_knew_anything_is_its_own_and_the_others_are_filled() {
    let den = Den::new();
    den.tell(&told(hour(3), &[(1, knowing(100)), (2, unknown())]));
    let imported = told(
        hour(3),
        &[(1, knowing(7000)), (2, knowing(200)), (3, knowing(300))],
    );
    let earlier = told(hour(1), &[(1, knowing(50))]);
    let done = den.import(&[earlier.clone(), imported.clone()]);
    assert_eq!((done.hours, done.own), (2, 1));
    let want = [
        (1, 1, 50, 599_950),
        (1, 3, 100, 599_900),
        (2, 3, 200, 599_800),
        (3, 3, 300, 599_700),
    ];
    assert_eq!(answered(&den, hour(0), hour(9)), want);
    let (windows, visits) = added_up(&den);
    assert_eq!(windows[&(2, hour(3).0)], knowing(200));
    assert_eq!(windows[&(1, hour(3).0)], knowing(100));
    assert_eq!(
        visits,
        [10, 10, 20, 30],
        "of hour 1, and of each zone of hour 3 one"
    );
    // Rates are learnt of it as of all else.
    let (history, _) = den.open();
    assert_eq!(history.hours(hour(0)..hour(9)).unwrap(), [hour(1), hour(3)]);
    let learnt = history.activity(hour(3)).unwrap();
    let learnt: Vec<_> = learnt
        .iter()
        .map(|a| (a.zone, a.occupied_ms, a.unknown_ms))
        .collect();
    assert_eq!(
        learnt,
        [(1, 100, 599_900), (2, 200, 599_800), (3, 300, 599_700)]
    );
    // Once more: not a byte is another, and none is written.
    let before = den.bytes();
    let again = den.import(&[earlier, imported]);
    assert_eq!((again.files, den.bytes() == before), (0, true));
}

#[test]
fn what_the_hub_tells_later_goes_before_what_was_imported_however_often_it_tells_it() {
    let den = Den::new();
    let all = [(1, knowing(10)), (2, knowing(20)), (3, knowing(30))];
    den.import(&[told(hour(5), &all), told(hour(6), &all)]);
    let mine = told(hour(5), &[(1, knowing(7)), (2, unknown())]);
    for _ in 0..2 {
        den.tell(&mine);
        let (windows, visits) = added_up(&den);
        let of = |zone| windows[&(zone, hour(5).0)].occupied_ms;
        assert_eq!((of(1), of(2), of(3)), (7, 20, 30));
        assert_eq!(windows[&(2, hour(5).0)], knowing(20), "two bays, not four");
        assert_eq!(visits.len(), 6);
    }
    let late = Corrections {
        hour: hour(8),
        windows: vec![WindowRow {
            zone: 3,
            from: hour(6),
            window: knowing(5),
        }],
        visits: Vec::new(),
    };
    for _ in 0..2 {
        den.correct(&late);
        let (windows, visits) = added_up(&den);
        assert_eq!(
            windows[&(3, hour(6).0)],
            knowing(5),
            "its first word of that hour is its own"
        );
        assert_eq!(visits.len(), 5);
    }
    assert_eq!(
        answered(&den, hour(6), hour(7)).last(),
        Some(&(3, 6, 5, 599_995))
    );
}

#[test]
fn an_answer_is_the_same_out_of_memory_and_out_of_files() {
    let den = Den::new();
    let mine = told(hour(3), &[(1, knowing(100)), (2, unknown())]);
    den.tell(&mine);
    den.import(&[told(
        hour(3),
        &[(1, knowing(1)), (2, knowing(200)), (3, knowing(300))],
    )]);
    let files = answered(&den, hour(0), hour(9));
    den.memory
        .windows
        .lock()
        .unwrap()
        .insert(hour(3), mine.windows);
    assert_eq!(answered(&den, hour(0), hour(9)), files);
}

#[test]
fn hours_before_the_first_told_are_known_though_older_ones_were_imported() {
    let den = Den::new();
    den.import(&[told(hour(1), &[(1, knowing(10))])]);
    den.tell(&told(hour(20), &[(2, knowing(5))]));
    den.correct(&Corrections {
        hour: hour(21),
        windows: vec![WindowRow {
            zone: 2,
            from: hour(18),
            window: knowing(6),
        }],
        visits: Vec::new(),
    });
    let want = [
        (1, 1, 10, 599_990),
        (2, 18, 6, 599_994),
        (2, 20, 5, 599_995),
    ];
    assert_eq!(answered(&den, hour(0), hour(30)), want);
    // But an hour that the hub has lost stays lost.
    den.correct(&Corrections {
        hour: hour(24),
        windows: vec![WindowRow {
            zone: 2,
            from: hour(23),
            window: knowing(6),
        }],
        visits: Vec::new(),
    });
    assert_eq!(answered(&den, hour(22), hour(30)), []);
}

#[test]
fn single_visits_past_their_time_are_not_imported_and_what_is_gone_is_removed() {
    let mut den = Den::new();
    den.config.keep_visits_days = 1;
    den.clock.set(hour(24 * 9));
    let all = told(hour(1), &[(1, knowing(10))]);
    assert_eq!(
        den.import(std::slice::from_ref(&all)).files,
        1,
        "turnover alone"
    );
    assert_eq!(added_up(&den).1, [0; 0]);
    let nothing = SettledHour {
        hour: hour(1),
        ..SettledHour::default()
    };
    assert_eq!(den.import(&[nothing]).files, 1);
    assert!(added_up(&den).0.is_empty());
}
