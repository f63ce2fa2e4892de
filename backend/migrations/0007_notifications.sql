-- How a person wants to be told. No row: Chinese, quiet from 22:00 to 08:00.
CREATE TABLE recipients (
    recipient_id uuid        PRIMARY KEY,
    locale       text        NOT NULL DEFAULT 'zh-CN' CHECK (locale IN ('zh-CN', 'en')),
    quiet        boolean     NOT NULL DEFAULT true,
    quiet_starts time        NOT NULL DEFAULT '22:00',
    quiet_ends   time        NOT NULL DEFAULT '08:00',
    updated_at   timestamptz NOT NULL,
    CHECK (quiet_starts <> quiet_ends)
);

-- Switches that differ from the default of their topic and channel.
CREATE TABLE preferences (
    recipient_id uuid        NOT NULL,
    topic        text        NOT NULL,
    channel      text        NOT NULL CHECK (channel IN ('web_push', 'sms')),
    enabled      boolean     NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (recipient_id, topic, channel)
);

-- 不再提醒: rules and topics a person has stopped, a rule in the words of the message it was stopped by.
CREATE TABLE stops (
    recipient_id uuid        NOT NULL,
    scope        text        NOT NULL CHECK (scope IN ('rule', 'topic')),
    name         text        NOT NULL,
    label_zh     text,
    label_en     text,
    stopped_at   timestamptz NOT NULL,
    PRIMARY KEY (recipient_id, scope, name)
);

-- The inbox. The unique key is what makes every message be told once, whatever crashes or repeats.
CREATE TABLE messages (
    recipient_id        uuid        NOT NULL,
    message_id          uuid        NOT NULL,
    rule                text        NOT NULL,
    occasion            text        NOT NULL,
    topic               text        NOT NULL,
    kind                text        NOT NULL CHECK (kind IN ('statutory', 'reminder', 'recommendation')),
    tab                 text        NOT NULL CHECK (tab IN ('todo', 'reminder', 'notice')),
    zh                  jsonb       NOT NULL,
    en                  jsonb,
    link                text        NOT NULL CHECK (link ~ '^/([^/\\]|$)'),
    due_on              date,
    icon                text        NOT NULL,
    tone                text        NOT NULL CHECK (tone IN ('info', 'ok', 'warn', 'bad')),
    urgency             text        NOT NULL CHECK (urgency IN ('low', 'normal', 'high')),
    thread              text        NOT NULL,
    about               jsonb       NOT NULL,  -- keys of the things it speaks of
    ignores_quiet_hours boolean     NOT NULL,
    useful_until        timestamptz NOT NULL,
    state               text        NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'superseded', 'withdrawn')),
    queued_at           timestamptz NOT NULL,
    read_at             timestamptz,
    snoozed_until       timestamptz,
    snoozes             integer     NOT NULL DEFAULT 0,
    ended_at            timestamptz,
    PRIMARY KEY (recipient_id, message_id),
    UNIQUE (recipient_id, rule, occasion),
    CHECK ((state = 'active') = (ended_at IS NULL))
);
CREATE INDEX messages_inbox ON messages (recipient_id, tab, queued_at DESC, message_id DESC) WHERE state <> 'withdrawn';
CREATE INDEX messages_unread ON messages (recipient_id) WHERE state = 'active' AND read_at IS NULL;

-- One row per message, channel and target; `round` counts how often the message was put off.
-- `target` is a subscription's endpoint hash, empty for SMS. A lease makes one sender the only one for a while.
CREATE TABLE deliveries (
    recipient_id uuid        NOT NULL,
    message_id   uuid        NOT NULL,
    channel      text        NOT NULL CHECK (channel IN ('web_push', 'sms')),
    target       bytea       NOT NULL,
    round        integer     NOT NULL,
    state        text        NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed', 'dropped')),
    due_at       timestamptz NOT NULL,
    pointed_at   timestamptz,
    lease        uuid,
    leased_until timestamptz,
    attempts     integer     NOT NULL DEFAULT 0,
    tried_at     timestamptz,
    last_status  integer,
    reason       text,
    finished_at  timestamptz,
    PRIMARY KEY (recipient_id, message_id, channel, target, round),
    FOREIGN KEY (recipient_id, message_id) REFERENCES messages (recipient_id, message_id),
    CHECK ((state = 'queued') = (finished_at IS NULL))
);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'queued';
CREATE INDEX deliveries_finished ON deliveries (finished_at) INCLUDE (channel, state) WHERE finished_at IS NOT NULL;

CREATE TABLE push_subscriptions (
    recipient_id  uuid        NOT NULL,
    endpoint_hash bytea       NOT NULL CHECK (octet_length(endpoint_hash) = 32),
    endpoint      text        NOT NULL,
    p256dh        bytea       NOT NULL CHECK (octet_length(p256dh) = 65),
    auth          bytea       NOT NULL CHECK (octet_length(auth) = 16),
    vapid_key_id  text        NOT NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (recipient_id, endpoint_hash)
);

-- Directory: a browser belongs to one person at a time, also on a shared phone.
CREATE TABLE push_endpoints (
    endpoint_hash bytea       PRIMARY KEY CHECK (octet_length(endpoint_hash) = 32),
    recipient_id  uuid        NOT NULL,
    updated_at    timestamptz NOT NULL
);
