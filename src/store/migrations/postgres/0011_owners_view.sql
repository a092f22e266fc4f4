-- An owner reads its bookings page by page, in the order of their start, all or those of one state: no page
-- costs more for what comes before it, or for what is in another state.
DROP INDEX reservation_offer;
CREATE INDEX reservation_offer ON reservation (offer, start_at, id);
CREATE INDEX reservation_offer_state ON reservation (offer, state, start_at, id);
CREATE INDEX reservation_owner ON reservation (owner, start_at, id);
CREATE INDEX reservation_owner_state ON reservation (owner, state, start_at, id);
