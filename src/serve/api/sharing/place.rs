//! Where what is booked is: a bay, or the zone of a pool.

use crate::domain::pool::PoolSeat;
use crate::registry::Registry;

/// The id of the zone and the place, in 1e-7 degrees; `None`: the registry does not have it any more.
pub(in crate::serve) fn place_of(registry: &Registry, name: &str) -> Option<(String, (i32, i32))> {
    // First the index, then the city: the other way round the city could be older than the index.
    if let Some(seat) = PoolSeat::read(name) {
        let zone = registry.zone(seat.zone)?;
        let city = registry.city();
        let zone = city.zone(zone);
        let place = zone.spec.place.e7();
        return (!zone.removed).then(|| (zone.spec.id.clone(), place));
    }
    let bay = registry.bay(name)?;
    let city = registry.city();
    let zone = city.zone(city.zone_of(bay)).spec.id.clone();
    Some((zone, city.place_e7(bay)))
}
