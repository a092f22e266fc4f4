//! An inbox is bounded by claims, by bytes and by key; it forgets nobody, and blocks nobody for ever.

use super::room::OVERHEAD;
use super::{InboxBounds, InboxReceiver, InboxSender, JournalGone, NotTaken, inbox};
use crate::domain::{Claim, Receipt, SourceIx, Submission};
use crate::metrics::Metrics;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};

fn of(claims: usize) -> Submission {
    let alive = |n| Claim::Alive {
        source: SourceIx(n as u32),
        at: crate::domain::Millis(0),
    };
    Submission {
        claims: (0..claims).map(alive).collect(),
        refusals: vec![],
        receipt: Receipt::unwatched(),
    }
}

fn open(claims: u32, bytes: u32, per_cent: u32) -> (InboxSender, InboxReceiver, Arc<Metrics>) {
    let metrics = Arc::new(Metrics::new());
    let bounds = InboxBounds {
        claims,
        bytes,
        percent_per_key: per_cent,
    };
    let (doors, journal) = inbox(bounds, metrics.clone());
    (doors, journal, metrics)
}

/// As much as `claims` of one submission take.
const fn bytes(claims: usize) -> u32 {
    (OVERHEAD + claims * size_of::<Claim>()) as u32
}

/// Looks once.
fn poll<F: Future>(future: &mut std::pin::Pin<Box<F>>) -> Poll<F::Output> {
    future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
}

fn take(journal: &mut InboxReceiver) -> usize {
    let taken = journal.take().unwrap().claims.len();
    journal.free();
    taken
}

#[test]
fn claims_are_bounded_whatever_they_take_and_what_finds_no_room_is_counted() {
    let (doors, mut journal, metrics) = open(10, u32::MAX, 100);
    assert_eq!(doors.try_send(1, of(4)), Ok(()));
    assert_eq!(doors.try_send(1, of(6)), Ok(()));
    assert_eq!(doors.try_send(1, of(3)), Err(NotTaken::Full));
    assert_eq!(
        doors.try_send(1, of(0)),
        Err(NotTaken::Full),
        "even nothing"
    );
    assert_eq!(metrics.inbox.full_of_claims.get(), 4);
    assert_eq!(metrics.inbox.waiting().0, 10);
    assert_eq!(take(&mut journal), 4);
    assert_eq!(doors.try_send(1, of(4)), Ok(()));
    assert_eq!(metrics.inbox.full_of_bytes.get(), 0);
}

#[test]
fn bytes_are_bounded_however_few_claims_there_are() {
    let (doors, mut journal, metrics) = open(1000, 2 * bytes(100), 100);
    assert_eq!(doors.try_send(1, of(100)), Ok(()));
    assert_eq!(doors.try_send(1, of(100)), Ok(()));
    assert_eq!(doors.try_send(1, of(1)), Err(NotTaken::Full));
    assert_eq!(metrics.inbox.full_of_bytes.get(), 1);
    let text = String::from_utf8(metrics.render()).unwrap();
    for line in [
        "bayhub_inbox_claims 200".to_owned(),
        format!("bayhub_inbox_bytes {}", 2 * bytes(100)),
        format!("bayhub_inbox_limit{{of=\"bytes\"}} {}", 2 * bytes(100)),
        "bayhub_inbox_full_total{reason=\"bytes\"} 1".to_owned(),
    ] {
        assert!(text.contains(&line), "{line}");
    }
    take(&mut journal);
    assert_eq!(doors.try_send(1, of(1)), Ok(()));
}

#[test]
fn what_is_larger_than_all_the_room_goes_alone() {
    let (doors, mut journal, _) = open(10, bytes(10), 10);
    assert_eq!(doors.try_send(1, of(1000)), Ok(()));
    let mut one = Some(of(1));
    let mut large = Some(of(1000));
    let mut first = Box::pin(doors.submit(2, &mut one));
    let mut second = Box::pin(doors.submit(2, &mut large));
    assert_eq!(poll(&mut first), Poll::Pending);
    assert_eq!(poll(&mut second), Poll::Pending);
    assert_eq!(take(&mut journal), 1000);
    assert_eq!(poll(&mut first), Poll::Ready(Ok(())));
    assert_eq!(poll(&mut second), Poll::Pending, "not beside another");
    assert_eq!(take(&mut journal), 1);
    assert_eq!(poll(&mut second), Poll::Ready(Ok(())));
    assert_eq!(take(&mut journal), 1000);
}

#[test]
fn nobody_overtakes_who_waits_and_who_gives_up_leaves_everything_as_it_was() {
    let (doors, mut journal, _) = open(10, u32::MAX, 100);
    for _ in 0..10 {
        doors.try_send(1, of(1)).unwrap();
    }
    let mut large = Some(of(8));
    let mut waiting = Box::pin(doors.submit(2, &mut large));
    assert_eq!(poll(&mut waiting), Poll::Pending);
    for _ in 0..7 {
        take(&mut journal);
    }
    assert_eq!(poll(&mut waiting), Poll::Pending);
    assert_eq!(
        doors.try_send(1, of(1)),
        Err(NotTaken::Full),
        "it is kept for who waits"
    );
    drop(waiting);
    assert_eq!(
        large.as_ref().map(|s| s.claims.len()),
        Some(8),
        "it is still its door's"
    );
    for _ in 0..7 {
        assert_eq!(doors.try_send(1, of(1)), Ok(()));
    }
    assert_eq!(doors.try_send(1, of(1)), Err(NotTaken::Full));
}

