//! The sandbox's folder: how much it takes, and how it begins anew with nothing but its keys.
//!
//! Promise: a crash at any moment of a new beginning leaves the old folder or the new one, never a
//! part of either. Keys stay good, since who holds one should not notice.

use super::city;
use super::settings::{self, HUB};
use crate::app::folder::own_folder;
use crate::app::manifest::Opening;
use crate::app::{Failure, LossKind, partners};
use crate::config::{Config, Data};
use crate::domain::Clock;
use crate::store::{NewKey, Store};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A folder that is to take the hub's place.
const NEW: &str = "hub.new";

/// A folder whose place is taken.
const OLD: &str = "hub.old";

/// Makes the folder ready for a start: what a crash has left of a new beginning is finished, and the
/// city is made if it is not there. `config`: the hub's.
pub(super) fn prepare(config: &Config) -> Result<(), Failure> {
    let folder = settings::folder(config);
    let work = || {
        fs::create_dir_all(&folder)?;
        take_place(&folder)
    };
    work().map_err(|e: io::Error| Failure::Config(format!("{}: {e}", folder.display())))?;
    city::settle(&folder, config.sandbox.bays)
}

/// Lets a new folder that is whole take the old one's place, and removes what is left of the others.
fn take_place(folder: &Path) -> io::Result<()> {
    let [hub, new, old] = [HUB, NEW, OLD].map(|name| folder.join(name));
    if !hub.exists() && new.exists() {
        fs::rename(&new, &hub)?;
    }
    for left in [new, old] {
        if left.exists() {
            fs::remove_dir_all(left)?;
        }
    }
    File::open(folder)?.sync_all()
}

/// Bytes of all files in a folder. What goes while it is looked at counts for nothing.
pub(super) fn bytes(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(about) if about.is_dir() => bytes(&entry.path()),
        Ok(about) => about.len(),
        Err(_) => 0,
    };
    entries.flatten().map(size).sum()
}

/// Begins anew while no sandbox runs on the folder: the keys that are good stay, all else goes. Says
/// how many keys that were. `config`: the hub's.
///
/// # Errors
/// [`Failure::Unavailable`] while one runs. Afterwards the old folder is as it was.
pub(super) async fn renew(config: &Config, clock: Arc<dyn Clock>) -> Result<usize, Failure> {
    prepare(config)?;
    let folder = settings::folder(config);
    let old = settings::of(config);
    let lock = own_folder(&old.data.path)?;
    let made = Config {
        data: Data {
            path: folder.join(NEW),
        },
        ..settings::of(config)
    };
    let kept = carry_keys(&old, &made, clock).await?;
    let work = || {
        File::open(&made.data.path)?.sync_all()?;
        fs::rename(&old.data.path, folder.join(OLD))?;
        take_place(&folder)
    };
    work().map_err(|e: io::Error| Failure::Internal(format!("{}: {e}", folder.display())))?;
    drop(lock);
    Ok(kept)
}

/// Copies partners and the keys that are good from one data folder to another, which is made.
async fn carry_keys(from: &Config, to: &Config, clock: Arc<dyn Clock>) -> Result<usize, Failure> {
    fs::create_dir_all(&to.data.path)
        .map_err(|e| Failure::Config(format!("{}: {e}", to.data.path.display())))?;
    let store = Store::open(&from.store, &from.data.path).await?;
    let rows = store.live_keys().await?;
    store.close().await;
    let now = clock.now();
    let mut opening = Opening::look(to, LossKind::ALL.to_vec(), clock)?;
    let store = Store::open(&to.store, &to.data.path).await?;
    opening.store(&store).await?;
    let mut partners: Vec<&str> = rows.iter().map(|(_, row)| row.partner.as_str()).collect();
    partners.sort_unstable();
    partners.dedup();
    store.ensure_partners(&partners, now).await?;
    for (digest, row) in &rows {
        let key = NewKey {
            partner: &row.partner,
            name: &row.name,
            digest: *digest,
            scopes: &row.scopes,
            sources: &row.sources,
            source_kind: &row.source_kind,
            uplinks: row.uplinks,
            area: &row.area,
            standing: &row.standing,
            created_at: row.created_at,
            expires_at: row.expires_at,
        };
        store.add_key(&key).await?;
    }
    store.close().await;
    Ok(rows.len())
}

/// `bayhub sandbox reset`: the sandbox begins anew while no hub runs; says on stdout what was kept.
///
/// # Errors
/// [`Failure::Unavailable`] while a hub runs. Afterwards the old folder is as it was.
pub fn reset(config: &Config) -> Result<(), Failure> {
    // The hub's own folder is held meanwhile, so that none starts.
    let _lock = own_folder(&config.data.path)?;
    partners::of_config(&settings::of(config))?;
    let clock = Arc::new(crate::clock::SystemClock);
    let kept = crate::app::process::block_on(renew(config, clock))?;
    println!("the sandbox begins anew; {kept} keys are kept");
    Ok(())
}
