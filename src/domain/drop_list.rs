//! Names of members whose values the hub must not keep: number plates, phone numbers, pictures.
//!
//! A value is known by the name of its member, compared without regard to ASCII's case; a pattern
//! may have `*` at either end. What is no JSON has no members: there a name counts wherever it
//! stands as a word, also behind the escapes of JSON, URLs and XML ([`DropList::mentions`]). The hub
//! reads no member that may be dropped (a pattern that would drop one is refused), so an accepted
//! report is the same with them and without. Pure. Dear: [`DropList::may_hold`], on the path of
//! every message: some 0.3 ns a byte.

use std::borrow::Cow;
use std::sync::Arc;

/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct DropList {
    /// As the operator gave them.
    dropped: Arc<[NamePattern]>,
    /// These, and what is told to nobody whatever the operator says.
    hidden: Arc<[NamePattern]>,
    /// Members that the hub reads.
    read: &'static [&'static str],
}

/// Why a list cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DropListFault {
    #[error("has {0} patterns; at most {max} are taken", max = DropList::MAX_PATTERNS)]
    TooMany(usize),
    #[error(
        "{0:?} is no name with `*` at either end: 1 to {max} bytes without `*`, quotes, slashes, \
         `%`, `&` and control characters",
        max = DropList::MAX_LEN
    )]
    NoName(String),
    #[error("{0:?} would drop `{1}`, which the hub reads")]
    Needed(String, &'static str),
}

#[derive(Clone, Debug)]
struct NamePattern {
    /// In lower case, as far as ASCII goes.
    name: Box<[u8]>,
    /// Anything may stand in front.
    open_start: bool,
    open_end: bool,
    /// Two neighbouring bytes of the name that other texts seldom have, each `| 0x20`.
    rare: [u8; 2],
}

impl DropList {
    /// Each is looked for in every message.
    pub const MAX_PATTERNS: usize = 64;
    /// Bytes of a pattern without its stars.
    pub const MAX_LEN: usize = 64;
    /// What stands for a list that was not given.
    pub const USUAL: [&'static str; 5] = ["plate*", "*image*", "mobile*", "phone*", "idcard*"];

    /// `read`: the members that may not be dropped, and whose values may be ids.
    ///
    /// # Errors
    /// Names the pattern at fault.
    pub fn new<P: AsRef<str>>(
        patterns: &[P],
        read: &'static [&'static str],
    ) -> Result<Self, DropListFault> {
        if patterns.len() > Self::MAX_PATTERNS {
            return Err(DropListFault::TooMany(patterns.len()));
        }
        let mut dropped = Vec::with_capacity(patterns.len());
        for text in patterns.iter().map(AsRef::as_ref) {
            let fault = || DropListFault::NoName(text.to_owned());
            let pattern = NamePattern::parse(text).ok_or_else(fault)?;
            if let Some(needed) = read.iter().find(|name| pattern.takes(name)) {
                return Err(DropListFault::Needed(text.to_owned(), needed));
            }
            dropped.push(pattern);
        }
        Ok(Self::of(dropped, read))
    }

    /// [`Self::USUAL`].
    #[must_use]
    pub fn usual(read: &'static [&'static str]) -> Self {
        let usual = Self::USUAL.into_iter().filter_map(NamePattern::parse);
        Self::of(usual.collect(), read)
    }

    fn of(dropped: Vec<NamePattern>, read: &'static [&'static str]) -> Self {
        let always = NamePattern::parse("contributor");
        let hidden = dropped.iter().cloned().chain(always).collect();
        Self {
            dropped: dropped.into(),
            hidden,
            read,
        }
    }

    /// Whether a member of that name, without escapes, is dropped.
    #[must_use]
    pub fn drops(&self, name: &str) -> bool {
        self.dropped.iter().any(|p| p.takes(name))
    }

    /// The same, and of what is never told.
    pub(super) fn hides(&self, name: &str) -> bool {
        self.hidden.iter().any(|p| p.takes(name))
    }

    /// Whether the hub reads a member of that name.
    pub(super) fn reads(&self, name: &str) -> bool {
        self.read.contains(&name)
    }

    /// `false`: no member of `payload` is dropped. Quick, and wrong now and then in saying `true`.
    #[must_use]
    pub fn may_hold(&self, payload: &[u8]) -> bool {
        may_stand(&self.dropped, payload)
    }

    /// The same, and seldom wrong.
    pub(super) fn may_name(&self, payload: &[u8]) -> bool {
        self.may_hold(payload)
            && (has_pair_in(payload, ESCAPE)
                || self.dropped.iter().any(|p| p.stands_in(payload, true)))
    }

    /// Whether a dropped name stands in a text as a word, whatever the text is. In what is no
    /// text, where nothing tells words apart, anywhere.
    #[must_use]
    pub fn mentions(&self, text: &[u8]) -> bool {
        mentions(&self.dropped, text)
    }

    /// The same, and of what is never told.
    pub(super) fn mentions_hidden(&self, text: &[u8]) -> bool {
        mentions(&self.hidden, text)
    }
}

