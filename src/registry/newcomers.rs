//! Sources that are new, one by one: those that come at the same time share one wait for the disk.
//!
//! Promises: who comes alone waits for nobody; while a group is on its way to disk the next one
//! gathers, so nobody waits for more than the group under way and its own. Nobody has a number before
//! it is on disk, and what is wrong with one is told to that one alone.
//!
//! Dear: who comes blocks until its group is on disk.

use super::RegistryError;
use super::identities::Identities;
use super::sources::{Enrolled, Sources};
use crate::domain::SourceKind;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// In one group at most: as many threads wait for it.
const GROUP: usize = 4096;

pub(super) type EnrolResult = Result<Enrolled, RegistryError>;

/// The group that gathers, if anybody has come since the last one went.
#[derive(Default)]
pub(super) struct Newcomers(Mutex<Option<Arc<Group>>>);

/// Who came together.
#[derive(Default)]
struct Group {
    state: Mutex<GroupState>,
    /// Rings once what became of it is known.
    bell: Condvar,
}

#[derive(Default)]
struct GroupState {
    all: Vec<(Arc<str>, SourceKind)>,
    /// Of each, until it has fetched it.
    told: Option<Vec<Option<EnrolResult>>>,
}

impl Newcomers {
    /// Gives one source a number, together with who else comes now.
    pub(super) fn enrol(
        &self,
        source: (Arc<str>, SourceKind),
        sources: &Sources,
        identities: &Mutex<Identities>,
    ) -> EnrolResult {
        let (group, at) = self.join(source);
        if at == 0 {
            // The first of a group leads it; others join until the group before is on disk.
            let mut identities = identities.lock().unwrap_or_else(PoisonError::into_inner);
            let mut leading = Leading(&group, Vec::new());
            let all = self.close(&group);
            leading.1 = sources.enrol_each(&all, &mut identities);
        }
        group.wait(at)
    }

    /// A place in the group that gathers.
    fn join(&self, source: (Arc<str>, SourceKind)) -> (Arc<Group>, usize) {
        let mut gathering = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(group) = &*gathering {
            let mut state = group.state();
            if state.all.len() < GROUP {
                state.all.push(source);
                return (group.clone(), state.all.len() - 1);
            }
        }
        let group = Arc::new(Group::default());
        group.state().all.push(source);
        *gathering = Some(group.clone());
        (group, 0)
    }

    /// Who is in it: nobody joins any more.
    fn close(&self, group: &Arc<Group>) -> Vec<(Arc<str>, SourceKind)> {
        let mut gathering = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        gathering.take_if(|now| Arc::ptr_eq(now, group));
        std::mem::take(&mut group.state().all)
    }
}

impl Group {
    fn state(&self) -> MutexGuard<'_, GroupState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, at: usize) -> EnrolResult {
        let mut state = self.state();
        loop {
            if let Some(told) = &mut state.told {
                let own = told.get_mut(at).and_then(Option::take);
                let unknown = || RegistryError("it was not enrolled; try it again".to_owned());
                return own.unwrap_or_else(|| Err(unknown()));
            }
            let rung = self.bell.wait(state);
            state = rung.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Tells a group what became of it, also where its leader panics: nobody waits for ever.
struct Leading<'g>(&'g Group, Vec<EnrolResult>);

impl Drop for Leading<'_> {
    fn drop(&mut self) {
        let told = std::mem::take(&mut self.1);
        self.0.state().told = Some(told.into_iter().map(Some).collect());
        self.0.bell.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SourceIx;

    /// Sources of an empty city, and a file of their own.
    struct House {
        newcomers: Newcomers,
        sources: Sources,
        identities: Mutex<Identities>,
        _dir: tempfile::TempDir,
    }

    impl House {
        fn new(max: u32) -> Self {
            let dir = tempfile::tempdir().unwrap();
            let (identities, _) = Identities::open(&dir.path().join("identities")).unwrap();
            let mut sources = Sources::new(&[]);
            sources.max = max;
            Self {
                newcomers: Newcomers::default(),
                sources,
                identities: Mutex::new(identities),
                _dir: dir,
            }
        }

        fn enrol(&self, id: &str, kind: SourceKind) -> EnrolResult {
            self.newcomers
                .enrol((id.into(), kind), &self.sources, &self.identities)
        }

        /// How many gather now.
        fn gathered(&self) -> usize {
            let gathering = self.newcomers.0.lock().unwrap();
            gathering
                .as_ref()
                .map_or(0, |group| group.state().all.len())
        }

        /// Has them come one after the other while another group is on its way to disk.
        fn together(&self, ids: &[&str]) -> Vec<EnrolResult> {
            std::thread::scope(|scope| {
                let under_way = self.identities.lock().unwrap();
                let mut coming = Vec::new();
                for (n, id) in ids.iter().enumerate() {
                    coming.push(scope.spawn(move || self.enrol(id, SourceKind::Sensor)));
                    while self.gathered() <= n {
                        std::thread::yield_now();
                    }
                }
                drop(under_way);
                coming.into_iter().map(|one| one.join().unwrap()).collect()
            })
        }
    }

    #[test]
    fn who_comes_while_a_group_is_on_its_way_goes_with_the_next_in_one_write() {
        let house = House::new(100);
        assert_eq!(
            house.enrol("alone", SourceKind::Gate).unwrap().source,
            SourceIx(0)
        );
        let ids: Vec<String> = (0..20).map(|n| format!("lamp-{n}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let numbers = house.together(&ids).into_iter().map(|told| told.unwrap());
        let numbers: Vec<u32> = numbers.map(|told| told.source.0).collect();
        assert_eq!(
            numbers,
            (1..21).collect::<Vec<_>>(),
            "in the order of coming"
        );
        assert_eq!(house.identities.lock().unwrap().last_commit(), 20);
        assert_eq!(
            house.enrol("later", SourceKind::App).unwrap().source,
            SourceIx(21)
        );
        assert_eq!(house.identities.lock().unwrap().last_commit(), 1);
    }

    #[test]
    fn what_is_wrong_with_one_is_no_fault_of_the_others() {
        let house = House::new(3);
        house.enrol("known", SourceKind::Sensor).unwrap();
        let told = house.together(&["a", "no/id", "known", "b", "a", "c", "b"]);
        let told: Vec<_> = told
            .iter()
            .map(|one| match one {
                Ok(Enrolled { source, is_new }) => Ok((source.0, *is_new)),
                Err(e) => Err(e.0.contains("no more than 3") || e.0.contains("invalid id")),
            })
            .collect();
        assert_eq!(
            told,
            [
                Ok((1, true)),
                Err(true),
                Ok((0, false)),
                Ok((2, true)),
                Ok((1, false)),
                Err(true),
                Ok((2, false)),
            ]
        );
        assert_eq!(house.sources.count(), 3);
        assert_eq!(house.identities.lock().unwrap().last_commit(), 2);
    }

    #[test]
    fn a_disk_that_refuses_is_told_to_each_and_nobody_has_a_number() {
        let mut house = House::new(100);
        house.enrol("known", SourceKind::Sensor).unwrap();
        house.identities = Mutex::new(Identities::refusing());
        let told = house.together(&["a", "known", "b", "a"]);
        let stored: Vec<bool> = told.iter().map(Result::is_ok).collect();
        assert_eq!(stored, [false, true, false, false]);
        assert_eq!(house.sources.count(), 1);
        assert!(house.sources.get("a").is_none());
    }

    #[test]
    fn a_leader_that_is_gone_leaves_nobody_waiting() {
        let group = Group::default();
        drop(Leading(&group, Vec::new()));
        assert!(group.wait(3).is_err());
    }
}
