//! The decision on a CONNECT: form first, then who, then what they leave behind, then room.

use super::{Aliases, Open, SessionHost, SessionLimits, Subscriptions};
use crate::domain::{Speaker, id};
use crate::ingest::codec;
use crate::ingest::mqtt_server::close::Close;
use crate::ingest::mqtt_server::door::Denied;
use crate::ingest::mqtt_server::topic;
use crate::ingest::mqtt_server::wire::{Connect, ConnectRefusal, Version, Voice, Welcome, Will};
use bytes::Bytes;
use std::collections::BTreeSet;

/// What a client of MQTT 5 must take at least, in bytes: the longest CONNACK and any
/// acknowledgement without its reason string fit in.
const LEAST_PACKET: usize = 80;

pub(super) fn welcome(
    c: Connect,
    limits: &SessionLimits,
    voice: Voice,
    desk: &mut impl SessionHost,
) -> Result<(Open, Welcome), (ConnectRefusal, Close)> {
    if c.by_method {
        return Err((ConnectRefusal::Method, Close::Method));
    }
    if voice.max_packet < LEAST_PACKET {
        return Err((ConnectRefusal::PacketSize, Close::Unsayable));
    }
    let given = !c.client_id.is_empty();
    if c.client_id.len() > limits.client_id || !(given || c.clean || voice.version == Version::V5) {
        return Err((ConnectRefusal::ClientId, Close::ClientId));
    }
    let speaker = who(&c, desk)?;
    // Nobody here asks whether a bridge is there. That it leaves such a will shows what it is, even
    // where it does not say so.
    let notice = c
        .will
        .as_ref()
        .is_some_and(|w| topic::is_bridge_notice(&w.topic));
    let bridge = c.bridge || notice;
    let last_will = c.will.filter(|_| !notice);
    let own_status = |w: &Will| {
        let its = speaker.as_ref().map(|s| topic::own(&w.topic, &s.id));
        its.flatten() == Some(&codec::STATUS)
    };
    if !last_will.as_ref().is_none_or(own_status) {
        return Err((ConnectRefusal::NotAuthorised, Close::Will));
    }
    let assigned = (!given && voice.version == Version::V5).then(|| desk.client_id());
    let client_id = if given {
        Some(&*c.client_id)
    } else {
        assigned.as_deref()
    };
    if let Err(why) = desk.seat(speaker.as_ref(), client_id) {
        let refusal = match why {
            Close::Rate => ConnectRefusal::Rate,
            Close::Share => ConnectRefusal::Quota,
            _ => ConnectRefusal::Unavailable,
        };
        return Err((refusal, why));
    }
    let welcome = Welcome {
        receive_max: limits.receive_max,
        max_packet: limits.packet,
        aliases: limits.aliases,
        client_id: assigned,
        keep_alive_s: limits
            .keep_alive_s
            .filter(|m| *m > 0 && !(1..=*m).contains(&c.keep_alive_s)),
    };
    // The payload shares its memory with the read it came in; a will waits for hours and must not
    // keep that.
    let will = last_will.map(|w| Will {
        payload: Bytes::copy_from_slice(&w.payload),
        ..w
    });
    let open = Open {
        speaker,
        bridge,
        will,
        keep_alive_s: c.keep_alive_s,
        held: BTreeSet::new(),
        unsettled: 0,
        aliases: Aliases::default(),
        receive_max: c.receive_max,
        subscriptions: Subscriptions::default(),
    };
    Ok((open, welcome))
}

/// Who it is; `None` for a client without a key, where such may listen. A user name without a good
/// password is refused all the same: who mistypes a key should learn that, not get less.
fn who(
    c: &Connect,
    desk: &mut impl SessionHost,
) -> Result<Option<Speaker>, (ConnectRefusal, Close)> {
    let refused = (ConnectRefusal::NotAuthorised, Close::NotAuthorised);
    let Some((user, password)) = &c.login else {
        return if desk.hears_strangers() {
            Ok(None)
        } else {
            Err(refused)
        };
    };
    let speaker = desk.admit(user, password).map_err(|denied| match denied {
        Denied::BadCredentials => (ConnectRefusal::BadCredentials, Close::BadCredentials),
        Denied::NotAuthorised => (ConnectRefusal::NotAuthorised, Close::NotAuthorised),
        Denied::TooMany => (ConnectRefusal::Quota, Close::Share),
        Denied::NotNow => (ConnectRefusal::Unavailable, Close::Full),
    })?;
    // The own-topic rule stands on this: an id with a slash in it would name someone else's topics.
    if !id::is_valid(&speaker.id) {
        return Err(refused);
    }
    Ok(Some(speaker))
}
