//! How calls of Open311 refuse, for their descriptions. What is sent is made by
//! [`open_report`](crate::serve::http::open_report).

use super::schema::ReportError;
use std::collections::BTreeMap;
use utoipa::openapi::response::Response;
use utoipa::openapi::{ArrayBuilder, ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, PartialSchema, ToSchema};

type RefusalsDescribed = BTreeMap<String, RefOr<Response>>;

/// A refusal in JSON, or as XML where the path ends so.
fn described(status: u16, description: &str, forms: (bool, bool)) -> RefusalsDescribed {
    let errors = ArrayBuilder::new().items(Ref::from_schema_name(ReportError::name()));
    let json = ContentBuilder::new().schema(Some(errors)).build();
    // Programs that read descriptions know no schema of XML.
    let any = <serde_json::Value as PartialSchema>::schema();
    let xml = ContentBuilder::new().schema(Some(any)).build();
    let mut response = ResponseBuilder::new().description(description);
    if forms.0 {
        response = response.content("application/json", json);
    }
    if forms.1 {
        response = response.content("text/xml", xml);
    }
    [(status.to_string(), response.build().into())].into()
}

macro_rules! refusals {
    ($($name:ident = $status:literal $forms:tt $description:literal,)+) => {$(
        #[doc = $description]
        pub(super) struct $name;

        impl IntoResponses for $name {
            fn responses() -> RefusalsDescribed {
                described($status, $description, $forms)
            }
        }
    )+};
}

refusals! {
    OpenBad = 400 (true, true) "Something of it cannot be so",
    OpenBadXml = 400 (false, true) "Something of it cannot be so",
    OpenNoKey = 403 (true, true) "The key is not good",
    OpenNoKeyXml = 403 (false, true) "The key is not good",
    OpenNoSuch = 404 (true, true) "There is no such service or request",
    OpenNoSuchXml = 404 (false, true) "There is no such service or request",
    OpenTooLarge = 413 (true, true) "More than 64 KiB",
    OpenTooLargeXml = 413 (false, true) "More than 64 KiB",
    OpenNoForm = 415 (true, true) "Neither a form nor JSON",
    OpenNoFormXml = 415 (false, true) "Neither a form nor JSON",
    OpenBusy = 429 (true, true) "Too much; `Retry-After` says until when",
    OpenBusyXml = 429 (false, true) "Too much; `Retry-After` says until when",
    OpenNotNow = 503 (true, true) "Not now; nothing was kept",
    OpenNotNowXml = 503 (false, true) "Not now; nothing was kept",
}
