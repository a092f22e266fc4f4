//! Letters to who signs up, handed to a program of the operator's, one at a time.
//!
//! Promises: no shell; the program gets one line of JSON on its standard input and of the hub's
//! environment only `PATH`; it is killed when its time is over or the hub stops. A link that was not sent
//! stays where administrators see it. No address and no link is in the log.

use super::process;
use crate::partners::{Courier, Letter, MailConfig, NoCourier, OneTimeLink};
use crate::store::Store;
use serde_json::json;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Letters that may wait for those before them; what comes then is not sent.
const WAITING: usize = 64;

/// Between two looks whether the program has ended.
const LOOK: Duration = Duration::from_millis(20);

/// Where letters wait.
struct MailRoom(mpsc::Sender<Letter>);

impl Courier for MailRoom {
    fn take(&self, letter: Letter) {
        if self.0.try_send(letter).is_err() {
            tracing::warn!("a letter to somebody who signs up was not sent: too many wait");
        }
    }
}

/// Begins to send letters, if there is a program that does.
pub(super) fn open(
    config: &MailConfig,
    store: Store,
    closed: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Arc<dyn Courier> {
    if config.command.is_empty() {
        return Arc::new(NoCourier);
    }
    let (room, letters) = mpsc::channel(WAITING);
    let closing = process::closing(closed.clone());
    let sending = send_all(config.clone(), store, letters);
    tasks.spawn(async move {
        tokio::select! { () = sending => {}, () = closing => {} }
    });
    Arc::new(MailRoom(room))
}

async fn send_all(config: MailConfig, store: Store, mut letters: mpsc::Receiver<Letter>) {
    while let Some(letter) = letters.recv().await {
        let kind = letter.kind.name();
        if let Err(why) = send(&config, &letter).await {
            tracing::warn!(
                kind,
                name = letter.name,
                why,
                "a letter was not sent; administrators see its link"
            );
            continue;
        }
        tracing::info!(kind, name = letter.name, "a letter was sent");
        let Some(link) = letter.link else { continue };
        if let Err(e) = store.link_sent(&link.digest).await {
            tracing::warn!(error = %e, "a link that was sent is shown to administrators still");
        }
    }
}

/// Runs the program for one letter.
async fn send(config: &MailConfig, letter: &Letter) -> Result<(), String> {
    let Some((program, arguments)) = config.command.split_first() else {
        return Err("there is no program".to_owned());
    };
    let line = written(config, letter);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut command = Command::new(program);
    let command = command.args(arguments).env_clear().env("PATH", path);
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let begun = tokio::task::block_in_place(|| command.spawn());
    let mut running = MailProgram(begun.map_err(|e| format!("it does not start: {e}"))?);
    if let Some(mut input) = running.0.stdin.take() {
        // A line is shorter than what a pipe holds, so this waits for nobody. A program that does not read
        // it says by its status whether it has done its work.
        let _ = input.write_all(line.as_bytes());
    }
    let end = Instant::now() + Duration::from_secs(u64::from(config.timeout_s));
    loop {
        match running.0.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(format!("it ended with {status}")),
            Err(e) => return Err(e.to_string()),
            Ok(None) if Instant::now() >= end => {
                return Err(format!("it took longer than {} s", config.timeout_s));
            }
            Ok(None) => tokio::time::sleep(LOOK).await,
        }
    }
}

/// The line that the program gets.
fn written(config: &MailConfig, letter: &Letter) -> String {
    let token = letter.link.as_ref().map(OneTimeLink::expose);
    let link = config.link.as_ref().zip(token);
    let letter = json!({
        "kind": letter.kind.name(),
        "to": letter.to,
        "name": letter.name,
        "token": token,
        "link": link.map(|(before, token)| format!("{before}{token}")),
        "expires_at": letter.expires_at.to_string(),
    });
    format!("{letter}\n")
}

/// A program that does not outlive who waits for it.
struct MailProgram(Child);

impl Drop for MailProgram {
    fn drop(&mut self) {
        // Once it has ended neither does anything.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Millis;
    use crate::partners::LetterKind;

    fn letter() -> Letter {
        Letter {
            kind: LetterKind::Refused,
            to: "dev@acme.example".into(),
            name: "acme".into(),
            link: None,
            expires_at: Millis(0),
        }
    }

    fn program(script: &str) -> MailConfig {
        MailConfig {
            command: ["sh", "-c", script].map(String::from).to_vec(),
            timeout_s: 1,
            link: None,
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_program_reads_the_letter_and_nothing_of_the_environment() {
        let dir = tempfile::tempdir().unwrap();
        let to = dir.path().join("letter");
        let config = program(&format!("cat > {0}; env >> {0}", to.display()));
        send(&config, &letter()).await.unwrap();
        let said = std::fs::read_to_string(to).unwrap();
        let line = said.lines().next().unwrap();
        let read: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (&read["kind"], &read["to"], &read["link"]),
            (&json!("refused"), &json!("dev@acme.example"), &json!(null))
        );
        assert!(!said.contains("CARGO"), "{said}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_program_that_fails_hangs_or_is_not_there_is_told_and_does_not_stay() {
        let dir = tempfile::tempdir().unwrap();
        let late = dir.path().join("late");
        let hangs = program(&format!("sleep 2; touch {}", late.display()));
        let missing = MailConfig {
            command: vec!["/nowhere/mail".into()],
            ..hangs.clone()
        };
        for (config, why) in [
            (program("exit 3"), "exit status: 3"),
            (hangs, "longer than 1 s"),
            (missing, "does not start"),
        ] {
            let said = send(&config, &letter()).await.unwrap_err();
            assert!(said.contains(why), "{said}");
        }
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert!(!late.exists(), "it was killed");
    }
}
