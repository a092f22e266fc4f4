//! One test binary for the whole hub, a module per behaviour: linking once is cheaper than linking
//! often.
//!
//! Here only what needs the tree or a real process; what a room promises is tested in the room.

mod analysts;
mod broker;
mod dashboards;
mod demo;
mod fusion;
mod fuzz;
mod golden;
mod ground_truth;
#[path = "../../src/long.rs"]
mod long;
mod operating;
mod packaging;
mod tidy;
mod web;
