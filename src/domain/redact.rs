//! What may be kept of a refused payload: its beginning, without the values of members that are
//! dropped or told to nobody.
//!
//! Promises: of what is JSON no value of such a member is told, at any depth, whatever is torn off
//! and however the name is escaped; nor of JSON that is the text of a member. From where the payload
//! is no JSON it is told only if it mentions no such name, and not at all if a name stands in it as
//! a value, as in a table's head: then nothing tells which value is whose. What else there is stays
//! as it came, byte by byte. Pure; reads each byte once or twice, whatever the payload is.

use super::drop_list::DropList;
use super::id;
use std::ops::Deref;

/// What stands in place of a value, and of all there is.
const HIDDEN: &[u8] = b"\"(hidden)\"";
const ALL_HIDDEN: &[u8] = b"(hidden)";

/// The beginning of a payload as it may be kept. Made by [`DropList::excerpt`] alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt(Box<[u8]>);

impl Excerpt {
    /// Bytes of one at most.
    pub const MAX_LEN: usize = 1024;
}

impl Deref for Excerpt {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DropList {
    /// What may be kept of `payload`.
    #[must_use]
    pub fn excerpt(&self, payload: &[u8]) -> Excerpt {
        if !self.mentions_hidden(payload) {
            let kept = payload.iter().take(Excerpt::MAX_LEN);
            return Excerpt(kept.copied().collect());
        }
        let mut walk = Walk::new(payload, self, Excerpt::MAX_LEN);
        walk.to_the_end = self.mentions(payload);
        let end = walk.run();
        let mut out = walk.out;
        match end {
            End::Whole | End::NoJson if walk.seen.named && walk.seen.unread => {
                out = ALL_HIDDEN.to_vec();
            }
            End::Whole => {}
            End::AllHidden => out = ALL_HIDDEN.to_vec(),
            End::NoJson => out.extend_from_slice(ALL_HIDDEN),
        }
        out.truncate(Excerpt::MAX_LEN);
        Excerpt(out.into())
    }

    /// How many members of `payload` are dropped, as far as it is JSON; what is within one is not
    /// counted again. Costs a look at each byte where none is.
    #[must_use]
    pub fn count(&self, payload: &[u8]) -> u64 {
        if !self.may_name(payload) {
            return 0;
        }
        let mut walk = Walk::new(payload, self, 0);
        walk.run();
        walk.dropped
    }

    /// A text of the hub's own, which repeats what was sent in double quotes alone: without what
    /// mentions a name that is dropped and is no id.
    pub(super) fn told(&self, text: String) -> Box<str> {
        if !text.contains('"') {
            return text.into();
        }
        let mut shown = String::with_capacity(text.len());
        let mut rest = &*text;
        while let Some(at) = rest.find('"') {
            let end = string_end(rest.as_bytes(), at);
            let quoted = &rest[at..end];
            let is_id = id::is_valid(quoted.trim_matches('"'));
            shown.push_str(&rest[..at]);
            shown.push_str(if !is_id && self.mentions_hidden(quoted.as_bytes()) {
                "\"(hidden)\""
            } else {
                quoted
            });
            rest = &rest[end..];
        }
        shown.push_str(rest);
        shown.into()
    }

    /// A topic that its sender made up: up to the first level that names what is dropped, and which
    /// is not `own`, the sender's id.
    pub(super) fn told_topic(&self, topic: &str, own: &str) -> Box<str> {
        let mut shown = String::with_capacity(topic.len());
        for (i, level) in topic.split('/').enumerate() {
            if i > 0 {
                shown.push('/');
            }
            if level != own && self.mentions(level.as_bytes()) {
                shown.push_str("(hidden)");
                break;
            }
            shown.push_str(level);
        }
        shown.into()
    }
}

/// How a walk ended.
enum End {
    /// With the payload, which may be torn.
    Whole,
    /// At a byte that is no JSON.
    NoJson,
    /// A name stands where a value does: what its value is nobody knows.
    AllHidden,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expects {
    Value,
    /// Or the end of a list.
    FirstValue,
    Name,
    /// Or the end of an object.
    FirstName,
    Colon,
    /// A comma, or the end of what is around.
    Comma,
    Nothing,
}

/// One way through a payload as JSON.
struct Walk<'a> {
    payload: &'a [u8],
    at: usize,
    /// The brackets that are open.
    open: Vec<u8>,
    next: Expects,
    out: Vec<u8>,
    limit: usize,
    list: &'a DropList,
    /// The value that comes next is hidden.
    hide: bool,
    /// The value that comes next is of a member that the hub reads.
    read: bool,
    /// Within a hidden value: how many brackets were open before it.
    muted: Option<usize>,
    /// Also where nothing more is told: what comes may say that nothing is.
    to_the_end: bool,
    dropped: u64,
    seen: Met,
}

#[derive(Default)]
struct Met {
    /// A dropped name stands as the value of a member that the hub reads.
    named: bool,
    /// There is a member that the hub does not read: what is named may be its value.
    unread: bool,
}

impl<'a> Walk<'a> {
    fn new(payload: &'a [u8], list: &'a DropList, limit: usize) -> Self {
        Self {
            payload,
            at: 0,
            open: Vec::new(),
            next: Expects::Value,
            out: Vec::with_capacity(limit.min(payload.len())),
            limit,
            list,
            hide: false,
            read: false,
            muted: None,
            to_the_end: true,
            dropped: 0,
            seen: Met::default(),
        }
    }

