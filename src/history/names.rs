//! What numbers stand for: files speak to people by ids.
//!
//! A zone or bay that is gone from the registry still has its line in the identities file, where a
//! number is a position; the file is read when such a number turns up, and what was found is
//! remembered. Dear: that reading.

use crate::registry::Registry;
use ahash::AHashMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Ids by stable number.
pub trait Names: Send + Sync {
    fn zone(&self, number: u32) -> Arc<str>;
    fn bay(&self, number: u32) -> Arc<str>;
}

/// The registry's ids, and those it has had.
pub struct Registered {
    registry: Arc<Registry>,
    identities: PathBuf,
    /// Of numbers the registry no longer knows: class (`b`, `z`) and number.
    gone: Mutex<AHashMap<(char, u32), Arc<str>>>,
}

/// Names of the past that are remembered at most.
const MAX_GONE: usize = 100_000;

impl Registered {
    /// `data` is the hub's data folder.
    pub fn new(registry: Arc<Registry>, data: &std::path::Path) -> Self {
        Self {
            registry,
            identities: data.join("registry").join("identities"),
            gone: Mutex::default(),
        }
    }

    fn past(&self, class: char, number: u32) -> Arc<str> {
        let mut gone = self.gone.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = gone.get(&(class, number)) {
            return known.clone();
        }
        let found: Arc<str> = match self.look_up(class, number) {
            Some(id) => id.into(),
            None => number.to_string().into(),
        };
        if gone.len() >= MAX_GONE {
            gone.clear();
        }
        gone.insert((class, number), found.clone());
        found
    }

    fn look_up(&self, class: char, number: u32) -> Option<String> {
        let lines = BufReader::new(std::fs::File::open(&self.identities).ok()?).lines();
        let ids = lines.map_while(Result::ok).filter_map(|l| {
            l.strip_prefix([class])?
                .strip_prefix(' ')
                .map(str::to_owned)
        });
        ids.into_iter().nth(number as usize)
    }
}

impl Names for Registered {
    fn zone(&self, number: u32) -> Arc<str> {
        let city = self.registry.city();
        match city.zone_numbered(number) {
            Some(zone) => city.zone(zone).spec.id.as_str().into(),
            None => self.past('z', number),
        }
    }

    fn bay(&self, number: u32) -> Arc<str> {
        let city = self.registry.city();
        match city.bay_numbered(number) {
            Some(bay) => Arc::from(city.bay_id(bay)),
            None => self.past('b', number),
        }
    }
}

/// Numbers as they are, for tests and benches.
pub struct Numbered;

impl Names for Numbered {
    fn zone(&self, number: u32) -> Arc<str> {
        number.to_string().into()
    }

    fn bay(&self, number: u32) -> Arc<str> {
        number.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gone_keeps_its_name() {
        let data = tempfile::tempdir().unwrap();
        std::fs::create_dir(data.path().join("registry")).unwrap();
        let lines = "z A\nb A-1\nz B\nb A-2\ns sensor lamp\nb B-1\n";
        std::fs::write(data.path().join("registry/identities"), lines).unwrap();
        let names = Registered::new(crate::testing::city(1, 1), data.path());
        assert_eq!(
            (&*names.zone(0), &*names.bay(0)),
            ("Z0", "Z0-0"),
            "the registry's own"
        );
        assert_eq!(
            (&*names.zone(1), &*names.bay(2), &*names.bay(1)),
            ("B", "B-1", "A-2")
        );
        assert_eq!(&*names.zone(9), "9", "never given");
    }
}
