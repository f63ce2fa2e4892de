-- Search by the words in an item's names; and what was searched in vain.

CREATE TABLE item_terms (
    term      text     NOT NULL,                 -- a Chinese word or pair of characters, or the stem of an English word
    item_code text     NOT NULL REFERENCES item_search ON DELETE CASCADE,
    place     smallint NOT NULL,                 -- where it stands: 10 the title, 8 another name, 2 the office
    PRIMARY KEY (term, item_code) INCLUDE (place)
);
CREATE INDEX item_terms_item ON item_terms (item_code);

ALTER TABLE item_search
    DROP COLUMN tokens,                          -- its words are rows of item_terms now
    DROP COLUMN names,
    ADD COLUMN importance smallint NOT NULL DEFAULT 0;

CREATE TABLE search_misses (
    day   date    NOT NULL,
    query text    NOT NULL CHECK (char_length(query) BETWEEN 1 AND 64),
    count integer NOT NULL CHECK (count > 0),
    PRIMARY KEY (day, query)
);
