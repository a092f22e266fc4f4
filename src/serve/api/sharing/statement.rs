//! A settlement as CSV (RFC 4180): one row a line of the ledger.

use crate::domain::TimeZone;
use crate::domain::pool::bay_told;
use crate::sharing::LedgerLine;

/// With a head. No value needs quotes but an event some later version may write; it is quoted all
/// the same if so.
pub(in crate::serve) fn settlement_csv(rows: &[LedgerLine]) -> Vec<u8> {
    let mut out =
        String::from("at,reservation,bay,event,cause,amount_cents,currency,offer,date\r\n");
    for row in rows {
        let at = row.at.to_string();
        let amount = row.amount_cents.to_string();
        let date = TimeZone::date_of(row.day);
        let cells = [
            &at,
            &row.reservation,
            // None where it is a place of a pool, which its offer tells.
            bay_told(&row.bay).unwrap_or_default(),
            &row.event,
            &row.cause,
            &amount,
            row.currency.code(),
            &row.offer_name,
            &date,
        ];
        for (n, cell) in cells.into_iter().enumerate() {
            if n > 0 {
                out.push(',');
            }
            if cell.contains([',', '"', '\r', '\n']) {
                out.push('"');
                out += &cell.replace('"', "\"\"");
                out.push('"');
            } else {
                out += cell;
            }
        }
        out += "\r\n";
    }
    out.into_bytes()
}
