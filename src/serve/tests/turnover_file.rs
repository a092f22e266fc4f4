//! Turnover as a file of Parquet: row by row what the CSV tells the same caller, however many pages it
//! is made of.

use super::settled::day;
use super::{Answer, Town};
use crate::domain::Millis;
use crate::domain::turnover::HOUR_MS;
use crate::history::parquet_lines;

const PARQUET: &str = "application/vnd.apache.parquet";

async fn asked(town: &Town, scope: &str, accept: &str, query: &str) -> Answer {
    let key = town.keys.get(scope).map(|key| format!("Bearer {key}"));
    let mut headers = vec![("accept", accept)];
    headers.extend(key.as_deref().map(|key| ("authorization", key)));
    town.get_with(&format!("/v1/turnover{query}"), &headers)
        .await
}

/// Lines of CSV as a reader of Parquet writes them.
fn as_parquet(csv: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(csv).unwrap();
    let (head, rows) = text.split_once("\r\n").unwrap();
    let names: Vec<&str> = head.split(',').collect();
    let member = |(name, value): (&&str, &str)| match *name {
        "zone" | "basis" => format!("{name}: \"{value}\""),
        "from" | "to" => {
            let time = value.replace('T', " ").replace('Z', " +00:00");
            format!("{name}: {time}")
        }
        _ if value.is_empty() => format!("{name}: null"),
        "complete" | "suppressed" | "visits" | "visits_ended" | "short_stays"
        | "censored_stays" => format!("{name}: {value}"),
        // As the reader writes it.
        _ if value == "0" => format!("{name}: 0E0"),
        _ => format!("{name}: {:?}", value.parse::<f64>().unwrap()),
    };
    let line = |row: &str| {
        let members: Vec<String> = names.iter().zip(row.split(',')).map(member).collect();
        format!("{{{}}}", members.join(", "))
    };
    rows.lines().map(line).collect()
}

#[tokio::test]
async fn whoever_asks_is_told_in_parquet_what_the_csv_tells() {
    let town = Town::new();
    // In the first zone one visit, which nobody but the authority is told.
    town.settle(|zone, hour| match zone {
        0 => i64::from(hour == 3),
        _ => i64::from(zone) * 3 + hour as i64 % 4,
    });
    let from = Millis(day().0 - 24 * HOUR_MS);
    for scope in ["monitor", "book", "nobody"] {
        for query in [format!("?from={from}&interval=1d"), format!("?from={from}")] {
            let csv = asked(&town, scope, "text/csv", &query).await;
            let file = asked(&town, scope, PARQUET, &query).await;
            assert_eq!(file.header("content-type"), PARQUET);
            assert!(file.header("vary").contains("accept"));
            let told = parquet_lines(file.body.clone());
            assert!(!told.is_empty());
            assert_eq!(told, as_parquet(&csv.body), "{scope} {query}");
            // Of what is withheld there is no figure in the file either.
            let held = told.iter().filter(|line| line.contains("suppressed: true"));
            let mut held = held.peekable();
            let is_withheld = held.peek().is_some();
            assert_eq!(is_withheld, scope != "monitor", "{scope} {query}");
            assert!(held.all(|line| line.contains("visits: null")), "{scope}");
            if scope == "nobody" {
                let path = format!("/v1/turnover{query}");
                let held = ("if-none-match", file.header("etag"));
                let again = town.get_with(&path, &[("accept", PARQUET), held]).await;
                assert_eq!(again.status, 304);
            }
        }
    }
}

#[tokio::test]
async fn a_file_goes_on_over_pages_and_says_where_it_ends() {
    let town = Town::new();
    town.settle_day();
    let from = Millis(day().0 - 24 * HOUR_MS);
    let to = day();
    let query = format!("?from={from}&to={to}");
    let csv = asked(&town, "monitor", "text/csv", &query).await;
    let all = as_parquet(&csv.body);
    assert_eq!(all.len(), 24 * 3);
    // More than a turn's rows: several, in one file, with nothing after it.
    let file = asked(&town, "monitor", PARQUET, &query).await;
    assert_eq!(parquet_lines(file.body.clone()), all);
    assert_eq!(file.header("link"), "");
    // As many as are asked for, and the others behind the link.
    let mut told = Vec::new();
    let mut sizes = Vec::new();
    let mut next = format!("{query}&limit=50");
    while !next.is_empty() {
        let file = asked(&town, "monitor", PARQUET, &next).await;
        let rows = parquet_lines(file.body.clone());
        sizes.push(rows.len());
        told.extend(rows);
        let link = file.header("link").to_owned();
        let path = link
            .strip_prefix("</v1/turnover")
            .and_then(|l| l.split_once('>'));
        next = path.map_or(String::new(), |(query, _)| query.to_owned());
    }
    assert_eq!((told, sizes), (all, vec![50, 22]));
}

#[tokio::test]
async fn a_file_of_nothing_is_a_file() {
    let town = Town::new();
    let file = asked(&town, "monitor", PARQUET, "").await;
    assert_eq!(file.status, 200);
    assert_eq!(parquet_lines(file.body.clone()), [""; 0]);
    let refused = asked(&town, "monitor", "application/x-parquet", "").await;
    refused.problem("not-acceptable");
}
