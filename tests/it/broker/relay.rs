//! The wire between hub and broker, which a test may cut: connections then end at once and none is
//! made.

use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub(crate) struct Relay {
    pub(crate) port: u16,
    whole: Arc<watch::Sender<bool>>,
}

impl Relay {
    /// A whole wire to `127.0.0.1:{broker}`.
    pub(crate) async fn to(broker: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let whole = Arc::new(watch::Sender::new(true));
        let sender = Arc::clone(&whole);
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let mut wire = sender.subscribe();
                tokio::spawn(async move {
                    let carry = async {
                        let mut far =
                            TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], broker))).await?;
                        copy_bidirectional(&mut near, &mut far).await
                    };
                    // Either end may go at any time; the wire does not mind.
                    tokio::select! { _ = carry => {}, _ = wire.wait_for(|whole| !whole) => {} }
                });
            }
        });
        Self { port, whole }
    }

    pub(crate) fn cut(&self) {
        self.whole.send_replace(false);
    }

    pub(crate) fn heal(&self) {
        self.whole.send_replace(true);
    }
}
