//! What subscriptions, and cities' own brokers, are told: the same entities as who asks sees.

use super::entity::{Candidate, EntityMaker, NgsiEntity};
use super::look::EntityLook;
use super::selection::{EntitySelection, EntitySelector};
use super::terms::{EntityKind, Term};
use super::walk;
use super::wish::SubscriptionWish;
use super::write::{EntityForm, EntityStyle, MediaForm};
use crate::domain::{BayKind, Millis, ZoneIx};
use crate::serve::formats::text::Text;
use crate::serve::sight::Eyes;
use crate::webhooks::{EntityEyes, EntityWatch, SeenEntity, SubscriptionRow};
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock};

/// When something was observed is no change of what it is.
const TIMES: [Term; 3] = [
    Term::ObservationDateTime,
    Term::OccupancyModified,
    Term::TimeInstant,
];

/// One seed: a digest is held against another of the same process only.
static SEEDED: LazyLock<ahash::RandomState> =
    LazyLock::new(|| ahash::RandomState::with_seeds(5, 6, 7, 8));

/// See the module.
pub(super) struct SightOfEntities(pub(super) Arc<EntityLook>);

/// What one of them is about.
struct EntityFollower {
    look: Arc<EntityLook>,
    eyes: Eyes,
    selection: EntitySelection,
    watched: Option<Vec<Term>>,
    attrs: Option<Vec<Term>>,
    form: EntityForm,
    media: MediaForm,
    context: String,
    headers: Vec<(String, String)>,
    /// Whether it is said what is to be taken back.
    tells_nulls: bool,
}

impl EntityEyes for SightOfEntities {
    fn watch(&self, row: &SubscriptionRow) -> Result<Box<dyn EntityWatch>, String> {
        let body: Value = serde_json::from_str(&row.body).map_err(|e| e.to_string())?;
        let asked = body["asked"].as_object().ok_or("it has no body")?;
        let wish = SubscriptionWish::read(asked).map_err(|e| format!("{e:?}"))?;
        let context = body["context"].as_str().unwrap_or_default().to_owned();
        Ok(Box::new(EntityFollower {
            look: self.0.clone(),
            eyes: Eyes::Partner(row.partner.as_str().into()),
            headers: wish.own_headers(&context),
            selection: wish.selection,
            watched: wish.watched,
            attrs: wish.attrs,
            form: wish.form,
            media: wish.media,
            context,
            tells_nulls: false,
        }))
    }

    fn watch_public(&self, types: &[String]) -> Result<Box<dyn EntityWatch>, String> {
        let read = |name: &String| {
            EntityKind::parse(name).ok_or_else(|| {
                let all = EntityKind::ALL.map(EntityKind::name).join(", ");
                format!("types: there is no type {name:?}; there are: {all}")
            })
        };
        let kinds: Vec<EntityKind> = types.iter().map(read).collect::<Result<_, _>>()?;
        let selector = EntitySelector {
            kinds: (!kinds.is_empty()).then_some(kinds),
            ..EntitySelector::default()
        };
        Ok(Box::new(EntityFollower {
            look: self.0.clone(),
            eyes: Eyes::Public,
            selection: EntitySelection {
                selectors: vec![selector],
                ..EntitySelection::default()
            },
            watched: None,
            attrs: None,
            form: EntityForm::Normalized,
            media: MediaForm::Json,
            context: String::new(),
            headers: Vec::new(),
            tells_nulls: true,
        }))
    }
}

impl EntityWatch for EntityFollower {
    fn zones(&self) -> Option<Vec<ZoneIx>> {
        let registry = &self.look.reads.registry;
        let ids = self.selection.ids()?;
        let found: Vec<Candidate> = ids
            .into_iter()
            .filter_map(|id| walk::find(registry, id))
            .collect();
        // An index is looked up before the city.
        let city = registry.city();
        let zone_of = |candidate| match candidate {
            Candidate::Zone(zone) | Candidate::Group(zone, _) => zone,
            Candidate::Spot(bay) => city.zone_of(bay),
        };
        Some(found.into_iter().map(zone_of).collect())
    }

