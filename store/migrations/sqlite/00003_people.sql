-- People and their rights: what contact centers, teams and users know of
-- themselves, custom roles, sessions, and the failed attempts to sign in.

-- +goose Up
ALTER TABLE contact_centers ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE contact_centers ADD COLUMN updated_at INTEGER;
UPDATE contact_centers SET updated_at = created_at;

ALTER TABLE teams ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE teams ADD COLUMN created_by TEXT NOT NULL DEFAULT 'system';
ALTER TABLE teams ADD COLUMN updated_at INTEGER;
ALTER TABLE teams ADD COLUMN updated_by TEXT NOT NULL DEFAULT 'system';
UPDATE teams SET updated_at = created_at;

ALTER TABLE users ADD COLUMN first_name TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN last_name TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN work_phone TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN mobile_phone TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN extension TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN skills TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN change_password INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN password_changed_at INTEGER;
ALTER TABLE users ADD COLUMN api_secret_hash BLOB;
ALTER TABLE users ADD COLUMN api_secret_at INTEGER;
ALTER TABLE users ADD COLUMN last_sign_in_at INTEGER;
ALTER TABLE users ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN created_by TEXT NOT NULL DEFAULT 'system';
ALTER TABLE users ADD COLUMN updated_by TEXT NOT NULL DEFAULT 'system';
CREATE INDEX users_team ON users (contact_center_id, team_id);

CREATE TABLE roles (
  contact_center_id   TEXT    NOT NULL REFERENCES contact_centers (id),
  id                  TEXT    NOT NULL,
  name                TEXT    NOT NULL,
  name_key            TEXT    NOT NULL,
  description         TEXT    NOT NULL,
  privileges          TEXT    NOT NULL,
  grantable           TEXT    NOT NULL,
  assign_to_new_users INTEGER NOT NULL,
  version             INTEGER NOT NULL,
  created_at          INTEGER,
  created_by          TEXT    NOT NULL,
  updated_at          INTEGER,
  updated_by          TEXT    NOT NULL,
  PRIMARY KEY (contact_center_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX roles_name ON roles (contact_center_id, name_key);

-- Tokens that belong to a user give no more than that user may; "oauth" are those
-- of the client-credentials call.
ALTER TABLE tokens ADD COLUMN kind TEXT NOT NULL DEFAULT 'api';
ALTER TABLE tokens ADD COLUMN user_id TEXT NOT NULL DEFAULT '';
CREATE INDEX tokens_expires ON tokens (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE sessions (
  contact_center_id TEXT    NOT NULL,
  id                TEXT    NOT NULL,
  user_id           TEXT    NOT NULL,
  hash              BLOB    NOT NULL,
  method            TEXT    NOT NULL,
  address           TEXT    NOT NULL,
  user_agent        TEXT    NOT NULL,
  created_at        INTEGER NOT NULL,
  seen_at           INTEGER NOT NULL,
  expires_at        INTEGER NOT NULL,
  PRIMARY KEY (contact_center_id, id),
  FOREIGN KEY (contact_center_id, user_id) REFERENCES users (contact_center_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sessions_hash ON sessions (hash);
CREATE INDEX sessions_user ON sessions (contact_center_id, user_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE sign_in_attempts (
  contact_center_id TEXT    NOT NULL,
  name_key          TEXT    NOT NULL,
  address           TEXT    NOT NULL,
  failures          INTEGER NOT NULL,
  blocked_until     INTEGER,
  succeeded_at      INTEGER,
  last_at           INTEGER NOT NULL,
  PRIMARY KEY (contact_center_id, name_key, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_attempts_last ON sign_in_attempts (last_at);
