-- Goes up with every change of what keys open, whoever makes it, so that a hub can ask every second
-- whether it has to read them again. A day of use is no such change.
CREATE TABLE key_version (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version INTEGER NOT NULL
);
INSERT INTO key_version (one, version) VALUES (1, 1);

CREATE TRIGGER api_key_made AFTER INSERT ON api_key
BEGIN
    UPDATE key_version SET version = version + 1;
END;

CREATE TRIGGER api_key_changed AFTER UPDATE OF partner, name, digest, scopes, sources, source_kind, uplinks, area, standing,
    expires_at, revoked_at ON api_key
BEGIN
    UPDATE key_version SET version = version + 1;
END;

CREATE TRIGGER api_key_gone AFTER DELETE ON api_key
BEGIN
    UPDATE key_version SET version = version + 1;
END;

CREATE TRIGGER partner_changed AFTER UPDATE OF name ON partner
BEGIN
    UPDATE key_version SET version = version + 1;
END;
