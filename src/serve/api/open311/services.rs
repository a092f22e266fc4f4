//! What can be reported here: the discovery document, the services, and what each asks for.

use super::OpenState;
use super::answer::OpenForm;
use super::refusals;
use super::schema;
use super::words::words;
use crate::domain::{ProblemCode, Realm};
use crate::serve::http::auth::Reader;
use crate::serve::http::error::ApiError;
use crate::serve::http::extract::Id;
use crate::serve::http::language::{Language, preferred};
use crate::serve::http::params::quoted;
use axum::extract::State;
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// When the list of services, or what one asks for, last changed.
const CHANGESET: &str = "2026-11-30T00:00:00Z";

const SPECIFICATION: &str = "http://wiki.open311.org/GeoReport_v2";

pub(super) fn routes() -> OpenApiRouter<Arc<OpenState>> {
    OpenApiRouter::new()
        .routes(routes!(discovery))
        .routes(routes!(discovery_xml))
        .routes(routes!(services))
        .routes(routes!(services_xml))
        .routes(routes!(service))
}

/// Where Open311 is answered, and in which forms.
///
/// The service discovery document that GeoReport v2 requires. Reporting needs no key; one is shown as
/// `api_key` or in `Authorization`.
#[utoipa::path(
    get, path = "/v1/open311/discovery.json", operation_id = "report_discovery", tag = "problems",
    security(()),
    responses(
        (status = 200, description = "The document", body = schema::Discovery),
        refusals::OpenBusy,
    )
)]
async fn discovery(State(own): State<Arc<OpenState>>, headers: HeaderMap) -> Response {
    let told = discovered(&own, &headers);
    OpenForm::Json.answer(StatusCode::OK, ("discovery", &told), false)
}

/// The same in XML.
///
/// As `discovery.json`.
#[utoipa::path(
    get, path = "/v1/open311/discovery.xml", operation_id = "report_discovery_xml", tag = "problems",
    security(()),
    responses(
        (status = 200, description = "The document", body = serde_json::Value, content_type = "text/xml"),
        refusals::OpenBusyXml,
    )
)]
async fn discovery_xml(State(own): State<Arc<OpenState>>, headers: HeaderMap) -> Response {
    let told = discovered(&own, &headers);
    OpenForm::Xml.answer(StatusCode::OK, ("discovery", &told), false)
}

fn discovered(own: &OpenState, headers: &HeaderMap) -> Value {
    let config = own.problems.config();
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let here = match (&config.url, host) {
        (Some(url), _) => url.clone(),
        (None, Some(host)) => format!("http://{host}"),
        (None, None) => String::new(),
    };
    let of_type = match own.reads.doorman.realm {
        Realm::City => "production",
        Realm::Sandbox => "test",
    };
    json!({
        "changeset": CHANGESET,
        "contact": config.contact,
        "key_service": format!("Reports need no key. Partners ask for one by POST {here}/v1/partners"),
        "endpoints": [{
            "specification": SPECIFICATION,
            "url": format!("{here}/v1/open311"),
            "changeset": CHANGESET,
            "type": of_type,
            "formats": ["application/json", "text/xml"],
        }],
    })
}

/// What can be reported.
///
/// Every service answers at once with an id (`realtime`). Names are told by `Accept-Language`, in English
/// or Chinese. `jurisdiction_id` is taken and makes no difference: a hub is of one city.
#[utoipa::path(
    get, path = "/v1/open311/services.json", operation_id = "report_services", tag = "problems",
    params(schema::OpenQuery),
    responses(
        (status = 200, description = "The services", body = Vec<schema::ReportService>),
        refusals::OpenBad, refusals::OpenBusy,
    )
)]
async fn services(_: Reader, headers: HeaderMap) -> Response {
    let told = all(preferred(&headers));
    OpenForm::Json.answer(StatusCode::OK, ("services", &told), true)
}

