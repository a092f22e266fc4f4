//! The log: to stderr, as text for people or as JSON for a collector.
//!
//! Promise: no key, no password and no body of a request is ever in it, at any level. What names a
//! route names its pattern, since a path may hold a calendar's secret.

use super::Failure;
use crate::config::{Config, LogFormat, LogSettings};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Logs as text, `info` and above unless `RUST_LOG` says otherwise: for commands that have no
/// configuration.
pub fn log_to_stderr() {
    // Its settings are the defaults, which are sound.
    let _ = start(&LogSettings::default());
}

/// Logs as the configuration says.
///
/// # Errors
/// [`Failure::Config`] when the level is none.
pub fn log_as(config: &Config) -> Result<(), Failure> {
    start(&config.log)
}

/// Libraries that would log what they carry: requests and frames, and in them keys.
const SILENT: [&str; 3] = ["rmcp=off", "tokio_tungstenite=off", "tungstenite=off"];

fn start(settings: &LogSettings) -> Result<(), Failure> {
    let said = EnvFilter::try_from_default_env();
    let filter = match said {
        Ok(filter) => filter,
        Err(_) => EnvFilter::try_new(&settings.level)
            .map_err(|e| Failure::Config(format!("log.level: {e}")))?,
    };
    // They are directives.
    let silent = SILENT.iter().filter_map(|silent| silent.parse().ok());
    let filter = silent.fold(filter, EnvFilter::add_directive);
    // Colours are for people: not in a file or a pipe, nor where NO_COLOR asks for none.
    let colours = std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second start in one process (tests) keeps the first.
    let _ = match settings.format {
        LogFormat::Text => log.with_ansi(colours).try_init(),
        LogFormat::Json => log
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .try_init(),
    };
    Ok(())
}
