//! Who sees what and who speaks for whom: lamp posts over bays, gates over zones, and the
//! connections they use.
//!
//! A source may publish under its own name only, so one connection is one source. While the lamp
//! posts are no more than the cap, each has its own (`lamp-<zone>-<n>`); beyond it they share
//! gateways (`gw-<n>`), in zone order, so that a gateway's lamp posts are neighbours.

use crate::city::City;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// What sort of sender a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    Sensor,
    App,
    Gate,
}

/// One sender: one MQTT connection whose user name is `id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    pub id: String,
    pub kind: SourceKind,
}

/// How many senders there may be.
#[derive(Clone, Debug)]
pub struct PlanParams {
    /// Cap on the connections of sensors; at least 1.
    pub connections: u32,
    /// Sources of app users; each stands for the back end of one app.
    pub apps: u32,
    /// Sources of gates, shared among the zones that only count; at least 1 when there are such
    /// zones.
    pub gates: u32,
    /// Put before every source id.
    pub source_prefix: String,
    pub seed: u64,
}

impl Default for PlanParams {
    fn default() -> Self {
        Self {
            connections: 64,
            apps: 8,
            gates: 4,
            source_prefix: String::new(),
            seed: 1,
        }
    }
}

/// A lamp post with the bays it sees, or the gate of a zone with the lots behind it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Post {
    /// Position of its source in the plan.
    pub(crate) link: u32,
    pub(crate) zone: u32,
    /// First of its bays. A gate's lots are numbered on after the city's bays.
    pub(crate) first: u32,
    pub(crate) len: u32,
    pub(crate) gate: bool,
}

/// All sources and posts of a city.
#[derive(Debug)]
pub struct Plan {
    pub(crate) sources: Vec<Source>,
    /// In order of their first bay, without gaps.
    pub(crate) posts: Vec<Post>,
    /// Sources of apps are these positions.
    pub(crate) apps: std::ops::Range<u32>,
}

impl Plan {
    /// Spreads lamp posts, gates and apps over connections.
    #[must_use]
    pub fn new(city: &City, params: &PlanParams) -> Self {
        let mut rng = SmallRng::seed_from_u64(params.seed ^ 0x1a3b);
        let (mut posts, names) = place_lamps(city, &mut rng);
        let lamps = posts.len() as u64;
        let cap = u64::from(params.connections.max(1));
        let mut ids: Vec<(String, SourceKind)> = Vec::new();
        if lamps <= cap {
            for (post, name) in posts.iter_mut().zip(names) {
                post.link = ids.len() as u32;
                ids.push((name, SourceKind::Sensor));
            }
        } else {
            for (i, post) in posts.iter_mut().enumerate() {
                post.link = (i as u64 * cap / lamps) as u32;
            }
            ids.extend((0..cap).map(|n| (format!("gw-{n:03}"), SourceKind::Sensor)));
        }
        add_gates(city, params.gates, &mut posts, &mut ids);
        let first_app = ids.len() as u32;
        let apps = if city.bays.is_empty() { 0 } else { params.apps };
        ids.extend((0..apps).map(|n| (format!("app-{n:03}"), SourceKind::App)));
        let prefixed = |(id, kind)| Source {
            id: format!("{}{id}", params.source_prefix),
            kind,
        };
        Self {
            sources: ids.into_iter().map(prefixed).collect(),
            posts,
            apps: first_app..first_app + apps,
        }
    }

    /// Everyone who will publish: what a hub has to enrol or hand keys to.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Lots of the city and of the zones that are only counted.
    pub(crate) fn lots(&self) -> usize {
        self.posts.last().map_or(0, |p| (p.first + p.len) as usize)
    }

    /// The post that watches `lot`.
    pub(crate) fn post_of(&self, lot: u32) -> usize {
        self.posts.partition_point(|p| p.first <= lot) - 1
    }
}

