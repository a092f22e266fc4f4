//! A whole file of bays by all cores: cut into blocks between two features, each block read and
//! taken apart by itself.
//!
//! Promise: what it returns is what reading the file from end to end would hand on, in that order,
//! without a fault. Whatever is out of the ordinary - a fault, a text it cannot cut - is `None`,
//! and is for that reading to tell. Where to cut is guessed from how the first feature begins. A
//! wrong guess cannot do harm: a block counts only if it is a list of whole values from its first
//! byte to its last, so that a reading from end to end comes to each cut between two features.
//! Memory: a block a core.

use super::scalar::Scalar;
use super::shape::Features;
use super::{FeatureBay, bay, bom, collection};
use serde::de::DeserializeSeed;
use std::fs::File;
use std::num::NonZero;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

/// Bytes of a block, roughly. Large beside what its cut costs, small beside the file.
pub(in crate::registry) const BLOCK: u64 = 4 << 20;

/// How far a cut is looked for, and how long head and tail of the file may be, bytes.
const WINDOW: u64 = 64 << 10;

/// How much of a feature's beginning tells it from an object within one.
const OPENING: usize = 8;

/// Reads the bays of a file in blocks of some `block` bytes; `each` says `None` of one that is not
/// to be taken. See the module for what the answer means.
pub(in crate::registry) fn read_bays_by_blocks<T: Send>(
    path: &Path,
    block: u64,
    each: impl Fn(FeatureBay<'_>) -> Option<T> + Sync,
) -> Option<Vec<Vec<T>>> {
    let file = File::open(path).ok()?;
    let blocks = cut(&file, block)?;
    let next = AtomicUsize::new(0);
    let work = || -> Option<Vec<(usize, Vec<T>)>> {
        let mut own = Vec::new();
        let mut text = Vec::new();
        loop {
            let at = next.fetch_add(1, Relaxed);
            let Some(block) = blocks.get(at) else {
                return Some(own);
            };
            let taken = read_list(&file, block, &mut text).and_then(|()| take(&text, &each));
            // The others need not go on.
            let taken = taken.or_else(|| {
                next.store(blocks.len(), Relaxed);
                None
            })?;
            own.push((at, taken));
        }
    };
    let hands = thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(blocks.len());
    let mut all: Vec<_> = thread::scope(|s| {
        let hands: Vec<_> = (0..hands).map(|_| s.spawn(work)).collect();
        hands
            .into_iter()
            .map(|hand| hand.join().ok().flatten())
            .collect::<Option<Vec<_>>>()
    })?
    .into_iter()
    .flatten()
    .collect();
    all.sort_unstable_by_key(|(at, _)| *at);
    Some(all.into_iter().map(|(_, taken)| taken).collect())
}

/// Where the blocks lie: each begins with a feature and ends with one, and a comma stands between
/// two.
fn cut(file: &File, block: u64) -> Option<Vec<Range<u64>>> {
    let len = file.metadata().ok()?.len();
    let head = read(file, 0..len.min(WINDOW))?;
    let tail_at = len.saturating_sub(WINDOW);
    let tail = read(file, tail_at..len)?;
    let first = first_feature(&head)?;
    let last = end_of_last(&tail)?;
    let mut from = first as u64;
    let end = tail_at + last as u64;
    if from >= end || !is_frame(&head[..first], &tail[last..]) {
        return None;
    }
    let opening = &head[first..head.len().min(first + OPENING)];
    let mut blocks = Vec::new();
    while end - from > block {
        let near = from + block;
        let window = near..end.min(near + WINDOW);
        let reaches_end = window.end == end;
        match comma(&read(file, window)?, opening) {
            Some(at) => {
                blocks.push(from..near + at as u64);
                from = near + at as u64 + 1;
            }
            None if reaches_end => break,
            None => return None,
        }
    }
    blocks.push(from..end);
    Some(blocks)
}

fn read(file: &File, range: Range<u64>) -> Option<Vec<u8>> {
    let mut bytes = vec![0; (range.end - range.start) as usize];
    file.read_exact_at(&mut bytes, range.start).ok()?;
    Some(bytes)
}

/// The block in brackets, into `text`.
fn read_list(file: &File, block: &Range<u64>, text: &mut Vec<u8>) -> Option<()> {
    let end = (block.end - block.start) as usize + 1;
    text.resize(end + 1, 0);
    text[0] = b'[';
    text[end] = b']';
    file.read_exact_at(&mut text[1..end], block.start).ok()
}

/// All of a list of at least one bay, or nothing.
fn take<T>(list: &[u8], each: &impl Fn(FeatureBay<'_>) -> Option<T>) -> Option<Vec<T>> {
    let mut all = Vec::new();
    let mut odd = false;
    let mut at = 0;
    let mut json = serde_json::Deserializer::from_slice(list);
    let mut one = |_, feature| match bay(feature).ok().and_then(each) {
        Some(taken) => all.push(taken),
        None => odd = true,
    };
    Features {
        each: &mut one,
        at: &mut at,
    }
    .deserialize(&mut json)
    .ok()?;
    json.end().ok()?;
    (!odd && !all.is_empty()).then_some(all)
}

/// Where the first feature begins, by the looks of it.
fn first_feature(head: &[u8]) -> Option<usize> {
    const KEY: &[u8] = b"\"features\"";
    head.windows(KEY.len())
        .enumerate()
        .filter(|(_, w)| *w == KEY)
        .find_map(|(at, _)| {
            let list = head[at + KEY.len()..]
                .trim_ascii_start()
                .strip_prefix(b":")?
                .trim_ascii_start();
            let first = list.strip_prefix(b"[")?.trim_ascii_start();
            first.starts_with(b"{").then(|| head.len() - first.len())
        })
}

/// Where the last feature has ended, by the looks of it.
fn end_of_last(tail: &[u8]) -> Option<usize> {
    let brackets = (0..tail.len()).rev().filter(|&at| tail[at] == b']');
    brackets
        .map(|at| tail[..at].trim_ascii_end())
        .find(|before| before.ends_with(b"}"))
        .map(<[u8]>::len)
}

/// The first comma between two features, by the looks of it.
fn comma(window: &[u8], opening: &[u8]) -> Option<usize> {
    (0..window.len())
        .filter(|&at| window[at] == b',')
        .find(|&at| {
            window[..at].trim_ascii_end().ends_with(b"}")
                && window[at + 1..].trim_ascii_start().starts_with(opening)
        })
}

/// Whether what stands between the two is all the features there are: put a mark there, and it is
/// the one feature. Two marks, as one of them could stand in the file already.
fn is_frame(head: &[u8], tail: &[u8]) -> bool {
    ["a mark", "another"].into_iter().all(|mark| {
        let text = [
            bom::without(head),
            b"{\"type\":\"",
            mark.as_bytes(),
            b"\"}",
            tail,
        ]
        .concat();
        let mut found = Vec::new();
        let read = collection(
            "",
            serde_json::Deserializer::from_slice(&text),
            |_, feature| {
                found.push(matches!(feature.kind, Scalar::Text(kind) if kind == mark));
            },
        );
        read.is_ok() && found == [true]
    })
}

#[cfg(test)]
mod tests {
    use super::super::read_bays;
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn by_blocks(text: &str, block: u64) -> Option<Vec<String>> {
        let all = read_bays_by_blocks(file(text).path(), block, |bay| Some(bay.id.into_owned()))?;
        Some(all.into_iter().flatten().collect())
    }

    /// From end to end; `None` for any fault.
    fn patiently(text: &str) -> Option<Vec<String>> {
        let mut all = Some(Vec::new());
        let ended = read_bays(file(text).path(), |_, bay| match (bay, &mut all) {
            (Ok(bay), Some(ids)) => ids.push(bay.id.into_owned()),
            _ => all = None,
        });
        all.filter(|_| ended.is_ok())
    }

    fn feature(id: &str, more: &str) -> String {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}","zone":"Z"{more}}},"geometry":{{"type":"Point","coordinates":[103.8,1.3]}}}}"#
        )
    }

    fn collected(features: &[String], between: &str, after: &str) -> String {
        format!(
            "{{\"type\":\"FeatureCollection\",\"name\":\"x\",\"features\":[{}]{after}}}",
            features.join(between)
        )
    }

    #[test]
    fn every_size_of_block_reads_what_a_reading_from_end_to_end_does() {
        let features: Vec<String> = (0..30).map(|i| feature(&format!("b{i}"), "")).collect();
        for between in [",", ",\n", " \n,\t"] {
            let text = collected(&features, between, ",\"bbox\":[1,2,3,4]");
            let want = patiently(&text).unwrap();
            assert_eq!(want.len(), 30);
            for block in (1..600).chain([5_000]) {
                assert_eq!(
                    by_blocks(&text, block).as_ref(),
                    Some(&want),
                    "blocks of {block}"
                );
            }
        }
    }

    #[test]
    fn what_is_out_of_the_ordinary_is_left_to_the_patient_reading() {
        let two = [feature("a", ""), feature("b", "")];
        let good = collected(&two, ",", "");
        assert!(by_blocks(&good, 10).is_some());
        for (what, text) in [
            ("no features", collected(&[], ",", "")),
            (
                "a fault",
                collected(&[feature("a", ""), feature("b", ",\"kind\":7")], ",", ""),
            ),
            ("torn", good[..good.len() - 4].to_owned()),
            ("more behind", format!("{good} x")),
            (
                "no collection",
                good.replace("FeatureCollection", "Features"),
            ),
            ("a list within a list", collected(&two, "],[", "")),
            ("a comma too many", collected(&two, ",,", "")),
            ("a comma at the end", good.replace("]}}]", "]}},]")),
            (
                "features twice",
                collected(&two, ",", &format!(",\"features\":[{}]", two[0])),
            ),
            (
                "features of something else",
                format!("{{\"type\":\"FeatureCollection\",\"features\":[],\"x\":{good}}}"),
            ),
            (
                "features in a string",
                format!("{{\"type\":\"FeatureCollection\",\"x\":{good:?}}}"),
            ),
        ] {
            for block in [1, 10, 150, 5_000] {
                assert_eq!(by_blocks(&text, block), None, "{what}, blocks of {block}");
            }
        }
        assert!(read_bays_by_blocks(file(&good).path(), 10, |_| None::<()>).is_none());
        assert!(read_bays_by_blocks(Path::new("/nowhere"), 10, |_| Some(())).is_none());
    }

    proptest! {
        /// Names that look like seams, and files cut short or with a byte of them changed.
        #[test]
        fn never_anything_else_than_a_reading_from_end_to_end(
            names in prop::collection::vec(prop_oneof![
                Just(String::new()),
                Just(r#","name":"},{\"type\":","tags":["x"]"#.to_owned()),
                Just(r#","tags":[{"type":"Feature"},{"type":"Feature"}]"#.to_owned()),
                Just(r#","features":[{"a":1},{"type":2}]"#.to_owned()),
            ], 0..12),
            block in 1_u64..700,
            spoilt in prop::option::of((any::<prop::sample::Index>(), prop::sample::select(b"{}[],:\"x ".to_vec()))),
            cut in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let features: Vec<String> = names.iter().enumerate().map(|(i, n)| feature(&format!("b{i}"), n)).collect();
            let mut text = collected(&features, ",\n", ",\"x\":[{\"features\":[{}]}]").into_bytes();
            if let Some((at, byte)) = spoilt {
                let at = at.index(text.len());
                text[at] = byte;
            }
            if let Some(at) = cut {
                text.truncate(at.index(text.len()));
            }
            let text = String::from_utf8(text).unwrap();
            if let Some(got) = by_blocks(&text, block) {
                prop_assert_eq!(Some(got), patiently(&text));
            }
        }
    }
}
