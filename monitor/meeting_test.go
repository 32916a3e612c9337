package monitor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/accounts"
	"admin-api/events"
	"admin-api/integrations"
	"admin-api/integrations/scimaccount"
	"admin-api/models"
	"admin-api/outbound"
	"admin-api/store"
	"admin-api/store/storetest"
	"admin-api/validation"
)

// meeting is everybody who writes, on one database.
type meeting struct {
	*world
	people *access.Service
	hooks  *events.Service
}

// fine says that err is an answer, and not that somebody waited for somebody who
// waits.
func fine(err error) bool {
	if broken := (validation.Errors{}); err == nil || errors.As(err, &broken) {
		return true
	}
	for _, answer := range []error{
		models.ErrVersionMismatch, models.ErrNotFound, models.ErrNameTaken, models.ErrInUse, models.ErrProbeRunning,
	} {
		if errors.Is(err, answer) {
			return true
		}
	}
	return false
}

// Everybody who writes meets everybody else, and none waits for somebody who waits
// for him: accounts, sets, defaults, references, people and roles, webhooks and
// their deliveries, checks, and what is removed in the background.
func TestAllWritersMeet(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		m := newMeeting(t, db)
		team, user, role := m.staff(t)
		var ids []string
		for i := range 4 {
			ids = append(ids, m.create(t, "choice", fmt.Sprint("choice ", i), `{"word":"w"}`).ID)
		}
		doing := map[string]func(n int) error{
			"patch":   m.patches(t, ids),
			"set":     m.applies(t),
			"names":   m.names(t, team),
			"removal": m.removes(t, ids),
			"refer":   m.refers(t, ids),
			"people":  m.staffs(t, team, user, role),
			"hooks":   m.changesHooks(t),
		}
		done := map[string]*atomic.Int32{}
		var writers, background sync.WaitGroup
		over := make(chan struct{})
		background.Go(func() { m.works(t, over) })
		for name, do := range doing {
			well := &atomic.Int32{}
			done[name] = well
			for who := range 2 {
				writers.Go(func() {
					for n := range 12 {
						err := do(n*2 + who)
						if err == nil {
							well.Add(1)
						} else if !fine(err) {
							t.Errorf("%s %d: %v", name, n, err)
						}
					}
				})
			}
		}
		writers.Wait()
		require.NoError(t, doing["set"](0), "sets are mostly refused, because accounts move all the time")
		delete(done, "set")
		close(over)
		background.Wait()
		for name, well := range done {
			require.Positive(t, well.Load(), name)
		}
		require.NotContains(t, m.log.String(), "level=ERROR")
		reports, err := m.Audit.Verify(t.Context())
		require.NoError(t, err)
		require.True(t, reports[0].OK(), reports)
	})
}

func newMeeting(t *testing.T, db *store.Store) *meeting {
	t.Helper()
	w := newWorld(t, db)
	choice := w.Catalog[0]
	choice.Type, choice.HasDefault = "choice", true
	scim := scimaccount.Definition
	scim.Limit = integrations.Unlimited
	w.Catalog = append(w.Catalog, choice, scim)
	w.p.Grantable = models.AllScopes()
	way, err := outbound.New(outbound.Config{})
	require.NoError(t, err)
	return &meeting{
		world:  w,
		people: &access.Service{Store: db, Audit: w.Audit, Now: w.now},
		hooks:  &events.Service{Store: db, Keys: w.Keys, Audit: w.Audit, Outbound: way, Now: w.now},
	}
}

func (m *meeting) staff(t *testing.T) (team, user, role string) {
	t.Helper()
	r, err := m.people.CreateRole(t.Context(), m.p, []byte(`{"name":"Lead","privileges":["accounts:read"]}`))
	require.NoError(t, err)
	g, err := m.people.CreateTeam(t.Context(), m.p, []byte(`{"name":"team"}`))
	require.NoError(t, err)
	var first string
	for i := range 6 {
		body := fmt.Sprintf(`{"username":"u%d","roles":["Agent","Lead"],"teamId":%q}`, i, g.ID)
		u, err := m.people.CreateUser(t.Context(), m.p, []byte(body))
		require.NoError(t, err)
		first = u.ID
	}
	return g.ID, first, r.ID
}

func (m *meeting) patches(t *testing.T, ids []string) func(int) error {
	return func(n int) error {
		body := fmt.Appendf(nil, `{"default":true,"description":"%d"}`, n)
		_, err := m.Patch(t.Context(), m.p, ids[n%len(ids)], accounts.Match{Any: true}, body)
		return err
	}
}

