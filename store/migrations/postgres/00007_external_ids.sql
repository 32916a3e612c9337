-- What identity providers call users and teams. The keys are folded for
-- comparison; they need not be unique, as two providers may use the same words.

-- +goose Up
ALTER TABLE users ADD COLUMN external_id text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN external_key text COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX users_external ON users (contact_center_id, external_key);

ALTER TABLE teams ADD COLUMN external_id text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE teams ADD COLUMN external_key text COLLATE "C" NOT NULL DEFAULT '';
