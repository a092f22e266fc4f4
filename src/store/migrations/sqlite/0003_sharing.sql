-- Private bays on offer, and who has booked them. Times are milliseconds since 1970 in UTC, money is integer cents.

-- A bay by its public id. Never deleted: reservations and the ledger refer to it.
CREATE TABLE shared_bay (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    bay TEXT NOT NULL UNIQUE,
    -- As an administrator has recorded it; NULL: the operator of its zone.
    owner TEXT
) STRICT;

CREATE TABLE offer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    bay INTEGER NOT NULL REFERENCES shared_bay (id),
    owner TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'paused', 'withdrawn')),
    time_zone TEXT NOT NULL,
    price_cents_per_hour INTEGER NOT NULL CHECK (price_cents_per_hour >= 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    max_height_cm INTEGER NOT NULL,
    ev_only INTEGER NOT NULL,
    min_stay_min INTEGER NOT NULL,
    max_stay_min INTEGER NOT NULL,
    notice_min INTEGER NOT NULL,
    buffer_min INTEGER NOT NULL,
    notes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

-- A bay is on one offer at a time.
CREATE UNIQUE INDEX offer_bay ON offer (bay) WHERE state <> 'withdrawn';
CREATE INDEX offer_owner ON offer (owner, id);

CREATE TABLE offer_hours (
    offer INTEGER NOT NULL REFERENCES offer (id),
    kind TEXT NOT NULL CHECK (kind IN ('once', 'weekly', 'closed')),
    -- Of weekly hours: bit 0 is Monday.
    days INTEGER NOT NULL,
    -- Times; of weekly hours: minutes after midnight.
    opens INTEGER NOT NULL,
    closes INTEGER NOT NULL
) STRICT;

CREATE INDEX offer_hours_offer ON offer_hours (offer);

CREATE TABLE reservation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    offer INTEGER NOT NULL REFERENCES offer (id),
    bay INTEGER NOT NULL REFERENCES shared_bay (id),
    -- The bay again, for as long as it is kept from others; NULL once it is not.
    seat INTEGER,
    owner TEXT NOT NULL,
    driver TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'active', 'completed', 'cancelled', 'expired', 'no_show')),
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL CHECK (end_at > start_at),
    free_at INTEGER NOT NULL CHECK (free_at >= end_at),
    price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    lat_e7 INTEGER NOT NULL,
    lon_e7 INTEGER NOT NULL,
    max_walk_m INTEGER NOT NULL,
    max_price_cents INTEGER NOT NULL,
    vehicle INTEGER NOT NULL,
    walk_m INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    arrived_at INTEGER,
    departed_at INTEGER,
    moved_at INTEGER,
    moved_from INTEGER REFERENCES shared_bay (id),
    moved_taken INTEGER,
    version INTEGER NOT NULL
) STRICT;

CREATE INDEX reservation_seat ON reservation (seat, start_at) WHERE seat IS NOT NULL;
CREATE INDEX reservation_offer ON reservation (offer, start_at);

-- No bay twice at one time. The writer holds the lock of the file, so nothing comes between the look and the row.
CREATE TRIGGER reservation_insert BEFORE INSERT ON reservation
WHEN NEW.seat IS NOT NULL AND EXISTS (
    SELECT 1 FROM reservation r
    WHERE r.seat = NEW.seat AND r.start_at < NEW.free_at AND r.free_at > NEW.start_at
)
BEGIN
    SELECT RAISE(ABORT, 'reservation_overlap');
END;

CREATE TRIGGER reservation_update BEFORE UPDATE OF seat, start_at, free_at ON reservation
WHEN NEW.seat IS NOT NULL AND EXISTS (
    SELECT 1 FROM reservation r
    WHERE r.seat = NEW.seat AND r.start_at < NEW.free_at AND r.free_at > NEW.start_at AND r.id <> NEW.id
)
BEGIN
    SELECT RAISE(ABORT, 'reservation_overlap');
END;

-- What was answered to a request with an Idempotency-Key.
CREATE TABLE request (
    driver TEXT NOT NULL,
    key TEXT NOT NULL,
    body BLOB NOT NULL CHECK (length(body) = 32),
    at INTEGER NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (driver, key)
) STRICT;

CREATE INDEX request_at ON request (at);

-- What happened to each reservation, and the money that moved with it. Only ever added to.
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    reservation INTEGER NOT NULL REFERENCES reservation (id),
    bay INTEGER NOT NULL REFERENCES shared_bay (id),
    owner TEXT NOT NULL,
    driver TEXT NOT NULL,
    event TEXT NOT NULL,
    cause TEXT NOT NULL,
    -- What the driver owes the owner more from now on; below 0: less.
    amount_cents INTEGER NOT NULL,
    currency TEXT NOT NULL CHECK (length(currency) = 3)
) STRICT;

CREATE INDEX ledger_owner ON ledger (owner, at, id);
CREATE INDEX ledger_driver ON ledger (driver, at, id);
CREATE INDEX ledger_reservation ON ledger (reservation);

CREATE TRIGGER ledger_update BEFORE UPDATE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the ledger is only added to');
END;

CREATE TRIGGER ledger_delete BEFORE DELETE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the ledger is only added to');
END;