    fn look(&self, zone: ZoneIx, each: &mut dyn FnMut(SeenEntity<'_>)) {
        self.look.look(&self.eyes, |maker| {
            if zone.0 >= maker.sight.city.zone_count() {
                return;
            }
            let mut t = Text::with_capacity(1_024);
            for candidate in self.candidates(maker, zone) {
                let entity = maker.make(candidate);
                let Some(entity) = entity.filter(|entity| self.selection.takes(entity)) else {
                    continue;
                };
                let digest = self.digest(&mut t, &entity);
                t.0.clear();
                self.style().entity(&mut t, &entity);
                let nulls = if self.tells_nulls {
                    nulls(&entity)
                } else {
                    Vec::new()
                };
                each(SeenEntity {
                    key: key(candidate),
                    digest,
                    json: &t.0,
                    nulls: &nulls,
                });
            }
        });
    }

    fn notification(&self, id: &str, entities: &[u8], at: Millis) -> Vec<u8> {
        let name = format!("urn:ngsi-ld:Notification:{:032x}", rand::random::<u128>());
        let mut t = Text::with_capacity(entities.len() + 512);
        t.raw("{\"id\":").word(&name);
        t.raw(",\"type\":\"Notification\",\"subscriptionId\":")
            .string(id);
        t.raw(",\"notifiedAt\":").time(at);
        t.raw(",\"data\":[");
        t.0.extend_from_slice(entities);
        t.raw("]");
        if self.media == MediaForm::JsonLd {
            t.raw(",\"@context\":").string(&self.context);
        }
        t.raw("}");
        t.0
    }

    fn headers(&self) -> Vec<(String, String)> {
        self.headers.clone()
    }
}

impl EntityFollower {
    fn style(&self) -> EntityStyle<'_> {
        EntityStyle {
            form: self.form,
            // A notification names its context once.
            media: MediaForm::Json,
            attrs: self.attrs.as_deref(),
            context: &self.context,
        }
    }

    /// What of a zone may be one that is meant.
    fn candidates(&self, maker: &EntityMaker<'_>, zone: ZoneIx) -> Vec<Candidate> {
        let wants = |kind| self.selection.takes_kind(kind);
        let mut all = Vec::new();
        // Areas and floors are told with their zone, unless they are asked for by their ids.
        if maker.sight.whole(zone).is_none() || self.selection.ids().is_some() {
            if wants(EntityKind::OnStreet) || wants(EntityKind::OffStreet) {
                all.push(Candidate::Zone(zone));
            }
            if wants(EntityKind::Group) {
                all.extend(BayKind::ALL.map(|kind| Candidate::Group(zone, kind)));
            }
        }
        if wants(EntityKind::Spot) {
            all.extend(maker.sight.city.bays_of(zone).map(Candidate::Spot));
        }
        all
    }

    /// Of what is watched.
    fn digest(&self, t: &mut Text, entity: &NgsiEntity<'_>) -> u64 {
        let mut all: Vec<Term> = self.watched.clone().unwrap_or_default();
        if self.watched.is_none() {
            all.extend(Term::ALL.into_iter().filter(|term| !TIMES.contains(term)));
        }
        let style = EntityStyle {
            form: EntityForm::Simplified,
            media: MediaForm::Json,
            attrs: Some(&all),
            context: "",
        };
        t.0.clear();
        style.entity(t, entity);
        SEEDED.hash_one(&t.0)
    }
}

/// What nobody knows of an entity at the moment, as a merge takes it back; empty: all is known.
fn nulls(entity: &NgsiEntity<'_>) -> Vec<u8> {
    let may_go = |term: &Term| term.is_live() && !TIMES.contains(term);
    let has_it = |term: &Term| entity.get(*term).is_some();
    let mut gone = entity
        .kind
        .terms()
        .filter(may_go)
        .filter(|t| !has_it(t))
        .peekable();
    if gone.peek().is_none() {
        return Vec::new();
    }
    let mut t = Text::with_capacity(512);
    t.raw("{\"id\":").word(&entity.id());
    t.raw(",\"type\":").word(entity.kind.name());
    for term in gone {
        t.raw(",\"").raw(term.name());
        t.raw("\":{\"type\":\"Property\",\"value\":\"urn:ngsi-ld:null\"}");
    }
    t.raw("}");
    t.0
}

/// A number that no other has.
fn key(candidate: Candidate) -> u64 {
    match candidate {
        Candidate::Zone(zone) => u64::from(zone.0),
        Candidate::Group(zone, kind) => (1 + kind as u64) << 40 | u64::from(zone.0),
        Candidate::Spot(bay) => 1 << 48 | u64::from(bay.0),
    }
}

/// A subscription's body as it is kept.
pub(super) fn kept(asked: &Value, context: &str) -> String {
    json!({"asked": asked, "context": context}).to_string()
}

/// What was asked for, of a body that is kept, and where its context is.
pub(super) fn asked(row: &SubscriptionRow) -> (Value, String) {
    let mut body: Value = serde_json::from_str(&row.body).unwrap_or_default();
    let context = body["context"].as_str().unwrap_or_default().to_owned();
    (body["asked"].take(), context)
}
