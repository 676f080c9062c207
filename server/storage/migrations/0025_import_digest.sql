-- By which an import that is given again knows its own rows, also after the person signed in and the hash gave way to one of Hearth's: a keyed digest
-- of the imported hash, gone with the next password.
ALTER TABLE hearth.credentials ADD COLUMN import_digest bytea CHECK (octet_length(import_digest) = 32);
