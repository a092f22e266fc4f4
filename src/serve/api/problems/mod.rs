//! Problems for those who deal with them: the list of work, what is said of each, and how well it goes.
//!
//! Promises: a partner sees and changes what it is responsible for, and another's is not there; an
//! administrator all. How to reach who reported is told to who is responsible alone: the partner, or an
//! administrator where the authority is.

mod rating;
mod schema;
mod service;
mod work;

use crate::partners::{Grant, Scope};
use crate::problems::{ProblemDesk, ProblemRow};
use crate::serve::http::auth::Doorman;
use crate::serve::http::error::ApiError;
use crate::serve::state::ReadState;
use axum::extract::{DefaultBodyLimit, FromRef};
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// A notice of 500 characters, and little else.
const MAX_BODY: usize = 8 * 1024;

/// What these routes need.
pub(in crate::serve) struct ProblemsState {
    pub(in crate::serve) reads: Arc<ReadState>,
    pub(in crate::serve) problems: Arc<ProblemDesk>,
}

impl FromRef<Arc<ProblemsState>> for Doorman {
    fn from_ref(own: &Arc<ProblemsState>) -> Self {
        own.reads.doorman.clone()
    }
}

pub(in crate::serve) fn routes(own: Arc<ProblemsState>) -> OpenApiRouter {
    work::routes()
        .merge(rating::routes())
        .merge(service::routes())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(own)
}

/// What a key may do with problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hand<'g> {
    /// All of them: an administrator.
    Authority,
    /// Reads all of them, and works on its own if its scopes open these.
    Watcher(Option<&'g str>),
    /// Its own.
    Operator(&'g str),
}

impl<'g> Hand<'g> {
    fn of(grant: &'g Grant) -> Result<Self, ApiError> {
        if grant.scopes.has(Scope::Admin) {
            return Ok(Self::Authority);
        }
        let own = grant.scopes.has(Scope::Partner).then_some(&*grant.partner);
        if grant.scopes.has(Scope::Monitor) {
            return Ok(Self::Watcher(own));
        }
        if let Some(own) = own {
            return Ok(Self::Operator(own));
        }
        Err(ApiError::Forbidden(
            "this call needs the scope partner, admin or monitor, and the key has none of them"
                .to_owned(),
        ))
    }

    /// Whether there is such a problem for it. What is late was passed to the partner of the authority
    /// (`passed_to`), which reads it.
    fn sees(self, row: &ProblemRow, passed_to: Option<&str>) -> bool {
        match self {
            Self::Authority | Self::Watcher(_) => true,
            Self::Operator(name) => {
                let was_passed = row.overdue_at.is_some() && passed_to == Some(name);
                was_passed || row.partner.as_deref() == Some(name)
            }
        }
    }

    /// Whether it says what becomes of one that it sees.
    fn works_on(self, row: &ProblemRow) -> bool {
        match self {
            Self::Authority => true,
            Self::Watcher(own) => own.is_some() && row.partner.as_deref() == own,
            Self::Operator(name) => row.partner.as_deref() == Some(name),
        }
    }

    /// Whether it is told how to reach who reported.
    fn is_responsible(self, row: &ProblemRow, authority: &str) -> bool {
        match self {
            Self::Authority => row.operator == authority,
            Self::Watcher(_) | Self::Operator(_) => self.works_on(row),
        }
    }
}
