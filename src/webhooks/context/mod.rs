//! Subscriptions of context brokers (NGSI-LD): entities are told as they are when they are sent.
//!
//! A subscription is one follower of the change feed: no queue, one bit a zone. Promises: one
//! notification of it is under way at a time, so nothing older comes after the newest; what was not
//! taken is read anew and sent again; addresses are judged as those of webhooks. Dear: of each entity that
//! was told a number is remembered, up to a bound; beyond it entities of a zone that has changed are told
//! whether they have changed or not.

mod desk;
mod lane;
mod lanes;
mod push;
mod push_config;
mod retry;

pub use desk::{NewSubscription, SubscriptionState};
pub(super) use lanes::SubscriptionLanes;
pub use push::EntityPush;
pub use push_config::PushConfig;
