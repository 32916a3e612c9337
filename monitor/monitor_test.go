package monitor

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func TestChecksWhatIsDue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		m := w.monitor(nil)
		a := w.create(t, "gadget", "one", `{"word":"w"}`)
		w.create(t, "silent", "two", `{}`)
		round(t, m)
		require.Zero(t, w.probes.Load(), "a change settles first")
		w.pass(time.Minute)
		round(t, m)
		require.EqualValues(t, 1, w.probes.Load())
		require.Equal(t, models.HealthOK, w.health(t, a.ID))
		round(t, m)
		w.pass(14 * time.Minute)
		round(t, m)
		require.EqualValues(t, 1, w.probes.Load(), "not before the interval is over")
		w.pass(time.Minute)
		round(t, m)
		require.EqualValues(t, 2, w.probes.Load())

		checks, err := db.Checks(t.Context(), a.ContactCenterID, a.ID, models.Page{Limit: 10})
		require.NoError(t, err)
		require.Len(t, checks, 2)
		require.Equal(t, "monitor", checks[0].CheckedBy)
		require.Equal(t, []string{models.EventHealthChanged}, w.events(t), "an event where the health changes")

		w.patch(t, a.ID, `{"description":"changed"}`)
		w.pass(time.Minute)
		round(t, m)
		require.EqualValues(t, 3, w.probes.Load(), "a change is checked soon")
	})
}

func TestBackoff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		m := w.monitor(nil)
		a := w.create(t, "gadget", "one", `{"word":"s3cret-w0rd"}`)
		w.answers(refuses)
		w.pass(time.Minute)
		waits := []time.Duration{}
		for range 9 {
			round(t, m)
			due := w.dueAt(t, a)
			waits = append(waits, due.Sub(w.now()))
			w.pass(due.Sub(w.now()))
		}
		require.Equal(t, []time.Duration{
			15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 16 * time.Hour,
			24 * time.Hour, 24 * time.Hour,
		}, waits)
		require.Equal(t, models.HealthFailing, w.health(t, a.ID))
		w.answers(nil)
		round(t, m)
		require.Equal(t, 15*time.Minute, w.dueAt(t, a).Sub(w.now()), "well again")
		require.Equal(t, []string{
			models.EventHealthChanged, models.EventHealthChanged,
		}, w.events(t))
		require.Equal(t, 1, strings.Count(w.log.String(), "account fails"))
		require.Equal(t, 1, strings.Count(w.log.String(), "account is well again"))
		require.NotContains(t, w.log.String(), "s3cret-w0rd")
	})
}

// dueAt is when an account is checked next.
func (w *world) dueAt(t *testing.T, a *models.AccountView) time.Time {
	t.Helper()
	due, err := w.Store.DueChecks(t.Context(), models.DueFilter{Now: models.NewTime(w.now().Add(100 * 24 * time.Hour)), Limit: 10})
	require.NoError(t, err)
	for _, c := range due {
		if c.AccountID == a.ID {
			return c.DueAt.Time
		}
	}
	require.Fail(t, "not scheduled")
	return time.Time{}
}

func TestVendorsWish(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	m := w.monitor(nil)
	a := w.create(t, "gadget", "one", `{"word":"w"}`)
	w.answers(func(context.Context) error {
		f := integrations.NewFailure(integrations.CauseRateLimited, "rate_limited", "Slow.", "Wait.")
		f.RetryAfter = 3 * time.Hour
		return f
	})
	w.pass(time.Minute)
	round(t, m)
	require.Equal(t, 3*time.Hour, w.dueAt(t, a).Sub(w.now()))
}

func TestJitter(t *testing.T) {
	for random, want := range map[float64]time.Duration{0: 54 * time.Minute, 0.5: time.Hour, 0.999999999999: 66 * time.Minute} {
		m := New(Config{Random: func() float64 { return random }})
		require.InDelta(t, want, m.jitter(time.Hour), float64(time.Millisecond))
	}
}

func TestJitterOfTheNextCheck(t *testing.T) {
	tests := []struct {
		random float64
		vendor func(context.Context) error
		want   time.Duration
	}{
		{0, nil, 13*time.Minute + 30*time.Second},
		{0.999999, nil, 16*time.Minute + 30*time.Second},
		{0, refuses, 13*time.Minute + 30*time.Second},
		{0.999999, refuses, 16*time.Minute + 30*time.Second},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.random, tt.vendor != nil), func(t *testing.T) {
			w := newWorld(t, storetest.SQLite(t))
			w.answers(tt.vendor)
			a := w.gadgets(t, 1)[0]
			round(t, w.monitor(func(c *Config) { c.Random = func() float64 { return tt.random } }))
			require.EqualValues(t, 1, w.probes.Load())
			require.InDelta(t, tt.want, w.dueAt(t, a).Sub(w.now()), float64(10*time.Millisecond))
		})
	}
}

