-- Who may act for whom: for an organisation its legal representative and whom it authorised, for a child its guardians.

-- Words of sources, each with its own validity. `role` NULL: the right has ended, `valid_from` is the first day without.
-- `source`: `department:<id>`, or `identity-provider` for what was said when the agent signed in.
DROP TABLE representatives;
CREATE TABLE mandates (
    subject_id  uuid        NOT NULL REFERENCES subjects (subject_id),
    word_id     uuid        NOT NULL,
    agent_id    uuid        NOT NULL,
    role        text        CHECK (role IN ('legal_representative', 'authorised', 'guardian')),
    source      text        NOT NULL,
    valid_from  date        NOT NULL,
    valid_until date,
    withdrawn   boolean     NOT NULL,
    stated_at   timestamptz NOT NULL,
    PRIMARY KEY (subject_id, word_id),
    CHECK (agent_id <> subject_id),
    CHECK (valid_until >= valid_from)
);
CREATE INDEX mandates_by_agent ON mandates (agent_id);
CREATE INDEX mandates_beginning ON mandates (valid_from);
CREATE INDEX mandates_ending ON mandates (valid_until) WHERE valid_until IS NOT NULL;

-- What follows from the words, in whatever order they came. An end closes what its own source had given until then, and
-- what the identity provider had said before the end was stated: that one only speaks when somebody signs in.
-- Guardians act for a child until the day before it is 18.
CREATE VIEW representatives AS
SELECT m.subject_id, m.word_id, m.agent_id, m.role, m.source, m.valid_from,
       least(m.valid_until,
             (SELECT min(e.valid_from) - 1
              FROM mandates e
              WHERE e.subject_id = m.subject_id AND e.agent_id = m.agent_id AND e.role IS NULL AND NOT e.withdrawn
                AND ((e.source = m.source AND e.valid_from >= m.valid_from)
                     OR (m.source = 'identity-provider' AND e.stated_at > m.stated_at))),
             CASE WHEN m.role = 'guardian' THEN (s.born_on + interval '18 years')::date - 1 END) AS valid_until
FROM mandates m
JOIN subjects s ON s.subject_id = m.subject_id
WHERE m.role IS NOT NULL AND NOT m.withdrawn;

-- About whom a message is, where that is not its reader.
ALTER TABLE messages ADD COLUMN on_behalf_of uuid;

-- Who may not act any more keeps no part in what was told.
ALTER TABLE match_messages ADD COLUMN ended_at timestamptz;