/// Each lamp post of a zone sees 8 to 24 neighbouring bays.
fn place_lamps(city: &City, rng: &mut SmallRng) -> (Vec<Post>, Vec<String>) {
    let mut posts = Vec::new();
    let mut names = Vec::new();
    for (zone, z) in city.zones.iter().enumerate() {
        let mut first = z.bays.start;
        let mut n = 0;
        while first < z.bays.end {
            let left = z.bays.end - first;
            let wanted = rng.random_range(8..=24);
            // No lamp post for a handful of bays that its neighbour can see as well.
            let len = if left <= 24 {
                left
            } else {
                wanted.min(left - 8)
            };
            n += 1;
            posts.push(Post {
                link: 0,
                zone: zone as u32,
                first,
                len,
                gate: false,
            });
            let name = format!("lamp-{}-{n}", z.id);
            names.push(if name.len() <= 56 {
                name
            } else {
                format!("lamp-{}", posts.len())
            });
            first += len;
        }
    }
    (posts, names)
}

fn add_gates(city: &City, gates: u32, posts: &mut Vec<Post>, ids: &mut Vec<(String, SourceKind)>) {
    let counted: Vec<usize> = (0..city.zones.len())
        .filter(|z| city.zones[*z].bays.is_empty() && city.zones[*z].capacity > 0)
        .collect();
    let gates = gates.clamp(1, 1000).min(counted.len() as u32);
    let mut lot = city.bays.len() as u32;
    for (i, zone) in counted.iter().enumerate() {
        let link = ids.len() as u32 + i as u32 % gates;
        let len = city.zones[*zone].capacity;
        posts.push(Post {
            link,
            zone: *zone as u32,
            first: lot,
            len,
            gate: true,
        });
        lot += len;
    }
    ids.extend((0..gates).map(|n| (format!("gate-{n:03}"), SourceKind::Gate)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CityParams;

    fn city(bays: u32) -> City {
        City::generate(&CityParams {
            bays,
            ..CityParams::default()
        })
    }

    #[test]
    fn every_bay_is_seen_by_exactly_one_lamp_post_of_its_zone() {
        let city = city(5_000);
        let plan = Plan::new(&city, &PlanParams::default());
        let mut next = 0;
        for (i, p) in plan.posts.iter().enumerate() {
            assert_eq!(p.first, next);
            assert_eq!(plan.post_of(p.first), i);
            assert_eq!(plan.post_of(p.first + p.len - 1), i);
            next += p.len;
            if !p.gate {
                assert!(p.len <= 24);
                let zone = &city.zones()[p.zone as usize];
                assert!(zone.bays.start <= p.first && p.first + p.len <= zone.bays.end);
            }
        }
        assert_eq!(plan.lots(), next as usize);
    }

    #[test]
    fn lamp_posts_speak_for_themselves_until_there_are_too_many() {
        let city = city(300);
        let own = Plan::new(&city, &PlanParams::default());
        assert!(own.sources().iter().any(|s| s.id.starts_with("lamp-")));
        let shared = Plan::new(
            &city,
            &PlanParams {
                connections: 3,
                ..PlanParams::default()
            },
        );
        let sensors = shared
            .sources()
            .iter()
            .filter(|s| s.kind == SourceKind::Sensor)
            .count();
        assert_eq!(sensors, 3);
        assert!(shared.sources().iter().all(|s| !s.id.starts_with("lamp-")));
    }

    #[test]
    fn sources_have_valid_ids_of_their_own() {
        let plan = Plan::new(
            &city(20_000),
            &PlanParams {
                source_prefix: "sim.".into(),
                ..PlanParams::default()
            },
        );
        let ids: std::collections::BTreeSet<_> = plan.sources().iter().map(|s| &s.id).collect();
        assert_eq!(ids.len(), plan.sources().len());
        assert!(
            ids.iter()
                .all(|id| crate::city::is_valid_id(id) && id.starts_with("sim."))
        );
    }
}
