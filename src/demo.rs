//! `bayhub demo`: the whole hub and a simulated city on one machine, with nothing to install.
//!
//! The simulator is the `sensors-sim` crate: it knows the hub only by its MQTT address and a key.
//! Everything the demo makes (city, keys, journal) lies in one folder, so a second start with the
//! same `--data` finds it again. What is printed on stdout is one line of JSON, once the first
//! query has an answer; on stderr beside the log the keys as a shell takes them. A fresh folder begins
//! with a settled past (`past`).

mod keys;
mod past;

use crate::app::{self, Failure, Hub, has_city};
use crate::config::{self, Config};
use crate::partners::Keys;
use keys::DemoKeys;
use sensors_sim::{City, CityParams, MAX_BAYS, Passwords, Sim, SimConfig, SimParams};
use serde::Serialize;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::{oneshot, watch};

/// How large, where, and how lively.
#[derive(clap::Args, Clone, Debug)]
pub struct Options {
    /// Bays in the simulated city; 0 for an empty one.
    #[arg(
        long,
        default_value_t = 20_000,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_BAYS))
    )]
    bays: u32,
    /// HTTP address.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    http: SocketAddr,
    /// MQTT address.
    #[arg(long, default_value = "127.0.0.1:1883", value_name = "ADDR")]
    mqtt: SocketAddr,
    /// Where everything is kept; without it a fresh temporary folder, removed at the end.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Another city's zones.geojson and bays.geojson.
    #[arg(long, value_name = "DIR", conflicts_with = "bays")]
    registry: Option<PathBuf>,
    /// The city, but no simulated traffic: every bay starts as reported by nobody.
    #[arg(long)]
    no_sim: bool,
    /// Hours of the past that a fresh folder's city lives through before the doors open, fewer where it
    /// is large; 0: none.
    #[arg(
        long,
        default_value_t = 24,
        value_name = "HOURS",
        value_parser = clap::value_parser!(u32).range(0..=672)
    )]
    past: u32,
    /// How many times faster than the clock the city lives.
    #[arg(long, default_value_t = 1.0, value_name = "N", value_parser = speed)]
    speed: f64,
    /// Go on without what of `--data` is missing or another's, as `run` does.
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_parser = app::LossKind::parse)]
    accept_loss: Vec<app::LossKind>,
    /// The city is the same for the same number.
    #[arg(long, default_value_t = 1, value_name = "N")]
    seed: u64,
}

/// A speed the simulator takes: found out here, not once the hub stands and waits for it.
fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "this is no number".to_owned())?;
    SimParams {
        speed,
        ..SimParams::default()
    }
    .check()
    .map(|()| speed)
}

/// The source that the printed `report` key speaks for.
const SOURCE: &str = "demo-app";

/// What is printed once the hub is ready.
#[derive(Serialize)]
struct Ready<'a> {
    http: String,
    mqtt: String,
    data: &'a Path,
    source: &'a str,
    keys: Printed<'a>,
}

#[derive(Serialize)]
struct Printed<'a> {
    report: &'a str,
    share: &'a str,
    book: &'a str,
    monitor: &'a str,
    admin: &'a str,
    partner: &'a str,
    order: &'a str,
    /// Of the sandbox.
    test: &'a str,
}

/// Runs the demo until it is told to stop.
///
/// # Errors
/// As [`app::run`].
pub fn run(options: Options) -> Result<(), Failure> {
    let internal = |e: &dyn std::fmt::Display| Failure::Internal(e.to_string());
    // A temporary folder lives as long as this binding.
    let mut scratch = None;
    let data = if let Some(data) = &options.data {
        data.clone()
    } else {
        let made = tempfile::Builder::new()
            .prefix("bayhub-demo-")
            .tempdir()
            .map_err(|e| internal(&e))?;
        scratch.insert(made).path().to_owned()
    };
    let folder = |e| Failure::Config(format!("--data: {}: {e}", data.display()));
    std::fs::create_dir_all(data.join("registry")).map_err(folder)?;
    let data = data.canonicalize().map_err(folder)?;
    let city = settle_city(&options, &data)?;
    let keys = keys::keys(&data.join("demo-keys.json")).map_err(|e| internal(&e))?;
    let config = configure(&options, &data, &city, &keys)?;
    app::log_as(&config)?;
    app::process::block_on(serve(options, data, city, keys, config))
}

