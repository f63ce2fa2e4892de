-- Those who run the hall: who they are, what they may do, and what they did.

-- Only the SHA-256 of a key's secret is kept: the key itself is shown once, when it is made.
CREATE TABLE operators (
    operator_id uuid        PRIMARY KEY,
    name        text        NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    key_hash    bytea       NOT NULL CHECK (octet_length(key_hash) = 32),
    roles       text[]      NOT NULL CHECK (cardinality(roles) > 0),
    created_at  timestamptz NOT NULL,
    revoked_at  timestamptz
);

-- Nothing here is ever changed or deleted. `about` names what was acted on by its own number, never a person.
CREATE TABLE operator_acts (
    act_id      uuid        PRIMARY KEY,
    operator_id uuid        NOT NULL REFERENCES operators (operator_id),
    kind        text        NOT NULL,
    about       text        NOT NULL,
    facts       jsonb       NOT NULL,
    at          timestamptz NOT NULL
);
CREATE INDEX operator_acts_by_operator ON operator_acts (operator_id, act_id);
