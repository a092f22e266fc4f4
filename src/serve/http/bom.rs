//! `bom=1`: CSV that begins with a byte order mark, by which Excel knows UTF-8.
//!
//! Promises: every call that answers with CSV takes it, whichever handler makes the rows; the mark
//! comes once, before the first byte, of answers that are made piece by piece as well, and never in
//! what is no CSV. What has it has another `ETag`, so nobody is told that it holds what it does not.
//! A link to what follows asks for no mark: pages can be put one behind the other. Dear: nothing to
//! who does not ask.

use super::cut::cut;
use super::error::ApiError;
use super::params::quoted;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn, PathItem, Paths};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Required};

/// The parameter.
pub(in crate::serve) const BOM: &str = "bom";

const MARK: Bytes = Bytes::from_static(b"\xef\xbb\xbf");

/// What a tag of an answer with the mark ends in.
const TAG_END: &str = "-bom";

/// Whether one of its answers is CSV.
pub(super) fn is_for(item: &PathItem) -> bool {
    item.get.as_ref().is_some_and(tells_csv)
}

fn tells_csv(call: &Operation) -> bool {
    let answers = call.responses.responses.values();
    answers
        .filter_map(|answer| match answer {
            RefOr::T(answer) => Some(answer),
            RefOr::Ref(_) => None,
        })
        .flat_map(|answer| answer.content.keys())
        .any(|media_type| is_csv(media_type))
}

fn is_csv(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim_end();
    essence == "text/csv" || essence.ends_with("+csv")
}

/// Adds the parameter to every call that takes it.
pub(in crate::serve) fn describe(paths: &mut Paths) {
    for item in paths.paths.values_mut() {
        let call = item.get.as_mut().filter(|call| tells_csv(call));
        let Some(call) = call else { continue };
        let schema = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^(0|1|true|false)$"))
            .build();
        let parameter = ParameterBuilder::new()
            .name(BOM)
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(
                "`1`: CSV begins with a byte order mark, by which Excel knows UTF-8",
            ))
            .schema(Some(schema))
            .example(Some("1".into()))
            .build();
        call.parameters
            .get_or_insert_default()
            .push(parameter.into());
    }
}

/// Takes the wish from the address, and from the tags that the client holds what says that they are
/// of answers with the mark.
///
/// # Errors
/// 400 for what it cannot be.
pub(super) fn take(request: &mut Request) -> Result<bool, ApiError> {
    if !request.uri().query().is_some_and(|q| q.contains(BOM)) {
        return Ok(false);
    }
    let given = cut(request.uri_mut(), BOM, &['&']);
    let wished = match given.as_slice() {
        [] => false,
        [one] => match one.as_str() {
            "1" | "true" => true,
            "0" | "false" => false,
            other => {
                let detail = format!("bom must be 1 or 0, not {}", quoted(other));
                return Err(ApiError::bad(BOM, detail));
            }
        },
        _ => return Err(ApiError::bad(BOM, "bom is given twice")),
    };
    if wished {
        hold_unmarked(request.headers_mut());
    }
    Ok(wished)
}

/// The tags of answers with the mark, as the handler knows them; all others are of other answers.
fn hold_unmarked(headers: &mut HeaderMap) {
    let Some(held) = headers.remove(IF_NONE_MATCH) else {
        return;
    };
    let tags = held.to_str().unwrap_or_default().split(',');
    let own = tags.filter_map(|tag| match tag.trim() {
        "*" => Some("*".to_owned()),
        tag => Some(tag.strip_suffix('"')?.strip_suffix(TAG_END)?.to_owned() + "\""),
    });
    let own = own.collect::<Vec<_>>().join(", ");
    if let Some(own) = HeaderValue::try_from(own).ok().filter(|v| !v.is_empty()) {
        headers.insert(IF_NONE_MATCH, own);
    }
}