impl Default for DropList {
    /// [`Self::USUAL`], of a hub that reads nothing.
    fn default() -> Self {
        Self::usual(&[])
    }
}

impl NamePattern {
    fn parse(text: &str) -> Option<Self> {
        let (open_start, rest) = text.strip_prefix('*').map_or((false, text), |r| (true, r));
        let (open_end, name) = rest.strip_suffix('*').map_or((false, rest), |r| (true, r));
        let odd = |c: char| c.is_control() || "*\"'`\\/%&".contains(c);
        let fits = (1..=DropList::MAX_LEN).contains(&name.len()) && name == name.trim();
        if !fits || name.chars().any(odd) {
            return None;
        }
        let name = name.to_ascii_lowercase().into_bytes().into_boxed_slice();
        Some(Self {
            rare: rarest_pair(&name),
            name,
            open_start,
            open_end,
        })
    }

    fn takes(&self, name: &str) -> bool {
        let name = name.trim().as_bytes();
        let mine = &*self.name;
        let n = mine.len();
        if name.len() < n {
            return false;
        }
        let is_mine = |part: &[u8]| part.eq_ignore_ascii_case(mine);
        match (self.open_start, self.open_end) {
            (false, false) => is_mine(name),
            (false, true) => is_mine(&name[..n]),
            (true, false) => is_mine(&name[name.len() - n..]),
            (true, true) => name.windows(n).any(is_mine),
        }
    }

    /// `anywhere`: also within a word.
    fn stands_in(&self, text: &[u8], anywhere: bool) -> bool {
        if !has_pair_in(text, self.rare) {
            return false;
        }
        let n = self.name.len();
        let first = self.name[0] | 0x20;
        let found = text.windows(n).enumerate();
        let found = found.filter(|(_, part)| part[0] | 0x20 == first);
        let mut found = found.filter(|(_, part)| part.eq_ignore_ascii_case(&self.name));
        found.any(|(at, _)| {
            anywhere
                || (self.open_start || begins_word(text, at))
                    && (self.open_end || !text.get(at + n).is_some_and(u8::is_ascii_alphanumeric))
        })
    }
}

/// Whether no word goes on at `at`. The letter of an escape (`\n`) is none of a word's.
fn begins_word(text: &[u8], at: usize) -> bool {
    match text[..at] {
        [.., b'\\', _] | [] => true,
        [.., before] => !before.is_ascii_alphanumeric(),
    }
}

fn mentions(names: &[NamePattern], text: &[u8]) -> bool {
    if !may_stand(names, text) && !text.iter().any(|b| b"\\%&\0".contains(b)) {
        return false;
    }
    let Some(plain) = without_escapes(text) else {
        return true;
    };
    let control = |b: &u8| b.is_ascii_control() && !b"\t\r\n".contains(b);
    let no_text = std::str::from_utf8(text).is_err() || text.iter().any(control);
    names.iter().any(|p| p.stands_in(&plain, no_text))
}

/// Whether a rare pair stands anywhere in the text.
fn has_pair_in(text: &[u8], pair: [u8; 2]) -> bool {
    in_blocks(text, |low| has_pair(low, pair))
}

/// Whether `found` is so of any block of the text, each byte `| 0x20`. Blocks overlap by a byte, for
/// the pair that lies across their end.
fn in_blocks(text: &[u8], found: impl Fn(&[u8]) -> bool) -> bool {
    let mut low = [0_u8; BLOCK + 1];
    (0..text.len()).step_by(BLOCK).any(|start| {
        let block = &text[start..text.len().min(start + BLOCK + 1)];
        for (to, from) in low.iter_mut().zip(block) {
            *to = from | 0x20;
        }
        found(&low[..block.len()])
    })
}

/// Bytes that are looked at at once: a few of a processor's cache lines.
const BLOCK: usize = 512;

