package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// everySSOMethod is the part of everyMethod for single sign-on.
func everySSOMethod(s *store.Store, cc, id string) map[string]func(ctx context.Context) error {
	drop := func(_ any, err error) error { return err }
	hash := []byte(canary)
	trace := models.SSOTrace{
		ContactCenterID: cc, ID: canary, Section: canary, Outcome: canary, Code: canary, UsernameKey: canary, UserID: canary,
		Reference: canary, Count: 1, Report: canary, At: at(1),
	}
	filter := models.SSOTraceFilter{
		ContactCenterID: cc, Section: canary, Outcome: canary, Code: canary, UserID: canary, UsernameKey: canary,
		Reference: canary, Page: models.Page{Limit: 5, Before: canary},
	}
	test := models.SSOTest{
		ContactCenterID: cc, ID: canary, Section: canary, TokenHash: hash, Status: canary, Fingerprint: canary, Report: canary,
		CreatedBy: canary,
	}
	return map[string]func(ctx context.Context) error{
		"CreateSSORequest": func(ctx context.Context) error {
			return s.CreateSSORequest(ctx, &models.SSORequest{
				ContactCenterID: cc, ID: canary, Section: canary, BrowserHash: hash, RelayState: canary, TestID: canary,
			})
		},
		"SSORequest":     func(ctx context.Context) error { return drop(s.SSORequest(ctx, cc, canary+"x")) },
		"TakeSSORequest": func(ctx context.Context) error { return drop(s.TakeSSORequest(ctx, cc, canary, hash, at(1))) },
		"UseSSOAssertion": func(ctx context.Context) error {
			return s.UseSSOAssertion(ctx, &models.SSOAssertion{ContactCenterID: cc, Hash: hash, ExpiresAt: at(9)})
		},
		"SSOAssertionUsed": func(ctx context.Context) error { return drop(s.SSOAssertionUsed(ctx, canary, hash)) },
		"CreateSSOCode": func(ctx context.Context) error {
			return s.CreateSSOCode(ctx, &models.SSOCode{ContactCenterID: cc, Hash: hash, UserID: canary, Section: canary})
		},
		"SSOCode":          func(ctx context.Context) error { return drop(s.SSOCode(ctx, canary, hash)) },
		"TakeSSOCode":      func(ctx context.Context) error { return drop(s.TakeSSOCode(ctx, canary, hash, at(1))) },
		"TrimSSORequests":  func(ctx context.Context) error { return drop(s.TrimSSORequests(ctx, 1)) },
		"DeleteExpiredSSO": func(ctx context.Context) error { return drop(s.DeleteExpiredSSO(ctx, at(0), 1)) },
		"CreateSSOKey": func(ctx context.Context) error {
			return s.CreateSSOKey(ctx, &models.SSOKey{
				ContactCenterID: cc, ID: canary, Pointer: canary, Certificate: canary, Sealed: hash, KeyID: canary, CreatedBy: canary,
			})
		},
		"SSOKeys":        func(ctx context.Context) error { return drop(s.SSOKeys(ctx, canary)) },
		"DeleteSSOKey":   func(ctx context.Context) error { return s.DeleteSSOKey(ctx, canary, id) },
		"CreateSSOTest":  func(ctx context.Context) error { t := test; return s.CreateSSOTest(ctx, &t) },
		"SSOTest":        func(ctx context.Context) error { return drop(s.SSOTest(ctx, cc, canary+"x")) },
		"SSOTestByToken": func(ctx context.Context) error { return drop(s.SSOTestByToken(ctx, cc, []byte(canary+"x"))) },
		"SSOTests": func(ctx context.Context) error {
			return drop(s.SSOTests(ctx, canary, models.Page{Limit: 5, Before: canary}))
		},
		"CountSSOTests": func(ctx context.Context) error { return drop(s.CountSSOTests(ctx, cc, canary, canary)) },
		"FinishSSOTest": func(ctx context.Context) error { t := test; t.ID = id; return s.FinishSSOTest(ctx, &t) },
		"SSOTestsPassed": func(ctx context.Context) error {
			return drop(s.SSOTestsPassed(ctx, cc, canary, canary, at(1)))
		},
		"DeleteSSOTests": func(ctx context.Context) error { return drop(s.DeleteSSOTests(ctx, at(-1), 1)) },
		"CreateSSOTrace": func(ctx context.Context) error { t := trace; return s.CreateSSOTrace(ctx, &t) },
		"CountSSOTraces": func(ctx context.Context) error { return drop(s.CountSSOTraces(ctx, cc, canary)) },
		"RepeatSSOTrace": func(ctx context.Context) error { t := trace; return drop(s.RepeatSSOTrace(ctx, &t, canary)) },
		"SSOTraces":      func(ctx context.Context) error { return drop(s.SSOTraces(ctx, filter)) },
		"SSOTrace":       func(ctx context.Context) error { return drop(s.SSOTrace(ctx, cc, canary+"x")) },
		"TrimSSOTraces":  func(ctx context.Context) error { return drop(s.TrimSSOTraces(ctx, at(0), 5)) },
	}
}

