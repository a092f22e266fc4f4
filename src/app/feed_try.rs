//! `bayhub feed try`: what a feed's answer says, and what of it would be refused and why; and what
//! `check-config` asks of each feed.
//!
//! Keeps nothing, and a hub may run meanwhile.

use super::{Failure, feed_known};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::domain::{BayStatus, Clock as _, CountState, Millis, Reason};
use crate::ingest::codec::Said;
use crate::ingest::connector::fetch::{Fetched, Fetcher};
use crate::ingest::connector::{FeedAnswer, FeedConfig, FeedRow, NextPage, Reader};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// What is asked of a feed.
#[derive(Debug, clap::Args)]
pub struct FeedTry {
    /// The feed's name.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// A saved answer. Absent: the feed is asked, once, for its first page.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// When the saved answer was given (RFC 3339). Absent: at its newest row's time.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Rows to show; 0: all.
    #[arg(long, value_name = "N", default_value_t = 20)]
    rows: usize,
}

/// An answer, and as of when it is read.
struct Tried {
    answer: FeedAnswer,
    now: Millis,
}

/// Prints what the feed's answer says.
///
/// # Errors
/// [`Failure::Config`]: there is no such feed, its mapping cannot be, the file cannot be read or is no
/// such answer, or nothing of it can be used; [`Failure::Unavailable`]: it does not answer.
pub fn feed_try(config: &Config, options: &FeedTry) -> Result<(), Failure> {
    let feed = config.feeds.iter().find(|feed| feed.name == options.name);
    let feed = feed.ok_or_else(|| {
        let names: Vec<_> = config.feeds.iter().map(|feed| &*feed.name).collect();
        let there = if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(", ")
        };
        Failure::Config(format!(
            "no feed is called {:?}; there is {there}",
            options.name
        ))
    })?;
    let reader = Reader::new(feed).map_err(Failure::Config)?.with_places();
    let at = options.at.as_deref().map(|text| {
        Millis::parse(text)
            .ok_or_else(|| Failure::Config(format!("--at: {text:?} is no RFC 3339 time")))
    });
    let at = at.transpose()?;
    let tried = if let Some(file) = &options.file {
        let read = tried(&reader, &read(file)?, at);
        read.map_err(|why| Failure::Config(format!("{}: {why}", file.display())))?
    } else {
        asked(feed, &reader)?
    };
    let most = if options.rows == 0 {
        usize::MAX
    } else {
        options.rows
    };
    print!("{}", page(&reader, &tried, most));
    if let Some(unknown) = feed_known::unknown(config, &tried.answer) {
        println!("{unknown}");
    }
    let taken = tried
        .answer
        .rows
        .iter()
        .filter(|row| row.said.is_ok())
        .count();
    if taken == 0 && !tried.answer.rows.is_empty() {
        return Err(Failure::Config("nothing of it can be used".into()));
    }
    Ok(())
}

/// Asks the feed, as a hub would.
fn asked(feed: &FeedConfig, reader: &Reader) -> Result<Tried, Failure> {
    let says = |why: &str| format!("feeds: {:?}: {why}", feed.name);
    let url = feed.url.as_deref();
    let url = url.ok_or_else(|| Failure::Config(says("it has no url: give --file")))?;
    let fetcher = Fetcher::of_feed(feed, &mut None).map_err(Failure::Config)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|e| Failure::Internal(e.to_string()))?;
    let now = SystemClock.now();
    let got = runtime.block_on(fetcher.fetch(url, None, now));
    match got.map_err(|e| Failure::Unavailable(says(&e.why)))? {
        Fetched::Body(page) => {
            let answer = reader.read(&page.body, page.content_type.as_deref(), now);
            let answer = answer.map_err(|e| Failure::Config(says(&e.0)))?;
            Ok(Tried { answer, now })
        }
        Fetched::Unchanged { .. } => {
            Err(Failure::Unavailable(says("304, to nothing asked before")))
        }
    }
}

