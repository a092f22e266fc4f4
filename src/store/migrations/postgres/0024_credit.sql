-- What partners' reports were worth, by day since 1970 (UTC), as settled by one hub (`hub`).

-- `judge`: who told; empty for sensors, gates and bookings, whose row also has what was said in all.
CREATE TABLE credit_days (
    hub TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    partner TEXT COLLATE "C" NOT NULL,
    judge TEXT COLLATE "C" NOT NULL,
    reports BIGINT NOT NULL,
    counted BIGINT NOT NULL,
    settled BIGINT NOT NULL,
    right_n BIGINT NOT NULL,
    against BIGINT NOT NULL,
    against_right BIGINT NOT NULL,
    worth BIGINT NOT NULL,
    PRIMARY KEY (hub, day, partner, judge)
);
CREATE INDEX credit_days_day ON credit_days (day);
CREATE INDEX credit_days_partner ON credit_days (partner, day);

-- At most 100 a day and partner. `y`: -1 where nobody could tell.
CREATE TABLE credit_samples (
    hub TEXT COLLATE "C" NOT NULL,
    day BIGINT NOT NULL,
    partner TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    bay TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    p0 BIGINT NOT NULL,
    p1 BIGINT NOT NULL,
    y BIGINT NOT NULL,
    judge TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (hub, day, partner, n)
);
CREATE INDEX credit_samples_partner ON credit_samples (partner, day);
