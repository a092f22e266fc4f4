//! What a configuration leaves open that its operator may not have meant: said by `check-config`,
//! by `doctor` and in the log of a start.
//!
//! Warnings, never refusals: a hub in a closed net may be plain, and a limit above the descriptors
//! is only reached by a crowd.

use super::{descriptors, process};
use crate::config::Config;
use crate::partners::Keys;
use crate::serve::Block;
use std::net::SocketAddr;

/// Texts that were ever shown in an example, or that anybody would try first.
const KNOWN_TEXTS: [&str; 10] = [
    "", "test", "key", "secret", "password", "changeme", "bayhub", "demo", "admin", "sample",
];

/// Logs every warning.
pub(super) fn warn(config: &Config) {
    for warning in warnings(config, process::descriptors()) {
        tracing::warn!("{warning}");
    }
}

/// What should be said, each naming its key. `descriptors`: how many files and connections the
/// system lets this process have open; `None` is no limit.
pub(super) fn warnings(config: &Config, descriptors: Option<u64>) -> Vec<String> {
    let mut found = Vec::new();
    found.extend(sample_keys(config));
    found.extend(plain_listeners(config));
    found.extend(operators_among_all(config));
    found.extend(believed_by_all(config));
    found.extend(descriptors.and_then(|limit| too_few(config, limit)));
    found
}

fn sample_keys(config: &Config) -> impl Iterator<Item = String> {
    let known = KNOWN_TEXTS.map(Keys::digest);
    let is_sample =
        move |sha256: &[u8; 32]| sha256.iter().all(|b| *b == sha256[0]) || known.contains(sha256);
    let keys = config.keys.iter().filter(move |k| is_sample(&k.sha256));
    keys.map(|k| {
        format!(
            "keys: {:?} has the sha256 of an example or of a text that anybody would guess: put your own key's there",
            k.name
        )
    })
}

fn plain_listeners(config: &Config) -> impl Iterator<Item = String> {
    // Behind a proxy the clear part may be a net that nobody else is in: only its operator knows.
    let instead_of_http = if config.http.trusted_proxies.is_empty() {
        "listen on this machine only, and let others in by [http.tls] or a proxy with TLS"
    } else {
        "see to it that only the proxies of http.trusted_proxies can reach it, in a net of their own"
    };
    let admin = config.http.admin.as_ref().map(|own| {
        let instead = "listen on this machine only, or in a net of the operators' own";
        ("http.admin.listen", own.listen, instead)
    });
    let plain: [(&str, SocketAddr, &str); 2] = [
        ("http.listen", config.http.listen, instead_of_http),
        (
            "mqtt.listen",
            config.mqtt.listen,
            "listen on this machine only, and let others in by [mqtt.tls]",
        ),
    ];
    let public = plain
        .into_iter()
        .chain(admin)
        .filter(|(_, at, _)| !at.ip().is_loopback());
    public.map(|(key, at, instead)| {
        format!(
            "{key}: {at} is plain and others can reach it, so keys travel in the clear: {instead}"
        )
    })
}

/// Where others reach HTTP and operators have no listener of their own.
fn operators_among_all(config: &Config) -> Option<String> {
    let http = &config.http;
    let tls = http.tls.as_ref().map(|t| t.listen);
    let mut all = [Some(http.listen), tls].into_iter().flatten();
    let at = all.find(|at| http.admin.is_none() && !at.ip().is_loopback())?;
    Some(format!(
        "http.admin: is not set, so whoever reaches {at} reaches /metrics, /v1/admin and the reasons of /readyz too: \
         give them a listener of their own, [http.admin] listen = \"127.0.0.1:9090\""
    ))
}

fn believed_by_all(config: &Config) -> Option<String> {
    let everybody = config.http.trusted_proxies.iter().any(Block::is_everybody);
    everybody.then(|| {
        "http.trusted_proxies: every address is in it, so anybody may take any address for limits and the audit log: \
         name your proxies"
            .to_owned()
    })
}

