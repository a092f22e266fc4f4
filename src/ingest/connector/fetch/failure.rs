//! Why nothing comes of a feed, in words that mean the same in metrics, answers and logs.

use crate::domain::vocabulary;
use std::time::Duration;

vocabulary! {
    /// Why nothing came of a poll, or not all that should. The names are public: metrics label,
    /// API field.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Fault {
        /// No address, no connection, or it was ended before there was an answer.
        Unreachable => "unreachable",
        /// The certificate is not of that host, has expired, or nobody known vouches for it.
        Tls => "tls",
        Timeout => "timeout",
        /// An address of this machine or network, or one that is nobody's.
        ForbiddenAddress => "forbidden_address",
        /// To `http`, to nowhere, or too many.
        Redirect => "redirect",
        /// 429 or 503.
        Busy => "busy",
        /// 401 or 403.
        Denied => "denied",
        /// 404 or 410.
        Gone => "gone",
        /// Any other status that is no answer.
        Status => "status",
        Cut => "cut",
        TooLarge => "too_large",
        /// Packed in a way that was not asked for, or not as it says.
        Encoding => "encoding",
        /// A page for people, with status 200.
        WebPage => "web_page",
        /// Not what the mapping reads.
        Malformed => "malformed",
        /// Pages lead round in a circle, or there are too many.
        Pages => "pages",
        /// It can be read, and each of its rows is refused.
        Refused => "refused",
        /// It can be read, and has no row.
        Empty => "empty",
        /// It can be read, and no row tells how many bays are vacant, nor whether one is.
        NotTold => "not_told",
        /// Zones were to be made of it, and they lie where they cannot.
        Places => "implausible_place",
        /// The journal did not take what was read.
        NotStored => "not_stored",
    }
}

/// Why a fetch came to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub fault: Fault,
    /// For an operator; tells no address with its query, and no header.
    pub why: String,
    /// How long the server asked to wait.
    pub retry_after: Option<Duration>,
}

impl Failure {
    #[must_use]
    pub fn new(fault: Fault, why: impl Into<String>) -> Self {
        Self {
            fault,
            why: why.into(),
            retry_after: None,
        }
    }
}
