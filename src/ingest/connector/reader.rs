//! A feed's shape and mapping, compiled together: what reads its answers.

use super::compile::Compiler;
use super::config::FeedConfig;
use super::dialect::Dialect;
use super::gather::{CompiledFeed, GatheredRows, Paging};
use super::mapping::ClaimMap;
use super::path::Path;
use super::preset;
use super::shape::Shape;
use super::text;
use super::{FeedAnswer, FeedRow, ZonesFrom};
use crate::domain::Millis;
use crate::ingest::codec::Malformed;
use serde_json::Value;

/// Bytes of an answer.
const LARGEST_ANSWER: usize = 64 << 20;

/// Reads the answers of one feed. Compiled once; shared by threads.
#[derive(Debug)]
pub struct Reader {
    pub(super) shape: &'static Shape,
    pub(super) feed: CompiledFeed,
}

impl Reader {
    /// Compiles a feed's mapping.
    ///
    /// # Errors
    /// Says what is wrong, naming the feed and the key.
    pub fn new(feed: &FeedConfig) -> Result<Self, String> {
        Self::compile(feed).map_err(|e| format!("feeds: {:?}: {e}", feed.name))
    }

    fn compile(feed: &FeedConfig) -> Result<Self, String> {
        let shape = Shape::named(&feed.shape)?;
        let usual = preset::table(shape.usual)?;
        let text = |own: &Option<String>, key: &str| {
            let usual = usual
                .get(key)
                .and_then(Value::as_str)
                .map(ToOwned::to_owned);
            own.clone().or(usual)
        };
        let path = |own: &Option<String>, key: &str| {
            let made = text(own, key).map(|text| Path::new(&text, &[])).transpose();
            made.map_err(|e| format!("{key}: {e}"))
        };
        let mut map = feed.map.clone();
        if let Some(Value::Object(usual)) = usual.get("map") {
            for (member, value) in usual {
                map.entry(member.clone()).or_insert_with(|| value.clone());
            }
        }
        let page = feed.page.as_ref().or(usual.get("page"));
        let mut compiler = Compiler {
            inside: shape.inside,
            time_zone: feed.time_zone,
            ..Compiler::default()
        };
        let claims = compiler.claims(&map).map_err(|e| format!("map.{e}"))?;
        let whole = CompiledFeed {
            rows: path(&feed.rows, "rows")?,
            next: path(&feed.next, "next")?,
            page: page.map(Paging::read).transpose()?,
            ttl: path(&feed.ttl, "ttl")?,
            dialect: Dialect::read(feed.csv.as_ref())?,
            claims,
            columns: compiler.columns,
            time_zone: feed.time_zone,
            stale_after_s: feed.stale_after,
            places: feed.zones == ZonesFrom::Create,
        };
        let deep = whole.columns.iter().find(|column| column.name.is_none());
        if let Some(column) = deep.filter(|_| shape.name == "csv") {
            return Err(format!(
                "map: a row of CSV has columns only, not {}",
                column.written
            ));
        }
        Ok(Self { shape, feed: whole })
    }

    /// The same, telling of each row what it says of the zone or bay itself.
    #[must_use]
    pub fn with_places(mut self) -> Self {
        self.feed.places = true;
        self
    }

    /// The same without a limit of age: the feed's own is off.
    #[must_use]
    pub fn of_any_age(mut self) -> Self {
        self.feed.stale_after_s = None;
        self
    }

    /// Whether its rows say anything of bays, or are static ones.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.feed.claims.iter().any(ClaimMap::is_live)
    }

    /// The newest time that a row of a saved answer tells, but for the twentieth part that is ahead
    /// of the others: what its time was, as nearly as it says itself.
    ///
    /// # Errors
    /// The bytes are no such answer at all.
    pub fn newest(&self, body: &[u8]) -> Result<Option<Millis>, Malformed> {
        let answer = self.read_any_age(body)?;
        let mut times: Vec<_> = answer.rows.iter().filter_map(FeedRow::told_at).collect();
        times.sort_unstable();
        let last = times.len().checked_sub(1 + times.len() / 20);
        Ok(last.and_then(|at| times.get(at)).copied())
    }

    /// Reads a saved answer, its rows of any age.
    ///
    /// # Errors
    /// The bytes are no such answer at all.
    pub fn read_any_age(&self, body: &[u8]) -> Result<FeedAnswer, Malformed> {
        self.read_of(body, None, None)
    }

    /// The paths of the mapping that lead nowhere in any row, each with the members that there are.
    /// Of shapes whose rows are as they came.
    #[must_use]
    pub fn lost(&self, answer: &FeedAnswer) -> Vec<String> {
        if !["json", "geojson", "datamall", "form", "csv"].contains(&self.shape.name) {
            return Vec::new();
        }
        let texts = answer.rows.iter().take(1000);
        let rows = texts.filter_map(|row| serde_json::from_str(&row.payload).ok());
        let rows: Vec<Value> = rows.filter(Value::is_object).collect();
        let Some(first) = rows.first() else {
            return Vec::new();
        };
        let inside = self.shape.inside.first().and_then(|name| first.get(*name));
        let members = inside.unwrap_or(first).as_object();
        let names: Vec<&str> = members
            .into_iter()
            .flat_map(|all| all.keys().map(String::as_str))
            .collect();
        let plain = self
            .feed
            .columns
            .iter()
            .filter(|c| !c.of_answer && !c.one_of_several);
        let lost = plain.filter(|column| rows.iter().all(|row| column.path.first(row).is_none()));
        let told = lost.map(|column| {
            let written = &column.written;
            let near = preset::near(written.trim_start_matches("$."), &names);
            let names = names.join(", ");
            format!("{written} leads nowhere in any row; their members are {names}{near}")
        });
        told.collect()
    }

    /// Reads an answer. `content_type` is the header as it came, `now` the hub's clock.
    ///
    /// # Errors
    /// The bytes are no such answer at all.
    pub fn read(
        &self,
        body: &[u8],
        content_type: Option<&str>,
        now: Millis,
    ) -> Result<FeedAnswer, Malformed> {
        self.read_of(body, content_type, Some(now))
    }

    /// The same; without `now` times may be of any age.
    pub(super) fn read_of(
        &self,
        body: &[u8],
        content_type: Option<&str>,
        now: Option<Millis>,
    ) -> Result<FeedAnswer, Malformed> {
        if body.len() > LARGEST_ANSWER {
            let why = format!("{} bytes; at most {LARGEST_ANSWER} are read", body.len());
            return Err(Malformed(why));
        }
        let text = text::decode(body, content_type, self.feed.dialect.charset);
        let mut gathered = self.feed.gather(now);
        (self.shape.read)(
            &self.feed,
            text.trim_start_matches('\u{feff}'),
            &mut gathered,
        )?;
        Ok(self.feed.finish(gathered))
    }

    /// Gathers the rows of a line that is an answer, or a row.
    pub(super) fn gather_line(&self, line: &[u8], to: &mut GatheredRows) -> Result<(), Malformed> {
        let text = text::decode(line, None, self.feed.dialect.charset);
        (self.shape.read)(&self.feed, text.trim_start_matches('\u{feff}'), to)
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
