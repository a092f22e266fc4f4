//! Files of any length: rows one by one, and lines that are none.

use super::super::{FeedConfig, Reader};
use super::*;
use crate::domain::{BayStatus, Reason};
use crate::ingest::codec::Said;
use std::io::BufReader;

const BAYS: &str = r#"
shape = "csv"
time_zone = "UTC"
[map]
bay = "id"
at = "time"
state = { path = "state", occupied = ["o"], vacant = ["v"] }
"#;

fn reader(toml: &str) -> Reader {
    Reader::new(&FeedConfig::from_file("past", toml).unwrap()).unwrap()
}

fn bays(rows: Vec<Result<FeedRow, LineFault>>) -> Vec<String> {
    let word = |row: Result<FeedRow, LineFault>| match row.map(|row| row.said) {
        Ok(Ok(Said::Bay(bay))) => format!("{} {}", bay.bay, bay.status == BayStatus::Occupied),
        Ok(Err((reason, why))) => format!("{} {why}", reason.name()),
        other => format!("{other:?}"),
    };
    rows.into_iter().map(word).collect()
}

#[test]
fn a_table_is_read_row_by_row_whatever_its_age_and_its_texts_kept_of_what_is_refused() {
    let reader = reader(BAYS);
    let table =
        "id;time;state\nA;2016-10-04 07:59:42;o\n\"B\n2\";2016-10-04 08:00:00;v\nC;x;o\nD;2016\n";
    let mut lines = reader.read_lines(table.as_bytes()).unwrap();
    let first = lines.next().unwrap().unwrap();
    assert_eq!((&*first.payload, lines.line()), ("", 2));
    let rest: Vec<_> = lines.collect();
    let texts: Vec<_> = rest
        .iter()
        .map(|row| row.as_ref().unwrap().payload.to_string())
        .collect();
    assert_eq!(texts[1], r#"{"id":"C","state":"o","time":"x"}"#);
    let said = bays(rest);
    assert_eq!(said[0], "B\n2 false");
    assert!(said[1].starts_with("malformed at: \"x\""), "{said:?}");
    assert_eq!(said[2], "malformed 2 columns where there should be 3");
}

#[test]
fn a_row_that_never_ends_is_the_end_and_takes_no_memory() {
    let reader = reader(BAYS);
    let head = b"id,time,state\nA,2016-10-04 07:59:42,o\n\"".as_slice();
    let endless = head.chain(io::repeat(b'x'));
    let mut lines = reader.read_lines(BufReader::new(endless)).unwrap();
    assert!(lines.next().unwrap().is_ok());
    let fault = lines.next().unwrap().unwrap_err();
    assert!(fault.why.contains("not closed"), "{fault}");
    assert!(lines.next().is_none());
}

#[test]
fn answers_a_line_are_read_and_a_line_that_is_too_long_is_passed_over() {
    let toml = BAYS.replace("csv", "json");
    let reader = reader(&toml);
    let long = format!("{{\"id\":\"{}\"}}\n", "x".repeat(17 << 20));
    let row = "{\"id\":\"A\",\"time\":\"2016-10-04T08:00:00\",\"state\":\"v\"}\n";
    let text = format!("{row}\n{long}[{0},{0}]\nno json\n{row}", row.trim());
    let lines = reader.read_lines(text.as_bytes()).unwrap();
    let rows: Vec<_> = lines.collect();
    let too_large = &rows[1].as_ref().unwrap();
    assert!(too_large.payload.len() < 4096);
    assert_eq!(too_large.said.as_ref().unwrap_err().0, Reason::TooLarge);
    let said = bays(rows);
    assert_eq!(said.len(), 6);
    assert_eq!(said[0], "A false");
    assert!(
        said[4].contains("not JSON: a mistake at line 1"),
        "{said:?}"
    );
    assert_eq!(said[5], "A false");
}

#[test]
fn a_file_of_another_dialect_or_without_the_columns_is_told() {
    let reader = reader(BAYS);
    let fault = reader
        .read_lines(b"ID No,When\n1,2\n".as_slice())
        .unwrap_err();
    assert_eq!(
        fault.to_string(),
        "line 1: no column is called \"id\"; they are ID No, When; did you mean ID No?"
    );
    assert!(
        reader
            .read_lines(b"".as_slice())
            .is_err_and(|e| e.why.contains("empty"))
    );
    let bom = "\u{feff}id\ttime\tstate\r\nA\t2016-10-04 07:59:42\to\r\n";
    let rows: Vec<_> = reader.read_lines(bom.as_bytes()).unwrap().collect();
    assert_eq!(bays(rows), ["A true"]);
}
