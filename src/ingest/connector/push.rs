//! How the sender of a pushed feed is known.
//!
//! Promises: what is secret is compared in constant time and shown nowhere; a body that is not let
//! in has not been read as a feed's.

use super::{FeedConfig, Hidden, Push};
use crate::ingest::codec::onenet_signed;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::{Digest as _, Md5};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sha2::Sha256;
use std::borrow::Cow;
use std::collections::BTreeMap;
use subtle::ConstantTimeEq as _;

/// The ways there are.
const WAYS: [&str; 6] = ["bearer", "secret", "basic", "md5-sorted", "hmac", "onenet"];

/// How a sender proves that it is the feed's.
pub enum Auth {
    /// By a key of the hub with the scope `report` that covers the feed's source.
    Bearer,
    /// By a text in the address: this query parameter.
    Secret {
        parameter: Box<str>,
        secret: Box<str>,
    },
    Basic {
        expected: Box<str>,
    },
    /// By this member: the MD5 of all others, sorted, and the secret.
    Md5Sorted {
        member: Box<str>,
        secret: Box<str>,
    },
    /// By this header: HMAC-SHA256 over the body, as hex or base64.
    Hmac {
        header: Box<str>,
        secret: Box<str>,
    },
    /// As China Mobile's OneNET does; the feed's own body is within.
    OneNet {
        token: Box<str>,
    },
}

/// A request as far as it may prove who sends it.
pub struct Knock<'a, 'b> {
    pub query: &'a str,
    /// A header by its name in lower case.
    pub header: &'a dyn Fn(&str) -> Option<&'a str>,
    pub body: &'b [u8],
}

impl Auth {
    /// # Errors
    /// Names the key of `[feeds.push]` at fault.
    pub fn new(push: &Push) -> Result<Self, String> {
        let way = &*push.auth;
        let needs_none = way == "bearer";
        let secret = match &push.secret {
            Some(_) if needs_none => {
                return Err(
                    "secret: a bearer shows a key of the hub; the feed has no other".into(),
                );
            }
            None if !needs_none => return Err(format!("secret: auth = {way:?} needs one")),
            secret => secret.as_ref().map(Hidden::expose).transpose(),
        };
        let secret: Box<str> = secret
            .map_err(|e| format!("secret: {e}"))?
            .unwrap_or_default()
            .into();
        if !needs_none && secret.is_empty() {
            return Err("secret: is empty".into());
        }
        if push.username.is_some() != (way == "basic") {
            return Err("username: is for auth = \"basic\", and needed there".into());
        }
        let named = |usual: &str| push.sign.as_deref().unwrap_or(usual).into();
        match way {
            "bearer" => Ok(Self::Bearer),
            "secret" => Ok(Self::Secret {
                parameter: named("secret"),
                secret,
            }),
            "basic" => {
                let pair = format!("{}:{secret}", push.username.as_deref().unwrap_or_default());
                let expected = STANDARD.encode(pair).into();
                Ok(Self::Basic { expected })
            }
            "md5-sorted" => Ok(Self::Md5Sorted {
                member: named("sign"),
                secret,
            }),
            "hmac" => {
                let header = named("x-signature").to_ascii_lowercase().into();
                Ok(Self::Hmac { header, secret })
            }
            "onenet" => Ok(Self::OneNet { token: secret }),
            other => Err(format!("auth: {other:?} is none of {}", WAYS.join(", "))),
        }
    }

    /// The feed's body, if the sender is known. Never asked of a bearer.
    #[must_use]
    pub fn admits<'b>(&self, knock: &Knock<'_, 'b>) -> Option<Cow<'b, [u8]>> {
        let is_good = match self {
            Self::Bearer => false,
            Self::Secret { parameter, secret } => {
                let shown = form_urlencoded::parse(knock.query.as_bytes());
                let mut shown = shown.filter(|(name, _)| name == &**parameter);
                shown.next().is_some_and(|(_, shown)| same(&shown, secret))
            }
            Self::Basic { expected } => (knock.header)("authorization")
                .and_then(|shown| shown.split_once(' '))
                .filter(|(way, _)| way.eq_ignore_ascii_case("basic"))
                .is_some_and(|(_, shown)| same(shown.trim(), expected)),
            Self::Md5Sorted { member, secret } => {
                let mut members = members(knock.body);
                let shown = members.remove(&**member);
                let expected = upper_hex(&Md5::digest(sorted(&members) + secret));
                shown.is_some_and(|shown| same(&shown.to_ascii_uppercase(), &expected))
            }
            Self::Hmac { header, secret } => {
                (knock.header)(header).is_some_and(|shown| is_mac(shown, secret, knock.body))
            }
            Self::OneNet { token } => return enveloped(knock.body, token),
        };
        is_good.then_some(Cow::Borrowed(knock.body))
    }

