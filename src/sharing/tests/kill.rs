//! The desk is killed at every step of its work: whatever it had done by then is whole.

use super::*;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Work that ends after so many steps, done or not.
struct Mortal<F> {
    work: Pin<Box<F>>,
    steps: u32,
}

impl<F: Future<Output = ()>> Future for Mortal<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(left) = self.steps.checked_sub(1) else {
            return Poll::Ready(());
        };
        self.steps = left;
        self.work.as_mut().poll(cx)
    }
}

/// Each takes the bay nearest to its place: who asks for P-0 then pushes one to P-1, and that one
/// another to P-2.
async fn two_bookings(rig: &DeskRig) -> Vec<Reservation> {
    let mut booked = Vec::new();
    for (place, walk) in [(0, 150), (1, 150)] {
        let held = rig
            .desk
            .ask(Ask {
                place: north(place),
                max_walk_m: walk,
                ..flexible(120, 180)
            })
            .await
            .unwrap();
        booked.push(rig.step(&held, DriverAct::Confirm).await.unwrap());
    }
    booked
}

/// A request for which two have to move: all of it has happened, or nothing. Asked again with the
/// same key it is one booking, whether or not the driver heard the first answer.
#[tokio::test]
async fn a_desk_killed_at_any_step_has_moved_all_or_nobody() {
    let mut survived = false;
    let mut unheard = 0;
    for steps in 0..400 {
        let dir = tempfile::tempdir().unwrap();
        let rig = DeskRig::new(dir.path(), Matching::Batch).await;
        for bay in 0..3 {
            rig.offer(bay, 0, 600, |_| {}).await;
        }
        let booked = two_bookings(&rig).await;
        let wish = Ask {
            max_walk_m: 50,
            key: Some(("trip".into(), said(b"trip"))),
            ..ask(120, 180)
        };
        // A process of its own: with it go its connections, and with those what they had begun.
        let store = Store::open(&store::Config::default(), dir.path())
            .await
            .unwrap();
        let (desk, task) = Desk::open(DeskParts {
            store,
            ..rig.parts(Matching::Batch)
        })
        .await
        .unwrap();
        let task = tokio::spawn(Mortal {
            work: Box::pin(task),
            steps,
        });
        survived = desk.ask(wish.clone()).await.is_ok();
        drop(desk);
        task.await.unwrap();

        let store = Store::open(&store::Config::default(), dir.path())
            .await
            .unwrap();
        let next = DeskRig::on(store, Matching::Batch, rig.clock.clone()).await;
        let mut bays = Vec::new();
        for r in &booked {
            let now = next.now(r).await;
            assert_eq!((now.state, now.price_cents), (r.state, r.price_cents));
            assert_eq!(
                next.events(r).await.iter().map(|e| e.2).sum::<i64>(),
                r.price_cents
            );
            bays.push(now.bay.to_string());
        }
        let before = next.store.kept().await.unwrap().len();
        let whole = if before == 3 {
            ["P-1", "P-2"]
        } else {
            ["P-0", "P-1"]
        };
        assert_eq!(bays, whole, "killed after {steps} steps");
        unheard += u32::from(before == 3 && !survived);
        let mut work = next.store.work().await.unwrap();
        assert_eq!(
            work.lock_partner("app").await.unwrap(),
            before as u64 - 2,
            "answers are counted as they are remembered, killed after {steps} steps"
        );
        drop(work);
        let held = next.desk.ask(wish).await.unwrap();
        assert_eq!(
            (&*held.bay, next.store.kept().await.unwrap().len()),
            ("P-0", 3)
        );
        if survived {
            break;
        }
    }
    assert!(survived, "it comes to an end");
    // How often a statement is polled varies, and with it which runs end just there.
    assert!(
        unheard <= 4,
        "what is on disk is answered at once: {unheard}"
    );
}
