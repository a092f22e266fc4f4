-- Subscriptions of context brokers: who is told of which entities, and how the telling went.
CREATE TABLE context_subscription (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Its URN. Another partner's subscription is one that is not there, so each has names of its own.
    name TEXT COLLATE "C" NOT NULL,
    partner TEXT COLLATE "C" NOT NULL,
    -- JSON, as it was asked for; `serve` knows what it means.
    body TEXT NOT NULL,
    url TEXT NOT NULL,
    -- JSON: pairs of names and values that each notification is sent with.
    headers TEXT NOT NULL,
    -- Seconds from one notification to the next, at least; and exactly, where it is told on time.
    pace_s BIGINT NOT NULL,
    every_s BIGINT,
    is_active BOOLEAN NOT NULL,
    why TEXT,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    times_sent BIGINT NOT NULL DEFAULT 0,
    times_failed BIGINT NOT NULL DEFAULT 0,
    last_notification BIGINT,
    last_success BIGINT,
    last_failure BIGINT,
    UNIQUE (partner, name)
);
