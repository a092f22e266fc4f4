//! Each shape on rubbish, and on what nearly is an answer.

use super::super::{PRESETS, Reader};
use super::SHAPES;
use super::tests::{V2, now, reader};
use crate::ingest::codec::Said;
use crate::long::cases;
use proptest::prelude::*;

/// A feed of each shape that reads something of nearly anything.
fn any_reader(shape: usize) -> Reader {
    let shape = SHAPES[shape % SHAPES.len()].name;
    let map = "map = { zone = \"id\", bay = \"b\", vacant = \"v\", capacity = \"c\", at = { path = \"t\", or = \"now\" }, state = { path = \"s\", occupied = [\"o\"], vacant = [\"v\"] }, in = \"i\", delta = \"d\", place = { lat = \"x\", lon = \"y\" } }";
    reader(&format!(
        "shape = {shape:?}\ntime_zone = \"Europe/Berlin\"\n{map}"
    ))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(300)))]

    #[test]
    fn any_bytes_are_rows_or_a_fault(shape in 0usize..8, body in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Err(e) = any_reader(shape).read(&body, None, now()) {
            prop_assert!(!e.0.is_empty() && e.0.len() < 4096, "{}", e.0);
        }
    }

    #[test]
    fn what_nearly_is_an_answer_is_too(
        shape in 0usize..8,
        at in 0usize..4000,
        with in prop::collection::vec(any::<u8>(), 0..6),
        cut in 0usize..4000,
    ) {
        let odd = r#"[{"id":1e400,"v":-1e308,"c":99999999999999999999,"t":"0000","s":[[[[]]]],"i":"NaN","d":"1e9","x":"inf","y":1e300},{"b":"\ud800"},7,null]"#;
        let samples = [PRESETS[0].sample, PRESETS[1].sample, odd.as_bytes(), V2.as_bytes()];
        let mut body = samples[at % samples.len()].to_vec();
        let place = at % body.len();
        body.splice(place..place, with);
        body.truncate(cut);
        let told = any_reader(shape).read(&body, Some("text/plain; charset=utf-16"), now());
        let plain = any_reader(shape).read(&body, None, now());
        for answer in [told, plain].into_iter().flatten() {
            for row in answer.rows {
                if let Ok(Said::Count(count)) = row.said {
                    prop_assert!(count.word.capacity.is_none_or(|all| count.word.number <= all));
                }
            }
        }
    }
}

#[test]
fn what_is_nested_too_deep_is_no_answer() {
    for shape in 0..SHAPES.len() {
        for open in ["[", "{\"features\":[", "{\"a\":", "<a>"] {
            let deep = open.repeat(100_000);
            assert!(
                any_reader(shape)
                    .read(deep.as_bytes(), None, now())
                    .is_err()
                    || open == "<a>"
                    || open.len() < 13
            );
        }
    }
}
