-- Times are milliseconds since 1970 in UTC, days are days since then.
CREATE TABLE partner (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

-- A key is never deleted: its name stays taken, so that a name in a log means one key for ever.
CREATE TABLE api_key (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partner BIGINT NOT NULL REFERENCES partner (id),
    name TEXT COLLATE "C" NOT NULL UNIQUE,
    digest BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    scopes TEXT NOT NULL,
    sources TEXT NOT NULL,
    source_kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    last_used_day BIGINT
);

CREATE INDEX api_key_partner ON api_key (partner, id);
