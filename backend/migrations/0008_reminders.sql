-- What was due to whom, and how far each sweep has come.

-- A licence that ends some day, and what, if anything, makes a reminder of its expiry pointless or wrong.
CREATE VIEW remindable_licences AS
SELECT l.subject_id,
       l.licence_id,
       l.licence_type,
       l.expires_on,
       l.changed_at,
       CASE
           WHEN s.died_on IS NOT NULL THEN 'holder_dead'
           WHEN l.status <> 'valid' THEN l.status
           WHEN l.renewal_filed_on IS NOT NULL THEN 'renewal_filed'
       END AS held_back_by
FROM licences l
JOIN subjects s ON s.subject_id = l.subject_id
WHERE l.expires_on IS NOT NULL;

CREATE TABLE reminder_matches (
    subject_id uuid        NOT NULL,
    rule       text        NOT NULL,  -- licence-expiry:<licence type>
    occasion   text        NOT NULL,  -- <licence>:<expiry>:<rung>
    licence_id uuid        NOT NULL,
    rung       integer     NOT NULL,  -- days before expiry; negative: after
    due_on     date        NOT NULL,
    message_id uuid        NOT NULL,
    matched_at timestamptz NOT NULL,
    settled_at timestamptz,           -- the cause has vanished: renewed, revoked, filed, died
    PRIMARY KEY (subject_id, rule, occasion)
);
CREATE INDEX reminder_matches_open ON reminder_matches (subject_id, licence_id) WHERE settled_at IS NULL;

CREATE TABLE sweeps (
    rule              text PRIMARY KEY,
    completed_through date,         -- every rung reached up to and including this day has been looked at
    snapshot_at       timestamptz,  -- when the last completed sweep began to read
    completed_at      timestamptz
);

CREATE TABLE sweep_runs (
    run_id       uuid        PRIMARY KEY,
    rule         text        NOT NULL,
    as_of        date        NOT NULL,
    started_at   timestamptz NOT NULL,
    completed_at timestamptz NOT NULL,
    counts       jsonb       NOT NULL
);
CREATE INDEX sweep_runs_latest ON sweep_runs (rule, completed_at DESC);
