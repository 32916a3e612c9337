package store_test

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

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
