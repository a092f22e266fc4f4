//! Each room is listed once, by its name, in `src/lib.rs` and in `ARCHITECTURE.md`; and each row of
//! the table of imports is a room.

use super::markdown::code_and_prose;
use super::{Source, rooms};

const LIB: &str = "src/lib.rs";
const MAP: &str = "ARCHITECTURE.md";

/// Rooms without files, and tables of rooms that do not list each room once.
pub(super) fn check(files: &[Source]) -> Vec<String> {
    let there = |room: &str| {
        let inner = |f: &&Source| f.path.starts_with("src/") && super::room_of(&f.path) == room;
        files.iter().find(inner).is_some()
    };
    let mut faults: Vec<String> = rooms::rooms()
        .filter(|room| !there(room))
        .map(|room| {
            format!("tests/it/tidy/rooms.rs:1: the row `{room}` of ROOMS has no files in src/")
        })
        .collect();
    let mut orders = Vec::new();
    for path in [LIB, MAP] {
        let Some(file) = files.iter().find(|f| f.path == path) else {
            continue;
        };
        let listed = listed(&file.text);
        for (at, (line, name)) in listed.iter().enumerate() {
            if !rooms::rooms().any(|r| r == name) && !rooms::around().any(|r| r == name) {
                faults.push(format!(
                    "{path}:{line}: lists `{name}`, which is no room of ROOMS"
                ));
            }
            if listed[..at].iter().any(|(_, n)| n == name) {
                faults.push(format!("{path}:{line}: lists `{name}` twice"));
            }
        }
        let missing = rooms::rooms().filter(|r| there(r) && !listed.iter().any(|(_, n)| n == r));
        faults.extend(missing.map(|room| {
            format!("{path}:1: its table of rooms (`| room |`) does not list `{room}`")
        }));
        let names = listed.into_iter().map(|(_, name)| name);
        orders.push(names.filter(|n| there(n)).collect::<Vec<_>>());
    }
    if let [ours, theirs] = &orders[..]
        && faults.is_empty()
        && ours != theirs
    {
        faults.push(format!(
            "{MAP}:1: its rooms stand in another order than in {LIB}"
        ));
    }
    faults
}

/// The names in the first column of the table whose first heading is `room`, with their lines.
fn listed(text: &str) -> Vec<(usize, String)> {
    let lines = text
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.trim_start_matches("//!").trim_start()));
    let table = lines
        .skip_while(|(_, line)| !line.starts_with("| room |"))
        .take_while(|(_, line)| line.starts_with('|'));
    let cells = table.filter_map(|(at, line)| Some((at, line.split('|').nth(1)?)));
    cells
        .flat_map(|(at, cell)| {
            let (spans, _) = code_and_prose(cell);
            spans.into_iter().map(move |(_, name)| (at, name))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{none, one};
    use super::*;

    const LIVE: &str = "| [`live`] | x |\n";

    fn table(rooms: impl Iterator<Item = &'static str>) -> String {
        rooms.fold(
            "# T\n\n| room | |\n|---|---|\n".to_owned(),
            |table, room| table + "| [`" + room + "`] | x |\n",
        )
    }

    /// Files of all rooms but `without`, and the two tables.
    fn planted(without: &str, lib: &str, map: &str) -> Vec<String> {
        let rooms = rooms::rooms().filter(|room| *room != without);
        let mut files: Vec<Source> = rooms
            .map(|room| Source::new(format!("src/{room}/mod.rs"), "//! A room."))
            .collect();
        let lib = lib
            .lines()
            .fold(String::new(), |t, l| t + "//! " + l + "\n");
        files.push(Source::new(LIB, lib + "pub mod x;\n"));
        files.push(Source::new(MAP, map));
        check(&files)
    }

    #[test]
    fn each_room_once_and_the_wiring_is_fine() {
        let all = table(rooms::rooms());
        none(&planted("", &all, &all));
        let more = all.clone() + "| [`app`], `demo` | x |\n\n| `attic` |\n";
        none(&planted("", &more, &all));
    }

    #[test]
    fn a_room_that_is_left_out_listed_twice_or_none_is_caught() {
        let all = table(rooms::rooms());
        for (fewer, path) in [(&all.replace(LIVE, ""), LIB), (&all, MAP)] {
            let map = if path == MAP {
                all.replace(LIVE, "")
            } else {
                all.clone()
            };
            one(&planted("", fewer, &map), &[path, "does not list `live`"]);
        }
        one(
            &planted("", &(all.clone() + LIVE), &all),
            &["src/lib.rs:", "lists `live` twice"],
        );
        one(
            &planted("", &all, &(all.clone() + "| `attic` | x |\n")),
            &["ARCHITECTURE.md:", "`attic`, which is no room"],
        );
        one(
            &planted("", &all, "# No table\n")[..1],
            &["ARCHITECTURE.md:1:", "does not list"],
        );
    }

    #[test]
    fn a_row_without_files_is_caught() {
        let all = table(rooms::rooms().filter(|room| *room != "live"));
        one(
            &planted("live", &all, &all),
            &["tests/it/tidy/rooms.rs:1:", "`live`", "no files"],
        );
    }

    #[test]
    fn another_order_is_caught() {
        let all = table(rooms::rooms());
        let moved = all.replace(LIVE, "") + LIVE;
        one(&planted("", &all, &moved), &["another order"]);
    }
}
