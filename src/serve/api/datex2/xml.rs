//! XML under construction: elements, each opened and closed in one place.
//!
//! Promises: texts and attributes are escaped; what XML has no place for (control characters) becomes
//! U+FFFD; texts are at most as long as the schema lets them be.

use crate::serve::formats::text::Text;
use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};
use std::borrow::Cow;

/// Characters of a text, by `com:String` and `com:MultilingualString`.
const LONGEST: usize = 1024;

/// Attributes by name.
pub(in crate::serve::api) type Attributes<'a> = &'a [(&'static str, &'a str)];

/// See the module.
pub(in crate::serve::api) struct Xml<'t>(Writer<&'t mut Vec<u8>>);

impl<'t> Xml<'t> {
    /// At the end of `t`.
    pub(in crate::serve::api) fn on(t: &'t mut Text) -> Self {
        Self(Writer::new(&mut t.0))
    }

    /// An element that something else closes.
    pub(in crate::serve::api) fn open(&mut self, name: &'static str, attributes: Attributes<'_>) {
        let mut start = BytesStart::new(name);
        for (name, value) in attributes {
            start.push_attribute((*name, &*clean(value)));
        }
        // Writing to a Vec cannot fail.
        let _ = self.0.write_event(Event::Start(start));
    }

    /// An element with others in it.
    pub(in crate::serve::api) fn element(
        &mut self,
        name: &'static str,
        attributes: Attributes<'_>,
        inner: impl FnOnce(&mut Self),
    ) {
        self.open(name, attributes);
        inner(self);
        let _ = self.0.write_event(Event::End(BytesEnd::new(name)));
    }

    /// An element without anything in it.
    pub(in crate::serve::api) fn empty(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.element(name, attributes, |_| {});
    }

    /// An element with a text.
    pub(in crate::serve::api) fn text(&mut self, name: &'static str, text: &str) {
        self.element(name, &[], |x| x.content(text));
    }

    /// An element with a name in a language.
    pub(in crate::serve::api) fn named(&mut self, name: &'static str, text: &str, lang: &str) {
        self.in_languages(name, &[(Some(lang), text)]);
    }

    /// An element with a text in each language; `None`: nobody says in which.
    pub(in crate::serve::api) fn in_languages(
        &mut self,
        name: &'static str,
        texts: &[(Option<&str>, &str)],
    ) {
        self.element(name, &[], |x| {
            x.element("com:values", &[], |x| {
                for (language, text) in texts {
                    let lang = language.map(|language| ("lang", language));
                    x.element("com:value", lang.as_slice(), |x| x.content(text));
                }
            });
        });
    }

    pub(in crate::serve::api) fn number(&mut self, name: &'static str, n: u32) {
        let mut digits = itoa::Buffer::new();
        self.raw(name, digits.format(n));
    }

    /// An element with a word of ours, however long.
    pub(in crate::serve::api) fn raw(&mut self, name: &'static str, word: &str) {
        self.element(name, &[], |x| x.word(word));
    }

    /// A word of ours, in an element that is open.
    pub(in crate::serve::api) fn word(&mut self, word: &str) {
        let word = BytesText::from_escaped(word);
        let _ = self.0.write_event(Event::Text(word));
    }

    fn content(&mut self, text: &str) {
        let text = clean(text);
        let text = match text.char_indices().nth(LONGEST) {
            Some((end, _)) => &text[..end],
            None => &text,
        };
        let _ = self.0.write_event(Event::Text(BytesText::new(text)));
    }
}

/// Without what XML has no place for.
fn clean(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| {
        c < ' ' && !matches!(c, '\t' | '\n' | '\r') || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    if text.contains(is_odd) {
        Cow::Owned(text.replace(is_odd, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup_and_nothing_is_too_long() {
        let mut t = Text::with_capacity(0);
        let mut x = Xml::on(&mut t);
        x.element("a", &[("id", "1\"<&\u{1}")], |x| {
            x.text("b", "A & B <c> \u{0}\u{ffff}🅿️");
            x.named("n", &"ß".repeat(2000), "de");
            x.number("z", 7);
        });
        let text = String::from_utf8(t.0).unwrap();
        let start =
            "<a id=\"1&quot;&lt;&amp;\u{fffd}\"><b>A &amp; B &lt;c&gt; \u{fffd}\u{fffd}🅿️</b>";
        assert!(text.starts_with(start), "{text}");
        assert!(text.ends_with("<z>7</z></a>"), "{text}");
        assert_eq!(text.matches('ß').count(), 1024);
    }
}
