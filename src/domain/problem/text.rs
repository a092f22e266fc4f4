//! What people write of a problem: what of it is taken, and what of that everybody may read.
//!
//! Promises: what is taken has no markup and nothing that is not seen but line breaks, and an end; what
//! everybody reads has no address of a mailbox and no long number in it (of a telephone, of a card),
//! rather one word too few than one too many. Dear: each character is looked at.

/// Characters of a description, as the standard has it.
pub const LONGEST: usize = 4000;

/// Of an operator's notice.
pub const LONGEST_NOTICE: usize = 500;

/// Of an address in words.
pub const LONGEST_ADDRESS: usize = 250;

/// Of the address of a photo, bytes.
pub const LONGEST_URL: usize = 1000;

/// The longest address of a mailbox (RFC 5321), bytes.
const LONGEST_MAIL: usize = 254;

const LONGEST_PHONE: usize = 32;
const LONGEST_PLATE: usize = 16;

/// From so many digits on a number is hidden.
const MANY_DIGITS: usize = 8;

/// What is no letter between two digits of one number, such as ` - `.
const MOST_BETWEEN: usize = 3;

/// What stands in place of what is hidden.
const HIDDEN: &str = "(hidden)";

/// A text as it is taken: ends trimmed, without what is not seen.
///
/// # Errors
/// Why it is not, to be said after its name.
pub fn plain(text: &str, longest: usize) -> Result<String, String> {
    let seen = text.replace("\r\n", "\n");
    let seen: String = seen.chars().filter(|c| !is_hidden(*c)).collect();
    let seen = seen.trim();
    let long = seen.chars().count();
    if long > longest {
        return Err(format!("has {long} characters; {longest} are taken"));
    }
    if has_markup(seen) {
        return Err("is plain text: it may have line breaks, but no HTML".to_owned());
    }
    Ok(seen.to_owned())
}

