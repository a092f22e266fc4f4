//! From a request to a WebSocket: the library's extractor, with this API's way of refusing.

use crate::serve::http::error::ApiError;
use axum::extract::FromRequestParts;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::request::Parts;

/// What one socket holds unread of what came, bytes: an idle one holds so much and no more.
const READ_BUFFER: usize = 4096;

/// What one socket holds unsent, bytes: more than any message and the pong before it. One that would
/// hold more is ended.
const MOST_UNSENT: usize = 1024 * 1024;

/// A request to become a WebSocket.
pub(super) struct Upgrade(pub(super) WebSocketUpgrade);

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let asked = WebSocketUpgrade::from_request_parts(parts, state).await;
        asked
            .map(Self)
            .map_err(|why| ApiError::UpgradeRequired(why.body_text()))
    }
}

impl Upgrade {
    /// With messages, and the frames that they come in, of so many bytes at most.
    pub(super) fn bounded(self, longest: usize) -> WebSocketUpgrade {
        self.0
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(0)
            .max_write_buffer_size(MOST_UNSENT)
            .max_frame_size(longest)
            .max_message_size(longest)
    }
}