    fn run(&mut self) -> End {
        if self.payload.starts_with(b"\xef\xbb\xbf") {
            self.pass(3);
        }
        while let Some(&byte) = self.payload.get(self.at) {
            if !self.to_the_end && self.out.len() == self.limit {
                break;
            }
            match (byte, self.next) {
                (b' ' | b'\t' | b'\r' | b'\n', _) => self.pass(1),
                (b'"', Expects::Name | Expects::FirstName) => self.name(),
                (b':', Expects::Colon) => {
                    self.pass(1);
                    self.next = Expects::Value;
                }
                (b',', Expects::Comma) => {
                    self.pass(1);
                    let in_list = self.open.last() == Some(&b'[');
                    self.next = if in_list {
                        Expects::Value
                    } else {
                        Expects::Name
                    };
                }
                (b'}', Expects::FirstName | Expects::Comma) => {
                    if self.open.pop() != Some(b'{') {
                        return End::NoJson;
                    }
                    self.ended(1);
                }
                (b']', Expects::FirstValue | Expects::Comma) => {
                    if self.open.pop() != Some(b'[') {
                        return End::NoJson;
                    }
                    self.ended(1);
                }
                (_, Expects::Value | Expects::FirstValue) => match self.value(byte) {
                    None => {}
                    Some(end) => return end,
                },
                _ => return End::NoJson,
            }
        }
        End::Whole
    }

    /// Tells the next `n` bytes, unless they are within a hidden value.
    fn pass(&mut self, n: usize) {
        if self.muted.is_none() {
            self.say(&self.payload[self.at..self.at + n]);
        }
        self.at += n;
    }

    fn say(&mut self, bytes: &[u8]) {
        let room = self.limit.saturating_sub(self.out.len());
        self.out.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// Hides the value that begins here.
    fn mute(&mut self) {
        self.say(HIDDEN);
        self.muted = Some(self.open.len());
    }

    /// A value ends after `n` more bytes.
    fn ended(&mut self, n: usize) {
        self.pass(n);
        self.next = if self.open.is_empty() {
            Expects::Nothing
        } else {
            Expects::Comma
        };
        if self.muted == Some(self.open.len()) {
            self.muted = None;
        }
    }

    fn name(&mut self) {
        let end = string_end(self.payload, self.at);
        self.next = Expects::Colon;
        if self.muted.is_some() {
            return self.pass(end - self.at);
        }
        let name = unescaped(&self.payload[self.at..end]);
        self.dropped += u64::from(self.list.drops(&name));
        self.read = self.list.reads(&name);
        self.seen.unread |= !self.read;
        let is_plain = id::is_valid(&name);
        self.hide =
            self.list.hides(&name) || !is_plain && self.list.mentions_hidden(name.as_bytes());
        if self.hide && !is_plain {
            // More than a name.
            self.say(HIDDEN);
            self.at = end;
        } else {
            self.pass(end - self.at);
        }
    }

    fn value(&mut self, byte: u8) -> Option<End> {
        if std::mem::take(&mut self.hide) {
            self.mute();
        }
        let read = std::mem::take(&mut self.read);
        match byte {
            b'{' | b'[' => {
                self.pass(1);
                self.open.push(byte);
                self.next = if byte == b'{' {
                    Expects::FirstName
                } else {
                    Expects::FirstValue
                };
                None
            }
            b'"' => self.text(read),
            _ => {
                let n = word(&self.payload[self.at..]);
                if n == 0 {
                    return Some(End::NoJson);
                }
                self.ended(n);
                None
            }
        }
    }

    fn text(&mut self, read: bool) -> Option<End> {
        let end = string_end(self.payload, self.at);
        let quoted = &self.payload[self.at..end];
        // Within a hidden value, and where members are only counted, nothing is told anyway.
        if self.muted.is_none() && self.limit > 0 && self.list.mentions_hidden(quoted) {
            let text = unescaped(quoted);
            // A name as a value tells what another member holds; a text of several words that
            // mentions one tells it itself. An id that the hub reads may be one.
            let is_word = id::is_valid(&text);
            if read && is_word {
                self.seen.named |= self.list.hides(&text);
            } else if is_word || self.list.hides(&text) {
                return Some(End::AllHidden);
            } else {
                self.mute();
            }
        }
        self.ended(end - self.at);
        None
    }
}

/// Behind the closing quote of the string that opens at `at`, or the payload's end.
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

/// The length of the number or word at the beginning of `rest`, or of as much of it as is there; 0:
/// it is none.
fn word(rest: &[u8]) -> usize {
    let n = rest
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b))
        .count();
    let text = &rest[..n];
    let torn = n == rest.len();
    let known = [&b"true"[..], b"false", b"null"];
    let is_word = known
        .into_iter()
        .any(|w| w == text || torn && w.starts_with(text));
    let is_number = text
        .first()
        .is_some_and(|b| *b == b'-' || b.is_ascii_digit())
        && text
            .iter()
            .all(|b| b.is_ascii_digit() || b"+-.eE".contains(b));
    if is_word || is_number { n } else { 0 }
}

/// A string with its quotes, as it reads. What is no escape of JSON is left as it is.
fn unescaped(quoted: &[u8]) -> String {
    let text = String::from_utf8_lossy(quoted);
    let text = text.strip_prefix('"').unwrap_or(&text);
    let mut chars = text.strip_suffix('"').unwrap_or(text).chars();
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
            Some('n' | 'r' | 't' | 'b' | 'f') => out.push(' '),
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests;