async fn serve(
    options: Options,
    data: PathBuf,
    city: PathBuf,
    keys: DemoKeys,
    config: Config,
) -> Result<(), Failure> {
    let stop = app::process::stop_signal()?;
    tokio::pin!(stop);
    let lived = if options.no_sim || !past::is_fresh(&data) {
        None
    } else {
        let map = load(&city).await.map_err(Failure::Config)?;
        let config = configure(&options, &data, &city, &keys)?;
        let (stopped, told) = oneshot::channel::<()>();
        let lived = past::live(&options, map, &keys, config, async { _ = told.await });
        tokio::pin!(lived);
        tokio::select! {
            lived = &mut lived => lived?,
            () = &mut stop => {
                drop(stopped);
                return lived.await.map(drop);
            }
        }
    };
    let hub = Hub::start_without(config, options.accept_loss.clone()).await?;
    let (quiet, hush) = watch::channel(false);
    let (filled, full) = oneshot::channel();
    let simulation = if options.no_sim {
        drop(filled);
        None
    } else {
        let lived = lived.map(Box::new);
        let passwords = passwords(&keys);
        let simulating = simulate(
            city,
            lived,
            hub.mqtt,
            passwords,
            options.clone(),
            filled,
            hush,
        );
        Some(tokio::spawn(simulating))
    };
    hub.sandbox_open().await;
    // Ready with the first state of the city, so that the first query has an answer.
    tokio::select! {
        _ = full => print_ready(&hub, &data, &keys),
        () = &mut stop => return hub.stop().await,
    }
    stop.await;
    quiet.send_replace(true);
    if let Some(simulation) = simulation {
        match simulation.await {
            Ok(Ok(())) => {}
            Ok(Err(e)) => tracing::warn!(error = %e, "the simulator"),
            Err(e) => tracing::warn!(error = %e, "the simulator"),
        }
    }
    hub.stop().await
}

fn passwords(keys: &DemoKeys) -> Passwords {
    Passwords {
        sensors: keys.sensors.clone(),
        apps: keys.apps.clone(),
        gates: keys.gates.clone(),
    }
}

/// The simulator reads the city as anybody would, from its files.
async fn load(city: &Path) -> Result<City, String> {
    let city = city.to_owned();
    let city = tokio::task::spawn_blocking(move || City::load(&city)).await;
    city.map_err(|e| e.to_string())?.map_err(|e| e.to_string())
}

/// From where the city has lived to, or from now on.
async fn simulate(
    city: PathBuf,
    lived: Option<Box<Sim>>,
    broker: SocketAddr,
    passwords: Passwords,
    options: Options,
    filled: oneshot::Sender<()>,
    stop: watch::Receiver<bool>,
) -> Result<(), String> {
    let mut config = SimConfig::new(broker.ip().to_string(), broker.port(), "");
    config.passwords = passwords;
    (config.params.speed, config.params.seed) = (options.speed, options.seed);
    let done = match lived {
        Some(lived) => sensors_sim::run_on(*lived, config, Arc::default(), filled, stop).await,
        None => sensors_sim::run(load(&city).await?, config, Arc::default(), filled, stop).await,
    };
    done.map(drop).map_err(|e| e.to_string())
}

/// The folder of the city: the one named, the one kept, or a new one.
fn settle_city(options: &Options, data: &Path) -> Result<PathBuf, Failure> {
    if let Some(dir) = &options.registry {
        return Ok(dir.clone());
    }
    let dir = data.join("registry");
    if has_city(&dir) {
        tracing::info!(
            folder = %dir.display(),
            "the city that is kept here is used; --bays and --seed are for a fresh folder",
        );
        return Ok(dir);
    }
    let mut city = City::generate(&CityParams {
        bays: options.bays,
        seed: options.seed,
        ..CityParams::default()
    });
    // So that the demo's `share` key has bays to offer.
    city.give_private_zones(2, PARTNER);
    let written = city.write(&dir).and_then(|()| city.write_streets(&dir));
    written.map_err(|e| Failure::Config(format!("{}: {e}", dir.display())))?;
    Ok(dir)
}

/// The holder of the demo's keys.
const PARTNER: &str = "demo";

