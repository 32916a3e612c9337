-- The same tables as for SQLite.

-- +goose Up
CREATE TABLE event_heads (
  contact_center_id text COLLATE "C" NOT NULL PRIMARY KEY,
  sequence bigint NOT NULL
);

CREATE TABLE numbered_events (
  contact_center_id text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  account_type text COLLATE "C" NOT NULL,
  account_version bigint NOT NULL,
  at bigint,
  CONSTRAINT feed_events_pkey PRIMARY KEY (contact_center_id, sequence)
);
INSERT INTO numbered_events (contact_center_id, sequence, id, type, account_id, account_type, account_version, at)
  SELECT contact_center_id, row_number() OVER (PARTITION BY contact_center_id ORDER BY id), id, type, account_id,
    account_type, 0, at FROM events;
DROP TABLE events;
ALTER TABLE numbered_events RENAME TO events;
CREATE INDEX events_at ON events (at);
INSERT INTO event_heads (contact_center_id, sequence)
  SELECT contact_center_id, max(sequence) FROM events GROUP BY contact_center_id;

CREATE TABLE webhooks (
  contact_center_id text COLLATE "C" NOT NULL REFERENCES contact_centers (id),
  id text COLLATE "C" NOT NULL,
  url text COLLATE "C" NOT NULL,
  description text COLLATE "C" NOT NULL,
  event_types text COLLATE "C" NOT NULL,
  enabled boolean NOT NULL,
  version bigint NOT NULL,
  created_at bigint,
  created_by text COLLATE "C" NOT NULL,
  updated_at bigint,
  updated_by text COLLATE "C" NOT NULL,
  PRIMARY KEY (contact_center_id, id)
);

CREATE TABLE webhook_secrets (
  contact_center_id text COLLATE "C" NOT NULL,
  webhook_id text COLLATE "C" NOT NULL,
  pointer text COLLATE "C" NOT NULL,
  sealed bytea NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  valid_until bigint,
  PRIMARY KEY (contact_center_id, webhook_id, pointer),
  FOREIGN KEY (contact_center_id, webhook_id) REFERENCES webhooks (contact_center_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_secrets_key ON webhook_secrets (key_id);

CREATE TABLE webhook_deliveries (
  contact_center_id text COLLATE "C" NOT NULL,
  webhook_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  event_sequence bigint NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  event_type text COLLATE "C" NOT NULL,
  event_at bigint,
  account_id text COLLATE "C" NOT NULL,
  account_type text COLLATE "C" NOT NULL,
  account_version bigint NOT NULL,
  status text COLLATE "C" NOT NULL,
  attempts bigint NOT NULL,
  last_status bigint NOT NULL,
  last_error text COLLATE "C" NOT NULL,
  attempted_at bigint,
  next_attempt_at bigint,
  give_up_at bigint,
  created_at bigint,
  PRIMARY KEY (contact_center_id, webhook_id, id),
  FOREIGN KEY (contact_center_id, webhook_id) REFERENCES webhooks (contact_center_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at)
  WHERE status = 'pending' AND next_attempt_at IS NOT NULL;
CREATE INDEX webhook_deliveries_account
  ON webhook_deliveries (contact_center_id, webhook_id, account_id, event_sequence) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_created ON webhook_deliveries (created_at);
