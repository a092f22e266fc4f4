//! One field of a CSV file (RFC 4180) that a spreadsheet will not take for a formula.

use std::borrow::Cow;

/// Quoted where it must be. A text that a spreadsheet would run (`=`, `+`, `-`, `@` or a control
/// character at its start) has an apostrophe put before it: ids are the partners' own, and may
/// begin with a dash.
#[must_use]
pub fn field(text: &str) -> Cow<'_, str> {
    let runs = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if !runs && !text.contains([',', '"', '\n', '\r']) {
        return Cow::Borrowed(text);
    }
    let guard = if runs { "'" } else { "" };
    Cow::Owned(format!("\"{guard}{}\"", text.replace('"', "\"\"")))
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn what_a_spreadsheet_would_run_is_only_text() {
        for (text, want) in [
            ("TPY12-007", "TPY12-007"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("-2", "\"'-2\""),
            ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
            ("@x\ny", "\"'@x\ny\""),
        ] {
            assert_eq!(field(text), want);
        }
    }
}
