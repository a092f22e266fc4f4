//! Claims in a container of timely's: within a process they move, between processes they are
//! written out.

use super::super::wire;
use crate::domain::Claim;
use std::io::Write;
use timely::container::{DrainContainer, PushInto, SizableContainer};
use timely::dataflow::channels::ContainerBytes;

/// Claims in one container of an exchange between workers: 64 KiB.
const CONTAINER: usize = (1 << 16) / size_of::<Claim>();

/// Claims in a container of timely's. Between threads it moves; between processes it is copied
/// field by field.
#[derive(Default)]
pub(super) struct Claims(pub(super) Vec<Claim>);

impl timely::Accountable for Claims {
    fn record_count(&self) -> i64 {
        self.0.len() as i64
    }
}

impl DrainContainer for Claims {
    type Item<'a> = Claim;
    type DrainIter<'a> = std::vec::Drain<'a, Claim>;

    fn drain(&mut self) -> Self::DrainIter<'_> {
        self.0.drain(..)
    }
}

impl SizableContainer for Claims {
    fn at_capacity(&self) -> bool {
        self.0.len() == self.0.capacity()
    }

    fn ensure_capacity(&mut self, stash: &mut Option<Self>) {
        if self.0.capacity() == 0 {
            *self = stash.take().unwrap_or_default();
            self.0.clear();
        }
        if self.0.capacity() < CONTAINER {
            self.0.reserve_exact(CONTAINER - self.0.len());
        }
    }
}

impl PushInto<Claim> for Claims {
    #[inline]
    fn push_into(&mut self, claim: Claim) {
        self.0.push(claim);
    }
}

impl ContainerBytes for Claims {
    fn from_bytes(bytes: timely::bytes::arc::Bytes) -> Self {
        Self(
            bytes
                .chunks_exact(wire::BYTES)
                .filter_map(wire::read)
                .collect(),
        )
    }

    fn length_in_bytes(&self) -> usize {
        self.0.len() * wire::BYTES
    }

    fn into_bytes<W: Write>(&self, out: &mut W) {
        for claim in &self.0 {
            // Timely hands in a buffer of the length it asked for.
            out.write_all(&wire::write(claim))
                .expect("room for the length announced");
        }
    }
}
