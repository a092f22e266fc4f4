//! What a line of the past says, held against the registry and the clock: claims, or why not.
//!
//! As at the gate, but nobody asks for keys or areas, every time is old, and none may be missing. Sources
//! get places in the import's own list, not in the registry's: a sender of ten years ago is none of
//! today's. Any number of threads judge at once.

use super::claim::PastClaim;
use super::input::Input;
use super::refusal::{ImportReason, KEPT, Refusals, RefusedAt};
use super::sources::SourceRanks;
use crate::domain::{
    BaySubset, CountObservation, DropList, Millis, Observation, SourceIx, SourceKind,
};
use crate::ingest::codec::{BaySaid, CountSaid, Said};
use crate::ingest::gate::in_255ths;
use crate::registry::Registry;
use crate::registry::city::City;
use std::borrow::Cow;
use std::sync::Arc;

/// See the module.
pub struct Judge {
    pub registry: Arc<Registry>,
    pub sources: Arc<SourceRanks>,
    /// What the senders are.
    pub kind: SourceKind,
    /// What is older is not kept by the history.
    pub oldest: Millis,
    /// What lies after it has not been yet.
    pub newest: Millis,
    /// Bytes of a line, and things that it says.
    pub most_bytes: usize,
    pub most_items: usize,
    pub drop: DropList,
}

/// What came of some lines.
#[derive(Default)]
pub struct Judged {
    pub claims: Vec<PastClaim>,
    pub refusals: Refusals,
    /// The first and last time of what was taken, ms.
    pub times: Option<(u64, u64)>,
}

type LineRefused = (ImportReason, String);

impl Judge {
    /// Judges the lines of a piece, the first of that number.
    #[must_use]
    pub fn lines(&self, input: &Input, lines: &[u8], first: u64) -> Judged {
        let mut judged = Judged::default();
        let mut said = Vec::new();
        let city = self.registry.city();
        // Lines of one sender mostly follow each other.
        let mut last: (Cow<'_, str>, Option<SourceIx>) = (Cow::Borrowed(""), None);
        for (n, line) in (first..).zip(lines.split(|b| *b == b'\n')) {
            let line = line.trim_ascii();
            if line.is_empty() || (n == 1 && input.opened.has_header) {
                continue;
            }
            judged.refusals.tally.lines += 1;
            let refuse = |judged: &mut Judged, index, why: LineRefused| {
                let file = &*input.name;
                let at = RefusedAt {
                    file,
                    line: n,
                    index,
                };
                let shown = if judged.refusals.kept.len() < KEPT {
                    input.opened.reader.shown(line)
                } else {
                    Cow::Borrowed(&b""[..])
                };
                judged.refusals.refuse(&self.drop, at, why, &shown);
            };
            said.clear();
            let whose = input.opened.reader.source(line).unwrap_or_default();
            if last.1.is_none() || whose != last.0 {
                last = (whose, None);
                match self.source(&last.0) {
                    Ok(source) => last.1 = Some(source),
                    Err(why) => {
                        refuse(&mut judged, None, why);
                        continue;
                    }
                }
            }
            let Some(source) = last.1 else { continue };
            if let Err(why) = self.read(input, line, &mut said) {
                refuse(&mut judged, None, why);
                continue;
            }
            let mut seen = None;
            let as_one = input.opened.watches;
            let before = judged.claims.len();
            for (i, one) in said.drain(..).enumerate() {
                match self.claim(&city, source, &one, &mut judged.claims) {
                    Ok(also) => {
                        seen = seen.or(also);
                        judged.refusals.tally.accepted += u64::from(!as_one || i == 0);
                    }
                    Err(why) if as_one => {
                        judged.claims.truncate(before);
                        judged.refusals.tally.accepted -= u64::from(i > 0);
                        refuse(&mut judged, None, why);
                        break;
                    }
                    Err(why) => refuse(&mut judged, Some(i as u32), why),
                }
            }
            if let Some(at) = seen.filter(|_| judged.claims.len() > before) {
                judged.claims.extend(self.presence(source, at, at));
            }
        }
        let times = judged.claims.iter().map(|c| c.at().0);
        judged.times = times.fold(None, |span: Option<(u64, u64)>, at| {
            let (from, to) = span.unwrap_or((at, at));
            Some((from.min(at), to.max(at)))
        });
        judged
    }

    fn read<'a>(
        &self,
        input: &Input,
        line: &'a [u8],
        said: &mut Vec<Said<'a>>,
    ) -> Result<(), LineRefused> {
        if line.len() > self.most_bytes {
            let why = format!(
                "{} bytes; at most {} are taken",
                line.len(),
                self.most_bytes
            );
            return Err((ImportReason::TooLarge, why));
        }
        let read = input.opened.reader.read(line, said);
        read.map_err(|e| (ImportReason::Malformed, e.0))?;
        // A stay of a year is more than that, and is one thing.
        if said.len() > self.most_items && !input.opened.watches {
            let why = format!(
                "{} items; at most {} are taken in a line",
                said.len(),
                self.most_items
            );
            return Err((ImportReason::TooLarge, why));
        }
        Ok(())
    }

