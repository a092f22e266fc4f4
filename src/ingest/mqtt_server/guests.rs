//! Connections that another listener has accepted, and whose bytes it hands on: MQTT inside a
//! WebSocket.
//!
//! Promises: a guest has what a connection of [`super::serve()`] has, from the same places and shares,
//! and is refused by the same names before its listener has promised it anything; it is drained as
//! they are. A place that comes to nothing is given back.

use super::connection::converse;
use super::connection_limits::Admission;
use super::door::Door;
use super::line::Line;
use super::serve::{count, drain, note};
use crate::ingest::shutdown;
use crate::limits::{HeldShare, ShareTaken};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Why no guest is taken now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuestRefused {
    /// The server is stopping.
    Closing,
    /// All places are taken.
    Full,
    /// Too many connections come from that address.
    TooFast,
    /// The address has its share of connections.
    Share(ShareTaken),
}

/// Where guests come in. Clones are one.
#[derive(Clone)]
pub struct Guests(Arc<GuestHouse>);

struct GuestHouse {
    door: Arc<Door>,
    stop: watch::Receiver<bool>,
    /// Those that are talked with; `None`: no more are taken.
    talking: Mutex<Option<JoinSet<()>>>,
}

/// A place for one guest, until it is used or dropped.
pub struct GuestPlace {
    guests: Guests,
    from: IpAddr,
    place: Option<(Admission, HeldShare)>,
}

impl Guests {
    /// `stop`: turns true when the server stops.
    #[must_use]
    pub fn new(door: Arc<Door>, stop: watch::Receiver<bool>) -> Self {
        Self(Arc::new(GuestHouse {
            door,
            stop,
            talking: Mutex::new(Some(JoinSet::new())),
        }))
    }

    /// The longest packet there is, bytes.
    #[must_use]
    pub fn max_packet(&self) -> usize {
        self.0.door.config.max_packet_bytes
    }

    /// A place for one who calls from that address.
    ///
    /// # Errors
    /// There is none; that is counted.
    pub fn admit(&self, from: IpAddr) -> Result<GuestPlace, GuestRefused> {
        let own = &self.0;
        if *own.stop.borrow() {
            return Err(GuestRefused::Closing);
        }
        if own.door.hurried(from) {
            count(&own.door, "connect_rate");
            return Err(GuestRefused::TooFast);
        }
        let share = own.door.share_of(from).map_err(|taken| {
            count(&own.door, "address_share");
            GuestRefused::Share(taken)
        })?;
        // Whom there is no room for is told so by HTTP, and needs not be heard out.
        if own.door.seats.enter(own.door.config.max_connections) == Admission::None {
            count(&own.door, "full");
            return Err(GuestRefused::Full);
        }
        Ok(GuestPlace {
            guests: self.clone(),
            from,
            place: Some((Admission::Free, share)),
        })
    }

    /// Waits for the stop, and then until every guest has ended, as long as connections may take.
    pub async fn serve(self) {
        shutdown::wait(&mut self.0.stop.clone()).await;
        let talking = self.talking().take();
        if let Some(talking) = talking {
            drain(talking, &self.0.door).await;
        }
    }

    fn talking(&self) -> MutexGuard<'_, Option<JoinSet<()>>> {
        let talking = self.0.talking.lock();
        talking.unwrap_or_else(PoisonError::into_inner)
    }
}

impl GuestPlace {
    /// Talks with the guest over `line` from now on, in a task of its own.
    pub fn talk(mut self, line: impl Line + 'static) {
        let guests = self.guests.clone();
        let mut talking = guests.talking();
        // Stopping: the place is given back, and the line with it.
        let Some(all) = talking.as_mut() else { return };
        let Some(place) = self.place.take() else {
            return;
        };
        while let Some(ended) = all.try_join_next() {
            note(ended);
        }
        let GuestHouse { door, stop, .. } = &*guests.0;
        all.spawn(converse(
            line,
            self.from,
            Arc::clone(door),
            stop.clone(),
            place,
        ));
    }
}

impl Drop for GuestPlace {
    fn drop(&mut self) {
        if self.place.take().is_some() {
            self.guests.0.door.seats.exit();
        }
    }
}
