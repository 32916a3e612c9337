package accounts_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"admin-api/accounts"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// ided is a gadget that a set finds by its id.
func ided(id, name, more string) string {
	return fmt.Sprintf(`{"id":%q,"type":"gadget","name":%q,"properties":{"url":"https://example.com"}%s}`, id, name, more)
}

func TestASetPassesNamesOn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		x, y, z := w.create(t, gadgetBody("x")), w.create(t, gadgetBody("y")), w.create(t, gadgetBody("z"))
		w.apply(t, setOf(true, ided(x.ID, "y", ""), ided(y.ID, "x", ""), gadgetBody("w")))
		for id, name := range map[string]string{x.ID: "y", y.ID: "x"} {
			got, err := w.Get(t.Context(), w.p, id, false)
			require.NoError(t, err)
			require.Equal(t, name, got.Name)
			require.Equal(t, name, got.NameKey)
		}
		require.Equal(t, []string{"w", "x", "y"}, w.allNames(t))
		w.apply(t, setOf(false, ided(x.ID, "z", ""), gadgetBody("y")))
		require.Equal(t, []string{"w", "x", "y", "z"}, w.allNames(t), "a name that was given up is free for another account")
		_, err := w.Get(t.Context(), w.p, z.ID, false)
		require.ErrorIs(t, err, models.ErrNotFound)
		taken := w.plan(t, setOf(false, ided(x.ID, "w", "")))
		require.Equal(t, []string{"/accounts/0/name name_taken"}, codes(taken.Errors))
	})
}

func TestASetMovesTheDefault(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		document := func(name string, is bool) string {
			return fmt.Sprintf(`{"type":"gadget","name":%q,"default":%t,"properties":{"url":"https://e.com","token":"t"}}`, name, is)
		}
		w.apply(t, setOf(false, document("a", false), document("b", true)))
		w.apply(t, setOf(false, document("a", true), document("b", false)))
		body := setOf(false, document("c", true))
		plan := w.plan(t, body)
		require.Equal(t, []string{"/accounts/0/default default_moves"}, codes(plan.Warnings))
		w.apply(t, body)
		w.apply(t, setOf(true, document("d", true)))
		require.Equal(t, []string{"d"}, w.allNames(t))
		require.Contains(t, w.operations(t), "account.default success")
		got, err := w.db.DefaultAccount(t.Context(), w.p.ContactCenter.ID, "Zendesk")
		require.NoError(t, err)
		require.Equal(t, "d", got.Name)
	})
}

func TestALimitedTypeIsFreedByPruning(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.apply(t, setOf(false, `{"type":"lone","name":"x","properties":{}}`))
	other := `{"type":"lone","name":"y","properties":{}}`
	require.Equal(t, []string{"/accounts/0/type limit_reached"}, codes(w.plan(t, setOf(false, other)).Errors))
	w.apply(t, setOf(true, other))
	require.Equal(t, []string{"y"}, w.allNames(t))
}

func TestSecretsThatAreMadeInASet(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	body := setOf(false, `{"type":"hooked","name":"x","properties":{}}`)
	made := w.apply(t, body)
	require.Len(t, made[0].Generated, 1, "shown once")
	again := w.apply(t, body)
	require.Equal(t, accounts.SetNone, again[0].Action)
	require.Empty(t, again[0].Generated)
	renewed := w.plan(t, setOf(false, `{"type":"hooked","name":"x","properties":{"word":null}}`))
	require.Equal(t, []string{"/accounts/0/properties/word secret_renewed_each_time"}, codes(renewed.Errors))
}

func TestASetRepairsASecretThatCannotBeRead(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	made := w.create(t, gadgetBody("one"))
	rows, err := w.db.Secrets(t.Context(), w.p.ContactCenter.ID, made.ID)
	require.NoError(t, err)
	rows[0].Sealed[len(rows[0].Sealed)-1] ^= 1
	require.NoError(t, w.db.PutSecrets(t.Context(), rows))
	items := w.apply(t, setOf(false, gadgetBody("one")))
	require.Equal(t, accounts.SetUpdate, items[0].Action)
	require.Contains(t, w.credentials(t, made.ID), "right")
}

func TestExportGoesBackUnchanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		for i := range 7 {
			w.create(t, fmt.Sprintf(`{"type":"gadget","name":"n%d","labels":{"part":"%d"},"properties":{"url":"https://e.com","token":"t"}}`, i, i%2))
		}
		w.create(t, `{"type":"hooked","name":"h","properties":{}}`)
		var names []string
		cursor := ""
		for pages := 0; pages == 0 || cursor != ""; pages++ {
			page, _, err := w.Export(t.Context(), w.p, fmt.Appendf(nil, `{"pageSize":3,"cursor":%q}`, cursor))
			require.NoError(t, err)
			for _, a := range page.Items {
				names = append(names, a.Name)
			}
			cursor = page.NextCursor
		}
		require.Equal(t, []string{"h", "n0", "n1", "n2", "n3", "n4", "n5", "n6"}, names, "in the order of the names")
		page, _, err := w.Export(t.Context(), w.p, []byte(`{"types":["gadget"],"labels":{"part":"1"}}`))
		require.NoError(t, err)
		require.Len(t, page.Items, 3)
		var documents []string
		for _, a := range page.Items {
			documents = append(documents, fmt.Sprintf(`{"type":%q,"name":%q,"labels":%s,"version":99,"secrets":{},"properties":%s}`,
				a.Type, a.Name, pretty(t, a.Labels), a.Properties))
		}
		for _, i := range w.plan(t, setOf(false, documents...)).Items {
			require.Equal(t, accounts.SetNone, i.Action, pretty(t, i))
		}
		_, _, err = w.Export(t.Context(), w.p, []byte(`{"types":["toaster"],"pageSize":201,"x":1}`))
		requireCodes(t, err, "/types/0 unknown_type", "/pageSize max", "/x unknown_member")
		_, _, err = w.Export(t.Context(), w.p, []byte(`{"cursor":"made up"}`))
		require.ErrorIs(t, err, models.ErrBadCursor)
		all, _, err := w.Export(t.Context(), w.p, nil)
		require.NoError(t, err)
		require.Len(t, all.Items, 8)
	})
}

// A failure anywhere in the middle leaves accounts, secrets, versions and the
// record as they were.
func TestApplyThatFailsInTheMiddleWritesNothing(t *testing.T) {
	stops := []struct{ event, table, when string }{
		{"UPDATE", "accounts", "NEW.deleted_at IS NOT NULL"},
		{"UPDATE", "accounts", "NEW.name = 'renamed'"},
		{"INSERT", "accounts", "NEW.name = 'b'"},
		{"INSERT", "account_secrets", "NEW.pointer = '/token'"},
		{"INSERT", "account_versions", "NEW.operation = 'delete'"},
		{"INSERT", "account_versions", "NEW.operation = 'create'"},
		{"INSERT", "audit_events", "NEW.operation = 'account.update'"},
		{"INSERT", "audit_events", "NEW.operation = 'account.create'"},
		{"UPDATE", "audit_heads", "NEW.sequence > 5"}, // the last of the set
	}
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		w := newWorld(t, storetest.Open(t, store.Config{URL: url, MaxConns: 8}))
		raw := storetest.Raw(t, url)
		exec := func(statement string) {
			_, err := raw.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		body := "BEGIN SELECT RAISE(ABORT, 'stop'); END"
		on := ""
		if w.db.Dialect() == store.Postgres {
			exec("CREATE FUNCTION stop() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'stop'; END $$ LANGUAGE plpgsql")
			body, on = "EXECUTE FUNCTION stop()", "ON %s"
		}
		x := w.create(t, gadgetBody("x"))
		w.create(t, gadgetBody("gone"))
		set := setOf(true, ided(x.ID, "renamed", ""), gadgetBody("a"),
			`{"type":"gadget","name":"b","default":true,"properties":{"url":"https://e.com","token":"t"}}`)
		request := based(t, set, w.plan(t, set).Base)
		before := w.everything(t)
		for _, s := range stops {
			exec(fmt.Sprintf("CREATE TRIGGER stop BEFORE %s ON %s FOR EACH ROW WHEN (%s) %s", s.event, s.table, s.when, body))
			_, err := w.ApplySet(t.Context(), w.p, request)
			require.Error(t, err, "%v", s)
			require.Equal(t, before, w.everything(t), "%v", s)
			drop := "DROP TRIGGER stop"
			if on != "" {
				drop += " " + fmt.Sprintf(on, s.table)
			}
			exec(drop)
		}
		_, err := w.ApplySet(t.Context(), w.p, request)
		require.NoError(t, err, "nothing of the failures is left")
		require.Equal(t, []string{"a", "b", "renamed"}, w.allNames(t))
	})
}

