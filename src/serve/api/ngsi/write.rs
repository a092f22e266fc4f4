//! Entities as bytes: normalized or simplified, as JSON, JSON-LD or GeoJSON.

use super::entity::{EntityPlace, NgsiEntity, TermValue, URN};
use super::terms::Term;
use crate::serve::formats::text::Text;
use crate::serve::formats::write_outline;

/// What attributes are written as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::serve) enum EntityForm {
    /// With their type and when they were observed.
    #[default]
    Normalized,
    /// Their values alone.
    Simplified,
}

/// What entities are sent as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaForm {
    Json,
    JsonLd,
    GeoJson,
}

impl MediaForm {
    /// In order of preference when the client does not mind.
    pub(super) const ALL: [Self; 3] = [Self::Json, Self::JsonLd, Self::GeoJson];

    pub(super) const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::JsonLd => "application/ld+json",
            Self::GeoJson => "application/geo+json",
        }
    }
}

/// How to write, and which attributes.
#[derive(Clone, Copy)]
pub(super) struct EntityStyle<'q> {
    pub(super) form: EntityForm,
    pub(super) media: MediaForm,
    /// Those that are asked for; `None`: all.
    pub(super) attrs: Option<&'q [Term]>,
    /// Where the context is, for those that name it inside.
    pub(super) context: &'q str,
}

impl EntityStyle<'_> {
    fn has(&self, term: Term) -> bool {
        self.attrs.is_none_or(|asked| asked.contains(&term))
    }

    /// One entity.
    pub(super) fn entity(&self, t: &mut Text, entity: &NgsiEntity<'_>) {
        if self.media == MediaForm::GeoJson {
            self.feature(t, entity);
            return;
        }
        t.raw("{\"id\":").word_of(entity);
        t.raw(",\"type\":").word(entity.kind.name());
        self.attributes(t, entity);
        if self.media == MediaForm::JsonLd {
            t.raw(",\"@context\":").string(self.context);
        }
        t.raw("}");
    }

    fn feature(&self, t: &mut Text, entity: &NgsiEntity<'_>) {
        t.raw("{\"type\":\"Feature\",\"id\":").word_of(entity);
        t.raw(",\"geometry\":");
        match entity.get(Term::Location) {
            Some(TermValue::Place(at)) => place(t, *at),
            _ => _ = t.raw("null"),
        }
        t.raw(",\"properties\":{\"type\":").word(entity.kind.name());
        self.attributes(t, entity);
        t.raw("}}");
    }

    /// Each with a comma before it.
    fn attributes(&self, t: &mut Text, entity: &NgsiEntity<'_>) {
        for (term, it) in entity.attrs.iter().filter(|(term, _)| self.has(*term)) {
            t.raw(",\"").raw(term.name()).raw("\":");
            if self.form == EntityForm::Simplified {
                value(t, it);
                continue;
            }
            t.raw("{\"type\":").word(term.form());
            t.raw(if matches!(it, TermValue::Ref(..)) {
                ",\"object\":"
            } else {
                ",\"value\":"
            });
            value(t, it);
            if term.is_live() && !entity.observed_at.is_never() {
                t.raw(",\"observedAt\":").time(entity.observed_at);
            }
            t.raw("}");
        }
    }

    /// What stands before a list, between its entities, and after it.
    pub(super) const fn list(&self) -> [&'static str; 3] {
        match self.media {
            MediaForm::GeoJson => ["{\"type\":\"FeatureCollection\",\"features\":[", ",", "]}"],
            MediaForm::Json | MediaForm::JsonLd => ["[", ",", "]"],
        }
    }
}

impl Text {
    /// An entity's id: names of ours need no escaping.
    fn word_of(&mut self, entity: &NgsiEntity<'_>) -> &mut Self {
        self.raw("\"").raw(URN).raw(entity.kind.name()).raw(":");
        self.raw(&entity.name).raw("\"")
    }
}

fn value(t: &mut Text, it: &TermValue<'_>) {
    match it {
        TermValue::Text(text) => _ = t.string(text),
        TermValue::Words(words) => {
            t.raw("[");
            for (n, word) in words.iter().enumerate() {
                t.raw(if n > 0 { "," } else { "" }).string(word);
            }
            t.raw("]");
        }
        TermValue::Number(n) => _ = t.rounded(Some(*n), 6),
        TermValue::Time(at) => _ = t.time(*at),
        TermValue::Place(at) => place(t, *at),
        TermValue::Ref(kind, name) => {
            t.raw("\"").raw(URN).raw(kind.name()).raw(":");
            t.raw(name).raw("\"");
        }
    }
}

/// A geometry of GeoJSON.
fn place(t: &mut Text, at: EntityPlace<'_>) {
    match at {
        EntityPlace::Point((lat, lon)) => {
            t.raw("{\"type\":\"Point\",\"coordinates\":[");
            t.e7(lon).raw(",").e7(lat).raw("]}");
        }
        EntityPlace::Outline(outline, told_in) => write_outline(t, outline, told_in),
    }
}
