-- The items a resident keeps at hand, and how often each item is looked at, whoever it is that looks.

CREATE TABLE favourite_items (
    subject_id uuid        NOT NULL,
    item_code  text        NOT NULL,
    kept_at    timestamptz NOT NULL,
    PRIMARY KEY (subject_id, item_code)
);

-- At most the last eight of each resident; gone when they clear the list.
CREATE TABLE recent_items (
    subject_id uuid        NOT NULL,
    item_code  text        NOT NULL,
    used_at    timestamptz NOT NULL,
    PRIMARY KEY (subject_id, item_code)
);

-- No persons: a number per item and day. Days past the window of the list are deleted.
CREATE TABLE item_uses (
    day       date   NOT NULL,
    item_code text   NOT NULL,
    uses      bigint NOT NULL CHECK (uses > 0),
    PRIMARY KEY (day, item_code)
);
