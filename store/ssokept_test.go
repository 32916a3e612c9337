package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// Of single sign-on a restore leaves what tells what happened, keeps secrets, or
// refuses a message that was used; it removes what somebody could get in with.
func TestRestoreOfSingleSignOn(t *testing.T) {
	ctx := t.Context()
	source := storetest.SQLite(t)
	cc := center(t, source, "a.test")
	u := somebody(t, source, cc)
	hash := []byte("h")
	require.NoError(t, store.InsertSession(ctx, source, &models.Session{
		ContactCenterID: cc, ID: models.NewID(start), UserID: u.ID, Hash: hash, Portal: models.SectionAdmin,
		CreatedAt: at(0), SeenAt: at(0), ExpiresAt: at(9),
	}))
	require.NoError(t, source.CreateSSORequest(ctx, &models.SSORequest{ContactCenterID: cc, ID: "_1", BrowserHash: hash}))
	require.NoError(t, source.CreateSSOCode(ctx, &models.SSOCode{ContactCenterID: cc, Hash: hash, UserID: u.ID}))
	require.NoError(t, source.UseSSOAssertion(ctx, &models.SSOAssertion{ContactCenterID: cc, Hash: hash, ExpiresAt: at(9)}))
	for _, status := range []string{models.SSOTestPending, models.SSOTestPassed, models.SSOTestFailed} {
		require.NoError(t, source.CreateSSOTest(ctx,
			&models.SSOTest{ContactCenterID: cc, ID: status, TokenHash: []byte(status), Status: status}))
	}
	trace(t, source, cc, 1, true)
	require.NoError(t, source.CreateSSOKey(ctx, &models.SSOKey{
		ContactCenterID: cc, ID: "1", Pointer: models.SSOPrivateKey, Sealed: hash, KeyID: "k1",
	}))
	file := backup(t, "sqlite:"+source.Path())
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		now := func() time.Time { return start.Add(time.Hour) }
		require.NoError(t, store.Restore(t.Context(), store.Config{URL: url}, file, store.CopyOptions{Now: now}))
		s := storetest.Open(t, store.Config{URL: url})
		counts, err := s.RowCounts(t.Context())
		require.NoError(t, err)
		for table, want := range map[string]int64{
			"users": 1, "sessions": 0, "sso_requests": 0, "sso_codes": 0, "sso_tests": 2, "sso_assertions": 1,
			"sso_traces": 1, "sso_keys": 1,
		} {
			require.Equal(t, want, counts[table], table)
		}
		_, err = s.SSOTest(t.Context(), cc, models.SSOTestPending)
		require.ErrorIs(t, err, models.ErrNotFound)
		err = s.UseSSOAssertion(t.Context(), &models.SSOAssertion{ContactCenterID: cc, Hash: hash})
		require.ErrorIs(t, err, models.ErrExists)
		restored, err := s.ContactCenter(t.Context(), cc)
		require.NoError(t, err)
		require.Equal(t, models.NewTime(now()), restored.RestoredAt)
	})
	before, err := source.ContactCenter(ctx, cc)
	require.NoError(t, err)
	require.Zero(t, before.RestoredAt)
}

// Private keys of key pairs are sealed again together with the secrets of accounts.
func TestKeyPairsAreSealedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		a := stored(t, s, account(cc, "a", 1))
		require.NoError(t, s.PutSecrets(ctx, []models.AccountSecret{secret(a, "/apiToken", "k1")}))
		var ids []string
		for i := range 2 {
			k := &models.SSOKey{
				ContactCenterID: cc, ID: models.NewID(start.Add(time.Duration(i) * time.Minute)), Pointer: models.SSOPrivateKey,
				Certificate: "PEM", Sealed: []byte{byte(i)}, KeyID: "k1", CreatedAt: at(i), CreatedBy: "t",
			}
			require.NoError(t, s.CreateSSOKey(ctx, k))
			ids = append(ids, k.ID)
		}
		w := hook(t, s, cc)
		require.NoError(t, s.PutWebhookSecret(ctx, &models.WebhookSecret{
			ContactCenterID: cc, WebhookID: w.ID, Pointer: models.WebhookKey, Sealed: []byte("w"), KeyID: "k1",
		}))
		sealAgain(t, s, 4)
		keys, err := s.SSOKeys(ctx, cc)
		require.NoError(t, err)
		require.Equal(t, ids[1], keys[0].ID, "the newest first")
		require.Equal(t, []byte("new"), keys[1].Sealed)
		keys, err = s.SSOKeys(ctx, other)
		require.NoError(t, err)
		require.Empty(t, keys)
		require.ErrorIs(t, s.DeleteSSOKey(ctx, other, ids[0]), models.ErrNotFound)
		require.NoError(t, s.DeleteSSOKey(ctx, cc, ids[0]))
		require.ErrorIs(t, s.DeleteSSOKey(ctx, cc, ids[0]), models.ErrNotFound)
	})
}
