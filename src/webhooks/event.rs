//! What endpoints may be told of, and which keys may ask for it.
//!
//! Promise: only what the hub emits can be asked for, so that nobody waits for what never comes.

use crate::domain::vocabulary;
use crate::partners::{Scope, Scopes};

vocabulary! {
    /// A kind of event.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum EventType {
        ZoneFull => "zone.full",
        ZoneAvailable => "zone.available",
        ZoneStale => "zone.stale",
        ZoneChanged => "zone.changed",
        ReservationHeld => "reservation.held",
        ReservationConfirmed => "reservation.confirmed",
        ReservationActive => "reservation.active",
        ReservationCompleted => "reservation.completed",
        ReservationCancelled => "reservation.cancelled",
        ReservationExpired => "reservation.expired",
        ReservationNoShow => "reservation.no_show",
        ReservationExtended => "reservation.extended",
        ReservationMoved => "reservation.moved",
        ReservationAtRisk => "reservation.at_risk",
        ReservationOverstay => "reservation.overstay",
        ReservationResold => "reservation.resold",
        OfferCreated => "offer.created",
        OfferChanged => "offer.changed",
        OfferWithdrawn => "offer.withdrawn",
        ProblemOpened => "problem.opened",
        ProblemChanged => "problem.changed",
        /// It was not dealt with in time.
        ProblemOverdue => "problem.overdue",
        SourceSilent => "source.silent",
        SourceBack => "source.back",
        KeyExpiring => "key.expiring",
        /// Four fifths of a key's calls of a minute are used up.
        QuotaPressed => "quota.80",
        OrderIssued => "order.issued",
        OrderChanged => "order.changed",
        OrderConfirmed => "order.confirmed",
        OrderEnded => "order.ended",
        WebhookDisabled => "partner.webhook_disabled",
        /// What `/test` sends.
        WebhookTest => "webhook.test",
    }
}

impl EventType {
    /// Those of zones; their places here are their numbers.
    pub(super) const OF_ZONES: [Self; 4] = [
        Self::ZoneFull,
        Self::ZoneAvailable,
        Self::ZoneStale,
        Self::ZoneChanged,
    ];
}

vocabulary! {
    /// Events that are alike in who may be told of them.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum EventFamily {
        Zone => "zone",
        Reservation => "reservation",
        Offer => "offer",
        Problem => "problem",
        Source => "source",
        Key => "key",
        Quota => "quota",
        Partner => "partner",
        /// Orders of the authority: for everybody.
        Order => "order",
    }
}

impl EventFamily {
    /// Whether a key of these scopes may be told.
    #[must_use]
    pub const fn is_told_to(self, scopes: Scopes) -> bool {
        match self {
            Self::Zone | Self::Order => true,
            Self::Reservation | Self::Offer => scopes.has(Scope::Book) || scopes.has(Scope::Share),
            Self::Source => scopes.has(Scope::Report),
            Self::Problem | Self::Key | Self::Quota | Self::Partner => scopes.has(Scope::Partner),
        }
    }

    /// What a key needs.
    #[must_use]
    pub const fn needs(self) -> &'static str {
        match self {
            Self::Zone | Self::Order => "any key",
            Self::Reservation | Self::Offer => "the scope book or share",
            Self::Source => "the scope report",
            Self::Problem | Self::Key | Self::Quota | Self::Partner => "the scope partner",
        }
    }
}

/// Which events an endpoint is told: types, and families of them (`reservation.*`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events(Vec<String>);

