//! Problems: anybody reports a blocked bay or a wrong sensor, and it goes to who is responsible, with a
//! deadline and, once it is dealt with, a rating.
//!
//! Promises: what was answered is on disk; the same problem reported again joins the one that is open, so
//! one nuisance is one row however many see it; what is open is bounded, in all, for each address without a
//! key and for each partner; a problem becomes overdue once, and is passed to the authority once. How to
//! reach who reported is read by who is responsible alone, and gone 30 days after the end. Times come by
//! the clock that is passed in.
//!
//! | file | |
//! |---|---|
//! | `config`, `routing` | who is responsible, and by when |
//! | `desk` | reports, what operators say, ratings |
//! | `flood` | how often strangers report |
//! | `duty` | what time brings: called every few seconds |
//! | `service` | how well an operator does |
//!
//! Dear: a report waits for the disk, and where it is a new problem counts those that are open.

mod asked;
mod config;
mod desk;
mod duty;
mod flood;
mod routing;
mod service;

pub use asked::ProblemAsked;
pub use config::{Config, OperatorConfig};
pub use desk::{ProblemDesk, ProblemDeskParts, ProblemFault, ProblemSaid, ReportTaken};
pub use flood::ReportFlood;
pub use service::ServiceFigures;

pub use crate::store::{
    NoticeRow, ProblemContact, ProblemEyes, ProblemQuestion, ProblemRow, ProblemWork, ReporterRow,
};
