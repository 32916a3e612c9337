package events

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func TestResumeTellsGaps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ctx := t.Context()
		resume := func(after int64) (int64, *Gap) {
			position, gap, err := w.Resume(ctx, w.p, after)
			require.NoError(t, err)
			return position, gap
		}
		position, gap := resume(0)
		require.Zero(t, position)
		require.Nil(t, gap)
		position, gap = resume(5)
		require.Zero(t, position, "an earlier copy of the database")
		require.Equal(t, &Gap{After: 5, Before: 1}, gap)

		w.happen(t, w.p, "one", 1, 2, 3)
		w.pass(time.Hour)
		w.happen(t, w.p, "one", 4)
		_, err := db.DeleteEvents(ctx, models.NewTime(began.Add(time.Minute)), 2)
		require.NoError(t, err)
		position, gap = resume(1)
		require.EqualValues(t, 2, position)
		require.Equal(t, &Gap{After: 1, Before: 3}, gap)
		position, gap = resume(2)
		require.EqualValues(t, 2, position)
		require.Nil(t, gap)
		_, err = db.DeleteEvents(ctx, models.NewTime(began.Add(2*time.Hour)), 9)
		require.NoError(t, err)
		position, gap = resume(3)
		require.EqualValues(t, 4, position)
		require.Equal(t, &Gap{After: 3, Before: 5}, gap)
		_, gap = resume(4)
		require.Nil(t, gap)
	})
}

// A hole behind the position of a client is a gap, though older events are kept: so it
// is after a restore, which numbers on far behind what the backup has.
func TestResumeTellsAHole(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		w.happen(t, w.p, "one", 1, 2)
		w.pass(-time.Hour)
		w.happen(t, w.p, "one", 3)
		w.pass(time.Hour)
		w.happen(t, w.p, "one", 4)
		n, err := db.DeleteEvents(t.Context(), models.NewTime(began), 9)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		for after, want := range map[int64]*Gap{0: nil, 1: nil, 2: {After: 2, Before: 4}, 3: nil, 4: nil} {
			_, gap, err := w.Resume(t.Context(), w.p, after)
			require.NoError(t, err)
			require.Equal(t, want, gap, after)
		}
	})
}

func TestReadGoesOnBehindWhatIsLeftOut(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.happen(t, w.p, "one", 1, 2)
	w.happen(t, w.p, "two", 1, 2)
	page, err := w.Read(t.Context(), w.p, Query{AccountID: "one", Limit: 1})
	require.NoError(t, err)
	require.True(t, page.More)
	require.EqualValues(t, 1, page.Position)
	page, err = w.Read(t.Context(), w.p, Query{AccountID: "one", After: page.Position, Limit: 1})
	require.NoError(t, err)
	require.False(t, page.More)
	require.EqualValues(t, 4, page.Position)
	page, err = w.Read(t.Context(), w.p, Query{Types: []string{models.EventAccountCreated}, Limit: 9})
	require.NoError(t, err)
	require.Empty(t, page.Events)
	require.EqualValues(t, 4, page.Position)
}

// Listeners hear of what another process wrote, each reads for itself, and the
// last one takes the poller along.
func TestListen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		here, there := w.Service, w.replica(db, w.Keys, w.Outbound)
		one, err := here.Listen(w.p)
		require.NoError(t, err)
		two, err := there.Listen(w.p)
		require.NoError(t, err)
		w.happen(t, w.p, "one", 1)
		<-one.More(0)
		<-two.More(0)
		for range MostListeners - 1 {
			_, err := here.Listen(w.p)
			require.NoError(t, err)
		}
		_, err = here.Listen(w.p)
		require.ErrorIs(t, err, models.ErrRateLimited)
		one.Close()
		one.Close()
		again, err := here.Listen(w.p)
		require.NoError(t, err)
		again.Close()
		two.Close()
		require.Empty(t, there.hub.centers)
		require.Empty(t, there.hub.listeners)
		here.Close()
		here.Close()
		<-again.Ended()
		_, err = here.Listen(w.p)
		require.ErrorIs(t, err, models.ErrUnavailable)
	})
}

// A commit of this process wakes at once, however rarely it looks.
func TestCommittedWakes(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.Poll = time.Hour
	l, err := w.Listen(w.p)
	require.NoError(t, err)
	defer l.Close()
	w.Committed("unknown")
	w.happen(t, w.p, "one", 1)
	w.Committed(w.p.ContactCenter.ID)
	<-l.More(0)
	more := l.More(1)
	w.happen(t, w.p, "one", 2)
	w.Committed(w.p.ContactCenter.ID)
	<-more
}
