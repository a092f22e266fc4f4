-- What a partner may do, and how it came: admitted or suspended; whether a bay is its own because the bay's
-- operator has its name (not so of who has signed up, until an administrator says so); what its keys may be
-- good for (JSON; NULL: what everybody may who is admitted); whom to ask.
ALTER TABLE partner ADD COLUMN state TEXT NOT NULL DEFAULT 'admitted' CHECK (state IN ('admitted', 'suspended'));
ALTER TABLE partner ADD COLUMN linked INTEGER NOT NULL DEFAULT 1 CHECK (linked IN (0, 1));
ALTER TABLE partner ADD COLUMN grants TEXT;
ALTER TABLE partner ADD COLUMN contact TEXT;

CREATE TRIGGER partner_state_changed AFTER UPDATE OF state, linked ON partner
BEGIN
    UPDATE key_version SET version = version + 1;
END;

-- Who has asked to become a partner. A row goes when its key is handed out or its time is over.
CREATE TABLE signup (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    contact TEXT NOT NULL,
    wants TEXT NOT NULL,
    -- Whom to count it for while it is not confirmed.
    origin TEXT,
    state TEXT NOT NULL CHECK (state IN ('asked', 'confirmed', 'admitted', 'refused')),
    -- The partner it was admitted as.
    partner TEXT,
    -- SHA-256 of the one-time link that is out, and its text for as long as nobody has sent it.
    link BLOB UNIQUE CHECK (length(link) = 32),
    unsent TEXT,
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX signup_expiry ON signup (expires_at);
