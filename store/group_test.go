package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
)

func domain(i int) *models.ContactCenter {
	return &models.ContactCenter{ID: fmt.Sprintf("id%d", i), Domain: fmt.Sprintf("d%d.test", i)}
}

func domains(t *testing.T, s *Store) []string {
	t.Helper()
	all, err := s.ContactCenters(t.Context())
	require.NoError(t, err)
	var names []string
	for _, c := range all {
		names = append(names, c.Domain)
	}
	return names
}

// line starts n transactions that wait behind an open one, in the order of their
// numbers, and lets them go. It returns what each returned, the open one last.
func line(t *testing.T, s *Store, n int, fn func(i int, tx *Store) error) []error {
	t.Helper()
	s.group.oldest = time.Hour // a slow machine must not split the batch
	results := make([]error, n+1)
	var wg sync.WaitGroup
	results[n] = s.Tx(t.Context(), func(*Store) error {
		for i := range n {
			wg.Go(func() {
				defer func() {
					if v := recover(); v != nil {
						results[i] = fmt.Errorf("panic: %v", v)
					}
				}()
				results[i] = s.Tx(t.Context(), func(tx *Store) error { return fn(i, tx) })
			})
			for s.Stats().Waiting <= i {
				runtime.Gosched()
			}
		}
		return nil
	})
	wg.Wait()
	return results
}

func TestTransactionsShareACommit(t *testing.T) {
	s := migrated(t)
	before := s.Stats()
	for _, err := range line(t, s, 10, func(i int, tx *Store) error {
		return tx.CreateContactCenter(t.Context(), domain(i))
	}) {
		require.NoError(t, err)
	}
	after := s.Stats()
	require.Len(t, domains(t, s), 10)
	require.EqualValues(t, 11, after.Transactions-before.Transactions)
	require.EqualValues(t, 1, after.Commits-before.Commits, "all eleven in one")
}

// TestMembersAreApart has members of one commit fail in every way; the others must
// not notice.
func TestMembersAreApart(t *testing.T) {
	s := migrated(t)
	refused := errors.New("refused")
	results := line(t, s, 6, func(i int, tx *Store) error {
		if err := tx.CreateContactCenter(t.Context(), domain(i)); err != nil {
			return err
		}
		switch i {
		case 1:
			return refused
		case 2:
			panic("no")
		case 3:
			return tx.CreateContactCenter(t.Context(), domain(0))
		}
		return nil
	})
	require.NoError(t, results[0])
	require.Equal(t, refused, results[1])
	require.EqualError(t, results[2], "panic: no")
	require.ErrorIs(t, results[3], models.ErrExists)
	require.NoError(t, results[4])
	require.NoError(t, results[6])
	require.Equal(t, []string{"d0.test", "d4.test", "d5.test"}, domains(t, s))
}

// TestLostBatch ends the shared transaction behind its members' backs, as SQLite
// does when the disk is full: nobody may be told that all is well.
func TestLostBatch(t *testing.T) {
	s := migrated(t)
	results := line(t, s, 4, func(i int, tx *Store) error {
		if err := tx.CreateContactCenter(t.Context(), domain(i)); err != nil {
			return err
		}
		if i == 2 {
			return s.group.run("ROLLBACK")
		}
		return nil
	})
	for i := range 3 {
		require.ErrorIs(t, results[i], models.ErrUnavailable, "member %d", i)
	}
	require.NoError(t, results[3], "it begins anew")
	require.ErrorIs(t, results[4], models.ErrUnavailable)
	require.Equal(t, []string{"d3.test"}, domains(t, s))
}

func TestLostTransaction(t *testing.T) {
	s := migrated(t)
	err := s.Tx(t.Context(), func(*Store) error { return s.group.run("ROLLBACK") })
	require.ErrorIs(t, err, models.ErrUnavailable)
	require.NoError(t, s.CreateContactCenter(t.Context(), domain(1)))
}

func TestFullBatchCommits(t *testing.T) {
	s := migrated(t)
	before := s.Stats().Commits
	for _, err := range line(t, s, batchMembers+10, func(int, *Store) error { return nil }) {
		require.NoError(t, err)
	}
	require.GreaterOrEqual(t, s.Stats().Commits-before, uint64(2))
}

func TestCanceledInLine(t *testing.T) {
	s := migrated(t)
	ctx, cancel := context.WithCancel(t.Context())
	never := func(*Store) error { return errors.New("ran") }
	result := make(chan error)
	require.NoError(t, s.Tx(t.Context(), func(*Store) error {
		go func() { result <- s.Tx(ctx, never) }()
		for s.Stats().Waiting == 0 {
			runtime.Gosched()
		}
		cancel()
		require.ErrorIs(t, <-result, context.Canceled, "it does not wait for the turn")
		return nil
	}))
	require.ErrorIs(t, s.Tx(ctx, never), context.Canceled)

	ctx, cancel = context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	err := s.Tx(ctx, never)
	require.ErrorIs(t, err, models.ErrUnavailable)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, s.Ping(t.Context()))
}

// TestCanceledTurn cancels those in line at the moment in which their turn comes,
// as the last of a batch that only they could commit.
func TestCanceledTurn(t *testing.T) {
	s := migrated(t)
	for i := range 200 {
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		require.NoError(t, s.Tx(t.Context(), func(tx *Store) error {
			for range 3 {
				wg.Go(func() { _ = s.Tx(ctx, func(*Store) error { return nil }) })
			}
			for s.Stats().Waiting < 3 {
				runtime.Gosched()
			}
			wg.Go(cancel)
			return tx.CreateContactCenter(t.Context(), domain(i))
		}), "round %d", i)
		wg.Wait()
	}
	require.Len(t, domains(t, s), 200)
}

// TestGoexit ends the goroutine within a transaction, as a failing test does.
func TestGoexit(t *testing.T) {
	s := migrated(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Tx(t.Context(), func(tx *Store) error {
			_ = tx.CreateContactCenter(t.Context(), domain(1))
			runtime.Goexit()
			return nil
		})
	}()
	<-done
	require.NoError(t, s.CreateContactCenter(t.Context(), domain(2)))
	require.Equal(t, []string{"d2.test"}, domains(t, s))
}
