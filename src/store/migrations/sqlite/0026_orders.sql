-- Orders of the authority: each version of each, for ever. The name is no word of SQL.
CREATE TABLE city_order (
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    -- What of it is news: issued, changed, confirmed, ended.
    event TEXT NOT NULL,
    partner TEXT NOT NULL,
    -- When this version was written down: it has no effect before.
    changed_at INTEGER NOT NULL,
    -- JSON; `orders` knows what it means.
    body TEXT NOT NULL,
    -- JSON, as it is told.
    told TEXT NOT NULL,
    PRIMARY KEY (name, version)
) STRICT;

CREATE INDEX city_order_changed ON city_order (changed_at, name, version);

-- The request that an order came with, so that one that is sent twice makes one order.
CREATE TABLE order_request (
    partner TEXT NOT NULL,
    key TEXT NOT NULL,
    digest BLOB NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (partner, key)
) STRICT;

-- Everybody who wants to know is told, in the transaction of what it tells.
CREATE TRIGGER webhook_of_order AFTER INSERT ON city_order
WHEN EXISTS (SELECT 1 FROM webhook_endpoint)
BEGIN
    INSERT INTO webhook_delivery (endpoint, message, type, at, data, is_fact, status)
    SELECT e.id, 'msg_' || lower(hex(randomblob(16))), 'order.' || NEW.event, NEW.changed_at, NEW.told, 1, 'pending'
    FROM webhook_endpoint e
    WHERE e.state = 'enabled'
        AND (instr(e.events, ' order.* ') > 0 OR instr(e.events, ' order.' || NEW.event || ' ') > 0)
    ORDER BY e.id;
END;

-- What goes out before all else.
CREATE INDEX webhook_delivery_orders ON webhook_delivery (endpoint, id) WHERE status = 'pending' AND type LIKE 'order.%';
