//! One running `bayhub demo`, or `bayhub run`: started, spoken to, stopped or killed. Whatever
//! happens, the process ends with the test.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

/// A debug build that fills a city on a busy machine is slow; a hub that says nothing for so long
/// hangs.
const READY: Duration = Duration::from_secs(90);

/// A clean stop drains and syncs. What takes longer would be killed by most supervisors.
pub(super) const STOP: Duration = Duration::from_secs(15);

pub(super) struct Hub {
    child: Child,
    /// The line of JSON that it printed when it was ready.
    pub(super) ready: Value,
    pub(super) http: String,
    pub(super) mqtt: SocketAddr,
    log: PathBuf,
    /// Holds `--data` and the log, unless the test brought a folder of its own; goes with the hub.
    own: Option<tempfile::TempDir>,
}

/// A demo on ports of its own; the folder follows.
const DEMO: [&str; 6] = [
    "demo",
    "--http",
    "127.0.0.1:0",
    "--mqtt",
    "127.0.0.1:0",
    "--data",
];

/// What makes a demo begin now, if it is not told how to begin: most tests want nothing of the past.
fn now(args: &[&str]) -> &'static [&'static str] {
    if args.contains(&"--past") {
        &[]
    } else {
        &["--past", "0"]
    }
}

/// The command, with nothing of this machine's configuration in its environment.
pub(crate) fn bayhub(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bayhub"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BAYHUB_")) {
        command.env_remove(name);
    }
    command.args(args).stdin(Stdio::null());
    command
}

impl Hub {
    /// A hub in a fresh folder, ready for traffic.
    pub(super) fn start(args: &[&str]) -> Self {
        let own = tempfile::tempdir().expect("a folder");
        let mut hub = Self::start_in(own.path(), args);
        hub.own = Some(own);
        hub
    }

    /// A hub on the data of `dir`, ready for traffic.
    ///
    /// # Panics
    /// With its log, if it ends or stays silent instead.
    pub(super) fn start_in(dir: &Path, args: &[&str]) -> Self {
        Self::start_with(dir, args, &[])
    }

    /// The same with settings from the environment.
    pub(super) fn start_with(dir: &Path, args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut command = bayhub(&DEMO);
        command.arg(dir.join("data")).args(args).args(now(args));
        // Only its own tests want the second hub.
        command.env("BAYHUB__SANDBOX__ENABLED", "false");
        command.envs(env.iter().copied());
        Self::spawn(dir, command)
    }

    /// A hub in a fresh folder that may have only so many files and connections open.
    pub(super) fn start_with_descriptors(descriptors: u32, args: &[&str]) -> Self {
        let own = tempfile::tempdir().expect("a folder");
        let program = bayhub(&DEMO);
        let mut command = Command::new("sh");
        command.env("BAYHUB__SANDBOX__ENABLED", "false");
        let script = format!("ulimit -n {descriptors} && exec \"$0\" \"$@\"");
        command.args(["-c", &script]).arg(program.get_program());
        command.args(program.get_args());
        command
            .arg(own.path().join("data"))
            .args(args)
            .args(now(args));
        let mut hub = Self::spawn(own.path(), command);
        hub.own = Some(own);
        hub
    }

    fn spawn(dir: &Path, mut command: Command) -> Self {
        let log = dir.join("stderr.log");
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(
                File::options()
                    .create(true)
                    .append(true)
                    .open(&log)
                    .expect("a log"),
            )
            .spawn()
            .expect("the hub's binary");
        let mut hub = Self {
            child,
            ready: Value::Null,
            http: String::new(),
            mqtt: SocketAddr::from(([127, 0, 0, 1], 0)),
            log,
            own: None,
        };
        hub.ready = hub.ready_line();
        let text = |key: &str| {
            hub.ready[key]
                .as_str()
                .unwrap_or_else(|| panic!("no {key} in {}", hub.ready))
        };
        (hub.http, hub.mqtt) = (
            text("http").to_owned(),
            text("mqtt").parse().expect("an address"),
        );
        hub
    }

    /// `bayhub run` on a configuration, ready for traffic. `ready` stands for what a demo would
    /// print.
    ///
    /// # Panics
    /// With its log, if it ends or stays silent instead.
    pub(super) fn run(dir: &Path, config: &Path, mut ready: Value) -> Self {
        let log = dir.join("stderr.log");
        let before = std::fs::read_to_string(&log).map_or(0, |text| text.len());
        let child = bayhub(&["run", "--config"])
            .arg(config)
            .env("NO_COLOR", "1")
            .stdout(Stdio::null())
            .stderr(
                File::options()
                    .create(true)
                    .append(true)
                    .open(&log)
                    .expect("a log"),
            )
            .spawn()
            .expect("the hub's binary");
        let mqtt = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut hub = Self {
            child,
            ready: Value::Null,
            http: String::new(),
            mqtt,
            log,
            own: None,
        };
        let end = Instant::now() + READY;
        let line = loop {
            let log = hub.log();
            if let Some(line) = log[before..]
                .lines()
                .find(|l| l.contains(": ready http=") && l.contains(" mqtt="))
            {
                break line.to_owned();
            }
            assert!(
                wait(&mut hub.child, Duration::from_millis(20)).is_none(),
                "it ended:\n{log}"
            );
            assert!(Instant::now() < end, "not ready in {READY:?}:\n{log}");
        };
        let value = |key: &str| {
            line.split_once(key)
                .and_then(|(_, v)| v.split_whitespace().next())
                .expect("an address")
        };
        (hub.http, hub.mqtt) = (
            format!("http://{}", value("http=")),
            value("mqtt=").parse().expect("an address"),
        );
        ready["http"] = hub.http.clone().into();
        hub.ready = ready;
        hub
    }

