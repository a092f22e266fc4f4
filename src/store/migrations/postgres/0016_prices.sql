-- A price is for an hour, for a stay whatever its length, or for a month.
ALTER TABLE offer RENAME COLUMN price_cents_per_hour TO price_cents;
ALTER TABLE offer ADD COLUMN price_per TEXT NOT NULL DEFAULT 'hour'
    CHECK (price_per IN ('hour', 'stay', 'month'));
