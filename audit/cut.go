package audit

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"maps"
	"slices"

	"admin-api/models"
	"admin-api/store"
)

// Cut is a chain that does not go on from its end as it was kept outside the
// database: records were cut off, or the database is an older copy.
type Cut struct {
	// Kept is the end kept outside, Found the one that the database has; where
	// it has none its sequence is 0.
	Kept, Found models.AuditHead
	// Reason says in what they differ.
	Reason string
}

// AcceptCuts lets the chains go on that do not go on from their kept ends: it
// appends a record of what is missing to each, by the actor, and keeps that as
// the new end. It returns what it accepted, which without a cut is nothing. It
// is for an operator who knows why, such as after restoring an older copy, and
// hides nothing else: Verify still finds what does not hold inside a chain.
func (l *Log) AcceptCuts(ctx context.Context, actor, actorName string) ([]Cut, error) {
	if l.Heads == nil || l.Heads.file == "" {
		return nil, errors.New("accept cuts: no ends of audit chains are kept in a file")
	}
	cuts, err := l.Heads.accept(ctx, actor, actorName)
	if err != nil {
		return cuts, fmt.Errorf("accept cuts: %w", err)
	}
	return cuts, nil
}

// accept holds the lock all the time, so that nobody judges what is half done.
func (h *Heads) accept(ctx context.Context, actor, actorName string) (accepted []Cut, err error) {
	h.flushing.Lock()
	defer h.flushing.Unlock()
	unlock, err := h.file.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	kept, err := h.file.load()
	if err != nil {
		return nil, err
	}
	cuts, err := h.advance(ctx, kept)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(cuts)) {
		if kept[id], err = h.log.recordCut(ctx, id, cuts[id], actor, actorName); err != nil {
			return accepted, err
		}
		if err := h.file.save(kept); err != nil {
			return accepted, err
		}
		accepted = append(accepted, cuts[id])
	}
	return accepted, nil
}

// recordCut appends the record that a cut was accepted, and returns the head
// behind it.
func (l *Log) recordCut(ctx context.Context, id string, c Cut, actor, actorName string) (models.AuditHead, error) {
	e := &models.AuditEvent{
		ContactCenterID: id, Actor: actor, ActorName: actorName, Operation: "audit.accept-cut",
		TargetType: "contact-center", TargetID: id,
		Detail: fmt.Sprintf("the end that was kept outside the database, record %d with MAC %x, is not in it; "+
			"its chain ended with record %d", c.Kept.Sequence, c.Kept.MAC, c.Found.Sequence),
	}
	if err := l.Record(ctx, e); err != nil {
		return models.AuditHead{}, err
	}
	return l.headBehind(e), nil
}

// advance moves the kept heads forward to those of the database, where the
// chains go on from them, and returns the cuts: chains that do not.
func (h *Heads) advance(ctx context.Context, kept map[string]models.AuditHead) (map[string]Cut, error) {
	pruned, err := h.log.Store.AuditCheckpoints(ctx) // first: heads can only be ahead of them
	if err != nil {
		return nil, err
	}
	heads, err := h.log.Store.AuditHeads(ctx)
	if err != nil {
		return nil, err
	}
	found := map[string]models.AuditHead{}
	for _, head := range heads {
		found[head.ContactCenterID] = head
		if kept[head.ContactCenterID].Sequence == 0 {
			kept[head.ContactCenterID] = head // seen for the first time
		}
	}
	cuts := map[string]Cut{}
	for id, old := range kept {
		reason, err := h.log.severed(ctx, old, found[id], pruned[id])
		if err != nil {
			return nil, err
		}
		if reason != "" {
			cuts[id] = Cut{Kept: old, Found: found[id], Reason: reason}
			continue
		}
		kept[id] = found[id]
	}
	return cuts, nil
}

// severed says why the chain that ends with head does not go on from kept, an
// end that it had; empty when it does. All records in between are looked at:
// one alone could be put there for a moment by who can write to the database.
// What was pruned behind kept, by one who had the key, counts as looked at.
func (l *Log) severed(
	ctx context.Context, kept, head models.AuditHead, pruned models.AuditCheckpoint,
) (string, error) {
	switch {
	case head.Sequence < kept.Sequence:
		return fmt.Sprintf("it ends with record %d, before record %d", head.Sequence, kept.Sequence), nil
	case head.Sequence == kept.Sequence && hmac.Equal(head.MAC, kept.MAC):
		return "", nil
	}
	at, reason := l.resume(kept, pruned)
	if reason != "" {
		return reason, nil
	}
	since := store.AuditRange{First: max(kept.Sequence, at.Sequence+1), Last: head.Sequence}
	err := l.Store.WalkAuditRange(ctx, head.ContactCenterID, since, func(e *models.AuditEvent) error {
		if reason = l.wrongSince(kept, at, e); reason != "" {
			return errBroken
		}
		at = l.headBehind(e)
		return nil
	})
	if err != nil && !errors.Is(err, errBroken) {
		return "", err
	}
	if reason == "" && (at.Sequence != head.Sequence || !hmac.Equal(at.MAC, head.MAC)) {
		reason = fmt.Sprintf("its head is not that of record %d", head.Sequence)
	}
	return reason, nil
}

// resume is where the records after kept begin: the zero head where kept itself
// is still a record, else what was pruned.
func (l *Log) resume(kept models.AuditHead, pruned models.AuditCheckpoint) (at models.AuditHead, reason string) {
	if pruned.Sequence < kept.Sequence {
		return at, ""
	}
	at, reason = l.beginning(&pruned)
	if reason == "" && at.Sequence == kept.Sequence && !hmac.Equal(at.MAC, kept.MAC) {
		reason = fmt.Sprintf("record %d, which was pruned, was another one", kept.Sequence)
	}
	return at, reason
}

// wrongSince says what is wrong with e, the record behind at, or the one of the
// kept head where at is zero.
func (l *Log) wrongSince(kept, at models.AuditHead, e *models.AuditEvent) string {
	switch {
	case at.Sequence > 0:
		if what := l.wrong(at, e); what != "" {
			return fmt.Sprintf("record %d: %s", at.Sequence+1, what)
		}
	case e.Sequence != kept.Sequence:
		return fmt.Sprintf("record %d is missing", kept.Sequence)
	case !hmac.Equal(l.headBehind(e).MAC, kept.MAC):
		return fmt.Sprintf("record %d is another one", kept.Sequence)
	}
	return ""
}