    fn ready_line(&mut self) -> Value {
        let stdout = self.child.stdout.take().expect("a pipe");
        let (say, hear) = sync_channel(1);
        std::thread::spawn(move || {
            let mut lines = BufReader::new(stdout).lines();
            // The receiver may have given up; then nobody wants the line.
            let _ = say.send(lines.next());
            // Read on, or a hub that prints more would block on a full pipe.
            lines.for_each(drop);
        });
        match hear.recv_timeout(READY) {
            Ok(Some(Ok(line))) => {
                serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line:?}"))
            }
            Ok(_) | Err(RecvTimeoutError::Disconnected) => {
                panic!("it ended without a ready line:\n{}", self.log())
            }
            Err(RecvTimeoutError::Timeout) => panic!("no ready line in {READY:?}:\n{}", self.log()),
        }
    }

    /// The key of that scope.
    pub(super) fn key(&self, scope: &str) -> &str {
        self.ready["keys"][scope]
            .as_str()
            .unwrap_or_else(|| panic!("no key for {scope}: {}", self.ready))
    }

    /// The source that the demo's report key speaks for.
    pub(super) fn source(&self) -> &str {
        self.ready["source"].as_str().expect("a source")
    }

    pub(super) fn data(&self) -> &Path {
        Path::new(self.ready["data"].as_str().expect("a folder"))
    }

    /// What it has logged so far: all on stderr but [`Self::exports`].
    pub(super) fn log(&self) -> String {
        self.said(|line| !line.starts_with("export "))
    }

    /// Its keys, for the shell.
    pub(super) fn exports(&self) -> String {
        self.said(|line| line.starts_with("export "))
    }

    fn said(&self, wanted: impl Fn(&&str) -> bool) -> String {
        let all = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines = all.lines().filter(wanted);
        lines.fold(String::new(), |said, line| said + line + "\n")
    }

    /// The features of one of the city's files, as (id, properties, coordinates).
    pub(super) fn features(&self, file: &str) -> Vec<Feature> {
        let path = self.data().join("registry").join(file);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let all: Value = serde_json::from_str(&text).expect("GeoJSON");
        assert_eq!(all["type"], "FeatureCollection");
        all["features"]
            .as_array()
            .expect("features")
            .iter()
            .map(Feature::read)
            .collect()
    }

    /// Some bay of the city, for cars: what a query asks for unless it says otherwise.
    pub(super) fn some_bay(&self) -> Feature {
        self.features("bays.geojson")
            .into_iter()
            .find(|f| f.kind == "car")
            .expect("a city has bays for cars")
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM, then its exit.
    pub(super) fn stop(mut self) -> ExitStatus {
        kill_process(Pid::from_child(&self.child), Signal::TERM).expect("it runs");
        let status = wait(&mut self.child, STOP);
        status.unwrap_or_else(|| panic!("still running {STOP:?} after SIGTERM:\n{}", self.log()))
    }

    /// kill -9: no goodbye, no drain.
    pub(super) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("its exit");
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the hub's log:\n{}", self.log());
        }
        // Ended already is what a stopped hub answers.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A bay or zone of the city's files.
pub(super) struct Feature {
    pub(super) id: String,
    pub(super) zone: String,
    pub(super) kind: String,
    pub(super) operator: String,
    pub(super) lon: f64,
    pub(super) lat: f64,
}

impl Feature {
    fn read(feature: &Value) -> Self {
        let properties = &feature["properties"];
        let id = properties["id"]
            .as_str()
            .or(feature["id"].as_str())
            .expect("an id")
            .to_owned();
        // A polygon's first corner stands for it.
        let at = |axis: usize| {
            let mut place = &feature["geometry"]["coordinates"];
            while place[0].is_array() {
                place = &place[0];
            }
            place[axis].as_f64().expect("a coordinate")
        };
        let text = |key: &str| properties[key].as_str().unwrap_or_default().to_owned();
        Self {
            id,
            zone: text("zone"),
            kind: text("kind"),
            operator: text("operator"),
            lon: at(0),
            lat: at(1),
        }
    }
}

/// The exit of `child`, or `None` once `limit` has passed.
pub(super) fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return Some(status);
        }
        if Instant::now() > end {
            return None;
        }
        #[allow(
            clippy::disallowed_methods,
            reason = "the standard library has no wait with a limit"
        )]
        std::thread::sleep(Duration::from_millis(20));
    }
}
