//! What the calls of CDS stand on: the public's view, the authority's figures, and what is kept of
//! both.

use super::curbs::CurbPictures;
use super::envelope::{CdsPage, Publication};
use super::media;
use super::orders::OrderPolicyPictures;
use crate::domain::Millis;
use crate::serve::api::authority::AuthorityState;
use crate::serve::http::auth::Doorman;
use crate::serve::http::document::Validators;
use crate::serve::http::unchanged::Unchanged;
use crate::serve::http::work::WorkRoom;
use crate::serve::state::ReadState;
use axum::extract::FromRef;
use axum::http::header::{CONTENT_TYPE, LINK};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;

/// Answers that are made at a time; each is held as a whole.
const AT_A_TIME: usize = 4;

/// See the module.
pub(in crate::serve) struct CdsState {
    pub(super) reads: Arc<ReadState>,
    pub(super) authority: Arc<AuthorityState>,
    pub(super) publication: Publication,
    pub(super) curbs: CurbPictures,
    pub(super) orders: OrderPolicyPictures,
    pub(super) unchanged: Unchanged,
    pub(super) room: WorkRoom,
}

impl CdsState {
    pub(in crate::serve) fn new(
        reads: Arc<ReadState>,
        authority: Arc<AuthorityState>,
        publisher: crate::serve::PublisherConfig,
    ) -> Self {
        let publication = Publication {
            calendar: authority.calendar(),
            currency: reads.desk.config().currency,
            publisher,
        };
        Self {
            reads,
            authority,
            publication,
            curbs: CurbPictures::default(),
            orders: OrderPolicyPictures::default(),
            unchanged: Unchanged::default(),
            room: WorkRoom::new(AT_A_TIME),
        }
    }

    /// Everything before this is settled.
    pub(super) fn settled(&self) -> Millis {
        self.authority.history().settled_to()
    }

    /// A table as an answer, and where it goes on.
    pub(super) fn table(&self, rows: Vec<u8>, uri: &Uri, next: Option<&str>) -> Response {
        let kind = HeaderValue::from_static(media::CSV);
        let mut answer = ([(CONTENT_TYPE, kind)], rows).into_response();
        let address = next.map(|next| self.publication.address(uri, next));
        let link =
            address.and_then(|to| HeaderValue::try_from(format!("<{to}>; rel=\"next\"")).ok());
        if let Some(link) = link {
            answer.headers_mut().insert(LINK, link);
        }
        answer
    }

    /// A page as an answer.
    pub(super) fn tell(&self, page: &CdsPage, uri: &Uri, held: &Validators) -> Response {
        let known = (&self.unchanged, held, self.reads.clock.now());
        self.publication.answer(page, uri, known)
    }
}

impl FromRef<Arc<CdsState>> for Doorman {
    fn from_ref(cds_state: &Arc<CdsState>) -> Self {
        cds_state.reads.doorman.clone()
    }
}
