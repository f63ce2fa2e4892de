-- Short addresses go some time after the message they lead to is of no use any more. Those made before, and those of
-- programs that do not say it, count as of use for a year: a default fills them in without writing a row, and without
-- asking messages, which lie elsewhere on a cluster.
ALTER TABLE stop_links ADD COLUMN useful_until timestamptz NOT NULL DEFAULT current_timestamp + interval '1 year';
CREATE INDEX stop_links_old ON stop_links (useful_until);