/// Whether it is no letter, or turns those around it. Joiners are parts of words and of pictures.
fn is_hidden(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
        || matches!(
            c,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        )
        || matches!(
            c,
            '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// Whether something in it opens or closes an element. A mere `<`, as in `price < 2`, does not.
fn has_markup(text: &str) -> bool {
    let begins = |rest: &str| {
        let next = rest.chars().next();
        next.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'))
    };
    text.split('<').skip(1).any(begins)
}

/// What everybody may read of a text that was taken.
#[must_use]
pub fn public(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace);
    let mut out = String::with_capacity(text.len());
    for word in words {
        let bare = word.trim_end();
        if is_like_mail(bare) {
            out.push_str(HIDDEN);
            out.push_str(&word[bare.len()..]);
        } else {
            out.push_str(word);
        }
    }
    without_numbers(&out)
}

/// Whether it has an address of a mailbox in it, whatever stands around that.
fn is_like_mail(word: &str) -> bool {
    let ats = word.char_indices().filter(|(_, c)| matches!(c, '@' | '＠'));
    let mut ends = ats.map(|(at, c)| (&word[..at], &word[at + c.len_utf8()..]));
    ends.any(|(user, host)| {
        !user.is_empty() && host.starts_with(char::is_alphanumeric) && host.contains('.')
    })
}

/// Whether everybody may have the address of a photo: it has none of a mailbox in it. Numbers are what photos
/// are called.
#[must_use]
pub fn is_public_url(url: &str) -> bool {
    !url.contains('@') && !url.to_ascii_lowercase().contains("%40")
}

/// Without digits of which too many follow each other with no letter, and little else, between.
fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_numeric() || c == '+') {
        let (before, from) = rest.split_at(at);
        let len = number_len(from);
        let (number, after) = from.split_at(len);
        out.push_str(before);
        let digits = number.chars().filter(|c| c.is_numeric()).count();
        let told = digits < MANY_DIGITS || is_day(number);
        out.push_str(if told { number } else { HIDDEN });
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Whether it is a day as `2026-11-23`.
fn is_day(number: &str) -> bool {
    let parts: Vec<&str> = number.split('-').collect();
    let within = |text: &str, from: u32, to: u32| {
        text.len() == 2 && text.parse().is_ok_and(|n: u32| (from..=to).contains(&n))
    };
    matches!(parts[..], [year, month, day]
        if year.len() == 4 && year.starts_with("20") && within(month, 1, 12) && within(day, 1, 31))
}

/// Bytes of the number that a text begins with, up to its last digit; of a lone `+` its own.
fn number_len(text: &str) -> usize {
    let between = |c: char| !c.is_alphanumeric();
    let mut end = text.chars().next().map_or(0, char::len_utf8);
    let mut last_was_between = 0;
    for (at, c) in text.char_indices() {
        if c.is_numeric() {
            end = at + c.len_utf8();
            last_was_between = 0;
        } else if between(c) && last_was_between < MOST_BETWEEN {
            last_was_between += 1;
        } else {
            break;
        }
    }
    end
}

/// An address of a mailbox, one and no more.
///
/// # Errors
/// Why it is none, to be said after its name.
pub fn mail(text: &str) -> Result<String, String> {
    let text = text.trim();
    let plain = |b: u8| b.is_ascii_graphic() && !b"\"'<>()[],;:\\`".contains(&b);
    let parts: Vec<&str> = text.split('@').collect();
    let host = |h: &str| h.contains('.') && h.split('.').all(|label| !label.is_empty());
    let fine = matches!(parts[..], [user, of] if !user.is_empty() && host(of))
        && text.len() <= LONGEST_MAIL
        && text.bytes().all(plain);
    if fine {
        return Ok(text.to_owned());
    }
    Err("must be one address of a mailbox, such as me@city.example".to_owned())
}

/// A number of a telephone.
///
/// # Errors
/// As [`mail`].
pub fn phone(text: &str) -> Result<String, String> {
    let text = text.trim();
    let of_number = |c: char| c.is_ascii_digit() || " +-()./".contains(c);
    let fine = text.len() <= LONGEST_PHONE
        && text.chars().all(of_number)
        && text.chars().any(|c| c.is_ascii_digit());
    if fine {
        return Ok(text.to_owned());
    }
    Err(format!(
        "must be a number of a telephone: {LONGEST_PHONE} digits, spaces, +, -, brackets at most"
    ))
}

/// A vehicle's plate.
///
/// # Errors
/// As [`mail`].
pub fn plate(text: &str) -> Result<String, String> {
    let text = text.trim();
    let of_plate = |c: char| c.is_alphanumeric() || " -.\u{b7}".contains(c);
    if text.chars().count() <= LONGEST_PLATE && text.chars().all(of_plate) {
        return Ok(text.to_uppercase());
    }
    Err(format!(
        "must be a plate: {LONGEST_PLATE} letters, digits, spaces and hyphens at most"
    ))
}

/// The address of a photo. Nobody fetches it here.
///
/// # Errors
/// As [`mail`].
pub fn url(text: &str) -> Result<String, String> {
    let text = text.trim();
    let scheme = ["https://", "http://"]
        .iter()
        .find_map(|s| text.strip_prefix(s));
    let host = scheme.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
    let plain = |b: u8| b.is_ascii_graphic() && !b"\"'<>`\\".contains(&b);
    if host && text.len() <= LONGEST_URL && text.bytes().all(plain) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "must be an address that begins with https:// or http://, {LONGEST_URL} bytes at most"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_plain_text_with_an_end() {
        for (text, taken) in [
            (" a van\r\nstands there ", "a van\nstands there"),
            ("price < 2, or <3", "price < 2, or <3"),
            ("a\u{202e}b\u{0}c\u{200b}", "abc"),
            ("家人 👨\u{200d}👩", "家人 👨\u{200d}👩"),
        ] {
            assert_eq!(plain(text, 100).unwrap(), taken, "{text:?}");
        }
        for bad in [
            "<script>x</script>",
            "a </b>",
            "<!DOCTYPE x [<!ENTITY a \"b\">]>",
            "<?xml?>",
            "<\u{200b}img src=x>",
        ] {
            assert!(plain(bad, 100).unwrap_err().contains("HTML"), "{bad}");
        }
        assert!(plain(&"ß".repeat(100), 100).is_ok());
        assert!(plain(&"ß".repeat(101), 100).unwrap_err().contains("101"));
    }

    #[test]
    fn nobody_else_reads_how_to_reach_who_wrote() {
        for (text, told) in [
            ("call +65 9123 4567 please", "call (hidden) please"),
            ("mail me@home.example, or", "mail (hidden) or"),
            ("(91234567)", "((hidden))"),
            ("tel ９１２３４５６７", "tel (hidden)"),
            ("bay TPY12-007, level 3", "bay TPY12-007, level 3"),
            ("postal code 310085", "postal code 310085"),
            ("1 + 1", "1 + 1"),
            ("since 2026-11-23.", "since 2026-11-23."),
            ("meet @ 9.30", "meet @ 9.30"),
            ("lines\n12\nstay", "lines\n12\nstay"),
            ("9123/4567 or 9123–4567", "(hidden) or (hidden)"),
            ("9123_4567, 9123 - 4567", "(hidden)"),
            ("a 9123\n4567 b", "a (hidden) b"),
            ("9123\u{200d}4567", "(hidden)"),
            ("2091-23-45", "(hidden)"),
            ("me@home.example,@tan", "(hidden)"),
            ("me@home.example/@tan x", "(hidden) x"),
            ("me＠home.example", "(hidden)"),
            ("me@@home.example", "(hidden)"),
        ] {
            assert_eq!(public(text), told);
        }
    }

    #[test]
    fn contacts_are_what_they_say_they_are() {
        assert_eq!(mail(" me@city.example ").unwrap(), "me@city.example");
        for bad in [
            "",
            "me",
            "me@city",
            "a@b.example,c@d.example",
            "me@x.example\nBcc: y",
        ] {
            assert!(mail(bad).is_err(), "{bad:?}");
        }
        assert!(phone("+65 6123-4567").is_ok());
        for bad in ["", "none", "12\n34", &"1".repeat(33)] {
            assert!(phone(bad).is_err(), "{bad:?}");
        }
        assert_eq!(plate("sba 1234 a").unwrap(), "SBA 1234 A");
        assert!(plate("粤B·12345").is_ok());
        assert!(plate("<x>").is_err() && plate(&"A".repeat(17)).is_err());
        assert!(url("https://photos.example/1.jpg?x=1").is_ok());
        for bad in [
            "javascript:alert(1)",
            "https://",
            "https:// x",
            "ftp://x.example",
            "https://x.example/\"><b>",
        ] {
            assert!(url(bad).is_err(), "{bad:?}");
        }
    }
}