    /// What to answer to a sender that asks, before it sends anything, whether this is its receiver.
    #[must_use]
    pub fn handshake(&self, query: &str) -> Option<String> {
        let Self::OneNet { token } = self else {
            return None;
        };
        let asked: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
        let [msg, nonce, signature] = ["msg", "nonce", "signature"].map(|name| asked.get(name));
        // A `+` of base64 that was not escaped is read as a space.
        let shown = signature?.replace(' ', "+");
        let msg = msg?;
        same(&shown, &onenet(token, nonce?, msg)).then(|| msg.to_string())
    }
}

/// What is wrong with how a feed is pushed.
pub(super) fn auth_of(config: &FeedConfig) -> Result<Option<Auth>, String> {
    let made = config.push.as_ref().map(Auth::new).transpose();
    made.map_err(|e| format!("feeds: {:?}: push: {e}", config.name))
}

fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

fn upper_hex(bytes: &[u8]) -> String {
    let digit = |n: u8| char::from(b"0123456789ABCDEF"[usize::from(n & 15)]);
    let digits = |b: &u8| [digit(b >> 4), digit(*b)];
    bytes.iter().flat_map(digits).collect()
}

/// The members of a form or of a JSON object, as they stand there.
fn members(body: &[u8]) -> BTreeMap<String, String> {
    match serde_json::from_slice::<Map<String, Value>>(body) {
        Ok(object) => {
            let text = |value| match value {
                Value::String(text) => text,
                Value::Null => String::new(),
                other => other.to_string(),
            };
            object
                .into_iter()
                .map(|(name, value)| (name, text(value)))
                .collect()
        }
        Err(_) => form_urlencoded::parse(body).into_owned().collect(),
    }
}

/// `a=1&b=2`: those that are not empty, by name.
fn sorted(members: &BTreeMap<String, String>) -> String {
    let told = members.iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<String> = told
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

fn is_mac(shown: &str, secret: &str, body: &[u8]) -> bool {
    let shown = shown.trim();
    let shown = shown.strip_prefix("sha256=").unwrap_or(shown);
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return false;
    };
    mac.update(body);
    let expected = mac.finalize().into_bytes();
    same(&shown.to_ascii_uppercase(), &upper_hex(&expected))
        | same(shown, &STANDARD.encode(expected))
}

fn onenet(token: &str, nonce: &str, msg: &str) -> String {
    STANDARD.encode(onenet_signed(token, nonce, msg))
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    msg: &'a RawValue,
    #[serde(borrow)]
    nonce: Cow<'a, str>,
    #[serde(borrow, alias = "msg_signature")]
    signature: Cow<'a, str>,
}

