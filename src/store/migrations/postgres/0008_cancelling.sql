-- Until how many minutes before its start a stay is given up free of charge, and what it costs from then
-- until the start, per cent of the price. What was there before stays as it was: free until the start.
ALTER TABLE offer ADD COLUMN cancel_free_min BIGINT NOT NULL DEFAULT 0 CHECK (cancel_free_min >= 0);
ALTER TABLE offer ADD COLUMN cancel_fee_percent BIGINT NOT NULL DEFAULT 100
    CHECK (cancel_fee_percent BETWEEN 0 AND 100);
-- The same as the driver agreed to it, whatever becomes of the offer.
ALTER TABLE reservation ADD COLUMN cancel_free_min BIGINT NOT NULL DEFAULT 0 CHECK (cancel_free_min >= 0);
ALTER TABLE reservation ADD COLUMN cancel_fee_percent BIGINT NOT NULL DEFAULT 100
    CHECK (cancel_fee_percent BETWEEN 0 AND 100);
-- What the ledger's lines of a reservation add up to.
ALTER TABLE reservation ADD COLUMN owed_cents BIGINT NOT NULL DEFAULT 0;
UPDATE reservation SET owed_cents = (
    SELECT COALESCE(CAST(SUM(l.amount_cents) AS BIGINT), 0) FROM ledger l WHERE l.reservation = reservation.id
);
