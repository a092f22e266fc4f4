//! Names of coordinates as they are written in a configuration: `"wgs84"`, `"gcj02"`, `"bd09"`.

use crate::domain::Crs;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;

/// One by its name.
///
/// # Errors
/// Names all of them.
pub fn read<'de, D: Deserializer<'de>>(d: D) -> Result<Crs, D::Error> {
    let name = Cow::<'de, str>::deserialize(d)?;
    Crs::parse(&name).ok_or_else(|| {
        D::Error::custom(format_args!(
            "unknown coordinates {name:?}; known are {}",
            Crs::list()
        ))
    })
}

/// The same where it may be left out.
///
/// # Errors
/// As [`read`].
pub fn read_given<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Crs>, D::Error> {
    read(d).map(Some)
}
