//! Money is whole minor units of an ISO 4217 currency: hundredths for most, the unit itself for some,
//! thousandths for others. What is called `cents` all over the hub is that. Amounts of two currencies
//! are never added.

use std::fmt;

/// The codes of ISO 4217 for money in circulation and for the units of account that rents are set in:
/// no other funds, metals or test codes.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD \
                     CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD \
                     GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT \
                     LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR \
                     NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP \
                     STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UYW UZS VES VND VUV WST XAF XCD XOF \
                     XPF YER ZAR ZMW ZWG";

/// Those whose minor unit is no hundredth, by how many decimals it has (ISO 4217, list one). What a
/// browser rounds to in its own language is another thing: it shows IDR and HUF without their hundredths.
const DECIMALS: [(u8, &str); 3] = [
    (
        0,
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

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

    /// How many decimals its minor unit is: 2 for SGD, 0 for JPY, 3 for KWD.
    #[must_use]
    pub fn decimals(&self) -> u8 {
        let other = DECIMALS
            .iter()
            .find(|(_, codes)| codes.split_ascii_whitespace().any(|c| c == self.code()));
        other.map_or(2, |(decimals, _)| *decimals)
    }

    /// An amount of minor units as a decimal number of the currency: 240 is `2.40` of SGD, `240` of
    /// JPY, `0.240` of KWD.
    #[must_use]
    pub fn shown(&self, minor: i64) -> String {
        let sign = if minor < 0 { "-" } else { "" };
        let minor = minor.unsigned_abs();
        let decimals = usize::from(self.decimals());
        let unit = 10_u64.pow(u32::from(self.decimals()));
        let whole = minor / unit;
        let rest = minor % unit;
        if decimals == 0 {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{rest:0decimals$}")
        }
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
    fn an_amount_is_shown_with_the_decimals_of_its_currency() {
        for (code, minor, shown) in [
            ("SGD", 240, "2.40"),
            ("SGD", 5, "0.05"),
            ("SGD", -5, "-0.05"),
            ("SGD", -120, "-1.20"),
            ("JPY", 240, "240"),
            ("KRW", 0, "0"),
            ("VND", -25_000, "-25000"),
            ("ISK", 7, "7"),
            ("KWD", 240, "0.240"),
            ("BHD", 1_005, "1.005"),
            ("TND", -1_005, "-1.005"),
            ("CLF", 12_345, "1.2345"),
            ("UYW", 1, "0.0001"),
            // Hundredths that nobody uses are hundredths all the same.
            ("IDR", 500_000, "5000.00"),
            ("HUF", 100, "1.00"),
            ("MGA", 100, "1.00"),
            ("SGD", i64::MIN, "-92233720368547758.08"),
        ] {
            assert_eq!(Currency::parse(code).unwrap().shown(minor), shown, "{code}");
        }
        for (_, codes) in DECIMALS {
            for code in codes.split_ascii_whitespace() {
                assert!(Currency::parse(code).is_some(), "{code}");
            }
        }
    }

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
