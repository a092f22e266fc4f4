//! Where a request comes from: the address of the connection or, behind a trusted proxy, of the
//! client that it speaks for.
//!
//! Promises: what a stranger writes into a header is never believed. A chain is read from its right,
//! where the proxy that is connected wrote, and only as far as those who wrote are trusted: what
//! stands to the left of the first address that is no trusted proxy was sent by that address, which
//! may say anything. Of `Forwarded` (RFC 7239) and `X-Forwarded-For` a proxy writes one and may pass
//! the other on as it came; so where both are there and name two clients, neither is believed.

use super::proxies::Block;
use axum::http::header::FORWARDED;
use axum::http::{HeaderMap, HeaderName};
use std::net::{IpAddr, SocketAddr};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Where a request comes from, IPv4 never written as IPv6; rides with each request that came by a
/// socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::serve) struct ClientAddress(pub(in crate::serve) IpAddr);

/// Whether `address`, in canonical form, is one of `proxies`.
pub(super) fn is_among(proxies: &[Block], address: IpAddr) -> bool {
    proxies.iter().any(|p| p.has(address))
}

/// Who a request of the trusted proxy `peer` comes from. Where the proxy does not say, or not
/// clearly, the last address in the chain that is known: at worst its own.
pub(super) fn behind(peer: IpAddr, headers: &HeaderMap, proxies: &[Block]) -> ClientAddress {
    let forwarded = headers.contains_key(FORWARDED);
    let by_list = headers.contains_key(X_FORWARDED_FOR);
    let follow = |name: &HeaderName, read: fn(&str) -> Option<IpAddr>| {
        follow(peer, elements(headers, name), read, proxies)
    };
    ClientAddress(match (forwarded, by_list) {
        (false, false) => peer,
        (true, false) => follow(&FORWARDED, of_element),
        (false, true) => follow(&X_FORWARDED_FOR, of_node),
        (true, true) => {
            let one = follow(&FORWARDED, of_element);
            let other = follow(&X_FORWARDED_FOR, of_node);
            if one == other { one } else { peer }
        }
    })
}

/// Walks a chain from its right end for as long as those who wrote it are trusted.
fn follow<'a>(
    peer: IpAddr,
    mut from_right: impl Iterator<Item = &'a str>,
    read: fn(&str) -> Option<IpAddr>,
    proxies: &[Block],
) -> IpAddr {
    let mut last = peer;
    while is_among(proxies, last) {
        let Some(next) = from_right.next().and_then(read) else {
            break;
        };
        last = next;
    }
    last
}

/// The elements of a list header, the last first. A header that is no text ends the walk, as an
/// element that reads as no address.
fn elements<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).iter().rev();
    lines.flat_map(|line| FromRight(Some(line.to_str().unwrap_or("?"))))
}

/// The elements of one line, from its right. What is quoted may hold commas; quotes are paired from
/// the right, so that one that a stranger left open on the left does not swallow what the proxy
/// added.
struct FromRight<'a>(Option<&'a str>);

impl<'a> Iterator for FromRight<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let rest = self.0.take()?;
            let mut quoted = false;
            let comma = rest.bytes().rposition(|b| {
                quoted ^= b == b'"';
                b == b',' && !quoted
            });
            let last = match comma {
                Some(at) => {
                    self.0 = rest.get(..at);
                    rest.get(at + 1..).unwrap_or_default()
                }
                None => rest,
            };
            // Lists may have empty elements, which say nothing.
            if !last.trim().is_empty() {
                return Some(last.trim());
            }
        }
    }
}

/// The address in `for=192.0.2.7;proto=https`.
fn of_element(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|p| p.split_once('='));
    let (_, node) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    let node = node.trim();
    let quoted = node.strip_prefix('"').and_then(|n| n.strip_suffix('"'));
    of_node(quoted.unwrap_or(node))
}

/// The address in `192.0.2.7`, `192.0.2.7:47011`, `2001:db8::1`, `[2001:db8::1]` and
/// `[2001:db8::1]:47011`; none in `unknown` and `_hidden`.
fn of_node(node: &str) -> Option<IpAddr> {
    let bracketed = |n: &str| n.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    // Ports may be hidden as well (`:_secret`): who is asked for is the address.
    let without_port = |n: &str| {
        let (host, port) = n.rsplit_once(':')?;
        let is_port =
            !port.is_empty() && port.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let host = Some(host).filter(|_| is_port)?;
        bracketed(host).or_else(|| host.parse().ok().filter(IpAddr::is_ipv4))
    };
    let bare = |n: &str| n.parse().ok();
    let found = bare(node)
        .or_else(|| bracketed(node))
        .or_else(|| without_port(node));
    found.map(|address: IpAddr| address.to_canonical())
}

