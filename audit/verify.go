package audit

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"admin-api/models"
	"admin-api/store"
)

// Report is the outcome of verifying one chain.
type Report struct {
	ContactCenterID string `json:"contactCenterId"`
	// Records is how many records were found intact, in order.
	Records int64 `json:"records"`
	// Pruned is the sequence up to which records were removed by Prune, 0 for none.
	Pruned int64 `json:"pruned,omitempty"`
	// Broken is the sequence of the first record that does not hold (or is
	// missing), 0 when the chain holds.
	Broken int64 `json:"broken,omitempty"`
	// Reason says what is wrong with it.
	Reason string `json:"reason,omitempty"`
	// Cut says that the chain may hold by itself, but is not the one whose end
	// was kept outside the database; see AcceptCuts.
	Cut bool `json:"cut,omitempty"`
	// Checkpoint is the verified end, to be kept outside; nil where the chain does
	// not hold or has not begun.
	Checkpoint *Checkpoint `json:"checkpoint,omitempty"`
}

// OK reports whether the chain holds.
func (r Report) OK() bool { return r.Broken == 0 }

func (r *Report) breaks(sequence int64, reason string) {
	r.Broken, r.Reason = max(sequence, 1), reason
}

// Verify checks every chain that the database, the file of heads or one of the
// checkpoints knows: that each record is there as it was written, and that the
// chain goes on from the ends that were kept outside. It returns one report per
// contact center in the order of their ids; a *CheckpointError for a checkpoint
// that cannot be used; or an error where it could not read. Records that are
// appended or pruned meanwhile do not disturb it, nor does it hold up writers.
func (l *Log) Verify(ctx context.Context, kept ...Checkpoint) ([]Report, error) {
	outside, err := l.outside() // first: the database can only be ahead of it
	if err != nil {
		return nil, fmt.Errorf("verify audit: %w", err)
	}
	ends, err := l.Store.AuditEnds(ctx)
	if err != nil {
		return nil, fmt.Errorf("verify audit: %w", err)
	}
	known := map[string]bool{}
	for _, end := range ends {
		known[end.ContactCenterID] = true
	}
	for id := range outside { // chains of which nothing is left inside
		known[id] = true
	}
	byCenter := map[string]*Checkpoint{}
	for i, c := range kept {
		known[c.ContactCenterID], byCenter[c.ContactCenterID] = true, &kept[i]
	}
	var reports []Report
	for _, id := range slices.Sorted(maps.Keys(known)) {
		r, begun, err := l.verify(ctx, id, outside[id], byCenter[id])
		if err != nil {
			return nil, fmt.Errorf("verify audit: %w", err)
		}
		if begun {
			reports = append(reports, r)
		}
	}
	return reports, nil
}

// VerifyChain is Verify for the chain of one contact center; kept may be nil. A
// chain that has not begun holds.
func (l *Log) VerifyChain(ctx context.Context, contactCenterID string, kept *Checkpoint) (Report, error) {
	outside, err := l.outside()
	if err != nil {
		return Report{}, fmt.Errorf("verify audit: %w", err)
	}
	r, _, err := l.verify(ctx, contactCenterID, outside[contactCenterID], kept)
	if err != nil {
		return Report{}, fmt.Errorf("verify audit: %w", err)
	}
	return r, nil
}

func (l *Log) outside() (map[string]models.AuditHead, error) {
	if l.Heads == nil {
		return map[string]models.AuditHead{}, nil
	}
	return l.Heads.file.load()
}

// verify checks one chain, and anew where its beginning moved meanwhile: then
// records were pruned under its hands. begun is false where nobody knows of one.
func (l *Log) verify(
	ctx context.Context, id string, outside models.AuditHead, kept *Checkpoint,
) (r Report, begun bool, err error) {
	keptHead, err := l.opened(id, kept)
	if err != nil {
		return r, false, err
	}
	end, err := l.Store.AuditEnd(ctx, id)
	for err == nil {
		w := walk{log: l, end: end, outside: outside, kept: keptHead, report: Report{ContactCenterID: id}}
		if !w.begun() {
			return w.report, false, nil
		}
		wrong := w.run(ctx)
		if wrong == nil && w.report.OK() {
			return w.report, true, nil
		}
		was := end.Pruned
		if end, err = l.Store.AuditEnd(ctx, id); err == nil && end.Pruned.Sequence <= was.Sequence {
			return w.report, true, wrong
		}
	}
	return r, false, err
}

// errBroken ends a walk at the first record that does not hold.
var errBroken = errors.New("broken")

