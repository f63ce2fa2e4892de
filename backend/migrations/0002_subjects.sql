-- Persons and organisations. What names them is sealed (AES-256-GCM) under the key `key_id`; all sealed columns of a row
-- are always written together, so that one key opens the row.

CREATE TABLE subjects (
    subject_id      uuid        PRIMARY KEY,
    kind            text        NOT NULL CHECK (kind IN ('person', 'organisation')),
    key_id          text        NOT NULL,
    number_enc      bytea       NOT NULL,
    name_enc        bytea       NOT NULL,
    phone_enc       bytea,
    born_on         date,
    died_on         date,
    death_stated_at timestamptz,  -- when a death was last reported or withdrawn, by the department's clock
    moved_out_on    date,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CHECK ((kind = 'person') = (born_on IS NOT NULL)),
    CHECK (kind = 'person' OR (died_on IS NULL AND moved_out_on IS NULL))
);

-- From a keyed hash of the number to its owner; the number itself is nowhere in clear.
CREATE TABLE subject_directory (
    number_hash bytea PRIMARY KEY CHECK (octet_length(number_hash) = 32),
    subject_id  uuid  NOT NULL
);
