//go:build full

package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// What is removed in the background does not wait for rows that somebody works on,
// and so cannot be part of a circle of those that wait.
func TestSweepsPassOverWhatIsLocked(t *testing.T) {
	s := storetest.Postgres(t)
	ctx := t.Context()
	cc := center(t, s, "a.test")
	for _, id := range []string{"1", "2"} {
		require.NoError(t, s.CreateToken(ctx, &models.Token{
			ContactCenterID: cc, ID: id, Kind: models.TokenOAuth, Hash: []byte(id), ExpiresAt: at(1),
		}))
	}
	require.NoError(t, s.Tx(ctx, func(tx *store.Store) error {
		_, err := tx.LockSignInAttempts(ctx, cc, "ann", []string{"*", "::1"}, at(1))
		return err
	}))
	require.NoError(t, s.Tx(ctx, func(tx *store.Store) error {
		if _, err := tx.Token(ctx, cc, "1"); err != nil {
			return err
		}
		if _, err := tx.LockSignInAttempts(ctx, cc, "ann", []string{"*"}, at(1)); err != nil {
			return err
		}
		// Outside of the transaction, which they do not wait for.
		n, err := s.DeleteExpiredTokens(ctx, at(2), 9)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		n, err = s.TrimSignInAttempts(ctx, 0)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		n, err = s.PurgeSignInAttempts(ctx, at(2), at(2), 9)
		require.NoError(t, err)
		require.Zero(t, n)
		return nil
	}))
	n, err := s.DeleteExpiredTokens(ctx, at(2), 9)
	require.NoError(t, err)
	require.Equal(t, 1, n)
}
