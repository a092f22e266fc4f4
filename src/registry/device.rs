//! A LoRaWAN device: as it is described, and as the gate needs it.

use crate::domain::SourceIx;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A device as it is described from outside: an element of `devices.json`, or of the admin API's
/// body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceSpec {
    /// A DevEUI, 16 hexadecimal digits; or `{device_id}@{application_id}` of The Things Stack.
    pub device: String,
    /// The bay it watches.
    pub bay: String,
    /// Which decoder reads its payloads.
    pub model: String,
    /// The only source that may hand on its uplinks; absent: any network server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
}

/// A device as the gate needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub bay: Arc<str>,
    pub model: &'static str,
    pub source: SourceIx,
    pub via: Option<Arc<str>>,
}
