-- What each partner has made of the hub.

-- Keys that were counted, also those that are no more. `key` is the id that administrators see.
CREATE TABLE usage_key (
    id INTEGER PRIMARY KEY,
    partner TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (partner, key)
) STRICT;

-- By hour since 1970: how much of what.
CREATE TABLE usage_hour (
    key INTEGER NOT NULL REFERENCES usage_key (id),
    hour INTEGER NOT NULL,
    what TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (key, hour, what)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_hour_hour ON usage_hour (hour);

-- Up to which of its batches each running hub has written: one whose answer was lost is not added twice.
CREATE TABLE usage_writer (
    writer TEXT PRIMARY KEY,
    batch INTEGER NOT NULL,
    hour INTEGER NOT NULL
) STRICT;
