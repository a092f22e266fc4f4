-- Money follows the bay: a line of the ledger belongs to the offer whose owner it is owed to, and to the day
-- (since 1970) that it is there, by that offer's own clock.
DROP TRIGGER ledger_update;
ALTER TABLE ledger ADD COLUMN offer INTEGER REFERENCES offer (id);
ALTER TABLE ledger ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
-- Earlier lines are of the offer that has the booking, as they were told until now, and of the day in UTC.
UPDATE ledger SET day = at / 86400000, offer = (SELECT r.offer FROM reservation r WHERE r.id = ledger.reservation);
CREATE TRIGGER ledger_update BEFORE UPDATE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the ledger is only added to');
END;

-- A month is added up within the index, by days of the offers' clocks or by moments; its pages go by day and number.
DROP INDEX ledger_owner;
DROP INDEX ledger_driver;
CREATE INDEX ledger_owner_day ON ledger (owner, day, id, at, currency, amount_cents);
CREATE INDEX ledger_driver_day ON ledger (driver, day, id, at, currency, amount_cents);
CREATE INDEX ledger_offer_day ON ledger (offer, day, amount_cents);

-- How long after its end a stay is charged for at most, and what is given back of the time that a driver leaves
-- early, per cent.
ALTER TABLE offer ADD COLUMN max_overstay_min INTEGER NOT NULL DEFAULT 120
    CHECK (max_overstay_min BETWEEN 0 AND 1440);
ALTER TABLE offer ADD COLUMN early_refund_percent INTEGER NOT NULL DEFAULT 0
    CHECK (early_refund_percent BETWEEN 0 AND 100);
-- The same as the driver agreed to it.
ALTER TABLE reservation ADD COLUMN max_overstay_min INTEGER NOT NULL DEFAULT 120
    CHECK (max_overstay_min BETWEEN 0 AND 1440);
ALTER TABLE reservation ADD COLUMN early_refund_percent INTEGER NOT NULL DEFAULT 0
    CHECK (early_refund_percent BETWEEN 0 AND 100);
-- Until when the time after its end is charged for; NULL: none is yet.
ALTER TABLE reservation ADD COLUMN overstay_at INTEGER;
