-- What those who act for an organisation were told about its bills, so that it can be taken back from each of them.
-- A bill that asks no more has no rows of what asked for it; notices go once they are of no use. `ended_at`: the reader
-- may act no more, and it was taken back; it holds again when they may again.
CREATE TABLE bill_messages (
    subject_id   uuid        NOT NULL,
    bill_id      uuid        NOT NULL,
    reader_id    uuid        NOT NULL,
    rule         text        NOT NULL,
    occasion     text        NOT NULL,
    useful_until timestamptz NOT NULL,
    ended_at     timestamptz,
    PRIMARY KEY (subject_id, bill_id, reader_id, rule, occasion)
);

-- Files whose rows are in statement_lines; rows of days long settled are dropped and read again from the file if needed.
CREATE INDEX statements_read ON statements (day) WHERE state = 'read';
