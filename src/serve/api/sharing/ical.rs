//! The bookings of an offer as iCalendar (RFC 5545), for the owner's calendar. No driver is named.
//!
//! Promises: the same bookings are the same bytes, whenever they are read.

use crate::domain::pool::PoolSeat;
use crate::domain::{Millis, Offer, Reservation, ReservationState};
use std::collections::HashMap;

/// A calendar must have a component (RFC 5545, 3.6), also where nothing is booked: the time zone that
/// all its times are in.
const UTC: [&str; 8] = [
    "BEGIN:VTIMEZONE",
    "TZID:UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
];

/// One event a booking that stands or has stood; holds are tentative, what was given up is not
/// shown. `changes`: when a booking was last changed, by its number; when it was made where that is
/// not said.
pub(in crate::serve) fn calendar(
    offer: &Offer,
    bookings: &[Reservation],
    changes: &HashMap<i64, Millis>,
) -> Vec<u8> {
    let mut out = String::with_capacity(512 + bookings.len() * 320);
    line(&mut out, "BEGIN:VCALENDAR");
    line(&mut out, "VERSION:2.0");
    line(&mut out, "PRODID:-//bayhub//shared bays//EN");
    line(&mut out, "CALSCALE:GREGORIAN");
    line(
        &mut out,
        &format!("X-WR-CALNAME:{}", text(place(&offer.bay))),
    );
    let mut is_empty = true;
    for r in bookings {
        let status = match r.state {
            ReservationState::Held => "TENTATIVE",
            ReservationState::Confirmed
            | ReservationState::Active
            | ReservationState::Completed => "CONFIRMED",
            ReservationState::Cancelled | ReservationState::Expired | ReservationState::NoShow => {
                continue;
            }
        };
        is_empty = false;
        let revised = stamp(changes.get(&r.id).copied().unwrap_or(r.created_at));
        line(&mut out, "BEGIN:VEVENT");
        line(&mut out, &format!("UID:{}@bayhub", r.name));
        // Without a METHOD this is the last revision, not the time of reading (3.8.7.2).
        line(&mut out, &format!("DTSTAMP:{revised}"));
        line(&mut out, &format!("LAST-MODIFIED:{revised}"));
        line(&mut out, &format!("DTSTART:{}", stamp(r.span.start)));
        line(&mut out, &format!("DTEND:{}", stamp(r.span.end)));
        line(&mut out, &format!("SEQUENCE:{}", r.version - 1));
        line(&mut out, &format!("STATUS:{status}"));
        let bay = text(place(&r.bay));
        let state = r.state.name();
        line(&mut out, &format!("SUMMARY:{bay} ({state})"));
        let price = r.currency.shown(r.price_cents);
        line(&mut out, &format!("DESCRIPTION:{price} {}", r.currency));
        line(&mut out, "END:VEVENT");
    }
    if is_empty {
        for of_zone in UTC {
            line(&mut out, of_zone);
        }
    }
    line(&mut out, "END:VCALENDAR");
    out.into_bytes()
}

/// A bay's id, or of a pool that of its zone.
fn place(name: &str) -> &str {
    PoolSeat::read(name).map_or(name, |seat| seat.zone)
}

/// `20261123T020000Z`.
fn stamp(at: Millis) -> String {
    at.to_string()
        .chars()
        .filter(|c| !matches!(c, '-' | ':'))
        .take(15)
        .chain(['Z'])
        .collect()
}

/// What would end a value or a line is escaped.
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out += "\\n",
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A line of the file: at most 75 octets, the rest on lines that begin with a space.
fn line(out: &mut String, content: &str) {
    let mut room = 75;
    for c in content.chars() {
        if c.len_utf8() > room {
            *out += "\r\n ";
            room = 74;
        }
        room -= c.len_utf8();
        out.push(c);
    }
    *out += "\r\n";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_characters_and_unfold_to_what_was_written() {
        let long = format!("SUMMARY:{}", "\u{5927}\u{5df4}\u{7a91}-".repeat(30));
        let mut out = String::new();
        line(&mut out, &long);
        assert!(out.ends_with("\r\n") && out.split("\r\n").all(|l| l.len() <= 75));
        assert_eq!(out.replace("\r\n ", "").trim_end(), long);
    }

    #[test]
    fn no_text_can_end_its_line_or_value() {
        assert_eq!(
            text("a;b,c\\d\r\nEND:VCALENDAR"),
            "a\\;b\\,c\\\\d\\nEND:VCALENDAR"
        );
        assert_eq!(stamp(Millis(1_795_399_200_123)), "20261123T020000Z");
    }
}
