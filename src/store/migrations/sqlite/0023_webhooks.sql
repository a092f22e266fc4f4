-- Endpoints of partners that are told of what happens, and what each was told. No row refers to an endpoint by a
-- constraint: to write a fact must never wait for somebody who deletes an endpoint, nor fail because of it.
CREATE TABLE webhook_endpoint (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    partner TEXT NOT NULL,
    url TEXT NOT NULL,
    -- Types, and families of them (`reservation.*`), with a space before and after each.
    events TEXT NOT NULL,
    -- JSON: which zones.
    places TEXT NOT NULL,
    threshold INTEGER NOT NULL,
    -- As it signs: whoever reads this file could read the bookings beside it.
    secret TEXT NOT NULL,
    old_secret TEXT,
    old_until INTEGER,
    state TEXT NOT NULL CHECK (state IN ('enabled', 'disabled')),
    why TEXT,
    changed_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX webhook_endpoint_partner ON webhook_endpoint (partner, id);

-- A fact that is to be told, or what became of a message. Facts wait here, in order, until they are delivered.
CREATE TABLE webhook_delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint INTEGER NOT NULL,
    -- The `webhook-id` of each attempt.
    message TEXT NOT NULL,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- JSON: of a fact its columns, of a state what was sent.
    data TEXT NOT NULL,
    is_fact INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL DEFAULT 0,
    -- The last answer's status, or why there was none.
    answered INTEGER,
    why TEXT,
    done_at INTEGER
) STRICT;

CREATE INDEX webhook_delivery_endpoint ON webhook_delivery (endpoint, id);
CREATE INDEX webhook_delivery_pending ON webhook_delivery (endpoint, id) WHERE status = 'pending';

-- Which hub tells: of several on one database, one at a time.
CREATE TABLE webhook_teller (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    hub TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT;
INSERT INTO webhook_teller (one, hub, until) VALUES (1, '', 0);

-- Written with the line of the ledger, so that neither is there without the other. Of a move the line that gives back
-- what was owed for the bay before is for that bay's owner, not for the driver's app.
CREATE TRIGGER webhook_of_ledger AFTER INSERT ON ledger
WHEN EXISTS (SELECT 1 FROM webhook_endpoint e WHERE e.partner IN (NEW.owner, NEW.driver))
BEGIN
    INSERT INTO webhook_delivery (endpoint, message, type, at, data, is_fact, status)
    SELECT e.id, 'msg_' || lower(hex(randomblob(16))), 'reservation.' || NEW.event, NEW.at,
        json_object('role', CASE WHEN e.partner = NEW.driver THEN 'booker' ELSE 'owner' END,
            'reservation', r.name, 'offer', o.name, 'bay', b.bay, 'state', r.state, 'cause', NEW.cause,
            'start', r.start_at, 'end', r.end_at, 'at_risk', r.at_risk, 'season', r.season,
            'amount_cents', NEW.amount_cents, 'currency', NEW.currency),
        1, 'pending'
    FROM webhook_endpoint e, reservation r, offer o, shared_bay b
    WHERE e.partner IN (NEW.owner, NEW.driver) AND e.state = 'enabled'
        AND r.id = NEW.reservation AND o.id = NEW.offer AND b.id = NEW.bay
        AND (instr(e.events, ' reservation.* ') > 0 OR instr(e.events, ' reservation.' || NEW.event || ' ') > 0)
        AND (e.partner = NEW.owner OR NEW.event <> 'moved' OR NEW.bay = r.bay)
    ORDER BY e.id;
END;

-- An offer's owner is told of it. What changes its calendar's address alone is no change of the offer.
CREATE TRIGGER webhook_of_new_offer AFTER INSERT ON offer
WHEN EXISTS (SELECT 1 FROM webhook_endpoint e WHERE e.partner = NEW.owner)
BEGIN
    INSERT INTO webhook_delivery (endpoint, message, type, at, data, is_fact, status)
    SELECT e.id, 'msg_' || lower(hex(randomblob(16))), 'offer.created', NEW.created_at,
        json_object('offer', NEW.name, 'bay', b.bay, 'zone', NEW.zone, 'places', NEW.places, 'state', NEW.state,
            'version', NEW.version),
        1, 'pending'
    FROM webhook_endpoint e, shared_bay b
    WHERE e.partner = NEW.owner AND e.state = 'enabled' AND b.id = NEW.bay
        AND (instr(e.events, ' offer.* ') > 0 OR instr(e.events, ' offer.created ') > 0)
    ORDER BY e.id;
END;

CREATE TRIGGER webhook_of_changed_offer AFTER UPDATE ON offer
WHEN NEW.version <> OLD.version AND NEW.calendar = OLD.calendar
    AND EXISTS (SELECT 1 FROM webhook_endpoint e WHERE e.partner = NEW.owner)
BEGIN
    INSERT INTO webhook_delivery (endpoint, message, type, at, data, is_fact, status)
    SELECT e.id, 'msg_' || lower(hex(randomblob(16))), t.type, CAST(unixepoch('subsec') * 1000 AS INTEGER),
        json_object('offer', NEW.name, 'bay', b.bay, 'zone', NEW.zone, 'places', NEW.places, 'state', NEW.state,
            'version', NEW.version),
        1, 'pending'
    FROM webhook_endpoint e, shared_bay b,
        (SELECT CASE WHEN NEW.state = 'withdrawn' THEN 'offer.withdrawn' ELSE 'offer.changed' END AS type) t
    WHERE e.partner = NEW.owner AND e.state = 'enabled' AND b.id = NEW.bay
        AND (instr(e.events, ' offer.* ') > 0 OR instr(e.events, ' ' || t.type || ' ') > 0)
    ORDER BY e.id;
END;
