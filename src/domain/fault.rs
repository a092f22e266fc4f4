//! What can be wrong with a city that runs: nothing that keeps a hub from answering, but answers that mislead.

use super::vocabulary::vocabulary;

vocabulary! {
    /// What is wrong with a zone, a bay or a device of the registry.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    #[repr(u8)]
    pub enum FaultKind {
        /// A zone at latitude and longitude 0: nobody has said where it is.
        NoPlace = 0 => "no_place",
        /// A zone far from all others, or outside the city's box.
        StrayZone = 1 => "stray_zone",
        /// An area or floor far from its car park.
        StrayPart = 2 => "stray_part",
        /// A bay more than 2 km from its zone.
        FarBay = 3 => "far_bay",
        /// A bay outside its zone's outline, and nearer.
        BayOutside = 4 => "bay_outside",
        /// Several bays at one place.
        SamePlace = 5 => "same_place",
        /// Two zones of a kind on the same ground.
        ZonesOverlap = 6 => "zones_overlap",
        /// A zone with more bays than it says.
        MoreBays = 7 => "more_bays",
        /// A device that watches a bay that is not there.
        NoBay = 8 => "no_bay",
    }
}
