//! Pseudonyms of contributors: the first 48 bits of HMAC-SHA-256 over partner and name, by a key
//! that lasts 30 days and overlaps its successor by 7.
//!
//! Promises: names go no further than this file, and once a key is gone nobody can tell any more
//! whose a pseudonym of it was. Who reports in the overlap is known under both keys, so that what it
//! has proved goes along; who does not starts anew. A key is on disk before it is used.

use crate::belief::Pseudonym;
use crate::domain::{Millis, Whose};
use arc_swap::ArcSwap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

const DAY_MS: u64 = 86_400_000;

/// Days that a key is good for.
const LASTS: u64 = 30;

/// Days before its end at which the next one takes over.
const OVERLAP: u64 = 7;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum PseudonymError {
    #[error("{}: {error}", path.display())]
    Io { path: PathBuf, error: io::Error },
    #[error("{}: these are no keys of pseudonyms: {why}", path.display())]
    Unreadable { path: PathBuf, why: String },
}

/// A contributor's pseudonyms.
pub(super) struct Names {
    pub(super) current: Pseudonym,
    /// By the key before, while that is good.
    pub(super) former: Option<Pseudonym>,
}

/// See the module.
pub(super) struct Pseudonyms {
    path: PathBuf,
    keys: ArcSwap<PseudonymKeys>,
}

struct PseudonymKeys {
    current: Key,
    former: Option<Key>,
}

#[derive(Clone)]
struct Key {
    /// The day it was made on, since 1970.
    made: u64,
    secret: [u8; 32],
    /// Ready to take a name.
    mac: Hmac<Sha256>,
}

/// As it stands in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    keys: Vec<WrittenKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKey {
    made: u64,
    secret: String,
}

impl Key {
    fn new(made: u64, secret: [u8; 32]) -> Self {
        #[allow(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mac = Hmac::new_from_slice(&secret).expect("a key of any length");
        Self { made, secret, mac }
    }

    fn mint(today: u64) -> Self {
        Self::new(today, rand::random())
    }

    fn is_good(&self, today: u64) -> bool {
        today < self.made + LASTS
    }

    fn name(&self, partner: &str, whose: Whose<'_>) -> Pseudonym {
        let mut mac = self.mac.clone();
        let (kind, name) = match whose {
            Whose::Contributor(name) => (b"c", name),
            Whose::Source(name) => (b"s", name),
        };
        // The partner's length keeps names apart from it.
        mac.update(&(partner.len() as u64).to_le_bytes());
        mac.update(partner.as_bytes());
        mac.update(kind);
        mac.update(name.as_bytes());
        let code = mac.finalize().into_bytes();
        Pseudonym::of(
            code.iter()
                .take(8)
                .fold(0, |n, byte| n << 8 | u64::from(*byte)),
        )
    }
}

impl Pseudonyms {
    /// Those of the file at `path`, which is made if it is not there.
    pub(super) fn open(path: &Path, now: Millis) -> Result<Self, PseudonymError> {
        let today = now.0 / DAY_MS;
        let found = match std::fs::read(path) {
            Ok(bytes) => Some(read(path, &bytes)?),
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                let path = path.to_owned();
                return Err(PseudonymError::Io { path, error });
            }
        };
        let fresh = found.is_none();
        let keys = found.unwrap_or_else(|| PseudonymKeys {
            current: Key::mint(today),
            former: None,
        });
        let own = Self {
            path: path.to_owned(),
            keys: ArcSwap::from_pointee(keys),
        };
        if fresh {
            own.store(&own.keys.load())?;
        }
        own.renew(now)?;
        Ok(own)
    }

    /// Takes the next key if it is time to, and forgets the last when that is over.
    pub(super) fn renew(&self, now: Millis) -> Result<(), PseudonymError> {
        let today = now.0 / DAY_MS;
        let keys = self.keys.load();
        let due = today >= keys.current.made + LASTS - OVERLAP;
        let over = keys.former.as_ref().is_some_and(|key| !key.is_good(today));
        if !due && !over {
            return Ok(());
        }
        let current = if due {
            Key::mint(today)
        } else {
            keys.current.clone()
        };
        let former = if due {
            Some(keys.current.clone())
        } else {
            keys.former.clone()
        };
        let next = PseudonymKeys {
            current,
            former: former.filter(|key| key.is_good(today)),
        };
        self.store(&next)?;
        self.keys.store(next.into());
        Ok(())
    }

    /// What `whose` of that partner goes by.
    pub(super) fn names(&self, partner: &str, whose: Whose<'_>, now: Millis) -> Names {
        let today = now.0 / DAY_MS;
        let keys = self.keys.load();
        let former = keys.former.as_ref().filter(|key| key.is_good(today));
        Names {
            current: keys.current.name(partner, whose),
            former: former.map(|key| key.name(partner, whose)),
        }
    }

    /// Replaces the file: whole, or not at all.
    fn store(&self, keys: &PseudonymKeys) -> Result<(), PseudonymError> {
        let all = [Some(&keys.current), keys.former.as_ref()];
        let keys = all.into_iter().flatten().map(|key| WrittenKey {
            made: key.made,
            secret: STANDARD.encode(key.secret),
        });
        let written = Written {
            version: 1,
            keys: keys.collect(),
        };
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let write = || -> io::Result<()> {
            // Nobody else may read it: so a temporary file is made.
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            serde_json::to_writer(&mut file, &written)?;
            file.flush()?;
            file.as_file().sync_all()?;
            file.persist(&self.path)?;
            std::fs::File::open(folder)?.sync_all()
        };
        write().map_err(|error| PseudonymError::Io {
            path: self.path.clone(),
            error,
        })
    }
}

fn read(path: &Path, bytes: &[u8]) -> Result<PseudonymKeys, PseudonymError> {
    let bad = |why: &str| PseudonymError::Unreadable {
        path: path.to_owned(),
        why: why.to_owned(),
    };
    // The parser's own words could quote a key.
    let written: Written =
        serde_json::from_slice(bytes).map_err(|_| bad("not as this version writes them"))?;
    if written.version != 1 {
        return Err(bad("of another version"));
    }
    let mut keys = written.keys.into_iter().map(|key| {
        let secret = STANDARD.decode(&key.secret).ok();
        let secret = secret.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let secret = secret.ok_or_else(|| bad("a key needs 32 bytes"))?;
        Ok(Key::new(key.made, secret))
    });
    let current = keys.next().ok_or_else(|| bad("none"))??;
    let former = keys.next().transpose()?;
    Ok(PseudonymKeys { current, former })
}
