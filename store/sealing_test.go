package store_test

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// Whoever awaits sealing comes after a transaction that began with it, also where
// that is another process's.
func TestAwaitSealing(t *testing.T) {
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		first := storetest.Open(t, store.Config{URL: url})
		second := storetest.Open(t, store.Config{URL: url})
		require.NoError(t, second.AwaitSealing(t.Context()), "with nobody to wait for")
		require.NoError(t, second.BeginSealing(t.Context()), "outside of a transaction")
		var ended atomic.Bool
		began, awaited := make(chan struct{}), make(chan bool, 1)
		go func() {
			<-began
			if err := second.AwaitSealing(t.Context()); err != nil {
				t.Errorf("await: %v", err)
			}
			awaited <- ended.Load()
		}()
		require.NoError(t, first.Tx(t.Context(), func(tx *store.Store) error {
			if err := tx.BeginSealing(t.Context()); err != nil {
				return err
			}
			close(began)
			for range 50 { // somebody who does not wait would be through by then
				if _, err := tx.ContactCenters(t.Context()); err != nil {
					return err
				}
			}
			ended.Store(true)
			return nil
		}))
		require.True(t, <-awaited)
	})
}

// sealAgain seals on the key k2 what is on another one, a page at a time, and wants n of
// them: every one once, whatever it belongs to.
func sealAgain(t *testing.T, s *store.Store, n int) {
	t.Helper()
	var found []models.AccountSecret
	for after := (models.AccountSecret{}); ; after = found[len(found)-1] {
		page, err := s.SecretsNotOnKey(t.Context(), "k2", after, 1)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		found = append(found, page...)
	}
	require.Len(t, found, n)
	for _, old := range found {
		fresh := old
		fresh.Sealed, fresh.KeyID = []byte("new"), "k2"
		for _, first := range []bool{true, false} { // then it is another one
			replaced, err := s.ReplaceSealed(t.Context(), old, fresh)
			require.NoError(t, err)
			require.Equal(t, first, replaced)
		}
	}
	counts, err := s.CountByKey(t.Context())
	require.NoError(t, err)
	require.Equal(t, map[string]int{"k2": n}, counts)
}
