//! Inputs that are nearly right: a seed with a few changes of the kinds that find the most.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// What parsers have their edges at.
const TOKENS: [&[u8]; 22] = [
    b"\0",
    b"\xff",
    b"\"",
    b"{",
    b"}",
    b"[",
    b",",
    b"\\",
    b"\\u0000",
    b"%",
    b"%2",
    b"&",
    b"=",
    b"/",
    b"+",
    b"#",
    b"-",
    b"1e999",
    b"18446744073709551616",
    b"null",
    b"NaN",
    "\u{202e}".as_bytes(),
];

pub(super) struct Mutator(StdRng);

impl Mutator {
    /// The same changes for the same number.
    pub(super) fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    fn at(&mut self, bytes: &[u8]) -> usize {
        self.0.random_range(0..=bytes.len())
    }

    /// One of `seeds`, changed in one to four ways.
    pub(super) fn mutate(mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = seeds[self.0.random_range(0..seeds.len())].clone();
        for _ in 0..self.0.random_range(1..=4) {
            self.change(&mut bytes, seeds);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let a = self.at(bytes);
        let b = self.at(bytes);
        let from = a.min(b);
        let to = a.max(b);
        match self.0.random_range(0..9) {
            0 => bytes.truncate(a),
            1 => drop(bytes.drain(from..to.min(from + 16))),
            2 => bytes.insert(a, self.0.random()),
            3 => {
                let token = TOKENS[self.0.random_range(0..TOKENS.len())];
                bytes.splice(a..a, token.iter().copied());
            }
            4 => {
                let part = bytes[from..to].to_vec();
                bytes.splice(to..to, part);
            }
            5 => {
                let other = &seeds[self.0.random_range(0..seeds.len())];
                let tail = self.at(other);
                bytes.truncate(a);
                bytes.extend_from_slice(&other[tail..]);
            }
            kind => {
                let Some(byte) = bytes.get_mut(a) else { return };
                *byte = match kind {
                    6 => *byte ^ 1 << self.0.random_range(0..8),
                    7 => self.0.random(),
                    _ => byte.wrapping_add(self.0.random_range(-3i8..=3) as u8),
                };
            }
        }
    }
}
