//! What is sent, to a receiver on this machine, and what becomes of receivers that misbehave.

use super::*;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a receiver does with a message.
#[derive(Clone, Debug)]
pub(in crate::webhooks) enum Behaviour {
    Status(u16),
    /// A whole answer, as it is sent.
    Raw(String),
    /// Nothing, for ever.
    Hang,
    /// A header, then a byte a second for ever.
    Drip,
    /// As much as is taken.
    Flood,
}

/// A message as it came.
#[derive(Clone, Debug)]
pub(in crate::webhooks) struct Got {
    pub(in crate::webhooks) id: String,
    pub(in crate::webhooks) stamp: String,
    pub(in crate::webhooks) signature: String,
    pub(in crate::webhooks) body: String,
    pub(in crate::webhooks) at: Instant,
}

/// Somebody's endpoint.
pub(in crate::webhooks) struct Receiver {
    pub(in crate::webhooks) url: String,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    /// `behave` is told the how manieth message it is, from 0 on.
    pub(in crate::webhooks) async fn start(
        behave: impl Fn(usize) -> Behaviour + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let got = Arc::<Mutex<Vec<Got>>>::default();
        let all = got.clone();
        let behave = Arc::new(behave);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, all.clone(), behave.clone()));
            }
        });
        Self { url, got }
    }

    pub(in crate::webhooks) fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

async fn serve<B: Fn(usize) -> Behaviour>(
    mut socket: TcpStream,
    all: Arc<Mutex<Vec<Got>>>,
    behave: Arc<B>,
) {
    let mut read = Vec::new();
    loop {
        let mut some = [0; 4096];
        let Ok(n @ 1..) = socket.read(&mut some).await else {
            return;
        };
        read.extend_from_slice(&some[..n]);
        let Some((got, used)) = whole(&read) else {
            continue;
        };
        read.drain(..used);
        let nth = {
            let mut all = all.lock().unwrap();
            all.push(got);
            all.len() - 1
        };
        let text = match behave(nth) {
            Behaviour::Status(status) => {
                format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n")
            }
            Behaviour::Raw(text) => text,
            Behaviour::Hang => std::future::pending().await,
            Behaviour::Drip => {
                let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
                let _ = socket.write_all(head.as_bytes()).await;
                while socket.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                return;
            }
            Behaviour::Flood => {
                let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
                let _ = socket.write_all(head.as_bytes()).await;
                let chunk = format!("400\r\n{}\r\n", "x".repeat(0x400));
                while socket.write_all(chunk.as_bytes()).await.is_ok() {}
                return;
            }
        };
        if socket.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The first whole request, and how long it is.
fn whole(read: &[u8]) -> Option<(Got, usize)> {
    let text = std::str::from_utf8(read).ok()?;
    let (head, rest) = text.split_once("\r\n\r\n")?;
    let header = |name: &str| {
        let line = head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.to_owned())
        });
        line.unwrap_or_default()
    };
    let length: usize = header("content-length").parse().ok()?;
    let body = rest.get(..length)?.to_owned();
    assert_eq!(header("content-type"), "application/json");
    let got = Got {
        id: header("webhook-id"),
        stamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body,
        at: Instant::now(),
    };
    Some((got, head.len() + 4 + length))
}

const NOW: Millis = Millis(1_795_399_200_123);

fn poster() -> Poster {
    Poster::new(None, true).unwrap()
}

fn letter(url: &str) -> Letter {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    Letter {
        url: url.to_owned(),
        id: "msg_1".to_owned(),
        body: "{\"type\":\"webhook.test\"}".to_owned(),
        secrets: vec![SigningSecret::parse(secret).unwrap()],
    }
}

