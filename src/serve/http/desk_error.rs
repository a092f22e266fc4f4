//! What the desk refuses, as HTTP answers.

use super::error::ApiError;
use super::spent::Quota;
use crate::sharing::DeskError;

impl From<DeskError> for ApiError {
    fn from(e: DeskError) -> Self {
        match e {
            DeskError::NoMatch(why) => Self::NoMatch(why, None),
            DeskError::NoSeason(why, misses) => Self::NoSeason(why, misses),
            DeskError::KeyReused => Self::KeyReused,
            DeskError::NoSuch => {
                Self::NotFound("there is no such thing, or it is another's".to_owned())
            }
            DeskError::Busy => Self::Busy,
            DeskError::UsedUp(what) => Self::QuotaExceeded(Quota {
                member: "share",
                name: what.share.name(),
                detail: what.to_string(),
                limit: what.limit,
                used: what.used,
                retry_after_s: what.retry_after_s,
            }),
            DeskError::Unavailable(why) => Self::Unavailable(why),
            DeskError::TooMany { .. } => Self::Unfit {
                field: "bays",
                detail: format!("bays: {e}"),
            },
            DeskError::Step(_)
            | DeskError::Offered
            | DeskError::Stale
            | DeskError::Withdrawn
            | DeskError::SeenVacant
            | DeskError::UnderWay
            | DeskError::Shorter(_) => Self::Conflict(e.to_string()),
        }
    }
}
