-- Whose database this is, and which data folders have a manifest that names it: what is missing or
-- foreign on either side is then noticed.
CREATE TABLE store_identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL
);
CREATE TABLE data_folder (
    folder TEXT PRIMARY KEY,
    known_at INTEGER NOT NULL
);
