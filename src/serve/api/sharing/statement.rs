//! A settlement as CSV (RFC 4180): one row a line of the ledger, its amount in minor units and as a
//! decimal number of the currency.

use crate::sharing::LedgerLine;

/// With a head. No value needs quotes but an event some later version may write; it is quoted all
/// the same if so.
pub(in crate::serve) fn settlement_csv(rows: &[LedgerLine]) -> Vec<u8> {
    let mut out = String::from("at,reservation,bay,event,cause,amount_cents,currency,amount\r\n");
    for row in rows {
        let at = row.at.to_string();
        let minor = row.amount_cents.to_string();
        let amount = row.currency.shown(row.amount_cents);
        let cells = [
            &at,
            &row.reservation,
            &row.bay,
            &row.event,
            &row.cause,
            &minor,
            row.currency.code(),
            &amount,
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
