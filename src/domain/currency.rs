//! Money is integer hundredths of a unit of an ISO 4217 currency. Amounts of two currencies are
//! never added.

use std::fmt;

/// The codes of ISO 4217 for money in circulation: no funds, metals or test codes.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD \
                     CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD \
                     GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT \
                     LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR \
                     NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP \
                     STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF \
                     XPF YER ZAR ZMW ZWG";

/// A currency by its three letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    pub const SGD: Self = Self(*b"SGD");

    /// `None` for what is no code of ISO 4217; the case matters.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        CODES
            .split_ascii_whitespace()
            .find(|known| *known == code)?;
        code.as_bytes().try_into().ok().map(Self)
    }

    #[must_use]
    pub fn code(&self) -> &str {
        // Three ASCII letters by construction.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_codes_are_currencies() {
        for code in CODES.split_ascii_whitespace() {
            assert_eq!(Currency::parse(code).unwrap().code(), code);
        }
        for bad in ["", "sgd", "SG", "SGDX", "XXX", "XAU", "D E", "SGD "] {
            assert_eq!(Currency::parse(bad), None, "{bad:?}");
        }
    }
}
