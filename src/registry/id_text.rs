//! Ids of up to a page of bays or zones, one after the other in one piece of memory.
//!
//! Promise: 4 bytes an id besides its text. An id is never changed, and one that is added comes last,
//! so a copy from before says the same of those that it has.

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct IdText {
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl IdText {
    /// For so many.
    pub(super) fn with_room(ids: usize) -> Self {
        Self {
            text: String::new(),
            ends: Vec::with_capacity(ids),
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn push(&mut self, id: &str) {
        self.text.push_str(id);
        self.ends.push(self.text.len() as u32);
    }

    /// No more are expected.
    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
    }

    #[inline]
    pub(super) fn get(&self, at: usize) -> &str {
        &self.text[self.start(at) as usize..self.ends[at] as usize]
    }

    /// Where the text of that one begins.
    #[inline]
    pub(super) fn start(&self, at: usize) -> u32 {
        at.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// Whether an id stands there, as far as is told by text alone: whoever asks knows that one
    /// begins there and has looked at more of it than this.
    #[inline]
    pub(super) fn has_at(&self, start: u32, at: usize, id: &str) -> bool {
        let rest = self.text.as_bytes().get(start as usize..);
        rest.is_some_and(|rest| rest.starts_with(id.as_bytes()))
            && self.ends[at] as usize == start as usize + id.len()
    }

    /// Asks the processor for where an id ends.
    #[inline]
    pub(super) fn ask_for(&self, at: usize) {
        crate::prefetch::prefetch(&self.ends, at);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at))
    }
}
