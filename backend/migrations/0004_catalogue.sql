-- What the items of the current pack are found by. Small, the same everywhere, rebuilt from the pack at any time.

CREATE TABLE item_search (
    item_code    text     PRIMARY KEY,
    version      integer  NOT NULL,
    position     integer  NOT NULL,              -- order of the pack, unique: the last word in every ranking
    entry        bytea    NOT NULL,              -- the item in a list, as JSON
    digest       bytea    NOT NULL,              -- of all that the row was made from: unchanged items are left alone
    title_key    text     NOT NULL,              -- folded: no case, width, spaces or punctuation
    title_en_key text,                           -- ' renewal of a passport ', padded so that whole words can be found
    aliases      text[]   NOT NULL,              -- folded
    names        text     NOT NULL,              -- title and aliases in one
    pinyin       text     NOT NULL,
    initials     text     NOT NULL,
    tokens       tsvector NOT NULL,
    subjects     text[]   NOT NULL,
    themes       text[]   NOT NULL,
    reach        text[]   NOT NULL,
    department   text,
    effective_on date,
    cancelled_on date,
    UNIQUE (position) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX item_search_tokens ON item_search USING gin (tokens);
