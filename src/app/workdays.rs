//! The calendar of workdays and days off, from its file.

use super::Failure;
use crate::config::Config;
use crate::domain::Workdays;
use std::fs;
use std::path::Path;

/// Reads it, where one is configured.
///
/// # Errors
/// [`Failure::Config`] with the file and, where a line of it cannot be, its number.
pub(super) fn read(config: &Config) -> Result<Workdays, Failure> {
    let Some(path) = &config.calendar.file else {
        return Ok(Workdays::default());
    };
    let workdays = of_file("calendar.file", path)?;
    let shown = path.display();
    tracing::info!(days = workdays.named(), file = %shown, "calendar read");
    Ok(workdays)
}

/// Reads a file that `setting` names.
///
/// # Errors
/// [`Failure::Config`] with the setting and the file and, where a line of it cannot be, its number.
pub(super) fn of_file(setting: &str, path: &Path) -> Result<Workdays, Failure> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|e| Failure::Config(format!("{setting}: {shown}: {e}")))?;
    Workdays::parse(&text).map_err(|e| Failure::Config(format!("{shown}:{e}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;
    use std::process::ExitCode;

    fn config(file: &Path) -> Config {
        let flags = [("calendar.file", file.display().to_string())];
        parse("[registry]\npath = \"city\"\n", &flags).unwrap()
    }

    #[test]
    fn a_calendar_is_read_where_one_is_named() {
        let plain = parse("[registry]\npath = \"city\"\n", &[]).unwrap();
        assert_eq!(read(&plain).unwrap(), Workdays::default());
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("calendar.csv");
        fs::write(&file, "date,kind\n2026-10-01,dayoff\n2026-10-10,workday\n").unwrap();
        assert_eq!(read(&config(&file)).unwrap().named(), 2);
    }

    #[test]
    fn what_cannot_be_read_or_said_stops_the_start_by_file_and_line() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("calendar.csv");
        let name = file.display().to_string();
        let missing = read(&config(&file)).unwrap_err();
        assert_eq!(missing.exit_code(), ExitCode::from(2));
        assert!(missing.to_string().contains(&name), "{missing}");
        for (text, line) in [
            (
                "2026-10-01,dayoff\n2026-10-02,dayoff\n2026-10-01,workday\n",
                3,
            ),
            ("2026-02-30,dayoff\n", 1),
            ("date,kind\n2026-10-01,holiday\n", 2),
        ] {
            fs::write(&file, text).unwrap();
            let refused = read(&config(&file)).unwrap_err();
            assert_eq!(refused.exit_code(), ExitCode::from(2));
            let place = format!("{name}:{line}: ");
            assert!(refused.to_string().starts_with(&place), "{refused}");
        }
        fs::write(&file, b"2026-10-01,dayoff,\xff\n").unwrap();
        assert!(read(&config(&file)).is_err());
    }
}
