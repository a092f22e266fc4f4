//! Options of `sharing`.

use clap::Args;
use sensors_sim::{DistrictParams, Hub};
use serde::Deserialize;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args)]
pub(crate) struct Sharing {
    /// Hubs to run the day at, one after the other: a name for each, and a file with the line that
    /// `bayhub demo` prints
    #[arg(value_name = "NAME=FILE")]
    demos: Vec<String>,
    /// A hub that is no demo, http://HOST:PORT
    #[arg(
        long,
        value_name = "URL",
        requires = "share_key",
        requires = "book_key"
    )]
    hub: Option<String>,
    /// Its key of the business
    #[arg(long, env = "SENSORS_SIM_SHARE_KEY", hide_env_values = true)]
    share_key: Option<String>,
    /// Its key of the drivers' app
    #[arg(long, env = "SENSORS_SIM_BOOK_KEY", hide_env_values = true)]
    book_key: Option<String>,
    /// Writes zones.geojson and bays.geojson of the district for the hubs to load, and ends
    #[arg(long, value_name = "DIR", conflicts_with_all = ["demos", "hub"])]
    pub(crate) write_city: Option<PathBuf>,
    /// Private bays, half of homes and half of offices
    #[arg(long, default_value_t = 400, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    bays: u32,
    /// Bays on the streets
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    public_bays: u32,
    #[arg(
        long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(0..=1_000_000)
    )]
    drivers: u32,
    /// How many drivers may be moved to another bay, per cent
    #[arg(long, value_name = "PERCENT", default_value_t = 30, value_parser = clap::value_parser!(u32).range(0..=100))]
    flexible: u32,
    /// The same seed gives the same district and the same day
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The partner that the share key belongs to: operator of the private zones
    #[arg(long, default_value = "demo")]
    owner: String,
    /// Seconds a hub is left alone before drivers ask again: longer than its batches lie apart
    #[arg(long, value_name = "S", default_value_t = 2.0)]
    settle_s: f64,
}

/// The demo's line, as far as it is needed.
#[derive(Deserialize)]
struct Ready {
    http: String,
    keys: Keys,
}

#[derive(Deserialize)]
struct Keys {
    share: String,
    book: String,
}

impl Sharing {
    pub(crate) fn district(&self) -> DistrictParams {
        let bays = self.bays;
        let public_bays = self.public_bays;
        let drivers = self.drivers;
        let flexible_percent = self.flexible;
        let seed = self.seed;
        DistrictParams {
            bays,
            public_bays,
            drivers,
            flexible_percent,
            seed,
            owner: self.owner.clone(),
        }
    }

    /// The hubs, or what cannot be understood.
    pub(crate) fn hubs(&self) -> Result<Vec<Hub>, String> {
        let settle = Duration::try_from_secs_f64(self.settle_s)
            .map_err(|e| format!("--settle-s {}: {e}", self.settle_s))?;
        let demo = |text: &String| {
            let (name, file) = text
                .split_once('=')
                .ok_or_else(|| format!("{text:?} is not NAME=FILE"))?;
            let line = std::fs::read_to_string(file).map_err(|e| format!("{file}: {e}"))?;
            let ready: Ready = serde_json::from_str(&line).map_err(|e| format!("{file}: {e}"))?;
            let share_key = ready.keys.share;
            let book_key = ready.keys.book;
            Ok(Hub {
                name: name.to_owned(),
                url: ready.http,
                share_key,
                book_key,
                settle,
            })
        };
        let mut hubs = self
            .demos
            .iter()
            .map(demo)
            .collect::<Result<Vec<_>, String>>()?;
        if let (Some(url), Some(share_key), Some(book_key)) =
            (&self.hub, &self.share_key, &self.book_key)
        {
            let share_key = share_key.clone();
            let book_key = book_key.clone();
            hubs.push(Hub {
                name: "hub".into(),
                url: url.clone(),
                share_key,
                book_key,
                settle,
            });
        }
        Ok(hubs)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cli, Command};
    use clap::Parser as _;

    fn hubs(arguments: &[&str]) -> Result<Vec<String>, String> {
        let cli = Cli::try_parse_from([&["sensors-sim", "sharing"], arguments].concat())
            .map_err(|e| e.to_string())?;
        let Command::Sharing(s) = cli.command else {
            panic!("not a sharing")
        };
        s.hubs().map(|h| {
            h.into_iter()
                .map(|h| format!("{} {} {} {}", h.name, h.url, h.share_key, h.book_key))
                .collect()
        })
    }

    #[test]
    fn a_hub_is_named_by_its_demo_line_or_by_its_address_and_keys() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let line = r#"{"http":"http://127.0.0.1:1","mqtt":"x","keys":{"share":"s","book":"b","admin":"a"}}"#;
        std::fs::write(file.path(), line).unwrap();
        let demo = format!("batch={}", file.path().display());
        let given = [
            "--hub",
            "http://h",
            "--share-key",
            "k",
            "--book-key",
            "l",
            &demo,
        ];
        assert_eq!(
            hubs(&given).unwrap(),
            ["batch http://127.0.0.1:1 s b", "hub http://h k l"]
        );
        assert_eq!(hubs(&[]).unwrap(), [""; 0]);
    }

    #[test]
    fn what_is_no_hub_is_refused() {
        for bad in [
            &["batch"][..],
            &["batch=nowhere.json"],
            &["--hub", "http://h"],
            &["--settle-s", "-1"],
        ] {
            assert!(hubs(bad).is_err(), "{bad:?}");
        }
    }
}
