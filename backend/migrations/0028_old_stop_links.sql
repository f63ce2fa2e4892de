-- Short addresses go some time after the message they lead to is of no use any more.
ALTER TABLE stop_links ADD COLUMN useful_until timestamptz;
UPDATE stop_links l SET useful_until = m.useful_until
FROM messages m WHERE m.recipient_id = l.recipient_id AND m.message_id = l.message_id;
DELETE FROM stop_links WHERE useful_until IS NULL;
ALTER TABLE stop_links ALTER COLUMN useful_until SET NOT NULL;
CREATE INDEX stop_links_old ON stop_links (useful_until);
