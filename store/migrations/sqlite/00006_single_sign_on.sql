-- Single sign-on: what is remembered between a browser's way to the identity
-- provider and back, which answers were used, and what became of them.

-- +goose Up
ALTER TABLE sessions ADD COLUMN portal TEXT NOT NULL DEFAULT '';

-- Requests that browsers took to an identity provider and that are not answered.
CREATE TABLE sso_requests (
  contact_center_id TEXT    NOT NULL REFERENCES contact_centers (id),
  id                TEXT    NOT NULL,
  section           TEXT    NOT NULL,
  browser_hash      BLOB    NOT NULL,
  relay_state       TEXT    NOT NULL,
  test_id           TEXT    NOT NULL,
  created_at        INTEGER,
  expires_at        INTEGER,
  PRIMARY KEY (contact_center_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sso_requests_expires ON sso_requests (expires_at);

-- Assertions that were used, until they would be refused for their age.
CREATE TABLE sso_assertions (
  contact_center_id TEXT    NOT NULL REFERENCES contact_centers (id),
  hash              BLOB    NOT NULL,
  expires_at        INTEGER,
  PRIMARY KEY (contact_center_id, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX sso_assertions_expires ON sso_assertions (expires_at);

-- One-time codes for a session. They live so shortly that those of a user are found
-- among those of the contact center.
CREATE TABLE sso_codes (
  contact_center_id TEXT    NOT NULL,
  hash              BLOB    NOT NULL,
  user_id           TEXT    NOT NULL,
  section           TEXT    NOT NULL,
  session_ends_at   INTEGER,
  expires_at        INTEGER,
  PRIMARY KEY (contact_center_id, hash),
  FOREIGN KEY (contact_center_id, user_id) REFERENCES users (contact_center_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX sso_codes_expires ON sso_codes (expires_at);

-- Test sign-ins and what came of them.
CREATE TABLE sso_tests (
  contact_center_id TEXT    NOT NULL REFERENCES contact_centers (id),
  id                TEXT    NOT NULL,
  section           TEXT    NOT NULL,
  token_hash        BLOB    NOT NULL,
  status            TEXT    NOT NULL,
  fingerprint       TEXT    NOT NULL,
  report            TEXT    NOT NULL,
  created_at        INTEGER,
  created_by        TEXT    NOT NULL,
  finished_at       INTEGER,
  expires_at        INTEGER,
  PRIMARY KEY (contact_center_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sso_tests_token ON sso_tests (contact_center_id, token_hash);
CREATE INDEX sso_tests_created ON sso_tests (created_at);

-- What became of sign-ins. So few of each contact center are kept that filters need
-- no index: they read those of one contact center along the primary key.
CREATE TABLE sso_traces (
  contact_center_id TEXT    NOT NULL REFERENCES contact_centers (id),
  id                TEXT    NOT NULL,
  section           TEXT    NOT NULL,
  outcome           TEXT    NOT NULL,
  code              TEXT    NOT NULL,
  verified          INTEGER NOT NULL,
  username_key      TEXT    NOT NULL,
  user_id           TEXT    NOT NULL,
  reference         TEXT    NOT NULL,
  count             INTEGER NOT NULL,
  report            TEXT    NOT NULL,
  at                INTEGER,
  PRIMARY KEY (contact_center_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sso_traces_at ON sso_traces (at);
-- Finds those beyond the bound without reading the reports.
CREATE INDEX sso_traces_kept ON sso_traces (verified, contact_center_id, id);

-- Key pairs by which identity providers encrypt for the contact center.
CREATE TABLE sso_keys (
  contact_center_id TEXT    NOT NULL REFERENCES contact_centers (id),
  id                TEXT    NOT NULL,
  pointer           TEXT    NOT NULL,
  certificate       TEXT    NOT NULL,
  sealed            BLOB    NOT NULL,
  key_id            TEXT    NOT NULL,
  created_at        INTEGER,
  created_by        TEXT    NOT NULL,
  PRIMARY KEY (contact_center_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sso_keys_key ON sso_keys (key_id);
