//! How well a device is: battery, temperature and signal, as far as its frames or its network server
//! tell.
//!
//! Each frame tells a part; what one does not tell stays as it was told before.

use serde_json::{Map, Value};

/// A share of charge at which a battery is low, unless the device itself says whether it is, %.
const LOW_PERCENT: u8 = 15;

/// What is known of a device; `None`: not told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceHealth {
    /// Of full charge, %.
    pub battery_percent: Option<u8>,
    pub battery_mv: Option<u16>,
    /// What the device says of its battery by itself.
    pub battery_low: Option<bool>,
    /// At the sensor, in tenths of a degree Celsius.
    pub temperature_dc: Option<i16>,
    /// As the gateway that heard it best received it, or as the modem received its cell, dBm.
    pub rssi_dbm: Option<i16>,
    /// Of that gateway, in tenths of a dB.
    pub snr_ddb: Option<i16>,
}

impl DeviceHealth {
    /// These, and what was known before of everything else.
    #[must_use]
    pub fn over(self, before: Self) -> Self {
        // One word on the battery replaces all: a new battery's voltage beside an old one's share
        // would be of no battery.
        let battery = if self.tells_battery() { self } else { before };
        let signal = if self.rssi_dbm.is_some() {
            self
        } else {
            before
        };
        Self {
            battery_percent: battery.battery_percent,
            battery_mv: battery.battery_mv,
            battery_low: battery.battery_low,
            temperature_dc: self.temperature_dc.or(before.temperature_dc),
            rssi_dbm: signal.rssi_dbm,
            snr_ddb: signal.snr_ddb,
        }
    }

    /// What two say of the same moment; where both tell something, it is these.
    #[must_use]
    pub fn beside(self, other: Self) -> Self {
        Self {
            battery_percent: self.battery_percent.or(other.battery_percent),
            battery_mv: self.battery_mv.or(other.battery_mv),
            battery_low: self.battery_low.or(other.battery_low),
            temperature_dc: self.temperature_dc.or(other.temperature_dc),
            rssi_dbm: self.rssi_dbm.or(other.rssi_dbm),
            snr_ddb: self.snr_ddb.or(other.snr_ddb),
        }
    }

    /// Whether the battery should be changed soon; `None`: nobody has told.
    #[must_use]
    pub fn needs_battery(&self) -> Option<bool> {
        self.battery_low
            .or_else(|| self.battery_percent.map(|share| share <= LOW_PERCENT))
    }

    const fn tells_battery(&self) -> bool {
        self.battery_percent.is_some() || self.battery_mv.is_some() || self.battery_low.is_some()
    }

    /// Takes a temperature in degrees.
    pub(super) fn set_celsius(&mut self, degrees: f64) {
        self.temperature_dc = tenths(degrees).filter(|t| (-1000..=2000).contains(t));
    }

    /// What a decoded object tells by the names that decoders commonly give.
    pub(super) fn of_object(object: &Map<String, Value>) -> Self {
        let mut health = Self::default();
        for (name, value) in object {
            let bare: String = name
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|c| c.to_ascii_lowercase())
                .collect();
            let Some(number) = number(value) else {
                continue;
            };
            match &*bare {
                "battery" | "bat" | "batteryvoltage" | "batv" | "voltage" | "batterymv"
                | "batterylevel" | "batterypercent" | "batterypercentage" => {
                    health.set_battery(&bare, number);
                }
                "temperature" | "temp" => health.set_celsius(number),
                "rssi" | "rsrp" | "signalpower" => health.rssi_dbm = whole(number),
                "snr" | "sinr" => health.snr_ddb = tenths(number),
                _ => {}
            }
        }
        health
    }

    /// A battery's number by its size where its name does not say what it is of: 1,000 and more are
    /// millivolts, and what has a fraction below 5 is volts.
    fn set_battery(&mut self, name: &str, number: f64) {
        let volts = name.ends_with('v') || name.ends_with("voltage");
        let share = name.contains("percent") || name.contains("level");
        if number >= 1000.0 && number <= f64::from(u16::MAX) {
            self.battery_mv = Some(number as u16);
        } else if volts || (!share && number < 5.0 && number.fract() != 0.0) {
            let millivolts = (number * 1000.0).round();
            self.battery_mv = (1.0..=f64::from(u16::MAX))
                .contains(&millivolts)
                .then_some(millivolts as u16);
        } else if (0.0..=100.0).contains(&number) {
            self.battery_percent = Some(number.round() as u8);
        }
    }
}

