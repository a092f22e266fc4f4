-- What each booking partner takes of what all share.

-- How many rows of `request` it has, kept by the triggers: to count them each time would take too long.
CREATE TABLE partner_share (
    partner TEXT PRIMARY KEY,
    answers INTEGER NOT NULL
) STRICT;
INSERT INTO partner_share (partner, answers) SELECT driver, COUNT(*) FROM request GROUP BY driver;

CREATE TRIGGER request_remembered AFTER INSERT ON request
BEGIN
    INSERT INTO partner_share (partner, answers) VALUES (NEW.driver, 1)
    ON CONFLICT (partner) DO UPDATE SET answers = partner_share.answers + 1;
END;

CREATE TRIGGER request_forgotten AFTER DELETE ON request
BEGIN
    UPDATE partner_share SET answers = answers - 1 WHERE partner = OLD.driver;
END;

CREATE INDEX request_driver_at ON request (driver, at);

-- What became of its holds and bookings, by hour since 1970, in thousandths of a booking.
CREATE TABLE partner_use (
    partner TEXT NOT NULL,
    hour INTEGER NOT NULL,
    used INTEGER NOT NULL,
    wasted INTEGER NOT NULL,
    PRIMARY KEY (partner, hour)
) STRICT;
CREATE INDEX partner_use_hour ON partner_use (hour);

-- Whom a hold is for, as the partner calls them, hashed; gone as soon as it is no hold any more.
ALTER TABLE reservation ADD COLUMN driver_ref BLOB;
CREATE INDEX reservation_held ON reservation (driver, expires_at) WHERE state = 'held';

-- What drivers are hashed with: one for all hubs of this database.
CREATE TABLE share_secret (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;
