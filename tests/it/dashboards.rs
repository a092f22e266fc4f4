//! What operators copy must be true: dashboards, alerts and policy files parse, and name only
//! metrics the hub has.
//!
//! The names are read from the source of `src/metrics/`, because a metric with labels shows itself
//! only once used.

use crate::tidy::root;
use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What the hub exposes: series name -> the labels it may have (besides `le`, `instance` and
/// `job`).
type Series = BTreeMap<String, BTreeSet<String>>;

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&read(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// What the hub's own source makes.
fn real_series() -> Series {
    let folder = std::fs::read_dir(root().join("src/metrics")).expect("a folder");
    let paths = folder.map(|item| item.expect("a readable folder").path());
    let sources = paths.map(|path| std::fs::read_to_string(path).expect("a readable file"));
    let found = series(&sources.collect::<String>());
    assert!(
        found.len() > 20,
        "the names in src/metrics/ were not found: {found:?}"
    );
    found
}

/// Finds calls of the form `maker("name", "help.", &["label"])`; a histogram's makers are called
/// `seconds` and `seconds_by`.
fn series(source: &str) -> Series {
    let mut found = Series::new();
    collect(source.parse().expect("a source that lexes"), &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut Series) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for pair in tokens.windows(2) {
        if let [TokenTree::Ident(maker), TokenTree::Group(args)] = pair {
            let said = literals(args.stream());
            let args: Vec<TokenTree> = args.stream().into_iter().collect();
            let named = matches!(args.first(), Some(TokenTree::Literal(_))) && said.len() >= 2;
            if named
                && said[0].chars().all(|c| c.is_ascii_lowercase() || c == '_')
                && said[1].ends_with('.')
            {
                let endings: &[&str] = if maker == "seconds" || maker == "seconds_by" {
                    &["_bucket", "_sum", "_count"]
                } else {
                    &[""]
                };
                for ending in endings {
                    let labels = said[2..].iter().cloned().collect();
                    found.insert(format!("bayhub_{}{ending}", said[0]), labels);
                }
            }
        }
    }
    for token in tokens {
        if let TokenTree::Group(inner) = token {
            collect(inner.stream(), found);
        }
    }
}

/// String literals, in order, however deep.
fn literals(tokens: TokenStream) -> Vec<String> {
    tokens
        .into_iter()
        .flat_map(|t| match t {
            TokenTree::Group(g) => literals(g.stream()),
            TokenTree::Literal(l) => {
                let text = l.to_string();
                text.strip_prefix('"')
                    .and_then(|t| t.strip_suffix('"'))
                    .map(str::to_owned)
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        })
        .collect()
}

/// The metric names in `text`, with their lines, that `series` does not have.
fn unknown_names(path: &str, text: &str, series: &Series) -> Vec<String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut faults = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for name in line
            .split(|c| !word(c))
            .filter(|w| w.starts_with("bayhub_"))
        {
            if !series.contains_key(name) {
                faults.push(format!(
                    "{path}:{}: `{name}` is no metric of src/metrics/",
                    at + 1
                ));
            }
        }
    }
    faults
}

/// Labels an expression groups by, or gives a value to, that none of its metrics has.
fn unknown_labels(expr: &str, series: &Series) -> Vec<String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let has = |label: &str| {
        ["le", "instance", "job"].contains(&label)
            || expr
                .split(|c| !word(c))
                .filter_map(|w| series.get(w))
                .any(|labels| labels.contains(label))
    };
    let groups = expr
        .split("by (")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .flat_map(|list| list.split(','));
    let matchers = expr
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next());
    let matched = matchers
        .flat_map(|m| m.split(','))
        .filter_map(|m| m.split(['=', '!']).next());
    groups
        .chain(matched)
        .map(str::trim)
        .filter(|l| !l.is_empty() && !has(l))
        .map(str::to_owned)
        .collect()
}

/// Every string under `key`, wherever it stands.
fn strings<'a>(value: &'a Value, key: &str, into: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            into.extend(map.get(key).and_then(Value::as_str));
            map.values().for_each(|v| strings(v, key, into));
        }
        Value::Array(list) => list.iter().for_each(|v| strings(v, key, into)),
        _ => {}
    }
}

fn assert_expressions_true(path: &str, document: &Value, at_least: usize) {
    let series = real_series();
    let faults = unknown_names(path, &read(path), &series);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let mut exprs = Vec::new();
    strings(document, "expr", &mut exprs);
    assert!(
        exprs.len() >= at_least,
        "{path}: only {} expressions",
        exprs.len()
    );
    for expr in exprs {
        assert_eq!(
            unknown_labels(expr, &series),
            Vec::<String>::new(),
            "{path}: {expr}"
        );
        for (open, close) in ["()", "{}", "[]"].map(|p| p.split_at(1)) {
            assert_eq!(
                expr.matches(open).count(),
                expr.matches(close).count(),
                "{path}: {expr}"
            );
        }
    }
}

