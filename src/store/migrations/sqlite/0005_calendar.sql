-- What opens an offer's calendar to a program that can send no key. Offers from before get one too.
ALTER TABLE offer ADD COLUMN calendar TEXT NOT NULL DEFAULT '';
UPDATE offer SET calendar = lower(hex(randomblob(16)));
