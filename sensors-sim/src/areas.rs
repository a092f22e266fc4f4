//! The 55 planning areas of Singapore: where they are and how much of the city's parking they hold.
//!
//! Approximate on purpose: centres to some hundred metres, weights by rough population and
//! workplaces.

/// One planning area.
pub(crate) struct Area {
    /// Starts the ids of its zones.
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    /// Centre, degrees.
    pub(crate) lat: f64,
    pub(crate) lon: f64,
    /// Share of the city's zones, in no particular unit.
    pub(crate) weight: f64,
    /// Standard deviation of its zones' distance from the centre along one axis, metres.
    pub(crate) spread_m: f64,
}

const fn area(
    code: &'static str,
    name: &'static str,
    lat: f64,
    lon: f64,
    weight: f64,
    spread_m: f64,
) -> Area {
    Area {
        code,
        name,
        lat,
        lon,
        weight,
        spread_m,
    }
}

pub(crate) const AREAS: [Area; 55] = [
    area("AMK", "Ang Mo Kio", 1.3691, 103.8454, 5.0, 1100.0),
    area("BDK", "Bedok", 1.3236, 103.9273, 8.0, 1300.0),
    area("BSH", "Bishan", 1.3526, 103.8352, 3.0, 900.0),
    area("BLY", "Boon Lay", 1.3140, 103.7090, 1.0, 900.0),
    area("BBT", "Bukit Batok", 1.3590, 103.7637, 4.5, 1100.0),
    area("BMH", "Bukit Merah", 1.2819, 103.8239, 5.0, 1000.0),
    area("BPJ", "Bukit Panjang", 1.3774, 103.7719, 4.0, 900.0),
    area("BTM", "Bukit Timah", 1.3294, 103.8021, 3.0, 1300.0),
    area(
        "CWC",
        "Central Water Catchment",
        1.3780,
        103.8050,
        0.1,
        1500.0,
    ),
    area("CHG", "Changi", 1.3575, 103.9870, 1.5, 1300.0),
    area("CHB", "Changi Bay", 1.3330, 104.0180, 0.1, 800.0),
    area("CCK", "Choa Chu Kang", 1.3840, 103.7470, 5.0, 1100.0),
    area("CLM", "Clementi", 1.3162, 103.7649, 3.0, 900.0),
    area("DTC", "Downtown Core", 1.2830, 103.8520, 4.0, 600.0),
    area("GLG", "Geylang", 1.3201, 103.8918, 3.5, 1000.0),
    area("HGG", "Hougang", 1.3612, 103.8863, 6.0, 1100.0),
    area("JRE", "Jurong East", 1.3329, 103.7436, 3.5, 1100.0),
    area("JRW", "Jurong West", 1.3404, 103.7090, 7.5, 1300.0),
    area("KLG", "Kallang", 1.3100, 103.8651, 3.5, 900.0),
    area("LCK", "Lim Chu Kang", 1.4200, 103.7170, 0.1, 1200.0),
    area("MDI", "Mandai", 1.4130, 103.8060, 0.3, 1200.0),
    area("MRE", "Marina East", 1.2890, 103.8770, 0.1, 500.0),
    area("MRS", "Marina South", 1.2750, 103.8620, 0.4, 400.0),
    area("MPR", "Marine Parade", 1.3040, 103.9060, 1.5, 700.0),
    area("MUS", "Museum", 1.2966, 103.8485, 0.8, 350.0),
    area("NWT", "Newton", 1.3120, 103.8370, 0.8, 500.0),
    area(
        "NEI",
        "North-Eastern Islands",
        1.4100,
        103.9650,
        0.02,
        800.0,
    ),
    area("NVN", "Novena", 1.3203, 103.8439, 2.0, 700.0),
    area("ORC", "Orchard", 1.3038, 103.8330, 2.2, 450.0),
    area("OTM", "Outram", 1.2795, 103.8389, 1.0, 450.0),
    area("PSR", "Pasir Ris", 1.3721, 103.9474, 4.0, 1000.0),
    area("PYL", "Paya Lebar", 1.3570, 103.9130, 0.8, 1000.0),
    area("PIO", "Pioneer", 1.3180, 103.6830, 1.5, 1000.0),
    area("PGL", "Punggol", 1.4041, 103.9025, 5.0, 900.0),
    area("QTN", "Queenstown", 1.2942, 103.7861, 4.0, 1100.0),
    area("RVV", "River Valley", 1.2936, 103.8330, 0.8, 450.0),
    area("RCH", "Rochor", 1.3040, 103.8540, 1.2, 450.0),
    area("SLT", "Seletar", 1.4060, 103.8680, 0.5, 800.0),
    area("SBW", "Sembawang", 1.4491, 103.8185, 3.0, 900.0),
    area("SKG", "Sengkang", 1.3911, 103.8950, 6.5, 1000.0),
    area("SRG", "Serangoon", 1.3600, 103.8720, 3.5, 900.0),
    area("SPG", "Simpang", 1.4380, 103.8400, 0.1, 600.0),
    area("SGR", "Singapore River", 1.2890, 103.8430, 0.8, 350.0),
    area("SIS", "Southern Islands", 1.2500, 103.8280, 0.8, 700.0),
    area("STV", "Straits View", 1.2710, 103.8610, 0.2, 350.0),
    area("SKD", "Sungei Kadut", 1.4140, 103.7560, 1.0, 900.0),
    area("TPN", "Tampines", 1.3496, 103.9568, 8.5, 1400.0),
    area("TGL", "Tanglin", 1.3060, 103.8160, 1.0, 700.0),
    area("TGH", "Tengah", 1.3640, 103.7290, 1.0, 900.0),
    area("TPY", "Toa Payoh", 1.3343, 103.8563, 4.0, 1000.0),
    area("TUA", "Tuas", 1.2940, 103.6300, 2.0, 1200.0),
    area("WIS", "Western Islands", 1.2680, 103.7000, 0.6, 900.0),
    area(
        "WWC",
        "Western Water Catchment",
        1.3900,
        103.6800,
        0.1,
        1300.0,
    ),
    area("WDL", "Woodlands", 1.4382, 103.7891, 7.5, 1200.0),
    area("YSN", "Yishun", 1.4304, 103.8354, 6.0, 1100.0),
];

#[cfg(test)]
mod tests {
    use super::AREAS;
    use crate::place::Place;
    use std::collections::BTreeSet;

    #[test]
    fn every_area_has_its_own_code_and_a_centre_on_land() {
        assert_eq!(
            AREAS.iter().map(|a| a.code).collect::<BTreeSet<_>>().len(),
            AREAS.len()
        );
        for a in &AREAS {
            assert!(Place::from_degrees(a.lat, a.lon).is_on_land(), "{}", a.name);
        }
    }
}
