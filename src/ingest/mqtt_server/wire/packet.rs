//! What a client may send, free of protocol versions.

use bytes::Bytes;

/// What a client may send, free of protocol versions.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::ingest::mqtt_server) enum Packet {
    Connect(Box<Connect>),
    Publish(Publish),
    /// PUBACK
    Acked(u16),
    /// PUBREL
    Release(u16),
    Subscribe(Box<Subscribe>),
    Unsubscribe(u16, Vec<String>),
    Ping,
    Disconnect {
        leave_will: bool,
    },
    Auth,
}

#[derive(Debug, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "what a CONNECT says yes or no to, each for itself"
)]
pub(in crate::ingest::mqtt_server) struct Connect {
    pub keep_alive_s: u16,
    pub client_id: String,
    pub clean: bool,
    pub will: Option<Will>,
    /// User name and password; `None` unless both were sent.
    pub login: Option<(String, Vec<u8>)>,
    /// How many unacknowledged publishes it takes. Never 0.
    pub receive_max: u16,
    pub max_packet: usize,
    pub problems: bool,
    /// It says that it is a broker's bridge: a bit of the protocol level that mosquitto has made up.
    pub bridge: bool,
    /// It wants to prove who it is by some exchange of AUTH packets.
    pub by_method: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ingest::mqtt_server) struct Will {
    pub qos: Qos,
    pub topic: String,
    pub payload: Bytes,
}

#[derive(Debug, PartialEq, Eq)]
pub(in crate::ingest::mqtt_server) struct Publish {
    pub qos: Qos,
    /// Never 0, except with [`Qos::Zero`].
    pub id: u16,
    pub topic: String,
    pub payload: Bytes,
    /// It is to be kept for who subscribes later; or, of a bridge, may have been.
    pub retain: bool,
    pub alias: Option<u16>,
}

#[derive(Debug, PartialEq, Eq)]
pub(in crate::ingest::mqtt_server) struct Subscribe {
    pub id: u16,
    /// At least one.
    pub filters: Vec<Filter>,
    /// It wants its deliveries marked with a number of its own.
    pub marked: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ingest::mqtt_server) struct Filter {
    pub path: String,
    pub qos: Qos,
    /// When the current state is wanted.
    pub current: Current,
    /// Whether live messages keep the retain flag they were published with.
    pub as_published: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest::mqtt_server) enum Current {
    Always,
    IfNew,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::ingest::mqtt_server) enum Qos {
    Zero,
    One,
    Two,
}
