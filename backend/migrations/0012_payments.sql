-- Government fees: bills, attempts to pay them, refunds, and the ledger that accounts for every fen once.

-- What somebody owes. `reference` (number of the case or the penalty decision) is sealed under `key_id`.
CREATE TABLE bills (
    subject_id    uuid        NOT NULL REFERENCES subjects (subject_id),
    bill_id       uuid        NOT NULL,
    bill_no       text        NOT NULL,  -- what people see; of no use without the sign-in of its owner
    department_id text        NOT NULL,
    source_id     text        NOT NULL,
    fee_code      text        NOT NULL,
    amount_fen    bigint      NOT NULL CHECK (amount_fen > 0),
    basis         text        NOT NULL,
    payee         text        NOT NULL,
    key_id        text        NOT NULL,
    reference_enc bytea,
    due_on        date,
    state         text        NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'settled', 'refunded', 'withdrawn')),
    settled_by    text,       -- the order whose money settled it
    settled_at    timestamptz,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (subject_id, bill_id),
    CHECK ((settled_by IS NOT NULL) = (state IN ('settled', 'refunded')))
);

-- One attempt to pay a bill with one channel. Its number carries its owner (see backend/payments/numbers.py).
CREATE TABLE payment_orders (
    subject_id      uuid        NOT NULL,
    order_no        text        NOT NULL CHECK (order_no ~ '^[0-9A-Za-z]{8,32}$'),
    bill_id         uuid        NOT NULL,
    channel         text        NOT NULL CHECK (channel IN ('wechat', 'alipay', 'unionpay')),
    scene           text        NOT NULL,
    amount_fen      bigint      NOT NULL CHECK (amount_fen > 0),
    state           text        NOT NULL DEFAULT 'created' CHECK (state IN
                        ('created', 'pending', 'paid', 'partially_refunded', 'refunded', 'closed', 'failed')),
    booked_to       text        CHECK (booked_to IN ('receivable', 'overpayment')),
    idempotency_key text        NOT NULL,
    request_hash    bytea       NOT NULL,
    creation        jsonb,      -- how to get to the provider, once it has answered
    provider_txn_id text,
    paid_fen        bigint      NOT NULL DEFAULT 0 CHECK (paid_fen >= 0),
    reserved_fen    bigint      NOT NULL DEFAULT 0,  -- refunds asked for, under way and done
    refunded_fen    bigint      NOT NULL DEFAULT 0 CHECK (refunded_fen >= 0),
    ordered_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    paid_at         timestamptz,
    next_query_at   timestamptz,
    PRIMARY KEY (subject_id, order_no),
    FOREIGN KEY (subject_id, bill_id) REFERENCES bills (subject_id, bill_id),
    UNIQUE (subject_id, idempotency_key),
    CHECK (refunded_fen <= reserved_fen AND reserved_fen <= paid_fen),
    CHECK ((booked_to IS NOT NULL) = (paid_fen > 0)),
    CHECK ((state IN ('paid', 'partially_refunded', 'refunded')) = (paid_fen > 0))
);
CREATE INDEX payment_orders_by_bill ON payment_orders (subject_id, bill_id);
CREATE UNIQUE INDEX payment_orders_one_settles ON payment_orders (subject_id, bill_id) WHERE booked_to = 'receivable';
CREATE INDEX payment_orders_to_query ON payment_orders (next_query_at) WHERE next_query_at IS NOT NULL;

-- Money on its way back. The number is made once and used again on every retry.
CREATE TABLE payment_refunds (
    subject_id         uuid        NOT NULL,
    refund_no          text        NOT NULL,
    order_no           text        NOT NULL,
    amount_fen         bigint      NOT NULL CHECK (amount_fen > 0),
    cause              text        NOT NULL CHECK (cause IN ('overpayment', 'decision', 'external')),
    reason             text        NOT NULL,
    provider_txn_id    text        NOT NULL,  -- the payment that it gives back
    state              text        NOT NULL CHECK (state IN ('requested', 'accepted', 'succeeded', 'failed', 'abnormal')),
    provider_refund_id text,
    requested_at       timestamptz NOT NULL,
    succeeded_at       timestamptz,
    tries              integer     NOT NULL DEFAULT 0,
    next_query_at      timestamptz,
    PRIMARY KEY (subject_id, refund_no),
    FOREIGN KEY (subject_id, order_no) REFERENCES payment_orders (subject_id, order_no)
);
CREATE INDEX payment_refunds_by_order ON payment_refunds (subject_id, order_no);
CREATE INDEX payment_refunds_to_query ON payment_refunds (next_query_at) WHERE next_query_at IS NOT NULL;
CREATE INDEX payment_refunds_stuck ON payment_refunds (requested_at) WHERE state IN ('abnormal', 'failed');

