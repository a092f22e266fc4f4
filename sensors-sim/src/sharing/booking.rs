//! A day at a hub: all bays offered, all drivers' wishes told in their order, and the outcome read
//! back.
//!
//! Before that a few drivers come at once, to bays that are also offered for the next two hours:
//! they book, confirm, arrive and leave, which nobody can do today who has booked for tomorrow.
//!
//! A driver who is refused asks again, [`AGAIN`] times in all, each time after everybody else has
//! had a turn: somebody may have cancelled, or the hub may have made room. Who is refused to the
//! end looks for a bay on the street.

use super::SharingError;
use super::client::{Answer, Call, Client};
use super::district::District;
use super::outcome::{Outcome, Parked};
use super::street;
use crate::message::rfc3339;
use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::sleep;

/// How often a driver asks who has been refused.
const AGAIN: u32 = 2;
/// How many drivers come at once, and for how long their bays are offered and used.
const AT_ONCE: usize = 5;
const OPEN_MS: u64 = 2 * 3_600_000;
const STAY_MS: u64 = 30 * MINUTE_MS;
/// Of so many requests one is sent twice.
const TWICE: usize = 50;
/// Singapore is eight hours ahead of UTC.
const AHEAD_MS: u64 = 8 * 3_600_000;
const DAY_MS: u64 = 86_400_000;
const MINUTE_MS: u64 = 60_000;

/// Where a hub is, and the keys to it.
#[derive(Clone, Debug)]
pub struct Hub {
    /// What its outcome is called.
    pub name: String,
    /// `http://host:port`.
    pub url: String,
    pub share_key: String,
    pub book_key: String,
    /// How long the hub is left alone before drivers ask again and before the outcome is read:
    /// longer than its batches lie apart.
    pub settle: Duration,
}

/// The day without shared bays: everybody looks for one on the street.
#[must_use]
pub fn without_sharing(district: &District) -> Outcome {
    let mut parked = vec![None; district.drivers.len()];
    on_the_street(district, &mut parked);
    Outcome {
        name: "no sharing".into(),
        parked,
        at_once: 0,
    }
}

/// Drivers without a bay who come all the same.
fn on_the_street(district: &District, parked: &mut [Option<Parked>]) {
    let came = |n: &usize| parked[*n].is_none() && !district.drivers[*n].cancels;
    let looking: Vec<usize> = (0..district.drivers.len()).filter(came).collect();
    for (n, found) in street::park(district, &looking) {
        parked[n] = found.map(|f| Parked {
            shared: false,
            walk_m: f.walk_m,
            price_cents: f.price_cents,
            moved: false,
            farther_m: 0,
        });
    }
}

/// The day with shared bays at a hub. `now`: ms since 1970; the day begins at the next midnight in
/// Singapore.
pub async fn book(district: &District, hub: &Hub, now: u64) -> Result<Outcome, SharingError> {
    let midnight = (now + AHEAD_MS) / DAY_MS * DAY_MS + DAY_MS - AHEAD_MS;
    let mut day = Day {
        district,
        hub,
        client: Client::new(&hub.url)?,
        now,
        midnight,
    };
    for offered in 0..district.offered.len() {
        day.offer(offered).await?;
    }
    // Two runs at one hub are two days, not one that is repeated.
    let run = format!("{now:x}");
    let at_once = day.come_and_go(&run).await?;
    let mut booked: Vec<Option<Value>> = vec![None; district.drivers.len()];
    let mut refused: Vec<usize> = (0..district.drivers.len()).collect();
    for turn in 0..=AGAIN {
        if turn > 0 {
            sleep(hub.settle).await;
        }
        let mut again = Vec::new();
        for n in refused {
            booked[n] = day.request(n, &format!("{run}-{turn}-{n}")).await?;
            match &booked[n] {
                None => again.push(n),
                Some(held) if district.drivers[n].cancels => day.step(held, "cancel").await?,
                Some(_) => {}
            }
        }
        refused = again;
    }
    sleep(hub.settle).await;
    let mut parked = vec![None; district.drivers.len()];
    for (n, first) in booked.iter().enumerate() {
        let Some(first) = first.as_ref().filter(|_| !district.drivers[n].cancels) else {
            continue;
        };
        let last = day.look(first).await?;
        parked[n] = Some(day.parked(n, first, &last)?);
    }
    on_the_street(district, &mut parked);
    Ok(Outcome {
        name: hub.name.clone(),
        parked,
        at_once,
    })
}

struct Day<'a> {
    district: &'a District,
    hub: &'a Hub,
    client: Client,
    now: u64,
    midnight: u64,
}

