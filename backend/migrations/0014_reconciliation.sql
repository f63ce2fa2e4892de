-- Reconciliation: what the providers' daily bills say, beside what the ledger says. A bill of a provider is a statement.

-- A day of a channel: how far it has come, and the picture of it as last matched.
CREATE TABLE reconciled_days (
    channel      text        NOT NULL CHECK (channel IN ('wechat', 'alipay', 'unionpay')),
    merchant     text        NOT NULL,
    bill_type    text        NOT NULL,
    day          date        NOT NULL,
    state        text        NOT NULL CHECK (state IN ('waiting', 'refused', 'matching', 'done')),
    statement_id uuid,       -- the revision that counts; none where the provider has no bill for this day
    picture      jsonb,
    tries        integer     NOT NULL DEFAULT 0,
    next_try_at  timestamptz,
    completed_at timestamptz,
    PRIMARY KEY (channel, merchant, bill_type, day),
    CHECK ((state = 'done') = (next_try_at IS NULL)),
    CHECK (state <> 'done' OR completed_at IS NOT NULL)
);

-- Every file that came, also those that were refused; a different one for the same day is a further revision.
CREATE TABLE statements (
    statement_id uuid        PRIMARY KEY,
    channel      text        NOT NULL,
    merchant     text        NOT NULL,
    bill_type    text        NOT NULL,
    day          date        NOT NULL,
    revision     integer     NOT NULL,
    sha256       bytea       NOT NULL CHECK (octet_length(sha256) = 32),
    bytes        bigint      NOT NULL,
    origin       text        NOT NULL CHECK (origin IN ('downloaded', 'imported')),
    imported_by  uuid,       -- the operator, where one sent it in
    received_at  timestamptz NOT NULL,
    state        text        NOT NULL CHECK (state IN ('kept', 'read', 'refused')),
    problem      text,
    totals       jsonb,
    FOREIGN KEY (channel, merchant, bill_type, day) REFERENCES reconciled_days (channel, merchant, bill_type, day),
    UNIQUE (channel, merchant, bill_type, day, revision),
    UNIQUE (channel, merchant, bill_type, day, sha256),
    CHECK ((state = 'refused') = (problem IS NOT NULL)),
    CHECK ((state = 'read') = (totals IS NOT NULL))
);

-- The file itself, deflated and sealed piece by piece: it names payers.
CREATE TABLE statement_pieces (
    statement_id uuid    NOT NULL REFERENCES statements (statement_id),
    piece_no     integer NOT NULL,
    key_id       text    NOT NULL,
    sealed       bytea   NOT NULL,
    PRIMARY KEY (statement_id, piece_no)
);

-- The rows of the revision that counts. `subject_id` is the owner of the order that a row speaks of (zeros: nobody's),
-- so that a row meets its order, its refund and its ledger entry without leaving their shard.
CREATE TABLE statement_lines (
    subject_id         uuid    NOT NULL,
    statement_id       uuid    NOT NULL,
    line_no            integer NOT NULL,
    channel            text    NOT NULL,
    day                date    NOT NULL,
    kind               text    NOT NULL,
    state              text    NOT NULL,
    order_no           text,   -- as told
    known_order_no     text,   -- of the order that the provider's number of the payment leads to here
    refund_no          text,
    provider_txn_id    text,
    provider_refund_id text,
    amount_fen         bigint  NOT NULL,
    total_fen          bigint,
    received_fen       bigint  NOT NULL,
    fee_fen            bigint  NOT NULL,
    occurred_at        timestamptz,
    effect_key         text,   -- what it would be booked under
    PRIMARY KEY (subject_id, statement_id, line_no)
);
CREATE INDEX statement_lines_by_effect ON statement_lines (subject_id, effect_key);
CREATE INDEX statement_lines_by_statement ON statement_lines (statement_id, line_no);

-- What a statement and the ledger do not agree on. `effect_fen`: how much more the channel holds than is booked here.
CREATE TABLE statement_differences (
    subject_id    uuid        NOT NULL,
    difference_id uuid        NOT NULL,
    channel       text        NOT NULL,
    merchant      text        NOT NULL,
    day           date        NOT NULL,
    class         text        NOT NULL CHECK (class IN
                      ('missing_here', 'missing_there', 'amount', 'fee', 'state', 'number')),
    about         text        NOT NULL,
    state         text        NOT NULL CHECK (state IN
                      ('waiting', 'open', 'repaired', 'gone', 'written_off', 'reappeared')),
    kind          text        NOT NULL,
    statement_id  uuid,
    line_no       integer,
    order_no      text,
    refund_no     text,
    booked_key    text,       -- the ledger entry it is about
    told_fen      bigint,
    booked_fen    bigint,
    effect_fen    bigint      NOT NULL,
    verdict       text,       -- what became of the try to repair it
    run_id        uuid        NOT NULL,  -- the run that saw it last
    first_seen_at timestamptz NOT NULL,
    settled_at    timestamptz,
    PRIMARY KEY (subject_id, difference_id),
    UNIQUE (subject_id, channel, merchant, day, class, about),
    CHECK ((state IN ('repaired', 'gone', 'written_off')) = (settled_at IS NOT NULL))
);
CREATE INDEX statement_differences_open ON statement_differences (first_seen_at)
    WHERE state IN ('waiting', 'open', 'reappeared');
CREATE INDEX statement_differences_by_day ON statement_differences (channel, merchant, day);
CREATE INDEX statement_differences_by_id ON statement_differences (difference_id);

-- Four eyes: one operator proposes to write a difference off (or to take that back), another one decides.
CREATE TABLE difference_proposals (
    subject_id    uuid        NOT NULL,
    proposal_id   uuid        NOT NULL,
    difference_id uuid        NOT NULL,
    act           text        NOT NULL CHECK (act IN ('write_off', 'take_back')),
    reason        text        NOT NULL CHECK (length(btrim(reason)) >= 4),
    proposed_by   uuid        NOT NULL,
    proposed_at   timestamptz NOT NULL,
    decision      text        CHECK (decision IN ('approved', 'rejected', 'withdrawn', 'void')),
    decided_by    uuid,
    decided_at    timestamptz,
    effect_key    text,       -- of the ledger entry that an approval made
    PRIMARY KEY (subject_id, proposal_id),
    FOREIGN KEY (subject_id, difference_id) REFERENCES statement_differences (subject_id, difference_id),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK (decision IS NULL OR decision = 'void' OR decided_by IS NOT NULL),
    CHECK (decision NOT IN ('approved', 'rejected') OR decided_by <> proposed_by),
    CHECK (decision <> 'withdrawn' OR decided_by = proposed_by)
);
CREATE INDEX difference_proposals_by_difference ON difference_proposals (subject_id, difference_id);
CREATE UNIQUE INDEX difference_proposals_one_pending ON difference_proposals (subject_id, difference_id)
    WHERE decision IS NULL;
CREATE INDEX difference_proposals_pending ON difference_proposals (proposed_at) WHERE decision IS NULL;

-- What a channel may charge by contract: millionths of what it settles, from a day on. Without a row it is unknown.
CREATE TABLE agreed_rates (
    channel    text    NOT NULL CHECK (channel IN ('wechat', 'alipay', 'unionpay')),
    merchant   text    NOT NULL,
    valid_from date    NOT NULL,
    rate_ppm   integer NOT NULL CHECK (rate_ppm BETWEEN 0 AND 100000),
    PRIMARY KEY (channel, merchant, valid_from)
);

-- A day's own entries are found by when the money moved.
CREATE INDEX ledger_entries_by_moment ON ledger_entries (occurred_at);
