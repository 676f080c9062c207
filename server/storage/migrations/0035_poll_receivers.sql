-- Who asks for the events of a receiver (RFC 8936): one service account, and nobody else. Null: nobody, as of those of before, until an administrator names one.
ALTER TABLE hearth.event_receivers
  ADD COLUMN service_account_id text,
  -- An account that comes later under the id of one that was deleted is another one.
  ADD FOREIGN KEY (directory_id, service_account_id) REFERENCES hearth.service_accounts ON DELETE SET NULL (service_account_id),
  ADD CONSTRAINT event_receivers_service_account_check CHECK (delivery_method = 2 OR service_account_id IS NULL);
