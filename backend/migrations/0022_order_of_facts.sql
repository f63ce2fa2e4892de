-- What is needed for the same facts to lead to the same messages, in whatever order and beside whatever they come.

-- When a move was last reported or withdrawn, by the department's clock, as for a death.
ALTER TABLE subjects ADD COLUMN move_stated_at timestamptz;

-- Another one for every change, so that a change which comes while the rules look is not taken for one they have seen.
ALTER TABLE reconsiderations ADD COLUMN change_id uuid NOT NULL DEFAULT gen_random_uuid();

-- Somebody about whom something came to hold whose day has been swept already: the next sweep tells it.
CREATE TABLE left_to_sweep (
    subject_id uuid        PRIMARY KEY,
    noted_at   timestamptz NOT NULL
);
