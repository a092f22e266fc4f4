//! What settlement hands to other rooms, and what it asks of them: where settled hours go, where
//! recent figures are read, where settled reports are kept for amendments.

use super::credit::CreditSample;
use super::{Corrections, Millis, SettledHour, Sums, Window, ZoneIx};
use std::io;
use std::sync::Arc;

/// Where settled hours go. Calls come from the stream's workers and must not block: a sink with no
/// room says so, and is offered the same again a little later.
///
/// Each worker hands over the part of an hour that its zones make up: `part` of `parts`, each zone
/// in one of them. After a crash the hours that may not have been taken are offered again, with the
/// same content altogether; the number of parts may be another one then, so a sink that has some of
/// an hour and is offered an hour of another number of parts forgets what it has.
pub trait SettledSink: Send + Sync {
    /// False: no room, offer it again.
    fn try_hour(&self, part: u32, parts: u32, hour: &Arc<SettledHour>) -> bool;

    /// The same for corrections: by hour of ingest, ascending. Parts without any are handed over
    /// too.
    fn try_corrections(&self, part: u32, parts: u32, corrections: &Arc<Corrections>) -> bool;

    /// Some worker does not offer its part of that hour, or of its corrections, again: it was
    /// refused for too long, and the room is needed.
    fn given_up(&self, hour: Millis, corrections: bool);

    /// What the partners' reports of an hour were about, once nothing can amend it any more: the hour
    /// of one shard, in any order. After a crash it may come again, the same.
    fn credited(&self, _hour: Millis, _shard: u32, _samples: Vec<CreditSample>) {}
}

/// The newest figures, in memory. Readers hold up nobody.
pub trait RecentTurnover: Send + Sync {
    /// Everything before it is settled; a multiple of [`super::turnover::WINDOW_MS`].
    /// [`Millis::NEVER`] before the first settlement.
    fn settled(&self) -> Millis;

    /// From where on windows of five minutes are held, at least; before that only hours.
    fn windows_from(&self) -> Millis;

    /// From where on hours are held, at least.
    fn hours_from(&self) -> Millis;

    /// Hands `each` every window of `zone` that begins in `from..to` and is held, ascending. What
    /// is not settled yet is left out, and so are windows before anything was heard of the zone.
    fn windows(
        &self,
        zone: ZoneIx,
        from: Millis,
        to: Millis,
        each: &mut dyn FnMut(Millis, &Window),
    );

    /// The same by hours: the sums of those that begin in `from..to` and are settled to their end.
    fn hours(&self, zone: ZoneIx, from: Millis, to: Millis, each: &mut dyn FnMut(Millis, &Sums));

    /// Whether acknowledged reports of that zone, by its stable number, settled nothing from `from`
    /// to before `to`: too late, or shed.
    fn is_lost(&self, _zone: u32, _from: Millis, _to: Millis) -> bool {
        false
    }

    /// Such a report of that time, and of that zone or of any: this run's, or an earlier one's.
    fn note_lost(&self, _zone: Option<u32>, _at: Millis) {}

    /// Hours of which such reports are missing, of any zone, and how many reports of each.
    fn lost_hours(&self, _from: Millis, _to: Millis) -> Vec<(Millis, u64)> {
        Vec::new()
    }

    /// Changes whenever a window of the hour that begins at `hour` has changed, and now and then
    /// without need.
    fn version(&self, hour: Millis) -> u64;
}

/// One worker's settled reports, by hour of event time: written as they are settled, read when a
/// late report amends. What the words say is settlement's affair. Calls come from the worker.
pub trait AmendmentLog: Send {
    /// Appends a block to an hour, now or a little later. `group` tells the blocks of an hour
    /// apart.
    fn append(&mut self, hour: Millis, group: u32, words: Vec<u64>);

    /// What has come of a block that was appended, and the block itself, whose memory may be used
    /// again. `None`: nothing more is known yet.
    fn done(&mut self) -> Option<(Vec<u64>, io::Result<()>)>;

    /// All blocks of that hour and group, in the order in which they were appended, one after the
    /// other.
    fn read(&mut self, hour: Millis, group: u32, into: &mut Vec<u64>) -> io::Result<()>;

    /// The first hour that is kept whole. Nothing before it is.
    fn kept_from(&self) -> Millis;

    /// Lets go of everything before `hour`.
    fn forget(&mut self, hour: Millis);

    /// A report that came too late to amend anything: kept aside, and read by people only.
    fn too_late(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// How long what this worker has appended is now: a checkpoint names it, and a start goes back
    /// to it.
    fn lengths(&mut self) -> Vec<AmendmentLength>;
}

/// How much of a worker's blocks of an hour counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(C)]
pub struct AmendmentLength {
    /// Start of the hour, ms.
    pub hour: u64,
    pub bytes: u64,
    pub worker: u32,
    /// Tells apart what one worker kept of one hour under different cities.
    pub generation: u32,
}