fn too_few(config: &Config, limit: u64) -> Option<String> {
    let http = config.http.max_connections;
    let mqtt = config.mqtt.max_connections;
    let own = descriptors::own(limit);
    let wanted = descriptors::wanted(config).saturating_add(own);
    (wanted > limit).then(|| {
        format!(
            "http.max_connections ({http}) and mqtt.max_connections ({mqtt}) need {wanted} descriptors, of which \
             {own} are the hub's own, and the system gives {limit}: fewer connections are let in. Lower them, or \
             raise the limit (LimitNOFILE=, ulimit -n)"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn said(toml: &str, descriptors: Option<u64>) -> Vec<String> {
        let config = parse(&format!("[registry]\npath = \"city\"\n{toml}"), &[]).unwrap();
        warnings(&config, descriptors)
    }

    fn key(sha256: &str) -> String {
        format!(
            "[[keys]]\nname = \"lamps\"\npartner = \"p\"\nscopes = [\"admin\"]\nsha256 = \"{sha256}\"\n"
        )
    }

    #[test]
    fn a_hub_of_this_machine_alone_has_nothing_to_be_warned_of() {
        assert_eq!(said("", None), Vec::<String>::new());
        assert_eq!(said("", Some(65_536)), Vec::<String>::new());
        let own = key("6dd09c14f7cd88c6c4c21f9b134fbd988078d0051147f2dc2243ac8dc5088eb4");
        assert_eq!(said(&own, None), Vec::<String>::new());
    }

    #[test]
    fn a_key_of_an_example_or_of_a_guess_is_named() {
        let of_test = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        for sha256 in [&"0".repeat(64), &"ab".repeat(32), of_test] {
            let all = said(&key(sha256), None);
            assert!(all.len() == 1 && all[0].contains("\"lamps\""), "{all:?}");
        }
    }

    #[test]
    fn plain_listeners_that_others_reach_are_named_and_those_of_this_machine_are_not() {
        let all = said(
            "[http]\nlisten = \"0.0.0.0:8080\"\n[mqtt]\nlisten = \"[::]:1883\"\n",
            None,
        );
        assert_eq!(all.len(), 3, "{all:?}");
        assert!(all[0].contains("http.listen: 0.0.0.0:8080") && all[1].contains("mqtt.listen"));
        assert!(all[2].contains("http.admin: is not set, so whoever reaches 0.0.0.0:8080"));
        let own = "[http]\nlisten = \"[::1]:8080\"\n[mqtt]\nlisten = \"127.0.0.2:1883\"\n";
        assert_eq!(said(own, None), Vec::<String>::new());
    }

    #[test]
    fn what_stands_in_front_changes_what_is_said() {
        let tls = "[http.tls]\nlisten = \"0.0.0.0:8443\"\ncert = \"c\"\nkey = \"k\"\n";
        let all = said(tls, None);
        assert!(
            all.len() == 1 && all[0].contains("whoever reaches 0.0.0.0:8443"),
            "{all:?}"
        );
        let own = "[http.admin]\nlisten = \"127.0.0.1:9090\"\n";
        assert_eq!(said(&format!("{tls}{own}"), None), Vec::<String>::new());
        let open = own.replace("127.0.0.1", "0.0.0.0");
        let all = said(&open, None);
        assert!(
            all.len() == 1 && all[0].starts_with("http.admin.listen: 0.0.0.0:9090 is plain"),
            "{all:?}"
        );
        let proxies = "[http]\nlisten = \"10.0.0.7:80\"\ntrusted_proxies = [\"10.0.0.8\"]\n";
        let all = said(&format!("{proxies}{own}"), None);
        assert!(
            all.len() == 1 && all[0].contains("only the proxies of http.trusted_proxies"),
            "{all:?}"
        );
        let all = said("[http]\ntrusted_proxies = [\"0.0.0.0/0\"]\n", None);
        assert!(
            all.len() == 1 && all[0].contains("every address is in it"),
            "{all:?}"
        );
    }

    #[test]
    fn limits_above_the_descriptors_are_named_with_both_numbers() {
        let all = said("", Some(1024));
        assert!(
            all.len() == 1 && all[0].contains("36320") && all[0].contains("gives 1024"),
            "{all:?}"
        );
        let small = "[http]\nmax_connections = 100\n[mqtt]\nmax_connections = 400\n";
        // 564 of clients and their lobby, and a quarter of what there is.
        assert_eq!(said(small, Some(752)), Vec::<String>::new());
        assert_eq!(said(small, Some(750)).len(), 1);
    }
}
