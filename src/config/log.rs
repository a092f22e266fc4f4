//! `[log]`: in which form the hub logs, and how much.

use serde::Deserialize;

/// What a level may be.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// `[log]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSettings {
    /// For people by default; a collector of logs wants JSON.
    pub format: LogFormat,
    /// A level, or several by module: `info,bayhub::journal=debug`. `RUST_LOG` is stronger, so that
    /// one start can be looked at closely without changing a file.
    pub level: String,
}

/// The form of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    /// One object a line: `timestamp`, `level`, `target`, `message`, and what belongs to it.
    Json,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            level: "info".to_owned(),
        }
    }
}

impl LogSettings {
    /// What is wrong with it. A misspelt level would be taken for a module's name and silence
    /// everything, so every word is looked at.
    pub(super) fn fault(&self) -> Option<String> {
        let fine = |part: &str| {
            let (module, level) = part.rsplit_once('=').unwrap_or(("bayhub", part));
            let is_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
            !module.is_empty() && module.chars().all(is_path) && LEVELS.contains(&level)
        };
        let bad = self.level.split(',').find(|part| !fine(part.trim()))?;
        Some(format!(
            "log.level: {bad:?} is no level; expected one of {}, or MODULE=LEVEL, with commas between several",
            LEVELS.join(", ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(level: &str) -> Option<String> {
        LogSettings {
            level: level.to_owned(),
            ..LogSettings::default()
        }
        .fault()
    }

    #[test]
    fn levels_and_levels_by_module_are_fine() {
        for good in [
            "off",
            "info",
            "warn,bayhub::journal=debug",
            "info, sqlx=warn",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
    }

    #[test]
    fn a_misspelt_level_is_named_and_not_taken_for_a_module() {
        for bad in [
            "",
            "inof",
            "INFO",
            "info,",
            "bayhub=loud",
            "=info",
            "a b=info",
        ] {
            let said = fault(bad).unwrap_or_else(|| panic!("{bad:?} passes"));
            assert!(
                said.starts_with("log.level: ") && said.contains("debug"),
                "{said}"
            );
        }
    }
}
