-- The city pack: every version of every entry, and the loads that brought them. Small tables, replicated on a cluster.

CREATE TABLE pack_loads (
    version      integer     PRIMARY KEY,
    region       text        NOT NULL,
    content_hash bytea       NOT NULL,
    loaded_at    timestamptz NOT NULL
);

CREATE TABLE pack_entries (
    kind          text        NOT NULL,
    entry_key     text        NOT NULL,
    version       integer     NOT NULL CHECK (version > 0),
    position      integer     NOT NULL,
    content       jsonb       NOT NULL,
    content_hash  bytea       NOT NULL,
    loaded_at     timestamptz NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (kind, entry_key, version)
);
CREATE UNIQUE INDEX pack_entries_current ON pack_entries (kind, entry_key) WHERE superseded_at IS NULL;
