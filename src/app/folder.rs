//! The data folder: one hub at a time.

use super::{Failure, backup};
use std::fs::{File, TryLockError};
use std::path::Path;

/// Makes the data folder if need be and locks it: two hubs on one folder would write over each
/// other.
pub(super) fn own_folder(data: &Path) -> Result<File, Failure> {
    let fail =
        |e: &dyn std::fmt::Display| Failure::Config(format!("data.path: {}: {e}", data.display()));
    std::fs::create_dir_all(data).map_err(|e| fail(&e))?;
    backup::refuse_unfinished(data)?;
    let lock = File::create(data.join("lock")).map_err(|e| fail(&e))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Failure::Unavailable(format!(
            "{}: another hub uses this folder",
            data.display()
        ))),
        Err(TryLockError::Error(e)) => Err(fail(&e)),
    }
}
