//! Blanking what must not be kept of a payload: the values of members by their names.
//!
//! For what is refused, so it need not be good JSON: strings and brackets are followed as far as
//! they go, and the value of a hidden member ends where it would in JSON, or with the payload. Pure;
//! reads each byte once and stops when enough is written.

/// What stands in place of a value.
const HIDDEN: &[u8] = b"\"(hidden)\"";

/// The first `limit` bytes of `payload` with the values of members that are `hidden` by name put
/// out of sight. Names are compared as they read, without JSON's escapes.
#[must_use]
pub fn redacted(payload: &[u8], limit: usize, hidden: impl Fn(&str) -> bool) -> Box<[u8]> {
    let mut out = Vec::with_capacity(payload.len().min(limit));
    let mut at = 0;
    while at < payload.len() && out.len() < limit {
        if payload[at] != b'"' {
            out.push(payload[at]);
            at += 1;
            continue;
        }
        let end = string_end(payload, at);
        let colon = after_spaces(payload, end);
        let is_name = payload.get(colon) == Some(&b':');
        if is_name && hidden(&unescaped(&payload[at..end])) {
            let value = after_spaces(payload, colon + 1);
            out.extend_from_slice(&payload[at..value]);
            out.extend_from_slice(HIDDEN);
            at = value_end(payload, value);
        } else {
            out.extend_from_slice(&payload[at..end]);
            at = end;
        }
    }
    out.truncate(limit);
    out.into()
}

/// Behind the closing quote of the string that opens at `at`.
fn string_end(payload: &[u8], at: usize) -> usize {
    let mut escaped = false;
    for (i, byte) in payload.iter().enumerate().skip(at + 1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return i + 1,
            _ => {}
        }
    }
    payload.len()
}

fn after_spaces(payload: &[u8], at: usize) -> usize {
    let spaces = payload[at.min(payload.len())..]
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace());
    at + spaces.count()
}

/// Behind the value that begins at `at`, with all that is nested in it.
fn value_end(payload: &[u8], mut at: usize) -> usize {
    let mut depth = 0_u32;
    while let Some(byte) = payload.get(at) {
        match byte {
            b'"' => {
                at = string_end(payload, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    payload.len()
}

/// A string with its quotes, as it reads. What is no escape of JSON is left as it is.
fn unescaped(quoted: &[u8]) -> String {
    let text = String::from_utf8_lossy(quoted);
    let mut chars = text.trim_matches('"').chars();
    let mut out = String::new();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('u') => {
                let digits: String = chars.by_ref().take(4).collect();
                let code = u32::from_str_radix(&digits, 16).ok();
                out.push(code.and_then(char::from_u32).unwrap_or('\u{fffd}'));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(payload: &str) -> String {
        let hidden = |name: &str| name == "who";
        String::from_utf8(redacted(payload.as_bytes(), 1024, hidden).into()).unwrap()
    }

    #[test]
    fn the_value_of_a_hidden_member_is_gone_whatever_it_is() {
        for (payload, wanted) in [
            (r#"{"who":"me","a":1}"#, r#"{"who":"(hidden)","a":1}"#),
            (
                r#"{ "who" : "m\"e" , "a":1}"#,
                r#"{ "who" : "(hidden)" , "a":1}"#,
            ),
            (r#"{"who":7}"#, r#"{"who":"(hidden)"}"#),
            (
                r#"{"who":{"x":["}"]},"b":2}"#,
                r#"{"who":"(hidden)","b":2}"#,
            ),
            (
                r#"[{"who":null},{"who":[1,2]}]"#,
                r#"[{"who":"(hidden)"},{"who":"(hidden)"}]"#,
            ),
            (r#"{"wh\u006f":"me"}"#, r#"{"wh\u006f":"(hidden)"}"#),
            (r#"{"a":"who","b":"x"}"#, r#"{"a":"who","b":"x"}"#),
            ("no json at all: who", "no json at all: who"),
        ] {
            assert_eq!(shown(payload), wanted);
        }
    }

    #[test]
    fn what_is_torn_tells_nothing_either() {
        let whole = r#"{"a":1,"who":"me and mine","b":{"who":["me","you"]}}"#;
        for cut in 0..=whole.len() {
            let text = shown(&whole[..cut]);
            assert!(!text.contains("me") && !text.contains("you"), "{text}");
        }
    }

    #[test]
    fn no_more_is_kept_than_asked_for_and_long_values_do_not_hide_what_follows() {
        let long = format!(r#"{{"who":"{}","a":1}}"#, "m".repeat(5000));
        assert_eq!(shown(&long), r#"{"who":"(hidden)","a":1}"#);
        assert_eq!(shown(&"x".repeat(5000)).len(), 1024);
    }
}
