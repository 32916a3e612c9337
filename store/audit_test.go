package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// appendEvent adds one event to a chain, as the audit log does.
func appendEvent(t *testing.T, s *store.Store, e models.AuditEvent) error {
	t.Helper()
	return s.Tx(t.Context(), func(tx *store.Store) error {
		head, err := tx.AuditHead(t.Context(), e.ContactCenterID)
		if err != nil {
			return err
		}
		e.Sequence = head.Sequence + 1
		e.MAC = fmt.Appendf(nil, "%s after %x", e.Operation, head.MAC)[:8]
		return tx.AppendAudit(t.Context(), &models.AuditHead{
			ContactCenterID: e.ContactCenterID, Sequence: e.Sequence, MAC: e.MAC,
		}, &e)
	})
}

func event(cc string, n int) models.AuditEvent {
	return models.AuditEvent{
		ContactCenterID: cc, ID: fmt.Sprint("e", n), At: at(n), Actor: fmt.Sprint("user:", n%2), ActorName: "Ann",
		Address: "192.0.2.1", RequestID: "r", Operation: []string{"account.create", "account.update"}[n%2],
		TargetType: "account", TargetID: fmt.Sprint("a", n%3), Outcome: models.OutcomeSuccess, Detail: "d",
		Changes: models.JSON(`[{"pointer":"/name","old":"a","new":"b"}]`),
	}
}

func TestAudit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		head, err := s.AuditHead(ctx, "c")
		require.NoError(t, err)
		require.Equal(t, models.AuditHead{ContactCenterID: "c"}, head, "a chain that has not begun")
		const events = 1203 // more than are read at a time
		require.NoError(t, s.Tx(ctx, func(tx *store.Store) error {
			for n := range events {
				if err := appendEvent(t, tx, event("c", n)); err != nil {
					return err
				}
			}
			return appendEvent(t, tx, event("d", 1))
		}))
		var walked []models.AuditEvent
		require.NoError(t, s.WalkAudit(ctx, "c", func(e *models.AuditEvent) error {
			walked = append(walked, *e)
			return nil
		}))
		require.Len(t, walked, events)
		for i, e := range walked {
			want := event("c", i)
			want.Sequence, want.MAC = int64(i+1), e.MAC
			require.Equal(t, want, e)
		}
		head, err = s.AuditHead(ctx, "c")
		require.NoError(t, err)
		require.Equal(t, models.AuditHead{ContactCenterID: "c", Sequence: events, MAC: walked[events-1].MAC}, head)
		heads, err := s.AuditHeads(ctx)
		require.NoError(t, err)
		require.Len(t, heads, 2)
		require.Equal(t, head, heads[0])

		ends, err := s.AuditEnds(ctx)
		require.NoError(t, err)
		require.Len(t, ends, 2)
		require.Equal(t, models.AuditEnd{AuditHead: head, Headed: true, Begun: true, Last: events}, ends[0])
		testAuditRanges(t, s)
		testAuditEvents(t, s, walked)
		testAuditWalks(t, s, walked)
	})
}

func testAuditRanges(t *testing.T, s *store.Store) {
	t.Helper()
	for _, r := range []store.AuditRange{{1, 1}, {1200, 1203}, {3, 502}, {3, 503}, {1203, 9999}, {7, 6}, {5000, 6000}} {
		next := r.First
		require.NoError(t, s.WalkAuditRange(t.Context(), "c", r, func(e *models.AuditEvent) error {
			require.Equal(t, next, e.Sequence)
			next++
			return nil
		}))
		require.Equal(t, max(r.First, min(r.Last, 1203)+1), next, "%v", r)
	}
	stop := errors.New("stop")
	seen := 0
	require.Equal(t, stop, s.WalkAuditRange(t.Context(), "c", store.AuditRange{First: 9, Last: 99}, func(*models.AuditEvent) error {
		seen++
		return stop
	}))
	require.Equal(t, 1, seen)
}

// An end is told of whatever is left of a chain.
func TestAuditEndsOfDamagedChains(t *testing.T) {
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		s := storetest.Open(t, store.Config{URL: url})
		for _, center := range []string{"a", "b", "c"} {
			require.NoError(t, appendEvent(t, s, event(center, 1)))
		}
		raw := storetest.Raw(t, url)
		for _, statement := range []string{
			"DELETE FROM audit_events WHERE contact_center_id = 'a'",
			"DELETE FROM audit_heads WHERE contact_center_id = 'b'",
		} {
			_, err := raw.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		ends, err := s.AuditEnds(t.Context())
		require.NoError(t, err)
		require.Len(t, ends, 3)
		require.EqualValues(t, []int64{1, 0, 1}, []int64{ends[0].Sequence, ends[1].Sequence, ends[2].Sequence})
		require.EqualValues(t, []int64{0, 1, 1}, []int64{ends[0].Last, ends[1].Last, ends[2].Last})
	})
}

