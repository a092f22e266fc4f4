//! The simulator's command line: `generate` writes a city, `run` lets one live against a broker,
//! `sharing` books a day of shared bays.
//!
//! Exit codes: 0 done, 2 bad arguments or city files, 3 broker (only with `--once`) or hub not
//! reachable, 70 a fault inside.

mod options;
mod progress;

use clap::Parser;
use options::{Cli, Command, Generate, Run, Sharing};
use sensors_sim::{City, District, SharingError, SimError, Stats, Summary};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{oneshot, watch};

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Generate(g) => generate(&g),
        Command::Run(r) => run(&r),
        Command::Sharing(s) => share(&s),
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
    let written = city.write(&options.out);
    let written = written.and_then(|()| city.write_streets(&options.out));
    written.map_err(|e| {
        (
            70,
            format!("cannot write to {}: {e}", options.out.display()),
        )
    })?;
    eprintln!(
        "{} bays in {} zones written to {}",
        city.bays().len(),
        city.zones().len(),
        options.out.display()
    );
    Ok(())
}

fn run(options: &Run) -> Result<(), Failure> {
    let config = options.config().map_err(|why| (2, why))?;
    config.check().map_err(|e| (2, e.to_string()))?;
    let city = match &options.city_dir {
        Some(dir) => City::load(dir).map_err(|e| (2, e.to_string()))?,
        None => City::generate(&options.city.params()),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(2)
        .build();
    let runtime = runtime.map_err(|e| (70, format!("cannot start: {e}")))?;
    let summary = runtime
        .block_on(simulate(city, config))
        .map_err(|e| match e {
            SimError::Config(_) => (2, e.to_string()),
            SimError::Broker(_) => (3, e.to_string()),
            SimError::Truth(..) | SimError::Internal(_) => (70, e.to_string()),
        })?;
    println!(
        "{}",
        serde_json::to_string(&summary).map_err(|e| (70, e.to_string()))?
    );
    Ok(())
}

fn share(options: &Sharing) -> Result<(), Failure> {
    let district = District::generate(&options.district());
    if let Some(dir) = &options.write_city {
        return district
            .city
            .write(dir)
            .map_err(|e| (70, format!("cannot write to {}: {e}", dir.display())));
    }
    let hubs = options.hubs().map_err(|why| (2, why))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|e| (70, format!("cannot start: {e}")))?;
    let clock = sensors_sim::wall_clock();
    let mut outcomes = vec![sensors_sim::without_sharing(&district)];
    for hub in &hubs {
        let outcome = runtime
            .block_on(sensors_sim::book(&district, hub, clock()))
            .map_err(|e| match e {
                SharingError::Config(_) => (2, e.to_string()),
                SharingError::Hub(_) => (3, e.to_string()),
                SharingError::Answer(_) => (70, e.to_string()),
            })?;
        outcomes.push(outcome);
    }
    print!("{}", sensors_sim::table(&district, &outcomes));
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
    let Ok(mut term) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        r = tokio::signal::ctrl_c() => if r.is_err() { std::future::pending::<()>().await },
        _ = term.recv() => {}
    }
}
