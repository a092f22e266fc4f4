//! Past reports through `bayhub import`, from a file of lines to a history that answers: how many a
//! second, in how much memory, and what it costs to do it again.
//!
//! The city is made up: zones of 50 bays, a gateway a zone, reports evenly spread over time, in their
//! order but for a minute. The binary itself is started, as an operator would; memory is the most that
//! Linux says it has held. Beside it: an idle hub on the same city.
//!
//! `cargo bench --bench import -- [REPORTS] [ZONES] [REPORTS A LINE] [HOURS] [DIR]` (5,000,000, 400, 1,
//! 48; the files go to DIR, else to the system's folder for such). REPORTS A LINE 0: a table, CSV, by a mapping.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const BAYS: u64 = 50;
/// 2026-01-01T00:00:00Z
const BEGIN: u64 = 1_767_225_600_000;
const BAYHUB: &str = env!("CARGO_BIN_EXE_bayhub");

struct Terms {
    reports: u64,
    zones: u64,
    a_line: u64,
    hours: u64,
}

fn main() -> io::Result<()> {
    let mut given = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let mut number = |usual: u64| {
        let text = given.next().map(|n| n.replace(['_', ','], ""));
        text.and_then(|n| n.parse().ok()).unwrap_or(usual)
    };
    let terms = Terms {
        reports: number(5_000_000),
        zones: number(400),
        a_line: number(1),
        hours: number(48),
    };
    let dir = given.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = tempfile::tempdir_in(dir)?;
    let config = city(dir.path(), &terms)?;
    let form = if terms.a_line == 0 { "csv" } else { "jsonl" };
    let file = dir.path().join(format!("past.{form}"));
    let begun = Instant::now();
    write_reports(&file, &terms)?;
    let bytes = std::fs::metadata(&file)?.len();
    println!(
        "{} reports of {} zones in {} hours, {} a line: {} MB, made in {:.1} s",
        terms.reports,
        terms.zones,
        terms.hours,
        terms.a_line,
        bytes >> 20,
        begun.elapsed().as_secs_f64()
    );
    for what in ["first import", "same file again"] {
        let (took, most) = import(&config, &file)?;
        let rate = terms.reports as f64 / took.as_secs_f64() / 1e6;
        println!(
            "{what}: {:.1} s, {rate:.2} M reports/s, at most {most} MB",
            took.as_secs_f64()
        );
    }
    println!(
        "the set of claims: {} MB",
        size(&dir.path().join("data/import")) >> 20
    );
    println!(
        "the history: {} MB",
        size(&dir.path().join("data/history")) >> 20
    );
    println!("an idle hub on it: {} MB", idle(&config)?);
    Ok(())
}

fn city(dir: &Path, terms: &Terms) -> io::Result<PathBuf> {
    let mut zones = BufWriter::new(File::create(dir.join("zones.geojson"))?);
    let mut bays = BufWriter::new(File::create(dir.join("bays.geojson"))?);
    for (file, what) in [(&mut zones, "zone"), (&mut bays, "bay")] {
        write!(file, "{{\"type\":\"FeatureCollection\",\"features\":[")?;
        for z in 0..terms.zones {
            let of = if what == "zone" { 1 } else { BAYS };
            for b in 0..of {
                let comma = if z + b > 0 { "," } else { "" };
                let lat = 1.2 + (z / 100) as f64 * 0.002;
                let lon = 103.7 + (z % 100) as f64 * 0.002 + b as f64 * 0.00002;
                let who = if what == "zone" {
                    format!("\"id\":\"Z{z}\",\"kind\":\"off_street\",\"capacity\":{BAYS}")
                } else {
                    format!("\"id\":\"Z{z}-{b}\",\"zone\":\"Z{z}\"")
                };
                write!(
                    file,
                    "{comma}{{\"type\":\"Feature\",\"geometry\":{{\"type\":\"Point\",\"coordinates\":[{lon:.6},{lat:.6}]}},\"properties\":{{{who}}}}}"
                )?;
            }
        }
        write!(file, "]}}")?;
        file.flush()?;
    }
    let config = dir.join("bayhub.toml");
    let text = format!(
        "[registry]\npath = \"{0}\"\n[data]\npath = \"{0}/data\"\n[http]\nlisten = \"127.0.0.1:0\"\n\
         [mqtt]\nlisten = \"127.0.0.1:0\"\n[history]\nkeep_turnover_days = 0\n\
         [[feeds]]\nname = \"past\"\nshape = \"csv\"\nkind = \"sensor\"\narea = \"all\"\n[feeds.push]\nauth = \"bearer\"\n\
         [feeds.map]\nbay = \"sensor\"\nat = \"seen\"\n\
         state = {{ path = \"occupancy\", occupied = [\"occupied\"], vacant = [\"vacant\"] }}\n",
        dir.display()
    );
    std::fs::write(&config, text)?;
    Ok(config)
}

