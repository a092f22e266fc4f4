//! A feed's server for tests: it answers each request with the bytes that it is told to, however
//! wrong they are.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What comes for a request.
pub(crate) enum ServerSays {
    /// These bytes; the connection stays.
    Bytes(Vec<u8>),
    /// These, and then the end of the connection.
    Cut(Vec<u8>),
    /// These, and then the last ones again and again.
    Endless(Vec<u8>, Vec<u8>),
    /// Nothing, for ever.
    Nothing,
}

/// Says what to answer: of the request's line and headers.
pub(crate) type Script = Arc<dyn Fn(&str) -> ServerSays + Send + Sync>;

/// A server that runs until the test ends.
pub(crate) struct FeedServer {
    pub(crate) at: SocketAddr,
    /// The head of each request, in order.
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
}

impl FeedServer {
    pub(crate) async fn start(script: impl Fn(&str) -> ServerSays + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let script: Script = Arc::new(script);
        let kept = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, script.clone(), kept.clone()));
            }
        });
        Self { at, asked }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Answers what comes on one connection.
pub(crate) async fn converse<S>(mut stream: S, script: Script, asked: Arc<Mutex<Vec<String>>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut unread = Vec::new();
    loop {
        let end = unread.windows(4).position(|w| w == b"\r\n\r\n");
        let Some(end) = end else {
            let mut part = [0; 4096];
            match stream.read(&mut part).await {
                Ok(n) if n > 0 => unread.extend_from_slice(&part[..n]),
                _ => return,
            }
            continue;
        };
        let head = String::from_utf8_lossy(&unread[..end]).into_owned();
        unread.drain(..end + 4);
        let told = script(&head);
        asked.lock().unwrap().push(head);
        let (bytes, goes_on) = match told {
            ServerSays::Bytes(bytes) => (bytes, true),
            ServerSays::Cut(bytes) => (bytes, false),
            ServerSays::Nothing => std::future::pending().await,
            ServerSays::Endless(bytes, again) => {
                let _ = stream.write_all(&bytes).await;
                while stream.write_all(&again).await.is_ok() {}
                return;
            }
        };
        let written = stream.write_all(&bytes).await;
        if written.is_err() || !goes_on {
            let _ = stream.shutdown().await;
            return;
        }
    }
}

/// Packed.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut to = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    to.write_all(bytes).unwrap();
    to.finish().unwrap()
}

/// A whole answer. `more`: further headers, each with its line's end.
pub(crate) fn answer(status: &str, more: &str, body: impl AsRef<[u8]>) -> ServerSays {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\n{more}\r\n",
        body.len()
    );
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    ServerSays::Bytes(bytes)
}
