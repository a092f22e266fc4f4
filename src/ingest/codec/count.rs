//! Counts of zones, as JSON: one flat, or a list.
//!
//! `{"zone":"HE12","vacant":68,"capacity":105,"kind":"car","at":"..."}` or
//! `{"at":"...","counts":[{"zone":"HE12","vacant":68},{"zone":"HE13","occupied":12}]}`.
//! `kind` defaults to car. A count says how many bays are vacant, or how many are occupied, or that
//! they are closed or that nothing is known of them (`state`); how many there are it need not say.
//!
//! Numbers that cannot be are taken as what is nearest: below 0 is 0, above the capacity is the
//! capacity. Refused, they would leave an older number standing where public feeds are known to give
//! such ones just when a car park is full or empty.

use super::fault::{none_of, reads};
use super::{Codec, CountSaid, Http, Malformed, Said, Sender, described, fault, time};
use crate::domain::{BayKind, BaySubset, CountOf, CountState, CountWord, Millis};
use crate::schema::CountState as State;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use utoipa::ToSchema;

#[derive(Deserialize)]
struct Count<'a> {
    #[serde(borrow)]
    zone: Cow<'a, str>,
    vacant: Option<f64>,
    occupied: Option<f64>,
    capacity: Option<f64>,
    #[serde(borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    state: Option<Cow<'a, str>>,
    #[serde(borrow)]
    at: Option<Cow<'a, str>>,
    accessible: Option<Numbers>,
    ev_charging: Option<Numbers>,
    reservable: Option<Numbers>,
}

/// Of some of the bays.
#[derive(Clone, Copy, Deserialize)]
struct Numbers {
    vacant: Option<f64>,
    occupied: Option<f64>,
    capacity: Option<f64>,
}

/// A list, its items unread; `counts` absent: it is one count, flat.
#[derive(Deserialize)]
struct CountMessage<'a> {
    #[serde(borrow)]
    at: Option<Cow<'a, str>>,
    #[serde(borrow)]
    counts: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    zone: Option<&'a RawValue>,
}

pub static CODEC: Codec = Codec {
    name: "count",
    sender: Sender::Source,
    topic: "bayhub/v1/{source}/count",
    retained: false,
    http: Some(Http::of(
        "/v1/counts",
        "Report how many bays of zones are vacant.",
    )),
    items: "counts",
    title: "What a gate counts",
    schema: described::<ZoneCounts>,
    decode,
};

/// What gates or car parks count: one zone flat, or several.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct ZoneCounts {
    /// In place of `counts`.
    zone: Option<String>,
    /// Below 0 it is taken as 0, above the capacity as the capacity.
    vacant: Option<i64>,
    /// In place of `vacant`.
    occupied: Option<i64>,
    /// Absent: as the registry has it, else as was said last.
    #[schema(minimum = 0, maximum = 1_000_000)]
    capacity: Option<u32>,
    /// Absent: car.
    kind: Option<crate::schema::BayKind>,
    /// Absent: open. If it is not, no number is needed.
    state: Option<State>,
    /// Of its bays, those that are accessible.
    accessible: Option<SomeCountedBays>,
    ev_charging: Option<SomeCountedBays>,
    /// Those that can be reserved with whoever runs the car park.
    reservable: Option<SomeCountedBays>,
    /// When it was counted; absent: when it was received.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// Up to 1,000.
    #[schema(max_items = 1000)]
    counts: Option<Vec<ZoneCount>>,
}

/// One count of several.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct ZoneCount {
    zone: String,
    vacant: Option<i64>,
    occupied: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000_000)]
    capacity: Option<u32>,
    kind: Option<crate::schema::BayKind>,
    state: Option<State>,
    /// Of its bays, those that are accessible.
    accessible: Option<SomeCountedBays>,
    ev_charging: Option<SomeCountedBays>,
    /// Those that can be reserved with whoever runs the car park.
    reservable: Option<SomeCountedBays>,
    /// Where it differs from the message's.
    #[schema(format = DateTime)]
    at: Option<String>,
}

/// A count of some of the bays.
#[derive(ToSchema)]
#[allow(dead_code, reason = "read by the derive only")]
struct SomeCountedBays {
    vacant: Option<i64>,
    /// In place of `vacant`.
    occupied: Option<i64>,
    #[schema(minimum = 0, maximum = 1_000_000)]
    capacity: Option<u32>,
}

