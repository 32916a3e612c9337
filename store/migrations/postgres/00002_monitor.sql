-- The same tables as for SQLite.

-- +goose Up
CREATE TABLE check_schedule (
  contact_center_id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  account_type text COLLATE "C" NOT NULL,
  due_at bigint NOT NULL,
  failures bigint NOT NULL,
  PRIMARY KEY (contact_center_id, account_id),
  FOREIGN KEY (contact_center_id, account_id) REFERENCES accounts (contact_center_id, id) ON DELETE CASCADE
);
CREATE INDEX check_schedule_due ON check_schedule (due_at);

-- Accounts from before; those that cannot be checked fall out when they are due.
INSERT INTO check_schedule (contact_center_id, account_id, account_type, due_at, failures)
  SELECT contact_center_id, id, type, 0, 0 FROM accounts WHERE deleted_at IS NULL AND enabled;

CREATE TABLE certificate_notices (
  contact_center_id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  sha256 text COLLATE "C" NOT NULL,
  days bigint NOT NULL,
  noticed_at bigint,
  PRIMARY KEY (contact_center_id, account_id, sha256, days),
  FOREIGN KEY (contact_center_id, account_id) REFERENCES accounts (contact_center_id, id) ON DELETE CASCADE
);

CREATE TABLE events (
  contact_center_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  account_type text COLLATE "C" NOT NULL,
  detail text COLLATE "C",
  at bigint,
  PRIMARY KEY (contact_center_id, id)
);
CREATE INDEX events_at ON events (at);
