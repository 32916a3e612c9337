-- The same tables as for SQLite. Text is ordered by its bytes, as there. Times
-- are milliseconds since 1970.

-- +goose Up
CREATE TABLE contact_centers (
  id text COLLATE "C" NOT NULL PRIMARY KEY,
  domain text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  features text COLLATE "C" NOT NULL,
  suspended boolean NOT NULL,
  created_at bigint
);
CREATE UNIQUE INDEX contact_centers_domain ON contact_centers (domain);

CREATE TABLE teams (
  contact_center_id text COLLATE "C" NOT NULL REFERENCES contact_centers (id),
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  disabled boolean NOT NULL,
  created_at bigint,
  PRIMARY KEY (contact_center_id, id)
);
CREATE UNIQUE INDEX teams_name ON teams (contact_center_id, name_key);

CREATE TABLE users (
  contact_center_id text COLLATE "C" NOT NULL REFERENCES contact_centers (id),
  id text COLLATE "C" NOT NULL,
  username text COLLATE "C" NOT NULL,
  username_key text COLLATE "C" NOT NULL,
  password_hash text COLLATE "C" NOT NULL,
  roles text COLLATE "C" NOT NULL,
  team_id text COLLATE "C" NOT NULL,
  disabled boolean NOT NULL,
  created_at bigint,
  updated_at bigint,
  PRIMARY KEY (contact_center_id, id)
);
CREATE UNIQUE INDEX users_username ON users (contact_center_id, username_key);

CREATE TABLE tokens (
  contact_center_id text COLLATE "C" NOT NULL REFERENCES contact_centers (id),
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  hash bytea NOT NULL,
  scopes text COLLATE "C" NOT NULL,
  created_at bigint,
  created_by text COLLATE "C" NOT NULL,
  expires_at bigint,
  revoked_at bigint,
  last_used_at bigint,
  PRIMARY KEY (contact_center_id, id)
);
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);

CREATE TABLE accounts (
  contact_center_id text COLLATE "C" NOT NULL REFERENCES contact_centers (id),
  id text COLLATE "C" NOT NULL,
  type text COLLATE "C" NOT NULL,
  family text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  description text COLLATE "C" NOT NULL,
  labels text COLLATE "C" NOT NULL,
  enabled boolean NOT NULL,
  is_default boolean NOT NULL,
  limit_key text COLLATE "C",
  properties text COLLATE "C",
  secrets text COLLATE "C" NOT NULL,
  certificates text COLLATE "C" NOT NULL,
  expires_at bigint,
  search_text text COLLATE "C" NOT NULL,
  health_status text COLLATE "C" NOT NULL,
  health_code text COLLATE "C" NOT NULL,
  health_checked_at bigint,
  health_sequence bigint NOT NULL,
  version bigint NOT NULL,
  created_at bigint,
  created_by text COLLATE "C" NOT NULL,
  updated_at bigint,
  updated_by text COLLATE "C" NOT NULL,
  deleted_at bigint,
  deleted_by text COLLATE "C" NOT NULL,
  PRIMARY KEY (contact_center_id, id)
);
CREATE UNIQUE INDEX accounts_name ON accounts (contact_center_id, name_key) WHERE deleted_at IS NULL;
CREATE INDEX accounts_deleted_name ON accounts (contact_center_id, name_key, id) WHERE deleted_at IS NOT NULL;
CREATE UNIQUE INDEX accounts_limit ON accounts (contact_center_id, limit_key)
  WHERE limit_key IS NOT NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX accounts_default ON accounts (contact_center_id, family)
  WHERE is_default AND deleted_at IS NULL;
-- The included columns let accounts be counted without reading their rows.
CREATE INDEX accounts_type ON accounts (contact_center_id, type, id) INCLUDE (health_status, deleted_at);
CREATE INDEX accounts_updated ON accounts (contact_center_id, updated_at, id);
CREATE INDEX accounts_expires ON accounts (contact_center_id, expires_at, id) WHERE expires_at IS NOT NULL;
CREATE INDEX accounts_deleted ON accounts (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE account_secrets (
  contact_center_id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  pointer text COLLATE "C" NOT NULL,
  sealed bytea NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (contact_center_id, account_id, pointer),
  FOREIGN KEY (contact_center_id, account_id) REFERENCES accounts (contact_center_id, id) ON DELETE CASCADE
);
CREATE INDEX account_secrets_key ON account_secrets (key_id);

CREATE TABLE account_versions (
  contact_center_id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  operation text COLLATE "C" NOT NULL,
  document text COLLATE "C",
  created_at bigint,
  created_by text COLLATE "C" NOT NULL,
  PRIMARY KEY (contact_center_id, account_id, version),
  FOREIGN KEY (contact_center_id, account_id) REFERENCES accounts (contact_center_id, id) ON DELETE CASCADE
);

CREATE TABLE account_references (
  contact_center_id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  reference_key text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  url text COLLATE "C" NOT NULL,
  created_at bigint,
  created_by text COLLATE "C" NOT NULL,
  PRIMARY KEY (contact_center_id, account_id, reference_key),
  FOREIGN KEY (contact_center_id, account_id) REFERENCES accounts (contact_center_id, id) ON DELETE CASCADE
);

CREATE TABLE checks (
  contact_center_id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  account_version bigint NOT NULL,
  status text COLLATE "C" NOT NULL,
  document text COLLATE "C",
  checked_at bigint,
  checked_by text COLLATE "C" NOT NULL,
  PRIMARY KEY (contact_center_id, account_id, id),
  FOREIGN KEY (contact_center_id, account_id) REFERENCES accounts (contact_center_id, id) ON DELETE CASCADE
);

CREATE TABLE idempotency_records (
  contact_center_id text COLLATE "C" NOT NULL,
  principal text COLLATE "C" NOT NULL,
  idempotency_key text COLLATE "C" NOT NULL,
  request_mac bytea NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (contact_center_id, principal, idempotency_key)
);
CREATE INDEX idempotency_records_expires ON idempotency_records (expires_at);

CREATE TABLE audit_events (
  contact_center_id text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  id text COLLATE "C" NOT NULL,
  at bigint NOT NULL,
  actor text COLLATE "C" NOT NULL,
  actor_name text COLLATE "C" NOT NULL,
  address text COLLATE "C" NOT NULL,
  request_id text COLLATE "C" NOT NULL,
  operation text COLLATE "C" NOT NULL,
  target_type text COLLATE "C" NOT NULL,
  target_id text COLLATE "C" NOT NULL,
  outcome text COLLATE "C" NOT NULL,
  detail text COLLATE "C" NOT NULL,
  changes text COLLATE "C",
  mac bytea NOT NULL,
  PRIMARY KEY (contact_center_id, sequence)
);
CREATE INDEX audit_events_target ON audit_events (contact_center_id, target_id, sequence);

CREATE TABLE audit_heads (
  contact_center_id text COLLATE "C" NOT NULL PRIMARY KEY,
  sequence bigint NOT NULL,
  mac bytea NOT NULL
);
