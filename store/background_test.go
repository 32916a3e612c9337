package store_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func TestCheckSchedule(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		one, two := account(cc, "one", 0), account(cc, "two", 0)
		require.NoError(t, s.InsertAccount(ctx, one))
		require.NoError(t, s.InsertAccount(ctx, two))
		first := models.ScheduledCheck{ContactCenterID: cc, AccountID: one.ID, AccountType: "a", DueAt: at(5)}
		second := models.ScheduledCheck{ContactCenterID: cc, AccountID: two.ID, AccountType: "b", DueAt: at(3), Failures: 2}
		require.NoError(t, s.ScheduleCheck(ctx, &first))
		require.NoError(t, s.ScheduleCheck(ctx, &second))
		gone := models.ScheduledCheck{ContactCenterID: cc, AccountID: models.NewID(at(1).Time), AccountType: "a", DueAt: at(1)}
		require.ErrorIs(t, s.ScheduleCheck(ctx, &gone), models.ErrNotFound)

		due := func(now int, except ...string) []models.ScheduledCheck {
			found, err := s.DueChecks(ctx, models.DueFilter{Now: at(now), ExceptTypes: except, Limit: 10})
			require.NoError(t, err)
			return found
		}
		require.Empty(t, due(2))
		require.Equal(t, []models.ScheduledCheck{second, first}, due(5), "longest due first")
		require.Equal(t, []models.ScheduledCheck{first}, due(5, "b"))
		none, err := s.DueChecks(ctx, models.DueFilter{Now: at(5), ExceptCenters: []string{cc}, Limit: 10})
		require.NoError(t, err)
		require.Empty(t, none)

		claimed, err := s.ClaimCheck(ctx, first, at(60))
		require.NoError(t, err)
		require.True(t, claimed)
		claimed, err = s.ClaimCheck(ctx, first, at(61))
		require.NoError(t, err)
		require.False(t, claimed, "somebody else has it")

		first.DueAt, first.Failures = at(70), 1
		require.NoError(t, s.RescheduleCheck(ctx, &first, at(60)))
		require.Equal(t, []models.ScheduledCheck{second, first}, due(70))
		changed := first
		changed.DueAt = at(71)
		require.NoError(t, s.RescheduleCheck(ctx, &changed, at(60)), "the account was changed meanwhile")
		require.Equal(t, []models.ScheduledCheck{second, first}, due(80))

		require.NoError(t, s.UnscheduleCheck(ctx, second, at(99)))
		require.Equal(t, []models.ScheduledCheck{second, first}, due(80), "it was changed meanwhile")
		require.NoError(t, s.UnscheduleCheck(ctx, second, second.DueAt))
		require.NoError(t, s.UnscheduleCheck(ctx, second, second.DueAt))
		require.Equal(t, []models.ScheduledCheck{first}, due(80))
	})
}

// Of many who claim one check, one gets it.
func TestClaimRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		cc := center(t, s, "a.test")
		one := account(cc, "one", 0)
		require.NoError(t, s.InsertAccount(t.Context(), one))
		c := models.ScheduledCheck{ContactCenterID: cc, AccountID: one.ID, AccountType: "a", DueAt: at(1)}
		require.NoError(t, s.ScheduleCheck(t.Context(), &c))
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				claimed, err := s.ClaimCheck(t.Context(), c, at(60))
				if err != nil {
					t.Errorf("claim: %v", err)
				}
				if claimed {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, won.Load())
	})
}

func TestExpiringAccounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		a, b := center(t, s, "a.test"), center(t, s, "b.test")
		insert := func(cc, name string, change func(*models.Account)) string {
			one := account(cc, name, 0)
			change(one)
			require.NoError(t, s.InsertAccount(ctx, one))
			return one.ID
		}
		expires := func(when int) func(*models.Account) { return func(one *models.Account) { one.ExpiresAt = at(when) } }
		late := insert(a, "late", expires(20))
		early := insert(a, "early", expires(10))
		other := insert(b, "other", expires(5))
		insert(a, "later", expires(30))
		insert(a, "never", func(one *models.Account) { one.ExpiresAt = models.Time{} })
		insert(a, "off", func(one *models.Account) { one.ExpiresAt, one.Enabled = at(1), false })
		insert(a, "deleted", func(one *models.Account) { one.ExpiresAt, one.DeletedAt = at(1), at(2) })

		var ids []string
		var after models.ExpiringAccount
		for {
			found, err := s.ExpiringAccounts(ctx, at(30), after, 2)
			require.NoError(t, err)
			for _, f := range found {
				ids = append(ids, f.ID)
			}
			if len(found) < 2 {
				break
			}
			after = found[1]
		}
		want := []string{early, late, other}
		if b < a {
			want = []string{other, early, late}
		}
		require.Equal(t, want, ids)
	})
}

func TestNotices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		one := account(cc, "one", 0)
		require.NoError(t, s.InsertAccount(ctx, one))
		notice := &models.CertificateNotice{ContactCenterID: cc, AccountID: one.ID, SHA256: "ab", Days: 7, NoticedAt: at(1)}
		for _, want := range []bool{true, false} {
			fresh, err := s.NoticeCertificate(ctx, notice)
			require.NoError(t, err)
			require.Equal(t, want, fresh)
		}
		notice.Days = 1
		fresh, err := s.NoticeCertificate(ctx, notice)
		require.NoError(t, err)
		require.True(t, fresh)
	})
}
