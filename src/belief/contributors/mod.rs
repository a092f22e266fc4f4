//! Who says things right: what sensors have shown of each contributor, and what its word weighs.
//!
//! A contributor is a pseudonym of 6 bytes; the table has 2^n slots in sets of 16, and a pseudonym
//! belongs to one set. Only reports on bays that a sensor serves are judged, by what is believed
//! from the sensor alone ([`Feedback::judge`]): apps never vouch for each other. A newcomer weighs
//! nothing, unless an admin trusts its key.
//!
//! Promises: memory is taken once (18 bytes a slot) and bounded by the number of slots, whatever
//! number of contributors is invented; a newcomer never displaces one with [`PROVEN`] judged
//! reports. What is judged is added up per window of ingest time ([`Windows`]) and applied when the
//! window has ended ([`Contributors::learn`]): in whatever order and by whatever number of workers
//! it was judged, the table ends in the same bits.

mod account;
mod feedback;

pub use feedback::{Feedback, FeedbackSink, Judged, Windows};

use account::Account;

/// Judged reports from which on a contributor keeps its place.
pub const PROVEN: u8 = 8;

/// A window of ingest time, seconds.
pub const WINDOW_S: u32 = 300;

/// Slots of a set.
const WAYS: usize = 16;

/// Reports of a contributor that count at once; one more after each [`REFILL_MIN`].
const BURST: i16 = 6;
const REFILL_MIN: i16 = 5;

/// A pseudonym has so many bits.
const NAME_BITS: u32 = 48;

/// The table of contributors.
#[derive(Clone)]
pub struct Contributors {
    accounts: Vec<Account>,
    /// When each contributor's bucket of counted reports is full again: minutes modulo 2^16. Not
    /// kept over a restart: all buckets are full then.
    full_at: Vec<u16>,
}

/// A pseudonym: the lower 48 bits of a MAC over partner and contributor. The table knows no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pseudonym(u64);

impl Pseudonym {
    /// Of the MAC's first bytes.
    #[must_use]
    pub const fn of(mac: u64) -> Self {
        let name = mac & ((1 << NAME_BITS) - 1);
        // 0 is nobody's.
        Self(if name == 0 { 1 } else { name })
    }
}

impl Contributors {
    /// A table of 2^`bits` slots: between 2^4 and 2^22, that many bits has a claim's
    /// [`Backing`](crate::domain::Backing).
    #[must_use]
    pub fn new(bits: u32) -> Self {
        let slots = 1usize << bits.clamp(4, crate::domain::Backing::SLOT_BITS);
        Self {
            // Zeroed by the allocator: what nobody has is never touched.
            accounts: bytemuck::zeroed_vec(slots),
            full_at: vec![0; slots],
        }
    }

