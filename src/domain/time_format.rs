//! Times as others write them: formats of `strftime` compiled once, ISO 8601 as it is met, seconds
//! since 1970. Pure.
//!
//! Promises: of a time without an offset that its place's clocks show twice, it is the later moment
//! if that is not still to come, else the earlier; one that they never show is read as by a clock
//! that was not put forward. Either is told. Nothing outside 1970..2527 is a time.

use super::{Millis, TimeZone};
use chrono::format::{Item, Parsed, StrftimeItems};
use chrono::{
    DateTime, MappedLocalTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone as _, Utc, format,
};

/// How a time is written.
#[derive(Clone, Debug)]
pub struct TimeFormat(Writing);

#[derive(Clone, Debug)]
enum Writing {
    /// `2026-11-23T10:00:00+08:00` and its relatives: a space for the `T`, no seconds, no offset.
    Iso,
    EpochS,
    EpochMs,
    Written {
        items: Box<[Item<'static>]>,
        has_offset: bool,
    },
}

/// What is odd about a time that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WallOddity {
    /// Clocks were put back over it: they show it twice.
    Twice,
    /// Clocks were put forward over it: they never show it.
    Skipped,
}

/// A moment, and what was odd about it.
pub type ReadTime = (Millis, Option<WallOddity>);

/// Times up to so far ahead of the clock are not still to come, ms: nobody's clock is exact.
const SLACK_MS: u64 = 60_000;

impl TimeFormat {
    /// ISO 8601.
    #[must_use]
    pub const fn iso() -> Self {
        Self(Writing::Iso)
    }

    /// `rfc3339` (ISO 8601), `epoch_s`, `epoch_ms`, or a format such as `%d.%m.%Y %H:%M:%S`.
    ///
    /// # Errors
    /// Says what is wrong with the format.
    pub fn new(text: &str) -> Result<Self, String> {
        match text {
            "rfc3339" | "iso8601" => return Ok(Self::iso()),
            "epoch_s" => return Ok(Self(Writing::EpochS)),
            "epoch_ms" => return Ok(Self(Writing::EpochMs)),
            _ => {}
        }
        let bad = |why| {
            format!(
                "{text:?} {why}; known are rfc3339, epoch_s, epoch_ms and formats such as %d.%m.%Y %H:%M:%S"
            )
        };
        let items = StrftimeItems::new(text).parse_to_owned();
        let items: Box<[Item<'static>]> = items.map_err(|_| bad("is no format"))?.into();
        let sample = DateTime::<Utc>::from_timestamp_millis(1_795_402_801_000).unwrap_or_default();
        let written = sample.format_with_items(items.iter()).to_string();
        let parsed = parsed(&written, &items).ok_or_else(|| bad("cannot be read back"))?;
        let has_offset = parsed.to_fixed_offset().is_ok();
        let whole = parsed.to_datetime().is_ok() || parsed.to_naive_datetime_with_offset(0).is_ok();
        if !whole {
            return Err(bad("does not tell a whole date and time"));
        }
        Ok(Self(Writing::Written { items, has_offset }))
    }

    /// Whether a time of this format can never tell its own offset.
    #[must_use]
    pub const fn needs_zone(&self) -> bool {
        matches!(
            self.0,
            Writing::Written {
                has_offset: false,
                ..
            }
        )
    }

    /// The moment that `text` names. `zone` is that of times without an offset; of those that it
    /// shows twice, `now` decides.
    ///
    /// # Errors
    /// Says why it is no time.
    pub fn read(
        &self,
        text: &str,
        zone: Option<TimeZone>,
        now: Option<Millis>,
    ) -> Result<ReadTime, &'static str> {
        let text = text.trim();
        match &self.0 {
            Writing::Iso => {
                let (local, offset_s) =
                    iso(text).ok_or("is no ISO 8601 time, as 2026-11-23T10:00:00+08:00")?;
                match offset_s {
                    Some(offset) => utc(local, offset),
                    None => at_place(local, zone, now),
                }
            }
            Writing::EpochS => number(text)
                .map(|s| s * 1000.0)
                .and_then(millis)
                .ok_or(NO_EPOCH),
            Writing::EpochMs => number(text).and_then(millis).ok_or(NO_EPOCH),
            Writing::Written { items, has_offset } => {
                let parsed = parsed(text, items).ok_or("is not written as `format` says")?;
                if *has_offset {
                    let at = parsed.to_datetime().map_err(|_| "is no date and time")?;
                    return within(at.timestamp_millis())
                        .map(|at| (at, None))
                        .ok_or(TOO_FAR);
                }
                let local = parsed.to_naive_datetime_with_offset(0);
                at_place(local.map_err(|_| "is no date and time")?, zone, now)
            }
        }
    }
}

