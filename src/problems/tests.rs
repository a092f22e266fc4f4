//! Problems from the report to the rating, by a clock that the tests turn.
