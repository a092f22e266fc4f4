//! What a row says of the zone or bay itself: where it is, what it is called, how many bays it has.

use super::Place;
use super::field::BaysTold;
use super::geometry::middle;
use super::mapping::{ClaimMap, Member, PlaceForm, PlaceMap, RowMembers, Site};
use crate::domain::{CountWord, LatLon};

impl Site {
    /// What a row says of its zone or bay; `Ok(None)`: the mapping asks for nothing.
    pub(super) fn read(
        &self,
        claim: &ClaimMap,
        row: &impl RowMembers,
    ) -> Result<Option<Box<Place>>, String> {
        let at = self
            .place
            .as_ref()
            .map(|place| place.read(row))
            .transpose()?;
        let capacity = claim.numbers.capacity.as_ref();
        let capacity = capacity.map(|m| m.bays("capacity", row, &claim.not_told));
        let capacity = capacity.transpose().map_err(|(_, why)| why)?;
        let most = f64::from(CountWord::MOST_BAYS);
        let capacity = match capacity {
            Some(BaysTold::Number(n)) if (1.0..=most).contains(&n) => Some(n as u32),
            _ => None,
        };
        let kind = self.kind.as_ref().map(|(member, words)| {
            let word = member.field(row);
            let shown = || format!("zone_kind: {} is none of {}", word.shown(), words.list());
            words
                .meaning(&word.text().unwrap_or_default())
                .ok_or_else(shown)
        });
        let text = |member: &Option<Member>| member.as_ref().and_then(|member| member.text(row));
        let max_height_cm = self
            .max_height_m
            .as_ref()
            .and_then(|m| m.field(row).number());
        let max_height_cm = max_height_cm.filter(|m| (0.5..=20.0).contains(m));
        Ok(Some(Box::new(Place {
            zone: claim.zone.as_ref().and_then(|m| m.id(row)),
            bay: claim.bay.as_ref().and_then(|m| m.id(row)),
            name: text(&self.name),
            address: text(&self.address),
            operator: text(&self.operator),
            kind: kind.transpose()?,
            at,
            bay_kind: claim.kind_of(row).map_err(|(_, why)| why)?,
            capacity,
            max_height_cm: max_height_cm.map(|m| (m * 100.0).round() as u16),
        })))
    }
}

impl PlaceMap {
    fn read(&self, row: &impl RowMembers) -> Result<LatLon, String> {
        let (x, y) = match &self.form {
            PlaceForm::Two(x, y) => {
                let read = |member: &Member, name: &str| {
                    let field = member.field(row);
                    let bad = || format!("place: {name}: {} is no number", field.shown());
                    field.number().ok_or_else(bad)
                };
                (read(x, "x")?, read(y, "y")?)
            }
            PlaceForm::Text(member, northing_first) => {
                let field = member.field(row);
                let text = field.text().unwrap_or_default();
                let parts = text.split([',', ';', ' ', '(', ')', '[', ']']);
                let mut numbers = parts.filter(|p| !p.is_empty()).map(str::parse::<f64>);
                match (numbers.next(), numbers.next(), numbers.next()) {
                    (Some(Ok(y)), Some(Ok(x)), None) if *northing_first => (x, y),
                    (Some(Ok(x)), Some(Ok(y)), None) => (x, y),
                    _ => return Err(format!("place: {} is no two numbers", field.shown())),
                }
            }
            PlaceForm::Geometry(path) => {
                let middle = row.json(path).and_then(middle);
                middle.ok_or("place: the geometry has no coordinates")?
            }
        };
        self.crs.place(x, y).map_err(|e| format!("place: {e}"))
    }
}