const NO_EPOCH: &str = "is no number of seconds or milliseconds since 1970";
const TOO_FAR: &str = "lies before 1970 or after 2527";

fn parsed(text: &str, items: &[Item<'static>]) -> Option<Parsed> {
    let mut parsed = Parsed::new();
    format::parse(&mut parsed, text, items.iter()).ok()?;
    Some(parsed)
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|n: &f64| n.is_finite())
}

fn millis(ms: f64) -> Option<ReadTime> {
    let fits = (0.0..=Millis::MAX.0 as f64).contains(&ms);
    fits.then_some((Millis(ms as u64), None))
}

fn within(ms: i64) -> Option<Millis> {
    u64::try_from(ms)
        .ok()
        .map(Millis)
        .filter(|t| *t <= Millis::MAX)
}

fn utc(local: NaiveDateTime, offset_s: i64) -> Result<ReadTime, &'static str> {
    let ms = local.and_utc().timestamp_millis() - offset_s * 1000;
    within(ms).map(|at| (at, None)).ok_or(TOO_FAR)
}

fn at_place(
    local: NaiveDateTime,
    zone: Option<TimeZone>,
    now: Option<Millis>,
) -> Result<ReadTime, &'static str> {
    let zone = zone.ok_or("has no offset, and the feed has no time_zone")?;
    let at = |t: i64| within(t).ok_or(TOO_FAR);
    match zone.0.from_local_datetime(&local) {
        MappedLocalTime::Single(t) => Ok((at(t.timestamp_millis())?, None)),
        MappedLocalTime::Ambiguous(early, late) => {
            let late = at(late.timestamp_millis())?;
            let to_come = now.is_some_and(|now| late > now.plus(SLACK_MS));
            let taken = if to_come {
                at(early.timestamp_millis())?
            } else {
                late
            };
            Ok((taken, Some(WallOddity::Twice)))
        }
        MappedLocalTime::None => {
            // By the offset before the jump. The longest jump there ever was is a day.
            let before = [3, 27].into_iter().find_map(|hours| {
                let earlier = local.checked_sub_signed(TimeDelta::hours(hours))?;
                let t = zone.0.from_local_datetime(&earlier).latest()?;
                Some(t.timestamp_millis() + hours * 3_600_000)
            });
            Ok((at(before.ok_or(TOO_FAR)?)?, Some(WallOddity::Skipped)))
        }
    }
}

