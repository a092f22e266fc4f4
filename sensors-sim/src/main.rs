//! The simulator's command line: `generate` writes a city, `run` lets one live against a broker.
//!
//! Exit codes: 0 done, 2 bad arguments or city files, 3 broker not reachable (only with `--once`), 70 a fault inside.

mod options;
mod progress;

use clap::Parser;
use options::{Cli, Command, Generate, Run};
use sensors_sim::{City, SimError, Stats, Summary};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{oneshot, watch};

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Generate(g) => generate(&g),
        Command::Run(r) => run(&r),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, why)) => {
            eprintln!("sensors-sim: {why}");
            ExitCode::from(code)
        }
    }
}

/// An exit code and what to say.
type Failure = (u8, String);

fn generate(options: &Generate) -> Result<(), Failure> {
    let city = City::generate(&options.city.params());
    city.write(&options.out).map_err(|e| (70, format!("cannot write to {}: {e}", options.out.display())))?;
    eprintln!("{} bays in {} zones written to {}", city.bays().len(), city.zones().len(), options.out.display());
    Ok(())
}

fn run(options: &Run) -> Result<(), Failure> {
    let config = options.config().map_err(|why| (2, why))?;
    config.check().map_err(|e| (2, e.to_string()))?;
    let city = match &options.city_dir {
        Some(dir) => City::load(dir).map_err(|e| (2, e.to_string()))?,
        None => City::generate(&options.city.params()),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(2).build();
    let runtime = runtime.map_err(|e| (70, format!("cannot start: {e}")))?;
    let summary = runtime.block_on(simulate(city, config)).map_err(|e| match e {
        SimError::Config(_) => (2, e.to_string()),
        SimError::Broker(_) => (3, e.to_string()),
        SimError::Truth(..) | SimError::Internal(_) => (70, e.to_string()),
    })?;
    println!("{}", serde_json::to_string(&summary).map_err(|e| (70, e.to_string()))?);
    Ok(())
}

async fn simulate(city: City, config: sensors_sim::SimConfig) -> Result<Summary, SimError> {
    let stats = Arc::new(Stats::default());
    let (stop, stopped) = watch::channel(false);
    let (filled, when_filled) = oneshot::channel();
    tokio::spawn(async move {
        interrupted().await;
        // Nobody listening means that the run has ended already.
        let _ = stop.send(true);
        std::future::pending::<()>().await;
    });
    let progress = tokio::spawn(progress::show(stats.clone(), when_filled));
    let summary = sensors_sim::run(city, config, stats, filled, stopped).await;
    progress.abort();
    let _ = progress.await;
    progress::end();
    summary
}

/// SIGINT or SIGTERM. A system that offers neither runs until its duration is over.
async fn interrupted() {
    let Ok(mut term) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        r = tokio::signal::ctrl_c() => if r.is_err() { std::future::pending::<()>().await },
        _ = term.recv() => {}
    }
}