/// `\u`, each `| 0x20`.
const ESCAPE: [u8; 2] = [b'|', b'u'];

/// Whether the rare pair of any name stands in the text, or an escape that may hide one. Written so
/// that the compiler compares 16 bytes at once.
fn may_stand(names: &[NamePattern], text: &[u8]) -> bool {
    if names.is_empty() {
        return false;
    }
    in_blocks(text, |low| {
        let pairs = names.iter().map(|p| p.rare).chain([ESCAPE]);
        pairs.into_iter().any(|pair| has_pair(low, pair))
    })
}

fn has_pair(low: &[u8], [a, b]: [u8; 2]) -> bool {
    let Some((_, behind)) = low.split_first() else {
        return false;
    };
    if a == b'\0' {
        return low.contains(&b);
    }
    let both = low.iter().zip(behind);
    // Without a branch, or the compiler would compare byte by byte.
    both.fold(0, |any, (x, y)| any | u8::from(*x == a) & u8::from(*y == b)) != 0
}

/// How often a letter comes in a thousand of a text; other characters count as rare.
const FREQUENCY: [u8; 26] = [
    82, 15, 28, 43, 127, 22, 20, 61, 70, 2, 8, 40, 24, 67, 75, 19, 1, 60, 63, 91, 28, 10, 24, 2,
    20, 1,
];

/// A name of one byte has it alone, behind a 0.
fn rarest_pair(name: &[u8]) -> [u8; 2] {
    let often = |b: u8| {
        let at = b.to_ascii_lowercase().checked_sub(b'a').map(usize::from);
        at.and_then(|at| FREQUENCY.get(at))
            .map_or(5, |n| u32::from(*n))
    };
    let rarest = name.windows(2).min_by_key(|w| often(w[0]) * often(w[1]));
    match rarest {
        Some(pair) => [pair[0] | 0x20, pair[1] | 0x20],
        None => [0, name.first().map_or(0, |b| b | 0x20)],
    }
}

/// How often escapes may be escaped.
const LEVELS: usize = 5;

/// The text with `\u0061`, `%61` and `&#97;` read as what they stand for, also where they are
/// escaped in turn, and without zeroes (as of UTF-16). `None`: they are escaped too often to be
/// meant well.
fn without_escapes(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut plain = Cow::Borrowed(text);
    for _ in 0..LEVELS {
        if !plain.iter().any(|b| b"\\%&\0".contains(b)) {
            return Some(plain);
        }
        let next = one_level(&plain);
        if next == *plain {
            return Some(plain);
        }
        plain = Cow::Owned(next);
    }
    None
}

fn one_level(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (c, used) = match rest {
            [0 | b'\\', b'\\', ..] | [0, ..] => (None, 1),
            // No escape of anything, but a reader may take it for the letter.
            [b'\\', c, ..] if c.is_ascii_alphabetic() && !b"bfnrtux".contains(c) => (None, 1),
            [b'\\', b'u', a, b, c, d, ..] => (number(&[*a, *b, *c, *d], 16), 6),
            [b'\\', b'x', a, b, ..] | [b'%', a, b, ..] => {
                let used = if rest[0] == b'%' { 3 } else { 4 };
                (number(&[*a, *b], 16), used)
            }
            [b'&', b'#', digits @ ..] => entity(digits),
            _ => (Some(u32::from(rest[0])), 0),
        };
        match (c, used) {
            (None, 1) => at += 1,
            (Some(c), 1..) => {
                if rest[0] == b'%' {
                    // A byte, perhaps one of several of a letter.
                    out.push(c as u8);
                } else {
                    // A lone half of a pair stands for no letter of a name.
                    let c = char::from_u32(c).unwrap_or('\u{fffd}');
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                at += used;
            }
            _ => {
                out.push(rest[0]);
                at += 1;
            }
        }
    }
    out
}

/// The number of `97;` or `x61;`, and the length of the whole with `&#`.
fn entity(digits: &[u8]) -> (Option<u32>, usize) {
    let (base, skip) = match digits {
        [b'x' | b'X', ..] => (16, 1),
        _ => (10, 0),
    };
    let end = digits.iter().take(10).position(|b| *b == b';');
    match end {
        Some(end) if end > skip => (number(&digits[skip..end], base), end + 3),
        _ => (None, 0),
    }
}

fn number(digits: &[u8], base: u32) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok()?;
    u32::from_str_radix(text, base).ok()
}

#[cfg(test)]
mod tests;
