//! What it costs to read a feed: an answer of data.gov.sg's form with 1,965 car parks (330 KB), the
//! same by a mapping as generic JSON, and rows of a CSV file as an import reads them.
//!
//! Prints the middle of the rounds in ms, how much memory an answer's rows take, and rows a second.
//!
//! `cargo bench --bench feeds`.

use bayhub::domain::Millis;
use bayhub::ingest::connector::{FeedConfig, Reader};
use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

const CAR_PARKS: usize = 1965;
const ROUNDS: usize = 101;
const NOW: Millis = Millis(1_795_399_200_000);

/// Counts what is held, and the most that ever was.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all of it is done by the system's allocator; only sums are kept beside.
#[allow(unsafe_code, reason = "an allocator that counts")]
unsafe impl GlobalAlloc for Counting {
    // SAFETY: as the trait asks of the caller.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        MOST.fetch_max(held, Relaxed);
        // SAFETY: the caller's promises are the system's.
        unsafe { System.alloc(layout) }
    }

    // SAFETY: as the trait asks of the caller.
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: it came from the system's.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn reader(toml: &str) -> Reader {
    let feed = FeedConfig::from_file("bench", toml).expect("a feed");
    Reader::new(&feed).expect("a mapping")
}

/// An answer as the feed gives it.
fn answer() -> String {
    let mut text =
        r#"{"items": [{"timestamp": "2026-11-23T10:00:27+08:00", "carpark_data": ["#.to_owned();
    for n in 0..CAR_PARKS {
        let comma = if n > 0 { ", " } else { "" };
        let _ = write!(
            text,
            r#"{comma}{{"carpark_info": [{{"total_lots": "{}", "lot_type": "C", "lots_available": "{}"}}], "carpark_number": "ZZ{n}", "update_datetime": "2026-11-23T09:{}:{:02}"}}"#,
            100 + n % 500,
            n % 100,
            50 + n % 10,
            n % 60
        );
    }
    text + "]}]}"
}

fn told(name: &str, reader: &Reader, body: &[u8]) {
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let answer = reader.read(body, None, NOW).expect("an answer");
        rounds.push(began.elapsed().as_secs_f64() * 1000.0);
        let taken = answer.rows.iter().filter(|row| row.said.is_ok()).count();
        assert_eq!(black_box(taken), CAR_PARKS);
    }
    rounds.sort_by(f64::total_cmp);
    let before = HELD.load(Relaxed);
    MOST.store(before, Relaxed);
    let answer = reader.read(body, None, NOW).expect("an answer");
    let most = MOST.load(Relaxed) - before;
    let rows = answer.rows.len();
    let kb = body.len() / 1000;
    let mb = most as f64 / 1e6;
    println!(
        "{name}: {rows} rows of {kb} KB in {:.2} ms, {mb:.2} MB at most",
        rounds[ROUNDS / 2]
    );
}

fn import(rows: usize) {
    let reader = reader(
        "shape = \"csv\"\ntime_zone = \"Europe/London\"\nmap = { zone = \"id\", occupied = \"occupied\", capacity = \"capacity\", at = \"at\" }",
    );
    let mut table = "id,capacity,occupied,at\n".to_owned();
    for n in 0..rows {
        let _ = writeln!(
            table,
            "P{},577,{},2016-10-{:02} 07:{:02}:42",
            n % 30,
            n % 577,
            n % 28 + 1,
            n % 60
        );
    }
    let before = HELD.load(Relaxed);
    MOST.store(before, Relaxed);
    let began = Instant::now();
    let lines = reader.read_lines(table.as_bytes()).expect("a table");
    let taken = lines
        .filter(|row| row.as_ref().is_ok_and(|row| row.said.is_ok()))
        .count();
    let s = began.elapsed().as_secs_f64();
    assert_eq!(taken, rows);
    let kb = (MOST.load(Relaxed) - before) / 1000;
    println!(
        "CSV row by row: {:.2} million rows/s, {kb} KB at most",
        rows as f64 / s / 1e6
    );
}

fn main() {
    let body = answer();
    told(
        "datagovsg",
        &reader("preset = \"datagovsg\""),
        body.as_bytes(),
    );
    let generic = "shape = \"json\"\ntime_zone = \"Asia/Singapore\"\nrows = \"$.items[0].carpark_data[*]\"\nmap = { zone = \"carpark_number\", vacant = \"$.carpark_info[0].lots_available\", capacity = \"$.carpark_info[0].total_lots\", at = \"update_datetime\" }";
    told("json by a mapping", &reader(generic), body.as_bytes());
    import(1_000_000);
}
