//! HTTP itself, for every audience alike: sockets, who may, what is in a request, and how it is
//! refused.

pub(super) mod address;
mod address_key;
pub(super) mod audit;
pub(super) mod auth;
pub(super) mod body;
pub(super) mod bom;
pub(super) mod caching;
pub(super) mod caller;
mod cds_problem;
pub(super) mod cors;
pub(super) mod counted;
pub(super) mod cursor;
mod cut;
mod desk_error;
pub(super) mod document;
pub(super) mod encoding;
pub(super) mod error;
pub(super) mod events;
pub(super) mod extract;
pub(super) mod language;
pub(super) mod listen;
pub(super) mod measure;
pub(super) mod negotiate;
pub(super) mod params;
pub(super) mod problem_answer;
pub(super) mod problems;
pub(super) mod proxies;
pub(super) mod quota;
pub(super) mod request_id;
pub(super) mod routes;
mod slow;
pub(super) mod spent;
pub(super) mod unchanged;
pub(super) mod work;