func TestOfTwoAppliesOfOnePlanOneWins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		for i := range 6 {
			w.create(t, gadgetBody(fmt.Sprint("n", i)))
		}
		set := func(who int) string {
			var documents []string
			for i := range 6 {
				n := (i*5 + who) % 6 // in another order each
				documents = append(documents, fmt.Sprintf(`{"type":"gadget","name":"n%d","description":"%d","default":%t,
					"properties":{"url":"https://example.com"}}`, n, who, n == who))
			}
			return setOf(false, documents...)
		}
		base := w.plan(t, set(0)).Base
		var wg sync.WaitGroup
		var mu sync.Mutex
		won := []int{}
		for who := range 4 {
			wg.Go(func() {
				_, err := w.ApplySet(context.WithoutCancel(t.Context()), w.p, based(t, set(who), base))
				if err == nil {
					mu.Lock()
					won = append(won, who)
					mu.Unlock()
				} else if !errors.Is(err, models.ErrVersionMismatch) {
					t.Errorf("apply: %v", err)
				}
			})
		}
		wg.Wait()
		require.Len(t, won, 1)
		for _, i := range w.plan(t, set(won[0])).Items {
			require.Equal(t, accounts.SetNone, i.Action)
		}
	})
}

// The default moves only from the account that the plan named: where another one has
// it by now, or that one was changed, the set is refused.
func TestTheDefaultThatASetTakesIsPlanned(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		id := func(name string) string { return w.create(t, gadgetBody(name)).ID }
		first, second := id("first"), id("second")
		makeDefault := func(id string) {
			_, err := w.Patch(t.Context(), w.p, id, accounts.Match{Any: true}, []byte(`{"default":true}`))
			require.NoError(t, err)
		}
		makeDefault(first)
		body := setOf(false, `{"type":"gadget","name":"third","default":true,"properties":{"url":"https://example.com","token":"t"}}`)
		plan := w.plan(t, body)
		require.Contains(t, plan.Base.Accounts, first)
		makeDefault(second)
		_, err := w.ApplySet(t.Context(), w.p, based(t, body, plan.Base))
		require.ErrorIs(t, err, models.ErrVersionMismatch)
		done, err := w.ApplySet(t.Context(), w.p, based(t, body, w.plan(t, body).Base))
		require.NoError(t, err)
		require.Equal(t, accounts.SetCreate, done.Items[0].Action)
		_, err = w.ApplySet(t.Context(), w.p, based(t, body, w.plan(t, body).Base))
		require.NoError(t, err, "it can be applied again")
	})
}

// Sets that make the same accounts, each in another order, do not wait for each other
// in a circle: one of them is applied, and the others are told why they are not.
func TestSetsThatMakeTheSameAccounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		for round := range 5 {
			var documents []string
			for i := range 30 {
				documents = append(documents, fmt.Sprintf(
					`{"type":"gadget","name":"n %d %d","properties":{"url":"https://example.com","token":"t"}}`, round, i))
			}
			base := w.plan(t, setOf(false, documents...)).Base
			var wg sync.WaitGroup
			var won atomic.Int32
			for range 4 {
				slices.Reverse(documents)
				body := setOf(false, documents...)
				wg.Go(func() {
					_, err := w.ApplySet(context.WithoutCancel(t.Context()), w.p, based(t, body, base))
					switch {
					case err == nil:
						won.Add(1)
					case !errors.Is(err, models.ErrVersionMismatch) && !errors.Is(err, models.ErrNameTaken):
						t.Errorf("apply: %v", err)
					}
				})
			}
			wg.Wait()
			require.Positive(t, won.Load(), "whoever looks later finds all as it should be")
		}
	})
}