pub(super) fn decode<'a>(payload: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed> {
    // serde would read a list as the members in our order.
    if payload.trim_ascii_start().first() == Some(&b'[') {
        return no("counts are an object, not a list");
    }
    let message: CountMessage<'a> =
        serde_json::from_slice(payload).map_err(|e| fault(payload, &e, reads!(CountMessage)))?;
    match (message.counts, message.zone) {
        (Some(_), Some(_)) => no("give either counts or a flat zone, not both"),
        (Some(items), None) => {
            let at = time(message.at.as_deref())?;
            if items.is_empty() {
                out.push(Said::Present(at));
            }
            out.extend(items.into_iter().map(|raw| {
                let item = read(raw.get().as_bytes());
                item.and_then(|item| said(item, at))
                    .unwrap_or_else(Said::Unreadable)
            }));
            Ok(())
        }
        (None, Some(_)) => {
            out.push(said(read(payload)?, None)?);
            Ok(())
        }
        (None, None) => no("missing field `counts` (or `zone` and `vacant` or `occupied`)"),
    }
}

fn no<T>(why: &str) -> Result<T, Malformed> {
    Err(Malformed(why.to_owned()))
}

fn read(count: &[u8]) -> Result<Count<'_>, Malformed> {
    if count.first() == Some(&b'[') {
        return no("a count is an object, not a list");
    }
    serde_json::from_slice(count).map_err(|e| fault(count, &e, reads!(Count)))
}

