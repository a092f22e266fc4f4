//! Bytes off a line, and the line's end; whether it is a socket or TLS on one.

use bytes::BytesMut;
use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::timeout;

/// What a connection talks over.
pub trait Line: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Line for S {}

/// Closing a socket with unread bytes resets it, and the reset may overtake the CONNACK that said
/// why. So: say that nothing more will come, then read on for a little while and throw away.
pub(super) async fn linger(line: &mut impl Line) {
    const BYTES: usize = 256 * 1024;
    const TIME: Duration = Duration::from_secs(1);
    let discard = async {
        line.shutdown().await?;
        let mut seen = 0;
        let mut sink = BytesMut::new();
        while seen < BYTES {
            match std::future::poll_fn(|cx| read(line, &mut sink, cx)).await? {
                0 => break,
                n => seen += n,
            }
            sink.clear();
        }
        io::Result::Ok(())
    };
    // Whatever goes wrong here: the connection is over.
    drop(timeout(TIME, discard).await);
}

/// Appends what the line has to `buf`, by way of a buffer that all connections of a thread share,
/// so that one that waits holds none of its own.
pub(super) fn read(
    line: &mut impl Line,
    buf: &mut BytesMut,
    cx: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    const SCRATCH: usize = 64 * 1024;
    thread_local! {
        static BYTES: RefCell<Box<[u8]>> = RefCell::new(vec![0; SCRATCH].into());
    }
    BYTES.with_borrow_mut(|scratch| {
        let mut into = ReadBuf::new(scratch);
        ready!(Pin::new(line).poll_read(cx, &mut into))?;
        buf.extend_from_slice(into.filled());
        Poll::Ready(Ok(into.filled().len()))
    })
}
