-- Who did what, and what was refused, without reading the whole chain.

-- +goose Up
CREATE INDEX audit_events_actor ON audit_events (contact_center_id, actor, sequence);
CREATE INDEX audit_events_operation ON audit_events (contact_center_id, operation, sequence);
CREATE INDEX audit_events_type ON audit_events (contact_center_id, target_type, sequence);
CREATE INDEX audit_events_refused ON audit_events (contact_center_id, sequence) WHERE outcome = 'refused';
