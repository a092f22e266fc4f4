//! Work that may take long or wait for files, on threads that may: some questions at a time, and the
//! others wait their turn.

use super::error::ApiError;
use std::fmt::Display;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many are worked on at a time. Cheap to share.
#[derive(Clone)]
pub(in crate::serve) struct WorkRoom(Arc<Semaphore>);

impl WorkRoom {
    pub(in crate::serve) fn new(at_a_time: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_a_time)))
    }

    /// Does it once there is room.
    ///
    /// # Errors
    /// Its own; 503 where it broke off.
    pub(in crate::serve) async fn work<T: Send + 'static>(
        &self,
        answer: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let unreadable =
            |e: &dyn Display| ApiError::Unavailable(format!("the figures cannot be read now: {e}"));
        let room = self.0.clone().acquire_owned().await;
        let permit = room.map_err(|e| unreadable(&e))?;
        let work = move || {
            // Given back when the work is done, though nobody may wait for it any more.
            let _permit = permit;
            answer()
        };
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|e| unreadable(&e))?
    }
}