// walk goes along one chain from its beginning to its end. What is appended
// meanwhile lies behind that end, which was read in one piece.
type walk struct {
	log     *Log
	end     models.AuditEnd
	outside models.AuditHead // of the file; sequence 0 where it has none
	kept    models.AuditHead // of a checkpoint; sequence 0 where none was given
	at      models.AuditHead // reached so far
	report  Report
}

// begun reports whether there is anything to verify.
func (w *walk) begun() bool {
	return w.end.Headed || w.end.Begun || w.end.Checkpointed || w.outside.Sequence > 0 || w.kept.Sequence > 0
}

func (w *walk) run(ctx context.Context) error {
	id := w.report.ContactCenterID
	w.at.ContactCenterID = id
	if w.end.Checkpointed {
		var reason string
		if w.at, reason = w.log.beginning(&w.end.Pruned); reason != "" {
			w.report.breaks(w.end.Pruned.Sequence, reason)
			return nil
		}
		w.report.Pruned = w.at.Sequence
	}
	if w.kept.Sequence > 0 && w.kept.Sequence < w.at.Sequence {
		return &CheckpointError{Reason: fmt.Sprintf(
			"it is older than what was pruned, up to record %d: keep a newer one", w.at.Sequence)}
	}
	if !w.compare() {
		return nil
	}
	all := store.AuditRange{First: math.MinInt64, Last: w.end.Sequence}
	err := w.log.Store.WalkAuditRange(ctx, id, all, w.step)
	if err != nil && !errors.Is(err, errBroken) {
		return err
	}
	if w.report.OK() {
		w.arrive()
	}
	if w.report.OK() {
		c := w.log.checkpoint(w.at)
		w.report.Checkpoint = &c
	}
	return nil
}

// step takes the next record.
func (w *walk) step(e *models.AuditEvent) error {
	if reason := w.log.wrong(w.at, e); reason != "" {
		w.report.breaks(w.at.Sequence+1, reason)
		return errBroken
	}
	w.at = w.log.headBehind(e)
	w.report.Records++
	if !w.compare() {
		return errBroken
	}
	return nil
}

// compare holds what was reached against the ends that were kept outside, and
// reports whether it is the same.
func (w *walk) compare() bool {
	switch {
	case w.at.Sequence == 0:
	case w.at.Sequence == w.outside.Sequence && !hmac.Equal(w.at.MAC, w.outside.MAC):
		w.report.breaks(w.at.Sequence, "it differs from the head kept outside the database")
		w.report.Cut = true
	case w.at.Sequence == w.kept.Sequence && !hmac.Equal(w.at.MAC, w.kept.MAC):
		w.report.breaks(w.at.Sequence, "it differs from the checkpoint that was kept")
	}
	return w.report.OK()
}

// arrive compares the end that was reached with the recorded ones.
func (w *walk) arrive() {
	at, end := w.at.Sequence, w.end.Sequence
	switch {
	case !w.end.Headed && !w.end.Begun && !w.end.Checkpointed:
		w.report.breaks(1, "the whole chain is missing")
		w.report.Cut = w.outside.Sequence > 0
	case at == end && w.end.Last > end:
		w.report.breaks(end+1, "it stands behind the recorded end")
	case at < end || at < w.outside.Sequence || at < w.kept.Sequence:
		w.report.breaks(at+1, "the records from here on were cut off")
		w.report.Cut = at == end && at < w.outside.Sequence
	case !w.end.Headed || !hmac.Equal(w.at.MAC, w.end.MAC):
		w.report.breaks(at, "the recorded end was altered")
	case w.report.Records == 0: // Prune always leaves the record of itself
		w.report.breaks(at+1, "the records from here on were cut off")
	}
}

// beginning is what the first record of a pruned chain follows. The reason says
// that the checkpoint is none of ours.
func (l *Log) beginning(pruned *models.AuditCheckpoint) (at models.AuditHead, reason string) {
	if pruned.Sequence < 1 || !hmac.Equal(pruned.MAC, l.prunedMAC(pruned)) {
		return at, "the checkpoint in the database, of what was pruned, was altered"
	}
	return models.AuditHead{
		ContactCenterID: pruned.ContactCenterID, Sequence: pruned.Sequence, MAC: pruned.HeadMAC,
	}, ""
}

// wrong says what is wrong with the record behind at; empty when nothing is.
func (l *Log) wrong(at models.AuditHead, e *models.AuditEvent) string {
	switch {
	case e.Sequence <= at.Sequence:
		return "a record stands before the beginning of the chain"
	case e.Sequence > at.Sequence+1:
		return "it is missing"
	case e.Changes != nil && len(e.Changes) == 0: // the MAC cannot tell it from none
		return "it was altered"
	case !hmac.Equal(e.MAC, l.recordMAC(at.MAC, e)):
		return "it was altered, moved, or signed with another key"
	}
	return ""
}
