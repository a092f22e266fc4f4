-- A long book takes longer than a call may.
SET LOCAL statement_timeout = 0;

-- What an owner gives to a driver who may be moved, per cent of the price.
ALTER TABLE offer ADD COLUMN flexible_discount_percent BIGINT NOT NULL DEFAULT 5
    CHECK (flexible_discount_percent BETWEEN 0 AND 50);
-- Whether a booking may be moved so that others fit, how often it has been, and the walk as it was first told: of
-- what was booked before, the walk that it has now.
ALTER TABLE reservation ADD COLUMN flexible BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE reservation ADD COLUMN moves BIGINT NOT NULL DEFAULT 0 CHECK (moves >= 0);
ALTER TABLE reservation ADD COLUMN told_walk_m BIGINT NOT NULL DEFAULT 0 CHECK (told_walk_m >= 0);
UPDATE reservation SET told_walk_m = walk_m;