#[test]
fn the_grafana_dashboard_parses_and_names_real_metrics() {
    let path = "dashboards/grafana/bayhub.json";
    let board: Value = serde_json::from_str(&read(path)).expect("JSON");
    assert_expressions_true(path, &board, 20);
    let shown = read(path);
    let sharing: Vec<String> = real_series()
        .into_keys()
        .filter(|name| name.starts_with("bayhub_share_"))
        .collect();
    assert!(sharing.len() > 5, "{sharing:?}");
    assert!(
        sharing
            .iter()
            .all(|name| shown.contains(&format!("{name}{{"))),
        "not all of {sharing:?} are shown"
    );
    let panels = board["panels"].as_array().expect("panels");
    let ids: BTreeSet<_> = panels
        .iter()
        .map(|p| p["id"].as_u64().expect("an id"))
        .collect();
    assert_eq!(ids.len(), panels.len(), "panel ids must differ");
    for panel in panels.iter().filter(|p| p["type"] != "row") {
        assert!(
            panel["title"].is_string() && panel["targets"].is_array(),
            "{panel}"
        );
        assert!(panel["gridPos"]["x"].as_u64() < Some(24), "{panel}");
    }
}

#[test]
fn the_alerts_parse_and_name_real_metrics() {
    let path = "dashboards/prometheus/alerts.yml";
    let alerts = yaml(path);
    assert_expressions_true(path, &alerts, 6);
    let rules = alerts["groups"][0]["rules"].as_array().expect("rules");
    let names: BTreeSet<_> = rules
        .iter()
        .map(|r| r["alert"].as_str().expect("a name"))
        .collect();
    assert_eq!(names.len(), rules.len(), "alert names must differ");
    for rule in rules {
        assert!(
            ["page", "warn"].contains(&rule["labels"]["severity"].as_str().unwrap_or("")),
            "{rule}"
        );
        for part in ["summary", "description"] {
            assert!(
                rule["annotations"][part]
                    .as_str()
                    .is_some_and(|t| t.ends_with('.')),
                "{rule}"
            );
        }
    }
}

#[test]
fn the_prometheus_file_scrapes_the_hub_and_loads_the_alerts() {
    let config = yaml("dashboards/prometheus/prometheus.yml");
    let folder = root().join("dashboards/prometheus");
    for file in config["rule_files"].as_array().expect("rule files") {
        assert!(
            folder.join(file.as_str().expect("a name")).is_file(),
            "{file}"
        );
    }
    let job = &config["scrape_configs"][0];
    assert_eq!(
        (job["job_name"].as_str(), job["metrics_path"].as_str()),
        (Some("bayhub"), Some("/metrics"))
    );
    let zones = &config["scrape_configs"][1];
    assert_eq!(zones["metrics_path"].as_str(), Some("/metrics/zones"));
}

#[test]
fn the_dependency_policy_parses() {
    let policy: toml::Table = read("deny.toml").parse().expect("TOML");
    assert_eq!(policy["sources"]["unknown-registry"].as_str(), Some("deny"));
}

#[test]
fn a_metric_or_label_that_does_not_exist_is_caught() {
    let series = series(
        r#"fn new() { S { a: r.counters("reports_total", "Reports.", &["door"]), b: r.seconds_by("wait_seconds", "Wait.", &["route"]) } }"#,
    );
    assert_eq!(
        series.keys().map(String::as_str).collect::<Vec<_>>(),
        [
            "bayhub_reports_total",
            "bayhub_wait_seconds_bucket",
            "bayhub_wait_seconds_count",
            "bayhub_wait_seconds_sum"
        ]
    );
    let fault = unknown_names("a.yml", "fine\nrate(bayhub_report_total[5m])", &series);
    assert_eq!(
        fault,
        ["a.yml:2: `bayhub_report_total` is no metric of src/metrics/"]
    );
    assert_eq!(
        unknown_names("a.yml", "bayhub_wait_seconds", &series).len(),
        1,
        "a histogram is no series itself"
    );
    assert_eq!(
        unknown_labels("sum by (door, gate) (bayhub_reports_total)", &series),
        ["gate"]
    );
    assert_eq!(
        unknown_labels(r#"bayhub_reports_total{reason="x"}"#, &series),
        ["reason"]
    );
    assert!(
        unknown_labels(
            r#"sum by (door) (bayhub_reports_total{instance=~"a"})"#,
            &series
        )
        .is_empty()
    );
}
