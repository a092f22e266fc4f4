//! The mark that some tools put before the text of a UTF-8 file: passed over, as JSON knows none.
//!
//! Promise: nothing else is passed over, and only at the very start.

use std::io::{self, BufRead};

const MARK: &[u8] = b"\xEF\xBB\xBF";

/// The text without its mark.
pub(super) fn without(text: &[u8]) -> &[u8] {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// Passes over the mark where the reader begins with it. Its buffer must hold three bytes.
///
/// # Errors
/// Where nothing can be read.
pub(super) fn pass(reader: &mut impl BufRead) -> io::Result<()> {
    if reader.fill_buf()?.starts_with(MARK) {
        reader.consume(MARK.len());
    }
    Ok(())
}
