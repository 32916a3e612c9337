-- The same tables as for SQLite.

-- +goose Up
ALTER TABLE contact_centers ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE contact_centers ADD COLUMN updated_at bigint;
UPDATE contact_centers SET updated_at = created_at;

ALTER TABLE teams ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE teams ADD COLUMN created_by text COLLATE "C" NOT NULL DEFAULT 'system';
ALTER TABLE teams ADD COLUMN updated_at bigint;
ALTER TABLE teams ADD COLUMN updated_by text COLLATE "C" NOT NULL DEFAULT 'system';
UPDATE teams SET updated_at = created_at;

ALTER TABLE users ADD COLUMN first_name text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN last_name text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN email text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN work_phone text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN mobile_phone text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN extension text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN skills text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN change_password boolean NOT NULL DEFAULT false;
ALTER TABLE users ADD COLUMN password_changed_at bigint;
ALTER TABLE users ADD COLUMN api_secret_hash bytea;
ALTER TABLE users ADD COLUMN api_secret_at bigint;
ALTER TABLE users ADD COLUMN last_sign_in_at bigint;
ALTER TABLE users ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN created_by text COLLATE "C" NOT NULL DEFAULT 'system';
ALTER TABLE users ADD COLUMN updated_by text COLLATE "C" NOT NULL DEFAULT 'system';
CREATE INDEX users_team ON users (contact_center_id, team_id);

CREATE TABLE roles (
  contact_center_id text COLLATE "C" NOT NULL REFERENCES contact_centers (id),
  id text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  description text COLLATE "C" NOT NULL,
  privileges text COLLATE "C" NOT NULL,
  grantable text COLLATE "C" NOT NULL,
  assign_to_new_users boolean NOT NULL,
  version bigint NOT NULL,
  created_at bigint,
  created_by text COLLATE "C" NOT NULL,
  updated_at bigint,
  updated_by text COLLATE "C" NOT NULL,
  PRIMARY KEY (contact_center_id, id)
);
CREATE UNIQUE INDEX roles_name ON roles (contact_center_id, name_key);

-- Tokens that belong to a user give no more than that user may; "oauth" are those
-- of the client-credentials call.
ALTER TABLE tokens ADD COLUMN kind text COLLATE "C" NOT NULL DEFAULT 'api';
ALTER TABLE tokens ADD COLUMN user_id text COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX tokens_expires ON tokens (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE sessions (
  contact_center_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  hash bytea NOT NULL,
  method text COLLATE "C" NOT NULL,
  address text COLLATE "C" NOT NULL,
  user_agent text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  seen_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (contact_center_id, id),
  FOREIGN KEY (contact_center_id, user_id) REFERENCES users (contact_center_id, id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX sessions_hash ON sessions (hash);
CREATE INDEX sessions_user ON sessions (contact_center_id, user_id);
CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE TABLE sign_in_attempts (
  contact_center_id text COLLATE "C" NOT NULL,
  name_key text COLLATE "C" NOT NULL,
  address text COLLATE "C" NOT NULL,
  failures bigint NOT NULL,
  blocked_until bigint,
  succeeded_at bigint,
  last_at bigint NOT NULL,
  PRIMARY KEY (contact_center_id, name_key, address)
);
CREATE INDEX sign_in_attempts_last ON sign_in_attempts (last_at);
