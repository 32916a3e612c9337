-- What works in the background: when accounts are to be checked, which notices
-- about certificates were given, and the outbox of events.

-- +goose Up
CREATE TABLE check_schedule (
  contact_center_id TEXT    NOT NULL,
  account_id        TEXT    NOT NULL,
  account_type      TEXT    NOT NULL,
  due_at            INTEGER NOT NULL,
  failures          INTEGER NOT NULL,
  PRIMARY KEY (contact_center_id, account_id),
  FOREIGN KEY (contact_center_id, account_id) REFERENCES accounts (contact_center_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX check_schedule_due ON check_schedule (due_at);

-- Accounts from before; those that cannot be checked fall out when they are due.
INSERT INTO check_schedule (contact_center_id, account_id, account_type, due_at, failures)
  SELECT contact_center_id, id, type, 0, 0 FROM accounts WHERE deleted_at IS NULL AND enabled = 1;

CREATE TABLE certificate_notices (
  contact_center_id TEXT    NOT NULL,
  account_id        TEXT    NOT NULL,
  sha256            TEXT    NOT NULL,
  days              INTEGER NOT NULL,
  noticed_at        INTEGER,
  PRIMARY KEY (contact_center_id, account_id, sha256, days),
  FOREIGN KEY (contact_center_id, account_id) REFERENCES accounts (contact_center_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  contact_center_id TEXT NOT NULL,
  id                TEXT NOT NULL,
  type              TEXT NOT NULL,
  account_id        TEXT NOT NULL,
  account_type      TEXT NOT NULL,
  detail            TEXT,
  at                INTEGER,
  PRIMARY KEY (contact_center_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_at ON events (at);
