//! Turnover as Parquet over HTTP, read by somebody else's program: row by row what the CSV tells.

use super::hub::Hub;
use super::mqtt::{missing, peer};
use crate::tidy::root;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// What `told_twice.py` printed; `None` where `DuckDB` is not installed.
fn duckdb(csv: &Path, parquet: &Path) -> Option<Value> {
    let there = peer(Command::new("python3").args(["-c", "import duckdb"]))?;
    if !there.status.success() {
        missing("duckdb (python3 -m pip install duckdb)");
        return None;
    }
    let script = root().join("tests/it/demo/told_twice.py");
    let output = peer(Command::new("python3").arg(script).args([csv, parquet]))?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    Some(serde_json::from_slice(&output.stdout).expect("JSON"))
}

#[tokio::test]
async fn duckdb_reads_in_parquet_what_the_csv_tells_to_each_caller() {
    let dir = tempfile::tempdir().expect("a folder");
    let hub = Hub::start(&["--bays", "5000", "--past", "8"]);
    let client = crate::web::client().build().expect("a client");
    let ends = ["csv", "parquet"].map(|end| dir.path().join(format!("turnover.{end}")));
    // The first hour of the past on, so that both are asked for the same.
    let from = "2020-01-01T00:00:00Z";
    let mut held = Vec::new();
    for (key, query) in [
        (Some(hub.key("monitor")), "interval=5m&limit=20000"),
        (None, "interval=1d&limit=20000"),
    ] {
        // What is settled meanwhile is not asked for.
        let now = hub_says_settled(&client, &hub).await;
        for (format, path) in ["text/csv", "application/vnd.apache.parquet"]
            .iter()
            .zip(&ends)
        {
            let url = format!("{}/v1/turnover?{query}&from={from}&to={now}", hub.http);
            let mut request = client.get(url).header("accept", *format);
            if let Some(key) = key {
                request = request.bearer_auth(key);
            }
            let answer = request.send().await.expect("an answer");
            assert_eq!(answer.status(), 200, "{query}");
            assert!(!answer.headers().contains_key("link"), "{query}");
            let body = answer.bytes().await.expect("a body");
            std::fs::write(path, body).expect("a file");
        }
        let Some(said) = duckdb(&ends[0], &ends[1]) else {
            return;
        };
        assert_eq!(said["rows"][0], said["rows"][1], "{said}");
        assert_eq!(said["differ"], json!([0, 0]), "{said}");
        held.push(said);
    }
    let rows = |n: usize| held[n]["rows"][0].as_u64().expect("a number");
    // More than one turn of the hub's own work.
    assert!(
        rows(0) > 5_000 && held[0]["groups"].as_u64() > Some(1),
        "{held:?}"
    );
    let columns: Vec<&str> = held[0]["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let has = |column: &str| assert!(columns.contains(&column), "{columns:?}");
    has("zone VARCHAR");
    has("from TIMESTAMP WITH TIME ZONE");
    has("complete BOOLEAN");
    has("visits BIGINT");
    has("occupancy DOUBLE");
    has("basis VARCHAR");
    assert_eq!(columns.len(), 19);
}

/// Up to when all is settled.
async fn hub_says_settled(client: &reqwest::Client, hub: &Hub) -> String {
    let url = format!("{}/v1/turnover?limit=1", hub.http);
    let told = client.get(url).send().await.expect("an answer");
    let told: Value = told.json().await.expect("JSON");
    told["settled_to"].as_str().expect("settled").to_owned()
}
