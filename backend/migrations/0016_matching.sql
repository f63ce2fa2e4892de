-- Rules over events and dates: what is known, who has to be looked at again, what was found, and who was told.

-- Events of departments as rules see them: the latest word on each report, by the department's own clock.
CREATE TABLE life_events (
    subject_id    uuid        NOT NULL REFERENCES subjects (subject_id),
    report_id     uuid        NOT NULL,
    event_type    text        NOT NULL,
    department_id text        NOT NULL,
    happened_on   date        NOT NULL,
    facts         jsonb       NOT NULL,
    stated_at     timestamptz NOT NULL,
    withdrawn     boolean     NOT NULL,
    changed_at    timestamptz NOT NULL,
    PRIMARY KEY (subject_id, report_id)
);
CREATE INDEX life_events_due ON life_events (event_type, happened_on) INCLUDE (subject_id, changed_at) WHERE NOT withdrawn;

-- Somebody about whom something has changed. Gone once the rules have looked.
CREATE TABLE reconsiderations (
    subject_id uuid        PRIMARY KEY,
    changed_at timestamptz NOT NULL
);
CREATE INDEX reconsiderations_oldest ON reconsiderations (changed_at);

-- What the desk decided about a rule, where it differs from the pack.
CREATE TABLE rule_states (
    rule       text        PRIMARY KEY,
    state      text        NOT NULL CHECK (state IN ('draft', 'shadow', 'live', 'stopped')),
    changed_at timestamptz NOT NULL,
    changed_by uuid        REFERENCES operators (operator_id)
);
CREATE INDEX rule_states_by_operator ON rule_states (changed_by);

-- What a rule found, once for each occasion. `cause_id` and `anchor_on` name the fact it rests on.
CREATE TABLE matches (
    subject_id uuid        NOT NULL,
    rule       text        NOT NULL,
    occasion   text        NOT NULL,
    cause_id   text        NOT NULL,
    anchor_on  date        NOT NULL,
    due_on     date        NOT NULL,
    rung       integer,              -- days before the anchor where a rule has several dates; negative: after
    evidence   jsonb       NOT NULL,
    state      text        NOT NULL CHECK (state IN ('told', 'shadow', 'late', 'unheard', 'settled')),
    reason     text,                 -- why it is settled; done:… where it has been done
    matched_at timestamptz NOT NULL,
    settled_at timestamptz,
    PRIMARY KEY (subject_id, rule, occasion),
    CHECK ((state = 'settled') = (settled_at IS NOT NULL))
);
CREATE INDEX matches_by_rule ON matches (rule, matched_at);

-- Who was told of a match, in which message: the person, or those who act for them.
CREATE TABLE match_messages (
    subject_id   uuid NOT NULL,
    rule         text NOT NULL,
    occasion     text NOT NULL,
    recipient_id uuid NOT NULL,
    message_id   uuid NOT NULL,
    PRIMARY KEY (subject_id, rule, occasion, recipient_id),
    FOREIGN KEY (subject_id, rule, occasion) REFERENCES matches (subject_id, rule, occasion)
);
CREATE INDEX match_messages_by_message ON match_messages (recipient_id, message_id);

-- Who may act for whom: for an organisation its legal representative and whom it authorised, for a child its guardians.
-- Each word of a source stands by itself, with its own validity.
CREATE TABLE representatives (
    subject_id  uuid        NOT NULL REFERENCES subjects (subject_id),
    agent_id    uuid        NOT NULL,
    role        text        NOT NULL CHECK (role IN ('legal_representative', 'authorised', 'guardian')),
    source      text        NOT NULL,
    valid_from  date        NOT NULL,
    valid_until date,
    withdrawn   boolean     NOT NULL,
    stated_at   timestamptz NOT NULL,
    PRIMARY KEY (subject_id, agent_id, role, source),
    CHECK (agent_id <> subject_id)
);
CREATE INDEX representatives_by_agent ON representatives (agent_id);

-- What the rules look at beside these.
CREATE VIEW known_licences AS
SELECT subject_id, licence_id, licence_type, department_id, issued_on, expires_on, status, renewal_filed_on, changed_at
FROM licences;
CREATE VIEW known_bills AS
SELECT subject_id, bill_id, fee_code, department_id, amount_fen, due_on, state, updated_at AS changed_at
FROM bills
WHERE due_on IS NOT NULL;
CREATE INDEX bills_due ON bills (due_on) INCLUDE (subject_id, fee_code, updated_at) WHERE due_on IS NOT NULL;
CREATE INDEX subjects_by_birthday ON subjects (born_on) INCLUDE (subject_id, updated_at) WHERE born_on IS NOT NULL;
CREATE INDEX licences_issued ON licences (licence_type, issued_on) INCLUDE (subject_id, changed_at);

-- What the expiry sweep has told so far.
INSERT INTO matches (subject_id, rule, occasion, cause_id, anchor_on, due_on, rung, evidence, state, reason,
                     matched_at, settled_at)
SELECT m.subject_id, m.rule, m.occasion, m.licence_id::text, m.due_on, m.due_on - m.rung, m.rung, '[]'::jsonb,
       CASE WHEN m.settled_at IS NULL THEN 'told' ELSE 'settled' END, NULL, m.matched_at, m.settled_at
FROM reminder_matches m;
INSERT INTO match_messages (subject_id, rule, occasion, recipient_id, message_id)
SELECT m.subject_id, m.rule, m.occasion, m.subject_id, m.message_id FROM reminder_matches m;
UPDATE sweeps SET rule = 'rules' WHERE rule = 'licence-expiry';
DROP TABLE reminder_matches;
DROP VIEW remindable_licences;