    /// Slots in all, taken or not.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.accounts.len()
    }

    /// The contributor's slot: its own, that which it had under a `former` key, or a new one.
    /// `None` where all that are in its set have proved more: its word is nobody's. Slot 0 is never
    /// given: it means no contributor. `trusted` is the standing of its key and decides what a
    /// newcomer starts with; `minute` is the ingest time.
    pub fn find_or_enrol(
        &mut self,
        name: Pseudonym,
        former: Option<Pseudonym>,
        trusted: bool,
        minute: u32,
    ) -> Option<u32> {
        self.find_or_enrol_if((name, former), trusted, minute, || true)
    }

    /// The same, where one that has no slot yet gets one only if it `may`.
    pub fn find_or_enrol_if(
        &mut self,
        (name, former): (Pseudonym, Option<Pseudonym>),
        trusted: bool,
        minute: u32,
        may: impl FnOnce() -> bool,
    ) -> Option<u32> {
        if let Some(slot) = self.find(name) {
            return Some(slot as u32);
        }
        let before = former.and_then(|former| self.find(former));
        if before.is_none() && !may() {
            return None;
        }
        let free = self.room(name, before, minute)?;
        let account = if let Some(slot) = before {
            self.full_at[free] = self.full_at[slot];
            std::mem::take(&mut self.accounts[slot])
        } else {
            self.full_at[free] = minute as u16;
            Account::newcomer(trusted)
        };
        self.accounts[free] = account.named(name.0);
        Some(free as u32)
    }

    fn set(&self, name: Pseudonym) -> std::ops::Range<usize> {
        let sets = self.accounts.len() / WAYS;
        let from = (name.0 as usize % sets) * WAYS;
        // Slot 0 is nobody's.
        from.max(1)..from + WAYS
    }

    fn find(&self, name: Pseudonym) -> Option<usize> {
        self.set(name)
            .find(|at| self.accounts[*at].name() == name.0)
    }

    /// Where there is room: a slot of nobody, else that of the least evidence, which was heard
    /// longest ago.
    fn room(&self, name: Pseudonym, except: Option<usize>, minute: u32) -> Option<usize> {
        let now = minute as u16;
        self.set(name)
            .filter(|at| self.accounts[*at].judged() < PROVEN && Some(*at) != except)
            .min_by_key(|at| {
                let account = &self.accounts[*at];
                let taken = account.name() != 0;
                let quiet = now.wrapping_sub(self.full_at[*at]);
                (taken, account.judged(), u16::MAX - quiet)
            })
    }

    /// Whether one more report of it counts at that minute of ingest time, and takes it out of its
    /// bucket if so: 6 at once, 12 an hour. What does not count weighs nothing and is not judged.
    pub fn counts(&mut self, slot: u32, minute: u32) -> bool {
        let Some(full_at) = self.full_at.get_mut(slot as usize) else {
            return false;
        };
        let now = minute as u16;
        let missing = full_at.wrapping_sub(now) as i16;
        // What lies behind, or farther ahead than a bucket can, was long ago: it is full.
        let missing = if (0..=BURST * REFILL_MIN).contains(&missing) {
            missing
        } else {
            0
        };
        if missing > (BURST - 1) * REFILL_MIN {
            return false;
        }
        *full_at = now.wrapping_add((missing + REFILL_MIN) as u16);
        true
    }

    /// What its word weighs that a bay is occupied (`said`) or not, in 1/8 nat towards what it
    /// says. Never negative: who is more often wrong than right is not believed to the contrary,
    /// or one would only have to lie to be believed.
    #[must_use]
    pub fn weight(&self, slot: u32, said: bool) -> i8 {
        self.accounts
            .get(slot as usize)
            .map_or(0, |account| account.weight(said))
    }

    /// Whether sensors have shown it right, and often enough.
    #[must_use]
    pub fn proven(&self, slot: u32) -> bool {
        self.accounts.get(slot as usize).is_some_and(|account| {
            let weighs = account.weight(true).max(account.weight(false)) > 0;
            account.judged() >= PROVEN && weighs
        })
    }

    /// Reports of it that were judged; 255 and more.
    #[must_use]
    pub fn judged(&self, slot: u32) -> u8 {
        self.accounts.get(slot as usize).map_or(0, Account::judged)
    }

    /// What a window has shown of the contributor in that slot: all of it at once, window by window.
    /// A slot that is not in the table, or that nobody has now, is left out; false then.
    pub fn learn(&mut self, slot: u32, judged: &Judged) -> bool {
        match self.accounts.get_mut(slot as usize) {
            Some(account) if account.name() != 0 => {
                account.learn(judged);
                true
            }
            _ => false,
        }
    }

    /// For the disk: what is not empty.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = (self.accounts.len() as u64).to_le_bytes().to_vec();
        let held = self.accounts.iter().enumerate();
        let held: Vec<_> = held.filter(|(_, a)| **a != Account::default()).collect();
        bytes.extend((held.len() as u64).to_le_bytes());
        for (slot, account) in held {
            bytes.extend((slot as u32).to_le_bytes());
            bytes.extend(account.to_bytes());
        }
        bytes
    }

    /// The inverse of [`Self::to_bytes`]. `None` if the bytes are not such a table.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let slots = u64::from_le_bytes(*take(&mut rest)?);
        if !slots.is_power_of_two() || !(4..=22).contains(&slots.trailing_zeros()) {
            return None;
        }
        let mut table = Self::new(slots.trailing_zeros());
        let rows = u64::from_le_bytes(*take(&mut rest)?);
        for _ in 0..rows {
            let slot = u32::from_le_bytes(*take(&mut rest)?);
            let account = Account::from_bytes(take(&mut rest)?);
            *table.accounts.get_mut(slot as usize)? = account;
        }
        rest.is_empty().then_some(table)
    }
}

/// The next `N` bytes.
fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(taken)
}

#[cfg(test)]
mod tests;
