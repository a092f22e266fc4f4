-- Problems that people report of bays and places: whose they are, how far they have come, by when they are due.
CREATE TABLE problem (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    code TEXT NOT NULL,
    -- What is told twice of one spot while it is open is one problem: a bay, else a zone, a place or an address.
    spot TEXT NOT NULL,
    -- Ids as they were when it was reported, for bays and zones come and go.
    bay TEXT,
    zone TEXT,
    -- Whether the zone was private then.
    is_private INTEGER NOT NULL CHECK (is_private IN (0, 1)),
    address TEXT,
    lat_e7 INTEGER,
    lon_e7 INTEGER,
    description TEXT NOT NULL,
    media_url TEXT,
    -- Who is responsible, as everybody is told, and the partner whose keys work on it; NULL: administrators alone.
    operator TEXT NOT NULL,
    partner TEXT,
    -- The partner whose key reported it.
    reporter TEXT,
    -- Whom it is counted for while it is open.
    origin TEXT,
    votes INTEGER NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('open', 'acknowledged', 'in_progress', 'resolved', 'rejected', 'duplicate')),
    -- The operator's last word on it.
    notice TEXT,
    duplicate_of INTEGER,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    expected_at INTEGER NOT NULL,
    closed_at INTEGER,
    -- Once: when it was found to be late, and the authority's partner who is told then.
    overdue_at INTEGER,
    escalated_to TEXT,
    -- Whether anybody's contact, plate or token is kept with it.
    has_contact INTEGER NOT NULL DEFAULT 0 CHECK (has_contact IN (0, 1)),
    -- Counts what its operator has said.
    version INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX problem_spot ON problem (code, spot) WHERE closed_at IS NULL;
CREATE INDEX problem_created ON problem (created_at, id);
CREATE INDEX problem_now ON problem (created_at, id) WHERE closed_at IS NULL;
CREATE INDEX problem_over ON problem (created_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX problem_code ON problem (code, created_at, id);
CREATE INDEX problem_due ON problem (expected_at, id) WHERE closed_at IS NULL;
CREATE INDEX problem_unmarked ON problem (expected_at) WHERE closed_at IS NULL AND overdue_at IS NULL;
CREATE INDEX problem_work ON problem (partner, expected_at, id) WHERE closed_at IS NULL;
CREATE INDEX problem_late ON problem (code) WHERE closed_at IS NULL AND overdue_at IS NOT NULL;
CREATE INDEX problem_origin ON problem (origin) WHERE closed_at IS NULL;
CREATE INDEX problem_closed ON problem (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX problem_done ON problem (partner, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX problem_contact ON problem (closed_at) WHERE has_contact = 1;
CREATE INDEX problem_operator ON problem (operator, closed_at);

-- What was said of a problem, in order.
CREATE TABLE problem_notice (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    problem INTEGER NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL,
    notice TEXT,
    -- The partner who said it.
    author TEXT
) STRICT;
CREATE INDEX problem_notice_of ON problem_notice (problem, id);

-- The first of those who reported it: how to reach them, what each said, and the token (its SHA-256) that each may rate
-- it with once.
CREATE TABLE problem_reporter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    problem INTEGER NOT NULL,
    at INTEGER NOT NULL,
    origin TEXT,
    email TEXT,
    phone TEXT,
    plate TEXT,
    said TEXT NOT NULL,
    token BLOB UNIQUE CHECK (length(token) = 32),
    stars INTEGER,
    rated_at INTEGER
) STRICT;
CREATE INDEX problem_reporter_of ON problem_reporter (problem, id);

-- Which partners have said of late that a bay's sensor is wrong.
CREATE TABLE problem_doubt (
    bay TEXT NOT NULL,
    partner TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (bay, partner)
) STRICT, WITHOUT ROWID;
CREATE INDEX problem_doubt_at ON problem_doubt (at);

-- Written with the problem, so that neither is there without the other.
CREATE TRIGGER webhook_of_new_problem AFTER INSERT ON problem
WHEN EXISTS (SELECT 1 FROM webhook_endpoint e WHERE e.partner = NEW.partner)
BEGIN
    INSERT INTO webhook_delivery (endpoint, message, type, at, data, is_fact, status)
    SELECT e.id, 'msg_' || lower(hex(randomblob(16))), 'problem.opened', NEW.created_at,
        json_object('role', 'operator', 'problem', CAST(NEW.id AS TEXT), 'code', NEW.code, 'state', NEW.state,
            'bay', NEW.bay, 'zone', NEW.zone, 'operator', NEW.operator, 'expected', NEW.expected_at),
        1, 'pending'
    FROM webhook_endpoint e
    WHERE e.partner = NEW.partner AND e.state = 'enabled'
        AND (instr(e.events, ' problem.* ') > 0 OR instr(e.events, ' problem.opened ') > 0)
    ORDER BY e.id;
END;

-- What its operator has said: told to the operator and to whose app reported it.
CREATE TRIGGER webhook_of_changed_problem AFTER UPDATE OF version ON problem
WHEN NEW.version <> OLD.version
    AND EXISTS (SELECT 1 FROM webhook_endpoint e WHERE e.partner IN (NEW.partner, NEW.reporter))
BEGIN
    INSERT INTO webhook_delivery (endpoint, message, type, at, data, is_fact, status)
    SELECT e.id, 'msg_' || lower(hex(randomblob(16))), 'problem.changed', NEW.changed_at,
        json_object('role', CASE WHEN e.partner = NEW.partner THEN 'operator' ELSE 'reporter' END,
            'problem', CAST(NEW.id AS TEXT), 'code', NEW.code, 'state', NEW.state, 'notice', NEW.notice,
            'bay', NEW.bay, 'zone', NEW.zone, 'operator', NEW.operator, 'expected', NEW.expected_at),
        1, 'pending'
    FROM webhook_endpoint e
    WHERE e.partner IN (NEW.partner, NEW.reporter) AND e.state = 'enabled'
        AND (instr(e.events, ' problem.* ') > 0 OR instr(e.events, ' problem.changed ') > 0)
    ORDER BY e.id;
END;

CREATE TRIGGER webhook_of_overdue_problem AFTER UPDATE OF overdue_at ON problem
WHEN OLD.overdue_at IS NULL AND NEW.overdue_at IS NOT NULL
    AND EXISTS (SELECT 1 FROM webhook_endpoint e WHERE e.partner IN (NEW.partner, NEW.escalated_to))
BEGIN
    INSERT INTO webhook_delivery (endpoint, message, type, at, data, is_fact, status)
    SELECT e.id, 'msg_' || lower(hex(randomblob(16))), 'problem.overdue', NEW.overdue_at,
        json_object('role', CASE WHEN e.partner = NEW.partner THEN 'operator' ELSE 'authority' END,
            'problem', CAST(NEW.id AS TEXT), 'code', NEW.code, 'state', NEW.state, 'notice', NEW.notice,
            'bay', NEW.bay, 'zone', NEW.zone, 'operator', NEW.operator, 'expected', NEW.expected_at),
        1, 'pending'
    FROM webhook_endpoint e
    WHERE e.partner IN (NEW.partner, NEW.escalated_to) AND e.state = 'enabled'
        AND (instr(e.events, ' problem.* ') > 0 OR instr(e.events, ' problem.overdue ') > 0)
    ORDER BY e.id;
END;
