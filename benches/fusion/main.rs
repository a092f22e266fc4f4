//! What belief knows in random worlds, beside `Joint2`, the sensor's word and the newest report.
//!
//! 2,000 bays for three days, 70 % of them with sensors; Brier scores with sensors, without, and
//! where attacked with the F1 of "vacant". Below each world how belief stands to `Joint2`: bounds
//! are 0.98 with sensors, +0.0005 without, 0.85 where attacked; +0.001 where the world is not as
//! assumed, but for rates that are taken too slow. At the end, which sensors are suspected within a
//! week, and how many of them are ill.
//!
//! `cargo bench --bench fusion`, or with seeds: `-- 12 13`. A seed takes half a minute.

#[path = "../../tests/it/fusion/ours.rs"]
mod ours;
#[path = "../../tests/it/fusion/pace.rs"]
mod pace;
#[path = "../../tests/it/fusion/rules.rs"]
mod rules;
#[path = "../../tests/it/fusion/score.rs"]
mod score;
#[path = "../../tests/it/fusion/trial.rs"]
mod trial;
#[path = "../../tests/it/fusion/week.rs"]
mod week;
#[path = "../../tests/it/fusion/world.rs"]
mod world;

use ours::Belief;
use pace::Pace;
use score::{Group, score};
use trial::trial;
use week::Week;
use world::{Attack, Nature, Params, World};

const BAYS: usize = 2000;
/// None that a parameter was chosen on.
const SEEDS: [u64; 4] = [51, 52, 61, 62];

/// Worlds in which it is asked who is suspected.
const SUSPICIOUS: [Nature; 4] = [
    Nature::Plain,
    Nature::DayAndNight,
    Nature::BaysDiffer,
    Nature::Lognormal,
];

/// The worlds, each with how many times too quick the rates are that are assumed.
fn worlds(seed: u64) -> Vec<(String, Params, f64)> {
    let plain = Params::plain(BAYS, seed);
    let attack = |attack, one_partner| Params {
        attack,
        one_partner,
        ..plain
    };
    let nature = |nature| Params { nature, ..plain };
    let named = [
        ("as assumed", plain, 1.0),
        ("naive attack", attack(Attack::Naive, false), 1.0),
        (
            "sophisticated attack",
            attack(Attack::Sophisticated, false),
            1.0,
        ),
        (
            "the same by one partner",
            attack(Attack::Sophisticated, true),
            1.0,
        ),
        ("rates twice too quick", plain, 2.0),
        ("rates twice too slow", plain, 0.5),
        ("bays differ", nature(Nature::BaysDiffer), 1.0),
        ("lognormal stays", nature(Nature::Lognormal), 1.0),
        ("neighbours err together", nature(Nature::CommonErrors), 1.0),
        ("day and night", nature(Nature::DayAndNight), 1.0),
    ];
    let name = |(name, params, quicker)| (format!("seed {seed}, {name}"), params, quicker);
    named.map(name).to_vec()
}

/// By rates that were learnt in another city of the kind: Brier with sensors, and without.
fn learnt(seed: u64, nature: Nature) {
    let of = |seed| {
        World::new(Params {
            nature,
            ..Params::plain(BAYS, seed)
        })
    };
    let world = of(seed);
    let mut belief = Belief::at_pace(&world, Pace::learnt(&[of(seed + 1000)]));
    let told = score(&world, &mut belief);
    let [sensored, unsensored] = [told.sensored, told.unsensored].map(|g| g.brier());
    println!("seed {seed}, {nature:?}, rates learnt: {sensored:.4} {unsensored:.4}");
}

fn main() {
    // cargo bench adds its own flag.
    let said: Vec<u64> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let seeds = if said.is_empty() {
        SEEDS.to_vec()
    } else {
        said
    };
    // Over all seeds and attacks, of Joint2 and of ours; the least known with sensors of any world.
    let mut attacked = [Group::default(); 2];
    let mut least = 0.0f64;
    for (name, params, quicker) in seeds.iter().flat_map(|seed| worlds(*seed)) {
        let trial = trial(params, quicker);
        let sensored = trial.ours.sensored.brier() / trial.joint.sensored.brier();
        let unsensored = trial.ours.unsensored.brier() - trial.joint.unsensored.brier();
        let ratio = trial.ours.attacked.brier() / trial.joint.attacked.brier();
        println!("{name}: {trial}");
        println!("    of Joint2: {sensored:.3} {unsensored:+.4} {ratio:.3}");
        if params.nature == Nature::Plain && (quicker - 1.0).abs() < 0.1 {
            least = least.max(sensored);
        }
        if params.attack != Attack::None {
            attacked[0].join(&trial.joint.attacked);
            attacked[1].join(&trial.ours.attacked);
        }
    }
    for (seed, nature) in seeds
        .iter()
        .flat_map(|s| SUSPICIOUS.map(|nature| (s, nature)))
    {
        let week = Week::of(nature, *seed);
        println!("seed {seed}, {nature:?}, a week: stuck {}", week.stuck);
        println!("    flickering {}", week.flickering);
    }
    for seed in &seeds {
        learnt(*seed, Nature::Plain);
        learnt(*seed, Nature::DayAndNight);
    }
    let [joint, ours] = attacked.map(|group| group.brier());
    // As .ci/long asks for what is at least so.
    println!(
        "Joint2 / belief: {:.3} with sensors, {:.3} attacked",
        1.0 / least,
        joint / ours
    );
}
