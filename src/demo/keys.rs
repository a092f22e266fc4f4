//! The demo's keys in the clear: made once, kept in its folder.
//!
//! Promise: the file is readable by its owner only, and whole or not there at all.

use crate::partners::{KeySpace, Keys};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

/// The demo's keys in the clear. Kept in its folder, readable by its owner only.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct DemoKeys {
    pub(super) report: String,
    pub(super) share: String,
    pub(super) book: String,
    pub(super) monitor: String,
    pub(super) admin: String,
    /// Folders of before there was such a scope have none.
    #[serde(default)]
    pub(super) partner: String,
    /// Likewise.
    #[serde(default)]
    pub(super) order: String,
    /// Good in the sandbox alone; likewise.
    #[serde(default)]
    pub(super) test: String,
    /// The simulator's own, one a kind of source; not printed.
    pub(super) sensors: String,
    pub(super) apps: String,
    pub(super) gates: String,
}

impl DemoKeys {
    /// What pages are offered, by the scope that each needs.
    pub(super) fn by_scope(&self) -> BTreeMap<&'static str, String> {
        let offered = [
            ("share", &self.share),
            ("book", &self.book),
            ("monitor", &self.monitor),
            ("partner", &self.partner),
            ("order", &self.order),
            ("admin", &self.admin),
        ];
        let told = offered.map(|(scope, key)| (scope, key.clone()));
        told.into()
    }
}

/// Those of the file, made where there are none.
pub(super) fn keys(file: &Path) -> std::io::Result<DemoKeys> {
    let mut rng = rand::rng();
    let test = Keys::mint_in(KeySpace::Test, &mut rng);
    let test = test.0.expose().to_owned();
    let mut mint = || Keys::mint(&mut rng).0.expose().to_owned();
    if let Ok(text) = std::fs::read(file) {
        let mut keys: DemoKeys = serde_json::from_slice(&text)?;
        if keys.partner.is_empty() || keys.order.is_empty() || keys.test.is_empty() {
            if keys.partner.is_empty() {
                keys.partner = mint();
            }
            if keys.order.is_empty() {
                keys.order = mint();
            }
            if keys.test.is_empty() {
                keys.test = test;
            }
            write_private(file, &serde_json::to_vec_pretty(&keys)?)?;
        }
        return Ok(keys);
    }
    let keys = DemoKeys {
        report: mint(),
        share: mint(),
        book: mint(),
        monitor: mint(),
        admin: mint(),
        partner: mint(),
        order: mint(),
        test,
        sensors: mint(),
        apps: mint(),
        gates: mint(),
    };
    write_private(file, &serde_json::to_vec_pretty(&keys)?)?;
    Ok(keys)
}

/// Readable by its owner only, and whole or not there at all.
fn write_private(file: &Path, text: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    // `tempfile` makes its files with mode 0600.
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(text)?;
    new.as_file().sync_all()?;
    new.persist(file)?;
    Ok(())
}
