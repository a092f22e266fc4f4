//! A JSON text under construction: a byte buffer with a few ways of adding values.
//!
//! Not serde: its derive would want a struct of Strings per bay, and its float writer costs more
//! than all else here. The caller keeps the commas and braces right; the tests parse every form.

use crate::domain::Millis;
use crate::history::csv::field;

/// The bytes so far.
pub(in crate::serve) struct Text(pub(in crate::serve) Vec<u8>);

impl Text {
    pub(in crate::serve) fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// JSON as it stands.
    #[inline]
    pub(in crate::serve) fn raw(&mut self, json: &str) -> &mut Self {
        self.0.extend_from_slice(json.as_bytes());
        self
    }

    /// A member with whom to name, where there is somebody.
    pub(in crate::serve) fn attribution(&mut self, credit: Option<&String>) {
        if let Some(credit) = credit {
            self.raw(",\"attribution\":").string(credit);
        }
    }

    /// Of a table: a comma and whom to name, if anybody.
    pub(in crate::serve) fn credited(&mut self, credit: Option<&String>) {
        self.raw(",");
        if let Some(credit) = credit {
            self.raw(&field(credit));
        }
    }

    /// A public id or another word of ours: its characters need no escaping.
    #[inline]
    pub(in crate::serve) fn word(&mut self, word: &str) -> &mut Self {
        debug_assert!(
            word.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\'),
            "{word:?}"
        );
        self.0.push(b'"');
        self.0.extend_from_slice(word.as_bytes());
        self.0.push(b'"');
        self
    }

    /// Any text.
    pub(in crate::serve) fn string(&mut self, text: &str) -> &mut Self {
        // Writing to a Vec cannot fail, and a &str is always valid JSON text.
        let _ = serde_json::to_writer(&mut self.0, text);
        self
    }

    #[inline]
    pub(in crate::serve) fn number(&mut self, n: u64) -> &mut Self {
        self.0
            .extend_from_slice(itoa::Buffer::new().format(n).as_bytes());
        self
    }

    /// A number, or null for none.
    #[inline]
    pub(in crate::serve) fn whole(&mut self, n: Option<u32>) -> &mut Self {
        match n {
            Some(n) => self.number(n.into()),
            None => self.raw("null"),
        }
    }

    /// A number, or null for 0 (how the registry writes "no limit").
    #[inline]
    pub(in crate::serve) fn limit(&mut self, n: u64) -> &mut Self {
        if n == 0 {
            self.raw("null")
        } else {
            self.number(n)
        }
    }

    #[inline]
    pub(in crate::serve) fn flag(&mut self, b: bool) -> &mut Self {
        self.raw(if b { "true" } else { "false" })
    }

    /// A time, or null for never.
    #[inline]
    pub(in crate::serve) fn time(&mut self, t: Millis) -> &mut Self {
        if t.is_never() {
            return self.raw("null");
        }
        self.0.push(b'"');
        self.0.extend_from_slice(&t.rfc3339());
        self.0.push(b'"');
        self
    }

    /// Metres with one decimal.
    #[inline]
    pub(in crate::serve) fn tenths(&mut self, metres: f64) -> &mut Self {
        self.decimal((metres.max(0.0) * 10.0).round() as u64, 1)
    }

    /// A share of one, with three decimals at most.
    #[inline]
    pub(in crate::serve) fn share(&mut self, p: f64) -> &mut Self {
        self.decimal((p.clamp(0.0, 1.0) * 1000.0).round() as u64, 3)
    }

    /// The same; null where there is none.
    pub(in crate::serve) fn share_if_known(&mut self, p: Option<f64>) -> &mut Self {
        match p {
            Some(p) => self.share(p),
            None => self.raw("null"),
        }
    }

    /// A number with up to `places` decimals, at most 8; null where there is none.
    pub(in crate::serve) fn rounded(&mut self, n: Option<f64>, places: u32) -> &mut Self {
        let Some(n) = n.filter(|n| n.is_finite()) else {
            return self.raw("null");
        };
        let scaled = (n.abs() * f64::from(10_u32.pow(places))).round() as u64;
        if n < 0.0 && scaled > 0 {
            self.0.push(b'-');
        }
        self.decimal(scaled, places as usize)
    }

    /// A count, which a correction could make negative.
    pub(in crate::serve) fn integer(&mut self, n: i64) -> &mut Self {
        self.0
            .extend_from_slice(itoa::Buffer::new().format(n).as_bytes());
        self
    }

    /// Degrees, given in 1e-7: exactly, without trailing zeros.
    #[inline]
    pub(in crate::serve) fn e7(&mut self, degrees: i32) -> &mut Self {
        if degrees < 0 {
            self.0.push(b'-');
        }
        self.decimal(u64::from(degrees.unsigned_abs()), 7)
    }

    /// `n` / 10^`places` exactly, trailing zeros trimmed.
    #[inline]
    fn decimal(&mut self, n: u64, places: usize) -> &mut Self {
        let unit = 10_u64.pow(places as u32);
        self.number(n / unit);
        let mut rest = n % unit;
        if rest == 0 {
            return self;
        }
        let mut digits = [b'0'; 9];
        digits[0] = b'.';
        for at in (1..=places).rev() {
            digits[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        let end = digits[..=places]
            .iter()
            .rposition(|d| *d != b'0')
            .unwrap_or(0);
        self.0.extend_from_slice(&digits[..=end]);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(f: impl FnOnce(&mut Text)) -> String {
        let mut t = Text::with_capacity(0);
        f(&mut t);
        String::from_utf8(t.0).unwrap()
    }

    #[test]
    fn numbers_are_written_exactly() {
        for (e7, want) in [
            (0, "0"),
            (13_000_000, "1.3"),
            (1_038_500_001, "103.8500001"),
            (-1, "-0.0000001"),
            (-1_800_000_000, "-180"),
            (i32::MIN, "-214.7483648"),
        ] {
            assert_eq!(written(|t| _ = t.e7(e7)), want);
        }
        for (m, want) in [
            (0.0, "0"),
            (12.34, "12.3"),
            (12.36, "12.4"),
            (9.96, "10"),
            (-0.1, "0"),
            (5000.0, "5000"),
        ] {
            assert_eq!(written(|t| _ = t.tenths(m)), want);
        }
        for (p, want) in [
            (0.0, "0"),
            (1.0, "1"),
            (0.9686, "0.969"),
            (0.5, "0.5"),
            (0.05, "0.05"),
            (1.2, "1"),
        ] {
            assert_eq!(written(|t| _ = t.share(p)), want);
        }
    }

    #[test]
    fn what_cannot_be_said_is_null() {
        assert_eq!(
            written(|t| _ = t.rounded(None, 3).rounded(Some(f64::NAN), 3)),
            "nullnull"
        );
        assert_eq!(
            written(|t| _ = t.rounded(Some(-1.25), 1).raw(" ").rounded(Some(0.00004), 4)),
            "-1.3 0"
        );
        assert_eq!(
            written(|t| _ = t.rounded(Some(0.123_456_785), 8).raw(" ").integer(-3)),
            "0.12345679 -3"
        );
    }

    #[test]
    fn a_name_is_escaped_and_never_is_null() {
        assert_eq!(
            written(|t| _ = t.string("a\"b\\\n大巴窑")),
            "\"a\\\"b\\\\\\n大巴窑\""
        );
        assert_eq!(
            written(|t| _ = t.time(Millis::NEVER).limit(0).flag(true)),
            "nullnulltrue"
        );
    }
}