/// A number that looks like chance and is always the same.
const fn mix(n: u64) -> u64 {
    let n = (n ^ (n >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    n ^ (n >> 29)
}

fn write_reports(to: &Path, terms: &Terms) -> io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(to)?);
    let lines = terms.reports / terms.a_line.max(1);
    let span = terms.hours * 3_600_000;
    let mut line = String::new();
    if terms.a_line == 0 {
        writeln!(file, "sensor,seen,street,occupancy")?;
    }
    for n in 0..lines {
        let zone = mix(n) % terms.zones;
        let at = BEGIN + 60_000 + n * (span - 60_000) / lines - mix(n + 7) % 60_000;
        let at = rfc3339(at);
        line.clear();
        let state = |b: u64| {
            if mix(b + n * 3).is_multiple_of(3) {
                "occupied"
            } else {
                "vacant"
            }
        };
        let written = if terms.a_line == 0 {
            let bay = mix(n + 3) % BAYS;
            let state = state(bay);
            writeln!(line, "Z{zone}-{bay},{at},\"Street, {zone}\",{state}")
        } else if terms.a_line == 1 {
            let bay = mix(n + 3) % BAYS;
            let state = state(bay);
            writeln!(
                line,
                "{{\"source\":\"gw-{zone}\",\"bay\":\"Z{zone}-{bay}\",\"state\":\"{state}\",\"at\":\"{at}\",\"seq\":{n}}}"
            )
        } else {
            let mut all = write!(
                line,
                "{{\"source\":\"gw-{zone}\",\"at\":\"{at}\",\"seq\":{n},\"bays\":["
            );
            for i in 0..terms.a_line {
                let bay = (n + i) % BAYS;
                let comma = if i > 0 { "," } else { "" };
                let state = state(bay);
                all = all.and(write!(
                    line,
                    "{comma}{{\"bay\":\"Z{zone}-{bay}\",\"state\":\"{state}\"}}"
                ));
            }
            all.and(writeln!(line, "]}}"))
        };
        written.map_err(io::Error::other)?;
        file.write_all(line.as_bytes())?;
    }
    file.flush()
}

fn rfc3339(ms: u64) -> String {
    let day = (ms - BEGIN) / 86_400_000;
    let rest = ms % 86_400_000;
    // Within 2026, which is no leap year.
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    let mut left = day;
    while left >= lengths[month] {
        left -= lengths[month];
        month += 1;
    }
    let s = rest / 1000;
    format!(
        "2026-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        month + 1,
        left + 1,
        s / 3600,
        s / 60 % 60,
        s % 60,
        rest % 1000
    )
}

/// How long it took, and the most memory, MB.
fn import(config: &Path, file: &Path) -> io::Result<(Duration, u64)> {
    let begun = Instant::now();
    let is_table = file.extension().is_some_and(|e| e == "csv");
    let mut child = Command::new(BAYHUB)
        .args(["import", "--config"])
        .arg(config)
        .arg("--from")
        .arg(file)
        .args(
            is_table
                .then_some(["--format", "mapping:past"])
                .into_iter()
                .flatten(),
        )
        .stderr(Stdio::null())
        .spawn()?;
    let mut most = 0;
    let done = loop {
        most = most.max(memory(&child));
        if let Some(done) = child.try_wait()? {
            break done;
        }
        thread::park_timeout(Duration::from_millis(20));
    };
    assert!(done.success(), "{done}");
    Ok((begun.elapsed(), most))
}

/// The most memory that a process has held, MB.
fn memory(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kb = line.and_then(|l| l.trim().split(' ').next()?.parse::<u64>().ok());
    kb.unwrap_or(0) >> 10
}

fn idle(config: &Path) -> io::Result<u64> {
    let mut child = Command::new(BAYHUB)
        .args(["run", "--config"])
        .arg(config)
        .stderr(Stdio::null())
        .spawn()?;
    thread::park_timeout(Duration::from_secs(5));
    let most = memory(&child);
    child.kill()?;
    child.wait()?;
    Ok(most)
}

fn size(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let sizes = entries.map(|e| match e.metadata() {
        Ok(meta) if meta.is_dir() => size(&e.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    });
    sizes.sum()
}
