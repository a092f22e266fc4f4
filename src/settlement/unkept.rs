//! For claims of the past that come in the order of their times: nothing is late, so nothing is kept to
//! be amended.

use crate::domain::{AmendmentLength, AmendmentLog, Millis};
use std::io;

/// Keeps nothing.
#[derive(Debug, Default)]
pub struct Unkept(Vec<Vec<u64>>);

impl AmendmentLog for Unkept {
    fn append(&mut self, _: Millis, _: u32, words: Vec<u64>) {
        self.0.push(words);
    }

    fn done(&mut self) -> Option<(Vec<u64>, io::Result<()>)> {
        Some((self.0.pop()?, Ok(())))
    }

    fn read(&mut self, _: Millis, _: u32, _: &mut Vec<u64>) -> io::Result<()> {
        Ok(())
    }

    fn kept_from(&self) -> Millis {
        Millis::MAX
    }

    fn forget(&mut self, _: Millis) {}

    fn too_late(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn lengths(&mut self) -> Vec<AmendmentLength> {
        Vec::new()
    }
}
