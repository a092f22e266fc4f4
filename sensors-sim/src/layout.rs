//! Where the bays of one zone lie: rows and decks of a car park, or a string along a kerb.

use crate::city::ZoneKind;
use crate::place::Place;
use rand::RngExt;
use rand::rngs::SmallRng;

/// Bays on one deck of a car park before the next deck begins.
const PER_DECK: u32 = 150;
/// A stall is 2.5 m wide; with half an aisle 8 m deep.
const STALL_M: (f64, f64) = (2.5, 8.0);
/// Kerbside bays lie end to end.
const KERB_M: f64 = 6.0;
/// Their middle from that of the street, where both its kerbs have some.
const ASIDE_M: f64 = 5.5;

/// The geometry of one zone.
pub(crate) struct Layout {
    /// South-west corner before turning, or where a kerb begins.
    origin: Place,
    /// Direction of the rows, radians from east.
    turn: f64,
    columns: u32,
    rows: u32,
    /// How many kerbs its bays lie along; 0: it is a car park.
    kerbs: u32,
}

impl Layout {
    /// `turn`: the direction of its rows or its kerb, radians from east.
    pub(crate) fn new(kind: ZoneKind, centre: Place, turn: f64, size: u32) -> Self {
        let street = kind == ZoneKind::OnStreet;
        Self::with_kerbs(u32::from(street), centre, turn, size)
    }

    /// Bays along both kerbs of a street whose middle is at `centre`.
    pub(crate) fn along(centre: Place, turn: f64, size: u32) -> Self {
        Self::with_kerbs(2, centre, turn, size)
    }

    fn with_kerbs(kerbs: u32, centre: Place, turn: f64, size: u32) -> Self {
        let deck = size.min(PER_DECK);
        let columns = match kerbs {
            0 => (f64::from(deck) * 1.6).sqrt().ceil() as u32,
            _ => size.div_ceil(kerbs),
        }
        .max(1);
        let rows = match kerbs {
            0 => deck.div_ceil(columns).max(1),
            _ => 1,
        };
        let mut layout = Self {
            origin: centre,
            turn,
            columns,
            rows,
            kerbs,
        };
        let (w, d) = layout.extent();
        layout.origin = layout.at(-w / 2.0, -d / 2.0);
        layout
    }

    fn at(&self, along: f64, across: f64) -> Place {
        let (s, c) = self.turn.sin_cos();
        self.origin
            .shifted(along * c - across * s, along * s + across * c)
    }

    fn extent(&self) -> (f64, f64) {
        if self.kerbs > 0 {
            (f64::from(self.columns) * KERB_M, 0.0)
        } else {
            (
                f64::from(self.columns) * STALL_M.0,
                f64::from(self.rows) * STALL_M.1,
            )
        }
    }

    /// The middle of the `n`-th bay. Upper decks lie over the lower ones, half a metre aside.
    pub(crate) fn bay(&self, n: u32) -> Place {
        if let Some(column) = n.checked_div(self.kerbs) {
            let along = (f64::from(column) + 0.5) * KERB_M;
            let across = match (self.kerbs, n % 2) {
                (1, _) => 0.0,
                (_, 0) => -ASIDE_M,
                _ => ASIDE_M,
            };
            return self.at(along, across);
        }
        let deck = f64::from(n / PER_DECK);
        let n = n % PER_DECK;
        let column = n % self.columns;
        let row = n / self.columns;
        self.at(
            (f64::from(column) + 0.5) * STALL_M.0 + deck * 0.5,
            (f64::from(row) + 0.5) * STALL_M.1 + deck * 0.5,
        )
    }

    pub(crate) fn middle(&self) -> Place {
        let (w, d) = self.extent();
        self.at(w / 2.0, d / 2.0)
    }

    /// A closed ring three metres outside the outermost bays, counter-clockwise.
    pub(crate) fn outline(&self) -> Vec<Place> {
        let (w, d) = self.extent();
        let m = 3.0;
        [(-m, -m), (w + m, -m), (w + m, d + m), (-m, d + m), (-m, -m)]
            .map(|(x, y)| self.at(x, y))
            .to_vec()
    }
}

/// One of a few choices, all equally likely.
pub(crate) fn pick<T: Copy>(choices: &[T], rng: &mut SmallRng) -> T {
    choices[rng.random_range(0..choices.len())]
}
