//! Whether one more driver could be served if others moved: the proof that a round serves as many
//! as can be.
//!
//! An alternating path leads from a request that is not served to a bay it could have, from there
//! to whoever holds it, to what they could have instead, and so on to a bay that is vacant. Where
//! there is no such path, the requests that were reached want only bays that are all held by them,
//! and no assignment serves more (Berge, Hall).

use super::Candidates;
use super::market::Market;

/// Is there such a path? Looks at each request once, with its whole list.
pub(super) fn could_serve_more<C: Candidates>(market: &mut Market<C>) -> bool {
    let mut reached: Vec<bool> = (0..market.len())
        .map(|r| market.held(r).is_none())
        .collect();
    let mut waiting: Vec<usize> = (0..market.len()).filter(|r| reached[*r]).collect();
    let mut holders = Vec::new();
    while let Some(request) = waiting.pop() {
        holders.clear();
        holders.extend(market.all(request).iter().map(|c| c.bay));
        for &bay in &holders {
            let Some(holder) = market.owner(bay) else {
                return true;
            };
            if !std::mem::replace(&mut reached[holder], true) {
                waiting.push(holder);
            }
        }
    }
    false
}
