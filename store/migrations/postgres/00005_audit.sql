-- The same as for SQLite.

-- +goose Up
CREATE TABLE audit_checkpoints (
  contact_center_id text COLLATE "C" NOT NULL PRIMARY KEY,
  sequence bigint NOT NULL,
  head_mac bytea NOT NULL,
  at bigint NOT NULL,
  mac bytea NOT NULL
);
