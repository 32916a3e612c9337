package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// start is the time at which the tests begin to write.
var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(minutes int) models.Time {
	return models.NewTime(start.Add(time.Duration(minutes) * time.Minute))
}

// center stores a contact center and returns its id.
func center(t *testing.T, s *store.Store, domain string) string {
	t.Helper()
	c := models.ContactCenter{
		ID: models.NewID(start), Domain: domain, Name: domain,
		Features: models.AllFeatures(), CreatedAt: at(0),
	}
	require.NoError(t, s.CreateContactCenter(t.Context(), &c))
	return c.ID
}

// account returns a valid account, complete in every member.
func account(contactCenter, name string, minutes int) *models.Account {
	return &models.Account{
		ContactCenterID: contactCenter, ID: models.NewID(at(minutes).Time), Type: "zendesk", Family: "Zendesk",
		Name: name, NameKey: models.NameKey(name), Description: "of " + name,
		Labels: models.Labels{"env": "prod"}, Enabled: true,
		Properties: models.JSON(`{"url":"https://acme.test"}`),
		Secrets:    models.SecretFacts{"/apiToken": {Version: 1, Fingerprint: "9f3ac210", KeyID: "k1", UpdatedAt: at(minutes)}},
		Certificates: models.Certificates{{
			Pointer: "/certificate", Subject: "CN=acme", NotBefore: at(-10), NotAfter: at(1000), SHA256: "ab",
		}},
		ExpiresAt: at(1000), SearchText: models.SearchWords(name, "of "+name, "env", "prod"),
		HealthStatus: models.HealthUnknown, Version: 1,
		CreatedAt: at(minutes), CreatedBy: "token:1", UpdatedAt: at(minutes), UpdatedBy: "token:1",
	}
}

// stored inserts an account and returns it.
func stored(t *testing.T, s *store.Store, a *models.Account) *models.Account {
	t.Helper()
	require.NoError(t, s.InsertAccount(t.Context(), a))
	return a
}

func TestAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		a := stored(t, s, account(cc, "Support", 1))

		got, err := s.Account(ctx, cc, a.ID)
		require.NoError(t, err)
		require.Equal(t, a, got)

		_, err = s.Account(ctx, other, a.ID)
		require.ErrorIs(t, err, models.ErrNotFound, "the id of another contact center")
		_, err = s.Account(ctx, cc, models.NewID(start))
		require.ErrorIs(t, err, models.ErrNotFound)
	})
}

func TestAccountWithZeroMembers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := &models.Account{ContactCenterID: center(t, s, "a.test"), ID: models.NewID(start), Version: 1}
		stored(t, s, a)
		got, err := s.Account(t.Context(), a.ContactCenterID, a.ID)
		require.NoError(t, err)
		require.Equal(t, a, got, "nothing is filled in, not even times")
	})
}

func TestInsertAccountRefusals(t *testing.T) {
	limit := "Zendesk"
	tests := []struct {
		name string
		have func(a *models.Account)
		add  func(a *models.Account)
		want error

		sameID bool
	}{
		{
			name: "same name", have: func(*models.Account) {},
			add: func(a *models.Account) { a.NameKey = "first" }, want: models.ErrNameTaken,
		},
		{
			name: "same name as a deleted one", have: func(a *models.Account) { a.DeletedAt = at(5) },
			add: func(a *models.Account) { a.NameKey = "first" },
		},
		{
			name: "limit", have: func(a *models.Account) { a.LimitKey = &limit },
			add: func(a *models.Account) { a.LimitKey = &limit }, want: models.ErrLimitReached,
		},
		{
			name: "limit of a deleted one", have: func(a *models.Account) { a.LimitKey, a.DeletedAt = &limit, at(5) },
			add: func(a *models.Account) { a.LimitKey = &limit },
		},
		{
			name: "second default", have: func(a *models.Account) { a.IsDefault = true },
			add: func(a *models.Account) { a.IsDefault = true }, want: models.ErrDefaultTaken,
		},
		{
			name: "default of another family", have: func(a *models.Account) { a.IsDefault = true },
			add: func(a *models.Account) { a.IsDefault, a.Family = true, "Bot" },
		},
		{
			name: "no contact center", have: func(*models.Account) {},
			add: func(a *models.Account) { a.ContactCenterID = "none" }, want: models.ErrNotFound,
		},
		{
			name: "same id", have: func(*models.Account) {}, add: func(*models.Account) {},
			want: models.ErrExists, sameID: true,
		},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				cc := center(t, s, tt.name)
				first, second := account(cc, "First", 1), account(cc, "Second", 2)
				tt.have(first)
				tt.add(second)
				if tt.sameID {
					second.ID = first.ID
				}
				stored(t, s, first)
				require.ErrorIs(t, s.InsertAccount(t.Context(), second), tt.want) // nil means no error
				require.NoError(t, s.InsertAccount(t.Context(), account(cc, "Third", 3)), "the store still works")
			})
		}
	})
}

func TestUpdateAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		a := stored(t, s, account(cc, "Support", 1))
		limit := "Zendesk"
		change := *a
		change.Name, change.NameKey, change.Description = "Sales", "sales", ""
		change.Labels, change.Enabled, change.IsDefault, change.LimitKey = nil, false, true, &limit
		change.Properties, change.Secrets, change.Certificates = models.JSON(`{}`), nil, nil
		change.ExpiresAt, change.SearchText = models.Time{}, ""
		change.UpdatedAt, change.UpdatedBy = at(9), "user:2"
		require.NoError(t, s.UpdateAccount(ctx, &change, 1))
		require.EqualValues(t, 2, change.Version)

		got, err := s.Account(ctx, cc, a.ID)
		require.NoError(t, err)
		require.Equal(t, &change, got)

		stale := *a
		require.ErrorIs(t, s.UpdateAccount(ctx, &stale, 1), models.ErrVersionMismatch)
		require.EqualValues(t, 1, stale.Version)
		stale.ContactCenterID = center(t, s, "b.test")
		require.ErrorIs(t, s.UpdateAccount(ctx, &stale, 2), models.ErrNotFound)

		stored(t, s, account(cc, "Taken", 3))
		change.NameKey = "taken"
		require.ErrorIs(t, s.UpdateAccount(ctx, &change, 2), models.ErrNameTaken)
	})
}

func TestHealth(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		a := stored(t, s, account(cc, "Support", 1))
		require.NoError(t, s.SetHealth(ctx, cc, a.ID, 1, models.HealthOK, "ok", at(2)))
		require.NoError(t, s.SetHealth(ctx, cc, a.ID, 1, models.HealthFailing, "credentials_rejected", at(3)))
		got, err := s.Account(ctx, cc, a.ID)
		require.NoError(t, err)
		require.Equal(t, "1-2", got.ETag(false))
		require.Equal(t, models.HealthFailing, got.HealthStatus)
		require.Equal(t, "credentials_rejected", got.HealthCode)
		require.Equal(t, at(3), got.HealthCheckedAt)
		require.Equal(t, a.UpdatedAt, got.UpdatedAt)

		stale := *got
		stale.HealthStatus, stale.HealthSequence, stale.Description = models.HealthOK, 1, "changed"
		require.NoError(t, s.UpdateAccount(ctx, &stale, 1))
		require.Equal(t, models.HealthFailing, stale.HealthStatus, "an update does not undo a probe")
		require.EqualValues(t, 2, stale.HealthSequence)

		require.ErrorIs(t, s.SetHealth(ctx, cc, a.ID, 1, models.HealthOK, "ok", at(4)), models.ErrVersionMismatch)
		require.ErrorIs(t, s.SetHealth(ctx, "none", a.ID, 2, models.HealthOK, "ok", at(4)), models.ErrNotFound)

		reset := stale
		reset.HealthStatus, reset.HealthCode, reset.HealthCheckedAt = models.HealthUnknown, "", models.Time{}
		reset.HealthReset = true
		require.NoError(t, s.UpdateAccount(ctx, &reset, 2))
		got, err = s.Account(ctx, cc, a.ID)
		require.NoError(t, err)
		require.Equal(t, models.HealthUnknown, got.HealthStatus)
		require.True(t, got.HealthCheckedAt.IsZero())
	})
}

func TestFindAccounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		limit := "Zendesk"
		a := account(cc, "Support", 1)
		a.LimitKey, a.IsDefault = &limit, true
		stored(t, s, a)
		gone := account(cc, "Gone", 2)
		gone.DeletedAt = at(3)
		stored(t, s, gone)

		id, err := s.FindLimit(ctx, cc, limit)
		require.NoError(t, err)
		require.Equal(t, a.ID, id)
		id, err = s.NameHolder(ctx, cc, "support")
		require.NoError(t, err)
		require.Equal(t, a.ID, id)
		got, err := s.DefaultAccount(ctx, cc, "Zendesk")
		require.NoError(t, err)
		require.Equal(t, a, got)

		_, err = s.NameHolder(ctx, cc, "gone")
		require.ErrorIs(t, err, models.ErrNotFound, "deleted")
		_, err = s.FindLimit(ctx, other, limit)
		require.ErrorIs(t, err, models.ErrNotFound)
		_, err = s.NameHolder(ctx, other, "support")
		require.ErrorIs(t, err, models.ErrNotFound)
		_, err = s.DefaultAccount(ctx, other, "Zendesk")
		require.ErrorIs(t, err, models.ErrNotFound)
		_, err = s.DefaultAccount(ctx, cc, "Bot")
		require.ErrorIs(t, err, models.ErrNotFound)
	})
}

func TestCountAccounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		for i, name := range []string{"a", "b", "c"} {
			stored(t, s, account(cc, name, i))
		}
		ok := stored(t, s, account(other, "d", 4))
		require.NoError(t, s.SetHealth(t.Context(), other, ok.ID, 1, models.HealthOK, "ok", at(5)))
		gone := account(cc, "gone", 5)
		gone.DeletedAt = at(6)
		stored(t, s, gone)

		one, err := s.CountAccounts(t.Context(), cc)
		require.NoError(t, err)
		require.Equal(t, []models.AccountCount{{Type: "zendesk", Health: "unknown", Count: 3}}, one)
		all, err := s.CountAccounts(t.Context(), "")
		require.NoError(t, err)
		require.Equal(t, []models.AccountCount{
			{Type: "zendesk", Health: "ok", Count: 1}, {Type: "zendesk", Health: "unknown", Count: 3},
		}, all)
	})
}

func keyOf(a *models.Account) []models.Account {
	return []models.Account{{ContactCenterID: a.ContactCenterID, ID: a.ID, Type: a.Type, Version: a.Version}}
}

func TestPurgeDeleted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		live := stored(t, s, account(cc, "live", 0))
		var gone []*models.Account
		for i := range 3 {
			a := account(cc, fmt.Sprint("gone", i), i)
			a.DeletedAt = at(10 + i)
			gone = append(gone, stored(t, s, a))
			require.NoError(t, s.PutSecrets(ctx, []models.AccountSecret{secret(a, "/apiToken", "k1")}))
		}
		purged, err := s.PurgeDeleted(ctx, at(12), 1)
		require.NoError(t, err)
		require.Equal(t, keyOf(gone[0]), purged, "oldest first")
		purged, err = s.PurgeDeleted(ctx, at(12), 10)
		require.NoError(t, err)
		require.Equal(t, keyOf(gone[1]), purged, "only those before")

		_, err = s.Account(ctx, cc, live.ID)
		require.NoError(t, err)
		_, err = s.Account(ctx, cc, gone[2].ID)
		require.NoError(t, err)
		counts, err := s.CountByKey(ctx)
		require.NoError(t, err)
		require.Equal(t, map[string]int{"k1": 1}, counts, "secrets go with their account")
	})
}

func TestConcurrentUpdates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		a := stored(t, s, account(cc, "Support", 1))
		const writers = 64
		var wg sync.WaitGroup
		versions := make(chan int64, writers)
		for range writers {
			wg.Go(func() {
				for {
					have, err := s.Account(ctx, cc, a.ID)
					if err != nil {
						t.Errorf("read while writing: %v", err)
						return
					}
					err = s.UpdateAccount(ctx, have, have.Version)
					if err == nil {
						versions <- have.Version
						return
					}
					if !errors.Is(err, models.ErrVersionMismatch) {
						t.Errorf("update: %v", err)
						return
					}
				}
			})
		}
		wg.Wait()
		close(versions)
		seen := map[int64]bool{}
		for v := range versions {
			require.False(t, seen[v], "version %d twice", v)
			seen[v] = true
		}
		require.Len(t, seen, writers)
		got, err := s.Account(ctx, cc, a.ID)
		require.NoError(t, err)
		require.EqualValues(t, writers+1, got.Version)
	})
}

func secret(a *models.Account, pointer, key string) models.AccountSecret {
	return models.AccountSecret{
		ContactCenterID: a.ContactCenterID, AccountID: a.ID, Pointer: pointer,
		Sealed: []byte("sealed " + pointer + key), KeyID: key,
	}
}