/// A date and time, and its offset in s where it has one.
fn iso(text: &str) -> Option<(NaiveDateTime, Option<i64>)> {
    let bytes = text.as_bytes();
    let digits = |from: usize, to: usize| -> Option<u32> {
        let part = bytes.get(from..to)?;
        (part.iter()).try_fold(0, |n, b| {
            b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0'))
        })
    };
    let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|b| wanted.contains(b));
    if !(is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":")) {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(digits(0, 4)? as i32, digits(5, 7)?, digits(8, 10)?)?;
    let mut end = 16;
    let mut second = 0;
    let mut ms = 0;
    if is(end, b":") {
        second = digits(17, 19)?;
        end = 19;
        if is(end, b".,") {
            let fraction = bytes[end + 1..]
                .iter()
                .take_while(|b| b.is_ascii_digit())
                .count();
            for place in 0..3 {
                let digit = if place < fraction {
                    digits(end + 1 + place, end + 2 + place)?
                } else {
                    0
                };
                ms = ms * 10 + digit;
            }
            end += 1 + fraction;
        }
    }
    // A leap second is the last one of its minute.
    let local = date.and_hms_milli_opt(digits(11, 13)?, digits(14, 16)?, second.min(59), ms)?;
    let rest = text.get(end..)?.trim_start().as_bytes();
    let offset = match rest {
        [] => None,
        b"Z" | b"z" | b"UTC" => Some(0),
        [sign @ (b'+' | b'-'), numbers @ ..] => {
            let two = |a: u8, b: u8| {
                (a.is_ascii_digit() && b.is_ascii_digit())
                    .then(|| i64::from((a - b'0') * 10 + b - b'0'))
            };
            let s = match *numbers {
                [a, b] => two(a, b)? * 3600,
                [a, b, c, d] | [a, b, b':', c, d] => two(a, b)? * 3600 + two(c, d)? * 60,
                _ => return None,
            };
            Some(if *sign == b'-' { -s } else { s })
        }
        _ => return None,
    };
    Some((local, offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Millis {
        Millis::parse(text).unwrap()
    }

    fn berlin() -> Option<TimeZone> {
        TimeZone::parse("Europe/Berlin")
    }

    fn read(format: &str, text: &str) -> Result<ReadTime, &'static str> {
        TimeFormat::new(format).unwrap().read(text, berlin(), None)
    }

    #[test]
    fn times_are_read_as_they_are_met() {
        let nine = (at("2026-11-23T08:00:00Z"), None);
        for (format, text) in [
            ("rfc3339", "2026-11-23T09:00:00+01:00"),
            ("rfc3339", "2026-11-23T08:00:00Z"),
            ("rfc3339", "2026-11-23 09:00"),
            ("rfc3339", " 2026-11-23T09:00:00.000000 "),
            ("rfc3339", "2026-11-23T03:00:00-0500"),
            ("epoch_s", "1795420800"),
            ("epoch_s", "1795420800.0"),
            ("epoch_ms", "1795420800000"),
            ("%d.%m.%Y %H:%M:%S", "23.11.2026 09:00:00"),
            ("%d.%m.%Y %H:%M", "23.11.2026 09:00"),
            ("%Y%m%d%H%M%S", "20261123090000"),
            ("%m/%d/%Y %I:%M:%S %p", "11/23/2026 09:00:00 AM"),
            ("%d/%m/%Y %H:%M:%S %z", "23/11/2026 16:00:00 +0800"),
        ] {
            assert_eq!(read(format, text), Ok(nine), "{format} {text}");
        }
        let fraction = read("rfc3339", "2026-11-23T08:00:00.1239Z").unwrap().0;
        assert_eq!(fraction, at("2026-11-23T08:00:00.123Z"));
    }

    #[test]
    fn what_is_no_time_says_why() {
        for (format, text, why) in [
            ("rfc3339", "", "ISO 8601"),
            ("rfc3339", "2026-02-30T00:00:00Z", "ISO 8601"),
            ("rfc3339", "2026-11-23T09:00:00+1", "ISO 8601"),
            ("rfc3339", "2026-11-2\u{e9}T09:00:00", "ISO 8601"),
            ("rfc3339", "0001-01-01T00:00:00Z", "1970"),
            ("epoch_s", "-3", "since 1970"),
            ("epoch_s", "NaN", "since 1970"),
            ("epoch_ms", "1e300", "since 1970"),
            ("%d.%m.%Y %H:%M", "31.02.2026 09:00", "no date"),
            ("%d.%m.%Y %H:%M", "yesterday", "written"),
        ] {
            let said = read(format, text).unwrap_err();
            assert!(said.contains(why), "{format} {text}: {said}");
        }
        let none = TimeFormat::iso().read("2026-11-23T09:00:00", None, None);
        assert!(none.is_err_and(|e| e.contains("time_zone")));
    }

    #[test]
    fn a_format_that_is_none_or_tells_no_whole_time_is_found_at_once() {
        for bad in ["%Q", "%H:%M", "%Y-%m-%d", "", "epoch"] {
            assert!(
                TimeFormat::new(bad).is_err_and(|e| e.contains("epoch_ms")),
                "{bad:?}"
            );
        }
        assert!(TimeFormat::new("%d.%m.%Y %H:%M").unwrap().needs_zone());
        assert!(!TimeFormat::new("%+").unwrap().needs_zone());
    }

    #[test]
    fn where_clocks_turn_the_later_is_meant_unless_it_is_still_to_come() {
        let format = TimeFormat::iso();
        let text = "2026-10-25T02:30:00";
        let read = |now: Option<Millis>| format.read(text, berlin(), now).unwrap();
        let early = at("2026-10-25T00:30:00Z");
        let late = at("2026-10-25T01:30:00Z");
        assert_eq!(read(None), (late, Some(WallOddity::Twice)));
        assert_eq!(read(Some(late)), (late, Some(WallOddity::Twice)));
        assert_eq!(
            read(Some(early.plus(60_000))),
            (early, Some(WallOddity::Twice))
        );
        let skipped = format.read("2027-03-28T02:30:00", berlin(), None).unwrap();
        assert_eq!(
            skipped,
            (at("2027-03-28T01:30:00Z"), Some(WallOddity::Skipped))
        );
    }
}
