-- What partners' reports were worth, by day since 1970 (UTC), as settled by one hub (`hub`).

-- `judge`: who told; empty for sensors, gates and bookings, whose row also has what was said in all.
CREATE TABLE credit_days (
    hub TEXT NOT NULL,
    day INTEGER NOT NULL,
    partner TEXT NOT NULL,
    judge TEXT NOT NULL,
    reports INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    right_n INTEGER NOT NULL,
    against INTEGER NOT NULL,
    against_right INTEGER NOT NULL,
    worth INTEGER NOT NULL,
    PRIMARY KEY (hub, day, partner, judge)
) STRICT, WITHOUT ROWID;
CREATE INDEX credit_days_day ON credit_days (day);
CREATE INDEX credit_days_partner ON credit_days (partner, day);

-- At most 100 a day and partner. `y`: -1 where nobody could tell.
CREATE TABLE credit_samples (
    hub TEXT NOT NULL,
    day INTEGER NOT NULL,
    partner TEXT NOT NULL,
    n INTEGER NOT NULL,
    bay TEXT NOT NULL,
    at INTEGER NOT NULL,
    p0 INTEGER NOT NULL,
    p1 INTEGER NOT NULL,
    y INTEGER NOT NULL,
    judge TEXT NOT NULL,
    PRIMARY KEY (hub, day, partner, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX credit_samples_partner ON credit_samples (partner, day);
