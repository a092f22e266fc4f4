//! Numbers that last: what other files on disk say of bays, zones and sources, they say by these.
//!
//! `identities` is an append-only text file, one line an identity: `b <id>`, `z <id>`, `s <kind>
//! <id>`, `p <name>` of a partner. The number of a bay or zone is how many lines of its class stand before its own; a later
//! line of the same id gives it a new number, and the old one then means nothing (a bay that moved:
//! a reading taken elsewhere says nothing of the new place). The number of a source is how many
//! *other* sources stand before its first line; a later line changes only its kind. Promise: no
//! number is used before its line is on disk.

use super::RegistryError;
use super::linelog::LineLog;
use crate::domain::SourceKind;
use ahash::AHashMap;
use std::path::Path;

/// Below this many lines of sources the file is left as it is.
const COMPACT_FROM: usize = 1_000;

/// How many numbers have been given out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct NumberCounts {
    bays: u32,
    zones: u32,
}

/// The file, and the next free numbers.
#[derive(Default)]
pub(super) struct Identities {
    /// `None`: in memory only.
    log: Option<LineLog>,
    given: NumberCounts,
    /// As of the last commit, and of the one before it.
    committed: NumberCounts,
    before: NumberCounts,
    /// Lines that are not on disk yet.
    pending: Vec<u8>,
}

/// What the file holds, by id. Borrows its text.
#[derive(Default)]
pub(super) struct Known<'t> {
    /// The bays' lines: the n-th gave number n.
    bays: Vec<&'t str>,
    pub(super) zones: AHashMap<&'t str, u32>,
    /// In order of their numbers.
    pub(super) sources: Vec<(&'t str, SourceKind)>,
    /// Partners, in order of their numbers.
    pub(super) partners: Vec<&'t str>,
    /// Lines that speak of sources; more than there are sources when some have changed their kind.
    source_lines: usize,
}

impl<'t> Known<'t> {
    /// The number of each of `ids`, none of which comes twice; `None` for one that has none.
    ///
    /// As long as the ids are those of the lines, in that order (a city whose file has not
    /// changed), nothing is looked up: a map of a million strings costs more than to read them.
    /// Later lines supersede.
    pub(super) fn bay_numbers<'i: 't>(
        &'i self,
        ids: impl Iterator<Item = &'i str> + Clone,
    ) -> impl Iterator<Item = Option<u32>> {
        let same = ids
            .clone()
            .zip(&self.bays)
            .take_while(|(id, line)| id == *line)
            .count();
        let later: AHashMap<&str, u32> = self.bays[same..]
            .iter()
            .copied()
            .zip(same as u32..)
            .collect();
        ids.zip(0..)
            .map(move |(id, at)| later.get(id).copied().or((at < same as u32).then_some(at)))
    }
}

impl Identities {
    /// Opens or creates the file; its text is for [`Identities::read`].
    pub(super) fn open(path: &Path) -> Result<(Self, String), RegistryError> {
        let (log, text) = LineLog::open(path)?;
        Ok((
            Self {
                log: Some(log),
                ..Self::default()
            },
            text,
        ))
    }

