//! What a journal is known to hold from elsewhere, so that what is not there any more is noticed.

use super::Position;

/// The id of a data folder, as it stands in the heads of its segments; zeroes: not known.
pub type FolderId = [u8; 16];

/// What is expected of a journal's folder. The default expects nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Whose segments they must be; those of earlier versions do not say.
    pub folder: FolderId,
    /// The segment that the journal begins with; more than 1 once what came before was given up.
    pub first: u64,
    /// Everything before this place is known to have been on disk.
    pub known: Position,
}

impl Expected {
    /// Whether a segment that names `folder` may be here.
    pub(super) fn is_ours(&self, folder: FolderId) -> bool {
        let unsaid = FolderId::default();
        self.folder == unsaid || folder == unsaid || folder == self.folder
    }

    /// Where an empty journal stands.
    pub(super) fn begin(&self) -> Position {
        if self.first > 1 {
            Position {
                segment: self.first,
                offset: 0,
            }
        } else {
            Position::default()
        }
    }
}
