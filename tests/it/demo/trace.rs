//! The system's own record of one report: written and synced before it is acknowledged. Skipped,
//! and said so, where `strace` is not installed or may not attach.

use super::hub::Hub;
use super::mqtt::{flat, publish, topic};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// `strace` attached to all threads of the hub.
fn attach(hub: &Hub, log: &std::path::Path) -> Option<Child> {
    let calls = "trace=pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg";
    let mut command = Command::new("strace");
    command
        .args([
            "-f",
            "-y",
            "-s",
            "16",
            "-e",
            calls,
            "-p",
            &hub.pid().to_string(),
            "-o",
        ])
        .arg(log);
    let mut child = match command.stderr(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(e) => {
            let required = std::env::var("BAYHUB_REQUIRE_PEERS").is_ok_and(|v| v == "1");
            assert!(!required, "strace: {e}, and BAYHUB_REQUIRE_PEERS=1");
            eprintln!("skipped: strace: {e}");
            return None;
        }
    };
    let mut said = BufReader::new(child.stderr.take().expect("a pipe"))
        .lines()
        .map_while(Result::ok);
    let first = said.next().unwrap_or_default();
    if !first.contains("attached") {
        eprintln!("skipped: strace may not attach: {first}");
        let _ = child.wait();
        return None;
    }
    // Read on, or it would block on a full pipe.
    std::thread::spawn(move || said.for_each(drop));
    Some(child)
}

#[tokio::test]
async fn a_report_is_synced_before_it_is_acknowledged() {
    let hub = Hub::start(&["--bays", "10", "--no-sim"]);
    let bay = hub.some_bay().id;
    // Enrols the source and opens the first segment, so that only the report itself is left.
    publish(&hub, hub.key("report"), &topic(&hub), &flat(&bay, "vacant"))
        .await
        .expect("acknowledged");
    let log = hub.data().join("strace.log");
    let Some(mut strace) = attach(&hub, &log) else {
        return;
    };
    publish(
        &hub,
        hub.key("report"),
        &topic(&hub),
        &flat(&bay, "occupied"),
    )
    .await
    .expect("acknowledged");
    kill_process(Pid::from_child(&strace), Signal::INT).expect("it runs");
    strace.wait().expect("its exit");

    let text = std::fs::read_to_string(&log).expect("a log");
    let first = |what: &str, is: &dyn Fn(&str) -> bool| {
        text.lines()
            .position(is)
            .unwrap_or_else(|| panic!("no {what} in:\n{text}"))
    };
    let written = first("write to the journal", &|l| {
        l.contains("pwrite64(") && l.contains("journal-")
    });
    let synced = first("completed sync", &|l| {
        l.contains("fdatasync") && l.trim_end().ends_with("= 0")
    });
    let acknowledged = first("PUBACK", &|l| l.contains(r#""@\2\0\1""#));
    assert!(
        written < synced && synced < acknowledged,
        "{written} {synced} {acknowledged}:\n{text}"
    );
}