#[tokio::test]
async fn a_message_is_signed_by_every_secret_that_is_live() {
    let receiver = Receiver::start(|_| Behaviour::Status(204)).await;
    let mut letter = letter(&receiver.url);
    letter.secrets.push(SigningSecret::mint(&mut rand::rng()));
    let want: Vec<String> = letter
        .secrets
        .iter()
        .map(|secret| secret.sign("msg_1", 1_795_399_200, &letter.body))
        .collect();
    let reply = poster().post(letter.clone(), NOW).await;
    assert_eq!((reply.status, &reply.why), (Some(204), &None));
    let [got] = &receiver.got()[..] else {
        panic!("one message")
    };
    assert_eq!((&*got.id, &*got.stamp), ("msg_1", "1795399200"));
    assert_eq!(got.signature, want.join(" "));
    assert_eq!(got.body, letter.body);
}

#[tokio::test]
async fn what_is_not_2xx_is_not_taken_and_no_redirect_is_followed() {
    let second = Receiver::start(|_| Behaviour::Status(200)).await;
    let to = second.url.clone();
    let first = Receiver::start(move |nth| match nth {
        0 => Behaviour::Raw(format!(
            "HTTP/1.1 307 x\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"
        )),
        1 => Behaviour::Raw(
            "HTTP/1.1 503 x\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n".to_owned(),
        ),
        2 => Behaviour::Raw(
            "HTTP/1.1 429 x\r\nretry-after: Mon, 23 Nov 2026 02:01:00 GMT\r\ncontent-length: 0\r\n\r\n"
                .to_owned(),
        ),
        _ => Behaviour::Status(410),
    })
    .await;
    let poster = poster();
    let mut replies = Vec::new();
    for _ in 0..4 {
        replies.push(poster.post(letter(&first.url), NOW).await);
    }
    let statuses: Vec<_> = replies.iter().map(|r| r.status.unwrap()).collect();
    assert_eq!(statuses, [307, 503, 429, 410]);
    assert!(replies.iter().all(|r| r.why.is_some()));
    let waits: Vec<_> = replies.iter().map(|r| r.retry_after_ms).collect();
    assert_eq!(waits, [None, Some(120_000), Some(59_877), None]);
    assert_eq!(replies[3].outcome(), "gone");
    assert!(second.got().is_empty());
}

#[tokio::test]
async fn an_answer_without_end_is_read_to_four_kilobytes() {
    let receiver = Receiver::start(|_| Behaviour::Flood).await;
    let reply = poster().post(letter(&receiver.url), NOW).await;
    assert_eq!((reply.status, reply.why), (Some(200), None));
    assert!(reply.took < Duration::from_secs(5), "{:?}", reply.took);
}

#[tokio::test]
async fn who_is_slow_has_fifteen_seconds_in_all() {
    assert_eq!(poster().within, Duration::from_secs(15));
    let impatient = Poster {
        within: Duration::from_millis(300),
        ..poster()
    };
    for behaviour in [Behaviour::Hang, Behaviour::Drip] {
        let slow = behaviour.clone();
        let receiver = Receiver::start(move |_| slow.clone()).await;
        let reply = impatient.post(letter(&receiver.url), NOW).await;
        assert!(
            reply.took < Duration::from_secs(5),
            "{behaviour:?}: {reply:?}"
        );
        assert_eq!(reply.outcome(), "timeout", "{behaviour:?}: {reply:?}");
        assert_eq!(receiver.got().len(), 1);
    }
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_found_out_where_it_is_connected_to() {
    let receiver = Receiver::start(|_| Behaviour::Status(200)).await;
    let port = receiver.url.rsplit(':').next().unwrap();
    let url = format!("https://localhost:{port}");
    let strict = Poster::new(None, false).unwrap();
    let reply = strict.post(letter(&url), NOW).await;
    assert_eq!(reply.outcome(), "forbidden", "{reply:?}");
    // By then the rules may be others than when it was made.
    let reply = strict.post(letter(&receiver.url), NOW).await;
    assert_eq!(reply.outcome(), "forbidden", "{reply:?}");
    let impatient = Poster {
        within: Duration::from_millis(300),
        ..poster()
    };
    let reply = impatient.post(letter(&url), NOW).await;
    assert_eq!(reply.outcome(), "timeout", "it was connected to: {reply:?}");
    let free = poster().post(letter("http://127.0.0.1:1/"), NOW).await;
    assert_eq!(free.outcome(), "unreachable", "{free:?}");
    assert!(receiver.got().is_empty());
}
