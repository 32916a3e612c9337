package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// Of the requests that nobody answers the oldest go, those of test sign-ins last, and
// those of contact centers that keep within the bound stay.
func TestTrimSSORequests(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		flooded, other := center(t, s, "a.test"), center(t, s, "b.test")
		add := func(cc string, minute int, test string) {
			r := &models.SSORequest{
				ContactCenterID: cc, ID: fmt.Sprint("_", minute), BrowserHash: []byte("b"), TestID: test, CreatedAt: at(minute),
				ExpiresAt: at(99),
			}
			require.NoError(t, s.CreateSSORequest(ctx, r))
		}
		for minute := range 6 {
			add(flooded, minute, map[bool]string{true: "test"}[minute == 1])
		}
		for minute := range 3 {
			add(other, minute, "")
		}
		n, err := s.TrimSSORequests(ctx, 3)
		require.NoError(t, err)
		require.Equal(t, 3, n)
		for minute := range 6 {
			_, err := s.SSORequest(ctx, flooded, fmt.Sprint("_", minute))
			if slices.Contains([]int{1, 4, 5}, minute) {
				require.NoError(t, err, minute)
			} else {
				require.ErrorIs(t, err, models.ErrNotFound, minute)
			}
		}
		counts, err := s.RowCounts(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 6, counts["sso_requests"])
		n, err = s.TrimSSORequests(ctx, 3)
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

// Unproved sign-ins, however many, push out no proved ones, and those of a contact
// center none of another.
func TestTracesThatNobodyCanPushOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		for i := range 30 {
			trace(t, s, cc, i, i < 5)
		}
		for i := range 4 {
			trace(t, s, other, i, i%2 == 0)
		}
		n, err := s.TrimSSOTraces(ctx, at(-1), 5)
		require.NoError(t, err)
		require.Equal(t, 22, n, "three unproved ones are half of five")
		kept := func(cc string) (minutes []models.Time) {
			list, err := s.SSOTraces(ctx, models.SSOTraceFilter{ContactCenterID: cc})
			require.NoError(t, err)
			for i := range list {
				minutes = append(minutes, list[i].At)
			}
			return minutes
		}
		require.Equal(t, []models.Time{at(29), at(28), at(27), at(4), at(3), at(2), at(1), at(0)}, kept(cc))
		require.Len(t, kept(other), 4)
		n, err = s.TrimSSOTraces(ctx, at(3), 5)
		require.NoError(t, err)
		require.Equal(t, 6, n, "those that are older")
		require.Equal(t, []models.Time{at(29), at(28), at(27), at(4), at(3)}, kept(cc))
		require.Equal(t, []models.Time{at(3)}, kept(other))
	})
}

func trace(t *testing.T, s *store.Store, cc string, minute int, verified bool) {
	t.Helper()
	require.NoError(t, s.CreateSSOTrace(t.Context(), newTrace(cc, minute, verified)))
}

func newTrace(cc string, minute int, verified bool) *models.SSOTrace {
	return &models.SSOTrace{
		ContactCenterID: cc, ID: models.NewID(at(minute).Time), Section: models.SectionAdmin, Code: "sso-x",
		Verified: verified, Count: 1, Report: "{}", At: at(minute),
	}
}

// Several processes sweep while others write: nobody waits in a circle, and nothing
// is removed twice.
func TestSweepsTogether(t *testing.T) {
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		ctx := t.Context()
		stores := []*store.Store{
			storetest.Open(t, store.Config{URL: url}), storetest.Open(t, store.Config{URL: url}),
		}
		cc := center(t, stores[0], "a.test")
		const each, keep = 40, 10
		removed := make([]int, 4)
		var mu sync.Mutex
		var errs []error
		note := func(err error) {
			if err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		}
		var all sync.WaitGroup
		for worker := range 4 {
			s := stores[worker%2]
			all.Go(func() { note(writeSSO(ctx, s, cc, worker, each)) })
			all.Go(func() {
				for range each {
					n, err := sweepSSO(ctx, s, keep)
					removed[worker] += n
					note(err)
				}
			})
		}
		all.Wait()
		require.Empty(t, errs)
		last, err := sweepSSO(ctx, stores[0], keep)
		require.NoError(t, err)
		counts, err := stores[0].RowCounts(ctx)
		require.NoError(t, err)
		require.EqualValues(t, keep+keep/2, counts["sso_traces"])
		require.EqualValues(t, keep, counts["sso_requests"])
		for _, n := range removed {
			last += n
		}
		made := 4 * each * 3
		require.EqualValues(t, made, int64(last)+counts["sso_traces"]+counts["sso_requests"])
	})
}

