package audit

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"

	"admin-api/models"
	"admin-api/store"
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
	// Cut says that the chain may hold by itself, but is not the one whose end
	// was kept outside the database; see AcceptCuts.
	Cut bool `json:"cut,omitempty"`
}

// OK reports whether the chain holds.
func (r Report) OK() bool { return r.Broken == 0 }

// Verify checks every chain that the database, or the file of heads, knows. It
// returns one report per contact center, or an error where it could not read.
// Records that are appended meanwhile neither disturb it nor are they checked.
func (l *Log) Verify(ctx context.Context) ([]Report, error) {
	outside, err := l.outside() // first: the database can only be ahead of it
	if err != nil {
		return nil, fmt.Errorf("verify audit: %w", err)
	}
	ends, err := l.Store.AuditEnds(ctx)
	if err != nil {
		return nil, fmt.Errorf("verify audit: %w", err)
	}
	var reports []Report
	for _, end := range ends {
		kept := outside[end.ContactCenterID]
		delete(outside, end.ContactCenterID)
		if end.Sequence == 0 && end.Last == 0 && kept.Sequence == 0 {
			continue // it has not begun
		}
		r, err := l.verifyChain(ctx, end, kept)
		if err != nil {
			return nil, fmt.Errorf("verify audit: %w", err)
		}
		reports = append(reports, r)
	}
	for id, h := range outside { // chains of which nothing is left inside
		if h.Sequence > 0 {
			reports = append(reports, Report{
				ContactCenterID: id, Broken: 1, Reason: "the whole chain is missing", Cut: true,
			})
		}
	}
	return reports, nil
}

func (l *Log) outside() (map[string]models.AuditHead, error) {
	if l.Heads == nil {
		return map[string]models.AuditHead{}, nil
	}
	return l.Heads.file.load()
}

// errBroken ends the walk at the first record that does not hold.
var errBroken = errors.New("broken")

// verifyChain walks one chain from its start to its end. What is appended while
// it walks lies behind that end; the end itself was read in one piece.
func (l *Log) verifyChain(ctx context.Context, end models.AuditEnd, outside models.AuditHead) (Report, error) {
	r := Report{ContactCenterID: end.ContactCenterID}
	at := models.AuditHead{ContactCenterID: end.ContactCenterID}
	all := store.AuditRange{Last: end.Sequence}
	err := l.Store.WalkAuditRange(ctx, end.ContactCenterID, all, func(e *models.AuditEvent) error {
		if reason := l.wrong(at, e); reason != "" {
			r.Broken, r.Reason = at.Sequence+1, reason
			return errBroken
		}
		at = l.headBehind(e)
		r.Records++
		if at.Sequence == outside.Sequence && !hmac.Equal(at.MAC, outside.MAC) {
			r.Broken, r.Reason, r.Cut = at.Sequence, "it differs from the head kept outside the database", true
			return errBroken
		}
		return nil
	})
	if err != nil && !errors.Is(err, errBroken) {
		return r, err
	}
	if r.OK() {
		verifyEnd(&r, at, end, outside)
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

// verifyEnd compares the end that was reached with the recorded ones.
func verifyEnd(r *Report, at models.AuditHead, end models.AuditEnd, outside models.AuditHead) {
	switch {
	case at.Sequence == end.Sequence && end.Last > end.Sequence:
		r.Broken, r.Reason = end.Sequence+1, "it stands behind the recorded end"
	case at.Sequence < end.Sequence || at.Sequence < outside.Sequence:
		r.Broken, r.Reason = at.Sequence+1, "the records from here on were cut off"
		r.Cut = at.Sequence == end.Sequence
	case !hmac.Equal(at.MAC, end.MAC):
		r.Broken, r.Reason = at.Sequence, "the recorded end was altered"
	}
}
