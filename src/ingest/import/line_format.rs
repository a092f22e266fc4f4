//! What a format of files of the past is.
//!
//! A new one is an [`ImportFormat`]: it looks at the first line of a file and gives whatever reads the
//! others.

use crate::ingest::codec::{Malformed, Said};
use std::borrow::Cow;
use std::sync::Arc;

/// A format.
pub trait ImportFormat: Send + Sync {
    /// As `--format` has it.
    fn name(&self) -> String;

    /// Looks at the first line that is not empty.
    ///
    /// # Errors
    /// Why no file of this format begins so.
    fn open(&self, first: &[u8]) -> Result<OpenedFile, String>;
}

/// How the lines of one file are read.
#[derive(Clone)]
pub struct OpenedFile {
    pub reader: Arc<dyn LineReader>,
    /// The first line only says what the others are.
    pub has_header: bool,
    /// A line is one thing, taken or refused as a whole; and who writes such a file has watched all
    /// the time, from its first moment to its last.
    pub watches: bool,
}

/// Reads lines of one file, on any number of threads.
pub trait LineReader: Send + Sync {
    /// Appends what a line says, in order. On an error nothing has been appended.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn read<'a>(&self, line: &'a [u8], out: &mut Vec<Said<'a>>) -> Result<(), Malformed>;

    /// Whose word it is, if the line says so.
    fn source<'a>(&'a self, line: &'a [u8]) -> Option<Cow<'a, str>>;

    /// The line as it may be kept when it is refused: so that members which are to be dropped can be
    /// found by their names.
    fn shown<'a>(&self, line: &'a [u8]) -> Cow<'a, [u8]> {
        Cow::Borrowed(line)
    }
}

/// As much of a line as an error should repeat.
pub(super) fn begin(line: &[u8]) -> String {
    String::from_utf8_lossy(&line[..line.len().min(60)]).into_owned()
}
