//! The line of JSON that `bayhub demo` prints: where the hub is, and keys for it. The examples know
//! nothing else of the hub.

use serde_json::Value;
use std::error::Error;
use std::io::Read as _;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// The first argument is a file that holds the line, or `-` for stdin; then the example's own.
pub(crate) fn line_and_arguments(usage: &str) -> Outcome<(Value, Vec<String>)> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or_else(|| format!("usage: {usage}"))?;
    let mut text = String::new();
    if file == "-" {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(&file).map_err(|e| format!("{file}: {e}"))?;
    }
    let line = serde_json::from_str(&text).map_err(|e| format!("{file}: {e}"))?;
    Ok((line, arguments.collect()))
}

/// A text that the line or an answer must have, such as `/http` or `/keys/report`.
pub(crate) fn text<'l>(line: &'l Value, pointer: &str) -> Outcome<&'l str> {
    let found = line.pointer(pointer).and_then(Value::as_str);
    found.ok_or_else(|| format!("there is no {pointer} in {line}").into())
}
