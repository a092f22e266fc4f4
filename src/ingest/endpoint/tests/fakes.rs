//! Stand-ins for what the endpoint asks, and packets as a client writes them.

use crate::domain::{Claim, Door, Millis, Parcel, Pass, Reason, Refusal, SourceIx, SourceKind, Speaker, Topic};
use crate::ingest::endpoint::session::{Close, Desk, Limits, Session};
use crate::ingest::endpoint::turn::Turn;
use crate::ingest::endpoint::{Denied, Doorkeeper, Intake};
use bytes::BytesMut;
use rumqttc::mqttbytes::{QoS, v4};

pub(super) const MINE: &str = "bayhub/v1/lamp-1/report";

/// Knows `lamp-1` and `lamp-2` by the password `key`, and `barred`, whose key is good for something else.
pub(super) struct Keeper;

impl Doorkeeper for Keeper {
    fn admit(&self, user: &str, password: &[u8]) -> Result<Speaker, Denied> {
        let source = match (user, password) {
            ("lamp-1", b"key") => SourceIx(1),
            ("lamp-2", b"key") => SourceIx(2),
            ("a/b", b"key") => SourceIx(3),
            ("barred", b"key") => return Err(Denied::NotAuthorised),
            _ => return Err(Denied::BadCredentials),
        };
        Ok(Speaker { source, kind: SourceKind::Sensor, id: user.into(), pass: Pass::default(), uplinks: false })
    }
}

/// A number is a claim, "nothing" says nothing, all else is malformed.
pub(super) struct Numbers;

impl Intake for Numbers {
    fn take(&self, speaker: &Speaker, topic: Topic, payload: &[u8], out: &mut Parcel) {
        match std::str::from_utf8(payload).ok().and_then(|s| s.parse().ok()) {
            Some(n) => out.claims.push(Claim::Alive { source: speaker.source, at: Millis(n) }),
            None if payload == b"nothing" => {}
            None => out.refusals.push(Refusal {
                reason: Reason::Malformed,
                door: Door::Mqtt,
                source: speaker.id.as_ref().into(),
                topic: topic.name().into(),
                index: None,
                detail: "not a number".into(),
                payload: Refusal::excerpt(payload),
            }),
        }
    }
}

#[derive(Default)]
pub(super) struct FakeDesk {
    pub takes: Vec<(Topic, Vec<u8>)>,
    pub seats: Vec<Option<String>>,
    pub refused: Vec<Reason>,
    pub full: bool,
}

impl Desk for FakeDesk {
    fn admit(&mut self, user: &str, password: &[u8]) -> Result<Speaker, Denied> {
        Keeper.admit(user, password)
    }
    fn seat(&mut self, _: &Speaker, client_id: Option<&str>) -> bool {
        self.seats.push(client_id.map(Into::into));
        !self.full
    }
    fn take(&mut self, speaker: &Speaker, topic: Topic, payload: &[u8], out: &mut Parcel) {
        self.takes.push((topic, payload.to_vec()));
        Numbers.take(speaker, topic, payload, out);
    }
    fn refused(&mut self, reason: Reason) {
        self.refused.push(reason);
    }
}

pub(super) const LIMITS: Limits = Limits { packet: 3072, payload: 2048, client_id: 128 };

/// A session with its desk, fed by hand.
pub(super) struct Talk {
    pub session: Session,
    pub desk: FakeDesk,
    pub turn: Turn,
    pub buf: BytesMut,
    pub end: Option<Close>,
}

impl Talk {
    pub(super) fn new() -> Self {
        let session = Session::new(LIMITS);
        Self { session, desk: FakeDesk::default(), turn: Turn::default(), buf: BytesMut::new(), end: None }
    }

    /// One that is connected as `lamp-1`, its CONNACK taken.
    pub(super) fn open() -> Self {
        let mut t = Self::new();
        t.say(&hello("c"));
        assert_eq!((t.end, t.replies()), (None, vec![0x20, 2, 0, 0]));
        t
    }

    pub(super) fn say(&mut self, bytes: &[u8]) -> &mut Self {
        self.buf.extend_from_slice(bytes);
        self.end = self.session.on_bytes(&mut self.buf, &mut self.turn, &mut self.desk);
        self
    }

    pub(super) fn replies(&mut self) -> Vec<u8> {
        self.turn.replies.split().to_vec()
    }

    pub(super) fn acks(&mut self) -> Vec<u8> {
        self.turn.acks.split().to_vec()
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

pub(super) const PING: [u8; 2] = [0xc0, 0];
pub(super) const GOODBYE: [u8; 2] = [0xe0, 0];
