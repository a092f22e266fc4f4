-- Goes up with every change of what keys open, whoever makes it, so that a hub can ask every second
-- whether it has to read them again. A day of use is no such change. One row, so changes are numbered
-- in the order of their commits: who has read a version finds all that came before it.
CREATE TABLE key_version (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    version BIGINT NOT NULL
);
INSERT INTO key_version (one, version) VALUES (1, 1);

CREATE FUNCTION keys_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    UPDATE key_version SET version = version + 1;
    RETURN NULL;
END
$$;

CREATE TRIGGER api_key_changed AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF partner, name, digest, scopes, sources, source_kind,
    uplinks, area, standing, expires_at, revoked_at ON api_key
    FOR EACH STATEMENT EXECUTE FUNCTION keys_changed();

CREATE TRIGGER partner_changed AFTER UPDATE OF name ON partner
    FOR EACH STATEMENT EXECUTE FUNCTION keys_changed();
