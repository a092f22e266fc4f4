//! What zones and bays are called: by their ids, and by other names (aliases) that a city's own
//! systems use.
//!
//! Promises: a name leads to one thing, so an alias is nobody else's id and nobody else's alias; an
//! id is looked up first, and only what is none costs a second look-up. An alias leads to an id, not
//! to an index: what moves keeps its names.

use super::Ids;
use super::faults::Faults;
use super::id_table::IdTable;
use crate::domain::id;
use ahash::{AHashMap, AHashSet};
use std::borrow::Cow;
use std::sync::Arc;

/// Other names of one zone or bay.
pub(super) const MOST_ALIASES: usize = 16;

/// What a name may be; see [`id::is_alias`].
const LENGTHS: &str = "1 to 128 characters are allowed, no control characters";

/// Ids and aliases of zones, or of bays.
pub(super) struct NameBook<Ix> {
    pub(super) ids: IdTable<Ix>,
    /// Alias to id.
    id_of: Ids<Arc<str>>,
    /// The inverse; ids without aliases are not there.
    aliases_of: Ids<Arc<[Arc<str>]>>,
}

/// What an id leads to once a draft is taken; `None`: nothing.
pub(super) type Moves<Ix> = Vec<(Arc<str>, Option<Ix>)>;

/// What somebody is called from now on.
pub(super) struct Renamed {
    /// Where in the file or batch, for faults.
    pub(super) at: usize,
    pub(super) id: Arc<str>,
    pub(super) aliases: Box<[String]>,
}

/// The same as it was found in a file.
pub(super) struct Called {
    pub(super) file: Arc<str>,
    pub(super) renamed: Renamed,
    /// Put by a run-time change: taken once, it must not keep a hub from starting, and gives way to
    /// what the files say now.
    pub(super) yields: bool,
}

impl<Ix: Copy + From<u32>> NameBook<Ix> {
    /// Of these ids, which have no aliases yet.
    pub(super) fn of(ids: IdTable<Ix>) -> Self {
        Self {
            ids,
            id_of: Ids::default(),
            aliases_of: Ids::default(),
        }
    }

    /// What has that id.
    #[inline]
    pub(super) fn get(&self, id: &str) -> Option<Ix> {
        self.ids.get(id)
    }

    /// What has that id, or that alias.
    #[inline]
    pub(super) fn called(&self, name: &str) -> Option<Ix> {
        self.get(name).or_else(|| self.get(&self.alias(name)?))
    }

    /// The id that an alias stands for.
    pub(super) fn alias(&self, name: &str) -> Option<Arc<str>> {
        self.id_of.get(name).map(|id| Arc::clone(&id))
    }

    /// Whose id or alias a name is.
    pub(super) fn id(&self, name: &str) -> Option<Arc<str>> {
        let own = self.ids.contains(name).then(|| Arc::from(name));
        own.or_else(|| self.alias(name))
    }

    /// The aliases of an id.
    pub(super) fn aliases(&self, id: &str) -> Arc<[Arc<str>]> {
        let found = self.aliases_of.get(id).map(|all| Arc::clone(&all));
        found.unwrap_or_else(|| Arc::from([]))
    }

    /// What a feature with these names is put under: its own id, or the id of what is known by its
    /// own as an alias, which it keeps.
    pub(super) fn meant(&self, id: String, mut aliases: Vec<String>) -> (String, Vec<String>) {
        if self.ids.contains(&id) {
            return (id, aliases);
        }
        let given = given_name(&id, &aliases);
        let Some(known) = self.alias(given) else {
            return (id, aliases);
        };
        if given == id && !aliases.contains(&id) {
            aliases.push(id);
        }
        aliases.retain(|alias| **alias != *known);
        (known.to_string(), aliases)
    }

    /// That an id is called so from now on, if it is not yet.
    pub(super) fn renamed(&self, at: usize, id: &str, aliases: &[String]) -> Option<Renamed> {
        let same = || {
            let now = self.aliases(id);
            now.iter().map(|alias| &**alias).eq(aliases)
        };
        (!same()).then(|| Renamed {
            at,
            id: Arc::from(id),
            aliases: aliases.into(),
        })
    }

    /// Gives these their aliases, for none before.
    pub(super) fn rename(&self, all: Vec<Renamed>) {
        for Renamed { id, .. } in &all {
            for old in self.aliases(id).iter() {
                self.id_of.remove(old);
            }
        }
        for Renamed { id, aliases, .. } in all {
            let aliases: Arc<[Arc<str>]> = aliases.iter().map(|a| Arc::from(&**a)).collect();
            for alias in aliases.iter() {
                self.id_of.insert(Arc::clone(alias), Arc::clone(&id));
            }
            if aliases.is_empty() {
                self.aliases_of.remove(&id);
            } else {
                self.aliases_of.insert(id, aliases);
            }
        }
    }

