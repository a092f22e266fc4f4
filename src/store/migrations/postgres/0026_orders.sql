-- Orders of the authority: each version of each, for ever. The name is no word of SQL.
CREATE TABLE city_order (
    name TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    -- What of it is news: issued, changed, confirmed, ended.
    event TEXT NOT NULL,
    partner TEXT COLLATE "C" NOT NULL,
    -- When this version was written down: it has no effect before.
    changed_at BIGINT NOT NULL,
    -- JSON; `orders` knows what it means.
    body TEXT NOT NULL,
    -- JSON, as it is told.
    told TEXT NOT NULL,
    PRIMARY KEY (name, version)
);

CREATE INDEX city_order_changed ON city_order (changed_at, name, version);

-- The request that an order came with, so that one that is sent twice makes one order.
CREATE TABLE order_request (
    partner TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    digest BYTEA NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (partner, key)
);

-- Everybody who wants to know is told, in the transaction of what it tells.
CREATE FUNCTION webhook_tells_order() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO webhook_delivery (endpoint, message, type, at, data, is_fact, status)
    SELECT e.id, 'msg_' || replace(gen_random_uuid()::text, '-', ''), 'order.' || NEW.event, NEW.changed_at,
        NEW.told, TRUE, 'pending'
    FROM webhook_endpoint e
    WHERE e.state = 'enabled'
        AND (strpos(e.events, ' order.* ') > 0 OR strpos(e.events, ' order.' || NEW.event || ' ') > 0)
    ORDER BY e.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER webhook_of_order AFTER INSERT ON city_order
    FOR EACH ROW EXECUTE FUNCTION webhook_tells_order();

-- What goes out before all else.
CREATE INDEX webhook_delivery_orders ON webhook_delivery (endpoint, id) WHERE status = 'pending' AND type LIKE 'order.%';
