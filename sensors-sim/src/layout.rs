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

/// The geometry of one zone.
pub(crate) struct Layout {
    /// South-west corner before turning, or the first bay of a kerb.
    origin: Place,
    /// Direction of the rows, radians from east.
    turn: f64,
    columns: u32,
    rows: u32,
    street: bool,
}

impl Layout {
    pub(crate) fn new(kind: ZoneKind, centre: Place, size: u32, rng: &mut SmallRng) -> Self {
        let turn = rng.random_range(0.0..std::f64::consts::PI);
        let street = kind == ZoneKind::OnStreet;
        let deck = size.min(PER_DECK);
        let columns = if street {
            size
        } else {
            (f64::from(deck) * 1.6).sqrt().ceil() as u32
        }
        .max(1);
        let rows = if street {
            1
        } else {
            deck.div_ceil(columns).max(1)
        };
        let mut layout = Self {
            origin: centre,
            turn,
            columns,
            rows,
            street,
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
        if self.street {
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
        if self.street {
            return self.at((f64::from(n) + 0.5) * KERB_M, 0.0);
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
