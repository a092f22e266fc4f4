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
use super::{FeedAnswer, ZonesFrom};
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

    /// The paths of its mapping, as they are written.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.feed.columns.iter().map(|column| &*column.written)
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