    fn source(&self, name: &str) -> Result<SourceIx, LineRefused> {
        let own = format!("import:{}", self.kind.name());
        let name = if name.is_empty() { &own } else { name };
        self.sources.place_of(name)
    }

    /// That a source was there; who passes by vouches for nothing by it.
    pub fn presence(&self, source: SourceIx, from: Millis, to: Millis) -> Option<PastClaim> {
        (!self.kind.passes_by()).then(|| PastClaim::of_presence(source, self.kind, from, to))
    }

    /// The source of lines that name none.
    ///
    /// # Errors
    /// When there is no place left.
    pub fn unnamed(&self) -> Result<SourceIx, LineRefused> {
        self.source("")
    }

    /// Appends what one thing comes to. Gives when its sender saw that all of the line still was so.
    fn claim(
        &self,
        city: &City,
        source: SourceIx,
        said: &Said<'_>,
        claims: &mut Vec<PastClaim>,
    ) -> Result<Option<Millis>, LineRefused> {
        match said {
            Said::Bay(bay) => {
                claims.push(self.bay(city, source, bay)?);
                bay.seen.map(|seen| self.time(Some(seen))).transpose()
            }
            Said::Count(count) => {
                self.count(city, source, count, claims)?;
                Ok(None)
            }
            Said::Present(at) => {
                let at = self.time(*at)?;
                claims.extend(self.presence(source, at, at));
                Ok(None)
            }
            Said::Unreadable(e) => Err((ImportReason::Malformed, e.0.clone())),
            Said::Nothing => Ok(None),
            Said::Online(_) | Said::Uplink(_) => {
                let why = "says nothing of a bay or a zone".to_owned();
                Err((ImportReason::Malformed, why))
            }
        }
    }

    fn bay(
        &self,
        city: &City,
        source: SourceIx,
        said: &BaySaid<'_>,
    ) -> Result<PastClaim, LineRefused> {
        let at = self.time(said.at.or(said.seen))?;
        let bay = self.registry.bay_called(&said.bay);
        let bay = bay.filter(|bay| bay.0 < city.bay_slots());
        let bay = bay.ok_or_else(|| unknown(ImportReason::UnknownBay, "bay", &said.bay))?;
        let confidence = said.confidence.map(in_255ths);
        let observation = Observation {
            at,
            seq: said.seq,
            bay,
            source,
            source_kind: self.kind,
            status: said.status,
            confidence: confidence.unwrap_or_else(|| self.kind.default_confidence()),
            backing: crate::domain::Backing::default(),
        };
        Ok(PastClaim::of_bay(&observation, city.bay_number(bay)))
    }

    fn count(
        &self,
        city: &City,
        source: SourceIx,
        said: &CountSaid<'_>,
        claims: &mut Vec<PastClaim>,
    ) -> Result<(), LineRefused> {
        let at = self.time(said.at)?;
        let zone = self.registry.zone_called(&said.zone);
        let zone = zone.filter(|zone| zone.0 < city.zone_count());
        let zone = zone.ok_or_else(|| unknown(ImportReason::UnknownZone, "zone", &said.zone))?;
        let number = city.zone(zone).number;
        let mut push = |subset, word| {
            let count = CountObservation {
                at,
                zone,
                source,
                source_kind: self.kind,
                kind: said.kind,
                subset,
                word,
                trusted: true,
            };
            claims.push(PastClaim::of_count(&count, number));
        };
        push(None, said.word);
        for (subset, word) in BaySubset::ALL.into_iter().zip(said.subsets) {
            if let Some(word) = word {
                push(Some(subset), word);
            }
        }
        Ok(())
    }

    fn time(&self, at: Option<Millis>) -> Result<Millis, LineRefused> {
        let at = at.ok_or_else(|| {
            let why = "at: missing: of the past only the line itself can say when it was so";
            (ImportReason::WithoutTime, why.to_owned())
        })?;
        if at > self.newest {
            let why = format!("at: {at} has not been yet");
            return Err((ImportReason::TooFarInFuture, why));
        }
        if at < self.oldest {
            let oldest = self.oldest;
            let why = format!(
                "at: {at} is before {oldest}, and the history keeps nothing older: history.keep_turnover_days"
            );
            return Err((ImportReason::TooOld, why));
        }
        Ok(at)
    }
}

fn unknown(reason: ImportReason, what: &str, id: &str) -> LineRefused {
    let id: String = id.chars().take(crate::domain::id::MAX_LEN).collect();
    (reason, format!("{what} {id:?} is not in the registry"))
}
