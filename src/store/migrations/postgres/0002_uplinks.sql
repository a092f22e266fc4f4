-- Whether a key's sources are network servers, which hand on the uplinks of devices.
ALTER TABLE api_key ADD COLUMN uplinks BOOLEAN NOT NULL DEFAULT FALSE;
