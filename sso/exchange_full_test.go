//go:build full

package sso_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// Whoever deletes a user takes the codes of the user along. An exchange at the same
// moment waits for that, and neither waits for the other.
func TestExchangeWhileTheUserGoes(t *testing.T) {
	address := storetest.EmptyPostgresURL(t)
	w := newWorld(t, storetest.Open(t, store.Config{URL: address}))
	u := w.user("jane.doe", `,"roles":["Agent"]`)
	code := "CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC"
	require.NoError(t, w.db.CreateSSOCode(t.Context(), &models.SSOCode{
		ContactCenterID: w.center.ID, Hash: access.HashToken(code), UserID: u.ID, Section: models.SectionAgentDesktop,
		ExpiresAt: models.NewTime(w.clock.Add(time.Minute)),
	}))
	exchanged := make(chan error, 1)
	require.NoError(t, w.db.Tx(t.Context(), func(tx *store.Store) error {
		if _, err := tx.LockUser(t.Context(), w.center.ID, u.ID); err != nil {
			return err
		}
		go func() {
			_, _, err := w.Exchange(t.Context(), w.center, code, access.Client{})
			exchanged <- err
		}()
		storetest.AwaitBlocked(t, address)
		return tx.DeleteUser(t.Context(), w.center.ID, u.ID)
	}))
	require.ErrorIs(t, <-exchanged, models.ErrUnauthenticated)
}
