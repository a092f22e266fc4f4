//! Event ids: up to which change a client knows its selection. Opaque to clients.
//!
//! `<process>-<version>`: the version is the change feed's, and means nothing to another process,
//! so the process is named in front. Who holds an id has been told everything up to it; version 0
//! says: not yet everything.

use crate::serve::docs::schema::ResyncReason;

/// The version of an id given out before a client has been told everything once.
pub(super) const NOT_ALL_YET: u64 = 0;

/// What a client that connects knows already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum ResumeFrom {
    Nothing,
    /// Everything up to this version.
    UpTo(u64),
    /// Something this process cannot tell: the client must forget what it knows.
    Unusable(ResyncReason),
}

impl ResumeFrom {
    /// Reads the id that a client had last. `version` is the newest given out by this process,
    /// `boot`.
    pub(super) fn read(id: Option<&str>, boot: u64, version: u64) -> Self {
        let Some(id) = id.filter(|id| !id.is_empty()) else {
            return Self::Nothing;
        };
        match parse(id) {
            None => Self::Unusable(ResyncReason::UnknownId),
            Some((its, _)) if its != boot => Self::Unusable(ResyncReason::OtherProcess),
            Some((_, NOT_ALL_YET)) => Self::Nothing,
            Some((_, v)) if v > version => Self::Unusable(ResyncReason::UnknownId),
            Some((_, v)) => Self::UpTo(v),
        }
    }
}

/// Writes the id of process `boot` and `version`.
pub(super) fn write(out: &mut Vec<u8>, boot: u64, version: u64) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.extend(
        (0..16)
            .rev()
            .map(|nibble| HEX[(boot >> (4 * nibble)) as usize & 15]),
    );
    out.push(b'-');
    out.extend_from_slice(itoa::Buffer::new().format(version).as_bytes());
}

/// Only what [`write`] writes: one id has one form.
fn parse(id: &str) -> Option<(u64, u64)> {
    let (boot, version) = id.split_once('-')?;
    let ids = (u64::from_str_radix(boot, 16).ok()?, version.parse().ok()?);
    let mut same = Vec::with_capacity(id.len());
    write(&mut same, ids.0, ids.1);
    (same == id.as_bytes()).then_some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_good_in_the_process_that_gave_it_out() {
        for (boot, version) in [(1, 1), (u64::MAX, u64::MAX), (0xabc, 77)] {
            let mut id = vec![];
            write(&mut id, boot, version);
            let id = String::from_utf8(id).unwrap();
            assert_eq!(
                ResumeFrom::read(Some(&id), boot, version),
                ResumeFrom::UpTo(version),
                "{id}"
            );
            assert_eq!(
                ResumeFrom::read(Some(&id), boot ^ 1, version),
                ResumeFrom::Unusable(ResyncReason::OtherProcess)
            );
            assert_eq!(
                ResumeFrom::read(Some(&id), boot, version - 1),
                ResumeFrom::Unusable(ResyncReason::UnknownId)
            );
        }
    }

    #[test]
    fn an_id_from_before_everything_was_told_means_to_begin_anew() {
        assert_eq!(
            ResumeFrom::read(Some("0000000000000007-0"), 7, 9),
            ResumeFrom::Nothing
        );
        assert_eq!(ResumeFrom::read(None, 7, 9), ResumeFrom::Nothing);
        assert_eq!(ResumeFrom::read(Some(""), 7, 9), ResumeFrom::Nothing);
    }

    #[test]
    fn what_is_no_id_is_recognised() {
        let long = "9".repeat(10_000);
        for bad in [
            "1",
            "-",
            "x-1",
            "7-1",
            "0000000000000007-",
            "0000000000000007-01",
            "+000000000000007-1",
            &long,
        ] {
            assert_eq!(
                ResumeFrom::read(Some(bad), 7, 9),
                ResumeFrom::Unusable(ResyncReason::UnknownId),
                "{bad}"
            );
        }
    }
}
