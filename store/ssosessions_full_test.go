//go:build full

package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// Whoever ends all sessions of a user also ends the one that a one-time code is being
// exchanged for at that moment.
func TestNoSessionSlipsThrough(t *testing.T) {
	url := storetest.EmptyPostgresURL(t)
	ctx := t.Context()
	s := storetest.Open(t, store.Config{URL: url})
	cc := center(t, s, "a.test")
	u := somebody(t, s, cc)
	hash := []byte("h")
	require.NoError(t, s.CreateSSOCode(ctx, &models.SSOCode{ContactCenterID: cc, Hash: hash, UserID: u.ID, ExpiresAt: at(9)}))
	ended := make(chan error, 1)
	require.NoError(t, s.Tx(ctx, func(tx *store.Store) error {
		if _, err := tx.LockUser(ctx, cc, u.ID); err != nil {
			return err
		}
		if _, err := tx.TakeSSOCode(ctx, cc, hash, at(1)); err != nil {
			return err
		}
		go func() { ended <- s.DeleteSessions(ctx, cc, u.ID, "") }()
		storetest.AwaitBlocked(t, url)
		return store.InsertSession(ctx, tx, &models.Session{
			ContactCenterID: cc, ID: models.NewID(start), UserID: u.ID, Hash: hash, CreatedAt: at(1), SeenAt: at(1), ExpiresAt: at(9),
		})
	}))
	require.NoError(t, <-ended)
	sessions, err := s.Sessions(ctx, cc, u.ID)
	require.NoError(t, err)
	require.Empty(t, sessions)
}
