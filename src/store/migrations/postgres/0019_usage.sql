-- What each partner has made of the hub.

-- Keys that were counted, also those that are no more. `key` is the id that administrators see.
CREATE TABLE usage_key (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partner TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (partner, key)
);

-- By hour since 1970: how much of what.
CREATE TABLE usage_hour (
    key BIGINT NOT NULL REFERENCES usage_key (id),
    hour BIGINT NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (key, hour, what)
);
CREATE INDEX usage_hour_hour ON usage_hour (hour);

-- Up to which of its batches each running hub has written: one whose answer was lost is not added twice.
CREATE TABLE usage_writer (
    writer TEXT COLLATE "C" PRIMARY KEY,
    batch BIGINT NOT NULL,
    hour BIGINT NOT NULL
);
