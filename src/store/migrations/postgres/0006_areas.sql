-- Of which zones a key's sources may speak, as the JSON of the API, and how far they are trusted.
-- Keys made before may speak of all and are trusted: they were given when nothing else was to be had.
ALTER TABLE api_key ADD COLUMN area TEXT NOT NULL DEFAULT '"all"';
ALTER TABLE api_key ADD COLUMN standing TEXT NOT NULL DEFAULT 'trusted';
