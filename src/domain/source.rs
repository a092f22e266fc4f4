//! A source: one sender of reports (a lamp post, a gateway, an app). Its kind decides how long its
//! word stands.

use super::{KeyAccount, Millis, SharedRemit};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Number of a source. Stable: it is the position in the registry's identity file and may be
/// written to disk.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    bytemuck::Pod,
    bytemuck::Zeroable,
)]
#[repr(transparent)]
pub struct SourceIx(pub u32);

impl SourceIx {
    /// As an array position.
    #[inline]
    #[must_use]
    pub const fn at(self) -> usize {
        self.0 as usize
    }
}

/// The hub's own source: what drivers' apps say of their booked stays. Nobody else may speak as it.
pub const BOOKINGS: &str = "bayhub:bookings";

/// How sources begin that are feeds of the configuration. Who may speak as any source may not speak
/// as one of these, but where that is said.
pub const FEEDS: &str = "pull:";

/// A source that has proved who it is, as the doors know it.
#[derive(Clone, Debug)]
pub struct Speaker {
    pub source: SourceIx,
    pub kind: SourceKind,
    pub id: Arc<str>,
    /// How long it may go on speaking.
    pub pass: Pass,
    /// A network server: it may hand on the uplinks of devices, besides what it says itself.
    pub uplinks: bool,
    /// Of which zones it may speak, and who stands behind it, as it is now.
    pub remit: SharedRemit,
    /// Whose share it takes of what all share.
    pub account: KeyAccount,
}

/// Until when somebody who was let in may stay. All clones share it, so that a key that is revoked
/// ends what it has opened, whichever room holds it.
#[derive(Clone, Debug)]
pub struct Pass(Arc<AtomicU64>);

impl Pass {
    /// Good before `end`; for ever when there is none.
    #[must_use]
    pub fn until(end: Option<Millis>) -> Self {
        Self(Arc::new(AtomicU64::new(end.map_or(u64::MAX, |end| end.0))))
    }

    /// Whether it is good at this time. One load of an atomic.
    #[inline]
    #[must_use]
    pub fn is_good(&self, now: Millis) -> bool {
        now.0 < self.0.load(Ordering::Acquire)
    }

    /// When it ends or has ended; `None`: never.
    #[must_use]
    pub fn end(&self) -> Option<Millis> {
        let end = self.0.load(Ordering::Acquire);
        (end != u64::MAX).then_some(Millis(end))
    }

    /// Ends it at `end` if that is sooner, for everybody who holds it.
    pub fn shorten(&self, end: Millis) {
        self.0.fetch_min(end.0, Ordering::AcqRel);
    }

    /// Ends it now and for ever, for everybody who holds it.
    pub fn withdraw(&self) {
        self.0.store(0, Ordering::Release);
    }
}

impl Default for Pass {
    fn default() -> Self {
        Self::until(None)
    }
}

/// What sort of sender a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SourceKind {
    /// Watches its bays all the time: while it is heard at all, its last word on each bay stands.
    Sensor = 0,
    /// Passes by: each of its reports ages on its own.
    App = 1,
    /// Counts what goes in and out of a zone.
    Gate = 2,
    /// The hub itself, for who has booked a bay: it says what the driver's app has said. Ages as an
    /// app's word does.
    Booking = 3,
}

impl SourceKind {
    /// Those that a partner's source can be.
    pub const ALL: [Self; 3] = [Self::Sensor, Self::App, Self::Gate];

    /// Their public names, in the same order.
    pub const NAMES: [&'static str; 3] = ["sensor", "app", "gate"];

    /// The public name: `sensor`, `app`, `gate`, `booking`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sensor => "sensor",
            Self::App => "app",
            Self::Gate => "gate",
            Self::Booking => "booking",
        }
    }

    /// One that a partner's source can be.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == name)
    }

    /// Whether each of its reports ages on its own, however lively it is otherwise.
    #[inline]
    #[must_use]
    pub const fn passes_by(self) -> bool {
        matches!(self, Self::App | Self::Booking)
    }

    /// Whom it counts as in what is written of a visit: 0 sensor, 1 app, 2 gate. A booked stay is
    /// told by an app.
    #[inline]
    #[must_use]
    pub const fn vouches_as(self) -> u32 {
        match self {
            Self::Booking => Self::App as u32,
            own => own as u32,
        }
    }

    /// The two low bits of `bits`; the inverse of `self as u8`.
    #[inline]
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        match bits & 3 {
            0 => Self::Sensor,
            1 => Self::App,
            2 => Self::Gate,
            _ => Self::Booking,
        }
    }

    /// Confidence of a report that states none, in 1/255: a sensor errs in a few per cent of its
    /// readings, a passer-by more often.
    #[must_use]
    pub const fn default_confidence(self) -> u8 {
        match self {
            Self::Sensor => 247, // 0.97
            Self::App => 204,    // 0.80
            // 0.95; who has booked stands there and knows, but may have taken the wrong bay.
            Self::Gate | Self::Booking => 242,
        }
    }
}

/// How long a claim stands.
#[derive(Clone, Copy, Debug)]
pub struct Staleness {
    /// Silence after which a source is no longer believed, s, where the zone does not say.
    pub default_s: u32,
    /// Age at which any claim lapses, however lively its source, ms.
    pub max_age_ms: u64,
    /// How often lapsed claims are looked for, ms.
    pub sweep_ms: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_their_bits_are_inverse_and_no_partner_can_be_the_hub() {
        for kind in SourceKind::ALL.into_iter().chain([SourceKind::Booking]) {
            assert_eq!(SourceKind::from_bits(kind as u64 | 0xf4), kind);
        }
        assert!(
            SourceKind::ALL
                .into_iter()
                .all(|k| SourceKind::parse(k.name()) == Some(k))
        );
        assert_eq!(SourceKind::parse(SourceKind::Booking.name()), None);
    }

    #[test]
    fn a_pass_ends_at_its_time_or_when_it_is_withdrawn_for_all_who_hold_it() {
        let short = Pass::until(Some(Millis(10)));
        let long = Pass::default();
        assert!(
            short.is_good(Millis(9)) && !short.is_good(Millis(10)) && long.is_good(Millis::MAX)
        );
        let held = long.clone();
        long.withdraw();
        assert!(!held.is_good(Millis(0)));
    }
}
