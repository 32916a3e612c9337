-- What makes provisioning quick in large contact centers, and the display name that
-- identity providers give to users.

-- +goose Up
ALTER TABLE users ADD COLUMN display_name text COLLATE "C" NOT NULL DEFAULT '';
CREATE INDEX users_email ON users (contact_center_id, lower(email)) WHERE email <> '';

-- How often somebody joined or left a team, or was renamed in it, and when last: what
-- identity providers know of its members is as old as that.
ALTER TABLE teams ADD COLUMN roster bigint NOT NULL DEFAULT 0;
ALTER TABLE teams ADD COLUMN roster_at bigint;

-- The extensions from 1001 to the one before are taken.
ALTER TABLE contact_centers ADD COLUMN next_extension bigint NOT NULL DEFAULT 1001;
