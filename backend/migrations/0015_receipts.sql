-- One voucher for each settled bill, and the fiscal numbers that a department gives with its bill.

-- `fee_name`: what the fee was called when it was owed. `fiscal_enc`: payment code and fiscal bill, sealed under `key_id`.
ALTER TABLE bills ADD COLUMN fee_name text, ADD COLUMN fiscal_enc bytea;

-- Made in the transaction that settles the bill. What it says stands in the bill, its payment and their refunds.
CREATE TABLE receipts (
    subject_id uuid        NOT NULL,
    bill_id    uuid        NOT NULL,
    order_no   text        NOT NULL,
    receipt_no text        NOT NULL,
    issued_at  timestamptz NOT NULL,
    PRIMARY KEY (subject_id, bill_id),
    UNIQUE (subject_id, order_no),
    FOREIGN KEY (subject_id, bill_id) REFERENCES bills (subject_id, bill_id),
    FOREIGN KEY (subject_id, order_no) REFERENCES payment_orders (subject_id, order_no)
);

-- The number on a voucher leads to its owner.
CREATE TABLE receipt_directory (
    receipt_no text PRIMARY KEY,
    subject_id uuid NOT NULL,
    order_no   text NOT NULL
);

-- Bills that were settled before there were vouchers. The tail has the alphabet of the others.
INSERT INTO receipts (subject_id, bill_id, order_no, receipt_no, issued_at)
SELECT subject_id, bill_id, settled_by,
       'PZ' || to_char(settled_at AT TIME ZONE 'Asia/Shanghai', 'YYMMDD')
            || upper(translate(substr(md5(gen_random_uuid()::text), 1, 12), '01', 'gh')), settled_at
FROM bills WHERE settled_by IS NOT NULL;
INSERT INTO receipt_directory (receipt_no, subject_id, order_no) SELECT receipt_no, subject_id, order_no FROM receipts;
