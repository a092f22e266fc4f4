//! Why a hub could not start or had to stop, and the exit code of each kind.

use crate::config::ConfigError;
use crate::journal::JournalError;
use crate::partners::IssueError;
use crate::registry::RegistryError;
use crate::store::StoreError;
use std::process::ExitCode;

/// Exit code of a fault of the hub (`EX_SOFTWARE`).
pub(super) const INTERNAL: i32 = 70;

/// Why a hub could not start or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A hub that was asked how it is, and is not well. Exit 1.
    #[error("{0}")]
    Unwell(String),
    /// A bad configuration or registry: somebody has to mend a file. Exit 2.
    #[error("{0}")]
    Config(String),
    /// An address, a folder or a server that is taken or not there. Exit 3.
    #[error("{0}")]
    Unavailable(String),
    /// Something of the data folder is missing or another's, or of a newer format: an operator has to
    /// decide. Exit 70.
    #[error("{0}")]
    Loss(String),
    /// A fault of the hub. Exit 70.
    #[error("{0}")]
    Internal(String),
}

impl Failure {
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Unwell(_) => 1,
            Self::Config(_) => 2,
            Self::Unavailable(_) => 3,
            Self::Loss(_) | Self::Internal(_) => INTERNAL as u8,
        })
    }

    /// A thread that could not be started.
    pub(super) fn thread(e: &std::io::Error) -> Self {
        Self::Internal(format!("a thread: {e}"))
    }
}

impl From<ConfigError> for Failure {
    fn from(e: ConfigError) -> Self {
        Self::Config(e.to_string())
    }
}

impl From<RegistryError> for Failure {
    fn from(e: RegistryError) -> Self {
        Self::Config(e.to_string())
    }
}

impl From<JournalError> for Failure {
    fn from(e: JournalError) -> Self {
        match e {
            JournalError::Busy(_) => Self::Unavailable(e.to_string()),
            JournalError::Config(_) => Self::Config(e.to_string()),
            e if e.is_loss() => Self::Loss(format!(
                "{e}; put it back from a backup, or go on without: --accept-loss journal"
            )),
            _ => Self::Internal(e.to_string()),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(e: StoreError) -> Self {
        match e {
            StoreError::Unreachable(_) => Self::Unavailable(e.to_string()),
            StoreError::Unfit(_) => Self::Config(e.to_string()),
            _ => Self::Internal(e.to_string()),
        }
    }
}

impl From<IssueError> for Failure {
    fn from(e: IssueError) -> Self {
        match e {
            IssueError::Store(e) => e.into(),
            other => Self::Config(format!("keys: {other}")),
        }
    }
}