#[test]
fn a_key_takes_a_part_of_what_is_left_once_half_is_taken_and_others_the_rest() {
    let (doors, mut journal, metrics) = open(100, u32::MAX, 10);
    let flood = |key: u32| {
        (0..100)
            .take_while(|_| doors.try_send(key, of(1)).is_ok())
            .count()
    };
    assert_eq!(
        flood(1),
        61,
        "the first half, and the one that passes it, are first come"
    );
    assert_eq!(metrics.inbox.share_used_up.get(), 1);
    assert_eq!(flood(2), 10, "a tenth is another's");
    let mut one = Some(of(1));
    let mut waiting = Box::pin(doors.submit(2, &mut one));
    assert_eq!(poll(&mut waiting), Poll::Pending, "who can wait does");
    assert_eq!(flood(0), 29, "what is the hub's own has no share");
    assert_eq!(metrics.inbox.full_of_claims.get(), 1);
    for _ in 0..61 {
        take(&mut journal);
    }
    assert_eq!(
        poll(&mut waiting),
        Poll::Pending,
        "that was all the first one's"
    );
    take(&mut journal);
    assert_eq!(poll(&mut waiting), Poll::Ready(Ok(())));
    while journal.take().is_some() {}
    journal.free();
    assert_eq!(flood(1), 61, "and all of it is there again");
}

#[test]
fn who_waits_for_a_journal_that_goes_is_told_and_what_it_had_is_dropped_unstored() {
    let (doors, journal, _) = open(1, u32::MAX, 100);
    let (told, stored) = std::sync::mpsc::sync_channel(1);
    let receipt = Receipt::new(move || told.send(()).unwrap());
    let first = Submission { receipt, ..of(1) };
    doors.try_send(1, first).unwrap();
    let mut second = Some(of(1));
    let mut waiting = Box::pin(doors.submit(2, &mut second));
    assert_eq!(poll(&mut waiting), Poll::Pending);
    drop(journal);
    assert_eq!(poll(&mut waiting), Poll::Ready(Err(JournalGone)));
    drop(waiting);
    assert!(second.is_none());
    assert!(stored.recv().is_err(), "its receipt was dropped unused");
    assert_eq!(doors.try_send(1, of(1)), Err(NotTaken::Gone));
    assert_eq!(doors.blocking_send(of(1)), Err(JournalGone));
}

#[test]
fn where_much_waits_a_submission_takes_no_more_than_it_holds() {
    let (doors, mut journal, _) = open(1 << 20, 10 * bytes(1), 100);
    let roomy = || Submission {
        claims: {
            let mut claims = Vec::with_capacity(4);
            claims.push(of(1).claims[0]);
            claims
        },
        ..of(0)
    };
    let sent = (0..100)
        .take_while(|_| doors.try_send(1, roomy()).is_ok())
        .count();
    assert_eq!(sent, 9, "the first as it came, the others cut");
    assert_eq!(journal.take().unwrap().claims.capacity(), 4);
    assert_eq!(journal.take().unwrap().claims.capacity(), 1);
}

#[test]
fn of_many_who_wait_for_little_room_none_is_forgotten() {
    const EACH: usize = 2000;
    let (doors, mut journal, metrics) = open(7, 3 * bytes(5), 20);
    let taken = Arc::new(AtomicUsize::new(0));
    let count = taken.clone();
    let reader = std::thread::spawn(move || {
        let bell = super::bell();
        let mut all = 0;
        loop {
            match journal.poll_take(&mut Context::from_waker(&bell)) {
                Poll::Ready(Some(s)) => {
                    all += s.claims.len();
                    count.fetch_add(1, SeqCst);
                    journal.free();
                }
                Poll::Ready(None) => return all,
                Poll::Pending => std::thread::park(),
            }
        }
    });
    let mut all = 0;
    std::thread::scope(|scope| {
        for door in 0..4 {
            let doors = doors.clone();
            scope.spawn(move || {
                for n in 0..EACH {
                    // Some are larger than all the room, and half of them are shown by a key.
                    doors.blocking_send(of((n * 7 + door) % 9)).unwrap();
                }
            });
            all += (0..EACH).map(|n| (n * 7 + door) % 9).sum::<usize>();
        }
        let doors = doors.clone();
        scope.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread();
            let runtime = { runtime }.build().unwrap();
            runtime.block_on(async {
                for n in 0..EACH {
                    let mut waiting = Some(of(n % 5));
                    doors.submit(1 + n as u32 % 2, &mut waiting).await.unwrap();
                }
            });
        });
        all += (0..EACH).map(|n| n % 5).sum::<usize>();
    });
    drop(doors);
    assert_eq!(reader.join().unwrap(), all);
    assert_eq!(taken.load(SeqCst), 5 * EACH);
    assert_eq!(metrics.inbox.waiting(), (0, 0));
}