func (m *meeting) applies(t *testing.T) func(int) error {
	return func(n int) error {
		set := `"accounts":[`
		for i := range 6 {
			k := (i*5 + n) % 6
			set += fmt.Sprintf(`{"type":"choice","name":"choice %d","description":"set %d","default":%t,"properties":{"word":"w"}},`,
				k, n, i == n%6)
		}
		set = "{" + set[:len(set)-1] + "]"
		plan, err := m.PlanSet(t.Context(), m.p, []byte(set+"}"))
		if err != nil {
			return err
		}
		base, err := json.Marshal(plan.Base)
		if err != nil {
			return err
		}
		_, err = m.ApplySet(t.Context(), m.p, []byte(set+`,"base":`+string(base)+"}"))
		return err
	}
}

// names makes accounts that name a team, and deletes them.
func (m *meeting) names(t *testing.T, team string) func(int) error {
	return func(n int) error {
		body := fmt.Sprintf(`{"type":"scim","name":"scim %d","properties":{"defaultTeamId":%q}}`, n, team)
		made, err := m.Create(t.Context(), m.p, []byte(body), accounts.Idempotency{})
		if err != nil {
			return err
		}
		return m.Delete(t.Context(), m.p, made.Account.ID, accounts.Match{Any: true})
	}
}

func (m *meeting) removes(t *testing.T, ids []string) func(int) error {
	return func(n int) error {
		id := ids[n%len(ids)]
		if err := m.Delete(t.Context(), m.p, id, accounts.Match{Any: true}); err != nil {
			return err
		}
		_, err := m.Undelete(t.Context(), m.p, id)
		return err
	}
}

func (m *meeting) refers(t *testing.T, ids []string) func(int) error {
	return func(n int) error {
		id, key := ids[n%len(ids)], fmt.Sprint("key ", n)
		if err := m.PutReference(t.Context(), m.p, id, key, []byte(`{"kind":"flow","name":"n"}`)); err != nil {
			return err
		}
		return m.DeleteReference(t.Context(), m.p, id, key)
	}
}

func (m *meeting) staffs(t *testing.T, team, user, role string) func(int) error {
	return func(n int) error {
		name := func(what string) []byte { return fmt.Appendf(nil, `{%q:"%s %d"}`, what, what, n) }
		_, err := m.people.UpdateRole(t.Context(), m.p, role, access.Match{}, name("name"))
		if err == nil {
			_, err = m.people.UpdateUser(t.Context(), m.p, user, access.Match{}, name("firstName"))
		}
		if err == nil {
			_, err = m.people.UpdateTeam(t.Context(), m.p, team, access.Match{}, name("name"))
		}
		if err == nil {
			err = m.people.DeleteUser(t.Context(), m.p, user, access.Match{})
		}
		return err
	}
}

func (m *meeting) changesHooks(t *testing.T) func(int) error {
	return func(int) error {
		hook, _, err := m.hooks.CreateWebhook(t.Context(), m.p, []byte(`{"url":"https://127.0.0.1/"}`))
		if err == nil {
			_, err = m.hooks.UpdateWebhook(t.Context(), m.p, hook.ID, access.Match{}, []byte(`{"description":"d"}`))
		}
		if err == nil {
			_, _, err = m.hooks.RotateWebhookSecret(t.Context(), m.p, hook.ID)
		}
		if err == nil {
			err = m.hooks.DeleteWebhook(t.Context(), m.p, hook.ID, access.Match{})
		}
		return err
	}
}

// works does what is done in the background, on two replicas, until over.
func (m *meeting) works(t *testing.T, over chan struct{}) {
	var replicas sync.WaitGroup
	logger := slog.New(slog.NewTextHandler(m.log, nil))
	m.hooks.Logger = logger
	for range 2 {
		replica := m.monitor(func(c *Config) {
			c.Poll, c.Rounds, c.PerMinute, c.Logger = time.Millisecond, time.Millisecond, 6000, logger
		})
		courier := m.hooks.NewCourier(events.CourierConfig{Poll: time.Millisecond})
		for _, run := range []func(*testing.T){
			func(t *testing.T) { replica.Run(until(t, over)) },
			func(t *testing.T) { courier.Run(until(t, over)) },
			func(t *testing.T) {
				for ctx := until(t, over); ctx.Err() == nil; m.pass(10 * time.Minute) {
					before := models.NewTime(m.now().Add(-time.Hour))
					if _, err := m.Audit.Prune(t.Context(), m.p.ContactCenter.ID, before, "test", "test"); err != nil {
						t.Errorf("prune: %v", err)
					}
				}
			},
		} {
			replicas.Go(func() { run(t) })
		}
	}
	replicas.Wait()
}

// until returns a context that ends with over.
func until(t *testing.T, over chan struct{}) context.Context {
	ctx, end := context.WithCancel(t.Context())
	go func() {
		<-over
		end()
	}()
	return ctx
}