fn said(c: Count<'_>, common: Option<Millis>) -> Result<Said<'_>, Malformed> {
    let kind = c.kind.as_deref().map_or(Some(BayKind::Car), BayKind::parse);
    let kind = kind.ok_or_else(|| none_of("kind", c.kind.as_deref(), &BayKind::list()))?;
    let state = (c.state.as_deref()).map_or(Some(CountState::Open), CountState::parse);
    let state = state.ok_or_else(|| none_of("state", c.state.as_deref(), &CountState::list()))?;
    let all = Numbers {
        vacant: c.vacant,
        occupied: c.occupied,
        capacity: c.capacity,
    };
    let (word, is_clamped) = all.read(state)?;
    let some = [c.accessible, c.ev_charging, c.reservable];
    let mut subsets = [None; BaySubset::COUNT];
    for ((numbers, word), name) in some.iter().zip(&mut subsets).zip(BaySubset::NAMES) {
        if let Some(numbers) = numbers {
            let read = numbers.read(state);
            let (read, _) = read.map_err(|e| Malformed(format!("{name}: {}", e.0)))?;
            *word = Some(read);
        }
    }
    Ok(Said::Count(CountSaid {
        zone: c.zone,
        kind,
        word,
        subsets,
        is_clamped,
        at: time(c.at.as_deref())?.or(common),
    }))
}

impl Numbers {
    /// And whether a number could not be.
    fn read(self, state: CountState) -> Result<(CountWord, bool), Malformed> {
        let vacant = self.vacant.map(|n| whole("vacant", n)).transpose()?;
        let occupied = self.occupied.map(|n| whole("occupied", n)).transpose()?;
        let (of, number) = match (vacant, occupied) {
            (Some(vacant), _) => (CountOf::Vacant, vacant),
            (None, Some(occupied)) => (CountOf::Occupied, occupied),
            (None, None) if state == CountState::Open => {
                return Err(Malformed("missing field `vacant` (or `occupied`)".into()));
            }
            (None, None) => (CountOf::Vacant, 0.0),
        };
        let mut capacity = self.capacity.map(capacity).transpose()?;
        if capacity == Some(0) && number > 0.0 {
            // How feeds say that they do not know it.
            capacity = None;
        }
        if let (None, Some(vacant), Some(occupied)) = (capacity, vacant, occupied) {
            let sum = vacant.max(0.0) + occupied.max(0.0);
            capacity = (sum <= f64::from(CountWord::MOST_BAYS)).then_some(sum as u32);
        }
        let most = f64::from(capacity.unwrap_or(CountWord::MOST_BAYS));
        let word = CountWord {
            state,
            of,
            number: number.clamp(0.0, most) as u32,
            capacity,
        };
        Ok((word, !(0.0..=most).contains(&number)))
    }
}

/// 42 and 42.0 are the same number of bays; half a bay there is not.
fn whole(name: &str, n: f64) -> Result<f64, Malformed> {
    if n.fract() == 0.0 {
        Ok(n)
    } else {
        Err(Malformed(format!("{name}: {n} is no whole number")))
    }
}

fn capacity(n: f64) -> Result<u32, Malformed> {
    let n = whole("capacity", n)?;
    if (0.0..=f64::from(CountWord::MOST_BAYS)).contains(&n) {
        Ok(n as u32)
    } else {
        let most = CountWord::MOST_BAYS;
        Err(Malformed(format!("capacity: {n} is not within 0..{most}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Said<'_>>, Malformed> {
        let mut out = Vec::new();
        decode(text.as_bytes(), &mut out).map(|()| out)
    }

    fn one(text: &str) -> (CountWord, bool) {
        match &read(text).unwrap()[..] {
            [Said::Count(c)] => (c.word, c.is_clamped),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_count_says_as_much_as_its_counter_knows() {
        let full = r#"{"zone":"HE12","vacant":68,"capacity":105,"at":"2026-11-23T02:00:00Z"}"#;
        assert_eq!(one(full), (CountWord::vacant(68, 105), false));
        let Said::Count(c) = &read(full).unwrap()[0] else {
            panic!("no count")
        };
        assert_eq!((&*c.zone, c.kind), ("HE12", BayKind::Car));
        assert_eq!(c.at, Millis::parse("2026-11-23T02:00:00Z"));
        let word = |state, of, number, capacity| {
            let word = CountWord {
                state,
                of,
                number,
                capacity,
            };
            (word, false)
        };
        let open = CountState::Open;
        for (text, want) in [
            (r#""vacant":5"#, word(open, CountOf::Vacant, 5, None)),
            (
                r#""vacant":42.0,"capacity":50.0"#,
                (CountWord::vacant(42, 50), false),
            ),
            (r#""occupied":5"#, word(open, CountOf::Occupied, 5, None)),
            (
                r#""occupied":5,"vacant":7"#,
                (CountWord::vacant(7, 12), false),
            ),
            (
                r#""vacant":5,"capacity":0"#,
                word(open, CountOf::Vacant, 5, None),
            ),
            (
                r#""vacant":0,"capacity":0"#,
                (CountWord::vacant(0, 0), false),
            ),
            (
                r#""state":"closed""#,
                word(CountState::Closed, CountOf::Vacant, 0, None),
            ),
            (
                r#""state":"unknown","vacant":3,"capacity":9"#,
                word(CountState::Unknown, CountOf::Vacant, 3, Some(9)),
            ),
        ] {
            assert_eq!(one(&format!("{{\"zone\":\"Z\",{text}}}")), want, "{text}");
        }
    }

    #[test]
    fn some_of_the_bays_may_be_counted_apart() {
        let text = r#"{"zone":"Z","vacant":9,"accessible":{"vacant":2,"capacity":4},
            "reservable":{"occupied":1}}"#;
        let said = read(text).unwrap();
        let [Said::Count(c)] = &said[..] else {
            panic!("{said:?}")
        };
        let occupied = CountWord {
            of: CountOf::Occupied,
            number: 1,
            ..CountWord::default()
        };
        assert_eq!(
            c.subsets,
            [Some(CountWord::vacant(2, 4)), None, Some(occupied)]
        );
        let why = read(r#"{"zone":"Z","vacant":9,"ev_charging":{}}"#).unwrap_err();
        assert!(why.0.starts_with("ev_charging: missing field"), "{why}");
    }

    #[test]
    fn numbers_that_cannot_be_are_taken_as_what_is_nearest_and_that_is_said() {
        for (text, number) in [
            (r#""vacant":106,"capacity":105"#, 105),
            (r#""vacant":-1,"capacity":105"#, 0),
            (r#""occupied":-3,"capacity":105"#, 0),
            (r#""vacant":4294967296,"capacity":105"#, 105),
            (r#""vacant":4294967296"#, CountWord::MOST_BAYS),
            (r#""vacant":-1e300"#, 0),
        ] {
            let (word, is_clamped) = one(&format!("{{\"zone\":\"Z\",{text}}}"));
            assert_eq!((word.number, is_clamped), (number, true), "{text}");
        }
    }

    #[test]
    fn a_list_has_one_time_for_all_that_give_none_and_a_bad_item_costs_no_other() {
        let text = r#"{"at":"2026-11-23T02:00:00Z","counts":[{"zone":"A","vacant":1},
            {"zone":"B","vacant":"2"},{"zone":"C","vacant":3,"at":"2026-11-23T02:00:01Z"},
            ["D",4],{"zone":"E"}]}"#;
        let out = read(text).unwrap();
        let at: Vec<_> = (out.iter())
            .map(|said| match said {
                Said::Count(c) => c.at.map(|at| at.0 % 60_000),
                _ => None,
            })
            .collect();
        assert_eq!(at, [Some(0), None, Some(1_000), None, None]);
        assert_eq!(
            read(r#"{"counts":[]}"#).unwrap(),
            [Said::Present(None)],
            "the source is there"
        );
    }

    #[test]
    fn what_is_no_count_is_refused() {
        for bad in [
            r#"{"zone":"HE12","vacant":"68","capacity":"105"}"#,
            r#"{"zone":"HE12","vacant":1.5,"capacity":105}"#,
            r#"{"zone":"HE12","vacant":1,"capacity":105.5}"#,
            r#"{"zone":"HE12","vacant":1,"capacity":-1}"#,
            r#"{"zone":"HE12","vacant":1,"capacity":4294967296}"#,
            r#"{"zone":"HE12","vacant":1,"capacity":105,"kind":"C"}"#,
            r#"{"zone":"HE12","vacant":1,"state":"full"}"#,
            r#"{"zone":"HE12","capacity":105}"#,
            r#"{"zone":"HE12","vacant":1,"at":"noon"}"#,
            r#"{"vacant":1,"capacity":105}"#,
            r#"{"zone":"A","counts":[]}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
