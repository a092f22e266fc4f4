-- Whether a key's sources are network servers, which hand on the uplinks of devices.
ALTER TABLE api_key ADD COLUMN uplinks INTEGER NOT NULL DEFAULT 0 CHECK (uplinks IN (0, 1));
