package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"admin-api/models"
	"admin-api/store"
)

const (
	// sweepInterval is how often Sweep works, and so how often failed sign-ins
	// of one user from one address go on record at most.
	sweepInterval = 30 * time.Second
	// knownFor is how long an address is known as one that somebody signed in from.
	knownFor = 90 * 24 * time.Hour
	// mostAttempts bounds what is remembered of attempts that did not succeed.
	mostAttempts = 100_000
	sweepBatch   = 500
)

// RunSweeps sweeps now and then until the context ends, and then once more.
// Several processes may do so on one database.
func (s *Service) RunSweeps(ctx context.Context) {
	tick := time.NewTicker(sweepInterval)
	defer tick.Stop()
	for {
		last := false
		select {
		case <-ctx.Done():
			last = true
		case <-tick.C:
		}
		bounded, cancel := lasting(ctx)
		if err := s.Sweep(bounded); err != nil {
			s.warn(bounded, "sweep of sessions failed; it is tried again", "error", err)
		}
		cancel()
		if last {
			return
		}
	}
}

// Sweep puts on record what failed since the last time, and removes what has
// ended: sessions, tokens of the client-credentials call, and what is known of
// old attempts to sign in.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.now()
	at := func(before time.Duration) models.Time { return models.NewTime(now.Add(-before)) }
	return errors.Join(
		s.recordFailures(ctx),
		all(func() (int, error) {
			return s.Store.DeleteEndedSessions(ctx, at(0), at(s.sessionIdle()+2*useGrain), sweepBatch)
		}),
		all(func() (int, error) { return s.Store.DeleteExpiredTokens(ctx, at(0), sweepBatch) }),
		all(func() (int, error) { return s.Store.PurgeSignInAttempts(ctx, at(forgotten), at(knownFor), sweepBatch) }),
		once(s.Store.TrimSignInAttempts(ctx, mostAttempts)),
	)
}

// all repeats a removal until less than a batch was left.
func all(remove func() (int, error)) error {
	for {
		if n, err := remove(); err != nil || n < sweepBatch {
			return err
		}
	}
}

func once(_ int, err error) error { return err }

// recordFailures puts on the audit record how many attempts failed under the names
// of users.
func (s *Service) recordFailures(ctx context.Context) error {
	for {
		rows, err := s.Store.UnrecordedSignIns(ctx, sweepBatch)
		if err != nil {
			return err
		}
		for i := range rows {
			if err := s.recordFailure(ctx, &rows[i]); err != nil {
				return err
			}
		}
		if len(rows) < sweepBatch {
			return nil
		}
	}
}

func (s *Service) recordFailure(ctx context.Context, r *models.SignInAttempts) error {
	operation := "session.create"
	if strings.HasPrefix(r.NameKey, bySecret) {
		operation = "token.issue"
	}
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		mine, err := tx.TakeUnrecorded(ctx, r)
		if err != nil || !mine {
			return err
		}
		return s.Audit.Append(ctx, tx, &models.AuditEvent{
			ContactCenterID: r.ContactCenterID, Actor: "system", ActorName: "sign-in", Address: r.Address,
			Operation: operation, TargetType: "user", TargetID: r.UserID, Outcome: models.OutcomeRefused,
			Detail: fmt.Sprintf("failed attempts: %d, refused while blocked: %d", r.Failed, r.Blocked),
		})
	})
	if err == nil {
		s.Audit.Committed(r.ContactCenterID)
	}
	return err
}
