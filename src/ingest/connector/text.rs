//! Bytes as text: by the byte order mark, the charset of the header, else UTF-8, else Windows-1252.
//!
//! Promise: any bytes are some text; what a charset does not have is marked in it.

use crate::ingest::codec::Malformed;
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use std::borrow::Cow;

/// The charset of a label such as `utf-8`, `latin1`, `gb18030`.
///
/// # Errors
/// Says that there is none.
pub(super) fn charset(label: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label(label.trim().as_bytes()).ok_or_else(|| {
        format!(
            "charset: {label:?} is not known; known are utf-8, windows-1252, gb18030 and their like"
        )
    })
}

/// The charset that a header names, if it names one.
pub(super) fn named(content_type: Option<&str>) -> Option<&'static Encoding> {
    let lower = content_type?.to_lowercase();
    let label = lower
        .split(';')
        .find_map(|part| part.trim().strip_prefix("charset="))?;
    charset(label.trim_matches(['"', '\'', ' '])).ok()
}

/// `body` as text. `own` is the charset that the mapping names.
pub(super) fn decode<'a>(
    body: &'a [u8],
    content_type: Option<&str>,
    own: Option<&'static Encoding>,
) -> Cow<'a, str> {
    if let Some((by_mark, len)) = Encoding::for_bom(body) {
        return by_mark.decode_without_bom_handling(&body[len..]).0;
    }
    if let Some(named) = own.or_else(|| named(content_type))
        && named != UTF_8
    {
        return named.decode_without_bom_handling(body).0;
    }
    // A header is often wrong and a text that is UTF-8 by chance is rare.
    std::str::from_utf8(body).map_or_else(|_| in_bytes(body), Cow::Borrowed)
}

fn in_bytes(body: &[u8]) -> Cow<'_, str> {
    WINDOWS_1252.decode_without_bom_handling(body).0
}

/// What is no JSON, for a human. Nothing of it is repeated.
pub(super) fn no_json(text: &str, error: &serde_json::Error) -> Malformed {
    let start = text.trim_start();
    if start.is_empty() {
        return Malformed("the answer is empty".into());
    }
    if start.starts_with('<') {
        return Malformed("not JSON: it begins as HTML or XML does".into());
    }
    let line = error.line();
    let column = error.column();
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it is cut off",
        _ => "a mistake",
    };
    Malformed(format!("not JSON: {what} at line {line}, column {column}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_the_charset_that_it_is_in() {
        let latin = b"Parkh\xe4user";
        for (body, header, own, want) in [
            (&b"Parkh\xc3\xa4user"[..], None, None, "Parkhäuser"),
            (
                b"\xef\xbb\xbfa",
                Some("text/csv; charset=latin1"),
                None,
                "a",
            ),
            (latin, None, None, "Parkhäuser"),
            (
                latin,
                Some("text/csv; charset=\"ISO-8859-1\""),
                None,
                "Parkhäuser",
            ),
            (latin, Some("text/csv; charset=utf-8"), None, "Parkhäuser"),
            (b"\xff\xfea\0", None, None, "a"),
            (b"\xcd\xa3\xb3\xb5\xb3\xa1", None, Some("gb18030"), "停车场"),
        ] {
            let own = own.map(|label| charset(label).unwrap());
            assert_eq!(decode(body, header, own), want, "{body:?} {header:?}");
        }
        assert!(charset("utf-9").is_err_and(|e| e.contains("gb18030")));
    }
}