/// The same configuration an operator would write, so that the environment can change it in the
/// same way.
fn configure(
    options: &Options,
    data: &Path,
    city: &Path,
    keys: &DemoKeys,
) -> Result<Config, Failure> {
    let digest = |key: &str| {
        let digest = Keys::digest(key);
        digest
            .iter()
            .fold(String::new(), |text, b| text + &format!("{b:02x}"))
    };
    let key = |name: &str, key: &str, scope: &str, sources: &str, kind: &str| {
        let digest = digest(key);
        format!(
            "[[keys]]\nname = \"{name}\"\npartner = \"{PARTNER}\"\nsha256 = \"{digest}\"\nscopes = [\"{scope}\"]\n\
             sources = [{sources}]\nsource_kind = \"{kind}\"\narea = \"all\"\n"
        )
    };
    let toml = [
        // Whoever tries the hub out measures it: rates are told, and do not bind.
        "[limits]\nrates = false\n[webhooks]\nloopback = true\n".to_owned(),
        key(
            "demo-report",
            &keys.report,
            "report",
            &format!("\"{SOURCE}\""),
            "app",
        ),
        key("demo-share", &keys.share, "share", "", "app"),
        key("demo-book", &keys.book, "book", "", "app"),
        key("demo-monitor", &keys.monitor, "monitor", "", "app"),
        key("demo-admin", &keys.admin, "admin", "", "app"),
        key("demo-partner", &keys.partner, "partner", "", "app"),
        key("demo-order", &keys.order, "order", "", "app"),
        key(
            "sim-sensors",
            &keys.sensors,
            "report",
            "\"gw-*\", \"lamp-*\"",
            "sensor",
        ),
        key("sim-apps", &keys.apps, "report", "\"app-*\"", "app"),
        key("sim-gates", &keys.gates, "report", "\"gate-*\"", "gate"),
        format!(
            "[sandbox]\nenabled = true\n[[sandbox.keys]]\nname = \"demo-test\"\npartner = \"{PARTNER}\"\n\
             sha256 = \"{}\"\nscopes = [\"partner\", \"report\", \"book\", \"share\"]\n\
             sources = [\"{SOURCE}\"]\nsource_kind = \"app\"\narea = \"all\"\n",
            digest(&keys.test)
        ),
    ]
    .concat();
    let flags = [
        ("registry.path", city.display().to_string()),
        ("data.path", data.display().to_string()),
        ("http.listen", options.http.to_string()),
        ("mqtt.listen", options.mqtt.to_string()),
    ];
    let mut config = config::parse(&toml, &flags)?;
    let streets = city.join("streets.geojson");
    if config.web.streets.is_none() && streets.is_file() {
        config.web.streets = Some(streets);
    }
    // Whoever opens its pages on this machine may use its keys; from elsewhere they are asked for.
    if options.http.ip().is_loopback() {
        config.web.keys = keys.by_scope();
    }
    Ok(config)
}

fn print_ready(hub: &Hub, data: &Path, keys: &DemoKeys) {
    let DemoKeys {
        report,
        share,
        book,
        monitor,
        admin,
        partner,
        order,
        test,
        ..
    } = keys;
    let ready = Ready {
        http: format!("http://{}", hub.http),
        mqtt: hub.mqtt.to_string(),
        data,
        source: SOURCE,
        keys: Printed {
            report,
            share,
            book,
            monitor,
            admin,
            partner,
            order,
            test,
        },
    };
    // As a shell takes them, for the examples of the documents; beside the log, so that a program which
    // reads the line of JSON is not bothered.
    let exports = format!(
        "export REPORT_KEY={report} SHARE_KEY={share} BOOK_KEY={book} MONITOR_KEY={monitor} ADMIN_KEY={admin} \
         PARTNER_KEY={partner} ORDER_KEY={order} TEST_KEY={test}"
    );
    let _ = writeln!(std::io::stderr(), "{exports}");
    let line = serde_json::to_string(&ready).unwrap_or_default();
    // Whoever started the demo may have stopped listening; the hub runs on.
    if let Err(e) = writeln!(std::io::stdout(), "{line}") {
        tracing::warn!(error = %e, "the ready line could not be printed");
    }
    tracing::info!("open http://{} for the map; stop with Ctrl-C", hub.http);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_the_simulator_would_refuse_is_refused_on_the_command_line() {
        assert_eq!(speed("2.5"), Ok(2.5));
        for bad in ["0", "-1", "nan", "inf", "1e9", "fast", ""] {
            assert!(speed(bad).is_err(), "{bad}");
        }
    }
}