func TestWhatIsNotChecked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		m := w.monitor(nil)
		off := w.create(t, "gadget", "off", `{"word":"w"}`)
		w.patch(t, off.ID, `{"enabled":false}`)
		gone := w.create(t, "gadget", "gone", `{"word":"w"}`)
		require.NoError(t, w.Delete(t.Context(), w.p, gone.ID, anyVersion))
		w.create(t, "featured", "featured", `{"word":"w"}`)
		w.Catalog[2].Feature = models.FeatureFacebook // which the contact center does not have
		w.pass(time.Minute)
		round(t, m)
		require.Zero(t, w.probes.Load())
		due, err := db.DueChecks(t.Context(), models.DueFilter{Now: models.NewTime(w.now().Add(time.Hour)), Limit: 10})
		require.NoError(t, err)
		require.Len(t, due, 1, "what is off for good fell out of the schedule")
		require.Equal(t, "featured", due[0].AccountType)
		w.Catalog[2].Feature = models.FeatureAWS
		w.pass(15 * time.Minute)
		round(t, m)
		require.EqualValues(t, 1, w.probes.Load(), "a feature that is back is checked again")

		w.patch(t, off.ID, `{"enabled":true}`)
		w.pass(time.Minute)
		round(t, m)
		require.EqualValues(t, 2, w.probes.Load(), "and come back when they are switched on")
	})
}

func TestOff(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	m := w.monitor(func(c *Config) { c.Interval = 0 })
	w.create(t, "gadget", "one", `{"word":"w"}`)
	w.pass(time.Hour)
	round(t, m)
	require.Zero(t, w.probes.Load())
}

// Never more than the workers at once, nor more of one type than its allowance,
// and a vendor that has had enough does not hold up the others.
func TestBounds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		for i := range 12 {
			w.create(t, "gadget", fmt.Sprint("g", i), `{"word":"w"}`)
		}
		w.pass(time.Second)
		w.create(t, "widget", "w", `{"word":"w"}`)
		w.pass(time.Minute)
		m := w.monitor(func(c *Config) { c.Workers, c.PerMinute = 6, 20 })
		release := make(chan struct{})
		entered := make(chan struct{}, 20)
		w.answers(func(ctx context.Context) error {
			entered <- struct{}{}
			select {
			case <-release:
			case <-ctx.Done():
			}
			return nil
		})
		m.checks(t.Context())
		for range 3 {
			<-entered
		}
		require.Equal(t, 3, m.free, "two gadgets, whose allowance is then used up, and the widget")
		m.checks(t.Context())
		require.Empty(t, entered)
		close(release)
		m.working.Wait()
		require.EqualValues(t, 3, w.probes.Load())
		round(t, m)
		require.EqualValues(t, 3, w.probes.Load(), "the allowance of gadgets is used up")
		w.pass(3 * time.Second) // a twentieth of a minute
		round(t, m)
		require.EqualValues(t, 4, w.probes.Load())
	})
}

// A replica that stops in the middle of a probe records nothing of it and leaves
// the account to be checked again soon.
func TestStopping(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	m := w.monitor(nil)
	a := w.create(t, "gadget", "one", `{"word":"w"}`)
	w.pass(time.Minute)
	ctx, stop := context.WithCancel(t.Context())
	w.answers(func(ctx context.Context) error {
		stop()
		<-ctx.Done()
		return ctx.Err()
	})
	m.Run(ctx)
	require.Equal(t, models.HealthUnknown, w.health(t, a.ID))
	require.LessOrEqual(t, w.dueAt(t, a).Sub(w.now()), leaseTime)
	require.NotContains(t, w.log.String(), "level=ERROR")
}

// What the database refuses is logged, and tried again later.
func TestBrokenKey(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	m := w.monitor(nil)
	a := w.create(t, "gadget", "one", `{"word":"w"}`)
	other := newWorld(t, storetest.SQLite(t))
	w.Keys = other.Keys // of another installation
	w.pass(time.Minute)
	round(t, m)
	require.Zero(t, w.probes.Load())
	require.Contains(t, w.log.String(), "account not checked")
	require.Equal(t, 15*time.Minute, w.dueAt(t, a).Sub(w.now()))
}

// Switching an account on while its check ends for being off is not forgotten.
func TestSwitchedOnMeanwhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		m := w.monitor(nil)
		a := w.create(t, "gadget", "one", `{"word":"w"}`)
		w.patch(t, a.ID, `{"enabled":false}`)
		w.pass(time.Minute)
		due, err := db.DueChecks(t.Context(), models.DueFilter{Now: models.NewTime(w.now()), Limit: 10})
		require.NoError(t, err)
		until := models.NewTime(w.now().Add(leaseTime))
		claimed, err := db.ClaimCheck(t.Context(), due[0], until)
		require.NoError(t, err)
		require.True(t, claimed)
		w.patch(t, a.ID, `{"enabled":true}`) // between the look at the account and what follows from it
		require.NoError(t, db.UnscheduleCheck(t.Context(), due[0], until))
		w.pass(time.Minute)
		round(t, m)
		require.EqualValues(t, 1, w.probes.Load())
	})
}

// A mistake in the code of a type costs that check and nothing else.
func TestPanic(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	m := w.monitor(nil)
	w.Logger = m.Logger
	a := w.create(t, "gadget", "one", `{"word":"w"}`)
	w.answers(func(context.Context) error { panic("s3cret") })
	w.pass(time.Minute)
	round(t, m)
	require.Equal(t, models.HealthFailing, w.health(t, a.ID))
	require.Contains(t, w.log.String(), "probe panicked")
	require.NotContains(t, w.log.String(), "s3cret", "what the panic says may be anything")
	w.answers(nil)
	w.pass(15 * time.Minute)
	round(t, m)
	require.Equal(t, models.HealthOK, w.health(t, a.ID))
}
