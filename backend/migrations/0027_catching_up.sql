-- A rule that has come into use, or back into it: what it found meanwhile is told, also over a restart.
CREATE TABLE rule_catch_ups (
    rule         text        PRIMARY KEY,
    asked_at     timestamptz NOT NULL,
    told         integer     NOT NULL DEFAULT 0,
    leased_until timestamptz,
    done_at      timestamptz
);
CREATE INDEX rule_catch_ups_open ON rule_catch_ups (asked_at) WHERE done_at IS NULL;