// Sets, single changes and moves of the default meet without anybody waiting for
// somebody who waits.
func TestSetsMeetSingleChanges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ids := []string{w.create(t, gadgetBody("x")).ID, w.create(t, gadgetBody("y")).ID}
		var wg sync.WaitGroup
		for who := range 2 {
			wg.Go(func() {
				for n := range 10 {
					body := setOf(false, ided(ids[n%2], "x", fmt.Sprintf(`,"default":true,"description":"%d %d"`, who, n)),
						ided(ids[(n+1)%2], "y", ""))
					plan, err := w.PlanSet(t.Context(), w.p, []byte(body))
					if err != nil {
						t.Errorf("plan: %v", err)
						return
					}
					_, err = w.ApplySet(t.Context(), w.p, based(t, body, plan.Base))
					if err != nil && !errors.Is(err, models.ErrVersionMismatch) {
						t.Errorf("apply: %v", err)
					}
				}
			})
			wg.Go(func() {
				for n := range 10 {
					body := fmt.Appendf(nil, `{"default":true,"description":"single %d %d"}`, who, n)
					if _, err := w.Patch(t.Context(), w.p, ids[(who+n)%2], accounts.Match{Any: true}, body); err != nil {
						t.Errorf("patch: %v", err)
					}
				}
			})
		}
		wg.Wait()
		require.Equal(t, []string{"x", "y"}, w.allNames(t))
	})
}

// Whatever is stored and whatever a set says: once it is applied, what is stored
// is what it says, and planning it again finds nothing to do.
func TestApplyReachesWhatTheSetSays(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	number := 0
	rapid.Check(t, func(r *rapid.T) {
		number++
		w.p = w.center(t, fmt.Sprintf("c%d.example", number), models.AllFeatures()...)
		for range rapid.IntRange(1, 4).Draw(r, "sets") {
			body := drawSet(r)
			plan := w.plan(t, body)
			require.Empty(r, plan.Errors, body)
			done, err := w.ApplySet(t.Context(), w.p, based(t, body, plan.Base))
			require.NoError(r, err)
			require.Equal(r, actions(plan.Items), actions(done.Items))
			for _, i := range w.plan(t, body).Items {
				require.Equal(r, accounts.SetNone, i.Action, "%s\n%s", body, pretty(t, i))
			}
		}
	})
}

func drawSet(r *rapid.T) string {
	names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "Ä", "ß", "long name"}), 0, 5, rapid.ID[string]).Draw(r, "names")
	chosen := rapid.IntRange(-1, 4).Draw(r, "default")
	var documents []string
	for i, name := range names {
		if rapid.Bool().Draw(r, "upper") {
			name = strings.ToUpper(name)
		}
		extra := rapid.SampledFrom([]string{"", `,"extra":{"host":"h","pin":"1"}`, `,"extra":{"host":"i","pin":"2"}`}).Draw(r, "extra")
		documents = append(documents, fmt.Sprintf(
			`{"type":"gadget","name":%q,"description":%q,"enabled":%t,"default":%t,"properties":{"url":"https://%s.example","token":%q%s}}`,
			name, rapid.SampledFrom([]string{"", "d"}).Draw(r, "description"), rapid.Bool().Draw(r, "enabled"), i == chosen,
			rapid.SampledFrom([]string{"x", "y"}).Draw(r, "host"), rapid.SampledFrom([]string{"t1", "t2"}).Draw(r, "token"), extra))
	}
	return setOf(rapid.Bool().Draw(r, "prune"), documents...)
}
