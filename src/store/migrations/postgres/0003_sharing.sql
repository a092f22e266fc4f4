-- Private bays on offer, and who has booked them. Times are milliseconds since 1970 in UTC, money is integer cents.

-- A bay by its public id. Never deleted: reservations and the ledger refer to it.
CREATE TABLE shared_bay (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bay TEXT COLLATE "C" NOT NULL UNIQUE,
    -- As an administrator has recorded it; NULL: the operator of its zone.
    owner TEXT
);

CREATE TABLE offer (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    bay BIGINT NOT NULL REFERENCES shared_bay (id),
    owner TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'paused', 'withdrawn')),
    time_zone TEXT NOT NULL,
    price_cents_per_hour BIGINT NOT NULL CHECK (price_cents_per_hour >= 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    max_height_cm BIGINT NOT NULL,
    ev_only BOOLEAN NOT NULL,
    min_stay_min BIGINT NOT NULL,
    max_stay_min BIGINT NOT NULL,
    notice_min BIGINT NOT NULL,
    buffer_min BIGINT NOT NULL,
    notes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- A bay is on one offer at a time.
CREATE UNIQUE INDEX offer_bay ON offer (bay) WHERE state <> 'withdrawn';
CREATE INDEX offer_owner ON offer (owner, id);

CREATE TABLE offer_hours (
    offer BIGINT NOT NULL REFERENCES offer (id),
    kind TEXT NOT NULL CHECK (kind IN ('once', 'weekly', 'closed')),
    -- Of weekly hours: bit 0 is Monday.
    days BIGINT NOT NULL,
    -- Times; of weekly hours: minutes after midnight.
    opens BIGINT NOT NULL,
    closes BIGINT NOT NULL
);

CREATE INDEX offer_hours_offer ON offer_hours (offer);

CREATE TABLE reservation (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    offer BIGINT NOT NULL REFERENCES offer (id),
    bay BIGINT NOT NULL REFERENCES shared_bay (id),
    -- The bay again, for as long as it is kept from others; NULL once it is not.
    seat BIGINT,
    owner TEXT NOT NULL,
    driver TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'confirmed', 'active', 'completed', 'cancelled', 'expired', 'no_show')),
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL CHECK (end_at > start_at),
    free_at BIGINT NOT NULL CHECK (free_at >= end_at),
    price_cents BIGINT NOT NULL CHECK (price_cents >= 0),
    currency TEXT NOT NULL CHECK (length(currency) = 3),
    lat_e7 BIGINT NOT NULL,
    lon_e7 BIGINT NOT NULL,
    max_walk_m BIGINT NOT NULL,
    max_price_cents BIGINT NOT NULL,
    vehicle BIGINT NOT NULL,
    walk_m BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    arrived_at BIGINT,
    departed_at BIGINT,
    moved_at BIGINT,
    moved_from BIGINT REFERENCES shared_bay (id),
    moved_taken BOOLEAN,
    version BIGINT NOT NULL,
    -- No bay twice at one time. The bay as a range of one, so that no extension is needed to compare it.
    CONSTRAINT reservation_overlap EXCLUDE USING gist (
        int8range(seat, seat, '[]') WITH &&,
        int8range(start_at, free_at) WITH &&
    ) WHERE (seat IS NOT NULL)
);

CREATE INDEX reservation_seat ON reservation (seat, start_at) WHERE seat IS NOT NULL;
CREATE INDEX reservation_offer ON reservation (offer, start_at);

-- What was answered to a request with an Idempotency-Key.
CREATE TABLE request (
    driver TEXT NOT NULL,
    key TEXT NOT NULL,
    body BYTEA NOT NULL CHECK (length(body) = 32),
    at BIGINT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (driver, key)
);

CREATE INDEX request_at ON request (at);

-- What happened to each reservation, and the money that moved with it. Only ever added to.
CREATE TABLE ledger (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    reservation BIGINT NOT NULL REFERENCES reservation (id),
    bay BIGINT NOT NULL REFERENCES shared_bay (id),
    owner TEXT NOT NULL,
    driver TEXT NOT NULL,
    event TEXT NOT NULL,
    cause TEXT NOT NULL,
    -- What the driver owes the owner more from now on; below 0: less.
    amount_cents BIGINT NOT NULL,
    currency TEXT NOT NULL CHECK (length(currency) = 3)
);

CREATE INDEX ledger_owner ON ledger (owner, at, id);
CREATE INDEX ledger_driver ON ledger (driver, at, id);
CREATE INDEX ledger_reservation ON ledger (reservation);

CREATE FUNCTION ledger_is_fixed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is only added to';
END
$$;

CREATE TRIGGER ledger_fixed BEFORE UPDATE OR DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_is_fixed();
