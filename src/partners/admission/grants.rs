//! What the keys that a partner makes by itself may be good for.
//!
//! Promises: no more than an administrator has granted, and without a word of theirs: reports of apps
//! that nothing is believed of yet, for sources whose ids begin with the partner's name, bookings, and
//! offers of its own bays. The scope admin is never granted.

use super::super::grant::{Scope, Scopes, SourcePattern};
use super::super::issue_error::IssueError;
use super::super::key_request::KeyRequest;
use crate::domain::area::NamedArea;
use crate::domain::{Area, IdPattern, SourceKind, Standing};
use crate::registry::area;
use serde_json::{Value, json};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerGrants {
    pub scopes: Scopes,
    pub source_kinds: Vec<SourceKind>,
    pub sources: Vec<SourcePattern>,
    pub area: Area,
    pub uplinks: bool,
    /// Of every key that it makes.
    pub standing: Standing,
}

/// The members of the JSON form.
const MEMBERS: [&str; 6] = [
    "scopes",
    "source_kinds",
    "sources",
    "area",
    "uplinks",
    "standing",
];

impl PartnerGrants {
    /// What everybody has who is admitted and of whom nothing else is said.
    #[must_use]
    pub fn usual(partner: &str) -> Self {
        // No partner that signs up has a colon in its name: what one may speak for is no other's.
        let own = SourcePattern::parse(&format!("{partner}:*"));
        Self {
            scopes: [Scope::Report, Scope::Share, Scope::Book, Scope::Partner]
                .into_iter()
                .collect(),
            source_kinds: vec![SourceKind::App],
            sources: own.into_iter().collect(),
            area: Area::All,
            uplinks: false,
            standing: Standing::Unproven,
        }
    }

    /// Reads what an administrator grants, or the store keeps; what is left out is as usual.
    ///
    /// # Errors
    /// Names the member and says what is wrong with it.
    pub fn read(told: &Value, partner: &str) -> Result<Self, IssueError> {
        let fault = |why: String| IssueError::Field {
            field: "grants",
            why,
        };
        let members = told
            .as_object()
            .ok_or_else(|| fault("must be an object".to_owned()))?;
        if let Some(name) = members
            .keys()
            .find(|name| !MEMBERS.contains(&name.as_str()))
        {
            return Err(fault(format!(
                "has members {}, not {name:?}",
                MEMBERS.join(", ")
            )));
        }
        let mut own = Self::usual(partner);
        for (name, value) in members.iter().filter(|(_, value)| !value.is_null()) {
            let read = match name.as_str() {
                "scopes" => list(value, Scope::parse).map(|all: Vec<_>| {
                    own.scopes = all.into_iter().collect();
                }),
                "source_kinds" => list(value, SourceKind::parse).map(|all| own.source_kinds = all),
                "sources" => {
                    list(value, |text| SourcePattern::parse(text).ok()).map(|all| own.sources = all)
                }
                "area" => area::read(value).ok().map(|area| own.area = area),
                "uplinks" => value.as_bool().map(|is| own.uplinks = is),
                _ => value
                    .as_str()
                    .and_then(Standing::parse)
                    .map(|standing| own.standing = standing),
            };
            read.ok_or_else(|| fault(format!("has a member {name} that cannot be so: {value}")))?;
        }
        if own.scopes.has(Scope::Admin) {
            return Err(fault(
                "cannot have the scope admin: make such a key by POST /v1/admin/keys".to_owned(),
            ));
        }
        if own.sources.len() > 100 {
            return Err(fault("may have 100 sources at most".to_owned()));
        }
        Ok(own)
    }

    /// As [`PartnerGrants::read`] takes it.
    #[must_use]
    pub fn write(&self) -> Value {
        let kinds: Vec<&str> = self.source_kinds.iter().map(|k| k.name()).collect();
        let sources: Vec<String> = self.sources.iter().map(ToString::to_string).collect();
        json!({
            "scopes": self.scopes.iter().map(Scope::name).collect::<Vec<_>>(),
            "source_kinds": kinds,
            "sources": sources,
            "area": area::write(&self.area),
            "uplinks": self.uplinks,
            "standing": self.standing.name(),
        })
    }

    /// Whether a key may be so.
    ///
    /// # Errors
    /// [`IssueError::NotGranted`] names what goes beyond, and what is granted.
    pub fn allow(&self, ask: &KeyRequest) -> Result<(), IssueError> {
        let not = |field, why: String| Err(IssueError::NotGranted { field, why });
        if let Some(scope) = ask.scopes.iter().find(|s| !self.scopes.has(*s)) {
            let granted: Vec<&str> = self.scopes.iter().map(Scope::name).collect();
            let why = format!("{} (granted: {})", scope.name(), granted.join(", "));
            return not("scopes", why);
        }
        if !ask.scopes.has(Scope::Report) {
            return Ok(());
        }
        if let Some(kind) = ask.source_kind.filter(|k| !self.source_kinds.contains(k)) {
            let granted: Vec<&str> = self.source_kinds.iter().map(|k| k.name()).collect();
            let why = format!("{} (granted: {})", kind.name(), granted.join(", "));
            return not("source_kind", why);
        }
        let beyond = |p: &&SourcePattern| !self.sources.iter().any(|own| holds(own, p));
        if let Some(pattern) = ask.sources.iter().find(beyond) {
            let granted: Vec<String> = self.sources.iter().map(ToString::to_string).collect();
            let why = format!("{pattern} (granted: {})", granted.join(", "));
            return not("sources", why);
        }
        if ask.uplinks && !self.uplinks {
            return not("uplinks", "true".to_owned());
        }
        let area = ask.area.clone().unwrap_or_default();
        if !area_holds(&self.area, &area) {
            let why = format!(
                "{} (granted: {})",
                area::write(&area),
                area::write(&self.area)
            );
            return not("area", why);
        }
        Ok(())
    }
}

