//! Which city a key opens.

/// What a key opens, as the text that it begins with says: secret scanners find leaked ones by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySpace {
    /// The city.
    Live,
    /// A simulated one, to try things out.
    Test,
}

impl KeySpace {
    /// What its keys begin with. Keys that were made before there were spaces begin with `bh_` alone.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Live => "bh_live_",
            Self::Test => "bh_test_",
        }
    }
}
