//! Event ids: up to which change a client knows its selection. Opaque to clients.
//!
//! `<process>-<version>-<picture>`: the version is the change feed's, the picture the city's. Neither
//! means anything to another process, or to another selection, so both are named in front, mixed. Who
//! holds an id has been told every change up to that version, and all that came and went up to that
//! picture. `<process>-0` says:
//! not yet everything; who comes back with it holds a part of what was there then, and must forget it.

use crate::serve::docs::schema::ResyncReason;

/// The version of an id given out before a client has been told everything once.
pub(super) const NOT_ALL_YET: u64 = 0;

/// Up to what a client has been told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Of the change feed.
    pub(super) version: u64,
    /// Of the city: [`crate::registry::city::City::picture`].
    pub(super) picture: u64,
}

/// What a client that connects knows already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) enum ResumeFrom {
    Nothing,
    /// Everything up to this.
    UpTo(Mark),
    /// Something this process cannot tell: the client must forget what it knows.
    Unusable(ResyncReason),
}

impl ResumeFrom {
    /// Reads the id that a client had last. `newest` is beyond all that this process, `boot`, has given
    /// out.
    pub(super) fn read(id: Option<&str>, boot: u64, newest: Mark) -> Self {
        let Some(id) = id.filter(|id| !id.is_empty()) else {
            return Self::Nothing;
        };
        match parse(id) {
            None => Self::Unusable(ResyncReason::UnknownId),
            Some((its, _)) if its != boot => Self::Unusable(ResyncReason::OtherProcess),
            Some((_, mark)) if mark.version == NOT_ALL_YET => {
                Self::Unusable(ResyncReason::Incomplete)
            }
            Some((_, mark)) if mark.version > newest.version || mark.picture > newest.picture => {
                Self::Unusable(ResyncReason::UnknownId)
            }
            Some((_, mark)) => Self::UpTo(mark),
        }
    }
}

/// Writes the id of process `boot`.
pub(super) fn write(out: &mut Vec<u8>, boot: u64, mark: Mark) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.extend(
        (0..16)
            .rev()
            .map(|nibble| HEX[(boot >> (4 * nibble)) as usize & 15]),
    );
    let mut number = |n: u64| {
        out.push(b'-');
        out.extend_from_slice(itoa::Buffer::new().format(n).as_bytes());
    };
    number(mark.version);
    if mark.version != NOT_ALL_YET {
        number(mark.picture);
    }
}

/// Only what [`write`] writes: one id has one form.
fn parse(id: &str) -> Option<(u64, Mark)> {
    let mut parts = id.splitn(3, '-');
    let boot = u64::from_str_radix(parts.next()?, 16).ok()?;
    let version = parts.next()?.parse().ok()?;
    let picture = parts.next().map_or(Some(0), |n| n.parse().ok())?;
    let mark = Mark { version, picture };
    let mut same = Vec::with_capacity(id.len());
    write(&mut same, boot, mark);
    (same == id.as_bytes()).then_some((boot, mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEWEST: Mark = Mark {
        version: 9,
        picture: 4,
    };

    #[test]
    fn an_id_is_good_in_the_process_that_gave_it_out() {
        for (boot, version, picture) in [(1, 1, 0), (u64::MAX, u64::MAX, u64::MAX), (0xabc, 77, 3)]
        {
            let mark = Mark { version, picture };
            let mut id = vec![];
            write(&mut id, boot, mark);
            let id = String::from_utf8(id).unwrap();
            let read = |boot, newest| ResumeFrom::read(Some(&id), boot, newest);
            assert_eq!(read(boot, mark), ResumeFrom::UpTo(mark), "{id}");
            let other = ResumeFrom::Unusable(ResyncReason::OtherProcess);
            assert_eq!(read(boot ^ 1, mark), other);
            let ahead = ResumeFrom::Unusable(ResyncReason::UnknownId);
            let version = version - 1;
            assert_eq!(read(boot, Mark { version, picture }), ahead);
            if let Some(picture) = picture.checked_sub(1) {
                assert_eq!(read(boot, Mark { picture, ..mark }), ahead);
            }
        }
    }

    #[test]
    fn who_holds_an_id_from_before_everything_was_told_must_forget_what_it_was_told() {
        let read = |id| ResumeFrom::read(id, 7, NEWEST);
        let incomplete = ResumeFrom::Unusable(ResyncReason::Incomplete);
        assert_eq!(read(Some("0000000000000007-0")), incomplete);
        assert_eq!(read(None), ResumeFrom::Nothing);
        assert_eq!(read(Some("")), ResumeFrom::Nothing);
    }

    #[test]
    fn what_is_no_id_is_recognised() {
        let long = "9".repeat(10_000);
        for bad in [
            "1",
            "-",
            "x-1-1",
            "7-1-1",
            "0000000000000007-",
            "0000000000000007-1",
            "0000000000000007-1-",
            "0000000000000007-1-1-1",
            "0000000000000007-0-0",
            "0000000000000007-01-1",
            "0000000000000007-1-01",
            "+000000000000007-1-1",
            &long,
        ] {
            assert_eq!(
                ResumeFrom::read(Some(bad), 7, NEWEST),
                ResumeFrom::Unusable(ResyncReason::UnknownId),
                "{bad}"
            );
        }
    }
}
