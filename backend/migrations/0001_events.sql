CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- Facts, each committed with the change that made it true, and what has been done about them.

CREATE TABLE events (
    subject_id  uuid        NOT NULL,
    event_id    uuid        NOT NULL,
    type        text        NOT NULL,
    payload     jsonb       NOT NULL,
    recorded_at timestamptz NOT NULL,
    done_at     timestamptz,
    PRIMARY KEY (subject_id, event_id)
);
CREATE INDEX events_pending ON events (event_id) WHERE done_at IS NULL;

-- One row per handler of the map that has run or failed for an event; its effect commits together with done_at.
CREATE TABLE event_handlings (
    subject_id uuid        NOT NULL,
    event_id   uuid        NOT NULL,
    handler    text        NOT NULL,
    attempts   integer     NOT NULL DEFAULT 0,
    next_at    timestamptz,
    done_at    timestamptz,
    parked_at  timestamptz,
    last_error text,
    PRIMARY KEY (subject_id, event_id, handler),
    FOREIGN KEY (subject_id, event_id) REFERENCES events (subject_id, event_id)
);
CREATE INDEX event_handlings_parked ON event_handlings (parked_at) WHERE parked_at IS NOT NULL;
CREATE INDEX event_handlings_waiting ON event_handlings (subject_id, event_id) WHERE done_at IS NULL AND parked_at IS NULL;