// Requests, codes and assertions belong to one contact center, and are good once.
func TestWhatIsGoodOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		browser, hash := []byte("browser"), []byte("code")
		request := &models.SSORequest{
			ContactCenterID: cc, ID: "_1", Section: models.SectionAdmin, BrowserHash: browser, RelayState: "/x", TestID: "t",
			CreatedAt: at(0), ExpiresAt: at(15),
		}
		require.NoError(t, s.CreateSSORequest(ctx, request))
		require.ErrorIs(t, s.CreateSSORequest(ctx, request), models.ErrExists)
		for _, tt := range []struct {
			cc, id  string
			browser []byte
			now     models.Time
		}{
			{other, "_1", browser, at(1)},
			{cc, "_2", browser, at(1)},
			{cc, "_1\x00", browser, at(1)},
			{cc, "_1", []byte("x"), at(1)},
			{cc, "_1", browser, at(15)},
		} {
			_, err := s.TakeSSORequest(ctx, tt.cc, tt.id, tt.browser, tt.now)
			require.ErrorIs(t, err, models.ErrNotFound)
		}
		_, err := s.SSORequest(ctx, other, "_1")
		require.ErrorIs(t, err, models.ErrNotFound)
		_, err = s.SSORequest(ctx, cc, "_1\x00")
		require.ErrorIs(t, err, models.ErrNotFound, "what no database can hold")
		got, err := s.TakeSSORequest(ctx, cc, "_1", browser, at(14))
		require.NoError(t, err)
		require.Equal(t, request, got)
		_, err = s.TakeSSORequest(ctx, cc, "_1", browser, at(14))
		require.ErrorIs(t, err, models.ErrNotFound)

		used := &models.SSOAssertion{ContactCenterID: cc, Hash: hash, ExpiresAt: at(5)}
		require.NoError(t, s.UseSSOAssertion(ctx, used))
		require.ErrorIs(t, s.UseSSOAssertion(ctx, used), models.ErrExists)
		for id, want := range map[string]bool{cc: true, other: false} {
			is, err := s.SSOAssertionUsed(ctx, id, hash)
			require.NoError(t, err)
			require.Equal(t, want, is)
		}

		u := somebody(t, s, cc)
		code := &models.SSOCode{
			ContactCenterID: cc, Hash: hash, UserID: u.ID, Section: models.SectionAgentDesktop, SessionEndsAt: at(60),
			ExpiresAt: at(1),
		}
		require.NoError(t, s.CreateSSOCode(ctx, code))
		for _, id := range []string{cc, other} {
			_, err = s.TakeSSOCode(ctx, id, hash, at(1))
			require.ErrorIs(t, err, models.ErrNotFound)
		}
		_, err = s.SSOCode(ctx, other, hash)
		require.ErrorIs(t, err, models.ErrNotFound)
		taken, err := s.TakeSSOCode(ctx, cc, hash, at(0))
		require.NoError(t, err)
		require.Equal(t, code, taken)
		_, err = s.SSOCode(ctx, cc, hash)
		require.ErrorIs(t, err, models.ErrNotFound)

		require.NoError(t, s.CreateSSOCode(ctx, code))
		require.NoError(t, s.DeleteSessions(ctx, cc, u.ID, "the present one"))
		_, err = s.SSOCode(ctx, cc, hash)
		require.ErrorIs(t, err, models.ErrNotFound, "nothing leads back to a session that was ended")
		require.NoError(t, s.CreateSSOCode(ctx, code))
		require.NoError(t, s.DeleteUser(ctx, cc, u.ID))
		_, err = s.SSOCode(ctx, cc, hash)
		require.ErrorIs(t, err, models.ErrNotFound)
	})
}

// somebody stores a user.
func somebody(t *testing.T, s *store.Store, cc string) *models.User {
	t.Helper()
	u := person(cc, "ann", 1)
	require.NoError(t, s.CreateUser(t.Context(), u))
	return u
}

