//! Matching beside first come, first served, in one run: drivers who want a bay now, and bookings
//! of a day.
//!
//! Now: 10,000 requests at once among 100,000 and fewer bays. The clock runs over all of it:
//! finding each driver's candidates on a grid, and the auction. Its result is checked against an
//! exact solver of another kind (shortest augmenting paths) where that is quick enough, and against
//! its own bound everywhere. Windows: 10,000 bookings of a day on 2,000 bays with hours, with the
//! bound; planned in one go, and with all answers kept that drivers already have. A day: that of
//! the simulator, answered driver by driver.
//!
//! `cargo bench --bench matching`, or the built program itself with `SEED`.

mod day;
mod exact;
mod now;
mod windows;

fn main() {
    let seed = std::env::args()
        .skip(1)
        .find_map(|a| a.parse().ok())
        .unwrap_or(7);
    now::run(seed);
    windows::run(seed);
    day::run();
}