/// A number, also one that is written as a text.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => n.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|n: &f64| n.is_finite()),
        _ => None,
    }
}

fn whole(number: f64) -> Option<i16> {
    let rounded = number.round();
    (f64::from(i16::MIN)..=f64::from(i16::MAX))
        .contains(&rounded)
        .then_some(rounded as i16)
}

/// In tenths; `None`: more than there can be.
#[must_use]
pub(in crate::ingest::codec) fn tenths(number: f64) -> Option<i16> {
    whole(number * 10.0)
}

/// A radio's strength in dBm as a whole number.
#[must_use]
pub(in crate::ingest::codec) fn dbm(number: f64) -> Option<i16> {
    whole(number).filter(|dbm| *dbm != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(object: &Value) -> DeviceHealth {
        DeviceHealth::of_object(object.as_object().unwrap())
    }

    #[test]
    fn what_decoders_tell_is_read_by_its_usual_names() {
        let all = of(&json!({"battery": 3.6, "temperature": -10.5, "rssi": -97, "snr": "7.5"}));
        assert_eq!(
            (
                all.battery_mv,
                all.temperature_dc,
                all.rssi_dbm,
                all.snr_ddb
            ),
            (Some(3600), Some(-105), Some(-97), Some(75))
        );
        for (object, share, millivolts) in [
            (json!({"battery": 92}), Some(92), None),
            (json!({"battery": "92"}), Some(92), None),
            (json!({"batteryLevel": 3}), Some(3), None),
            (json!({"battery_voltage": 3}), None, Some(3000)),
            (json!({"Battery_Voltage": 3344}), None, Some(3344)),
            (json!({"battery_percent": 150}), None, None),
            (json!({"battery": {"level": 9}}), None, None),
            (json!({"battery": "full"}), None, None),
            (json!({"temperature": 1e9}), None, None),
        ] {
            let health = of(&object);
            assert_eq!(
                (health.battery_percent, health.battery_mv),
                (share, millivolts),
                "{object}"
            );
        }
    }

    #[test]
    fn a_part_that_is_not_told_again_stays_and_a_battery_is_replaced_whole() {
        let first = of(&json!({"battery": 9, "temperature": 20, "rssi": -90, "snr": 4}));
        assert_eq!(first.needs_battery(), Some(true));
        let second = of(&json!({"rssi": -80})).over(first);
        assert_eq!(
            (
                second.battery_percent,
                second.rssi_dbm,
                second.snr_ddb,
                second.temperature_dc
            ),
            (Some(9), Some(-80), None, Some(200))
        );
        let changed = of(&json!({"battery_voltage": 3.7})).over(second);
        assert_eq!(
            (changed.battery_percent, changed.needs_battery()),
            (None, None)
        );
    }

    #[test]
    fn what_a_frame_and_its_network_server_tell_of_one_moment_is_told_together() {
        let frame = of(&json!({"battery_voltage": 3.6, "temperature": 20}));
        let network = of(&json!({"battery_percent": 12, "temperature": 30, "rssi": -70}));
        let both = frame.beside(network);
        assert_eq!(
            (
                both.battery_mv,
                both.battery_percent,
                both.temperature_dc,
                both.rssi_dbm
            ),
            (Some(3600), Some(12), Some(200), Some(-70))
        );
        assert_eq!(both.needs_battery(), Some(true));
    }
}
