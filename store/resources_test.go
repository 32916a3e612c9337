package store_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func TestSecrets(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		a := stored(t, s, account(cc, "a", 1))
		one, two := secret(a, "/apiToken", "k1"), secret(a, "/other", "k1")
		require.NoError(t, s.PutSecrets(ctx, nil))
		require.NoError(t, s.PutSecrets(ctx, []models.AccountSecret{two, one}))
		got, err := s.Secrets(ctx, cc, a.ID)
		require.NoError(t, err)
		require.Equal(t, []models.AccountSecret{one, two}, got)

		one.Sealed, one.KeyID = []byte{0, 1, 0xff}, "k2"
		require.NoError(t, s.PutSecrets(ctx, []models.AccountSecret{one}))
		got, err = s.Secrets(ctx, cc, a.ID)
		require.NoError(t, err)
		require.Equal(t, []models.AccountSecret{one, two}, got, "replaced")

		got, err = s.Secrets(ctx, other, a.ID)
		require.NoError(t, err)
		require.Empty(t, got)
		foreign := one
		foreign.ContactCenterID = other
		require.ErrorIs(t, s.PutSecrets(ctx, []models.AccountSecret{foreign}), models.ErrNotFound)

		require.NoError(t, s.DeleteSecrets(ctx, other, a.ID, []string{"/apiToken"}))
		require.NoError(t, s.DeleteSecrets(ctx, cc, a.ID, nil))
		require.NoError(t, s.DeleteSecrets(ctx, cc, a.ID, []string{"/other", "/none"}))
		got, err = s.Secrets(ctx, cc, a.ID)
		require.NoError(t, err)
		require.Equal(t, []models.AccountSecret{one}, got)
	})
}

func TestRotation(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		var all []models.AccountSecret
		for i, domain := range []string{"a.test", "b.test"} {
			cc := center(t, s, domain)
			a := stored(t, s, account(cc, "a", i))
			secrets := []models.AccountSecret{secret(a, "/apiToken", "k1"), secret(a, "/p", "k1"), secret(a, "/q", "k2")}
			require.NoError(t, s.PutSecrets(ctx, secrets))
			all = append(all, secrets...)
		}
		var old []models.AccountSecret
		var after models.AccountSecret
		for {
			page, err := s.SecretsNotOnKey(ctx, "k2", after, 3)
			require.NoError(t, err)
			old = append(old, page...)
			if len(page) < 3 {
				break
			}
			after = page[len(page)-1]
		}
		require.Len(t, old, 4)
		for i := 1; i < len(old); i++ {
			key := func(s models.AccountSecret) string { return s.ContactCenterID + s.AccountID + s.Pointer }
			require.Less(t, key(old[i-1]), key(old[i]))
		}

		before, err := s.Account(ctx, all[0].ContactCenterID, all[0].AccountID)
		require.NoError(t, err)
		replacement := all[0]
		replacement.Sealed, replacement.KeyID = []byte("anew"), "k2"
		replaced, err := s.ReplaceSealed(ctx, all[0], replacement)
		require.NoError(t, err)
		require.True(t, replaced)
		replaced, err = s.ReplaceSealed(ctx, all[0], replacement)
		require.NoError(t, err)
		require.False(t, replaced, "someone was faster")

		got, err := s.Account(ctx, before.ContactCenterID, before.ID)
		require.NoError(t, err)
		fact := before.Secrets["/apiToken"]
		fact.KeyID = "k2"
		before.Secrets["/apiToken"] = fact
		require.Equal(t, before, got, "only the key of the fact has changed")
		secrets, err := s.Secrets(ctx, before.ContactCenterID, before.ID)
		require.NoError(t, err)
		require.Equal(t, replacement, secrets[0])

		unknown := models.AccountSecret{ContactCenterID: "x", AccountID: "y", Pointer: "/z"}
		replaced, err = s.ReplaceSealed(ctx, unknown, unknown)
		require.NoError(t, err)
		require.False(t, replaced, "the account is gone")
		counts, err := s.CountByKey(ctx)
		require.NoError(t, err)
		require.Equal(t, map[string]int{"k1": 3, "k2": 3}, counts)
	})
}

// TestRotationBesideUpdates replaces a secret while its account is updated; no
// update may be undone and none may fail but for its version.
func TestRotationBesideUpdates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		a := stored(t, s, account(cc, "a", 1))
		require.NoError(t, s.PutSecrets(ctx, []models.AccountSecret{secret(a, "/apiToken", "k0")}))
		const rounds = 30
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range rounds {
				old, next := secret(a, "/apiToken", fmt.Sprint("k", i)), secret(a, "/apiToken", fmt.Sprint("k", i+1))
				if ok, err := s.ReplaceSealed(ctx, old, next); err != nil || !ok {
					t.Errorf("round %d: %t, %v", i, ok, err)
				}
			}
		})
		wg.Go(func() {
			for i := range rounds {
				err := s.Tx(ctx, func(tx *store.Store) error {
					now, err := tx.Account(ctx, cc, a.ID)
					if err != nil {
						return err
					}
					now.Description = fmt.Sprint(i)
					if err := tx.UpdateAccount(ctx, now, now.Version); err != nil {
						return err
					}
					return tx.PutSecrets(ctx, []models.AccountSecret{secret(a, "/other", "k")})
				})
				if err != nil {
					t.Errorf("update %d: %v", i, err)
				}
			}
		})
		wg.Wait()
		got, err := s.Account(ctx, cc, a.ID)
		require.NoError(t, err)
		require.EqualValues(t, rounds+1, got.Version)
		require.Equal(t, fmt.Sprint(rounds-1), got.Description)
	})
}

