-- Times are milliseconds since 1970 in UTC, days are days since then.
CREATE TABLE partner (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

-- A key is never deleted: its name stays taken, so that a name in a log means one key for ever.
CREATE TABLE api_key (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    partner INTEGER NOT NULL REFERENCES partner (id),
    name TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    scopes TEXT NOT NULL,
    sources TEXT NOT NULL,
    source_kind TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    last_used_day INTEGER
) STRICT;

CREATE INDEX api_key_partner ON api_key (partner, id);
