-- Subscriptions of context brokers: who is told of which entities, and how the telling went.
CREATE TABLE context_subscription (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Its URN. Another partner's subscription is one that is not there, so each has names of its own.
    name TEXT NOT NULL,
    partner TEXT NOT NULL,
    -- JSON, as it was asked for; `serve` knows what it means.
    body TEXT NOT NULL,
    url TEXT NOT NULL,
    -- JSON: pairs of names and values that each notification is sent with.
    headers TEXT NOT NULL,
    -- Seconds from one notification to the next, at least; and exactly, where it is told on time.
    pace_s INTEGER NOT NULL,
    every_s INTEGER,
    is_active INTEGER NOT NULL,
    why TEXT,
    expires_at INTEGER,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    times_sent INTEGER NOT NULL DEFAULT 0,
    times_failed INTEGER NOT NULL DEFAULT 0,
    last_notification INTEGER,
    last_success INTEGER,
    last_failure INTEGER,
    UNIQUE (partner, name)
) STRICT;
