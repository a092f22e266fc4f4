//! Stand-ins for what the server asks, and packets as a client writes them.

use super::fake_boards::FakeZones;
use crate::domain::{
    Claim, Door, DropList, KeyAccount, Millis, Parcel, Pass, Reason, Refusal, Refused, SharedRemit,
    SourceIx, SourceKind, Speaker, ZoneIx,
};
use crate::ingest::board::{Board as _, Wanted};
use crate::ingest::codec::Codec;
use crate::ingest::mqtt_server::close::Close;
use crate::ingest::mqtt_server::read_batch::ReadBatch;
use crate::ingest::mqtt_server::session::{Session, SessionHost, SessionLimits};
use crate::ingest::mqtt_server::wire::Grant;
use crate::ingest::mqtt_server::{Denied, Doorkeeper, Intake};
use bytes::BytesMut;
use rumqttc::mqttbytes::{QoS, v4};
use rumqttc::v5::mqttbytes::{QoS as QoS5, v5};

pub(super) const MINE: &str = "bayhub/v1/lamp-1/report";

/// Knows `lamp-1` and `lamp-2` by the password `key`, and `barred`, whose key is good for something
/// else. All have one account.
#[derive(Default)]
pub(super) struct FakeKeeper(pub(super) KeyAccount);

impl Doorkeeper for FakeKeeper {
    fn admit(&self, user: &str, password: &[u8]) -> Result<Speaker, Denied> {
        let source = match (user, password) {
            ("lamp-1", b"key") => SourceIx(1),
            ("lamp-2", b"key") => SourceIx(2),
            ("a/b", b"key") => SourceIx(3),
            ("barred", b"key") => return Err(Denied::NotAuthorised),
            _ => return Err(Denied::BadCredentials),
        };
        Ok(Speaker {
            source,
            kind: SourceKind::Sensor,
            id: user.into(),
            pass: Pass::default(),
            uplinks: false,
            remit: SharedRemit::default(),
            account: self.0.clone(),
        })
    }
}

/// Numbers with spaces between are claims, "nothing" says nothing, all else is malformed.
pub(super) struct NumberIntake;

impl Intake for NumberIntake {
    fn take(
        &self,
        speaker: &Speaker,
        codec: &'static Codec,
        payload: &[u8],
        _: bool,
        out: &mut Parcel,
    ) {
        if payload == b"nothing" {
            return;
        }
        for item in payload.split(|b| *b == b' ') {
            match std::str::from_utf8(item).ok().and_then(|s| s.parse().ok()) {
                Some(n) => out.claims.push(Claim::Alive {
                    source: speaker.source,
                    at: Millis(n),
                }),
                None => out.refusals.push(Refusal {
                    reason: if item == b"elsewhere" {
                        Reason::UnknownBay
                    } else {
                        Reason::Malformed
                    },
                    door: Door::Mqtt,
                    source: speaker.id.as_ref().into(),
                    key: 0,
                    partner: "".into(),
                    topic: codec.name.into(),
                    index: None,
                    detail: "not a number".into(),
                    payload: DropList::default().excerpt(payload),
                }),
            }
        }
    }

    fn refusal(&self, of: Refused<'_>) -> Refusal {
        DropList::default().refusal(of)
    }
}

#[derive(Default)]
pub(super) struct FakeDesk {
    pub takes: Vec<(&'static Codec, Vec<u8>)>,
    /// Of each of them, whether a broker had kept it.
    pub kept: Vec<bool>,
    pub seats: Vec<Option<String>>,
    pub refused: Vec<Reason>,
    pub full: Option<Close>,
    /// Who shows no key may listen.
    pub strangers: bool,
    pub watched: Option<Wanted>,
    /// Of zones 0 to 9, those to be shown at once.
    pub loud: Vec<u32>,
    pub no_watch: bool,
    /// Orders are followed, and how often that began.
    pub follows: Option<u32>,
    pub declined: Vec<Grant>,
}

impl SessionHost for FakeDesk {
    fn admit(&mut self, user: &str, password: &[u8]) -> Result<Speaker, Denied> {
        FakeKeeper::default().admit(user, password)
    }
    fn client_id(&mut self) -> String {
        "hub-1".into()
    }
    fn hears_strangers(&mut self) -> bool {
        self.strangers
    }
    fn seat(&mut self, _: Option<&Speaker>, client_id: Option<&str>) -> Result<(), Close> {
        self.seats.push(client_id.map(Into::into));
        self.full.map_or(Ok(()), Err)
    }
    fn take(
        &mut self,
        speaker: &Speaker,
        codec: &'static Codec,
        payload: &[u8],
        kept: bool,
        out: &mut Parcel,
    ) {
        self.takes.push((codec, payload.to_vec()));
        self.kept.push(kept);
        NumberIntake.take(speaker, codec, payload, kept, out);
    }
    fn refusal(&mut self, of: Refused<'_>) -> Refusal {
        self.refused.push(of.reason);
        NumberIntake.refusal(of)
    }
    fn zone(&mut self, id: &str) -> Option<ZoneIx> {
        FakeZones::default().zone(id)
    }
    fn watch(&mut self, wanted: Wanted, loud: &dyn Fn(ZoneIx) -> bool) -> bool {
        self.watched = Some(wanted);
        self.loud = (0..10).filter(|z| loud(ZoneIx(*z))).collect();
        !self.no_watch
    }
    fn unwatch(&mut self) {
        self.watched = None;
    }
    fn knows_order(&mut self, name: &str) -> bool {
        name == "or_1" || name == "or_2"
    }
    fn follow(&mut self) {
        *self.follows.get_or_insert(0) += 1;
    }
    fn unfollow(&mut self) {
        self.follows = None;
    }
    fn declined(&mut self, grant: Grant) {
        if !matches!(grant, Grant::Yes(_)) {
            self.declined.push(grant);
        }
    }
}

pub(super) const LIMITS: SessionLimits = SessionLimits {
    packet: 3072,
    payload: 2048,
    client_id: 128,
    receive_max: 10,
    aliases: 3,
    keep_alive_s: None,
};

/// A session with its desk, fed by hand.
pub(super) struct Talk {
    pub session: Session,
    pub desk: FakeDesk,
    pub batch: ReadBatch,
    pub buf: BytesMut,
    pub end: Option<Close>,
}

impl Talk {
    pub(super) fn new() -> Self {
        let session = Session::new(LIMITS);
        Self {
            session,
            desk: FakeDesk::default(),
            batch: ReadBatch::default(),
            buf: BytesMut::new(),
            end: None,
        }
    }