/// What is within an envelope of OneNET: JSON as a text, or of the older suite JSON itself.
fn enveloped<'b>(body: &'b [u8], token: &str) -> Option<Cow<'b, [u8]>> {
    let envelope: Envelope<'b> = serde_json::from_slice(body).ok()?;
    let raw = envelope.msg.get();
    let msg: Cow<'b, str> = match serde_json::from_str::<String>(raw) {
        Ok(text) => Cow::Owned(text),
        Err(_) => Cow::Borrowed(raw),
    };
    if !same(&envelope.signature, &onenet(token, &envelope.nonce, &msg)) {
        return None;
    }
    Some(match msg {
        Cow::Borrowed(raw) => Cow::Borrowed(raw.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auth(toml: &str) -> Result<Auth, String> {
        let file = format!("shape = \"json\"\n[push]\n{toml}");
        Auth::new(&FeedConfig::from_file("x", &file).unwrap().push.unwrap())
    }

    fn opens(auth: &Auth, query: &str, headers: &[(&str, &str)], body: &str) -> Option<String> {
        let header = |name: &str| {
            let found = headers.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| *value)
        };
        let knock = Knock {
            query,
            header: &header,
            body: body.as_bytes(),
        };
        let body = auth.admits(&knock)?;
        Some(String::from_utf8(body.into_owned()).unwrap())
    }

    #[test]
    fn a_secret_in_the_address_opens_and_nothing_like_it_does() {
        let auth = auth("auth = \"secret\"\nsecret = \"s3 cret\"").unwrap();
        assert!(opens(&auth, "a=b&secret=s3%20cret", &[], "{}").is_some());
        for bad in [
            "",
            "secret=s3",
            "secret=s3%20cret2",
            "secre=s3%20cret",
            "secret=&x",
        ] {
            assert!(opens(&auth, bad, &[], "{}").is_none(), "{bad}");
        }
    }

    #[test]
    fn a_name_and_password_open() {
        let auth = auth("auth = \"basic\"\nusername = \"city\"\nsecret = \"pw\"").unwrap();
        let opens = |value| opens(&auth, "", &[("authorization", value)], "{}").is_some();
        assert!(opens("Basic Y2l0eTpwdw==") && opens("basic Y2l0eTpwdw=="));
        assert!(!opens("Basic Y2l0eTpwdx==") && !opens("Bearer Y2l0eTpwdw==") && !opens("Basic"));
    }

    #[test]
    fn sorted_fields_with_their_secret_open_as_a_form_and_as_json() {
        let auth = auth("auth = \"md5-sorted\"\nsecret = \"k3y\"").unwrap();
        let sign = upper_hex(&Md5::digest(
            "park_uuid=p-1&remain_space=12&total_space=80k3y",
        ));
        let form = format!("total_space=80&remain_space=12&note=&park_uuid=p-1&sign={sign}");
        let json = format!(
            "{{\"total_space\":80,\"remain_space\":12,\"park_uuid\":\"p-1\",\"sign\":\"{}\"}}",
            sign.to_lowercase()
        );
        assert!(opens(&auth, "", &[], &form).is_some() && opens(&auth, "", &[], &json).is_some());
        let moved = form.replace("remain_space=12", "remain_space=13");
        assert!(opens(&auth, "", &[], &moved).is_none());
        assert!(opens(&auth, "", &[], "park_uuid=p-1").is_none());
    }

    #[test]
    fn a_signature_over_the_body_opens_in_hex_and_in_base64() {
        let auth =
            auth("auth = \"hmac\"\nsecret = \"key\"\nsign = \"X-Hub-Signature-256\"").unwrap();
        // The known value of HMAC-SHA256.
        let body = "The quick brown fox jumps over the lazy dog";
        let hex = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
        for shown in [
            hex,
            &hex.to_uppercase(),
            &format!("sha256={hex}"),
            "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg=",
        ] {
            let headers = [("x-hub-signature-256", shown)];
            assert!(opens(&auth, "", &headers, body).is_some(), "{shown}");
            assert!(opens(&auth, "", &headers, "another").is_none());
        }
        assert!(opens(&auth, "", &[], body).is_none());
    }

    #[test]
    fn onenet_is_known_by_its_token_and_its_message_is_within() {
        let auth = auth("auth = \"onenet\"\nsecret = \"tok-1\"").unwrap();
        let sign = "jh+OTHs2YFi0As0YVx73cQ==";
        let hello = auth.handshake(&format!("msg=hello&nonce=xyz98765&signature={sign}"));
        assert_eq!(hello.as_deref(), Some("hello"));
        assert_eq!(auth.handshake("msg=hello&nonce=xyz98765&signature=x"), None);
        let body = format!(r#"{{"msg":"hello","nonce":"xyz98765","signature":"{sign}","id":"1"}}"#);
        assert_eq!(opens(&auth, "", &[], &body).as_deref(), Some("hello"));
        let old = r#"{"type":1,"value":0}"#;
        let sign = onenet("tok-1", "n", old);
        let body = format!(r#"{{"msg":{old},"nonce":"n","msg_signature":"{sign}"}}"#);
        assert_eq!(opens(&auth, "", &[], &body).as_deref(), Some(old));
        assert_eq!(opens(&auth, "", &[], &body.replace(":0}", ":1}")), None);
    }

    #[test]
    fn what_cannot_be_is_said_by_its_key() {
        for (toml, key) in [
            ("auth = \"secret\"", "secret: "),
            ("auth = \"secret\"\nsecret = \"\"", "secret: "),
            ("auth = \"bearer\"\nsecret = \"x\"", "secret: "),
            ("auth = \"basic\"\nsecret = \"x\"", "username: "),
            ("auth = \"md5\"\nsecret = \"x\"", "auth: "),
            (
                "auth = \"hmac\"\nsecret = { env = \"BAYHUB_NO_SUCH\" }",
                "secret: BAYHUB_NO_SUCH",
            ),
        ] {
            let fault = auth(toml).err().unwrap_or_default();
            assert!(fault.starts_with(key), "{toml}: {fault}");
        }
        assert!(auth("auth = \"bearer\"").is_ok());
    }
}
