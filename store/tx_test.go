package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func TestTx(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		exists := func(id string) bool {
			_, err := s.Account(ctx, cc, id)
			if err != nil {
				require.ErrorIs(t, err, models.ErrNotFound)
			}
			return err == nil
		}
		refused := errors.New("refused")

		a := account(cc, "a", 1)
		require.NoError(t, s.Tx(ctx, func(tx *store.Store) error {
			require.NoError(t, tx.InsertAccount(ctx, a))
			_, err := tx.Account(ctx, cc, a.ID)
			require.NoError(t, err, "it reads what it wrote")
			require.False(t, exists(a.ID), "others do not")
			return tx.Tx(ctx, func(inner *store.Store) error {
				return inner.PutSecrets(ctx, []models.AccountSecret{secret(a, "/p", "k1")})
			})
		}))
		require.True(t, exists(a.ID))

		b := account(cc, "b", 2)
		err := s.Tx(ctx, func(tx *store.Store) error {
			require.NoError(t, tx.InsertAccount(ctx, b))
			return refused
		})
		require.Equal(t, refused, err, "the error comes back as it is")
		require.False(t, exists(b.ID))

		err = s.Tx(ctx, func(tx *store.Store) error {
			return tx.Tx(ctx, func(inner *store.Store) error {
				require.NoError(t, inner.InsertAccount(ctx, b))
				return refused
			})
		})
		require.Equal(t, refused, err)
		require.False(t, exists(b.ID), "a nested transaction is part of the outer one")

		require.PanicsWithValue(t, "no", func() {
			_ = s.Tx(ctx, func(tx *store.Store) error {
				require.NoError(t, tx.InsertAccount(ctx, b))
				panic("no")
			})
		})
		require.False(t, exists(b.ID))
		require.NoError(t, s.Ping(ctx), "and the store goes on")
	})
}

func TestCanceledContext(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		cc := center(t, s, "a.test")
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Tx(ctx, func(tx *store.Store) error {
			require.NoError(t, tx.InsertAccount(ctx, account(cc, "a", 1)))
			cancel()
			return tx.InsertAccount(ctx, account(cc, "b", 2))
		})
		require.ErrorIs(t, err, context.Canceled)
		require.NotErrorIs(t, err, models.ErrUnavailable)
		_, err = s.Account(ctx, cc, "x")
		require.ErrorIs(t, err, context.Canceled)
		_, err = s.ListAccounts(ctx, models.AccountFilter{ContactCenterID: cc})
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, s.InsertAccount(ctx, account(cc, "c", 3)), context.Canceled)

		ctx, cancel = context.WithDeadline(t.Context(), time.Unix(1, 0))
		defer cancel()
		_, err = s.Account(ctx, cc, "x")
		require.ErrorIs(t, err, models.ErrUnavailable)

		all, err := s.ListAccounts(t.Context(), models.AccountFilter{ContactCenterID: cc})
		require.NoError(t, err)
		require.Empty(t, all)
	})
}

// TestReadersAndWriters keeps readers busy on everything while writers change it:
// nobody may be told that the database is locked.
func TestReadersAndWriters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		first := stored(t, s, account(cc, "first", 0))
		stop := make(chan struct{})
		var readers, writers sync.WaitGroup
		for range 8 {
			readers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					page, err := s.ListAccounts(ctx, models.AccountFilter{ContactCenterID: cc, Sort: models.SortByName})
					if err != nil || len(page) == 0 {
						t.Errorf("list while writing: %d, %v", len(page), err)
						return
					}
					if _, err := s.Account(ctx, cc, first.ID); err != nil {
						t.Errorf("read while writing: %v", err)
						return
					}
				}
			})
		}
		for w := range 8 {
			writers.Go(func() {
				for i := range 20 {
					a := account(cc, string(rune('a'+w))+string(rune('a'+i)), i)
					err := s.Tx(ctx, func(tx *store.Store) error {
						if err := tx.InsertAccount(ctx, a); err != nil {
							return err
						}
						return tx.PutSecrets(ctx, []models.AccountSecret{secret(a, "/p", "k1")})
					})
					if err != nil {
						t.Errorf("write: %v", err)
						return
					}
				}
			})
		}
		writers.Wait()
		close(stop)
		readers.Wait()
		page, err := s.ListAccounts(ctx, models.AccountFilter{ContactCenterID: cc})
		require.NoError(t, err)
		require.Len(t, page, 161)
	})
}

func TestStats(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		require.NoError(t, s.Ping(t.Context()))
		stats := s.Stats()
		require.Positive(t, stats.Readers.OpenConnections)
		require.Positive(t, stats.Writer.OpenConnections)
		require.Equal(t, s.Dialect() == store.SQLite, s.Path() != "")
	})
}
