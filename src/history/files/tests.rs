//! Rows, as they are written and read again.

use super::*;
use crate::history::names::Numbered;
use crate::long::cases;
use proptest::prelude::*;

fn row() -> impl Strategy<Value = WindowRow> {
    let numbers = proptest::collection::vec(-1_000_000_000_000..1_000_000_000_000_i64, 12);
    let stays = proptest::collection::vec((0..500_u16, -3..3_i32), 0..20);
    let counted = any::<bool>();
    (0..100_u32, 0..1_000_u64, numbers, stays, counted).prop_map(
        |(zone, from, m, stays, counted)| {
            let window = Window {
                occupied_ms: m[0],
                vacant_ms: m[1],
                unknown_ms: m[2],
                closed_ms: m[3],
                started: m[4],
                ended: m[5],
                short: m[6],
                censored: m[7],
                stay_ms: m[8],
                stays: Stays::from_buckets(stays),
                occupied_at: m[9],
                vacant_at: m[10],
                unknown_at: m[11],
                counted: None,
            };
            let window = if counted {
                Window::from(CountedWindow::of(&window))
            } else {
                window
            };
            WindowRow {
                zone,
                from: Millis(from * 300_000),
                window,
            }
        },
    )
}

#[test]
fn what_bays_and_counts_say_of_one_window_are_two_rows() {
    let counted = CountedWindow {
        vacant_ms: 7,
        ..CountedWindow::default()
    };
    let both = WindowRow {
        zone: 3,
        from: Millis(300_000),
        window: Window {
            started: 1,
            counted: Some(Box::new(counted)),
            ..Window::default()
        },
    };
    let file = write_turnover(std::slice::from_ref(&both), None, &Numbered).unwrap();
    let mut got = Vec::new();
    read_turnover(file, None, &mut |raw| got.push(raw.row().window)).unwrap();
    assert_eq!((got[0].started, &got[0].counted), (1, &None));
    assert_eq!(got[1], Window::from(counted));
    assert_eq!(got.len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(32)))]
    #[test]
    fn rows_of_turnover_come_back_as_they_went(rows in proptest::collection::vec(row(), 0..40)) {
        let file = write_turnover(&rows, None, &Numbered).unwrap();
        let read = |zones| {
            let mut out = Vec::new();
            read_turnover(file.clone(), zones, &mut |raw| out.push(raw.row())).unwrap();
            out
        };
        prop_assert_eq!(&read(None), &rows);
        let some: Vec<WindowRow> = rows.iter().filter(|r| [3, 50].contains(&r.zone)).cloned().collect();
        prop_assert_eq!(&read(Some(&[3, 50])), &some);
    }
}
