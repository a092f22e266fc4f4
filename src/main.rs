//! bayhub: command line -> configuration -> hub -> run.

use bayhub::app::{self, Failure};
use bayhub::{config, demo};
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// A real-time smart-parking data-sharing hub.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The whole hub with a simulated city, nothing to install.
    Demo(demo::Options),
    /// A real deployment.
    Run {
        #[command(flatten)]
        setup: Setup,
        /// Go on without what of the data folder is missing or another's: manifest, journal,
        /// checkpoints, registry, store, settled, history or pseudonyms; commas between, or given
        /// several times. It is noted at /readyz until it is acknowledged.
        #[arg(long, value_name = "WHAT", value_delimiter = ',', value_parser = app::LossKind::parse)]
        accept_loss: Vec<app::LossKind>,
    },
    /// Feeds of others, as the configuration has them.
    #[command(subcommand)]
    Feed(FeedCommand),
    /// Registries of zones and bays.
    #[command(subcommand)]
    Registry(RegistryCommand),
    /// Keys for partners, while the hub does not run; a running hub is asked over HTTP.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Reads the configuration and the registry, says what is wrong, and exits: 0 if all is well,
    /// else 2.
    CheckConfig(Setup),
    /// The sandbox, where partners try things out.
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// Asks the running hub whether it is alive, for a supervisor: 0 if it is, else 1.
    Probe {
        #[command(flatten)]
        setup: Setup,
        /// Whether it is ready, and why not, instead.
        #[arg(long)]
        ready: bool,
    },
    /// One page of what an operator would look at: configuration, city, folder, disk, store, hub,
    /// clock. Changes nothing; a hub may run. 0 if all is well, else 1.
    Doctor(Setup),
    /// What a data folder holds: segments, checkpoints, where they end, what is wrong. Changes
    /// nothing; a hub may run.
    Inspect {
        /// The data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Copies a data folder; a hub may run. The configuration and a registry outside the folder are
    /// not part of it.
    Backup {
        /// The data folder.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// Where to: a folder that is empty or not there.
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    /// Writes a stretch of the history to a file for analysts; a hub may run.
    Export(app::Exported),
    /// What the hub's forecasts are worth, by its own history; a hub may run.
    #[command(subcommand)]
    Forecast(ForecastCommand),
    /// Partners' credit.
    #[command(subcommand)]
    Credit(CreditCommand),
    /// Imports past data of any age into the history, while no hub runs. What was interrupted goes on
    /// when it is called again; what was imported before changes nothing. 0 if all could be read, 1 if
    /// a file is cut, 2 if nothing was taken.
    Import {
        #[command(flatten)]
        setup: Setup,
        #[command(flatten)]
        asked: app::Imports,
    },
    /// Puts a backup back.
    Restore {
        /// The backup.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// The data folder: empty or not there.
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
}

impl Command {
    /// Whether it reads no configuration, which would say how to log.
    const fn has_no_settings(&self) -> bool {
        matches!(
            self,
            Self::Inspect { .. }
                | Self::Backup { .. }
                | Self::Export(_)
                | Self::Registry(_)
                | Self::Forecast(_)
                | Self::Restore { .. }
        )
    }
}

#[derive(Subcommand)]
enum SandboxCommand {
    /// Lets it begin anew while the hub does not run: all that was tried is gone, keys stay good.
    Reset(Setup),
}

#[derive(Subcommand)]
enum FeedCommand {
    /// Asks a feed, or reads a saved answer: what it says and what of it would be refused, and why. Keeps
    /// nothing; a hub may run. 0 if any of it can be used, 3 if there is no answer, else 2.
    Try {
        #[command(flatten)]
        setup: Setup,
        #[command(flatten)]
        what: app::FeedTry,
    },
}

#[derive(Subcommand)]
enum RegistryCommand {
    /// Makes zones.geojson and bays.geojson out of any static file, by a mapping.
    Make(app::RegistryMake),
}

#[derive(Subcommand)]
enum ForecastCommand {
    /// How far off forecasts were, beside "as full as now" and "as full as usual": each was made of what
    /// was settled before it.
    Check(app::Checked),
}

#[derive(Subcommand)]
enum CreditCommand {
    /// Works every kept day of credit out again and says whether it comes to the same, to the bit; a
    /// hub may run. 0 if so, 1 if not.
    Check(Setup),
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Makes a key and prints it, this once.
    Create {
        #[command(flatten)]
        setup: Setup,
        #[command(flatten)]
        new: app::NewKey,
    },
}

#[derive(clap::Args)]
struct Setup {
    /// The TOML file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// HTTP address; stronger than the file and the environment.
    #[arg(long, value_name = "ADDR")]
    http: Option<String>,
    /// MQTT address; likewise.
    #[arg(long, value_name = "ADDR")]
    mqtt: Option<String>,
    /// Data folder; likewise.
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
}

impl Setup {
    fn load(self) -> Result<config::Config, Failure> {
        let flags = [
            ("http.listen", self.http),
            ("mqtt.listen", self.mqtt),
            ("data.path", self.data),
        ];
        let flags: Vec<_> = flags
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect();
        let config = config::load(&self.config, &flags)?;
        app::log_as(&config)?;
        Ok(config)
    }
}

fn main() -> ExitCode {
    app::exit_on_worker_panic();
    let command = Cli::parse().command;
    if command.has_no_settings() {
        app::log_to_stderr();
    }
    let done = match command {
        Command::Demo(options) => demo::run(options),
        Command::Run { setup, accept_loss } => setup.load().and_then(|c| app::run(c, accept_loss)),
        Command::Key(KeyCommand::Create { setup, new }) => {
            setup.load().and_then(|c| app::create_key(&c, new))
        }
        Command::Feed(FeedCommand::Try { setup, what }) => {
            setup.load().and_then(|c| app::feed_try(&c, &what))
        }
        Command::Sandbox(SandboxCommand::Reset(setup)) => {
            setup.load().and_then(|c| app::reset_sandbox(&c))
        }
        Command::Registry(RegistryCommand::Make(options)) => app::registry_make(&options),
        Command::CheckConfig(setup) => setup.load().and_then(|c| app::check(&c)),
        Command::Probe { setup, ready } => setup.load().and_then(|c| app::probe(&c, ready)),
        Command::Doctor(setup) => app::doctor(setup.load()),
        Command::Inspect { data, json } => app::inspect(&data, json),
        Command::Backup { data, to } => app::backup(&data, &to),
        Command::Export(options) => app::export(&options),
        Command::Forecast(ForecastCommand::Check(options)) => app::check_forecasts(&options),
        Command::Credit(CreditCommand::Check(setup)) => {
            setup.load().and_then(|c| app::check_credit(&c))
        }
        Command::Import { setup, asked } => setup.load().and_then(|c| app::import(&c, &asked)),
        Command::Restore { from, data } => app::restore(&from, &data),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bayhub: {failure}");
            failure.exit_code()
        }
    }
}
