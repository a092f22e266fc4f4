//! Problems in the reader's language: their `title`, in Chinese for who prefers it.
//!
//! Promises: `type`, members and status are the same in any language; every problem says its language
//! (`Content-Language`) and that it goes by `Accept-Language` (`Vary`). What a program should go by
//! is `type`. Dear: a problem in Chinese is read and written once more.

use super::error::ApiError;
use super::problem_answer::ProblemType;
use axum::body::Body;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_LENGTH, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use serde_json::{Map, Value};

/// The languages there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum Language {
    English,
    Chinese,
}

/// Titles in Chinese by the slug of their problem; a test holds the list against that of all types.
const CHINESE: [(&str, &str); 19] = [
    ("bad-parameter", "参数不正确"),
    ("malformed", "请求内容无法接受"),
    ("contradiction", "所做的更改不成立"),
    ("unauthorized", "需要有效的密钥"),
    ("forbidden", "该密钥无此权限"),
    ("not-found", "没有找到所请求的内容"),
    ("too-large", "请求内容过大"),
    ("not-acceptable", "不提供这种格式"),
    ("method-not-allowed", "不支持这种请求方法"),
    ("not-offered", "本系统未提供标准中的这一项"),
    ("upgrade-required", "只能以 WebSocket 连接"),
    ("unsupported-media-type", "不支持这种类型的请求内容"),
    ("conflict", "与现有内容冲突"),
    ("no-match", "没有合适的车位"),
    ("idempotency-key-reused", "该 Idempotency-Key 已被使用"),
    ("registry-full", "车位登记已满"),
    ("busy", "请求过多，请稍后再试"),
    ("quota-exceeded", "您的配额已用完"),
    ("unavailable", "暂时无法提供服务"),
];

/// A body is not longer than this: it is the hub's own.
const LONGEST: usize = 1 << 20;

/// Which one the client reads rather; English when it does not say. Of two that weigh as much, the
/// one that it names first.
pub(in crate::serve) fn preferred(headers: &HeaderMap) -> Language {
    let mut best = (0, Language::English);
    let asked = headers.get_all(ACCEPT_LANGUAGE).iter();
    let asked = asked.filter_map(|v| v.to_str().ok());
    for range in asked.flat_map(|v| v.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let main = name.split('-').next().unwrap_or_default();
        let language = if main.eq_ignore_ascii_case("zh") {
            Language::Chinese
        } else if main.eq_ignore_ascii_case("en") || main == "*" {
            Language::English
        } else {
            continue;
        };
        let q = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
        let q = q.map_or(Some(1.0), |q| q.parse::<f64>().ok());
        let q = q.filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0);
        let weight = (q * 1000.0) as u32;
        if weight > best.0 {
            best = (weight, language);
        }
    }
    best.1
}

fn chinese(slug: &str) -> Option<&'static str> {
    let known = CHINESE.iter().find(|(its, _)| *its == slug);
    known.map(|(_, title)| *title)
}

/// A problem's members in that language, where it is no answer of HTTP's: inside a socket.
pub(in crate::serve) fn members(e: &ApiError, language: Language) -> Value {
    let (_, mut problem) = e.problem();
    let title = chinese(e.slug()).filter(|_| language == Language::Chinese);
    if let Some(title) = title {
        problem["title"] = title.into();
    }
    problem
}

/// Tells a problem in that language. Anything else stays as it is.
pub(super) async fn tell(mut answer: Response, language: Language) -> Response {
    let Some(ProblemType(slug)) = answer.extensions().get::<ProblemType>().copied() else {
        return answer;
    };
    let vary = HeaderValue::from_static("accept-language");
    answer.headers_mut().append(VARY, vary);
    let title = chinese(slug).filter(|_| language == Language::Chinese);
    let name = HeaderValue::from_static(if title.is_some() { "zh" } else { "en" });
    answer.headers_mut().insert(CONTENT_LANGUAGE, name);
    let Some(title) = title else { return answer };
    let (mut parts, body) = answer.into_parts();
    // Bytes that are there already: nothing can fail.
    let body = axum::body::to_bytes(body, LONGEST)
        .await
        .unwrap_or_default();
    let Ok(mut members) = serde_json::from_slice::<Map<String, Value>>(&body) else {
        return Response::from_parts(parts, Body::from(body));
    };
    members.insert("title".to_owned(), title.into());
    parts.headers.remove(CONTENT_LENGTH);
    let body = Value::Object(members).to_string();
    Response::from_parts(parts, Body::from(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::http::error::PROBLEMS;

    #[test]
    fn the_readers_weights_decide() {
        use Language::{Chinese, English};
        for (accept, want) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Chinese),
            ("zh", Chinese),
            ("ZH-Hant-TW", Chinese),
            ("en-SG, zh;q=0.9", English),
            ("en;q=0.4, zh;q=0.5", Chinese),
            ("en, zh", English),
            ("zh, en", Chinese),
            ("zh;q=0", English),
            ("zh;q=rubbish", English),
            ("zh;q=7", English),
            ("ms, ta;q=0.9", English),
            ("de, zh;q=0.1", Chinese),
            ("*", English),
            ("zha", English),
            ("", English),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, accept.parse().unwrap());
            assert_eq!(preferred(&headers), want, "{accept:?}");
        }
        assert_eq!(preferred(&HeaderMap::new()), English);
    }

    #[test]
    fn every_type_of_problem_has_a_title_in_chinese_and_no_other_has() {
        let mut all: Vec<&str> = PROBLEMS.iter().map(|p| p.0).collect();
        let mut told: Vec<&str> = CHINESE.iter().map(|p| p.0).collect();
        all.sort_unstable();
        told.sort_unstable();
        assert_eq!(all, told);
        for (slug, title) in CHINESE {
            let han = title
                .chars()
                .any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(han, "{slug}: {title}");
        }
    }
}
