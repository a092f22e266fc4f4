//! Command-line options and what they turn into.

mod sharing;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sensors_sim::{CityParams, Faults, Passwords, PlanParams, SimConfig, SimParams};
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use sharing::Sharing;

/// A simulated parking city that publishes over MQTT.
///
/// Lamp posts, gates and app users report to bayhub/v1/{source}/report and /count at QoS 1; user
/// name = source, password = key. Time stamps are always wall-clock time: --speed makes the city
/// livelier, it does not shift them.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Writes zones.geojson, bays.geojson and streets.geojson of a made-up city
    Generate(Generate),
    /// Lets a city live against a broker, until SIGINT, SIGTERM or --duration
    Run(Box<Run>),
    /// Books a day of shared private bays at hubs over HTTP, and compares what it brings
    Sharing(Box<Sharing>),
}

#[derive(Args)]
pub(crate) struct Generate {
    /// Folder for the files; made if it is not there
    #[arg(long)]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) city: CityOptions,
}

#[derive(Args)]
pub(crate) struct CityOptions {
    /// Bays of the made-up city
    #[arg(long, default_value_t = 20_000)]
    bays: u32,
    /// Its zones [default: some 67 bays a zone, 100 in a large city]
    #[arg(long)]
    zones: Option<u32>,
    /// The same seed gives the same city and the same day
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl CityOptions {
    pub(crate) fn params(&self) -> CityParams {
        CityParams {
            bays: self.bays,
            zones: self.zones,
            seed: self.seed,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Preset {
    None,
    Mild,
    Harsh,
}

#[derive(Args)]
pub(crate) struct Run {
    /// HOST:PORT of the broker; it is waited for and tried again for ever
    #[arg(long, default_value = "127.0.0.1:1883")]
    broker: String,
    /// The key of the sensors, and of all sources unless the next two are given
    #[arg(
        long,
        env = "SENSORS_SIM_PASSWORD",
        hide_env_values = true,
        default_value = ""
    )]
    password: String,
    /// The key of the apps
    #[arg(long, env = "SENSORS_SIM_APP_PASSWORD", hide_env_values = true)]
    app_password: Option<String>,
    /// The key of the gates
    #[arg(long, env = "SENSORS_SIM_GATE_PASSWORD", hide_env_values = true)]
    gate_password: Option<String>,
    /// Folder with zones.geojson and bays.geojson, instead of a made-up city
    #[arg(long = "city", value_name = "DIR", conflicts_with_all = ["bays", "zones"])]
    pub(crate) city_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) city: CityOptions,
    /// How much faster than the wall clock the city lives
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Stop after so many seconds, counted from when the hub knows every bay
    #[arg(long, value_name = "S")]
    duration: Option<f64>,
    /// Give up with exit code 3 when a connection fails before the hub knows every bay
    #[arg(long)]
    once: bool,
    /// Seconds between two looks of a lamp post; changes are reported
    #[arg(long, value_name = "S", default_value_t = 12.0)]
    sample_s: f64,
    /// Seconds between two full reports of a lamp post
    #[arg(long, value_name = "S", default_value_t = 300.0)]
    heartbeat: f64,
    /// Local hour at which the city starts [default: now]
    #[arg(long, value_name = "H")]
    start_hour: Option<f64>,
    /// Most connections of sensors; more lamp posts than that share gateways
    #[arg(long, default_value_t = 64)]
    connections: u32,
    /// Sources of app users
    #[arg(long, default_value_t = 8)]
    apps: u32,
    /// Walks of app users a minute in the whole city [default: one for 1,000 bays]
    #[arg(long)]
    app_walks_per_min: Option<f64>,
    /// Sources of gates
    #[arg(long, default_value_t = 4)]
    gates: u32,
    /// Put before every source id
    #[arg(long, default_value = "")]
    source_prefix: String,
    /// Ground-truth log, JSON lines
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// The log stops at this size; what is left out is counted
    #[arg(long, value_name = "MB", default_value_t = 1024)]
    truth_max_mb: u64,
    #[command(flatten)]
    faults: FaultOptions,
}

/// Each dial overrides the preset.
#[derive(Args)]
#[command(next_help_heading = "Faults")]
struct FaultOptions {
    /// Where the dials stand
    #[arg(long = "faults", value_enum, default_value = "mild")]
    preset: Preset,
    /// Share of messages never sent
    #[arg(long)]
    loss: Option<f64>,
    /// Share of messages sent twice
    #[arg(long)]
    duplicate: Option<f64>,
    /// Share of messages held back
    #[arg(long)]
    late: Option<f64>,
    /// Longest time they are held back, seconds
    #[arg(long)]
    late_max_s: Option<f64>,
    /// Share of messages sent after the source's next one
    #[arg(long)]
    out_of_order: Option<f64>,
    /// Share of sensors stuck at any time
    #[arg(long)]
    stuck: Option<f64>,
    /// How long a sensor is stuck, hours
    #[arg(long)]
    stuck_hours: Option<f64>,
    /// Share of readings that are wrong
    #[arg(long)]
    misread: Option<f64>,
    /// Standard deviation of the sources' clocks, ms
    #[arg(long)]
    skew_ms: Option<f64>,
    /// Breaks of each connection an hour
    #[arg(long)]
    reconnects_per_hour: Option<f64>,
}

impl FaultOptions {
    fn faults(&self) -> Faults {
        let base = match self.preset {
            Preset::None => Faults::none(),
            Preset::Mild => Faults::default(),
            Preset::Harsh => Faults::harsh(),
        };
        Faults {
            loss: self.loss.unwrap_or(base.loss),
            duplicate: self.duplicate.unwrap_or(base.duplicate),
            late: self.late.unwrap_or(base.late),
            late_max_s: self.late_max_s.unwrap_or(base.late_max_s),
            out_of_order: self.out_of_order.unwrap_or(base.out_of_order),
            stuck: self.stuck.unwrap_or(base.stuck),
            stuck_hours: self.stuck_hours.unwrap_or(base.stuck_hours),
            misread: self.misread.unwrap_or(base.misread),
            skew_ms: self.skew_ms.unwrap_or(base.skew_ms),
            reconnects_per_hour: self.reconnects_per_hour.unwrap_or(base.reconnects_per_hour),
        }
    }
}

impl Run {
    /// The run's configuration, or what cannot be understood.
    pub(crate) fn config(&self) -> Result<SimConfig, String> {
        let (host, port) = host_and_port(&self.broker)?;
        let duration = match self.duration {
            None => None,
            Some(s) => {
                Some(Duration::try_from_secs_f64(s).map_err(|e| format!("--duration {s}: {e}"))?)
            }
        };
        let plan = PlanParams {
            connections: self.connections,
            apps: self.apps,
            gates: self.gates,
            source_prefix: self.source_prefix.clone(),
            seed: self.city.seed,
        };
        let params = SimParams {
            speed: self.speed,
            sample_s: self.sample_s,
            heartbeat_s: self.heartbeat,
            app_walks_per_min: self.app_walks_per_min,
            start_hour: self.start_hour,
            faults: self.faults.faults(),
            plan,
            seed: self.city.seed,
            ..SimParams::default()
        };
        Ok(SimConfig {
            params,
            truth: self.truth.clone(),
            truth_max_bytes: self.truth_max_mb.saturating_mul(1 << 20),
            duration,
            once: self.once,
            passwords: Passwords {
                sensors: self.password.clone(),
                apps: self.app_password.as_ref().unwrap_or(&self.password).clone(),
                gates: self
                    .gate_password
                    .as_ref()
                    .unwrap_or(&self.password)
                    .clone(),
            },
            ..SimConfig::new(host, port, "")
        })
    }
}

/// `host:port`, `[::1]:port` included.
fn host_and_port(text: &str) -> Result<(String, u16), String> {
    let bad = || format!("--broker {text:?} is not HOST:PORT");
    let (host, port) = text.rsplit_once(':').ok_or_else(bad)?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match port.parse() {
        Ok(port) if port > 0 && !host.is_empty() => Ok((host.to_owned(), port)),
        _ => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_broker_is_a_host_and_a_port() {
        assert_eq!(host_and_port("[::1]:1883"), Ok(("::1".into(), 1883)));
        for bad in ["", "localhost", ":1883", "localhost:0", "localhost:99999"] {
            assert!(host_and_port(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_single_dial_overrides_the_preset() {
        let cli = Cli::parse_from(["sensors-sim", "run", "--faults", "none", "--loss", "0.25"]);
        let Command::Run(run) = cli.command else {
            panic!("not a run")
        };
        assert_eq!(
            run.config().unwrap().params.faults,
            Faults {
                loss: 0.25,
                ..Faults::none()
            }
        );
    }
}
