-- Where audit chains begin that were pruned. There are no further indexes for
-- filters: to read 200,000 records past one takes 40 ms, each index would make
-- every change dearer.

-- +goose Up
CREATE TABLE audit_checkpoints (
  contact_center_id TEXT    NOT NULL PRIMARY KEY,
  sequence          INTEGER NOT NULL,
  head_mac          BLOB    NOT NULL,
  at                INTEGER NOT NULL,
  mac               BLOB    NOT NULL
) STRICT, WITHOUT ROWID;
