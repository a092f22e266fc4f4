//! What the endpoint says, free of protocol versions.

use super::packet::Qos;
use crate::domain::Reason;
use crate::ingest::mqtt_server::close::Close;

/// What the endpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ingest::mqtt_server) enum Reply {
    Welcome(Welcome),
    Refused(ConnectRefusal),
    PubAck(u16, Verdict),
    PubRec(u16, Verdict),
    /// `known`: whether there was something to complete.
    PubComp {
        id: u16,
        known: bool,
    },
    SubAck(u16, Vec<Grant>),
    /// For each filter, whether it was subscribed to.
    UnsubAck(u16, Vec<bool>),
    Pong,
    /// DISCONNECT, which in MQTT 3.1.1 a server cannot say.
    Goodbye(Close),
}

/// What a client is told when it is let in; MQTT 3.1.1 has no words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ingest::mqtt_server) struct Welcome {
    pub receive_max: u16,
    pub max_packet: usize,
    pub aliases: u16,
    /// The id given to a client that brought none.
    pub client_id: Option<String>,
    /// Seconds, where it is held to less than it asked for.
    pub keep_alive_s: Option<u16>,
}

/// What became of a publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::ingest::mqtt_server) enum Verdict {
    Taken,
    /// Taken but for some of its items; says which.
    Partly(String),
    Refused(Reason, String),
}

/// What became of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest::mqtt_server) enum Grant {
    Yes(Qos),
    /// Not a topic that is served here.
    Foreign,
    Shared,
    /// Beyond a limit.
    Quota,
}

/// Why a CONNECT is refused; in MQTT 3.1.1 the return codes 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ingest::mqtt_server) enum ConnectRefusal {
    Version,
    ClientId,
    Unavailable,
    BadCredentials,
    NotAuthorised,
    /// These are said in MQTT 5 only.
    Malformed(&'static str),
    Method,
    /// Its largest packet is too small for what has to be said.
    PacketSize,
    Rate,
    /// The key has its share already.
    Quota,
}

/// A message for a subscriber.
pub(in crate::ingest::mqtt_server) struct Outgoing<'a> {
    pub topic: String,
    pub payload: &'a [u8],
    pub qos: Qos,
    /// 0 with [`Qos::Zero`] only.
    pub id: u16,
    pub retain: bool,
}
