-- Entitlements given without application (免申即享): cards to be paid to, what people answered, and the payouts.

-- A card that somebody can be paid to. Its number is sealed under `key_id`; `number_hash` knows the same card again.
CREATE TABLE bank_cards (
    subject_id  uuid        NOT NULL REFERENCES subjects (subject_id),
    card_id     uuid        NOT NULL,
    number_hash bytea       NOT NULL,
    key_id      text        NOT NULL,
    number_enc  bytea       NOT NULL,
    last_four   text        NOT NULL CHECK (last_four ~ '^[0-9]{4}$'),
    source      text        NOT NULL,  -- 'holder', or 'department:' and its id
    object_id   uuid,                  -- the department's entry that names it now
    added_at    timestamptz NOT NULL,
    removed_at  timestamptz,
    PRIMARY KEY (subject_id, card_id),
    UNIQUE (subject_id, number_hash)
);
CREATE INDEX bank_cards_by_entry ON bank_cards (subject_id, object_id) WHERE object_id IS NOT NULL;

-- Money on its way to somebody: the owner is who is paid, `beneficiary_id` whose entitlement it is. The number is made
-- once and told to the bank again on every try.
CREATE TABLE payouts (
    subject_id     uuid        NOT NULL,
    payout_no      text        NOT NULL CHECK (payout_no ~ '^[0-9A-Z]{8,32}$'),
    card_id        uuid        NOT NULL,
    beneficiary_id uuid        NOT NULL,
    rule           text        NOT NULL,
    cause_id       text        NOT NULL,
    purpose        text        NOT NULL,  -- what the bank's statement says
    amount_fen     bigint      NOT NULL CHECK (amount_fen > 0),
    state          text        NOT NULL DEFAULT 'ordered'
                               CHECK (state IN ('ordered', 'accepted', 'paid', 'failed', 'returned')),
    bank_txn_id    text,
    failure        text,                  -- the bank's own word for why not
    ordered_at     timestamptz NOT NULL,
    paid_at        timestamptz,
    tries          integer     NOT NULL DEFAULT 0,
    next_ask_at    timestamptz,
    PRIMARY KEY (subject_id, payout_no),
    FOREIGN KEY (subject_id, card_id) REFERENCES bank_cards (subject_id, card_id),
    CHECK ((state IN ('paid', 'returned')) = (paid_at IS NOT NULL))
);
CREATE INDEX payouts_by_card ON payouts (subject_id, card_id);
CREATE INDEX payouts_to_ask ON payouts (next_ask_at) WHERE next_ask_at IS NOT NULL;
CREATE INDEX payouts_paid ON payouts (paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX payouts_unpaid ON payouts (ordered_at) WHERE state IN ('failed', 'returned');

-- The bank tells of a payout by its number alone.
CREATE TABLE payout_directory (
    payout_no  text PRIMARY KEY,
    subject_id uuid NOT NULL
);

-- Every move of a payout and what told it.
CREATE TABLE payout_history (
    subject_id uuid        NOT NULL,
    history_id uuid        NOT NULL,
    payout_no  text        NOT NULL,
    before     text        NOT NULL,
    after      text        NOT NULL,
    source     text        NOT NULL,
    at         timestamptz NOT NULL,
    PRIMARY KEY (subject_id, history_id),
    FOREIGN KEY (subject_id, payout_no) REFERENCES payouts (subject_id, payout_no)
);
CREATE INDEX payout_history_by_payout ON payout_history (subject_id, payout_no);

-- Days whose payouts were held against the bank's own list.
CREATE TABLE payout_days (
    day         date        PRIMARY KEY,
    compared_at timestamptz NOT NULL,
    ours        integer     NOT NULL,
    theirs      integer     NOT NULL,
    differences integer     NOT NULL
);

-- What was answered to an entitlement, once for each cause, whatever dates a corrected cause gives it.
-- `payee_id` and `payout_no` are the last payout; `lost_at`: after it was confirmed its cause has turned out not to be,
-- which somebody of the office has to look into.
CREATE TABLE entitlement_answers (
    subject_id  uuid        NOT NULL,
    rule        text        NOT NULL,
    cause_id    text        NOT NULL,
    occasion    text        NOT NULL,
    answer_no   text        NOT NULL,  -- what people tell on the phone
    answer      text        NOT NULL CHECK (answer IN ('confirmed', 'declined')),
    answered_by uuid        NOT NULL,  -- the person, or who acts for them
    answered_at timestamptz NOT NULL,
    payee_id    uuid,
    payout_no   text,
    lost_at     timestamptz,
    settled_at  timestamptz,
    PRIMARY KEY (subject_id, rule, cause_id),
    FOREIGN KEY (subject_id, rule, occasion) REFERENCES matches (subject_id, rule, occasion),
    CHECK ((answer = 'confirmed') = (payout_no IS NOT NULL)),
    CHECK ((payee_id IS NULL) = (payout_no IS NULL)),
    CHECK (settled_at IS NULL OR lost_at IS NOT NULL)
);
CREATE INDEX entitlement_answers_by_match ON entitlement_answers (subject_id, rule, occasion);
CREATE INDEX entitlement_answers_by_payee ON entitlement_answers (payee_id);
CREATE INDEX entitlement_answers_lost ON entitlement_answers (lost_at) WHERE lost_at IS NOT NULL AND settled_at IS NULL;

CREATE TABLE entitlement_directory (
    answer_no  text PRIMARY KEY,
    subject_id uuid NOT NULL
);

-- What was done about an answer, by whom: it is only added to.
CREATE TABLE entitlement_acts (
    subject_id  uuid        NOT NULL,
    act_id      uuid        NOT NULL,
    rule        text        NOT NULL,
    cause_id    text        NOT NULL,
    act         text        NOT NULL CHECK (act IN ('confirmed', 'declined', 'paid_again', 'reopened', 'lost', 'settled')),
    person_id   uuid,
    operator_id uuid        REFERENCES operators (operator_id),
    reason      text,
    at          timestamptz NOT NULL,
    PRIMARY KEY (subject_id, act_id)
);
CREATE INDEX entitlement_acts_by_answer ON entitlement_acts (subject_id, rule, cause_id);
CREATE INDEX entitlement_acts_by_operator ON entitlement_acts (operator_id);

-- What rules see of it.
CREATE VIEW known_answers AS
SELECT subject_id, rule, cause_id, answer FROM entitlement_answers;