impl Day<'_> {
    fn at(&self, minute: u32) -> String {
        rfc3339(self.midnight + u64::from(minute) * MINUTE_MS)
    }

    async fn offer(&mut self, offered: usize) -> Result<(), SharingError> {
        let o = &self.district.offered[offered];
        let mut windows = vec![json!({"start": self.at(o.open.start), "end": self.at(o.open.end)})];
        if offered < AT_ONCE {
            windows.push(json!({"start": rfc3339(self.now), "end": rfc3339(self.now + OPEN_MS)}));
        }
        let body = json!({
            "bay": self.district.city.bay_id(o.bay),
            "windows": windows,
            "price_cents_per_hour": o.price_cents_per_hour,
            "currency": "SGD",
        });
        let key = &self.hub.share_key;
        let call = Call {
            method: Method::POST,
            path: "/v1/offers",
            key,
            once: None,
            body: Some(body),
        };
        let answer = self.client.call(&call).await?;
        if answer.status == StatusCode::CREATED {
            Ok(())
        } else {
            Err(unexpected(&call, &answer))
        }
    }

    /// A driver's request, confirmed at once; `None`: there is no bay.
    async fn request(&mut self, n: usize, once: &str) -> Result<Option<Value>, SharingError> {
        let d = &self.district.drivers[n];
        let body = json!({
            "lat": d.place.lat(),
            "lon": d.place.lon(),
            "start": self.at(d.stay.start),
            "end": self.at(d.stay.end),
            "max_walk_m": d.max_walk_m,
            "max_price_cents": d.max_price_cents,
            "vehicle": {"kind": "car"},
            "flexible": d.flexible,
        });
        let key = &self.hub.book_key;
        let call = Call {
            method: Method::POST,
            path: "/v1/requests",
            key,
            once: Some(once),
            body: Some(body),
        };
        let answer = self.client.call(&call).await?;
        // A phone on a bad line sends some requests twice: still it is one booking.
        if n.is_multiple_of(TWICE) && answer.status == StatusCode::CREATED {
            let again = self.client.call(&call).await?;
            if again.body["id"] != answer.body["id"] {
                return Err(unexpected(&call, &again));
            }
        }
        match answer.status {
            StatusCode::CREATED => {
                self.step(&answer.body, "confirm").await?;
                Ok(Some(answer.body))
            }
            StatusCode::CONFLICT => Ok(None),
            _ => Err(unexpected(&call, &answer)),
        }
    }

    /// Drivers who are there already. Returns how many have parked and left.
    async fn come_and_go(&mut self, run: &str) -> Result<usize, SharingError> {
        let district = self.district;
        for (n, o) in district.offered.iter().take(AT_ONCE).enumerate() {
            let place = district.city.bays()[o.bay as usize].place;
            let end = rfc3339(self.now + STAY_MS);
            let body =
                json!({"lat": place.lat(), "lon": place.lon(), "end": end, "max_walk_m": 200});
            let once = format!("{run}-at-once-{n}");
            let key = &self.hub.book_key;
            let call = Call {
                method: Method::POST,
                path: "/v1/requests",
                key,
                once: Some(&once),
                body: Some(body),
            };
            let answer = self.client.call(&call).await?;
            if answer.status != StatusCode::CREATED {
                return Err(unexpected(&call, &answer));
            }
            for step in ["confirm", "arrive", "depart"] {
                self.step(&answer.body, step).await?;
            }
            let last = self.look(&answer.body).await?;
            if last["state"] != "completed" {
                return Err(SharingError::Answer(format!(
                    "left, and still it is {last}"
                )));
            }
        }
        Ok(district.offered.len().min(AT_ONCE))
    }

    async fn step(&mut self, reservation: &Value, step: &str) -> Result<(), SharingError> {
        let path = format!(
            "/v1/reservations/{}/{step}",
            reservation["id"].as_str().unwrap_or_default()
        );
        let call = Call {
            method: Method::POST,
            path: &path,
            key: &self.hub.book_key,
            once: None,
            body: None,
        };
        let answer = self.client.call(&call).await?;
        if answer.status == StatusCode::OK {
            Ok(())
        } else {
            Err(unexpected(&call, &answer))
        }
    }

    async fn look(&mut self, reservation: &Value) -> Result<Value, SharingError> {
        let path = format!(
            "/v1/reservations/{}",
            reservation["id"].as_str().unwrap_or_default()
        );
        let call = Call {
            method: Method::GET,
            path: &path,
            key: &self.hub.book_key,
            once: None,
            body: None,
        };
        let answer = self.client.call(&call).await?;
        if answer.status == StatusCode::OK {
            Ok(answer.body)
        } else {
            Err(unexpected(&call, &answer))
        }
    }

    /// Holds the hub to what it promised.
    fn parked(&self, n: usize, first: &Value, last: &Value) -> Result<Parked, SharingError> {
        let d = &self.district.drivers[n];
        let number = |of: &Value, name: &str| {
            of[name]
                .as_u64()
                .and_then(|v| u32::try_from(v).ok())
                .unwrap_or(u32::MAX)
        };
        let walk_m = number(last, "walk_m");
        let price_cents = number(last, "price_cents");
        let farther_m = walk_m.saturating_sub(number(first, "walk_m"));
        let kept = last["state"] == "confirmed"
            && walk_m <= d.max_walk_m
            && price_cents <= d.max_price_cents
            && price_cents <= number(first, "price_cents")
            && (d.flexible || farther_m == 0);
        if kept {
            Ok(Parked {
                shared: true,
                walk_m,
                price_cents,
                moved: last["bay"] != first["bay"],
                farther_m,
            })
        } else {
            Err(SharingError::Answer(format!(
                "a promise is broken: {d:?} has {last}"
            )))
        }
    }
}

fn unexpected(call: &Call<'_>, answer: &Answer) -> SharingError {
    SharingError::Answer(format!(
        "{} {}: {} {}",
        call.method, call.path, answer.status, answer.body
    ))
}
