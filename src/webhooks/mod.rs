//! Webhooks: partners' endpoints are told of what happens, signed by Standard Webhooks.
//!
//! Two kinds of events. A *state* (of a zone) is read when it is sent: what is older and was not sent is
//! dropped, and how much is told. A *fact* (of a booking, of an offer) is a row of the store, written in
//! the transaction of what it tells; facts go out one at a time and in order, and none is dropped while
//! the endpoint is enabled.
//!
//! Promises: a message keeps its id over attempts, restarts and kills, and none has two. An address is
//! judged where it is connected to, so no endpoint leads into the operator's own network. Of private
//! zones an endpoint hears what its partner may see at that moment. One endpoint has at most three
//! messages under way, one that does not answer well at most one, and those have a part of the hub's
//! permits of their own: a dead one costs the others nothing. Dear: a look at a zone for each endpoint that follows
//! it, at most ten a second each; a secret stands in the store as it signs.

mod config;
mod context;
mod desk;
mod dispatch;
mod entities;
mod event;
mod fact;
mod lane;
mod notices;
mod notified;
mod places;
mod retry;
mod secret;
mod send;
mod slots;

pub use config::Config;
pub use context::{EntityPush, NewSubscription, PushConfig, SubscriptionState};
pub use desk::{
    EndpointChange, EndpointTrial, NewEndpoint, ShownEndpoint, WebhookDesk, WebhookFault,
};
pub use dispatch::{DispatchParts, Dispatcher};
pub use entities::{EntityEyes, EntityWatch, SeenEntity};
pub use event::{EventFamily, EventType, Events};
pub use notices::{SilentSource, SourceEyes};
pub use places::{SeenZone, WatchedZones, ZoneEyes};
pub use secret::SigningSecret;
pub use send::{Poster, WITHIN as ATTEMPT_WITHIN};
pub use slots::ZoneFigures;

pub use crate::store::{DeliveryPage, DeliveryRow, DeliveryStatus, SubscriptionRow};