/// Compiles every feed's mapping and reads its sample; a line each. What each comes to.
///
/// # Errors
/// [`Failure::Config`]: names the feed and what is wrong.
pub(super) fn check_feeds(feeds: &[FeedConfig]) -> Result<Vec<String>, Failure> {
    if let Some(fault) = FeedConfig::fault_among(feeds) {
        return Err(Failure::Config(fault));
    }
    let mut lines = Vec::new();
    for feed in feeds {
        let reader = Reader::new(feed).map_err(Failure::Config)?;
        let Some(sample) = &feed.sample else { continue };
        let says = |why: String| Failure::Config(format!("feeds: {:?}: sample: {why}", feed.name));
        let body = fs::read(sample).map_err(|e| says(format!("{}: {e}", sample.display())))?;
        let tried = tried(&reader, &body, None).map_err(says)?;
        let rows = &tried.answer.rows;
        let refused = rows.iter().filter(|row| row.said.is_err()).count();
        if refused == rows.len() {
            let first = rows.iter().find_map(|row| row.said.as_ref().err());
            let why = first.map_or_else(|| "it has no rows".to_owned(), |(_, why)| why.clone());
            return Err(says(format!("nothing of it can be used: {why}")));
        }
        let taken = rows.len() - refused;
        let lost = reader.lost(&tried.answer);
        let mut said = rows.iter().filter_map(|row| row.said.as_ref().ok());
        if said.all(is_unknown) && !lost.is_empty() {
            return Err(says(format!("no row tells anything: {}", lost.join("; "))));
        }
        let name = &feed.name;
        lines.extend(lost.iter().map(|lost| format!("feed {name}: {lost}")));
        let of_sample = "rows of its sample taken";
        lines.push(format!(
            "feed {name}: {taken} {of_sample}, {refused} refused"
        ));
    }
    Ok(lines)
}

/// Whether it says that nothing is known.
fn is_unknown(said: &Said<'_>) -> bool {
    match said {
        Said::Count(count) => count.word.state == CountState::Unknown,
        Said::Bay(bay) => bay.status == BayStatus::Unknown,
        _ => false,
    }
}

pub(super) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|e| Failure::Config(format!("{}: {e}", file.display())))
}

/// Reads a saved answer as of `at`, else as of its newest row.
fn tried(reader: &Reader, body: &[u8], at: Option<Millis>) -> Result<Tried, String> {
    let now = match at {
        Some(at) => at,
        None => reader
            .newest(body)
            .map_err(|e| e.0)?
            .unwrap_or_else(|| SystemClock.now()),
    };
    let answer = reader.read(body, None, now).map_err(|e| e.0)?;
    Ok(Tried { answer, now })
}

fn page(reader: &Reader, tried: &Tried, most: usize) -> String {
    let Tried { answer, now } = tried;
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(page, "as of {now}");
    let (taken, refused): (Vec<&FeedRow>, Vec<_>) =
        answer.rows.iter().partition(|row| row.said.is_ok());
    if !taken.is_empty() {
        let heads = ["zone or bay", "kind", "says", "of", "at"];
        let _ = writeln!(page, "{}", line(&heads.map(String::from)));
    }
    for row in taken.iter().take(most) {
        let _ = writeln!(page, "{}", line(&cells(row)));
    }
    if taken.len() > most {
        let _ = writeln!(
            page,
            "... and {} more (--rows 0 shows all)",
            taken.len() - most
        );
    }
    let _ = writeln!(page, "taken: {}, refused: {}", taken.len(), refused.len());
    let mut by_reason: BTreeMap<&str, (usize, Vec<&str>)> = BTreeMap::new();
    for (reason, why) in refused.iter().filter_map(|row| row.said.as_ref().err()) {
        let (count, examples) = by_reason.entry(Reason::name(*reason)).or_default();
        *count += 1;
        if examples.len() < 3 && !examples.contains(&why.as_str()) {
            examples.push(why);
        }
    }
    for (reason, (count, examples)) in by_reason {
        let _ = writeln!(page, "  {reason}: {count}");
        for example in examples {
            let _ = writeln!(page, "    {example}");
        }
    }
    for lost in reader.lost(answer) {
        let _ = writeln!(page, "note: {lost}");
    }
    for note in notes(answer) {
        let _ = writeln!(page, "note: {note}");
    }
    page
}

fn notes(answer: &FeedAnswer) -> Vec<String> {
    let notes = &answer.notes;
    let counted = [
        (
            notes.vacant_above_capacity,
            "vacant_above_capacity: more vacant than there are, taken as all",
        ),
        (
            notes.clamped,
            "clamped: a number that cannot be, taken as what is nearest",
        ),
        (notes.none_of_none, "none_of_none: 0 of 0, taken as unknown"),
        (notes.not_told, "not_told: no number, taken as unknown"),
        (
            notes.time_twice,
            "time_twice: a time that clocks show twice",
        ),
        (
            notes.time_skipped,
            "time_skipped: a time that clocks never show",
        ),
    ];
    let counted = counted.into_iter().filter(|(n, _)| *n > 0);
    let mut lines: Vec<_> = counted.map(|(n, what)| format!("{n} x {what}")).collect();
    if let Some(hours) = notes.hours_off {
        lines.push(format!(
            "this feed's time_zone is wrong by {hours} h (or it stands still)"
        ));
    }
    if notes.rows_left_out > 0 {
        lines.push(format!(
            "{} rows beyond what is read of one answer",
            notes.rows_left_out
        ));
    }
    match &answer.next {
        Some(NextPage::Url(url)) => lines.push(format!("it goes on at {url}")),
        Some(NextPage::Step { param, step }) => {
            lines.push(format!("it goes on with {param} greater by {step}"));
        }
        None => {}
    }
    lines
}

