//! The walk over all that may be an entity: zones, groups, spots, each by stable number, so that pages
//! follow each other while nothing is added.
//!
//! Dear: what is asked by more than its type is made to be looked at.

use super::entity::{Candidate, EntityMaker, URN, kind_of, read_group};
use super::selection::{EntitySelection, PageWish};
use super::terms::EntityKind;
use super::write::EntityStyle;
use crate::domain::BayKind;
use crate::registry::Registry;
use crate::serve::formats::text::Text;

/// A page, and what there is around it.
pub(super) struct EntityPage {
    pub(super) body: Vec<u8>,
    /// How many there are in all, where that was asked.
    pub(super) count: Option<usize>,
    /// Whether there are some after it.
    pub(super) more: bool,
}

/// What one takes, roughly.
const ENTITY_BYTES: usize = 900;

/// Finds what an id names, seen or not.
pub(super) fn find(registry: &Registry, id: &str) -> Option<Candidate> {
    let (kind, name) = id.strip_prefix(URN)?.split_once(':')?;
    let kind = EntityKind::ALL.into_iter().find(|k| k.name() == kind)?;
    let zone_called = |name: &str| {
        let zone = registry.zone(name)?;
        // An index is looked up before the city.
        let city = registry.city();
        let its = city.zone(zone);
        (!its.removed && its.spec.id == name).then_some((zone, kind_of(its.spec.kind)))
    };
    match kind {
        EntityKind::OnStreet | EntityKind::OffStreet => {
            let (zone, its) = zone_called(name)?;
            (its == kind).then_some(Candidate::Zone(zone))
        }
        EntityKind::Group => {
            let (zone, of) = read_group(name)?;
            zone_called(zone).map(|(zone, _)| Candidate::Group(zone, of))
        }
        EntityKind::Spot => {
            let bay = registry.bay(name)?;
            let city = registry.city();
            (city.bay_id(bay) == name).then_some(Candidate::Spot(bay))
        }
    }
}

/// Walks; `found`: what the ids name that are asked for.
pub(super) fn page(
    maker: &EntityMaker<'_>,
    selection: &EntitySelection,
    (wish, style): (PageWish, EntityStyle<'_>),
    found: Option<&[Candidate]>,
) -> EntityPage {
    let mut page = PageWriter {
        text: Text::with_capacity(64 + wish.limit.min(100) * ENTITY_BYTES),
        seen: 0,
        written: 0,
        wish,
        style,
    };
    page.text.raw(style.list()[0]);
    let is_plain = selection.is_by_kind();
    let mut visit = |candidate| page.visit(maker, selection, candidate, is_plain);
    match found {
        Some(found) => _ = found.iter().all(|candidate| visit(*candidate)),
        None => walk(maker, selection, &mut visit),
    }
    page.text.raw(style.list()[2]);
    let end = wish.offset + page.written;
    EntityPage {
        count: wish.count.then_some(page.seen),
        more: page.seen > end,
        body: page.text.0,
    }
}

/// Visits all that may be one, until `visit` says that it is enough.
fn walk(
    maker: &EntityMaker<'_>,
    selection: &EntitySelection,
    visit: &mut dyn FnMut(Candidate) -> bool,
) {
    let city = maker.sight.city;
    // Areas and floors are told with their zone.
    let zones = || {
        let all = maker.atlas.after(None).iter();
        all.filter_map(|(_, zone)| maker.sight.whole(*zone).is_none().then_some(*zone))
    };
    let wants = |kind| selection.takes_kind(kind);
    if wants(EntityKind::OnStreet) || wants(EntityKind::OffStreet) {
        for zone in zones() {
            if wants(kind_of(city.zone(zone).spec.kind)) && !visit(Candidate::Zone(zone)) {
                return;
            }
        }
    }
    if wants(EntityKind::Group) {
        for zone in zones() {
            let mut groups = BayKind::ALL.into_iter();
            if !groups.all(|kind| visit(Candidate::Group(zone, kind))) {
                return;
            }
        }
    }
    if wants(EntityKind::Spot) {
        let mut bays = city.bays_after(None);
        bays.all(|(_, bay)| visit(Candidate::Spot(bay)));
    }
}

struct PageWriter<'q> {
    text: Text,
    /// Entities that are meant, so far.
    seen: usize,
    written: usize,
    wish: PageWish,
    style: EntityStyle<'q>,
}

impl PageWriter<'_> {
    /// Takes one in; false: nothing more is needed.
    fn visit(
        &mut self,
        maker: &EntityMaker<'_>,
        selection: &EntitySelection,
        candidate: Candidate,
        is_plain: bool,
    ) -> bool {
        let is_due = self.seen >= self.wish.offset && self.written < self.wish.limit;
        if is_plain && !is_due {
            self.seen += usize::from(maker.is_there(candidate));
        } else if let Some(entity) = maker.make(candidate).filter(|e| selection.takes(e)) {
            self.seen += 1;
            if is_due {
                let comma = if self.written > 0 {
                    self.style.list()[1]
                } else {
                    ""
                };
                self.text.raw(comma);
                self.style.entity(&mut self.text, &entity);
                self.written += 1;
            }
        }
        // One further tells whether there is another page.
        self.wish.count || self.seen <= self.wish.offset + self.wish.limit
    }
}
