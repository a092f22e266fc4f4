//! Which URLs may be an endpoint's.
//!
//! https, a host, and 443 or a port that no service of a system has: the hub must not be somebody's
//! way to knock on port 22 or 25 of others. An address that stands in the URL is judged at once, in
//! whatever form it is written: the parser makes one of all of them.

use super::judge::AddressJudge;
use reqwest::Url;
use std::net::IpAddr;

/// The longest that is kept.
const LONGEST: usize = 2_048;

/// The first port that no service of a system has.
const FIRST_FREE_PORT: u16 = 1_024;

/// Reads the URL of an endpoint. `loopback`: whether this machine may be one, by plain http too.
///
/// # Errors
/// Says what of it cannot be.
pub(in crate::webhooks) fn read(text: &str, loopback: bool) -> Result<Url, String> {
    if text.len() > LONGEST {
        return Err(format!("url: must have at most {LONGEST} bytes"));
    }
    let url = Url::parse(text).map_err(|e| format!("url: is none: {e}"))?;
    let host = url.host_str().unwrap_or_default();
    if host.is_empty() {
        return Err("url: names no host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "url: must have no user and no password; the signature says who sends".to_owned(),
        );
    }
    if url.fragment().is_some() {
        return Err("url: must have no fragment; it would not be sent".to_owned());
    }
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    let literal = literal.parse::<IpAddr>().ok();
    let is_here = host == "localhost" || literal.is_some_and(|ip| ip.is_loopback());
    let may_be_here = loopback && is_here;
    if url.scheme() != "https" && !(url.scheme() == "http" && may_be_here) {
        return Err("url: must begin with https://".to_owned());
    }
    let judge = AddressJudge {
        loopback,
        anywhere: false,
    };
    if literal.is_some_and(|ip| !judge.admits(ip)) {
        return Err("url: is an address that is not reached from everywhere".to_owned());
    }
    let port = url.port_or_known_default().unwrap_or_default();
    if port != 443 && port < FIRST_FREE_PORT && !may_be_here {
        return Err(format!(
            "url: the port must be 443 or from {FIRST_FREE_PORT} on"
        ));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_ours_is_refused_in_every_disguise() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "127.0.0.1.",
            "①②⑦.0.0.1",
            "%31%32%37.0.0.1",
            "0.0.0.0",
            "0",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "0xc0a80101",
            "3232235777",
            "169.254.169.254",
            "0xa9fea9fe",
            "100.64.0.1",
            "198.18.0.1",
            "192.0.2.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::127.0.0.1]",
            "[64:ff9b::a9fe:a9fe]",
            "[2002:7f00:1::]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[fe80::1]",
            "[ff02::1]",
            "[2001:db8::1]",
        ] {
            let url = format!("https://{host}/hook");
            let e = read(&url, false).unwrap_err();
            assert!(e.contains("reached from everywhere"), "{host}: {e}");
        }
    }

    #[test]
    fn only_https_to_a_host_and_a_port_of_nobody_s_service() {
        for (url, says) in [
            ("http://example.com/", "https://"),
            ("ftp://example.com/", "https://"),
            ("file:///etc/passwd", "no host"),
            ("https://", "is none"),
            ("hook", "is none"),
            ("https://user@example.com/", "no user"),
            ("https://u:p@example.com/", "no user"),
            ("https://example.com/#x", "fragment"),
            ("https://example.com:22/", "port"),
            ("https://example.com:25/", "port"),
            ("http://127.0.0.1:8080/", "https://"),
        ] {
            let e = read(url, false).unwrap_err();
            assert!(e.contains(says), "{url}: {e}");
        }
        let long = format!("https://example.com/{}", "x".repeat(2_048));
        assert!(read(&long, false).is_err());
        for good in [
            "https://example.com/hook?a=b",
            "https://example.com:8443/",
            "https://93.184.216.34/",
            "https://bücher.example/",
        ] {
            assert!(read(good, false).is_ok(), "{good}");
        }
    }

    #[test]
    fn this_machine_is_reached_where_it_is_allowed_and_nothing_else_of_ours() {
        for good in [
            "http://127.0.0.1:80/",
            "http://localhost:9000/hook",
            "http://[::1]:9000/",
        ] {
            assert!(read(good, true).is_ok(), "{good}");
            assert!(read(good, false).is_err(), "{good}");
        }
        for bad in [
            "http://example.com/",
            "https://10.0.0.1/",
            "http://169.254.169.254/",
        ] {
            assert!(read(bad, true).is_err(), "{bad}");
        }
    }
}
