//! Orders of the authority, as the last run left them: read before the stream begins, so that what is
//! replayed is settled by them.

use super::{Failure, Shared};
use crate::orders::OrderDesk;
use crate::store::Store;
use std::sync::Arc;

/// Reads what orders there are.
pub(super) async fn open(store: Store, shared: &Shared) -> Result<Arc<OrderDesk>, Failure> {
    let counted = (shared.metrics.clone(), shared.health.clone());
    let desk = OrderDesk::new(store, shared.orders.clone(), counted);
    desk.read().await?;
    Ok(Arc::new(desk))
}
