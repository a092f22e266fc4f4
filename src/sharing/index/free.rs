//! Whether a bay is to be had: nobody keeps it, and the authority has not closed it.

use super::{BayBook, BookingIndex, Shelved};
use crate::domain::Span;

impl BookingIndex {
    /// Whether nobody keeps the bay at any time of `span`, and it is not closed.
    pub(in crate::sharing) fn is_free(&self, bay: &str, span: Span) -> bool {
        let Some(book) = self.book_of(bay) else {
            return true;
        };
        let pool = book.pool.and_then(|pool| self.book(pool));
        let offer = pool.unwrap_or(book).offer.as_ref();
        book.is_free(span) && !offer.is_some_and(|offer| self.is_shut(offer, span))
    }

    /// The same of the bay that an offer is of.
    pub(in crate::sharing) fn is_open(&self, shelved: &Shelved, span: Span) -> bool {
        let book = self.book(shelved.number);
        book.is_none_or(|b| b.is_free(span)) && !self.is_shut(shelved, span)
    }
}

impl BayBook {
    /// Whether nobody keeps it.
    pub(super) fn is_free(&self, span: Span) -> bool {
        let before = self.kept.partition_point(|r| r.span.start < span.end);
        let some = self.kept[..before].iter().rev();
        some.take_while(|r| r.span.start.plus(self.longest_ms) > span.start)
            .all(|r| !r.kept().overlaps(span))
    }
}
