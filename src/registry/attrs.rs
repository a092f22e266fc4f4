//! What a bay is built for and allowed for.

use crate::domain::BayKind;

/// What can be asked of a bay besides its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BayAttrs {
    pub kind: BayKind,
    pub accessible: bool,
    pub ev_charging: bool,
    /// 0 = no limit.
    pub max_height_cm: u16,
    /// 0 = no limit. The registry's own are less than 46 days; an offer's may be a year.
    pub max_stay_min: u32,
    /// `None`: nobody has said.
    pub price_cents_per_hour: Option<u32>,
}
