package store

import (
	"context"
	"fmt"
)

// Tx runs fn in one transaction: all of what it writes through tx is stored, or
// nothing. An error or a panic of fn rolls back; the error is returned as it is.
// A Tx inside fn joins the transaction, and an error there must be returned for
// the whole to be rolled back. Within fn only tx may be used: the outer Store
// would wait for the transaction to end.
//
// On SQLite transactions run one after the other and several of them can share
// one commit. Tx returns when that commit is on the disk, so what it reports is
// durable; a function sees what the ones before it wrote. On PostgreSQL the
// level is READ COMMITTED, and what must not change is locked by the methods
// that say so.
//
// A canceled context keeps fn from starting and its statements from being
// started, but does not break off a statement that runs on SQLite's writer.
func (s *Store) Tx(ctx context.Context, fn func(tx *Store) error) error {
	if s.inTx {
		return fn(s)
	}
	if s.group != nil {
		return s.group.do(ctx, func() error {
			return fn(&Store{handles: s.handles, write: s.write, read: s.write, inTx: true})
		})
	}
	return s.postgresTx(ctx, fn)
}

func (s *Store) postgresTx(ctx context.Context, fn func(tx *Store) error) error {
	db := s.write.WithContext(ctx).Begin()
	if db.Error != nil {
		return fmt.Errorf("begin transaction: %w", translate(db.Error))
	}
	done := false
	defer func() {
		if !done {
			db.Rollback()
		}
	}()
	if err := fn(&Store{handles: s.handles, write: db, read: db, inTx: true}); err != nil {
		return err
	}
	done = true
	if err := db.Commit().Error; err != nil {
		return fmt.Errorf("commit: %w", translate(err))
	}
	return nil
}