// Of many who come at once, through two processes, one gets the request and the
// code, and one uses the assertion.
func TestWhoComesFirst(t *testing.T) {
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		ctx := t.Context()
		first := storetest.Open(t, store.Config{URL: url})
		second := storetest.Open(t, store.Config{URL: url})
		cc := center(t, first, "a.test")
		u := somebody(t, first, cc)
		hash := []byte("x")
		require.NoError(t, first.CreateSSORequest(ctx, &models.SSORequest{
			ContactCenterID: cc, ID: "_1", BrowserHash: hash, CreatedAt: at(0), ExpiresAt: at(15),
		}))
		require.NoError(t, first.CreateSSOCode(ctx, &models.SSOCode{
			ContactCenterID: cc, Hash: hash, UserID: u.ID, ExpiresAt: at(15),
		}))
		for what, try := range map[string]func(s *store.Store) error{
			"request": func(s *store.Store) error { _, err := s.TakeSSORequest(ctx, cc, "_1", hash, at(1)); return err },
			"code":    func(s *store.Store) error { _, err := s.TakeSSOCode(ctx, cc, hash, at(1)); return err },
			"assertion": func(s *store.Store) error {
				return s.UseSSOAssertion(ctx, &models.SSOAssertion{ContactCenterID: cc, Hash: hash, ExpiresAt: at(5)})
			},
		} {
			const n = 16
			var errs [n]error
			var all sync.WaitGroup
			for i := range n {
				all.Go(func() { errs[i] = try([]*store.Store{first, second}[i%2]) })
			}
			all.Wait()
			good := 0
			for _, err := range errs {
				if err == nil {
					good++
				}
			}
			require.Equal(t, 1, good, what)
			for _, err := range errs {
				if err != nil && !errors.Is(err, models.ErrNotFound) && !errors.Is(err, models.ErrExists) {
					t.Errorf("%s: %v", what, err)
				}
			}
		}
	})
}

// What has ended goes, in every contact center; what has not stays.
func TestSweepOfSingleSignOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for i, cc := range []string{center(t, s, "a.test"), center(t, s, "b.test")} {
			u := somebody(t, s, cc)
			for minute := range 6 {
				id := fmt.Sprint(i, minute)
				hash, end := []byte(id), at(minute)
				require.NoError(t, s.CreateSSORequest(ctx,
					&models.SSORequest{ContactCenterID: cc, ID: id, BrowserHash: hash, ExpiresAt: end}))
				require.NoError(t, s.UseSSOAssertion(ctx, &models.SSOAssertion{ContactCenterID: cc, Hash: hash, ExpiresAt: end}))
				require.NoError(t, s.CreateSSOCode(ctx,
					&models.SSOCode{ContactCenterID: cc, Hash: hash, UserID: u.ID, ExpiresAt: end}))
				require.NoError(t, s.CreateSSOTest(ctx,
					&models.SSOTest{ContactCenterID: cc, ID: id, TokenHash: hash, CreatedAt: end}))
			}
		}
		n, err := s.DeleteExpiredSSO(ctx, at(3), 5)
		require.NoError(t, err)
		require.Equal(t, 15, n, "a batch of each")
		n, err = s.DeleteExpiredSSO(ctx, at(3), 5)
		require.NoError(t, err)
		require.Equal(t, 9, n, "minutes 0 to 3 of two contact centers, in three tables")
		n, err = s.DeleteSSOTests(ctx, at(4), 100)
		require.NoError(t, err)
		require.Equal(t, 8, n)
		counts, err := s.RowCounts(ctx)
		require.NoError(t, err)
		for _, table := range []string{"sso_requests", "sso_assertions", "sso_codes", "sso_tests"} {
			require.EqualValues(t, 4, counts[table], table)
		}
	})
}

