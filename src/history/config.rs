//! What an operator may set of the history. Each default says why it is what it is.

use crate::domain::Calendar;
use serde::Deserialize;

/// `[history]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the files lie: a folder, or `s3://bucket/prefix` in a build that has S3. Empty:
    /// `history` in the data folder.
    pub url: String,
    /// Endpoint of an S3-compatible store, for `s3://`; empty: Amazon's. Its keys come from the
    /// environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`), so that they stand in no file.
    pub s3_endpoint: String,
    pub s3_region: String,
    /// How long rows of turnover are kept, days. 1,100: three years can be compared month by month.
    /// 0: for ever.
    pub keep_turnover_days: u32,
    /// How long single visits are kept, days. 90: what a study needs; nothing finer than turnover
    /// is kept longer. 0: for ever.
    pub keep_visits_days: u32,
    /// Hours that may wait to be written. 6: the store may be away that long before the stream has
    /// to keep them itself. An hour of 1.4 million bays takes some 30 MB.
    pub queue_hours: usize,
    /// What is kept decoded of files that were asked for, MB. 256: a day and a half of 14,000 busy
    /// zones. The sums of four days, 20 MB each there, are kept besides.
    pub cache_mb: usize,
    /// The place whose days are meant where a question does not say, by its IANA name.
    pub time_zone: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: String::new(),
            s3_endpoint: String::new(),
            s3_region: "us-east-1".into(),
            keep_turnover_days: 1100,
            keep_visits_days: 90,
            queue_hours: 6,
            cache_mb: 256,
            time_zone: "UTC".into(),
        }
    }
}

impl Config {
    /// What is wrong with these values, naming the key; `None` if nothing is.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let wrong = |key: &str, why: &str| Some(format!("history.{key} {why}"));
        if !(1..=1000).contains(&self.queue_hours) {
            return wrong("queue_hours", "must lie between 1 and 1000");
        }
        if self.cache_mb > 1 << 20 {
            return wrong("cache_mb", "must be at most 1,048,576");
        }
        if Calendar::parse(&self.time_zone).is_none() {
            return wrong(
                "time_zone",
                "must be the IANA name of a place, such as Asia/Singapore, or UTC",
            );
        }
        if self.url.contains("://")
            && !self.url.starts_with("s3://")
            && !self.url.starts_with("file://")
        {
            return wrong(
                "url",
                "must be a folder, file://folder or s3://bucket/prefix",
            );
        }
        None
    }

    /// The calendar of `time_zone`.
    #[must_use]
    pub fn calendar(&self) -> Calendar {
        Calendar::parse(&self.time_zone).unwrap_or(Calendar::UTC)
    }
}