    /// Reads the file's text and takes up its counts.
    pub(super) fn read<'t>(&mut self, text: &'t str) -> Result<Known<'t>, RegistryError> {
        // A line of a bay takes some 16 bytes; too small a guess costs a few copies.
        let mut known = Known {
            bays: Vec::with_capacity(text.len() / 16),
            ..Known::default()
        };
        let mut source_at: AHashMap<&str, usize> = AHashMap::default();
        for (n, line) in text.lines().enumerate() {
            let bad = || RegistryError(format!("line {}: not an identity: {line:?}", n + 1));
            let (class, rest) = line.split_once(' ').ok_or_else(bad)?;
            match class {
                "b" => {
                    known.bays.push(rest);
                    self.given.bays += 1;
                }
                "z" => {
                    known.zones.insert(rest, self.given.zones);
                    self.given.zones += 1;
                }
                "s" => {
                    known.source_lines += 1;
                    let (kind, id) = rest.split_once(' ').ok_or_else(bad)?;
                    let own = (kind == SourceKind::Booking.name()).then_some(SourceKind::Booking);
                    let kind = own.or_else(|| SourceKind::parse(kind)).ok_or_else(bad)?;
                    let at = *source_at.entry(id).or_insert(known.sources.len());
                    if at == known.sources.len() {
                        known.sources.push((id, kind));
                    }
                    known.sources[at].1 = kind;
                }
                "p" => known.partners.push(rest),
                _ => return Err(bad()),
            }
        }
        self.committed = self.given;
        Ok(known)
    }

    /// Rewrites the file without outlived kinds of sources, once those are most of what it says of
    /// sources. Lines of bays and zones all stay: their count is the number.
    pub(super) fn compact(&mut self, text: &str, known: &Known<'_>) -> Result<(), RegistryError> {
        let Some(log) = &mut self.log else {
            return Ok(());
        };
        if known.source_lines < COMPACT_FROM || known.source_lines <= 2 * known.sources.len() {
            return Ok(());
        }
        let mut lines = Vec::with_capacity(text.len());
        for line in text
            .split_inclusive('\n')
            .filter(|line| !line.starts_with("s "))
        {
            lines.extend_from_slice(line.as_bytes());
        }
        for (id, kind) in &known.sources {
            lines.extend_from_slice(format!("s {} {id}\n", kind.name()).as_bytes());
        }
        log.rewrite(&lines)
    }

    /// The next number for a bay; not to be used before [`Identities::commit`].
    pub(super) fn new_bay(&mut self, id: &str) -> u32 {
        self.note(&["b ", id]);
        self.given.bays += 1;
        self.given.bays - 1
    }

    /// The next number for a zone; not to be used before [`Identities::commit`].
    pub(super) fn new_zone(&mut self, id: &str) -> u32 {
        self.note(&["z ", id]);
        self.given.zones += 1;
        self.given.zones - 1
    }

    /// A source, new or of a new kind; not to be used before [`Identities::commit`].
    pub(super) fn source(&mut self, id: &str, kind: SourceKind) {
        self.note(&["s ", kind.name(), " ", id]);
    }

    /// A partner's next number; not to be used before [`Identities::commit`].
    pub(super) fn partner(&mut self, name: &str) {
        self.note(&["p ", name]);
    }

    /// Bytes of the file that are on disk.
    pub(super) fn len(&self) -> u64 {
        self.log.as_ref().map_or(0, LineLog::len)
    }

    /// Makes all numbers given since the last commit durable; on an error they are taken back.
    pub(super) fn commit(&mut self) -> Result<(), RegistryError> {
        let lines = std::mem::take(&mut self.pending);
        self.before = self.committed;
        if let Some(log) = &mut self.log
            && !lines.is_empty()
            && let Err(e) = log.append(&lines)
        {
            self.given = self.committed;
            return Err(e);
        }
        self.committed = self.given;
        Ok(())
    }

    /// Forgets what has been given since the last commit.
    pub(super) fn abandon(&mut self) {
        self.pending.clear();
        self.given = self.committed;
    }

    /// Takes back a commit that gave numbers, because the change they were for failed. At most once
    /// a commit.
    pub(super) fn undo(&mut self) {
        if self.before != self.committed
            && let Some(log) = &mut self.log
        {
            log.undo();
        }
        self.committed = self.before;
        self.given = self.before;
    }

    /// Whose disk refuses everything.
    #[cfg(test)]
    pub(super) fn refusing() -> Self {
        Self {
            log: Some(LineLog::refusing()),
            ..Self::default()
        }
    }

    /// Lines that were written with the last wait for the disk.
    #[cfg(test)]
    pub(super) fn last_commit(&self) -> usize {
        self.log.as_ref().map_or(0, LineLog::last_append)
    }

    fn note(&mut self, words: &[&str]) {
        if self.log.is_some() {
            for w in words {
                self.pending.extend_from_slice(w.as_bytes());
            }
            self.pending.push(b'\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_positions_and_a_later_line_supersedes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("identities");
        let (mut ids, _) = Identities::open(&path).unwrap();
        assert_eq!(
            (ids.new_bay("a"), ids.new_zone("z"), ids.new_bay("b")),
            (0, 0, 1)
        );
        ids.source("lamp", SourceKind::Sensor);
        ids.source("app", SourceKind::App);
        ids.commit().unwrap();
        assert_eq!(ids.new_bay("a"), 2);
        ids.source("lamp", SourceKind::Gate);
        ids.commit().unwrap();
        ids.new_bay("never");
        ids.abandon();
        ids.new_bay("taken back");
        ids.commit().unwrap();
        ids.undo();

        let (mut ids, text) = Identities::open(&path).unwrap();
        let known = ids.read(&text).unwrap();
        let of = |ids: &[&'static str]| known.bay_numbers(ids.iter().copied()).collect::<Vec<_>>();
        assert_eq!(
            of(&["a", "b", "never", "taken back"]),
            [Some(2), Some(1), None, None]
        );
        assert_eq!(of(&["b", "a"]), [Some(1), Some(2)]);
        assert_eq!(known.zones["z"], 0);
        assert_eq!(
            known.sources,
            [("lamp", SourceKind::Gate), ("app", SourceKind::App)]
        );
        assert_eq!(ids.new_bay("c"), 3);
    }

    proptest::proptest! {
        #[test]
        fn in_any_order_a_bay_has_the_number_of_its_last_line(
            lines in proptest::collection::vec("[a-e]{1,2}", 0..12),
            ids in proptest::collection::hash_set("[a-e]{1,2}", 0..12),
            begins_alike in 0..12_usize,
        ) {
            let text = lines.iter().fold(String::new(), |text, id| text + "b " + id + "\n");
            let known = Identities::default().read(&text).unwrap();
            let mut asked: Vec<&str> = Vec::new();
            for id in lines.iter().take(begins_alike).chain(&ids) {
                if !asked.contains(&&**id) {
                    asked.push(id);
                }
            }
            let want: Vec<_> = asked.iter().map(|id| lines.iter().rposition(|l| l == id).map(|at| at as u32)).collect();
            proptest::prop_assert_eq!(known.bay_numbers(asked.iter().copied()).collect::<Vec<_>>(), want);
        }
    }

    #[test]
    fn a_number_the_disk_refuses_is_given_to_the_next() {
        let mut ids = Identities::refusing();
        ids.new_bay("a");
        assert!(ids.commit().is_err());
        assert_eq!(ids.new_bay("b"), 0);
    }

    #[test]
    fn outlived_kinds_of_sources_are_dropped_and_no_number_shifts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("identities");
        let (mut ids, _) = Identities::open(&path).unwrap();
        ids.source("first", SourceKind::App);
        for i in 0..COMPACT_FROM {
            ids.source("lamp", SourceKind::ALL[i % 3]);
            ids.new_bay(if i % 2 == 0 { "a" } else { "b" });
        }
        ids.commit().unwrap();
        let read = || {
            let (mut ids, text) = Identities::open(&path).unwrap();
            let known = ids.read(&text).unwrap();
            ids.compact(&text, &known).unwrap();
            let sources: Vec<_> = known
                .sources
                .iter()
                .map(|&(id, kind)| (id.to_owned(), kind))
                .collect();
            (
                known.source_lines,
                known
                    .bay_numbers(["a"].into_iter())
                    .next()
                    .unwrap()
                    .unwrap(),
                ids.new_bay("c"),
                sources,
            )
        };
        let before = read();
        let after = read();
        assert_eq!((before.0, after.0), (COMPACT_FROM + 1, 2));
        assert_eq!((before.1, before.2, before.3), (after.1, after.2, after.3));
    }

    #[test]
    fn a_line_that_is_no_identity_is_an_error_with_its_number() {
        for bad in [
            "b x\nnonsense\n",
            "b x\ns lamp\n",
            "b x\ns nothing lamp\n",
            "b x\nq y\n",
        ] {
            let e = Identities::default()
                .read(bad)
                .map(|_| ())
                .unwrap_err()
                .to_string();
            assert!(e.contains("line 2"), "{e}");
        }
    }
}
