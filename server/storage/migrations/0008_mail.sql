-- Outgoing mail. What a mail says is in `mails`, behind its directory's wall; `outbox` says only that something is to be sent, and when.
CREATE TABLE hearth.mails (
  directory_id text NOT NULL REFERENCES hearth.directories,
  mail_id      uuid NOT NULL,
  recipient    text NOT NULL CHECK (octet_length(recipient) BETWEEN 3 AND 254),
  person       text NOT NULL CHECK (octet_length(person) <= 256),
  template     smallint NOT NULL,                                        -- hearth.v1.MailTemplate
  languages    text NOT NULL CHECK (octet_length(languages) <= 400),     -- Wished for, best first, joined by commas.
  message_id   text NOT NULL CHECK (octet_length(message_id) <= 128),    -- Without angle brackets; the same at every attempt.
  key_id       text NOT NULL,
  sealed       bytea CHECK (octet_length(sealed) <= 32768),              -- All values: server/mail/sealing.h. Gone once it is over.
  state        smallint NOT NULL DEFAULT 1 CHECK (state IN (1, 2, 3, 4)),  -- Waiting, sent, expired, set aside.
  note         text NOT NULL DEFAULT '' CHECK (octet_length(note) <= 400),  -- What the last attempt met.
  create_time  timestamptz NOT NULL DEFAULT now(),
  expire_time  timestamptz NOT NULL CHECK (expire_time > create_time),   -- Never sent later.
  end_time     timestamptz,
  PRIMARY KEY (directory_id, mail_id),
  CHECK ((state = 1) = (sealed IS NOT NULL)),
  CHECK ((state = 1) = (end_time IS NULL))
);
CREATE INDEX mails_over ON hearth.mails (directory_id, end_time) WHERE state <> 1;

CREATE SEQUENCE hearth.outbox_position;
CREATE TABLE hearth.outbox (
  directory_id text NOT NULL,
  mail_id      uuid NOT NULL,
  position     bigint NOT NULL DEFAULT nextval('hearth.outbox_position'),
  mailbox      bytea,                               -- Mails of one mailbox go one after the other. A keyed digest; null: in any order.
  due_time     timestamptz NOT NULL DEFAULT now(),  -- No attempt before.
  lease        uuid,                                -- Whose attempt runs, until due_time.
  attempts     integer NOT NULL DEFAULT 0,
  PRIMARY KEY (directory_id, mail_id),
  FOREIGN KEY (directory_id, mail_id) REFERENCES hearth.mails ON DELETE CASCADE
);
CREATE INDEX outbox_by_due_time ON hearth.outbox (due_time);
CREATE INDEX outbox_by_mailbox ON hearth.outbox (directory_id, mailbox, position) WHERE mailbox IS NOT NULL;

ALTER TABLE hearth.mails ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.mails FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON hearth.mails USING (directory_id = ANY (hearth.served()));
-- Readable by all, as the reference tables are: the relay finds here for which directories there is work. Nothing in it is about anybody.
ALTER TABLE hearth.outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE hearth.outbox FORCE ROW LEVEL SECURITY;
CREATE POLICY read_all ON hearth.outbox FOR SELECT USING (true);
CREATE POLICY own ON hearth.outbox FOR ALL USING (directory_id = ANY (hearth.served()));

GRANT INSERT, UPDATE, DELETE ON hearth.mails, hearth.outbox TO :app_role;
