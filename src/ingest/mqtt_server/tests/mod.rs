//! The MQTT server's behaviour: the pure session in `conversation`, `topics` and `bytes`, real sockets
//! in the others.

mod bridge;
mod bytes;
mod conversation;
mod cuts;
mod doors;
mod fake_boards;
mod fakes;
mod five;
mod five_bytes;
mod five_connect;
mod guests;
mod house;
mod hurry;
mod orders;
mod pressure;
mod secure;
mod strangers;
mod subscribers;
mod subscriptions;
mod topics;
