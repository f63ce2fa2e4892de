-- From which files, read by which code, the current pack was made: what is published already is not read again.
ALTER TABLE pack_loads ADD COLUMN source_hash bytea;
