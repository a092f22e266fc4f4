//! One mosquitto from the distribution's package, on a port of its own, with its sessions in a
//! file.

use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up on it.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Mosquitto {
    dir: tempfile::TempDir,
    pub(super) port: u16,
    child: Option<Child>,
}

/// A port that was free a moment ago.
pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|l| l.local_addr())
        .expect("a free port")
        .port()
}

/// Whether `program` is there to test with; says so if not, and fails where peers are required.
fn installed(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders =
        std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let found = folders
        .map(|folder| folder.join(program))
        .find(|file| file.is_file());
    if found.is_none() {
        let required = std::env::var("BAYHUB_REQUIRE_PEERS").is_ok_and(|v| v == "1");
        assert!(
            !required,
            "{program} is not installed, and BAYHUB_REQUIRE_PEERS=1"
        );
        eprintln!("skipped: {program} not installed");
    }
    found
}

impl Mosquitto {
    /// A running broker, or `None` where there is none to run.
    pub(super) fn start() -> Option<Self> {
        Self::start_with(|_| String::new())
    }

    /// The same with more settings, which may name files of its folder.
    pub(super) fn start_with(more: impl FnOnce(&Path) -> String) -> Option<Self> {
        installed("mosquitto")?;
        installed("mosquitto_sub")?;
        let dir = tempfile::tempdir().expect("a folder");
        let port = free_port();
        // As root it would become a user that may not write here.
        let settings = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\nuser root\npersistence true\n\
             persistence_location {}/\nautosave_interval 0\nmax_queued_messages 0\nmax_inflight_messages 100\n{}",
            dir.path().display(),
            more(dir.path()),
        );
        std::fs::write(dir.path().join("mosquitto.conf"), settings).expect("its settings");
        let mut broker = Self {
            dir,
            port,
            child: None,
        };
        broker.restart();
        Some(broker)
    }

    pub(super) fn restart(&mut self) {
        let program = installed("mosquitto").expect("it was there before");
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.dir.path().join("log"))
            .expect("a log");
        let mut command = Command::new(program);
        command
            .arg("-c")
            .arg(self.dir.path().join("mosquitto.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        self.child = Some(command.stderr(log).spawn().expect("mosquitto"));
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = || std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
            assert!(
                Instant::now() < end,
                "mosquitto does not listen:\n{}",
                log()
            );
            pause();
        }
    }

    /// A file in its folder.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn signal(&self, signal: Signal) {
        kill_process(
            Pid::from_child(self.child.as_ref().expect("it runs")),
            signal,
        )
        .expect("it runs");
    }

    /// Has its sessions and messages written to its file.
    pub(super) fn save(&self) {
        let file = self.dir.path().join("mosquitto.db");
        // It writes beside it and renames, so what is there afterwards is whole.
        drop(std::fs::remove_file(&file));
        self.signal(Signal::USR1);
        let end = Instant::now() + PATIENCE;
        while !file.is_file() {
            assert!(Instant::now() < end, "mosquitto wrote nothing");
            pause();
        }
    }

    /// kill -9.
    pub(super) fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("it runs");
        child.wait().expect("its exit");
    }

    /// A clean stop, which writes its file.
    pub(super) fn stop(&mut self) {
        self.signal(Signal::TERM);
        self.child
            .take()
            .expect("it runs")
            .wait()
            .expect("its exit");
    }

    /// Its sessions are gone.
    pub(super) fn forget(&self) {
        drop(std::fs::remove_file(self.dir.path().join("mosquitto.db")));
    }

    /// What `mosquitto_sub` prints for a topic: `count` messages with their topics.
    pub(super) fn subscribe(&self, topic: &str, count: usize) -> Output {
        let mut command = Command::new("mosquitto_sub");
        command.args([
            "-h",
            "127.0.0.1",
            "-p",
            &self.port.to_string(),
            "-t",
            topic,
            "-C",
            &count.to_string(),
        ]);
        command
            .args(["-W", "20", "-F", "%r %t %p"])
            .output()
            .expect("mosquitto_sub")
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // Ended already is what a killed one answers.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Between two looks.
pub(super) fn pause() {
    #[allow(
        clippy::disallowed_methods,
        reason = "a test's own thread, waiting for another process"
    )]
    std::thread::sleep(Duration::from_millis(20));
}
