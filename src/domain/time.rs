//! Time as the hub counts it: milliseconds since 1970 in UTC, read and written as RFC 3339.
//!
//! With `calendar` and `weekly` the only door to `chrono`. Writing is done by hand because an answer
//! with twenty bays writes twenty times, and chrono's formatter costs more than finding the bays
//! does.

use std::fmt;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Millis(pub u64);

impl Millis {
    /// No time at all: what has never been observed.
    pub const NEVER: Self = Self(0);

    /// The last instant that fits the 44 bits a packed state word has for it (the year 2527).
    pub const MAX: Self = Self((1 << 44) - 1);

    #[inline]
    #[must_use]
    pub const fn is_never(self) -> bool {
        self.0 == 0
    }

    /// Reads RFC 3339 with any offset. `None` for anything else, and for what lies outside
    /// 1970..2527.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let t = chrono::DateTime::parse_from_rfc3339(text)
            .ok()?
            .timestamp_millis();
        u64::try_from(t).ok().map(Self).filter(|t| *t <= Self::MAX)
    }

    #[inline]
    #[must_use]
    pub const fn plus(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// How long ago `earlier` was, in ms; 0 if it lies ahead.
    #[inline]
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// `2026-11-23T02:00:00.123Z` as ASCII.
    #[must_use]
    pub fn rfc3339(self) -> [u8; 24] {
        let days = self.0 / 86_400_000;
        let ms = self.0 % 86_400_000;
        let (year, month, day) = civil(days);
        let s = ms / 1000;
        let ms = ms % 1000;
        let mut out = *b"0000-00-00T00:00:00.000Z";
        let mut put = |at: usize, digits: usize, mut n: u64| {
            for i in (at..at + digits).rev() {
                out[i] = b'0' + (n % 10) as u8;
                n /= 10;
            }
        };
        put(0, 4, year);
        put(5, 2, month);
        put(8, 2, day);
        put(11, 2, s / 3600);
        put(14, 2, s / 60 % 60);
        put(17, 2, s % 60);
        put(20, 3, ms);
        out
    }
}

/// Days since 1970 to year, month, day (Howard Hinnant's `civil_from_days`, for days >= 0).
const fn civil(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let era = z / 146_097;
    let doe = z % 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let d = doy - (153 * mp + 2) / 5 + 1;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + (m <= 2) as u64, m, d)
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The bytes are ASCII by construction.
        f.write_str(std::str::from_utf8(&self.rfc3339()).unwrap_or_default())
    }
}

/// A time of day by the wall clock, minutes after midnight; 1440 is the midnight that ends the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(pub u16);

impl TimeOfDay {
    /// Reads `00:00` to `24:00`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let two = |t: &str| {
            (t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit()))
                .then(|| t.parse::<u16>().ok())?
        };
        let (hours, minutes) = text.split_once(':')?;
        let hours = two(hours)?;
        let minutes = two(minutes)?;
        let all = hours * 60 + minutes;
        (minutes < 60 && all <= 1440).then_some(Self(all))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// Where "now" comes from. Passed in everywhere, so that a test can stop or turn it.
pub trait Clock: Send + Sync {
    fn now(&self) -> Millis;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_chrono_writes() {
        for ms in [
            0,
            1,
            951_782_400_000,
            1_709_164_800_123,
            1_795_402_800_999,
            Millis::MAX.0,
        ] {
            let want = chrono::DateTime::from_timestamp_millis(ms as i64).unwrap();
            assert_eq!(
                Millis(ms).to_string(),
                want.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
            );
        }
        let mut ms = 7;
        while ms < Millis::MAX.0 {
            assert_eq!(Millis::parse(&Millis(ms).to_string()), Some(Millis(ms)));
            ms += 86_399_999 * 37;
        }
    }

    #[test]
    fn times_of_day_end_at_24_00() {
        for good in ["00:00", "09:05", "23:59", "24:00"] {
            assert_eq!(TimeOfDay::parse(good).unwrap().to_string(), good);
        }
        for bad in [
            "", "9:00", "24:01", "12:60", "-1:00", "+1:00", "12", "12:00:00", "1200",
        ] {
            assert_eq!(TimeOfDay::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn reads_offsets_and_refuses_what_is_no_time() {
        assert_eq!(
            Millis::parse("2021-08-02T04:59:27+08:00"),
            Millis::parse("2021-08-01T20:59:27Z")
        );
        for bad in [
            "",
            "2021-08-02",
            "2021-08-02T04:59:27",
            "2021-13-02T04:59:27Z",
            "1969-12-31T23:59:59Z",
            "9999-01-01T00:00:00Z",
        ] {
            assert_eq!(Millis::parse(bad), None, "{bad}");
        }
    }
}