func TestSSOTestRows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		test := &models.SSOTest{
			ContactCenterID: cc, ID: "1", Section: models.SectionAdmin, TokenHash: []byte("h"), Status: models.SSOTestPending,
			Fingerprint: "before", CreatedAt: at(0), CreatedBy: "token:1", ExpiresAt: at(15),
		}
		require.NoError(t, s.CreateSSOTest(ctx, test))
		for _, id := range []string{cc, other} {
			_, one := s.SSOTest(ctx, id, "1")
			_, byToken := s.SSOTestByToken(ctx, id, []byte("h"))
			list, err := s.SSOTests(ctx, id, models.Page{Limit: 5})
			require.NoError(t, err)
			if id == cc {
				require.NoError(t, one)
				require.NoError(t, byToken)
				require.Equal(t, []models.SSOTest{*test}, list)
				continue
			}
			require.ErrorIs(t, one, models.ErrNotFound)
			require.ErrorIs(t, byToken, models.ErrNotFound)
			require.Empty(t, list)
		}
		passed := func(cc, section, fingerprint string, since models.Time) bool {
			t.Helper()
			tests, err := s.SSOTestsPassed(ctx, cc, section, fingerprint, since)
			require.NoError(t, err)
			return len(tests) == 1
		}
		require.False(t, passed(cc, models.SectionAdmin, "before", at(0)), "it is pending")
		over := *test
		over.Status, over.Fingerprint, over.Report, over.FinishedAt = models.SSOTestPassed, "then", "{}", at(2)
		stranger := over
		stranger.ContactCenterID = other
		require.ErrorIs(t, s.FinishSSOTest(ctx, &stranger), models.ErrNotFound)
		require.NoError(t, s.FinishSSOTest(ctx, &over))
		again := over
		again.Status = models.SSOTestFailed
		require.ErrorIs(t, s.FinishSSOTest(ctx, &again), models.ErrNotFound, "over is over")
		got, err := s.SSOTest(ctx, cc, "1")
		require.NoError(t, err)
		require.Equal(t, &over, got)

		require.True(t, passed(cc, models.SectionAdmin, "then", at(2)))
		require.False(t, passed(cc, models.SectionAdmin, "then", at(3)), "too long ago")
		require.False(t, passed(cc, models.SectionAdmin, "before", at(0)), "other values")
		require.False(t, passed(cc, models.SectionAgentDesktop, "then", at(0)))
		require.False(t, passed(other, models.SectionAdmin, "then", at(0)))
	})
}

func TestSSOTraceRows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		add := func(cc string, minute int, change func(*models.SSOTrace)) models.SSOTrace {
			t.Helper()
			r := models.SSOTrace{
				ContactCenterID: cc, ID: models.NewID(at(minute).Time), Section: models.SectionAdmin, Outcome: models.OutcomeRefused,
				Code: "sso-x", Reference: "R", Count: 1, Report: "{}", At: at(minute),
			}
			if change != nil {
				change(&r)
			}
			require.NoError(t, s.CreateSSOTrace(ctx, &r))
			return r
		}
		good := add(cc, 1, func(r *models.SSOTrace) { r.Verified, r.Code, r.UserID, r.UsernameKey = true, "", "u", "ann" })
		first, newest := add(cc, 2, nil), add(cc, 3, nil)
		elsewhere := add(other, 4, nil)

		one, err := s.SSOTrace(ctx, cc, good.ID)
		require.NoError(t, err)
		require.Equal(t, &good, one)
		_, err = s.SSOTrace(ctx, cc, elsewhere.ID)
		require.ErrorIs(t, err, models.ErrNotFound)
		n, err := s.CountSSOTraces(ctx, cc, models.NewID(start))
		require.NoError(t, err)
		require.Equal(t, 2, n, "unproved ones of this contact center")

		like := newest
		like.Reference = "R2"
		standing, err := s.RepeatSSOTrace(ctx, &like, first.ID)
		require.NoError(t, err)
		require.Equal(t, newest.Reference, standing, "which people can be given")
		unlike := like
		unlike.Code = "sso-y"
		_, err = s.RepeatSSOTrace(ctx, &unlike, first.ID)
		require.ErrorIs(t, err, models.ErrNotFound)
		_, err = s.RepeatSSOTrace(ctx, &like, newest.ID)
		require.ErrorIs(t, err, models.ErrNotFound)
		newest.Count = 2
		list, err := s.SSOTraces(ctx, models.SSOTraceFilter{ContactCenterID: cc, Page: models.Page{Limit: 9}})
		require.NoError(t, err)
		require.Equal(t, []models.SSOTrace{newest, first, good}, list)
		list, err = s.SSOTraces(ctx, models.SSOTraceFilter{ContactCenterID: cc, UsernameKey: "ann\x00"})
		require.NoError(t, err)
		require.Empty(t, list, "what no database can hold")

		// At most two; of the unproved ones half of that, of each contact center.
		n, err = s.TrimSSOTraces(ctx, at(0), 2)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		_, err = s.SSOTrace(ctx, cc, first.ID)
		require.ErrorIs(t, err, models.ErrNotFound)
		n, err = s.TrimSSOTraces(ctx, at(4), 2)
		require.NoError(t, err)
		require.Equal(t, 2, n, "those that are too old")
		_, err = s.SSOTrace(ctx, other, elsewhere.ID)
		require.NoError(t, err)
	})
}
