//! One question to a hub and the answer it gave: recorded once, asked of every later version.

use super::super::hub::{Call, PATIENCE, TestHub};
use super::city::About;
use crate::domain::Millis;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

/// What the hub guesses. How it does may change; what it knows may not.
const GUESSES: [&str; 6] = [
    "p_vacant",
    "p_vacant_on_arrival",
    "evidence",
    "vacant_expected",
    "vacant_p10",
    "vacant_p90",
];

/// How long an answer must stay the same to be recorded: the desk for shared bays looks once a
/// second what is due.
pub(super) const STEADY: Duration = Duration::from_millis(2500);

/// One request and its answer, as they stand in a file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Step {
    /// The hub's clock is set to this first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at: Option<String>,
    /// The name of the key; none: as the public.
    #[serde(rename = "as", skip_serializing_if = "Option::is_none")]
    pub(super) who: Option<String>,
    /// Method and path.
    pub(super) ask: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) accept: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) idempotency_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Value>,
    pub(super) status: u16,
    /// JSON without guesses, or the lines of a text.
    pub(super) answer: Value,
}

impl Step {
    pub(super) fn get(who: Option<&str>, path: &str) -> Self {
        Self {
            who: who.map(str::to_owned),
            ask: format!("GET {path}"),
            ..Self::default()
        }
    }

    pub(super) fn in_csv(mut self) -> Self {
        self.accept = Some("text/csv".into());
        self
    }

    /// `ask` is method and path.
    pub(super) fn send(who: &str, ask: &str, body: Value) -> Self {
        Self {
            who: Some(who.into()),
            ask: ask.into(),
            body: (!body.is_null()).then_some(body),
            ..Self::default()
        }
    }

    pub(super) fn at(mut self, at: Millis) -> Self {
        self.at = Some(at.to_string());
        self
    }

    fn is_read(&self) -> bool {
        self.ask.starts_with("GET ")
    }

    async fn once(&self, hub: &TestHub, about: &About) -> (u16, Value) {
        let (method, path) = self.ask.split_once(' ').unwrap();
        let mut headers = Vec::new();
        headers.extend(self.accept.as_deref().map(|a| ("accept", a)));
        let again = self.idempotency_key.as_deref();
        headers.extend(again.map(|k| ("idempotency-key", k)));
        let key = self.who.as_ref().map(|who| &*about.keys[who]);
        let call = Call {
            method,
            path,
            key,
            headers: &headers,
            body: self.body.as_ref(),
        };
        let (status, text) = hub.call(call).await;
        let mut answer =
            serde_json::from_str(&text).unwrap_or_else(|_| text.lines().map(Value::from).collect());
        forget_guesses(&mut answer);
        (status, answer)
    }

    async fn turn(&self, hub: &TestHub) {
        if let Some(at) = &self.at {
            hub.turn(Millis::parse(at).unwrap()).await;
        }
    }

    /// Asks, and keeps the answer.
    pub(super) async fn record(&mut self, hub: &TestHub, about: &About) {
        self.turn(hub).await;
        (self.status, self.answer) = self.once(hub, about).await;
    }

    /// The same, but a question is asked until it has had one answer for a while.
    pub(super) async fn record_when_steady(&mut self, hub: &TestHub, about: &About) {
        self.record(hub, about).await;
        let mut since = Instant::now();
        while self.is_read() && since.elapsed() < STEADY {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let now = self.once(hub, about).await;
            if now != (self.status, self.answer.clone()) {
                since = Instant::now();
                (self.status, self.answer) = now;
            }
        }
    }