func testAuditEvents(t *testing.T, s *store.Store, all []models.AuditEvent) {
	t.Helper()
	tests := []struct {
		name string
		f    models.AuditFilter
		keep func(e *models.AuditEvent) bool
	}{
		{"all", models.AuditFilter{}, func(*models.AuditEvent) bool { return true }},
		{"from", models.AuditFilter{From: at(1000)}, func(e *models.AuditEvent) bool { return e.Sequence > 1000 }},
		{"to", models.AuditFilter{To: at(1000)}, func(e *models.AuditEvent) bool { return e.Sequence <= 1000 }},
		{"actor", models.AuditFilter{Actor: "user:1"}, func(e *models.AuditEvent) bool { return e.Sequence%2 == 0 }},
		{
			"operation and target",
			models.AuditFilter{Operation: "account.create", TargetID: "a0"},
			func(e *models.AuditEvent) bool { return e.Sequence%6 == 1 },
		},
		{"page", models.AuditFilter{Page: models.Page{Before: "9"}}, func(e *models.AuditEvent) bool { return e.Sequence < 9 }},
		{"outcome", models.AuditFilter{Outcome: models.OutcomeRefused}, func(*models.AuditEvent) bool { return false }},
		{"target type", models.AuditFilter{TargetType: "account", TargetID: "a1"}, func(e *models.AuditEvent) bool {
			return e.TargetID == "a1"
		}},
		{"hostile", models.AuditFilter{TargetID: "' OR 1=1 --"}, func(*models.AuditEvent) bool { return false }},
		{"not text", models.AuditFilter{Actor: "\x00"}, func(*models.AuditEvent) bool { return false }},
	}
	for _, tt := range tests {
		tt.f.ContactCenterID, tt.f.Page.Limit = "c", 4
		var want []models.AuditEvent
		for i := len(all) - 1; i >= 0 && len(want) < 4; i-- {
			if tt.keep(&all[i]) {
				want = append(want, all[i])
			}
		}
		got, err := s.AuditEvents(t.Context(), tt.f)
		require.NoError(t, err, tt.name)
		require.ElementsMatch(t, want, got, tt.name)
	}
	_, err := s.AuditEvents(t.Context(), models.AuditFilter{Page: models.Page{Before: "x"}})
	require.ErrorIs(t, err, models.ErrBadRequest)
}

// TestAuditRace has many begin and grow the same chains at once: no sequence may
// be missing or taken twice.
func TestAuditRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var wg sync.WaitGroup
		for i := range 32 {
			wg.Go(func() {
				if err := appendEvent(t, s, event(fmt.Sprint("c", i%2), i)); err != nil {
					t.Errorf("append: %v", err)
				}
			})
		}
		wg.Wait()
		heads, err := s.AuditHeads(t.Context())
		require.NoError(t, err)
		require.Len(t, heads, 2)
		for _, head := range heads {
			next := int64(0)
			require.NoError(t, s.WalkAudit(t.Context(), head.ContactCenterID, func(e *models.AuditEvent) error {
				next++
				require.Equal(t, next, e.Sequence)
				return nil
			}))
			require.EqualValues(t, 16, next)
			require.Equal(t, next, head.Sequence)
		}
	})
}

func TestAppendAuditRefusals(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		require.NoError(t, appendEvent(t, s, event("c", 1)))
		for _, sequence := range []int64{1, 3} {
			e := event("c", 2)
			e.Sequence, e.MAC = sequence, []byte("m")
			err := s.AppendAudit(t.Context(), &models.AuditHead{ContactCenterID: "c", Sequence: sequence, MAC: e.MAC}, &e)
			require.ErrorIs(t, err, models.ErrExists, "sequence %d", sequence)
		}
		head, err := s.AuditHead(t.Context(), "c")
		require.NoError(t, err)
		require.EqualValues(t, 1, head.Sequence)
		n := 0
		require.NoError(t, s.WalkAudit(t.Context(), "c", func(*models.AuditEvent) error { n++; return nil }))
		require.Equal(t, 1, n, "what was refused left nothing")
	})
}