func TestVersions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		a := stored(t, s, account(cc, "a", 1))
		var all []models.AccountVersion
		for n := int64(1); n <= 12; n++ {
			v := models.AccountVersion{
				ContactCenterID: cc, AccountID: a.ID, Version: n, Operation: "update",
				Document: models.JSON(fmt.Sprintf(`{"n":%d}`, n)), CreatedAt: at(int(n)), CreatedBy: "user:1",
			}
			require.NoError(t, s.InsertVersion(ctx, &v))
			all = append([]models.AccountVersion{v}, all...)
		}
		require.ErrorIs(t, s.InsertVersion(ctx, &all[3]), models.ErrExists)
		foreign := all[0]
		foreign.ContactCenterID = other
		require.ErrorIs(t, s.InsertVersion(ctx, &foreign), models.ErrNotFound)

		got, err := s.Version(ctx, cc, a.ID, 12)
		require.NoError(t, err)
		require.Equal(t, &all[0], got)
		_, err = s.Version(ctx, other, a.ID, 12)
		require.ErrorIs(t, err, models.ErrNotFound)
		_, err = s.Version(ctx, cc, a.ID, 13)
		require.ErrorIs(t, err, models.ErrNotFound)

		page, err := s.Versions(ctx, cc, a.ID, models.Page{Limit: 5})
		require.NoError(t, err)
		require.Equal(t, all[:5], page, "newest first")
		page, err = s.Versions(ctx, cc, a.ID, models.Page{Limit: 50, Before: "10"})
		require.NoError(t, err)
		require.Equal(t, all[3:], page)
		page, err = s.Versions(ctx, other, a.ID, models.Page{})
		require.NoError(t, err)
		require.Empty(t, page)
		_, err = s.Versions(ctx, cc, a.ID, models.Page{Before: "x"})
		require.ErrorIs(t, err, models.ErrBadRequest)
	})
}

func TestChecks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		a, b := stored(t, s, account(cc, "a", 1)), stored(t, s, account(cc, "b", 2))
		check := func(a *models.Account, minute int) models.Check {
			return models.Check{
				ContactCenterID: a.ContactCenterID, AccountID: a.ID, ID: models.NewID(at(minute).Time), AccountVersion: 1,
				Status: models.CheckPassed, Document: models.JSON(`{"status":"passed"}`), CheckedAt: at(minute), CheckedBy: "system",
			}
		}
		kept := check(b, 0)
		require.NoError(t, s.InsertCheck(ctx, &kept))
		var all []models.Check
		for i := range 105 {
			c := check(a, i)
			require.NoError(t, s.InsertCheck(ctx, &c))
			all = append([]models.Check{c}, all...)
		}
		page, err := s.Checks(ctx, cc, a.ID, models.Page{})
		require.NoError(t, err)
		require.Equal(t, all[:100], page, "the newest hundred")
		page, err = s.Checks(ctx, cc, a.ID, models.Page{Limit: 2, Before: all[9].ID})
		require.NoError(t, err)
		require.Equal(t, all[10:12], page)
		page, err = s.Checks(ctx, cc, b.ID, models.Page{})
		require.NoError(t, err)
		require.Equal(t, []models.Check{kept}, page, "those of another account stay")
		page, err = s.Checks(ctx, other, a.ID, models.Page{})
		require.NoError(t, err)
		require.Empty(t, page)
		foreign := check(a, 200)
		foreign.ContactCenterID = other
		require.ErrorIs(t, s.InsertCheck(ctx, &foreign), models.ErrNotFound)
	})
}

func reference(a *models.Account, key string) *models.Reference {
	return &models.Reference{
		ContactCenterID: a.ContactCenterID, AccountID: a.ID, Key: key, Kind: "scenario", Name: "Main " + key,
		URL: "https://acme.test/" + key, CreatedAt: at(1), CreatedBy: "token:1",
	}
}