    /// Takes in the aliases that were found beside the ids; what is somebody else's name is a fault.
    pub(super) fn take(&self, found: Vec<Called>, faults: &mut Faults) {
        for mut one in found {
            let own = Arc::clone(&one.renamed.id);
            let mut kept = std::mem::take(&mut one.renamed.aliases).into_vec();
            kept.retain(|alias| {
                let Some(what) = self.clash(alias, &own) else {
                    return true;
                };
                if one.yields {
                    tracing::warn!(
                        id = &*own,
                        alias = &**alias,
                        "an alias gives way: it {what}"
                    );
                } else {
                    let what = format!("alias {alias:?} {what}");
                    faults.add(&one.file, one.renamed.at, Some(&own), what);
                }
                false
            });
            one.renamed.aliases = kept.into();
            self.rename(vec![one.renamed]);
        }
    }

    fn clash(&self, alias: &str, own: &str) -> Option<String> {
        if self.ids.contains(alias) {
            return Some("is the id of another".to_owned());
        }
        let other = self.alias(alias).filter(|id| **id != *own)?;
        Some(format!("is one of {other:?} as well"))
    }

    /// What would not be one thing's name any more after a change in which these ids come, move or
    /// go.
    pub(super) fn clashes(
        &self,
        change: &[Renamed],
        moves: &Moves<Ix>,
    ) -> Vec<(usize, Arc<str>, String)> {
        let after: AHashMap<&str, bool> =
            moves.iter().map(|(id, to)| (&**id, to.is_some())).collect();
        let is_id = |name: &str| {
            let stays = || self.ids.contains(name);
            after.get(name).copied().unwrap_or_else(stays)
        };
        let changed: AHashSet<&str> = change.iter().map(|one| &*one.id).collect();
        let mut taken: AHashMap<&str, &str> = AHashMap::new();
        let mut found = Vec::new();
        for Renamed { at, id, aliases } in change {
            for alias in aliases {
                let kept = self.alias(alias).filter(|of| !changed.contains(&**of));
                let what = if is_id(alias) {
                    Some("is the id of another".to_owned())
                } else if let Some(other) = kept {
                    Some(format!("is one of {other:?} as well"))
                } else {
                    let other = taken.insert(alias, id);
                    other.map(|other| format!("is one of {other:?} as well"))
                };
                if let Some(what) = what {
                    found.push((*at, Arc::clone(id), format!("alias {alias:?} {what}")));
                }
            }
        }
        found
    }
}

/// An id and aliases as they are kept: an id that is none gives way to one that is made of it, and
/// is an alias from then on; no alias comes twice, or is the id itself.
///
/// # Errors
/// Says what an id or alias must be.
pub(super) fn settled(
    id: Cow<'_, str>,
    aliases: Vec<String>,
) -> Result<(Cow<'_, str>, Vec<String>), String> {
    if aliases.is_empty() && id::is_valid(&id) {
        return Ok((id, aliases));
    }
    let mut all = aliases;
    let own = if id::is_valid(&id) {
        id
    } else {
        let made = id::made_of(&id).ok_or_else(|| format!("invalid id: {LENGTHS}"))?;
        all.insert(0, id.into_owned());
        Cow::Owned(made)
    };
    let mut seen = AHashSet::new();
    all.retain(|alias| **alias != *own && seen.insert(alias.clone()));
    if all.len() > MOST_ALIASES {
        return Err(format!(
            "has {} aliases; {MOST_ALIASES} are the most",
            all.len()
        ));
    }
    match all.iter().find(|alias| !id::is_alias(alias)) {
        Some(bad) => Err(format!(
            "alias {:?}: {LENGTHS}",
            bad.chars().take(40).collect::<String>()
        )),
        None => Ok((own, all)),
    }
}

/// What a feature's own id was, whether or not it could stay so.
pub(super) fn given_name<'n>(id: &'n str, aliases: &'n [String]) -> &'n str {
    let made = |alias: &&String| !id::is_valid(alias) && id::made_of(alias).as_deref() == Some(id);
    aliases.iter().find(made).map_or(id, |given| given)
}

/// What is wrong with an id that is there already.
pub(super) fn duplicate(id: &str, aliases: &[String]) -> String {
    let given = given_name(id, aliases);
    if given == id {
        return "duplicate id".to_owned();
    }
    format!("duplicate id, made of {given:?}; give it an id of its own and that one in \"aliases\"")
}