-- Every move of an order or a refund (`refund_no` not null) and what told it.
CREATE TABLE payment_history (
    subject_id uuid        NOT NULL,
    history_id uuid        NOT NULL,
    order_no   text        NOT NULL,
    refund_no  text,
    before     text        NOT NULL,
    after      text        NOT NULL,
    source     text        NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (subject_id, history_id),
    FOREIGN KEY (subject_id, order_no) REFERENCES payment_orders (subject_id, order_no)
);
CREATE INDEX payment_history_by_order ON payment_history (subject_id, order_no);

-- The ledger: one amount from one account to another, so that every row balances by itself. Rows are only added;
-- a wrong one is answered by a row that turns it around and names it. What concerns nobody in particular (fees of
-- providers, receipts without an order) is the city's own, under the subject of zeros.
CREATE TABLE ledger_entries (
    subject_id  uuid        NOT NULL,
    entry_id    uuid        NOT NULL,
    effect_key  text        NOT NULL,
    debit       text        NOT NULL,
    credit      text        NOT NULL,
    amount_fen  bigint      NOT NULL CHECK (amount_fen > 0),
    bill_id     uuid,
    order_no    text,
    refund_no   text,
    reverses_id uuid,
    source      text        NOT NULL,
    occurred_at timestamptz NOT NULL,
    booked_at   timestamptz NOT NULL,
    PRIMARY KEY (subject_id, entry_id),
    UNIQUE (subject_id, effect_key),
    CHECK (debit <> credit)
);
CREATE INDEX ledger_entries_by_order ON ledger_entries (subject_id, order_no) WHERE order_no IS NOT NULL;
CREATE UNIQUE INDEX ledger_entries_reversed_once ON ledger_entries (subject_id, reverses_id) WHERE reverses_id IS NOT NULL;

-- A provider's number of a payment leads to one order, for ever.
CREATE TABLE provider_transactions (
    channel         text NOT NULL,
    provider_txn_id text NOT NULL,
    subject_id      uuid NOT NULL,
    order_no        text NOT NULL,
    PRIMARY KEY (channel, provider_txn_id)
);

-- Verified callbacks as they came, the evidence of what was said. `waiting`: it speaks of something not known (yet).
CREATE TABLE payment_callbacks (
    channel     text        NOT NULL,
    event_key   text        NOT NULL,
    received_at timestamptz NOT NULL,
    headers     jsonb       NOT NULL,
    body        bytea       NOT NULL,
    serial      text        NOT NULL,
    observation jsonb       NOT NULL,
    verdict     text        NOT NULL CHECK (verdict IN ('applied', 'repeated', 'exception', 'nothing', 'waiting')),
    tries       integer     NOT NULL DEFAULT 1,
    next_at     timestamptz,
    handled_at  timestamptz,
    PRIMARY KEY (channel, event_key),
    CHECK ((verdict = 'waiting') = (handled_at IS NULL))
);
CREATE INDEX payment_callbacks_waiting ON payment_callbacks (next_at) WHERE handled_at IS NULL;

-- What was refused, per channel, reason and minute of the day: bounded whatever is thrown at us, and without contents.
CREATE TABLE payment_callbacks_refused (
    channel text        NOT NULL,
    reason  text        NOT NULL,
    minute  smallint    NOT NULL CHECK (minute BETWEEN 0 AND 1439),
    at      timestamptz NOT NULL,
    count   bigint      NOT NULL,
    bytes   integer     NOT NULL,
    sha256  bytea       NOT NULL,  -- of the last one's body
    PRIMARY KEY (channel, reason, minute)
);

-- What does not fit together and needs a person. `about` makes a repeated fact one exception.
CREATE TABLE payment_exceptions (
    subject_id   uuid        NOT NULL,
    exception_id uuid        NOT NULL,
    kind         text        NOT NULL,
    about        text        NOT NULL,
    channel      text        NOT NULL,
    order_no     text,
    refund_no    text,
    facts        jsonb       NOT NULL,
    source       text        NOT NULL,
    raised_at    timestamptz NOT NULL,
    resolved_at  timestamptz,
    resolution   text,
    PRIMARY KEY (subject_id, exception_id),
    UNIQUE (subject_id, kind, about)
);
CREATE INDEX payment_exceptions_open ON payment_exceptions (raised_at) WHERE resolved_at IS NULL;

-- What the last check of each invariant found, for the figures to be cheap to read.
CREATE TABLE ledger_checks (
    invariant  text        PRIMARY KEY,
    violations bigint      NOT NULL,
    checked_at timestamptz NOT NULL
);