    /// Asks again. What differs from the record, if anything does; a question is asked until it
    /// has the recorded answer, or until `end`.
    pub(super) async fn differs(
        &self,
        hub: &TestHub,
        about: &About,
        end: Instant,
    ) -> Option<String> {
        self.turn(hub).await;
        loop {
            let (status, answer) = self.once(hub, about).await;
            let answer = as_told(&self.answer, answer);
            if (status, &answer) == (self.status, &self.answer) {
                return None;
            }
            if !self.is_read() || Instant::now() > end {
                let want = format!("{} {:#}", self.status, self.answer);
                let got = format!("{status} {answer:#}");
                return Some(format!("{}:\n{}", self.ask, difference(&want, &got)));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Reads the steps of a file.
pub(super) fn read(file: &Path) -> Vec<Step> {
    let text = std::fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// Writes the steps to a file, for people to read too.
pub(super) fn write(file: &Path, steps: &[Step]) {
    let text = serde_json::to_string_pretty(steps).unwrap();
    std::fs::write(file, text + "\n").unwrap();
}

/// Asks everything in `file` again; what is not answered as it was.
pub(super) async fn ask_again(hub: &TestHub, about: &About, file: &Path) -> Vec<String> {
    let end = Instant::now() + PATIENCE;
    let mut faults = Vec::new();
    for step in read(file) {
        faults.extend(step.differs(hub, about, end).await);
    }
    let name = file.display();
    faults.iter().map(|f| format!("{name}: {f}")).collect()
}

/// A time in the last three milliseconds of a second, at which a text begins, is the next second's: a test
/// turns the clock there in steps, and what falls due may be done in any of them.
fn turned(text: &mut String) {
    const LEN: usize = "2026-11-23T12:37:00.000Z".len();
    let at = text.get(..LEN).and_then(Millis::parse);
    if let Some(at) = at.filter(|at| at.0 % 1_000 >= 997) {
        text.replace_range(..LEN, &Millis(at.0.div_ceil(1_000) * 1_000).to_string());
    }
}

fn forget_guesses(answer: &mut Value) {
    match answer {
        Value::String(text) => turned(text),
        Value::Array(items) => items.iter_mut().for_each(forget_guesses),
        Value::Object(members) => {
            members.retain(|name, _| !GUESSES.contains(&name.as_str()));
            members.values_mut().for_each(forget_guesses);
        }
        _ => {}
    }
}

/// Of an answer, what the recorded one tells too: there may be more, the API grows.
fn as_told(told: &Value, now: Value) -> Value {
    match (told, now) {
        (Value::Object(told), Value::Object(now)) => {
            let both = now.into_iter().filter_map(|(name, now)| {
                let value = as_told(told.get(&name)?, now);
                Some((name, value))
            });
            Value::Object(both.collect())
        }
        (Value::Array(told), Value::Array(now)) if told.len() == now.len() => {
            let pairs = told.iter().zip(now);
            Value::Array(pairs.map(|(told, now)| as_told(told, now)).collect())
        }
        // Tables grow on the right.
        (Value::String(told), Value::String(now))
            if now
                .strip_prefix(&**told)
                .is_some_and(|more| more.starts_with(',')) =>
        {
            Value::String(told.clone())
        }
        (_, now) => now,
    }
}

#[test]
fn a_time_at_which_the_clock_was_being_turned_is_the_one_that_it_was_turned_to() {
    for (text, want) in [
        (
            "2026-11-23T12:36:59.997Z,a,b",
            "2026-11-23T12:37:00.000Z,a,b",
        ),
        ("2026-11-23T12:36:59.999Z", "2026-11-23T12:37:00.000Z"),
        ("2026-11-23T12:36:59.996Z", "2026-11-23T12:36:59.996Z"),
        ("no time", "no time"),
    ] {
        let mut text = text.to_owned();
        turned(&mut text);
        assert_eq!(text, want);
    }
}

#[test]
fn what_was_told_must_be_told_still_and_more_may_be() {
    let told = serde_json::json!({"a": [{"b": 1}], "c": null});
    let holds = |now: Value| as_told(&told, now) == told;
    assert!(holds(
        serde_json::json!({"a": [{"b": 1, "x": 2}], "c": null, "d": []})
    ));
    let table = serde_json::json!(["a,b", "1,2"]);
    assert_eq!(
        as_told(&table, serde_json::json!(["a,b,c", "1,2,3"])),
        table
    );
    assert_ne!(as_told(&table, serde_json::json!(["a,b,c", "1,22"])), table);
    for less in [
        serde_json::json!({"a": [{"b": 1}]}),
        serde_json::json!({"a": [{"b": 2}], "c": null}),
        serde_json::json!({"a": [{"b": 1}, {"b": 1}], "c": null}),
        serde_json::json!({"a": {"b": 1}, "c": null}),
    ] {
        assert!(!holds(less.clone()), "{less}");
    }
}

/// The lines around the first that differ.
fn difference(want: &str, got: &str) -> String {
    let same = want.lines().zip(got.lines()).take_while(|(a, b)| a == b);
    let from = same.count().saturating_sub(4);
    let part = |text: &str| {
        let lines: Vec<&str> = text.lines().skip(from).take(12).collect();
        lines.join("\n")
    };
    format!(
        "recorded, from line {from}:\n{}\nnow:\n{}",
        part(want),
        part(got)
    )
}