    /// One that is connected as `lamp-1`, its CONNACK taken.
    pub(super) fn open() -> Self {
        let mut t = Self::new();
        t.say(&hello("c"));
        assert_eq!((t.end, t.replies()), (None, vec![0x20, 2, 0, 0]));
        t
    }

    /// The same in MQTT 5.
    pub(super) fn open5() -> Self {
        let mut t = Self::new();
        t.say(&hello5());
        let welcome = t.replies();
        assert_eq!(
            (t.end, &welcome[..1], &welcome[2..4]),
            (None, &[0x20][..], &[0, 0][..])
        );
        t
    }

    pub(super) fn say(&mut self, bytes: &[u8]) -> &mut Self {
        self.buf.extend_from_slice(bytes);
        self.end = self
            .session
            .on_bytes(&mut self.buf, &mut self.batch, &mut self.desk);
        self
    }

    pub(super) fn replies(&mut self) -> Vec<u8> {
        self.batch.replies.split().to_vec()
    }

    pub(super) fn acks(&mut self) -> Vec<u8> {
        self.batch.acks.split().to_vec()
    }

    pub(super) fn payloads(&self) -> Vec<&[u8]> {
        self.desk.takes.iter().map(|(_, p)| p.as_slice()).collect()
    }
}

pub(super) fn wire(packet: &v4::Packet) -> Vec<u8> {
    let mut out = BytesMut::new();
    packet.write(&mut out, usize::MAX).unwrap();
    out.to_vec()
}

/// `lamp-1`'s CONNECT without a last will, to be changed.
pub(super) fn connect(client_id: &str) -> v4::Connect {
    let mut c = v4::Connect::new(client_id);
    c.set_login("lamp-1", "key");
    c.keep_alive = 30;
    c
}

pub(super) fn hello(client_id: &str) -> Vec<u8> {
    wire(&v4::Packet::Connect(connect(client_id)))
}

pub(super) fn publish(topic: &str, qos: u8, id: u16, payload: &[u8]) -> Vec<u8> {
    let qos = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce][usize::from(qos)];
    let mut p = v4::Publish::new(topic, qos, payload);
    p.pkid = id;
    wire(&v4::Packet::Publish(p))
}

pub(super) fn release(id: u16) -> Vec<u8> {
    wire(&v4::Packet::PubRel(v4::PubRel::new(id)))
}

pub(super) fn wire5(packet: &v5::Packet) -> Vec<u8> {
    let mut out = BytesMut::new();
    packet.write(&mut out, None).unwrap();
    out.to_vec()
}

/// What the server said in MQTT 5, packet by packet.
pub(super) fn read5(bytes: &[u8]) -> Vec<v5::Packet> {
    let mut bytes = BytesMut::from(bytes);
    std::iter::from_fn(|| (!bytes.is_empty()).then(|| v5::Packet::read(&mut bytes, None).unwrap()))
        .collect()
}

/// The properties of a CONNECT, with one change.
pub(super) fn with(change: impl FnOnce(&mut v5::ConnectProperties)) -> v5::ConnectProperties {
    let mut p = v5::ConnectProperties::new();
    change(&mut p);
    p
}

/// `lamp-1`'s CONNECT of MQTT 5.
pub(super) fn connect5(id: &str, p: v5::ConnectProperties, will: Option<v5::LastWill>) -> Vec<u8> {
    let connect = v5::Connect {
        keep_alive: 30,
        client_id: id.into(),
        clean_start: true,
        properties: Some(p),
    };
    wire5(&v5::Packet::Connect(
        connect,
        will,
        Some(v5::Login::new("lamp-1", "key")),
    ))
}

pub(super) fn hello5() -> Vec<u8> {
    connect5("c", v5::ConnectProperties::new(), None)
}

pub(super) fn publish5(
    topic: &str,
    qos: u8,
    id: u16,
    alias: Option<u16>,
    payload: &[u8],
) -> Vec<u8> {
    let qos = [QoS5::AtMostOnce, QoS5::AtLeastOnce, QoS5::ExactlyOnce][usize::from(qos)];
    let properties = alias.map(|a| v5::PublishProperties {
        topic_alias: Some(a),
        ..v5::PublishProperties::default()
    });
    let mut p = v5::Publish::new(topic, qos, payload.to_vec(), properties);
    p.pkid = id;
    wire5(&v5::Packet::Publish(p))
}

pub(super) const PING: [u8; 2] = [0xc0, 0];
pub(super) const GOODBYE: [u8; 2] = [0xe0, 0];
