//! What the publications are asked, as the description tells it.
#![allow(
    dead_code,
    reason = "fields are parameters' names, read by utoipa's derive only"
)]

use utoipa::IntoParams;

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PublicationQuery {
    /// Up to 500 zone ids with commas between them; not together with `bbox`. Ids that are none of
    /// ours are passed over.
    #[param(min_length = 1)]
    zones: Option<String>,
    /// Zones that are within west,south,east,north in degrees.
    #[param(min_length = 7)]
    bbox: Option<String>,
    /// true: their bays too, 20,000 at most.
    spaces: Option<bool>,
}
