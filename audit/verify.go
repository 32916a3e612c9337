package audit

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"

	"admin-api/models"
)

// Report is the outcome of verifying one chain.
type Report struct {
	ContactCenterID string `json:"contactCenterId"`
	// Records is how many records were found intact, in order.
	Records int64 `json:"records"`
	// Broken is the sequence of the first record that does not hold (or is
	// missing), 0 when the chain holds.
	Broken int64 `json:"broken,omitempty"`
	// Reason says what is wrong with it.
	Reason string `json:"reason,omitempty"`
}

// OK reports whether the chain holds.
func (r Report) OK() bool { return r.Broken == 0 }

// Verify checks every chain that the database, or the file of heads, knows. It
// returns one report per contact center, or an error where it could not read.
func (l *Log) Verify(ctx context.Context) ([]Report, error) {
	heads, err := l.Store.AuditHeads(ctx)
	if err != nil {
		return nil, fmt.Errorf("verify audit: %w", err)
	}
	outside, err := l.outside()
	if err != nil {
		return nil, fmt.Errorf("verify audit: %w", err)
	}
	var reports []Report
	for _, h := range heads {
		r, err := l.verifyChain(ctx, h, outside[h.ContactCenterID])
		if err != nil {
			return nil, fmt.Errorf("verify audit: %w", err)
		}
		delete(outside, h.ContactCenterID)
		reports = append(reports, r)
	}
	for id, h := range outside { // chains of which nothing is left inside
		if h.Sequence > 0 {
			reports = append(reports, Report{ContactCenterID: id, Broken: 1, Reason: "the whole chain is missing"})
		}
	}
	return reports, nil
}

func (l *Log) outside() (map[string]models.AuditHead, error) {
	if l.Heads == nil {
		return map[string]models.AuditHead{}, nil
	}
	return l.Heads.load()
}

// errBroken ends the walk at the first record that does not hold.
var errBroken = errors.New("broken")

// verifyChain walks one chain from its start to its head.
func (l *Log) verifyChain(ctx context.Context, head, outside models.AuditHead) (Report, error) {
	r := Report{ContactCenterID: head.ContactCenterID}
	at := models.AuditHead{ContactCenterID: head.ContactCenterID}
	err := l.Store.WalkAudit(ctx, head.ContactCenterID, func(e *models.AuditEvent) error {
		if reason := l.wrong(at, e); reason != "" {
			r.Broken, r.Reason = at.Sequence+1, reason
			return errBroken
		}
		at.Sequence = e.Sequence
		at.MAC = l.headMAC(at, e.MAC)
		r.Records++
		if at.Sequence == outside.Sequence && !hmac.Equal(at.MAC, outside.MAC) {
			r.Broken, r.Reason = at.Sequence, "it differs from the head kept outside the database"
			return errBroken
		}
		return nil
	})
	if err != nil && !errors.Is(err, errBroken) {
		return r, err
	}
	if r.OK() {
		l.verifyEnd(&r, at, head, outside)
	}
	return r, nil
}

// wrong says what is wrong with the record behind at; empty when nothing is.
func (l *Log) wrong(at models.AuditHead, e *models.AuditEvent) string {
	if e.Sequence != at.Sequence+1 {
		return "it is missing"
	}
	if !hmac.Equal(e.MAC, l.recordMAC(at.MAC, e)) {
		return "it was altered, moved, or signed with another key"
	}
	return ""
}

// verifyEnd compares the end that was reached with the two recorded ones.
func (l *Log) verifyEnd(r *Report, at, head, outside models.AuditHead) {
	switch {
	case at.Sequence < head.Sequence || at.Sequence < outside.Sequence:
		r.Broken, r.Reason = at.Sequence+1, "the records from here on were cut off"
	case at.Sequence > head.Sequence:
		r.Broken, r.Reason = head.Sequence+1, "it stands behind the recorded end"
	case !hmac.Equal(at.MAC, head.MAC):
		r.Broken, r.Reason = at.Sequence, "the recorded end was altered"
	}
}
