-- Rows of one contact center lie next to each other: the primary key starts
-- with it and the tables have no row id. Times are milliseconds since 1970.

-- +goose Up
CREATE TABLE contact_centers (
  id         TEXT    NOT NULL PRIMARY KEY,
  domain     TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  features   TEXT    NOT NULL,
  suspended  INTEGER NOT NULL,
  created_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX contact_centers_domain ON contact_centers (domain);

CREATE TABLE teams (
  contact_center_id TEXT    NOT NULL REFERENCES contact_centers (id),
  id                TEXT    NOT NULL,
  name              TEXT    NOT NULL,
  name_key          TEXT    NOT NULL,
  disabled          INTEGER NOT NULL,
  created_at        INTEGER,
  PRIMARY KEY (contact_center_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX teams_name ON teams (contact_center_id, name_key);

CREATE TABLE users (
  contact_center_id TEXT    NOT NULL REFERENCES contact_centers (id),
  id                TEXT    NOT NULL,
  username          TEXT    NOT NULL,
  username_key      TEXT    NOT NULL,
  password_hash     TEXT    NOT NULL,
  roles             TEXT    NOT NULL,
  team_id           TEXT    NOT NULL,
  disabled          INTEGER NOT NULL,
  created_at        INTEGER,
  updated_at        INTEGER,
  PRIMARY KEY (contact_center_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX users_username ON users (contact_center_id, username_key);

CREATE TABLE tokens (
  contact_center_id TEXT NOT NULL REFERENCES contact_centers (id),
  id                TEXT NOT NULL,
  name              TEXT NOT NULL,
  hash              BLOB NOT NULL,
  scopes            TEXT NOT NULL,
  created_at        INTEGER,
  created_by        TEXT NOT NULL,
  expires_at        INTEGER,
  revoked_at        INTEGER,
  last_used_at      INTEGER,
  PRIMARY KEY (contact_center_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);

CREATE TABLE accounts (
  contact_center_id TEXT    NOT NULL REFERENCES contact_centers (id),
  id                TEXT    NOT NULL,
  type              TEXT    NOT NULL,
  family            TEXT    NOT NULL,
  name              TEXT    NOT NULL,
  name_key          TEXT    NOT NULL,
  description       TEXT    NOT NULL,
  labels            TEXT    NOT NULL,
  enabled           INTEGER NOT NULL,
  is_default        INTEGER NOT NULL,
  limit_key         TEXT,
  properties        TEXT,
  secrets           TEXT    NOT NULL,
  certificates      TEXT    NOT NULL,
  expires_at        INTEGER,
  search_text       TEXT    NOT NULL,
  health_status     TEXT    NOT NULL,
  health_code       TEXT    NOT NULL,
  health_checked_at INTEGER,
  health_sequence   INTEGER NOT NULL,
  version           INTEGER NOT NULL,
  created_at        INTEGER,
  created_by        TEXT    NOT NULL,
  updated_at        INTEGER,
  updated_by        TEXT    NOT NULL,
  deleted_at        INTEGER,
  deleted_by        TEXT    NOT NULL,
  PRIMARY KEY (contact_center_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX accounts_name ON accounts (contact_center_id, name_key) WHERE deleted_at IS NULL;
CREATE INDEX accounts_deleted_name ON accounts (contact_center_id, name_key, id) WHERE deleted_at IS NOT NULL;
CREATE UNIQUE INDEX accounts_limit ON accounts (contact_center_id, limit_key)
  WHERE limit_key IS NOT NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX accounts_default ON accounts (contact_center_id, family)
  WHERE is_default = 1 AND deleted_at IS NULL;
-- The last two columns let accounts be counted without reading their rows.
CREATE INDEX accounts_type ON accounts (contact_center_id, type, id, health_status, deleted_at);
CREATE INDEX accounts_updated ON accounts (contact_center_id, updated_at, id);
CREATE INDEX accounts_expires ON accounts (contact_center_id, expires_at, id) WHERE expires_at IS NOT NULL;
CREATE INDEX accounts_deleted ON accounts (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX accounts_search ON accounts (contact_center_id, search_text, id);

CREATE TABLE account_secrets (
  contact_center_id TEXT NOT NULL,
  account_id        TEXT NOT NULL,
  pointer           TEXT NOT NULL,
  sealed            BLOB NOT NULL,
  key_id            TEXT NOT NULL,
  PRIMARY KEY (contact_center_id, account_id, pointer),
  FOREIGN KEY (contact_center_id, account_id) REFERENCES accounts (contact_center_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX account_secrets_key ON account_secrets (key_id);

CREATE TABLE account_versions (
  contact_center_id TEXT    NOT NULL,
  account_id        TEXT    NOT NULL,
  version           INTEGER NOT NULL,
  operation         TEXT    NOT NULL,
  document          TEXT,
  created_at        INTEGER,
  created_by        TEXT    NOT NULL,
  PRIMARY KEY (contact_center_id, account_id, version),
  FOREIGN KEY (contact_center_id, account_id) REFERENCES accounts (contact_center_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE account_references (
  contact_center_id TEXT NOT NULL,
  account_id        TEXT NOT NULL,
  reference_key     TEXT NOT NULL,
  kind              TEXT NOT NULL,
  name              TEXT NOT NULL,
  url               TEXT NOT NULL,
  created_at        INTEGER,
  created_by        TEXT NOT NULL,
  PRIMARY KEY (contact_center_id, account_id, reference_key),
  FOREIGN KEY (contact_center_id, account_id) REFERENCES accounts (contact_center_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE checks (
  contact_center_id TEXT    NOT NULL,
  account_id        TEXT    NOT NULL,
  id                TEXT    NOT NULL,
  account_version   INTEGER NOT NULL,
  status            TEXT    NOT NULL,
  document          TEXT,
  checked_at        INTEGER,
  checked_by        TEXT    NOT NULL,
  PRIMARY KEY (contact_center_id, account_id, id),
  FOREIGN KEY (contact_center_id, account_id) REFERENCES accounts (contact_center_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency_records (
  contact_center_id TEXT    NOT NULL,
  principal         TEXT    NOT NULL,
  idempotency_key   TEXT    NOT NULL,
  request_mac       BLOB    NOT NULL,
  account_id        TEXT    NOT NULL,
  version           INTEGER NOT NULL,
  expires_at        INTEGER NOT NULL,
  PRIMARY KEY (contact_center_id, principal, idempotency_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_records_expires ON idempotency_records (expires_at);

CREATE TABLE audit_events (
  contact_center_id TEXT    NOT NULL,
  sequence          INTEGER NOT NULL,
  id                TEXT    NOT NULL,
  at                INTEGER NOT NULL,
  actor             TEXT    NOT NULL,
  actor_name        TEXT    NOT NULL,
  address           TEXT    NOT NULL,
  request_id        TEXT    NOT NULL,
  operation         TEXT    NOT NULL,
  target_type       TEXT    NOT NULL,
  target_id         TEXT    NOT NULL,
  outcome           TEXT    NOT NULL,
  detail            TEXT    NOT NULL,
  changes           TEXT,
  mac               BLOB    NOT NULL,
  PRIMARY KEY (contact_center_id, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_events_target ON audit_events (contact_center_id, target_id, sequence);

CREATE TABLE audit_heads (
  contact_center_id TEXT    NOT NULL PRIMARY KEY,
  sequence          INTEGER NOT NULL,
  mac               BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