// writeSSO makes n proved traces, n others and n requests.
func writeSSO(ctx context.Context, s *store.Store, cc string, worker, n int) error {
	for i := range n {
		unproved := newTrace(cc, i, false)
		for _, one := range []*models.SSOTrace{newTrace(cc, i, true), unproved} {
			if err := s.CreateSSOTrace(ctx, one); err != nil {
				return err
			}
		}
		_, err := s.RepeatSSOTrace(ctx, unproved, "")
		if err != nil && !errors.Is(err, models.ErrNotFound) { // it was swept just now
			return err
		}
		err = s.CreateSSORequest(ctx, &models.SSORequest{
			ContactCenterID: cc, ID: fmt.Sprint("_", worker, "_", i), BrowserHash: []byte("b"), CreatedAt: at(i), ExpiresAt: at(999),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sweepSSO is what package sso does now and then.
func sweepSSO(ctx context.Context, s *store.Store, keep int) (all int, err error) {
	for _, sweep := range []func() (int, error){
		func() (int, error) { return s.DeleteExpiredSSO(ctx, at(0), 9) },
		func() (int, error) { return s.TrimSSORequests(ctx, keep) },
		func() (int, error) { return s.DeleteSSOTests(ctx, at(0), 9) },
		func() (int, error) { return s.TrimSSOTraces(ctx, at(-1), keep) },
	} {
		n, err := sweep()
		all += n
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// Failures that come at once are all counted.
func TestRepeatedTracesAreCounted(t *testing.T) {
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		ctx := t.Context()
		stores := []*store.Store{
			storetest.Open(t, store.Config{URL: url}), storetest.Open(t, store.Config{URL: url}),
		}
		cc := center(t, stores[0], "a.test")
		like := newTrace(cc, 1, false)
		require.NoError(t, stores[0].CreateSSOTrace(ctx, like))
		const n = 20
		var errs [n]error
		var all sync.WaitGroup
		for i := range n {
			all.Go(func() { _, errs[i] = stores[i%2].RepeatSSOTrace(ctx, like, "") })
		}
		all.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		got, err := stores[1].SSOTrace(ctx, cc, like.ID)
		require.NoError(t, err)
		require.Equal(t, n+1, got.Count)
	})
}

// Filters of traces hold together, and pages follow each other.
func TestTraceFilters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		var ids []string
		for i := range 8 {
			r := newTrace(cc, i, i%2 == 0)
			bit := func(n int) string { return fmt.Sprint("v", i>>n&1) }
			r.Section, r.Outcome, r.Code = bit(0), bit(1), bit(2)
			r.UserID, r.UsernameKey, r.Reference = "u"+bit(0), "k"+bit(1), "r"+bit(2)
			require.NoError(t, s.CreateSSOTrace(ctx, r))
			ids = append(ids, r.ID)
		}
		for _, tt := range []struct {
			name   string
			filter models.SSOTraceFilter
			want   []int
		}{
			{"none", models.SSOTraceFilter{}, []int{7, 6, 5, 4, 3, 2, 1, 0}},
			{"section", models.SSOTraceFilter{Section: "v1"}, []int{7, 5, 3, 1}},
			{"outcome", models.SSOTraceFilter{Outcome: "v1"}, []int{7, 6, 3, 2}},
			{"code", models.SSOTraceFilter{Code: "v1"}, []int{7, 6, 5, 4}},
			{"user", models.SSOTraceFilter{UserID: "uv0"}, []int{6, 4, 2, 0}},
			{"user name", models.SSOTraceFilter{UsernameKey: "kv0"}, []int{5, 4, 1, 0}},
			{"reference", models.SSOTraceFilter{Reference: "rv0"}, []int{3, 2, 1, 0}},
			{"all", models.SSOTraceFilter{Section: "v1", Outcome: "v1", Code: "v0"}, []int{3}},
			{"page", models.SSOTraceFilter{Section: "v1", Page: models.Page{Before: ids[5], Limit: 1}}, []int{3}},
			{"a text that no database can hold", models.SSOTraceFilter{Reference: "r\xff"}, nil},
		} {
			tt.filter.ContactCenterID = cc
			list, err := s.SSOTraces(ctx, tt.filter)
			require.NoError(t, err, tt.name)
			var got []int
			for i := range list {
				got = append(got, slices.Index(ids, list[i].ID))
			}
			require.Equal(t, tt.want, got, tt.name)
		}
	})
}
