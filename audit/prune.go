package audit

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"admin-api/models"
	"admin-api/store"
)

// pruneBatch is how many records one transaction removes: writers wait for it.
const pruneBatch = 1000

// Pruning is what Prune removed of a chain.
type Pruning struct {
	// First and Last are the sequences of the records that are gone; both 0 where
	// none was old enough.
	First, Last int64
}

// Prune removes the records of a contact center that are older than before, by
// the actor. It leaves a signed checkpoint, from which Verify goes on, and puts
// itself on the record before it removes anything. The newest record always
// stays. A chain that does not hold is not pruned, which would hide why; nor is
// one whose end cannot be kept outside. When it was interrupted, the next one
// removes the rest.
func (l *Log) Prune(
	ctx context.Context, contactCenterID string, before models.Time, actor, actorName string,
) (Pruning, error) {
	p, err := l.prune(ctx, contactCenterID, before, actor, actorName)
	if err != nil {
		return p, fmt.Errorf("prune audit: %w", err)
	}
	return p, nil
}

func (l *Log) prune(
	ctx context.Context, id string, before models.Time, actor, actorName string,
) (p Pruning, err error) {
	r, err := l.VerifyChain(ctx, id, nil)
	if err != nil {
		return p, err
	}
	if !r.OK() {
		return p, fmt.Errorf("the chain does not hold at record %d: %s", r.Broken, r.Reason)
	}
	if r.Checkpoint == nil {
		return p, nil // it has not begun
	}
	last, err := l.oldEnough(ctx, id, before, r.Checkpoint.Sequence)
	if err != nil || last <= r.Pruned {
		return p, err
	}
	if err := l.keepEnd(ctx, id); err != nil {
		return p, err
	}
	p = Pruning{First: r.Pruned + 1, Last: last}
	e, err := l.pruning(ctx, id, p, actor, actorName)
	if errors.Is(err, models.ErrNotFound) {
		return Pruning{}, nil // another process prunes the chain and was quicker
	}
	if err != nil {
		return Pruning{}, err
	}
	for upTo := r.Pruned; upTo < last; e = nil {
		upTo = min(upTo+pruneBatch, last)
		if err := l.pruneUpTo(ctx, id, upTo, e); err != nil {
			return Pruning{}, err
		}
		l.Committed(id)
	}
	return p, nil
}

// oldEnough returns the last record to remove: all up to it are older than
// before, and the newest one is not among them.
func (l *Log) oldEnough(ctx context.Context, id string, before models.Time, newest int64) (int64, error) {
	first, err := l.Store.AuditSince(ctx, id, before)
	if err != nil {
		return 0, err
	}
	if first == 0 {
		first = newest
	}
	return min(first, newest) - 1, nil
}

// keepEnd moves the end that is kept outside behind all that may be removed:
// it can go on only from a record that is there.
func (l *Log) keepEnd(ctx context.Context, id string) error {
	if l.Heads == nil {
		return nil
	}
	l.Heads.changed(id)
	if err := l.Heads.Flush(ctx); err != nil {
		return err
	}
	return l.Heads.Check(ctx)
}

// pruning is the record of a pruning.
func (l *Log) pruning(ctx context.Context, id string, p Pruning, actor, actorName string) (*models.AuditEvent, error) {
	last, err := l.Store.AuditEvent(ctx, id, p.Last)
	if err != nil {
		return nil, err
	}
	return &models.AuditEvent{
		ContactCenterID: id, Actor: actor, ActorName: actorName, Operation: "audit.prune",
		TargetType: "contact-center", TargetID: id,
		Detail: fmt.Sprintf("records %d to %d are removed; record %d had the MAC %x", p.First, p.Last, p.Last, last.MAC),
	}, nil
}

// pruneUpTo appends e, if it is not nil, and removes the records up to a sequence,
// in one transaction.
func (l *Log) pruneUpTo(ctx context.Context, id string, upTo int64, e *models.AuditEvent) error {
	return l.Store.Tx(ctx, func(tx *store.Store) error {
		if e != nil {
			if err := l.Append(ctx, tx, e); err != nil {
				return err
			}
		}
		last, err := tx.AuditEvent(ctx, id, upTo)
		if errors.Is(err, models.ErrNotFound) {
			return nil // another process prunes the chain and is further
		}
		if err != nil {
			return err
		}
		c := &models.AuditCheckpoint{
			ContactCenterID: id, Sequence: upTo, HeadMAC: l.headBehind(last).MAC, At: models.NewTime(l.now()),
		}
		c.MAC = l.prunedMAC(c)
		return tx.PruneAudit(ctx, c)
	})
}

// prunedMAC authenticates where a pruned chain begins.
func (l *Log) prunedMAC(c *models.AuditCheckpoint) []byte {
	return l.Keys.MAC("audit-pruned", []byte(c.ContactCenterID), []byte(strconv.FormatInt(c.Sequence, 10)), c.HeadMAC,
		[]byte(strconv.FormatInt(c.At.UnixMilli(), 10)))
}