/// How a log writes where a request came from: with the port where the connection is the client's
/// own.
pub(super) fn shown(peer: SocketAddr, client: ClientAddress) -> String {
    let own = peer.ip().to_canonical();
    if client.0 == own {
        SocketAddr::new(own, peer.port()).to_string()
    } else {
        client.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies() -> Vec<Block> {
        let of = |text: &str| Block::try_from(text.to_owned()).unwrap();
        ["10.0.0.0/8", "::1"].map(of).to_vec()
    }

    /// What is found of requests from the proxy 10.0.0.1.
    fn found(lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        let peer = "10.0.0.1".parse().unwrap();
        behind(peer, &headers, &proxies()).0.to_string()
    }

    #[test]
    fn the_right_most_address_that_is_no_proxy_is_the_client() {
        for (list, want) in [
            ("192.0.2.7", "192.0.2.7"),
            ("6.6.6.6, 192.0.2.7", "192.0.2.7"),
            ("6.6.6.6, 192.0.2.7, 10.0.0.2,10.0.0.3", "192.0.2.7"),
            ("10.0.0.9", "10.0.0.9"),
            ("192.0.2.7:47011", "192.0.2.7"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:47011", "2001:db8::1"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("192.0.2.7, ,", "192.0.2.7"),
            // Who is not named stays behind the one who knows him.
            ("unknown", "10.0.0.1"),
            ("192.0.2.7, unknown", "10.0.0.1"),
            ("192.0.2.7, rubbish, 10.0.0.2", "10.0.0.2"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(found(&[("x-forwarded-for", list)]), want, "{list}");
        }
        let lines = [
            ("x-forwarded-for", "6.6.6.6"),
            ("x-forwarded-for", "192.0.2.7"),
        ];
        assert_eq!(found(&lines), "192.0.2.7", "lines are one list");
    }

    #[test]
    fn forwarded_is_read_as_its_standard_says() {
        for (list, want) in [
            ("for=192.0.2.7", "192.0.2.7"),
            ("For=\"192.0.2.7:80\";proto=https;by=10.0.0.1", "192.0.2.7"),
            ("proto=https; FOR=192.0.2.7", "192.0.2.7"),
            ("for=\"[2001:db8::1]:47011\"", "2001:db8::1"),
            ("for=\"[2001:db8::1]:_port\"", "2001:db8::1"),
            ("for=\"[::ffff:192.0.2.7]\"", "192.0.2.7"),
            ("for=6.6.6.6, for=192.0.2.7, for=10.0.0.2", "192.0.2.7"),
            ("for=192.0.2.7;host=\"a,b\", for=10.0.0.2", "192.0.2.7"),
            ("for=unknown", "10.0.0.1"),
            ("for=_hidden, for=10.0.0.2", "10.0.0.2"),
            ("proto=https", "10.0.0.1"),
            ("for=192.0.2.7, proto=https", "10.0.0.1"),
            // A quote that a stranger left open.
            ("for=\"6.6.6.6, for=192.0.2.7", "192.0.2.7"),
            ("for=\"x, for=6.6.6.6\\\", for=192.0.2.7", "192.0.2.7"),
        ] {
            assert_eq!(found(&[("forwarded", list)]), want, "{list}");
        }
    }

    #[test]
    fn where_both_are_given_they_must_name_one_client() {
        let both = |one, other| found(&[("forwarded", one), ("x-forwarded-for", other)]);
        assert_eq!(both("for=192.0.2.7", "6.6.6.6, 192.0.2.7"), "192.0.2.7");
        assert_eq!(both("for=6.6.6.6", "192.0.2.7"), "10.0.0.1");
        assert_eq!(both("for=192.0.2.7", "6.6.6.6"), "10.0.0.1");
    }

    #[test]
    fn a_port_is_shown_where_the_connection_is_the_clients_own() {
        let peer: SocketAddr = "[::ffff:192.0.2.7]:5000".parse().unwrap();
        let of = |text: &str| ClientAddress(text.parse().unwrap());
        assert_eq!(shown(peer, of("192.0.2.7")), "192.0.2.7:5000");
        assert_eq!(shown(peer, of("2001:db8::1")), "2001:db8::1");
    }
}
