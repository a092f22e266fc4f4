-- Problems that people report of bays and places: whose they are, how far they have come, by when they are due.
CREATE TABLE problem (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL,
    -- What is told twice of one spot while it is open is one problem: a bay, else a zone, a place or an address.
    spot TEXT COLLATE "C" NOT NULL,
    -- Ids as they were when it was reported, for bays and zones come and go.
    bay TEXT COLLATE "C",
    zone TEXT COLLATE "C",
    -- Whether the zone was private then.
    is_private BOOLEAN NOT NULL,
    address TEXT,
    lat_e7 BIGINT,
    lon_e7 BIGINT,
    description TEXT NOT NULL,
    media_url TEXT,
    -- Who is responsible, as everybody is told, and the partner whose keys work on it; NULL: administrators alone.
    operator TEXT COLLATE "C" NOT NULL,
    partner TEXT COLLATE "C",
    -- The partner whose key reported it.
    reporter TEXT COLLATE "C",
    -- Whom it is counted for while it is open.
    origin TEXT COLLATE "C",
    votes BIGINT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('open', 'acknowledged', 'in_progress', 'resolved', 'rejected', 'duplicate')),
    -- The operator's last word on it.
    notice TEXT,
    duplicate_of BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    expected_at BIGINT NOT NULL,
    closed_at BIGINT,
    -- Once: when it was found to be late, and the authority's partner who is told then.
    overdue_at BIGINT,
    escalated_to TEXT COLLATE "C",
    -- Whether anybody's contact, plate or token is kept with it.
    has_contact BOOLEAN NOT NULL DEFAULT FALSE,
    -- Counts what its operator has said.
    version BIGINT NOT NULL DEFAULT 0
);

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
CREATE INDEX problem_contact ON problem (closed_at) WHERE has_contact;
CREATE INDEX problem_operator ON problem (operator, closed_at);

-- What was said of a problem, in order.
CREATE TABLE problem_notice (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    problem BIGINT NOT NULL,
    at BIGINT NOT NULL,
    state TEXT NOT NULL,
    notice TEXT,
    -- The partner who said it.
    author TEXT
);
CREATE INDEX problem_notice_of ON problem_notice (problem, id);

-- The first of those who reported it: how to reach them, what each said, and the token (its SHA-256) that each may rate
-- it with once.
CREATE TABLE problem_reporter (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    problem BIGINT NOT NULL,
    at BIGINT NOT NULL,
    origin TEXT COLLATE "C",
    email TEXT,
    phone TEXT,
    plate TEXT,
    said TEXT NOT NULL,
    token BYTEA UNIQUE CHECK (length(token) = 32),
    stars BIGINT,
    rated_at BIGINT
);
CREATE INDEX problem_reporter_of ON problem_reporter (problem, id);

-- Which partners have said of late that a bay's sensor is wrong.
CREATE TABLE problem_doubt (
    bay TEXT COLLATE "C" NOT NULL,
    partner TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (bay, partner)
);
CREATE INDEX problem_doubt_at ON problem_doubt (at);

-- Written with the problem, so that neither is there without the other. What its operator has said is told to the
-- operator and to whose app reported it; that it is late to the operator and the authority.
CREATE FUNCTION webhook_tells_problem() RETURNS TRIGGER LANGUAGE plpgsql AS $$
DECLARE
    what TEXT := 'problem.opened';
    since BIGINT := NEW.created_at;
    other TEXT := NULL;
    part TEXT := 'operator';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.version <> OLD.version THEN
            what := 'problem.changed';
            since := NEW.changed_at;
            other := NEW.reporter;
            part := 'reporter';
        ELSIF OLD.overdue_at IS NULL AND NEW.overdue_at IS NOT NULL THEN
            what := 'problem.overdue';
            since := NEW.overdue_at;
            other := NEW.escalated_to;
            part := 'authority';
        ELSE
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO webhook_delivery (endpoint, message, type, at, data, is_fact, status)
    SELECT e.id, 'msg_' || replace(gen_random_uuid()::text, '-', ''), what, since,
        json_build_object('role', CASE WHEN e.partner = NEW.partner THEN 'operator' ELSE part END,
            'problem', NEW.id::text, 'code', NEW.code, 'state', NEW.state, 'notice', NEW.notice,
            'bay', NEW.bay, 'zone', NEW.zone, 'operator', NEW.operator, 'expected', NEW.expected_at)::text,
        TRUE, 'pending'
    FROM webhook_endpoint e
    WHERE e.partner IN (NEW.partner, other) AND e.state = 'enabled'
        AND (strpos(e.events, ' problem.* ') > 0 OR strpos(e.events, ' ' || what || ' ') > 0)
    ORDER BY e.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER webhook_of_problem AFTER INSERT OR UPDATE ON problem
    FOR EACH ROW EXECUTE FUNCTION webhook_tells_problem();
