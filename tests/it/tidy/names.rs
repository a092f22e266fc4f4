//! One name for one thing: a type's name stands once in a room, and at most twice in `src`.
//!
//! `Config` alone is excepted: each room has its own part of the configuration under that name.

use super::Source;
use std::collections::BTreeMap;
use syn::visit::Visit;

/// The most types of one name in `src`; more, and a reader no longer knows which is meant.
const MOST: usize = 2;

const EXCEPTED: &str = "Config";

/// Names that stand for too many types, each with every place.
pub(super) fn check(files: &[Source]) -> Vec<String> {
    let mut places: BTreeMap<String, Vec<(&str, String)>> = BTreeMap::new();
    for file in files.iter().filter(|f| f.path.starts_with("src/")) {
        let Ok(tree) = syn::parse_file(&file.text) else {
            continue;
        };
        let mut types = Types::default();
        types.visit_file(&tree);
        for (name, line) in types.0 {
            let at = format!("{}:{line}", file.path);
            places.entry(name).or_default().push((&file.path, at));
        }
    }
    places.remove(EXCEPTED);
    places
        .iter()
        .filter_map(|(name, all)| fault(name, all))
        .collect()
}

fn fault(name: &str, all: &[(&str, String)]) -> Option<String> {
    let mut rooms: Vec<&str> = all.iter().map(|(path, _)| super::room_of(path)).collect();
    rooms.sort_unstable();
    let twice_in_one = rooms.windows(2).any(|pair| pair[0] == pair[1]);
    if all.len() <= MOST && !twice_in_one {
        return None;
    }
    let at: Vec<&str> = all.iter().map(|(_, at)| at.as_str()).collect();
    Some(format!(
        "{}: `{name}` stands for {} types ({}); a name stands once in a room and at most {MOST} \
         times in src",
        at[0],
        all.len(),
        at.join(", ")
    ))
}

#[derive(Default)]
struct Types(Vec<(String, usize)>);

impl Types {
    fn add(&mut self, name: &syn::Ident) {
        self.0.push((name.to_string(), name.span().start().line));
    }
}

impl<'ast> Visit<'ast> for Types {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.add(&item.ident);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.add(&item.ident);
    }

    fn visit_item_union(&mut self, item: &'ast syn::ItemUnion) {
        self.add(&item.ident);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.add(&item.ident);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.add(&item.ident);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{none, one};
    use super::*;

    fn planted(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<_> = files.iter().map(|(p, t)| Source::new(*p, *t)).collect();
        check(&files)
    }

    #[test]
    fn a_name_twice_in_a_room_is_caught_with_both_places() {
        let files = [
            ("src/live/a.rs", "struct Cell;"),
            ("src/live/b.rs", "\nenum Cell {}"),
        ];
        one(
            &planted(&files),
            &["src/live/a.rs:1", "src/live/b.rs:2", "`Cell`"],
        );
    }

    #[test]
    fn a_name_three_times_is_caught_whatever_it_names() {
        let files = [
            ("src/live/a.rs", "type Cell = u8;"),
            ("src/journal/b.rs", "trait Cell {}"),
            ("src/serve/c.rs", "mod tests { struct Cell; }"),
        ];
        one(&planted(&files), &["`Cell` stands for 3 types"]);
        none(&planted(&files[1..]));
    }

    #[test]
    fn each_room_has_its_config_and_associated_types_are_no_names() {
        none(&planted(&[
            ("src/live/a.rs", "pub struct Config;"),
            ("src/live/b.rs", "pub struct Config;"),
            ("src/serve/a.rs", "impl A for B { type Error = u8; }"),
            (
                "src/serve/b.rs",
                "impl A for B { type Error = u8; } fn f() {}",
            ),
        ]));
    }
}
