//! Several rooms wired together: what none of them promises alone.

mod areas;
mod clock;
mod contributors;
mod counted_history;
mod counts;
mod credit;
mod feeds;
mod forecast;
mod golden;
mod hub;
mod imports;
mod losses;
mod overload;
mod pressure;
mod rates;
mod replays;
mod rewrites;
mod sandbox;
mod sandbox_suspended;
mod singapore;
mod stays;
mod two_hubs;
mod waiting;
