package store

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// How long AwaitSealing waits for transactions on PostgreSQL, which may be those
// of other programs in the same cluster, and how often it looks.
const (
	sealingTime  = 30 * time.Second
	sealingPause = 20 * time.Millisecond
)

// BeginSealing is called in a transaction that stores sealed values, before it
// makes sure that they are under the newest key: from then on AwaitSealing waits
// for it. Outside of Tx it does nothing.
func (s *Store) BeginSealing(ctx context.Context) error {
	if !s.inTx || s.dialect == SQLite {
		return nil // on SQLite the transaction is the only one that writes
	}
	var id string
	if err := s.write.WithContext(ctx).Raw("SELECT pg_current_xact_id()::text").Find(&id).Error; err != nil {
		return fmt.Errorf("begin sealing: %w", translate(err))
	}
	return nil
}

// AwaitSealing returns when all transactions have ended that called BeginSealing
// before, in whatever process. Whoever has added a key sees what they stored; what
// is stored from now on is under the new key. On PostgreSQL it gives up after half
// a minute, with a warning in the log.
func (s *Store) AwaitSealing(ctx context.Context) error {
	if s.dialect == SQLite {
		if err := s.Tx(ctx, func(*Store) error { return nil }); err != nil {
			return fmt.Errorf("await sealing: %w", err)
		}
		return nil
	}
	var own string // a number of this statement's own: those that have one already are before it
	if err := s.write.WithContext(ctx).Raw("SELECT pg_current_xact_id()::text").Find(&own).Error; err != nil {
		return fmt.Errorf("await sealing: %w", translate(err))
	}
	for end := time.Now().Add(sealingTime); time.Now().Before(end); {
		var over bool
		err := s.query(ctx).Raw("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= ?::xid8", own).Find(&over).Error
		if err != nil {
			return fmt.Errorf("await sealing: %w", translate(err))
		}
		if over {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("await sealing: %w", ctx.Err())
		case <-time.After(sealingPause):
		}
	}
	s.logger.LogAttrs(ctx, slog.LevelWarn, "transactions take long; run keys rotate once more when they have ended")
	return nil
}
