-- What has changed, for other hubs on this database: the transaction that changed a row last. Who has read
-- at a moment when all transactions below some number were over reads from that number on the next time,
-- and so misses none, in whatever order they are committed. Rows from before are read at a hub's start.
ALTER TABLE reservation ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE offer ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE shared_bay ADD COLUMN changed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX reservation_changed ON reservation (changed) WHERE changed > 0;
CREATE INDEX offer_changed ON offer (changed) WHERE changed > 0;
CREATE INDEX shared_bay_changed ON shared_bay (changed) WHERE changed > 0;

CREATE FUNCTION book_row_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END
$$;

CREATE TRIGGER reservation_changed BEFORE INSERT OR UPDATE ON reservation
    FOR EACH ROW EXECUTE FUNCTION book_row_changed();
CREATE TRIGGER offer_changed BEFORE INSERT OR UPDATE ON offer
    FOR EACH ROW EXECUTE FUNCTION book_row_changed();
CREATE TRIGGER shared_bay_changed BEFORE INSERT OR UPDATE OF owner ON shared_bay
    FOR EACH ROW EXECUTE FUNCTION book_row_changed();

-- And that something has: one notice a transaction, with the hub that made it. A notice that is lost costs
-- time only, since every hub looks by itself as well.
CREATE FUNCTION book_changed() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('bayhub_book', COALESCE(current_setting('bayhub.hub', true), ''));
    RETURN NULL;
END
$$;

CREATE TRIGGER reservation_told AFTER INSERT OR UPDATE ON reservation
    FOR EACH STATEMENT EXECUTE FUNCTION book_changed();
CREATE TRIGGER offer_told AFTER INSERT OR UPDATE ON offer
    FOR EACH STATEMENT EXECUTE FUNCTION book_changed();
CREATE TRIGGER shared_bay_told AFTER INSERT OR UPDATE OF owner ON shared_bay
    FOR EACH STATEMENT EXECUTE FUNCTION book_changed();