/// A list of words; `None` where it is none, or one of them is not known.
fn list<T>(value: &Value, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let items = value.as_array()?.iter();
    items.map(|item| read(item.as_str()?)).collect()
}

/// Whether every id that `inner` covers is one of `outer`'s.
fn holds(outer: &IdPattern, inner: &IdPattern) -> bool {
    match (outer, inner) {
        (IdPattern::Exact(own), IdPattern::Exact(id)) => own == id,
        (IdPattern::Exact(_), IdPattern::Prefix(_)) => false,
        (IdPattern::Prefix(stem), IdPattern::Exact(id) | IdPattern::Prefix(id)) => {
            id.starts_with(&**stem)
        }
    }
}

/// Whether every zone of `inner` is surely one of `outer`'s.
fn area_holds(outer: &Area, inner: &Area) -> bool {
    let part = |own: &NamedArea, asked: &NamedArea| {
        let zone = |p: &IdPattern| own.zones().iter().any(|o| holds(o, p));
        let mut operators = asked.operators().iter();
        asked.zones().iter().all(zone) && operators.all(|name| own.operators().contains(name))
    };
    match (outer, inner) {
        (Area::All, _) => true,
        (Area::Part(_), Area::All) => false,
        (Area::Part(own), Area::Part(asked)) => part(own, asked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Edit = fn(&mut KeyRequest);

    fn ask(edit: impl FnOnce(&mut KeyRequest)) -> KeyRequest {
        let mut ask = KeyRequest {
            name: "acme:app".into(),
            partner: "acme".into(),
            scopes: [Scope::Report].into_iter().collect(),
            sources: vec![SourcePattern::parse("acme:*").unwrap()],
            source_kind: Some(SourceKind::App),
            uplinks: false,
            area: Some(Area::All),
            standing: Standing::Unproven,
            expires_at: None,
        };
        edit(&mut ask);
        ask
    }

    fn patterns(all: &[&str]) -> Vec<IdPattern> {
        all.iter().map(|p| IdPattern::parse(p).unwrap()).collect()
    }

    #[test]
    fn what_goes_beyond_what_is_granted_is_named() {
        let usual = PartnerGrants::usual("acme");
        assert_eq!(usual.allow(&ask(|_| ())), Ok(()));
        let cases: [(&str, &str, Edit); 8] = [
            ("scopes", "admin", |a| {
                a.scopes = [Scope::Report, Scope::Admin].into_iter().collect();
            }),
            ("scopes", "monitor", |a| {
                a.scopes = [Scope::Report, Scope::Monitor].into_iter().collect();
            }),
            ("source_kind", "sensor", |a| {
                a.source_kind = Some(SourceKind::Sensor);
            }),
            ("source_kind", "gate", |a| {
                a.source_kind = Some(SourceKind::Gate);
            }),
            ("sources", "*", |a| a.sources = patterns(&["acme:1", "*"])),
            ("sources", "acme*", |a| a.sources = patterns(&["acme*"])),
            ("sources", "lamp-1", |a| a.sources = patterns(&["lamp-1"])),
            ("uplinks", "true", |a| a.uplinks = true),
        ];
        for (field, word, edit) in cases {
            let said = usual.allow(&ask(edit)).unwrap_err();
            let IssueError::NotGranted { field: named, why } = &said else {
                panic!("{said:?}")
            };
            assert!(*named == field && why.contains(word), "{said:?}");
        }
    }

    #[test]
    fn an_area_is_held_by_what_it_is_part_of() {
        let area = |zones: &[&str], operators: &[&str]| {
            let operators = operators.iter().map(|&o| o.to_owned()).collect();
            Area::of(patterns(zones), operators).unwrap()
        };
        let own = area(&["TPY*", "EAST"], &["hdb"]);
        for inner in [
            area(&["TPY1*"], &[]),
            area(&["EAST"], &["hdb"]),
            own.clone(),
        ] {
            assert!(area_holds(&own, &inner) && area_holds(&Area::All, &inner));
        }
        for outer in [
            Area::All,
            area(&["TP*"], &[]),
            area(&["EAST*"], &[]),
            area(&[], &["ura"]),
        ] {
            assert!(!area_holds(&own, &outer), "{outer:?}");
        }
    }

    #[test]
    fn what_is_written_is_read_and_admin_is_never_granted() {
        let told = json!({"scopes": ["report", "monitor"], "source_kinds": ["sensor", "gate"],
            "sources": ["lamp-*"], "area": {"zones": ["T*"], "operators": []}, "uplinks": true, "standing": "trusted"});
        let read = PartnerGrants::read(&told, "acme").unwrap();
        assert_eq!(read.write(), told);
        let usual = PartnerGrants::read(&json!({}), "acme").unwrap();
        assert_eq!(usual, PartnerGrants::usual("acme"));
        for bad in [
            json!([]),
            json!({"scope": []}),
            json!({"scopes": ["admin"]}),
            json!({"scopes": "report"}),
            json!({"sources": ["a*b"]}),
            json!({"area": {}}),
            json!({"uplinks": "yes"}),
        ] {
            assert!(PartnerGrants::read(&bad, "acme").is_err(), "{bad}");
        }
    }
}
