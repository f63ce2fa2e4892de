-- The rules desk: who changed what about a rule and who agreed, what a rehearsal found, what a stop takes back.

-- Nothing goes live by one person. `version` is that of the pack's entry which was decided about.
ALTER TABLE rule_states
    ADD COLUMN version integer,
    ADD COLUMN approved_by uuid REFERENCES operators (operator_id),
    ADD CHECK (state <> 'live' OR (changed_by IS NOT NULL AND approved_by IS NOT NULL AND approved_by <> changed_by));
CREATE INDEX rule_states_by_approver ON rule_states (approved_by);

CREATE TABLE rule_proposals (
    proposal_id uuid        PRIMARY KEY,
    rule        text        NOT NULL,
    act         text        NOT NULL CHECK (act IN ('go_live', 'resume')),
    version     integer     NOT NULL,
    reason      text        NOT NULL CHECK (length(btrim(reason)) >= 4),
    proposed_by uuid        NOT NULL REFERENCES operators (operator_id),
    proposed_at timestamptz NOT NULL,
    decision    text        CHECK (decision IN ('approved', 'rejected', 'withdrawn', 'void')),
    decided_by  uuid        REFERENCES operators (operator_id),
    decided_at  timestamptz,
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK (decision IS NULL OR decided_by IS NOT NULL),
    CHECK (decision <> 'approved' OR decided_by <> proposed_by),
    CHECK (decision <> 'rejected' OR decided_by <> proposed_by),
    CHECK (decision <> 'withdrawn' OR decided_by = proposed_by)
);
CREATE UNIQUE INDEX rule_proposals_one_pending ON rule_proposals (rule) WHERE decision IS NULL;
CREATE INDEX rule_proposals_by_rule ON rule_proposals (rule, proposal_id);
CREATE INDEX rule_proposals_by_proposer ON rule_proposals (proposed_by);
CREATE INDEX rule_proposals_by_decider ON rule_proposals (decided_by);

-- Every change of a state; rows are only ever added.
CREATE TABLE rule_changes (
    change_id    uuid        PRIMARY KEY,
    rule         text        NOT NULL,
    state_before text        NOT NULL CHECK (state_before IN ('draft', 'shadow', 'live', 'stopped')),
    state_after  text        NOT NULL CHECK (state_after IN ('draft', 'shadow', 'live', 'stopped')),
    version      integer     NOT NULL,
    reason       text        NOT NULL,
    changed_by   uuid        NOT NULL REFERENCES operators (operator_id),
    approved_by  uuid        REFERENCES operators (operator_id),
    changed_at   timestamptz NOT NULL,
    CHECK (state_after <> 'live' OR (approved_by IS NOT NULL AND approved_by <> changed_by))
);
CREATE INDEX rule_changes_by_rule ON rule_changes (rule, change_id);
CREATE INDEX rule_changes_by_operator ON rule_changes (changed_by);
CREATE INDEX rule_changes_by_approver ON rule_changes (approved_by);

-- What a stopped rule has told and nobody has been sent yet is taken back, also over a restart.
CREATE TABLE rule_recalls (
    rule         text        PRIMARY KEY,
    asked_at     timestamptz NOT NULL,
    taken_back   integer     NOT NULL DEFAULT 0,
    leased_until timestamptz,
    done_at      timestamptz
);
CREATE INDEX rule_recalls_open ON rule_recalls (asked_at) WHERE done_at IS NULL;

-- A rule tried on everybody, without telling anybody. A lease makes one worker the only one for a while.
CREATE TABLE rule_rehearsals (
    rehearsal_id uuid        PRIMARY KEY,
    rule         text        NOT NULL,
    version      integer     NOT NULL,
    starts_on    date        NOT NULL,
    ends_on      date        NOT NULL,
    state        text        NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'cancelled', 'failed')),
    asked_by     uuid        NOT NULL REFERENCES operators (operator_id),
    asked_at     timestamptz NOT NULL,
    leased_until timestamptz,
    tries        integer     NOT NULL DEFAULT 0,
    expected     bigint,     -- occasions to be looked at, as the index counts them
    looked_at    bigint      NOT NULL DEFAULT 0,
    found        jsonb,
    finished_at  timestamptz,
    CHECK (ends_on >= starts_on),
    CHECK ((state = 'done') = (found IS NOT NULL)),
    CHECK ((state IN ('waiting', 'running')) = (finished_at IS NULL))
);
CREATE UNIQUE INDEX rule_rehearsals_one_open ON rule_rehearsals (rule) WHERE state IN ('waiting', 'running');
CREATE INDEX rule_rehearsals_latest ON rule_rehearsals (rule, rehearsal_id DESC);
CREATE INDEX rule_rehearsals_open ON rule_rehearsals (asked_at) WHERE state IN ('waiting', 'running');
CREATE INDEX rule_rehearsals_by_operator ON rule_rehearsals (asked_by);

-- A few cases of a rehearsal to look at, for a day. Names are not in it.
CREATE TABLE rehearsal_cases (
    subject_id   uuid        NOT NULL,
    rehearsal_id uuid        NOT NULL REFERENCES rule_rehearsals (rehearsal_id),
    place        integer     NOT NULL CHECK (place BETWEEN 1 AND 20),
    finding      jsonb       NOT NULL,
    kept_until   timestamptz NOT NULL,
    PRIMARY KEY (subject_id, rehearsal_id, place)
);
CREATE INDEX rehearsal_cases_by_rehearsal ON rehearsal_cases (rehearsal_id, place);
CREATE INDEX rehearsal_cases_old ON rehearsal_cases (kept_until);

-- How many people stopped a rule, and when.
CREATE INDEX stops_by_rule ON stops (name, stopped_at) WHERE scope = 'rule';
