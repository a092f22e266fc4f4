-- Endpoints of partners that are told of what happens, and what each was told. No row refers to an endpoint by a
-- constraint: to write a fact must never wait for somebody who deletes an endpoint, nor fail because of it.
CREATE TABLE webhook_endpoint (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    partner TEXT COLLATE "C" NOT NULL,
    url TEXT NOT NULL,
    -- Types, and families of them (`reservation.*`), with a space before and after each.
    events TEXT NOT NULL,
    -- JSON: which zones.
    places TEXT NOT NULL,
    threshold BIGINT NOT NULL,
    -- As it signs: whoever reads this table could read the bookings beside it.
    secret TEXT NOT NULL,
    old_secret TEXT,
    old_until BIGINT,
    state TEXT NOT NULL CHECK (state IN ('enabled', 'disabled')),
    why TEXT,
    changed_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX webhook_endpoint_partner ON webhook_endpoint (partner, id);

-- A fact that is to be told, or what became of a message. Facts wait here, in order, until they are delivered.
CREATE TABLE webhook_delivery (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint BIGINT NOT NULL,
    -- The `webhook-id` of each attempt.
    message TEXT COLLATE "C" NOT NULL,
    type TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- JSON: of a fact its columns, of a state what was sent.
    data TEXT NOT NULL,
    is_fact BOOLEAN NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts BIGINT NOT NULL DEFAULT 0,
    next_at BIGINT NOT NULL DEFAULT 0,
    -- The last answer's status, or why there was none.
    answered BIGINT,
    why TEXT,
    done_at BIGINT
);

CREATE INDEX webhook_delivery_endpoint ON webhook_delivery (endpoint, id);
CREATE INDEX webhook_delivery_pending ON webhook_delivery (endpoint, id) WHERE status = 'pending';

-- Which hub tells: of several on one database, one at a time.
CREATE TABLE webhook_teller (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    hub TEXT NOT NULL,
    until BIGINT NOT NULL
);
INSERT INTO webhook_teller (one, hub, until) VALUES (1, '', 0);

-- Written with the line of the ledger, so that neither is there without the other. Of a move the line that gives back
-- what was owed for the bay before is for that bay's owner, not for the driver's app.
CREATE FUNCTION webhook_tells_ledger() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhook_delivery (endpoint, message, type, at, data, is_fact, status)
    SELECT e.id, 'msg_' || replace(gen_random_uuid()::text, '-', ''), 'reservation.' || NEW.event, NEW.at,
        json_build_object('role', CASE WHEN e.partner = NEW.driver THEN 'booker' ELSE 'owner' END,
            'reservation', r.name, 'offer', o.name, 'bay', b.bay, 'state', r.state, 'cause', NEW.cause,
            'start', r.start_at, 'end', r.end_at, 'at_risk', r.at_risk, 'season', r.season,
            'amount_cents', NEW.amount_cents, 'currency', NEW.currency)::text,
        TRUE, 'pending'
    FROM webhook_endpoint e, reservation r, offer o, shared_bay b
    WHERE e.partner IN (NEW.owner, NEW.driver) AND e.state = 'enabled'
        AND r.id = NEW.reservation AND o.id = NEW.offer AND b.id = NEW.bay
        AND (strpos(e.events, ' reservation.* ') > 0 OR strpos(e.events, ' reservation.' || NEW.event || ' ') > 0)
        AND (e.partner = NEW.owner OR NEW.event <> 'moved' OR NEW.bay = r.bay)
    ORDER BY e.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER webhook_of_ledger AFTER INSERT ON ledger
    FOR EACH ROW EXECUTE FUNCTION webhook_tells_ledger();

-- An offer's owner is told of it. What changes its calendar's address alone is no change of the offer.
CREATE FUNCTION webhook_tells_offer() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    what TEXT := 'offer.created';
    since BIGINT := NEW.created_at;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.version = OLD.version OR NEW.calendar <> OLD.calendar THEN
            RETURN NULL;
        END IF;
        what := CASE WHEN NEW.state = 'withdrawn' THEN 'offer.withdrawn' ELSE 'offer.changed' END;
        since := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
    END IF;
    INSERT INTO webhook_delivery (endpoint, message, type, at, data, is_fact, status)
    SELECT e.id, 'msg_' || replace(gen_random_uuid()::text, '-', ''), what, since,
        json_build_object('offer', NEW.name, 'bay', b.bay, 'zone', NEW.zone, 'places', NEW.places,
            'state', NEW.state, 'version', NEW.version)::text,
        TRUE, 'pending'
    FROM webhook_endpoint e, shared_bay b
    WHERE e.partner = NEW.owner AND e.state = 'enabled' AND b.id = NEW.bay
        AND (strpos(e.events, ' offer.* ') > 0 OR strpos(e.events, ' ' || what || ' ') > 0)
    ORDER BY e.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER webhook_of_offer AFTER INSERT OR UPDATE ON offer
    FOR EACH ROW EXECUTE FUNCTION webhook_tells_offer();
