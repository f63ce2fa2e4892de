-- The rules (or features) of a message whose target the reader has gone on to, through the message or its push:
-- a digest speaks for several. Between "opened" and "done" this says "has looked at how it is done".
ALTER TABLE messages ADD COLUMN gone_on text[] NOT NULL DEFAULT '{}';
