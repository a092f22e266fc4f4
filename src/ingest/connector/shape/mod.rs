//! The wire formats that feeds come in: one file each, one line in [`SHAPES`].
//!
//! A shape finds the rows of an answer and looks up their members; what they mean is the mapping's
//! part. Promises: pure; bounded in depth, rows and sizes; any bytes become rows or one fault.

mod csv;
mod datagovsg;
mod datamall;
mod datex2;
mod form;
mod geojson;
mod json;
mod ngsi;
mod table_line;

pub(super) use csv::CsvTable;
pub(super) use csv::lines as csv_lines;
pub use table_line::TableHead;

use super::gather::{CompiledFeed, GatheredRows};
use crate::ingest::codec::Malformed;

/// A wire format.
#[derive(Debug)]
pub struct Shape {
    pub name: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// What holds where a feed's table does not say it: a part of a table, as TOML.
    pub(super) usual: &'static str,
    /// Members of a row that a plain name is looked for in.
    pub(super) inside: &'static [&'static str],
    pub(super) read: Read,
}

/// Reads an answer's text.
type Read = fn(&CompiledFeed, &str, &mut GatheredRows) -> Result<(), Malformed>;

/// Every shape.
pub static SHAPES: &[&Shape] = &[
    &datagovsg::SHAPE,
    &datamall::SHAPE,
    &json::SHAPE,
    &geojson::SHAPE,
    &csv::SHAPE,
    &datex2::SHAPE,
    &ngsi::SHAPE,
    &form::SHAPE,
];

impl Shape {
    /// The shape of that name.
    ///
    /// # Errors
    /// Names the nearest.
    pub fn named(name: &str) -> Result<&'static Self, String> {
        SHAPES
            .iter()
            .copied()
            .find(|shape| shape.name == name)
            .ok_or_else(|| {
                let names: Vec<_> = SHAPES.iter().map(|s| s.name).collect();
                let near = super::preset::near(name, &names);
                let there = if name.is_empty() {
                    "missing".into()
                } else {
                    format!("there is none called {name:?}{near}")
                };
                format!("shape: {there}; there are {}", names.join(", "))
            })
    }
}

#[cfg(test)]
mod rubbish_tests;
#[cfg(test)]
mod tests;