fn line(cells: &[String; 5]) -> String {
    let [what, kind, says, of, at] = cells;
    format!("{what:<28} {kind:<10} {says:>12} {of:>8}  {at}")
        .trim_end()
        .to_owned()
}

fn cells(row: &FeedRow) -> [String; 5] {
    let time =
        |at: Option<Millis>| at.map_or_else(|| "when fetched".to_owned(), |at| at.to_string());
    let none = String::new;
    match &row.said {
        Ok(Said::Count(count)) => {
            let word = count.word;
            let says = match word.state {
                CountState::Open if word.of == crate::domain::CountOf::Vacant => {
                    word.number.to_string()
                }
                CountState::Open => format!("{} taken", word.number),
                state => state.name().to_owned(),
            };
            let of = word.capacity.map_or_else(none, |n| n.to_string());
            [
                count.zone.to_string(),
                count.kind.name().into(),
                says,
                of,
                time(count.at),
            ]
        }
        Ok(Said::Bay(bay)) => {
            let says = BayStatus::name(bay.status).to_owned();
            [bay.bay.to_string(), none(), says, none(), time(bay.at)]
        }
        _ => {
            let place = row.place.as_deref();
            let id = place.and_then(|place| place.bay.clone().or_else(|| place.zone.clone()));
            let of = place
                .and_then(|place| place.capacity)
                .map_or_else(none, |n| n.to_string());
            let says = match &row.flow {
                Some(flow) => format!(
                    "in {} out {}",
                    flow.entered.map_or_else(none, |n| n.to_string()),
                    flow.left.map_or_else(none, |n| n.to_string())
                ),
                None => "a place".into(),
            };
            let at = place.and_then(|place| place.at);
            let at = at.map_or_else(none, |at| format!("{:.6}, {:.6}", at.lat, at.lon));
            [id.unwrap_or_default(), none(), says, of, at]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::connector::PRESETS;

    fn feed(toml: &str) -> FeedConfig {
        FeedConfig::from_file("hdb", toml).unwrap()
    }

    fn tried_page(toml: &str, body: &[u8]) -> String {
        let reader = Reader::new(&feed(toml)).unwrap().with_places();
        let tried = tried(&reader, body, None).unwrap();
        page(&reader, &tried, 2)
    }

    #[test]
    fn a_saved_answer_is_told_as_of_its_newest_row_with_what_is_refused_and_odd() {
        let page = tried_page("preset = \"datagovsg\"", PRESETS[0].sample);
        for words in [
            "as of 2026-11-23T01:59:01.000Z",
            "ZZ12                         car                  68      105  2026-11-23T01:58:43.000Z",
            "... and 2 more",
            "taken: 4, refused: 1",
            "  too_old: 1",
            "at: 2025-01-31T16:00:00.000Z was",
            "note: 1 x vacant_above_capacity",
            "note: 1 x none_of_none",
        ] {
            assert!(page.contains(words), "{words:?} in\n{page}");
        }
    }

    #[test]
    fn a_path_that_leads_nowhere_in_any_row_is_told_with_the_nearest_member() {
        let toml = "shape = \"json\"\nmap = { zone = \"id\", vacant = \"$.vacantt\" }";
        let page = tried_page(toml, br#"[{"id":1,"vacant":2},{"id":2,"vacant":3}]"#);
        let want = "note: $.vacantt leads nowhere in any row; their members are id, vacant; did you mean vacant?";
        assert!(page.contains(want), "{page}");
        assert!(page.contains("2 x not_told"));
    }

    #[test]
    fn check_config_reads_samples_and_names_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.json");
        fs::write(&file, PRESETS[0].sample).unwrap();
        let mut one = feed("preset = \"datagovsg\"");
        one.sample = Some(file.clone());
        let lines = check_feeds(std::slice::from_ref(&one)).unwrap();
        assert_eq!(lines, ["feed hdb: 4 rows of its sample taken, 1 refused"]);
        for (body, words) in [
            ("<html>", "HTML"),
            ("{\"items\":[]}", "it has no rows"),
            ("{\"items\":[{\"carpark_data\":[{}]}]}", "it has no rows"),
            (
                "{\"items\":[{\"carpark_data\":[{\"carpark_info\":[{}]}]}]}",
                "zone: not told",
            ),
        ] {
            fs::write(&file, body).unwrap();
            let said = check_feeds(std::slice::from_ref(&one))
                .unwrap_err()
                .to_string();
            assert!(
                said.contains(words) && said.contains("\"hdb\": sample"),
                "{said}"
            );
        }
        one.sample = Some(folder.path().join("none"));
        assert!(check_feeds(&[one.clone()]).is_err_and(|e| e.to_string().contains("none")));
        assert!(check_feeds(&[one.clone(), one]).is_err_and(|e| e.to_string().contains("twice")));
    }
}
