//! The contributors' desk in a checkpoint: the table, whose each slot is, and partners' figures.
//!
//! Little-endian: version (u32), the newest window that was applied and 1 (u32; 0: none), then the
//! figures as JSON and the table, each after its length (u64), then slot (u32) and partner (u16) of
//! each slot that somebody has.

use super::Book;
use super::figures::{PartnerFigures, ReportDay};
use crate::belief::Contributors;
use std::collections::HashMap;

const VERSION: u32 = 1;

/// A partner's name and its days.
type Row = (String, Vec<ReportDay>);

pub(super) fn write(book: &Book, applied: Option<u32>) -> Vec<u8> {
    let mut names = vec![""; book.partners.len()];
    for (name, number) in &book.numbers {
        names[usize::from(*number)] = name;
    }
    let rows: Vec<_> = names.iter().zip(&book.partners).collect();
    let rows: Vec<_> = rows.into_iter().map(|(name, p)| (*name, &p.days)).collect();
    let figures = serde_json::to_vec(&rows).unwrap_or_default();
    let mut bytes = VERSION.to_le_bytes().to_vec();
    bytes.extend(applied.map_or(0, |w| w.saturating_add(1)).to_le_bytes());
    for part in [figures, book.table.to_bytes()] {
        bytes.extend((part.len() as u64).to_le_bytes());
        bytes.extend(part);
    }
    for (slot, partner) in book.partner_of.iter().enumerate() {
        if *partner != 0 {
            bytes.extend((slot as u32).to_le_bytes());
            bytes.extend(partner.to_le_bytes());
        }
    }
    bytes
}

/// `None` for what [`write`] cannot have written.
pub(super) fn read(bytes: &[u8]) -> Option<(Book, Option<u32>)> {
    let mut rest = bytes;
    if u32::from_le_bytes(take(&mut rest)?) != VERSION {
        return None;
    }
    let applied = u32::from_le_bytes(take(&mut rest)?).checked_sub(1);
    let figures: Vec<Row> = serde_json::from_slice(part(&mut rest)?).ok()?;
    let table = Contributors::from_bytes(part(&mut rest)?)?;
    let mut book = Book::new(table);
    book.numbers = HashMap::new();
    book.partners = Vec::new();
    for (number, (name, days)) in figures.into_iter().enumerate() {
        book.partners.push(PartnerFigures::of_days(days));
        if number > 0 {
            book.numbers
                .insert(name.into(), u16::try_from(number).ok()?);
        }
    }
    if book.partners.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let slot = u32::from_le_bytes(take(&mut rest)?);
        let number = u16::from_le_bytes(take(&mut rest)?);
        *book.partner_of.get_mut(slot as usize)? = number;
        let partner = book.partners.get_mut(usize::from(number))?;
        if book.table.proven(slot) {
            partner.proven += 1;
            book.proven += 1;
        }
    }
    Some((book, applied))
}

fn part<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(u64::from_le_bytes(take(bytes)?)).ok()?;
    let (part, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(part)
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*taken)
}
