//! What a message is signed with, by Standard Webhooks: HMAC-SHA-256 over `id.timestamp.body`.
//!
//! Promise: a secret is shown where it is asked for and in no `Debug` form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::fmt;
use std::ops::RangeInclusive;

/// What every secret begins with.
const PREFIX: &str = "whsec_";

/// Bytes that one may have, as the standard says.
const BYTES: RangeInclusive<usize> = 24..=64;

/// See the module.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(Vec<u8>);

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("whsec_(hidden)")
    }
}

impl SigningSecret {
    /// A new one of 32 bytes.
    pub fn mint(rng: &mut impl rand::CryptoRng) -> Self {
        let mut bytes = vec![0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Reads `whsec_` and base64 of 24 to 64 bytes.
    ///
    /// # Errors
    /// Says what is wrong, without the secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = || "secret: must be whsec_ and base64 of 24 to 64 bytes".to_owned();
        let code = text.strip_prefix(PREFIX).ok_or_else(form)?;
        let bytes = STANDARD.decode(code).map_err(|_| form())?;
        if !BYTES.contains(&bytes.len()) {
            return Err(form());
        }
        Ok(Self(bytes))
    }

    /// As it is shown, once.
    #[must_use]
    pub fn expose(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// `v1,` and the signature of a message that is sent at `at_s`, seconds since 1970.
    #[must_use]
    pub fn sign(&self, id: &str, at_s: u64, body: &str) -> String {
        #[allow(clippy::expect_used, reason = "HMAC takes a key of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length");
        for part in [id, ".", &at_s.to_string(), ".", body] {
            mac.update(part.as_bytes());
        }
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_standard_s_own_example_is() {
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = "{\"test\": 2432232314}";
        let signed = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_no_secret_is_refused_and_none_is_ever_shown_by_accident() {
        for bad in [
            "",
            "whsec_",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_AAAA",
            "whsec_*",
        ] {
            assert!(SigningSecret::parse(bad).is_err(), "{bad}");
        }
        let long = format!("whsec_{}", STANDARD.encode([7; 65]));
        assert!(SigningSecret::parse(&long).is_err());
        let made = SigningSecret::mint(&mut rand::rng());
        assert_eq!(SigningSecret::parse(&made.expose()).as_ref(), Ok(&made));
        assert_eq!(format!("{made:?}"), "whsec_(hidden)");
        assert_ne!(SigningSecret::mint(&mut rand::rng()), made);
    }
}
