//! A PostgreSQL server of the test's own: Debian's programs, a temporary folder, a free port.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the tests look for in texts where it must not be.
pub(super) const PASSWORD: &str = "hush-hush";

/// Runs until it is dropped.
pub(crate) struct Cluster {
    programs: PathBuf,
    folder: tempfile::TempDir,
    port: u16,
}

impl Cluster {
    /// `None` where PostgreSQL is not installed, which it says.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            let required = std::env::var("BAYHUB_REQUIRE_PEERS").is_ok_and(|v| v == "1");
            assert!(
                !required,
                "PostgreSQL is not installed, and BAYHUB_REQUIRE_PEERS=1"
            );
            eprintln!("skipped: PostgreSQL not installed");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|l| l.local_addr())
            .expect("a free port")
            .port();
        let own = Self {
            programs,
            folder,
            port,
        };
        std::fs::write(own.path("password"), PASSWORD).expect("a file");
        if is_root() {
            // The server does not run as root: it gets the folder and a user of its own.
            run(Command::new("chown")
                .args(["-R", "postgres"])
                .arg(own.folder.path()));
        }
        let password = format!("--pwfile={}", own.path("password").display());
        run(own
            .program("initdb")
            .args(["-A", "scram-sha-256", "-U", "tester", "-E", "UTF8"])
            .arg(password)
            .arg("-D")
            .arg(own.data()));
        own.start_again();
        Some(own)
    }

    /// On the same port, with what it had.
    pub(crate) fn start_again(&self) {
        let port = self.port;
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        );
        run(self
            .program("pg_ctl")
            .args(["start", "-w", "-o", &options, "-l"])
            .arg(self.path("log"))
            .arg("-D")
            .arg(self.data()));
    }

    /// As a power cut would.
    pub(crate) fn kill(&self) {
        run(self
            .program("pg_ctl")
            .args(["stop", "-m", "immediate", "-D"])
            .arg(self.data()));
    }

    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres://tester:{PASSWORD}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// One of PostgreSQL's programs, as a user it accepts.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Nobody is left to hear that it was gone already.
        let _ = self
            .program("pg_ctl")
            .args(["stop", "-m", "immediate", "-D"])
            .arg(self.data())
            .status();
    }
}

fn run(command: &mut Command) {
    let status = command
        .status()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(status.success(), "{command:?}: {status}");
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    Path::new("/proc/self")
        .metadata()
        .is_ok_and(|me| me.uid() == 0)
}

/// Where the newest installed version keeps its programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let bins = versions.filter_map(|v| Some(v.ok()?.path().join("bin")));
    bins.filter(|bin| bin.join("initdb").is_file()).max()
}
