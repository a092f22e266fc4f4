//! Why a conversation ended: for the metrics, and for a client of MQTT 5.

/// Why a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    /// DISCONNECT
    Goodbye,
    /// DISCONNECT that asks for the last will to be left.
    GoodbyeWithWill,
    /// The client went without a word.
    PeerGone,
    NoConnect,
    SecondConnect,
    /// A version of MQTT that is not spoken here.
    Version,
    ClientId,
    BadCredentials,
    NotAuthorised,
    /// A client without a key that says something.
    Stranger,
    /// A way of authentication that is not known here.
    Method,
    /// A last will for a topic that is not the source's own status.
    Will,
    /// No room in the house, or none for this source.
    Full,
    /// Its key has as many connections, or as many sources, as one key may have.
    Share,
    /// Too many connections of this source in a short time.
    Rate,
    Malformed(&'static str),
    /// Well formed, against the rules.
    Protocol(&'static str),
    Unexpected,
    PacketIdZero,
    TooLarge,
    /// What has to be said is longer than what the client takes.
    Unsayable,
    /// Too many QoS 2 messages never released.
    Unreleased,
    /// More unacknowledged messages than was announced.
    ReceiveMaximum,
    TopicAlias,
    /// It asked for its subscription to be numbered.
    SubscriptionId,
    ConnectTimeout,
    KeepAlive,
    /// A packet that was begun and not finished in time.
    Stalled,
    TakenOver,
    /// The client does not read what it is sent.
    SlowReader,
    /// The journal dropped a submission: it is not durable and must not be acknowledged.
    NotDurable,
    Shutdown,
}

impl Close {
    /// The label of `mqtt_connections_refused_total`; `None` where the client itself chose to go.
    pub(super) const fn label(self) -> Option<&'static str> {
        Some(match self {
            Self::Goodbye | Self::GoodbyeWithWill | Self::PeerGone => return None,
            Self::NoConnect => "no_connect",
            Self::SecondConnect => "second_connect",
            Self::Version => "version",
            Self::ClientId => "client_id",
            Self::BadCredentials => "bad_credentials",
            Self::NotAuthorised | Self::Stranger => "not_authorised",
            Self::Method => "auth_method",
            Self::Will => "forbidden_will",
            Self::Full => "full",
            Self::Share => "key_share",
            Self::Rate => "connect_rate",
            Self::Malformed(_) => "malformed",
            Self::Protocol(_) => "protocol_error",
            Self::Unexpected => "unexpected_packet",
            Self::PacketIdZero => "packet_id_zero",
            Self::TooLarge => "too_large",
            Self::Unsayable => "unsayable",
            Self::Unreleased => "unreleased",
            Self::ReceiveMaximum => "receive_maximum",
            Self::TopicAlias => "topic_alias",
            Self::SubscriptionId => "subscription_id",
            Self::ConnectTimeout => "connect_timeout",
            Self::KeepAlive => "keep_alive",
            Self::Stalled => "stalled",
            Self::TakenOver => "taken_over",
            Self::SlowReader => "slow_reader",
            Self::NotDurable => "not_durable",
            Self::Shutdown => "shutdown",
        })
    }

    /// The reason code of an MQTT 5 DISCONNECT, and what a human may want to know besides.
    pub(super) const fn reason(self) -> (u8, Option<&'static str>) {
        match self {
            Self::Goodbye | Self::GoodbyeWithWill => (0x00, None),
            Self::Malformed(what) => (0x81, Some(what)),
            Self::Protocol(what) => (0x82, Some(what)),
            Self::SecondConnect => (0x82, Some("a second CONNECT")),
            Self::Unexpected => (0x82, Some("a packet that was not expected")),
            Self::PacketIdZero => (0x82, Some("packet id 0")),
            Self::NotDurable => (
                0x83,
                Some("the journal failed: what is not acknowledged is not kept"),
            ),
            Self::Stranger => (0x87, Some("a client without a key may listen only")),
            Self::Shutdown => (0x8b, None),
            Self::KeepAlive => (0x8d, None),
            Self::Stalled => (0x8d, Some("a packet was begun and not finished in time")),
            Self::TakenOver => (0x8e, None),
            Self::ReceiveMaximum => (0x93, None),
            Self::TopicAlias => (0x94, None),
            Self::TooLarge | Self::Unsayable => (0x95, None),
            Self::Unreleased => (0x97, Some("too many messages of QoS 2 never released")),
            Self::SubscriptionId => (0xa1, None),
            // Said in a CONNACK, or to nobody.
            Self::PeerGone
            | Self::NoConnect
            | Self::Version
            | Self::ClientId
            | Self::BadCredentials
            | Self::NotAuthorised
            | Self::Method
            | Self::Will
            | Self::Full
            | Self::Share
            | Self::Rate
            | Self::ConnectTimeout
            | Self::SlowReader => (0x80, None),
        }
    }
}
