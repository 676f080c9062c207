-- Issuers whose keys are fetched. jwks holds the keys that tokens are checked with, given or fetched; empty: none yet, or none any more.
ALTER TABLE hearth.trusted_issuers
  ADD COLUMN jwks_uri        text NOT NULL DEFAULT '',  -- Empty: jwks was given.
  ADD COLUMN keys_fetch_time timestamptz,               -- Of the last success.
  ADD COLUMN keys_problem    text NOT NULL DEFAULT '',  -- Of the last attempt, if it failed.
  ADD COLUMN fetch_failures  integer NOT NULL DEFAULT 0,  -- Since the last success.
  ADD COLUMN next_fetch_time timestamptz NOT NULL DEFAULT now();
CREATE INDEX trusted_issuers_to_fetch ON hearth.trusted_issuers (next_fetch_time) WHERE jwks_uri <> '';
