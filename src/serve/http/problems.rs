//! How calls refuse, for their descriptions: one type a status and its meaning, so that a call
//! lists names. What is sent is made by [`super::error`].

use crate::serve::api::schema::Problem;
use std::collections::BTreeMap;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder, response::Response};
use utoipa::{IntoResponses, ToSchema};

type Described = BTreeMap<String, RefOr<Response>>;

/// A refusal with `status`, as every one is: `application/problem+json`.
fn described(status: u16, description: &str) -> Described {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(Problem::name())))
        .build();
    let response = ResponseBuilder::new()
        .description(description)
        .content("application/problem+json", content)
        .build();
    [(status.to_string(), response.into())].into()
}

macro_rules! problems {
    ($($name:ident = $status:literal $description:literal,)+) => {$(
        #[doc = $description]
        pub(in crate::serve) struct $name;

        impl IntoResponses for $name {
            fn responses() -> Described {
                described($status, $description)
            }
        }
    )+};
}

problems! {
    BadField = 400 "`field` cannot be so",
    BadJson = 400 "Not JSON",
    BadParameter = 400 "A parameter cannot be",
    BadPath = 400 "The path is not UTF-8",
    BadReport = 400 "Refused as a whole",
    BadKey = 401 "Not a good key",
    NoKey = 401 "No key, or not a good one",
    NotTheSender = 401 "Not how the sender of this feed is known",
    TokenNotGood = 403 "The token is not good: nobody has it for this problem, or it was used, or its time is over",
    NotGranted = 403 "The key lacks the scope, or the new one would be good for more than was granted",
    SignupsClosed = 403 "Nobody can sign up here",
    NoScope = 403 "The key lacks the scope",
    NoSource = 403 "The key lacks the scope or the source",
    NoUplinks = 403 "The key lacks the scope, uplinks or the source",
    NoSuchArea = 404 "No such area",
    NoSuchBay = 404 "No such bay",
    NoSuchBayOfYours = 404 "No such bay of yours, or none in that zone",
    NoSuchBooking = 404 "No such offer of yours, or no such booking on it",
    NoSuchDevice = 404 "No such device",
    NoSuchFeed = 404 "No such feed is pushed here",
    NoSuchKey = 404 "No such key",
    NoSuchLoss = 404 "No such loss",
    NoSuchOffer = 404 "No such offer of yours",
    NoSuchOrder = 404 "No such order",
    NoSuchOperator = 404 "No such operator",
    NoSuchPartner = 404 "No such partner",
    NoSuchProblem = 404 "No such problem of yours",
    NoSuchReservation = 404 "No such reservation of yours",
    NoSuchSeason = 404 "No such season of yours",
    NoSuchSignup = 404 "No such sign-up",
    BadLink = 404 "The link is not good: nobody has it, or it was used, or its time is over",
    NoSuchSource = 404 "No such source",
    NoSuchWebhook = 404 "No such webhook of yours, or none whose events the key may be told",
    NoSuchZone = 404 "No such zone",
    OnlyNow = 404 "Only what is so now is told",
    NotInThatFormat = 406 "Not in that format",
    ChangedMeanwhile = 409 "Changed by another at the same time",
    FromConfiguration = 409 "It comes from the configuration",
    KeysFull = 409 "The name is taken, or there are as many keys as there may be",
    KeyOfTheCall = 409 "The key of this call, or one of the configuration",
    NameKnown = 409 "Somebody is called so: say whom it speaks for",
    NameTaken = 409 "The name is taken",
    NoMatch = 409 "No bay suits; `reason` says why, of a season `misses` when",
    NotClosedYet = 409 "It is not closed yet",
    NotInThatState = 409 "Not in the state it is in, or not at this time",
    OrderHasEnded = 409 "It has ended, or needs no second key",
    OldSecretSigns = 409 "The secret before the one that signs does so too; `now` ends it at once",
    OnAnotherOffer = 409 "The bay is on another offer",
    StillHasBays = 409 "It still has bays",
    WithdrawnOrChanged = 409 "Withdrawn, or changed by another at the same time",
    Over16MiB = 413 "More than 16 MiB",
    Over1MiB = 413 "More than 1 MiB",
    Over256KiB = 413 "More than 256 KiB",
    Over8KiB = 413 "More than 8 KiB",
    Over64KiB = 413 "More than 64 KiB",
    NotGeoJson = 415 "Not GeoJSON",
    NotJson = 415 "Not JSON",
    AreaDoesNotFit = 422 "A key for reports lacks its area or source_kind, or the area names nothing",
    DoesNotFit = 422 "Does not fit; `errors` has every fault",
    KeyReused = 422 "The Idempotency-Key came with another body before",
    OrderDoesNotFit = 422 "`field` does not fit: the place, a time or a text; or the Idempotency-Key came with another body before",
    WebhookDoesNotFit = 422 "`field` does not fit: the address, an event that is not emitted, or a zone",
    UnknownPartner = 422 "No such partner",
    Busy = 429 "Busy",
    BusyOrUsedUp = 429 "Busy, or a share is used up: `share`, `limit`, `used` and `Retry-After` say which and until when",
    BusyNothingAccepted = 429 "Busy; nothing was accepted",
    TooManySignups = 429 "Too many sign-ups: `limit`, and `Retry-After` says until when",
    NotAsMany = 422 "More than you have in the zone",
    NotNow = 503 "Not now",
    NotStored = 503 "Not stored; send it again",
    NothingHeld = 503 "Not now; nothing is held",
    ChangedNotStored = 503 "So from now on, but not stored: do it again",
    RefusedNotStored = 503 "Refused from now on, but not stored: do it again",
    NotOffered = 501 "The standard has it, this hub has not",
    TooManyStreams = 503 "Too many streams",
    TooManyStreamsOrNotNow = 503 "Too many streams, or not now",
    Unreadable = 503 "Cannot be read now",
    NoRoom = 507 "No room for more",
}

/// Every call that needs a key with a scope.
pub(in crate::serve) struct Keyed;

impl IntoResponses for Keyed {
    fn responses() -> Described {
        [NoKey::responses(), NoScope::responses()]
            .into_iter()
            .flatten()
            .collect()
    }
}
