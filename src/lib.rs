//! bayhub: a real-time smart-parking data-sharing hub.

pub mod clock;
pub mod domain;
pub mod health;
pub mod journal;
pub mod live;
pub mod metrics;
pub mod partner;
pub mod registry;
pub mod serve;
