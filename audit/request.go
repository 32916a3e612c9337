package audit

import (
	"context"
	"errors"

	"admin-api/input"
	"admin-api/models"
	"admin-api/validation"
)

// question is the document of a verification.
type question struct {
	Checkpoint *keptCheckpoint `json:"checkpoint"`
}

type keptCheckpoint struct {
	ContactCenterID string      `json:"contactCenterId"`
	Sequence        int64       `json:"sequence" validate:"required"`
	At              models.Time `json:"at" validate:"required"`
	MAC             string      `json:"mac" validate:"required"`
}

// Answer verifies the chain of a contact center as a request asks for it. The
// body is empty or {"checkpoint":{…}} with one that was answered earlier; one
// that cannot be used is a violation, in validation.Errors.
func (l *Log) Answer(ctx context.Context, contactCenterID string, body []byte) (Report, error) {
	c := &validation.Context{Now: l.now()}
	var q question
	if len(body) > 0 {
		if err := input.Decode(body, &q, c); err != nil {
			return Report{}, err
		}
	}
	if err := c.Err(); err != nil {
		return Report{}, err
	}
	var kept *Checkpoint
	if k := q.Checkpoint; k != nil {
		kept = &Checkpoint{ContactCenterID: k.ContactCenterID, Sequence: k.Sequence, At: k.At, MAC: k.MAC}
		if kept.ContactCenterID == "" {
			kept.ContactCenterID = contactCenterID
		}
	}
	r, err := l.VerifyChain(ctx, contactCenterID, kept)
	if unusable, ok := errors.AsType[*CheckpointError](err); ok {
		c.Violate("/checkpoint", "checkpoint", "The checkpoint cannot be used: "+unusable.Reason+".")
		return Report{}, c.Err()
	}
	return r, err
}
