//! Threads that a hub cannot do without: what they are called, and what happens when one panics.
//!
//! A hub that has lost one must not go on as if it had not: it would acknowledge reports that nobody
//! applies. So the process ends, and a supervisor starts it again. Not so for a hub that is *spared*:
//! one that stands beside another in the same process, which must not end with it. Its threads tell
//! whoever has started it instead. Promise: a thread that is started here ([`start`]) is spared if the
//! one that started it is, so a hub need not know that it is.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

/// Is told why a spared hub cannot go on; it may be told more than once, on any of its threads.
pub type OnFailure = Arc<dyn Fn(&str) + Send + Sync>;

thread_local! {
    static SPARED: RefCell<Option<OnFailure>> = const { RefCell::new(None) };
}

/// What the threads of a spared hub are called, before their own names.
const BESIDE: &str = "sandbox-";

/// Begins of the names of threads that a hub cannot do without.
const VITAL: [&str; 6] = [
    "timely",
    "stream",
    "journal",
    "checkpoint",
    "history",
    "main",
];

/// Whether a hub can do without the thread of that name.
#[must_use]
pub fn is_vital(name: &str) -> bool {
    let own = name.strip_prefix(BESIDE).unwrap_or(name);
    VITAL.iter().any(|begin| own.starts_with(begin))
}

/// Makes this thread one of a spared hub, or one of a hub that is not.
pub fn spare(on_failure: Option<OnFailure>) {
    SPARED.with(|spared| *spared.borrow_mut() = on_failure);
}

/// Whom this thread tells when its hub cannot go on; `None`: the process ends.
#[must_use]
pub fn spared() -> Option<OnFailure> {
    // A thread that is ending has nothing left to ask.
    let asked = SPARED.try_with(|spared| spared.borrow().clone());
    asked.ok().flatten()
}

/// Starts a thread of the same hub as this one's.
///
/// # Errors
/// The system gives no more threads.
pub fn start<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    let heir = spared();
    let before = if heir.is_some() { BESIDE } else { "" };
    let named = std::thread::Builder::new().name(format!("{before}{name}"));
    named.spawn(move || {
        spare(heir);
        work()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    fn name() -> String {
        std::thread::current().name().unwrap_or_default().to_owned()
    }

    #[test]
    fn a_thread_belongs_to_the_hub_of_the_thread_that_started_it() {
        let usual = start("journal", || (name(), spared().is_some())).unwrap();
        assert_eq!(usual.join().unwrap(), ("journal".to_owned(), false));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let told = heard.clone();
        let root = std::thread::spawn(move || {
            spare(Some(Arc::new(move |why| {
                told.lock().unwrap().push(why.to_owned());
            })));
            let work = || start("history", || (name(), spared())).unwrap();
            let (name, heir) = start("journal", work)
                .unwrap()
                .join()
                .unwrap()
                .join()
                .unwrap();
            heir.unwrap()("it fell over");
            name
        });
        assert_eq!(root.join().unwrap(), "sandbox-history");
        assert_eq!(*heard.lock().unwrap(), ["it fell over"]);
        assert!(spared().is_none(), "nobody else's");
    }

    #[test]
    fn what_a_hub_cannot_do_without_is_known_by_its_name_in_either_hub() {
        for vital in ["timely:work-0", "sandbox-journal", "history", "main"] {
            assert!(is_vital(vital), "{vital}");
        }
        for other in ["audit", "sandbox", "tokio-runtime-worker", ""] {
            assert!(!is_vital(other), "{other}");
        }
    }
}
