-- Departments that feed us, their keys, and which of their records became which of ours.

CREATE TABLE departments (
    department_id text        PRIMARY KEY CHECK (department_id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name          text        NOT NULL,
    created_at    timestamptz NOT NULL
);

-- Only the SHA-256 of a key's secret is kept: the key itself is shown once, when it is made.
CREATE TABLE department_keys (
    key_id        text        PRIMARY KEY,
    department_id text        NOT NULL REFERENCES departments (department_id),
    key_hash      bytea       NOT NULL CHECK (octet_length(key_hash) = 32),
    scopes        text[]      NOT NULL,
    created_at    timestamptz NOT NULL,
    revoked_at    timestamptz
);
CREATE INDEX department_keys_by_department ON department_keys (department_id);

-- From a department's own id to our record. `fingerprint` is a keyed hash of the content last accepted, `owner_key` of
-- its owner's number. `run_id` and `line` say which line of which feed brought it, so that two lines with one id in the
-- same feed are noticed.
CREATE TABLE feed_directory (
    department_id text        NOT NULL REFERENCES departments (department_id),
    feed          text        NOT NULL,
    source_id     text        NOT NULL,
    subject_id    uuid        NOT NULL,
    object_id     uuid        NOT NULL,
    owner_key     bytea       NOT NULL,
    fingerprint   bytea       NOT NULL,
    updated_at    timestamptz NOT NULL,
    run_id        uuid        NOT NULL,
    line          bigint      NOT NULL,
    PRIMARY KEY (department_id, feed, source_id)
);
