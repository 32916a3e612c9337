-- When the contact center was last brought back from a backup, which does not know
-- what was used after it was made.

-- +goose Up
ALTER TABLE contact_centers ADD COLUMN restored_at INTEGER;