/// Puts the mark before an answer, if it is CSV.
pub(super) fn put(answer: Response) -> Response {
    let (mut parts, body) = answer.into_parts();
    let kind = parts.headers.get(CONTENT_TYPE);
    let is_csv = kind.is_some_and(|kind| kind.to_str().is_ok_and(is_csv));
    let same = parts.status == StatusCode::NOT_MODIFIED;
    if same || parts.status.is_success() && is_csv {
        mark_tag(&mut parts.headers);
    }
    if !(is_csv && parts.status.is_success()) {
        return Response::from_parts(parts, body);
    }
    parts.headers.remove(CONTENT_LENGTH);
    let mark = Some(MARK);
    Response::from_parts(parts, Body::new(Marked { mark, body }))
}

fn mark_tag(headers: &mut HeaderMap) {
    let tag = headers.get(ETAG).and_then(|tag| tag.to_str().ok());
    let tag = tag.and_then(|tag| tag.strip_suffix('"'));
    let marked = tag.map(|tag| HeaderValue::try_from([tag, TAG_END, "\""].concat()));
    if let Some(Ok(marked)) = marked {
        headers.insert(ETAG, marked);
    }
}

/// A body with the mark before it.
struct Marked {
    mark: Option<Bytes>,
    body: Body,
}

impl HttpBody for Marked {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(mark) = self.mark.take() {
            return Poll::Ready(Some(Ok(Frame::data(mark))));
        }
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.mark.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let more = self.mark.as_ref().map_or(0, Bytes::len) as u64;
        let rest = self.body.size_hint();
        let mut all = SizeHint::new();
        all.set_lower(rest.lower() + more);
        if let Some(most) = rest.upper() {
            all.set_upper(most + more);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(uri: &str, held: &str) -> (Result<bool, ApiError>, String, String) {
        let request = Request::builder().uri(uri).header(IF_NONE_MATCH, held);
        let mut request = request.body(Body::empty()).unwrap();
        let wished = take(&mut request);
        let left = request.headers().get(IF_NONE_MATCH);
        let left = left.map_or("", |v| v.to_str().unwrap()).to_owned();
        (wished, request.uri().to_string(), left)
    }

    #[test]
    fn the_wish_is_taken_from_the_address_and_the_tags_from_what_is_held() {
        for (uri, held, wished, left, tags) in [
            ("/z?a=1&bom=1&b=2", "\"x-bom\"", true, "/z?a=1&b=2", "\"x\""),
            ("/z?bom=true", "W/\"x-bom\", \"y\"", true, "/z", "W/\"x\""),
            ("/z?bom=1", "\"x\"", true, "/z", ""),
            ("/z?bom=1", "*", true, "/z", "*"),
            ("/z?bom=0&a=b%26", "\"x\"", false, "/z?a=b%26", "\"x\""),
            ("/z?a=bom", "\"x\"", false, "/z?a=bom", "\"x\""),
        ] {
            let got = asked(uri, held);
            assert_eq!(got, (Ok(wished), left.to_owned(), tags.to_owned()), "{uri}");
        }
        for uri in ["/z?bom=yes", "/z?bom=", "/z?bom=1&bom=1"] {
            assert!(asked(uri, "*").0.is_err(), "{uri}");
        }
    }

    #[tokio::test]
    async fn an_answer_made_piece_by_piece_has_the_mark_once() {
        let text = Body::from("a,b\r\n");
        let marked = Marked {
            mark: Some(MARK),
            body: text,
        };
        assert_eq!(marked.size_hint().exact(), Some(8));
        let all = axum::body::to_bytes(Body::new(marked), 99).await.unwrap();
        assert_eq!(&all[..], b"\xef\xbb\xbfa,b\r\n");
        let pieces = Marked {
            mark: Some(MARK),
            body: Body::new(Marked {
                mark: Some(Bytes::from_static(b"one,")),
                body: Body::from("two\r\n"),
            }),
        };
        let all = axum::body::to_bytes(Body::new(pieces), 99).await.unwrap();
        assert_eq!(&all[..], b"\xef\xbb\xbfone,two\r\n");
    }
}