func TestReferences(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		a := stored(t, s, account(cc, "a", 1))
		one, two := reference(a, "one"), reference(a, "two")
		require.NoError(t, s.PutReference(ctx, two))
		require.NoError(t, s.PutReference(ctx, one))
		again := *one
		again.Name, again.CreatedAt, again.CreatedBy = "Renamed", at(9), "token:2"
		require.NoError(t, s.PutReference(ctx, &again))
		one.Name = "Renamed"
		refs, err := s.References(ctx, cc, a.ID, models.Page{})
		require.NoError(t, err)
		require.Equal(t, []models.Reference{*one, *two}, refs, "who created it and when stays")
		refs, err = s.References(ctx, cc, a.ID, models.Page{Before: "one", Limit: 1})
		require.NoError(t, err)
		require.Equal(t, []models.Reference{*two}, refs)
		refs, err = s.References(ctx, other, a.ID, models.Page{})
		require.NoError(t, err)
		require.Empty(t, refs)
		n, err := s.CountReferences(ctx, cc, a.ID)
		require.NoError(t, err)
		require.Equal(t, 2, n)

		foreign := *one
		foreign.ContactCenterID = other
		require.ErrorIs(t, s.PutReference(ctx, &foreign), models.ErrNotFound)
		require.ErrorIs(t, s.DeleteReference(ctx, other, a.ID, "one"), models.ErrNotFound)
		require.NoError(t, s.Tx(ctx, func(tx *store.Store) error {
			_, err := tx.CountReferences(ctx, other, a.ID)
			require.ErrorIs(t, err, models.ErrNotFound)
			require.ErrorIs(t, tx.LockAccount(ctx, other, a.ID), models.ErrNotFound)
			return tx.LockAccount(ctx, cc, a.ID)
		}))

		gone := *a
		gone.DeletedAt = at(5)
		require.ErrorIs(t, s.UpdateAccount(ctx, &gone, 1), models.ErrInUse)
		require.NoError(t, s.DeleteReference(ctx, cc, a.ID, "one"))
		require.ErrorIs(t, s.DeleteReference(ctx, cc, a.ID, "one"), models.ErrNotFound)
		require.NoError(t, s.DeleteReference(ctx, cc, a.ID, "two"))
		require.NoError(t, s.UpdateAccount(ctx, &gone, 1))
		require.ErrorIs(t, s.PutReference(ctx, one), models.ErrNotFound, "a deleted account")
	})
}

// TestDeleteWhileReferenced races deletions against new references: an account
// must never end up deleted and in use.
func TestDeleteWhileReferenced(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		for round := range 30 {
			a := stored(t, s, account(cc, fmt.Sprint(round), round))
			var wg sync.WaitGroup
			var removed, referenced error
			wg.Go(func() {
				gone := *a
				gone.DeletedAt = at(1)
				removed = s.UpdateAccount(ctx, &gone, 1)
			})
			wg.Go(func() { referenced = s.PutReference(ctx, reference(a, "one")) })
			wg.Wait()
			if removed == nil {
				require.ErrorIs(t, referenced, models.ErrNotFound)
				continue
			}
			require.ErrorIs(t, removed, models.ErrInUse)
			require.NoError(t, referenced)
		}
	})
}

func TestIdempotency(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		record := func(cc, principal, key string, expires int) *models.IdempotencyRecord {
			return &models.IdempotencyRecord{
				ContactCenterID: cc, Principal: principal, Key: key, RequestMAC: []byte{1, 0, 2},
				AccountID: "a", Version: 3, ExpiresAt: at(expires),
			}
		}
		r := record("c", "token:1", "k", 10)
		require.NoError(t, s.InsertIdempotency(ctx, r, at(1)))
		require.ErrorIs(t, s.InsertIdempotency(ctx, r, at(9)), models.ErrExists)
		got, err := s.Idempotency(ctx, "c", "token:1", "k")
		require.NoError(t, err)
		require.Equal(t, r, got)
		for _, key := range [][3]string{{"d", "token:1", "k"}, {"c", "token:2", "k"}, {"c", "token:1", "l"}} {
			_, err = s.Idempotency(ctx, key[0], key[1], key[2])
			require.ErrorIs(t, err, models.ErrNotFound)
			require.NoError(t, s.InsertIdempotency(ctx, record(key[0], key[1], key[2], 20), at(1)))
		}
		require.NoError(t, s.DeleteExpiredIdempotency(ctx, at(9), 10))
		_, err = s.Idempotency(ctx, "c", "token:1", "k")
		require.NoError(t, err, "not yet")
		require.NoError(t, s.DeleteExpiredIdempotency(ctx, at(20), 1))
		_, err = s.Idempotency(ctx, "c", "token:1", "k")
		require.ErrorIs(t, err, models.ErrNotFound, "the oldest first")
		_, err = s.Idempotency(ctx, "d", "token:1", "k")
		require.NoError(t, err, "only as many as told")

		again := record("d", "token:1", "k", 30)
		again.AccountID = "b"
		require.NoError(t, s.InsertIdempotency(ctx, again, at(20)), "an expired record gives way")
		got, err = s.Idempotency(ctx, "d", "token:1", "k")
		require.NoError(t, err)
		require.Equal(t, again, got)
	})
}

// TestIdempotencyRace lets many repeat one request: a single one may win.
func TestIdempotencyRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var won atomic.Int32
		var wg sync.WaitGroup
		for i := range 16 {
			wg.Go(func() {
				err := s.InsertIdempotency(t.Context(), &models.IdempotencyRecord{
					ContactCenterID: "c", Principal: "p", Key: "k", RequestMAC: []byte{byte(i)}, ExpiresAt: at(1),
				}, at(0))
				if err == nil {
					won.Add(1)
				} else if !strings.Contains(err.Error(), models.ErrExists.Error()) {
					t.Errorf("insert: %v", err)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, won.Load())
	})
}
