-- Licences as departments declare them. What is written on them is sealed under `key_id`, bound to licence_id and column.

CREATE TABLE licences (
    subject_id       uuid        NOT NULL REFERENCES subjects (subject_id),
    licence_id       uuid        NOT NULL,
    licence_type     text        NOT NULL,
    department_id    text        NOT NULL,
    source_id        text        NOT NULL,
    key_id           text        NOT NULL,
    number_enc       bytea       NOT NULL,
    identifier_enc   bytea,
    face_enc         bytea,
    version          smallint    CHECK (version BETWEEN 1 AND 999),
    issued_on        date        NOT NULL,
    valid_from       date        NOT NULL,
    expires_on       date,       -- null: long-term
    declared_status  text        NOT NULL CHECK (declared_status IN
                         ('valid', 'suspended', 'withdrawn', 'cancelled', 'transferred', 'revoked', 'other')),
    supersedes       text,       -- the department's own id of the licence that this one replaces
    superseded_by    uuid,       -- another licence of the same subject
    status           text        NOT NULL GENERATED ALWAYS AS (
                         CASE WHEN superseded_by IS NOT NULL AND declared_status IN ('valid', 'suspended', 'other')
                              THEN 'superseded' ELSE declared_status END) STORED,
    renewed_on       date,       -- when another expiry than before was last fed
    renewal_filed_on date,       -- the renewal under way, decided from licence_renewals
    changed_at       timestamptz NOT NULL,  -- when something that decides about reminders last changed
    PRIMARY KEY (subject_id, licence_id),
    CHECK (issued_on <= valid_from AND valid_from <= coalesce(expires_on, 'infinity')),
    CHECK (issued_on >= '1900-01-01' AND coalesce(expires_on, '2200-12-31') <= '2200-12-31'),
    CHECK (superseded_by <> licence_id)
);

-- The nightly sweep reads what is due straight from this index.
CREATE INDEX licences_due ON licences (licence_type, expires_on)
    INCLUDE (subject_id, licence_id, status, changed_at, renewal_filed_on) WHERE expires_on IS NOT NULL;

-- Renewals that were reported filed, and ended without a new licence; of each the latest day. Kept by themselves because
-- they may come before the licence. source_id '': all licences of the type.
CREATE TABLE licence_renewals (
    subject_id   uuid NOT NULL REFERENCES subjects (subject_id),
    licence_type text NOT NULL,
    source_id    text NOT NULL,
    filed_on     date,
    closed_on    date,
    PRIMARY KEY (subject_id, licence_type, source_id)
);
