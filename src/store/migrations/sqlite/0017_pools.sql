-- An offer of so many places of a zone, none of them by name; both NULL: of one bay. Its seats are rows of
-- shared_bay, made as they are first booked, and so is the offer itself.
ALTER TABLE offer ADD COLUMN zone TEXT;
ALTER TABLE offer ADD COLUMN places INTEGER CHECK (places > 0);
-- What was booked together, and the how manieth of it a reservation is, from 1 on.
ALTER TABLE reservation ADD COLUMN season TEXT;
ALTER TABLE reservation ADD COLUMN season_number INTEGER CHECK (season_number > 0);
CREATE INDEX reservation_season ON reservation (season, season_number) WHERE season IS NOT NULL;
