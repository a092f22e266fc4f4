-- How many minutes after its start a stay is waited for: the owner's word (NULL: as usual), and as the driver
-- agreed to it.
ALTER TABLE offer ADD COLUMN grace_min BIGINT CHECK (grace_min >= 0);
ALTER TABLE reservation ADD COLUMN grace_min BIGINT NOT NULL DEFAULT 15 CHECK (grace_min >= 0);
-- Whether the driver's app has said that he is there, since when somebody is seen there without a break, and
-- why he may not get the bay.
ALTER TABLE reservation ADD COLUMN came_by_word BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE reservation ADD COLUMN seen_since BIGINT;
ALTER TABLE reservation ADD COLUMN at_risk TEXT;
-- What was charged and not used, by bay: it is given back as far as the bay is sold again.
CREATE INDEX reservation_bay ON reservation (bay, end_at);
-- A booking app reads its own page by page, as an owner does.
CREATE INDEX reservation_driver ON reservation (driver, start_at, id);
CREATE INDEX reservation_driver_state ON reservation (driver, state, start_at, id);
