//! What Open311 is asked and answers, as the description tells it, by the names of the standard.
#![allow(
    dead_code,
    clippy::struct_field_names,
    reason = "fields are members' names in JSON, read by utoipa's derives only"
)]

use utoipa::{IntoParams, ToSchema};

/// Which city. A hub is of one.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct OpenQuery {
    /// Taken, and makes no difference.
    jurisdiction_id: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::serve) struct RequestsQuery {
    /// Ids with commas between, 100 at most; then nothing else is looked at.
    service_request_id: Option<String>,
    /// Codes with commas between.
    service_code: Option<String>,
    /// Reported from then on (RFC 3339). Absent or empty: 90 days before `end_date`.
    start_date: Option<String>,
    /// Reported until then, at most 90 days after `start_date`. Absent or empty: now, or 90 days after
    /// `start_date`.
    end_date: Option<String>,
    /// `open`, `closed`, or both with a comma between.
    status: Option<String>,
    /// The first is 1.
    #[param(minimum = 1, maximum = 1000)]
    page: Option<u32>,
    /// 1,000 if it is absent.
    #[param(minimum = 1, maximum = 1000)]
    page_size: Option<u32>,
    /// Taken, and makes no difference.
    jurisdiction_id: Option<String>,
}

/// One of the standard's refusals.
#[derive(ToSchema)]
pub(in crate::serve) struct ReportError {
    /// As the status.
    code: u16,
    description: String,
}

/// Where Open311 is answered.
#[derive(ToSchema)]
pub(in crate::serve) struct Discovery {
    /// When what is told here last changed.
    changeset: String,
    contact: String,
    key_service: String,
    endpoints: Vec<ReportEndpoint>,
}

#[derive(ToSchema)]
struct ReportEndpoint {
    specification: String,
    url: String,
    changeset: String,
    /// `production`, or `test` in the sandbox.
    r#type: String,
    /// Media types.
    formats: Vec<String>,
}

/// Something that can be reported.
#[derive(ToSchema)]
pub(in crate::serve) struct ReportService {
    service_code: String,
    service_name: String,
    description: String,
    /// Whether it has attributes: each has.
    metadata: bool,
    /// `realtime`
    r#type: String,
    /// With commas between.
    keywords: String,
    group: String,
}

/// What a service asks for.
#[derive(ToSchema)]
pub(in crate::serve) struct ServiceDefinition {
    service_code: String,
    attributes: Vec<ServiceAttribute>,
}

#[derive(ToSchema)]
struct ServiceAttribute {
    /// Whether something is to be said.
    variable: bool,
    code: String,
    /// `string` or `singlevaluelist`
    datatype: String,
    required: bool,
    #[schema(required)]
    datatype_description: Option<String>,
    order: u32,
    description: String,
    /// Of a list: what may be chosen.
    values: Vec<AttributeValue>,
}

#[derive(ToSchema)]
struct AttributeValue {
    key: String,
    name: String,
}

/// A report, as JSON; members that are not named here are not looked at.
#[derive(ToSchema)]
pub(in crate::serve) struct ReportedJson {
    service_code: String,
    /// WGS 84; with `long`, or else an address or a bay.
    lat: Option<f64>,
    long: Option<f64>,
    /// A place in words: told to everybody.
    address_string: Option<String>,
    /// The id of a bay or zone.
    address_id: Option<String>,
    attribute: Option<ReportedAttributes>,
    /// At most 4,000 characters, without HTML. Told to everybody, but for addresses and telephone numbers
    /// of people.
    description: Option<String>,
    /// A photo's address: told to everybody, and fetched by nobody here.
    media_url: Option<String>,
    /// Told to who is responsible only, and gone 30 days after the end.
    email: Option<String>,
    /// As `email`.
    phone: Option<String>,
    /// A key, where it is not in `Authorization`.
    api_key: Option<String>,
    /// Taken, and makes no difference.
    jurisdiction_id: Option<String>,
}

/// Attributes of the service.
#[derive(ToSchema)]
struct ReportedAttributes {
    /// A bay's id.
    bay: Option<String>,
    /// A zone's id.
    zone: Option<String>,
    /// Told to who is responsible only.
    plate: Option<String>,
    /// Of `sensor-wrong`: `vacant` or `occupied`.
    seen: Option<String>,
    /// Of `shared-bay-taken`: the id of a reservation of your own.
    reservation: Option<String>,
}

/// A report, as a form.
#[derive(ToSchema)]
pub(in crate::serve) struct ReportedForm {
    service_code: String,
    lat: Option<f64>,
    long: Option<f64>,
    address_string: Option<String>,
    address_id: Option<String>,
    /// A bay's id.
    #[schema(rename = "attribute[bay]")]
    attribute_bay: Option<String>,
    /// A zone's id.
    #[schema(rename = "attribute[zone]")]
    attribute_zone: Option<String>,
    #[schema(rename = "attribute[plate]")]
    attribute_plate: Option<String>,
    #[schema(rename = "attribute[seen]")]
    attribute_seen: Option<String>,
    #[schema(rename = "attribute[reservation]")]
    attribute_reservation: Option<String>,
    description: Option<String>,
    media_url: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    api_key: Option<String>,
    jurisdiction_id: Option<String>,
}

/// A report that was taken.
#[derive(ToSchema)]
pub(in crate::serve) struct RequestTaken {
    service_request_id: String,
    /// Who deals with it, and by when.
    service_notice: String,
    #[schema(required)]
    account_id: Option<String>,
    /// What how it was dealt with may be rated with, once, at `/v1/problems/{problem}/rating`: shown this
    /// once, also in the header `Rating-Token`. null: not by you.
    #[schema(required)]
    rating_token: Option<String>,
    /// How often it was reported so far.
    votes: u32,
}

/// A report as everybody may read it.
#[derive(ToSchema)]
pub(in crate::serve) struct ServiceRequest {
    service_request_id: String,
    /// `open` or `closed`
    status: String,
    /// The operator's last word on it.
    #[schema(required)]
    status_notes: Option<String>,
    service_name: String,
    service_code: String,
    description: String,
    agency_responsible: String,
    #[schema(required)]
    service_notice: Option<String>,
    #[schema(format = DateTime)]
    requested_datetime: String,
    #[schema(format = DateTime)]
    updated_datetime: String,
    /// By when it is to be dealt with.
    #[schema(format = DateTime)]
    expected_datetime: String,
    #[schema(required)]
    address: Option<String>,
    /// The id of the bay, or else of the zone.
    #[schema(required)]
    address_id: Option<String>,
    /// Always null.
    #[schema(required)]
    zipcode: Option<String>,
    #[schema(required)]
    lat: Option<f64>,
    #[schema(required)]
    long: Option<f64>,
    #[schema(required)]
    media_url: Option<String>,
    extended_attributes: RequestExtended,
}

/// What the standard has no member for.
#[derive(ToSchema)]
struct RequestExtended {
    /// `open`, `acknowledged`, `in_progress`, `resolved`, `rejected` or `duplicate`
    state: String,
    /// How often it was reported.
    votes: u32,
    overdue: bool,
    #[schema(required)]
    bay: Option<String>,
    #[schema(required)]
    zone: Option<String>,
}

/// The id that a token stands for.
#[derive(ToSchema)]
pub(in crate::serve) struct RequestOfToken {
    service_request_id: String,
    token: String,
}
