-- What departments have said of somebody's death, so that a withdrawal can itself be withdrawn.

-- Words of departments. `died_on` NULL: whoever was reported dead lives. Of those not withdrawn the one stated last holds.
CREATE TABLE death_words (
    subject_id uuid        NOT NULL REFERENCES subjects (subject_id),
    word_id    uuid        NOT NULL,
    died_on    date,
    withdrawn  boolean     NOT NULL,
    stated_at  timestamptz NOT NULL,
    PRIMARY KEY (subject_id, word_id)
);

INSERT INTO death_words (subject_id, word_id, died_on, withdrawn, stated_at)
SELECT subject_id, report_id, CASE event_type WHEN 'person.died' THEN (facts->>'died_on')::date END, withdrawn, stated_at
FROM life_events WHERE event_type IN ('person.died', 'person.death_withdrawn');

-- What was said before reports were kept.
INSERT INTO death_words (subject_id, word_id, died_on, withdrawn, stated_at)
SELECT subject_id, gen_random_uuid(), died_on, false, death_stated_at
FROM subjects s
WHERE death_stated_at IS NOT NULL AND NOT EXISTS (SELECT FROM death_words w WHERE w.subject_id = s.subject_id);

ALTER TABLE subjects DROP COLUMN death_stated_at;
