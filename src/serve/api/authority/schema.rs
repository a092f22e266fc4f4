//! Turnover and sources: what is asked and what is answered.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use crate::domain::vocabulary;
use crate::schema::{Basis, ShownSourceKind, Suspicion};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

#[derive(ToSchema)]
#[schema(default = "1h")]
pub(in crate::serve) enum Length {
    #[schema(rename = "5m")]
    FiveMinutes,
    #[schema(rename = "1h")]
    Hour,
    #[schema(rename = "1d")]
    Day,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct TurnoverQuery {
    /// Up to 500 zone ids with commas between them. Without this and `bbox`: all zones.
    #[param(min_length = 1)]
    zone: Option<String>,
    /// Zones that are now within west,south,east,north in degrees.
    #[param(min_length = 7)]
    bbox: Option<String>,
    /// Rows start at or after this; absent: 24 hours before `to`.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Rows start before this; absent: what is settled.
    #[param(format = DateTime)]
    to: Option<String>,
    /// How long a row is.
    #[param(inline)]
    interval: Option<Length>,
    /// The place whose days are meant with `1d`, by its IANA name; absent: the hub's. Without the
    /// scope `monitor`: UTC.
    #[param(min_length = 1)]
    tz: Option<String>,
    /// How many rows a page at most; of Parquet, where this is absent, 100,000.
    #[param(minimum = 1, maximum = 20_000, default = 1000)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// A page of turnover.
#[derive(ToSchema)]
pub(in crate::serve) struct TurnoverPage {
    interval: String,
    /// Everything before this is settled: nothing is said of what comes after; null: nothing yet.
    #[schema(required, format = DateTime)]
    settled_to: Option<String>,
    /// Where to go on; null: this was the last page.
    #[schema(required)]
    next: Option<String>,
    /// Hours of which nothing can be told, or not all.
    gaps: Vec<Gap>,
    rows: Vec<TurnoverRow>,
}

/// The rows as one Parquet file, with the columns of the CSV.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(in crate::serve) struct TurnoverFile(Vec<u8>);

/// An hour of which nothing can be told, or not all.
#[derive(ToSchema)]
pub(in crate::serve) struct Gap {
    #[schema(format = DateTime)]
    hour: String,
    /// no_file, damaged or store_away: nothing can be told. reports_lost: of some zones not all.
    reason: String,
    /// Which file; with the scope `monitor`.
    detail: Option<String>,
}

/// What one zone did in one interval. null: there is nothing to say, or it is suppressed.
#[derive(ToSchema)]
pub(in crate::serve) struct TurnoverRow {
    zone: String,
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    to: String,
    /// false: part of it is not settled yet, or missing, or reports of it came too late or were shed.
    complete: bool,
    /// So few visits would speak of single people.
    suppressed: bool,
    /// Seen to start.
    #[schema(required)]
    visits: Option<i64>,
    /// Ended, with both ends seen: what the stays are of.
    #[schema(required)]
    visits_ended: Option<i64>,
    /// Too short to be visits.
    #[schema(required)]
    short_stays: Option<i64>,
    /// Ended, with one end unseen.
    #[schema(required)]
    censored_stays: Option<i64>,
    /// Visits by in-service bay-hours.
    #[schema(required)]
    turnover_per_bay_hour: Option<f64>,
    /// Visits by hours, of the whole zone: what CDS calls turnover.
    #[schema(required)]
    cds_turnover: Option<f64>,
    #[schema(required)]
    mean_stay_s: Option<f64>,
    /// Right to 2 %.
    #[schema(required)]
    median_stay_s: Option<f64>,
    /// Right to 2 %.
    #[schema(required)]
    p85_stay_s: Option<f64>,
    /// Occupied share of the time that is known.
    #[schema(required)]
    occupancy: Option<f64>,
    /// Share of the five minutes at whose start no known bay was vacant.
    #[schema(required)]
    full_fraction: Option<f64>,
    /// Share of the five minutes at whose start more than 85 % of the known bays were occupied.
    #[schema(required)]
    above_85_fraction: Option<f64>,
    /// Known share of the time in service.
    #[schema(required)]
    coverage: Option<f64>,
    /// count: of counts of the whole zone, which see no stays, so that all figures of visits are null.
    basis: Basis,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct HistoryQuery {
    /// How long a row is; days are those of UTC.
    #[param(inline)]
    interval: Option<HistoryLength>,
    /// Rows start at or after this; absent: 24 hours before `to`.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Rows start before this, at most 31 days after `from`; absent: what is settled.
    #[param(format = DateTime)]
    to: Option<String>,
    /// How many rows a page at most.
    #[param(minimum = 1, maximum = 3000, default = 1000)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

#[derive(ToSchema)]
#[schema(default = "1h")]
pub(in crate::serve) enum HistoryLength {
    #[schema(rename = "15m")]
    Quarter,
    #[schema(rename = "1h")]
    Hour,
    #[schema(rename = "1d")]
    Day,
}

/// A page of a zone's history.
#[derive(ToSchema)]
pub(in crate::serve) struct ZoneHistory {
    zone: String,
    interval: String,
    /// Everything before this is settled: nothing is said of what comes after; null: nothing yet.
    #[schema(required, format = DateTime)]
    settled_to: Option<String>,
    /// Where to go on; null: this was the last page.
    #[schema(required)]
    next: Option<String>,
    rows: Vec<ZoneHistoryRow>,
}

/// How full a zone was in one interval. null: nothing was known, or it is suppressed.
#[derive(ToSchema)]
pub(in crate::serve) struct ZoneHistoryRow {
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    to: String,
    /// Occupied share of the time that is known.
    #[schema(required)]
    occupancy: Option<f64>,
    /// Share of the five minutes at whose start no known bay was vacant.
    #[schema(required)]
    full_fraction: Option<f64>,
    /// Share of the five minutes at whose start more than 85 % of the known bays were occupied.
    #[schema(required)]
    above_85_fraction: Option<f64>,
    /// Known share of the time in service.
    #[schema(required)]
    coverage: Option<f64>,
    basis: Basis,
    /// false: part of it is not settled yet, or missing, or reports of it came too late or were shed.
    complete: bool,
    /// So few visits would speak of single people.
    suppressed: bool,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct SourcesQuery {
    /// Only this one.
    #[param(min_length = 1)]
    source: Option<String>,
    /// true: only those that are suspected of something.
    suspect: Option<bool>,
    /// How many a page.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(min_length = 1)]
    cursor: Option<String>,
}

/// A page of sources.
#[derive(ToSchema)]
pub(in crate::serve) struct Sources {
    #[schema(format = DateTime)]
    at: String,
    /// When counting began.
    #[schema(format = DateTime)]
    since: String,
    /// Where to go on; null: this was the last page.
    #[schema(required)]
    next: Option<String>,
    sources: Vec<SourceShown>,
}

/// How one source does.
#[derive(ToSchema)]
pub(in crate::serve) struct SourceShown {
    source: String,
    kind: ShownSourceKind,
    /// What it last said of itself (birth or last will); null: nothing.
    #[schema(required)]
    online: Option<bool>,
    /// When anything of it last came in; null: not since `since`.
    #[schema(required, format = DateTime)]
    heard_at: Option<String>,
    #[schema(required)]
    silent_s: Option<f64>,
    /// The newest time of observation it has claimed.
    #[schema(required, format = DateTime)]
    observed_at: Option<String>,
    /// From its newest observation to when it was last heard.
    #[schema(required)]
    lag_s: Option<f64>,
    accepted: u64,
    /// Reports or parts of reports that were refused, by reason.
    refused: BTreeMap<String, u64>,
    /// Counts with a number that cannot be: taken as what is nearest.
    counts_clamped: u64,
    /// Counts that name another capacity than the registry has; theirs is told.
    counts_of_other_capacity: u64,
    /// Whose key the newest came by that was accepted; null: nothing was since `since`.
    #[schema(required)]
    partner: Option<String>,
    health: SourceHealth,
    /// On how many it has the word: of a sensor or gate also where that has lapsed.
    bays: u32,
    /// Being dead first, then by bay, at most 20 bays.
    suspect: Vec<SuspectShown>,
    /// How many there are in all.
    suspect_total: u32,
    /// Of a feed of the configuration.
    feed: Option<FeedShown>,
}

/// How a feed of the configuration does.
#[derive(ToSchema)]
pub(in crate::serve) struct FeedShown {
    name: String,
    /// When it last told something of use; null: not since the start. That nothing has changed counts
    /// as being heard only.
    #[schema(required, format = DateTime)]
    answered_at: Option<String>,
    /// null: it is pushed only.
    #[schema(required, format = DateTime)]
    next_poll_at: Option<String>,
    /// null: it does not fail.
    #[schema(required, format = DateTime)]
    failing_since: Option<String>,
    /// What went wrong last; it may be over.
    #[schema(required)]
    last_error: Option<FeedError>,
    /// By so many hours all its times are ahead or behind: its `time_zone` is wrong.
    #[schema(required)]
    hours_off: Option<i8>,
    /// Places that no zone is made of.
    places_left_out: u64,
}

#[derive(ToSchema)]
pub(in crate::serve) struct FeedError {
    #[schema(format = DateTime)]
    at: String,
    /// `unreachable`, `tls`, `timeout`, `busy`, `denied`, `gone`, `cut`, `web_page`, `refused` and
    /// others.
    fault: String,
    why: String,
}

vocabulary! {
    /// suspect: see `suspect`. unheard: not since the hub was started. silent: for longer than the
    /// hub's usual limit. good: none of these.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
    #[schema(rename_all = "lowercase")]
    pub(in crate::serve) enum SourceHealth {
        Good => "good",
        Suspect => "suspect",
        Silent => "silent",
        Unheard => "unheard",
    }
}

/// What a source is suspected of, and why.
#[derive(ToSchema)]
pub(in crate::serve) struct SuspectShown {
    reason: Suspicion,
    /// null: it is dead.
    #[schema(required)]
    bay: Option<String>,
    /// When it was found, again after a start of the hub; of one that is dead when it was last heard.
    #[schema(format = DateTime)]
    since: String,
    /// Phrases for people.
    why: Vec<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct QualityQuery {
    /// Such as 2026-11, of the hub's own calendar; the month under way if absent.
    month: Option<String>,
    /// `operator` (of zones) or `partner` (who holds keys); `partner` if absent.
    #[param(default = "partner")]
    by: Option<String>,
}