impl Events {
    /// Reads what somebody asks for; doubles count once.
    ///
    /// # Errors
    /// Names the first that cannot be.
    pub fn read<'a>(asked: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let mut events = Vec::new();
        for text in asked {
            let known = is_family(text) || (EventType::parse(text).is_some() && of(text).is_some());
            if !known {
                return Err(unknown(text));
            }
            events.push(text.to_owned());
        }
        events.sort_unstable();
        events.dedup();
        if events.is_empty() {
            return Err("events: one at least is needed".to_owned());
        }
        Ok(Self(events))
    }

    /// What the store has; what is not known any more is left out.
    #[must_use]
    pub fn stored(text: &str) -> Self {
        let words = text.split_whitespace().filter(|word| of(word).is_some());
        Self(words.map(str::to_owned).collect())
    }

    /// As the store has it: a space before and after each, so that one is found whole.
    #[must_use]
    pub fn text(&self) -> String {
        format!(" {} ", self.0.join(" "))
    }

    /// As they were asked for.
    #[must_use]
    pub fn list(&self) -> &[String] {
        &self.0
    }

    /// Whether events of this type are among them.
    #[must_use]
    pub fn has(&self, event: EventType) -> bool {
        let family = of(event.name()).map(|family| format!("{}.*", family.name()));
        let is = |word: &String| *word == event.name() || Some(word) == family.as_ref();
        self.0.iter().any(is)
    }

    /// Whether any of a family are.
    #[must_use]
    pub fn has_any_of(&self, family: EventFamily) -> bool {
        self.0.iter().any(|word| of(word) == Some(family))
    }

    /// The first family among them that a key of these scopes may not be told.
    #[must_use]
    pub fn beyond(&self, scopes: Scopes) -> Option<EventFamily> {
        let mut families = self.0.iter().filter_map(|word| of(word));
        families.find(|family| !family.is_told_to(scopes))
    }
}

/// The family of an event's type, or of `family.*`.
fn of(text: &str) -> Option<EventFamily> {
    let (family, _) = text.split_once('.')?;
    EventFamily::parse(family)
}

fn is_family(text: &str) -> bool {
    text.strip_suffix(".*")
        .is_some_and(|family| EventFamily::parse(family).is_some())
}

fn unknown(text: &str) -> String {
    let short: String = text.chars().take(64).collect();
    let all = EventType::NAMES.iter().filter(|name| of(name).is_some());
    let all: Vec<&str> = all.copied().collect();
    let families = EventFamily::NAMES.map(|family| format!("{family}.*"));
    format!(
        "events: {short:?} is none of {}, {}",
        families.join(", "),
        all.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(scopes: &[Scope]) -> Scopes {
        scopes.iter().copied().collect()
    }

    #[test]
    fn a_family_is_all_its_types_and_doubles_count_once() {
        let events = Events::read(["reservation.*", "zone.full", "zone.full"]).unwrap();
        assert_eq!(events.text(), " reservation.* zone.full ");
        assert_eq!(Events::stored(&events.text()), events);
        assert!(events.has(EventType::ReservationNoShow) && events.has(EventType::ZoneFull));
        assert!(!events.has(EventType::ZoneChanged) && !events.has(EventType::WebhookTest));
        assert!(events.has_any_of(EventFamily::Zone) && !events.has_any_of(EventFamily::Offer));
    }

    #[test]
    fn what_nobody_emits_is_refused_by_name() {
        for (asked, says) in [
            ("order.given", "order.issued"),
            ("problem.solved", "problem.changed"),
            ("quota.90", "quota.80"),
            ("zone.emptied", "zone.available"),
            ("webhook.test", "is none of"),
            ("*", "is none of"),
            ("", "is none of"),
        ] {
            let e = Events::read([asked]).unwrap_err();
            assert!(e.contains(says) && e.contains(asked), "{asked}: {e}");
        }
        assert!(Events::read([]).is_err());
    }

    #[test]
    fn each_family_is_for_the_keys_that_may_read_it() {
        let all = Events::read(["zone.*", "reservation.*", "partner.*"]).unwrap();
        let reach = |list: &[Scope]| all.beyond(scopes(list));
        assert_eq!(reach(&[]), Some(EventFamily::Partner));
        assert_eq!(reach(&[Scope::Partner]), Some(EventFamily::Reservation));
        assert_eq!(reach(&[Scope::Partner, Scope::Book]), None);
        assert_eq!(reach(&[Scope::Partner, Scope::Share]), None);
        let problem = Events::read(["problem.*"]).unwrap();
        assert_eq!(problem.beyond(scopes(&[Scope::Partner])), None);
        assert_eq!(
            problem.beyond(scopes(&[Scope::Book])),
            Some(EventFamily::Problem)
        );
        let source = Events::read(["source.silent"]).unwrap();
        assert_eq!(source.beyond(scopes(&[Scope::Report])), None);
        assert_eq!(
            source.beyond(scopes(&[Scope::Partner])),
            Some(EventFamily::Source)
        );
        let zones = Events::read(["zone.*"]).unwrap();
        assert_eq!(zones.beyond(scopes(&[])), None);
    }
}
