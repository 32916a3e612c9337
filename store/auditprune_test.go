package store_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// testAuditWalks has what is filtered come in order, once, and only from the
// range that was asked for.
func testAuditWalks(t *testing.T, s *store.Store, all []models.AuditEvent) {
	t.Helper()
	f := models.AuditFilter{ContactCenterID: "c", Actor: "user:1", From: at(100)}
	var want, got []models.AuditEvent
	for _, e := range all {
		if e.Actor == "user:1" && e.Sequence > 200 && e.Sequence <= 1200 {
			want = append(want, e)
		}
	}
	require.NoError(t, s.WalkAuditEvents(t.Context(), f, 200, 1200, func(e *models.AuditEvent) error {
		got = append(got, *e)
		return nil
	}))
	require.Equal(t, want, got)
	stop := errors.New("stop")
	require.Equal(t, stop, s.WalkAuditEvents(t.Context(), f, 0, 9999, func(*models.AuditEvent) error { return stop }))
	f.Actor = "\x00"
	require.NoError(t, s.WalkAuditEvents(t.Context(), f, 0, 9999, func(*models.AuditEvent) error { return stop }), "not text")
}

func TestPruneAudit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for _, center := range []string{"c", "d"} {
			for n := range 9 {
				require.NoError(t, appendEvent(t, s, event(center, n)))
			}
		}
		first, err := s.AuditSince(ctx, "c", at(4))
		require.NoError(t, err)
		require.EqualValues(t, 5, first)
		first, err = s.AuditSince(ctx, "c", at(1000))
		require.NoError(t, err)
		require.Zero(t, first)

		checkpoint := func(sequence int64) *models.AuditCheckpoint {
			return &models.AuditCheckpoint{
				ContactCenterID: "c", Sequence: sequence, HeadMAC: []byte{1}, At: at(50), MAC: []byte{byte(sequence)},
			}
		}
		for _, sequence := range []int64{4, 6, 5} { // the last one comes too late
			require.NoError(t, s.PruneAudit(ctx, checkpoint(sequence)))
		}
		end, err := s.AuditEnd(ctx, "c")
		require.NoError(t, err)
		require.True(t, end.Checkpointed && end.Headed && end.Begun)
		require.Equal(t, *checkpoint(6), end.Pruned)
		require.EqualValues(t, 9, end.Last)
		all, err := s.AuditCheckpoints(ctx)
		require.NoError(t, err)
		require.Equal(t, map[string]models.AuditCheckpoint{"c": *checkpoint(6)}, all)

		_, err = s.AuditEvent(ctx, "c", 6)
		require.ErrorIs(t, err, models.ErrNotFound)
		e, err := s.AuditEvent(ctx, "c", 7)
		require.NoError(t, err)
		require.EqualValues(t, 7, e.Sequence)
		_, err = s.AuditEvent(ctx, "d", 1)
		require.NoError(t, err, "other chains stay whole")
		none, err := s.AuditEnd(ctx, "nobody")
		require.NoError(t, err)
		require.Equal(t, models.AuditEnd{AuditHead: models.AuditHead{ContactCenterID: "nobody"}}, none)
	})
}