/// The same in XML.
///
/// As `services.json`.
#[utoipa::path(
    get, path = "/v1/open311/services.xml", operation_id = "report_services_xml", tag = "problems",
    params(schema::OpenQuery),
    responses(
        (status = 200, description = "The services", body = serde_json::Value, content_type = "text/xml"),
        refusals::OpenBadXml, refusals::OpenBusyXml,
    )
)]
async fn services_xml(_: Reader, headers: HeaderMap) -> Response {
    let told = all(preferred(&headers));
    OpenForm::Xml.answer(StatusCode::OK, ("services", &told), true)
}

fn all(language: Language) -> Value {
    let one = |code: ProblemCode| {
        let said = words(code, language);
        json!({
            "service_code": code.name(), "service_name": said.name, "description": said.description,
            "metadata": true, "type": "realtime", "keywords": said.keywords, "group": said.group,
        })
    };
    ProblemCode::ALL.into_iter().map(one).collect()
}

/// What a service asks for beside a place and words: none of it is required.
///
/// The path ends in `.json` or `.xml`. An attribute is sent as `attribute[bay]=TPY12-007`. A plate is told
/// to who is responsible, and to nobody else.
#[utoipa::path(
    get, path = "/v1/open311/services/{service}", operation_id = "report_service", tag = "problems",
    params(("service" = String, Path, description = "The service's code, and `.json` or `.xml`"), schema::OpenQuery),
    responses(
        (status = 200, description = "Its attributes", content(
            (schema::ServiceDefinition = "application/json"), (serde_json::Value = "text/xml"))),
        refusals::OpenBad, refusals::OpenNoSuch, refusals::OpenBusy,
    )
)]
async fn service(_: Reader, Id(file): Id, headers: HeaderMap) -> Result<Response, ApiError> {
    let (code, form) = OpenForm::of(&file)?;
    let code = code_called(code)?;
    let attributes = attributes(code, preferred(&headers));
    let told = json!({"service_code": code.name(), "attributes": attributes});
    Ok(form.answer(StatusCode::OK, ("service_definition", &told), true))
}

/// The service of that code.
pub(super) fn code_called(code: &str) -> Result<ProblemCode, ApiError> {
    let known = ProblemCode::parse(code);
    known.ok_or_else(|| {
        let known = ProblemCode::list();
        ApiError::NotFound(format!(
            "there is no service_code {}; there are {known}",
            quoted(code)
        ))
    })
}

fn attributes(code: ProblemCode, language: Language) -> Vec<Value> {
    let zh = language == Language::Chinese;
    let say = |en: &str, chinese: &str| {
        if zh {
            chinese.to_owned()
        } else {
            en.to_owned()
        }
    };
    let mut all = vec![
        (
            "bay",
            "string",
            say("The bay's id, as the app shows it", "车位编号"),
            json!([]),
        ),
        (
            "zone",
            "string",
            say("The car park's or street's id", "停车场或路段编号"),
            json!([]),
        ),
    ];
    if code.is_of_a_vehicle() {
        let plate = say(
            "The plate; told to who is responsible only",
            "车牌号，仅告知责任方",
        );
        all.push(("plate", "string", plate, json!([])));
    }
    if code == ProblemCode::SensorWrong {
        let values = json!([
            {"key": "vacant", "name": say("It is vacant", "空闲")},
            {"key": "occupied", "name": say("It is occupied", "有车")},
        ]);
        let seen = say("What you see", "您所看到的");
        all.push(("seen", "singlevaluelist", seen, values));
    }
    if code == ProblemCode::SharedBayTaken {
        let booked = say("Your reservation's id", "预订编号");
        all.push(("reservation", "string", booked, json!([])));
    }
    let one =
        |(nth, (name, datatype, description, values)): (usize, (&str, &str, String, Value))| {
            json!({
                "variable": true, "code": name, "datatype": datatype, "required": false,
                "datatype_description": null, "order": nth + 1, "description": description,
                "values": values,
            })
        };
    all.into_iter().enumerate().map(one).collect()
}
