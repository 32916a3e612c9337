-- The change feed: events in the order of their commits, and webhooks with what
-- is to be delivered to them.

-- +goose Up
CREATE TABLE event_heads (
  contact_center_id TEXT    NOT NULL PRIMARY KEY,
  sequence          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Events name what they are about and hold nothing else: their detail goes.
CREATE TABLE numbered_events (
  contact_center_id TEXT    NOT NULL,
  sequence          INTEGER NOT NULL,
  id                TEXT    NOT NULL,
  type              TEXT    NOT NULL,
  account_id        TEXT    NOT NULL,
  account_type      TEXT    NOT NULL,
  account_version   INTEGER NOT NULL,
  at                INTEGER,
  PRIMARY KEY (contact_center_id, sequence)
) STRICT, WITHOUT ROWID;
INSERT INTO numbered_events (contact_center_id, sequence, id, type, account_id, account_type, account_version, at)
  SELECT contact_center_id, row_number() OVER (PARTITION BY contact_center_id ORDER BY id), id, type, account_id,
    account_type, 0, at FROM events;
DROP TABLE events;
ALTER TABLE numbered_events RENAME TO events;
CREATE INDEX events_at ON events (at);
INSERT INTO event_heads (contact_center_id, sequence)
  SELECT contact_center_id, max(sequence) FROM events GROUP BY contact_center_id;

CREATE TABLE webhooks (
  contact_center_id TEXT    NOT NULL REFERENCES contact_centers (id),
  id                TEXT    NOT NULL,
  url               TEXT    NOT NULL,
  description       TEXT    NOT NULL,
  event_types       TEXT    NOT NULL,
  enabled           INTEGER NOT NULL,
  version           INTEGER NOT NULL,
  created_at        INTEGER,
  created_by        TEXT    NOT NULL,
  updated_at        INTEGER,
  updated_by        TEXT    NOT NULL,
  PRIMARY KEY (contact_center_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE webhook_secrets (
  contact_center_id TEXT    NOT NULL,
  webhook_id        TEXT    NOT NULL,
  pointer           TEXT    NOT NULL,
  sealed            BLOB    NOT NULL,
  key_id            TEXT    NOT NULL,
  valid_until       INTEGER,
  PRIMARY KEY (contact_center_id, webhook_id, pointer),
  FOREIGN KEY (contact_center_id, webhook_id) REFERENCES webhooks (contact_center_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_secrets_key ON webhook_secrets (key_id);

CREATE TABLE webhook_deliveries (
  contact_center_id TEXT    NOT NULL,
  webhook_id        TEXT    NOT NULL,
  id                TEXT    NOT NULL,
  event_sequence    INTEGER NOT NULL,
  event_id          TEXT    NOT NULL,
  event_type        TEXT    NOT NULL,
  event_at          INTEGER,
  account_id        TEXT    NOT NULL,
  account_type      TEXT    NOT NULL,
  account_version   INTEGER NOT NULL,
  status            TEXT    NOT NULL,
  attempts          INTEGER NOT NULL,
  last_status       INTEGER NOT NULL,
  last_error        TEXT    NOT NULL,
  attempted_at      INTEGER,
  next_attempt_at   INTEGER,
  give_up_at        INTEGER,
  created_at        INTEGER,
  PRIMARY KEY (contact_center_id, webhook_id, id),
  FOREIGN KEY (contact_center_id, webhook_id) REFERENCES webhooks (contact_center_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
-- What is due, and what waits for an earlier delivery of its account.
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at)
  WHERE status = 'pending' AND next_attempt_at IS NOT NULL;
CREATE INDEX webhook_deliveries_account
  ON webhook_deliveries (contact_center_id, webhook_id, account_id, event_sequence) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);
