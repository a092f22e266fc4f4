//! The operators' chapter is true: every alert has its row and every row its alert, and each test
//! that the table of failures names is there.

use crate::tidy::root;
use std::collections::BTreeSet;
use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// The rows of the table whose head begins so, each as its cells.
fn table(text: &str, head: &str) -> Vec<Vec<String>> {
    let lines = text.lines().skip_while(|l| !l.starts_with(head)).skip(2);
    let rows = lines.take_while(|l| l.starts_with('|'));
    let cells = |row: &str| {
        let inner = row.trim_matches('|').split('|');
        inner.map(|c| c.trim().to_owned()).collect()
    };
    rows.map(cells).collect()
}

/// What stands in backticks.
fn spans(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// What one has and the other has not.
fn amiss(alerts: &str, chapter: &str) -> Vec<String> {
    let alerts = alerts
        .lines()
        .filter_map(|l| l.trim().strip_prefix("- alert: "));
    let alerts: BTreeSet<String> = alerts.map(str::to_owned).collect();
    let rows = table(chapter, "| alert |");
    let told = rows.iter().filter(|row| row[1].len() > 20);
    let told: BTreeSet<String> = told
        .flat_map(|row| spans(&row[0]))
        .map(str::to_owned)
        .collect();
    alerts.symmetric_difference(&told).cloned().collect()
}

#[test]
fn every_alert_has_a_row_that_says_what_to_do_and_every_row_an_alert() {
    let alerts = read("dashboards/prometheus/alerts.yml");
    let chapter = read("docs/operating.md");
    assert!(table(&chapter, "| alert |").len() > 10);
    assert_eq!(amiss(&alerts, &chapter), Vec::<String>::new());
}

#[test]
fn an_alert_without_a_row_and_a_row_without_an_alert_are_caught() {
    let chapter =
        "| alert | what |\n|---|---|\n| `B` | look at this, then at that one |\n| `C` | look |\n";
    assert_eq!(
        amiss("  - alert: A\n  - alert: C\n", chapter),
        ["A", "B", "C"]
    );
}

/// Whether any Rust file below `folder` has a function of that name.
fn defined(folder: &Path, name: &str) -> bool {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    entries.map(|e| e.path()).any(|path| {
        if path.is_dir() {
            return defined(&path, name);
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        path.extension().is_some_and(|e| e == "rs") && text.contains(&format!("fn {name}("))
    })
}

#[test]
fn each_failure_names_tests_that_are_there() {
    let chapter = read("docs/operating.md");
    let rows = table(&chapter, "| what | what happens | tried by |");
    assert!(rows.len() > 10, "{rows:?}");
    for row in rows {
        let tests: Vec<_> = spans(&row[2]).collect();
        assert!(!tests.is_empty(), "{row:?} names no test");
        for name in tests {
            let there = ["src", "tests/it"]
                .iter()
                .any(|f| defined(&root().join(f), name));
            assert!(there, "{name} is no test");
        }
    }
    assert!(!defined(&root().join("src"), "a_test_that_is_not_there"));
}
