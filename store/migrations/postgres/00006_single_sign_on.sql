-- The same as for SQLite.

-- +goose Up
ALTER TABLE sessions ADD COLUMN portal text COLLATE "C" NOT NULL DEFAULT '';

-- Requests that browsers took to an identity provider and that are not answered.
CREATE TABLE sso_requests (
  contact_center_id text COLLATE "C" NOT NULL REFERENCES contact_centers (id),
  id text COLLATE "C" NOT NULL,
  section text COLLATE "C" NOT NULL,
  browser_hash bytea NOT NULL,
  relay_state text COLLATE "C" NOT NULL,
  test_id text COLLATE "C" NOT NULL,
  created_at bigint,
  expires_at bigint,
  PRIMARY KEY (contact_center_id, id)
);
CREATE INDEX sso_requests_expires ON sso_requests (expires_at);

-- Assertions that were used, until they would be refused for their age.
CREATE TABLE sso_assertions (
  contact_center_id text COLLATE "C" NOT NULL REFERENCES contact_centers (id),
  hash bytea NOT NULL,
  expires_at bigint,
  PRIMARY KEY (contact_center_id, hash)
);
CREATE INDEX sso_assertions_expires ON sso_assertions (expires_at);

-- One-time codes for a session.
CREATE TABLE sso_codes (
  contact_center_id text COLLATE "C" NOT NULL,
  hash bytea NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  section text COLLATE "C" NOT NULL,
  session_ends_at bigint,
  expires_at bigint,
  PRIMARY KEY (contact_center_id, hash),
  FOREIGN KEY (contact_center_id, user_id) REFERENCES users (contact_center_id, id) ON DELETE CASCADE
);
CREATE INDEX sso_codes_expires ON sso_codes (expires_at);

-- Test sign-ins and what came of them.
CREATE TABLE sso_tests (
  contact_center_id text COLLATE "C" NOT NULL REFERENCES contact_centers (id),
  id text COLLATE "C" NOT NULL,
  section text COLLATE "C" NOT NULL,
  token_hash bytea NOT NULL,
  status text COLLATE "C" NOT NULL,
  fingerprint text COLLATE "C" NOT NULL,
  report text COLLATE "C" NOT NULL,
  created_at bigint,
  created_by text COLLATE "C" NOT NULL,
  finished_at bigint,
  expires_at bigint,
  PRIMARY KEY (contact_center_id, id)
);
CREATE UNIQUE INDEX sso_tests_token ON sso_tests (contact_center_id, token_hash);
CREATE INDEX sso_tests_created ON sso_tests (created_at);

-- What became of sign-ins.
CREATE TABLE sso_traces (
  contact_center_id text COLLATE "C" NOT NULL REFERENCES contact_centers (id),
  id text COLLATE "C" NOT NULL,
  section text COLLATE "C" NOT NULL,
  outcome text COLLATE "C" NOT NULL,
  code text COLLATE "C" NOT NULL,
  verified boolean NOT NULL,
  username_key text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  reference text COLLATE "C" NOT NULL,
  count bigint NOT NULL,
  report text COLLATE "C" NOT NULL,
  at bigint,
  PRIMARY KEY (contact_center_id, id)
);
CREATE INDEX sso_traces_at ON sso_traces (at);
CREATE INDEX sso_traces_kept ON sso_traces (verified, contact_center_id, id);

-- Key pairs by which identity providers encrypt for the contact center.
CREATE TABLE sso_keys (
  contact_center_id text COLLATE "C" NOT NULL REFERENCES contact_centers (id),
  id text COLLATE "C" NOT NULL,
  pointer text COLLATE "C" NOT NULL,
  certificate text COLLATE "C" NOT NULL,
  sealed bytea NOT NULL,
  key_id text COLLATE "C" NOT NULL,
  created_at bigint,
  created_by text COLLATE "C" NOT NULL,
  PRIMARY KEY (contact_center_id, id)
);
CREATE INDEX sso_keys_key ON sso_keys (key_id);
