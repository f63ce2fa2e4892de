-- How often people are disturbed, what they are told once more, what they agreed to, and how a short message is stopped.

-- `round` counts how often a message was put off or told once more. `remind_at`: when it is told once more if unread.
-- `parts`: the rules of what a digest speaks of.
ALTER TABLE messages RENAME COLUMN snoozes TO round;
ALTER TABLE messages ADD COLUMN remind_at timestamptz, ADD COLUMN parts text[] NOT NULL DEFAULT '{}';
CREATE INDEX messages_to_repeat ON messages (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX deliveries_waiting ON deliveries (recipient_id) WHERE state = 'queued';

-- Who was disturbed on which day. A place is taken once, so that no two senders go beyond what a day allows together;
-- what is older than a week counts for nothing and is removed when its person is disturbed again.
CREATE TABLE disturbances (
    recipient_id uuid    NOT NULL,
    kind         text    NOT NULL CHECK (kind IN ('reminder', 'recommendation')),
    day          date    NOT NULL,
    place        integer NOT NULL CHECK (place > 0),
    message_id   uuid    NOT NULL,
    round        integer NOT NULL,
    PRIMARY KEY (recipient_id, kind, day, place),
    UNIQUE (recipient_id, message_id, round)
);

-- What people agreed to and took back, each word as it was said; rows are only ever added. The latest of a purpose counts.
CREATE TABLE consents (
    recipient_id uuid        NOT NULL,
    consent_id   uuid        NOT NULL,
    purpose      text        NOT NULL CHECK (purpose IN ('recommendations', 'features')),
    given        boolean     NOT NULL,
    text_version integer     NOT NULL,
    text_hash    bytea       NOT NULL CHECK (octet_length(text_hash) = 32),
    locale       text        NOT NULL CHECK (locale IN ('zh-CN', 'en')),
    said_at      timestamptz NOT NULL,
    PRIMARY KEY (recipient_id, consent_id)
);
CREATE INDEX consents_latest ON consents (recipient_id, purpose, said_at DESC, consent_id DESC);

-- Directory: the code in a short message leads to what it told of, also for somebody who cannot sign in.
CREATE TABLE stop_links (
    code_hash    bytea       PRIMARY KEY CHECK (octet_length(code_hash) = 32),
    recipient_id uuid        NOT NULL,
    message_id   uuid        NOT NULL,
    made_at      timestamptz NOT NULL
);
