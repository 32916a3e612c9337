package accounts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/accounts"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// setOf is the body of a plan.
func setOf(prune bool, documents ...string) string {
	return fmt.Sprintf(`{"accounts":[%s],"prune":%t}`, strings.Join(documents, ","), prune)
}

func (w *world) plan(t *testing.T, body string) *accounts.Plan {
	t.Helper()
	p, err := w.PlanSet(t.Context(), w.p, []byte(body))
	require.NoError(t, err)
	return p
}

// based adds the base of a plan to a set.
func based(t *testing.T, body string, base accounts.SetBase) []byte {
	t.Helper()
	return []byte(body[:len(body)-1] + `,"base":` + pretty(t, base) + `}`)
}

// apply plans a set and applies it.
func (w *world) apply(t *testing.T, body string) []accounts.SetItem {
	t.Helper()
	p := w.plan(t, body)
	require.Empty(t, p.Errors)
	done, err := w.ApplySet(t.Context(), w.p, based(t, body, p.Base))
	require.NoError(t, err)
	return done.Items
}

// actions lists "name action" of what a set does.
func actions(items []accounts.SetItem) []string {
	out := []string{}
	for _, i := range items {
		out = append(out, i.Name+" "+i.Action)
	}
	return out
}

// said lists "pointer old → new" of what changes.
func said(i accounts.SetItem) []string {
	out := []string{}
	for _, c := range i.Changes {
		out = append(out, fmt.Sprintf("%s %s → %s", c.Pointer, c.Old, c.New))
	}
	return out
}

// allNames are those of all live accounts.
func (w *world) allNames(t *testing.T) []string {
	t.Helper()
	list, err := w.List(t.Context(), w.p, accounts.ListQuery{Filter: models.AccountFilter{Limit: 1000, Sort: models.SortByName}})
	require.NoError(t, err)
	out := []string{}
	for _, a := range list.Items {
		out = append(out, a.Name)
	}
	return out
}

// everything is all that is stored of the contact center, to see that nothing
// changed.
func (w *world) everything(t *testing.T) string {
	t.Helper()
	f := models.AccountFilter{ContactCenterID: w.p.ContactCenter.ID, Deleted: models.DeletedInclude}
	rows, err := w.db.ListAccounts(t.Context(), f)
	require.NoError(t, err)
	all := []any{rows, w.operations(t)}
	for _, a := range rows {
		secrets, err := w.db.Secrets(t.Context(), a.ContactCenterID, a.ID)
		require.NoError(t, err)
		versions, err := w.db.Versions(t.Context(), a.ContactCenterID, a.ID, models.Page{})
		require.NoError(t, err)
		all = append(all, secrets, versions)
	}
	return pretty(t, all)
}

func TestPlanShowsWhatApplyDoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		w.create(t, gadgetBody("kept"))
		old := w.create(t, `{"type":"gadget","name":"Changed","labels":{"env":"test"},
			"properties":{"url":"https://example.com","token":"right","extra":{"host":"h","pin":"1234"}}}`)
		w.create(t, gadgetBody("gone"))
		before := w.everything(t)
		body := setOf(true, gadgetBody("new"), gadgetBody("KEPT"),
			`{"type":"gadget","name":"changed","enabled":false,"labels":{"env":"prod"},
				"properties":{"url":"https://example.com","token":"other","note":"n"}}`)
		plan := w.plan(t, body)
		require.Equal(t, before, w.everything(t), "a plan writes nothing")
		require.Zero(t, w.calls.Load(), "and dials nothing")
		require.Empty(t, plan.Errors)
		require.Equal(t, []string{"new create", "KEPT update", "changed update", "gone delete"}, actions(plan.Items))
		require.Equal(t, []string{`/name "kept" → "KEPT"`}, said(plan.Items[1]), "an equal secret is no change")
		require.Equal(t, []string{
			`/enabled true → false`, `/labels/env "test" → "prod"`, `/name "Changed" → "changed"`,
			`/properties/extra/host "h" → `, `/properties/note  → "n"`,
			`/properties/extra/pin  → "cleared"`, `/properties/token  → "changed"`,
		}, said(plan.Items[2]))
		require.Equal(t, old.ID, plan.Items[2].ID)
		require.Equal(t, "/accounts/2", plan.Items[2].Pointer)
		require.EqualValues(t, 1, plan.Items[2].Version)
		require.Len(t, plan.Base.Accounts, 3)
		require.Equal(t, []string{"new"}, plan.Base.Absent)

		request := based(t, body, plan.Base)
		applied, err := w.ApplySet(t.Context(), w.p, request)
		require.NoError(t, err)
		done := applied.Items
		require.Equal(t, actions(plan.Items), actions(done))
		require.EqualValues(t, 2, done[2].Version)
		require.NotEmpty(t, done[0].ID)
		require.Equal(t, []string{"changed", "KEPT", "new"}, w.allNames(t))
		require.JSONEq(t, `{"url":"https://example.com","scheme":"token","token":"other","note":"n"}`, w.credentials(t, old.ID))
		require.Equal(t, []string{
			"account.delete success", "account.update success", "account.update success", "account.create success",
			"credentials.read success",
		}, w.operations(t)[3:])

		again, err := w.ApplySet(t.Context(), w.p, request)
		require.NoError(t, err, "the same request again changes nothing")
		require.Equal(t, []string{"new none", "KEPT none", "changed none"}, actions(again.Items))
		require.Empty(t, w.plan(t, body).Base.Absent)
	})
}

func TestApplySaysOnRecordThatItWasASet(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.apply(t, setOf(false, gadgetBody("one")))
	err := w.db.WalkAudit(t.Context(), w.p.ContactCenter.ID, func(e *models.AuditEvent) error {
		require.Equal(t, "account.create", e.Operation)
		require.Equal(t, "apply", e.Detail)
		return nil
	})
	require.NoError(t, err)
}

func TestSetThatCannotBeApplied(t *testing.T) {
	const badURL = `{"type":"gadget","name":"a","properties":{"url":"http://example.com","token":"t"}}`
	tests := []struct {
		name string
		body string
		want []string
	}{
		{"rules of accounts", setOf(false, gadgetBody("fine"), badURL, `{"type":"toaster","name":"b","mystery":1}`), []string{
			"/accounts/1/properties/url https_url", "/accounts/2/type unknown_type", "/accounts/2/mystery unknown_member",
		}},
		{"another type", setOf(false, `{"type":"hooked","name":"stored","properties":{}}`), []string{"/accounts/0/type type_differs"}},
		{"no type", setOf(false, `{"name":"stored","properties":{}}`), []string{"/accounts/0/type required"}},
		{"a name twice", setOf(false, gadgetBody("x"), gadgetBody("X ")), []string{"/accounts/1/name name_twice"}},
		{
			"an id that nobody has", setOf(false, strings.Replace(gadgetBody("x"), "{", `{"id":"0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a",`, 1)),
			[]string{"/accounts/0/id unknown_id"},
		},
		{"an id that is none", setOf(false, strings.Replace(gadgetBody("x"), "{", `{"id":7,`, 1)), []string{"/accounts/0/id unknown_id"}},
		{
			"two defaults", setOf(false, `{"type":"gadget","name":"x","default":true,"properties":{"url":"https://e.com","token":"t"}}`,
				`{"type":"gadget","name":"y","default":true,"properties":{"url":"https://e.com","token":"t"}}`),
			[]string{"/accounts/1/default default_twice"},
		},
		{
			"two of one", setOf(false, `{"type":"lone","name":"x","properties":{}}`, `{"type":"lone","name":"y","properties":{}}`),
			[]string{"/accounts/1/type limit_reached"},
		},
		{"a secret is missing", setOf(false, `{"type":"gadget","name":"x","properties":{"url":"https://e.com"}}`), []string{
			"/accounts/0/properties/token required",
		}},
		{"a secret stands as a reference", setOf(false, `{"type":"gadget","name":"x","properties":{"url":"https://e.com","token":{"fromEnv":"X"}}}`,
			`{"type":"gadget","name":"stored","properties":{"url":"https://example.com","token":{"fromFile":"/etc/passwd"}}}`), []string{
			"/accounts/0/properties/token secret_unresolved", "/accounts/1/properties/token secret_unresolved",
		}},
		{"a secret would go elsewhere", setOf(false, `{"type":"gadget","name":"stored","properties":{"url":"https://evil.example"}}`), []string{
			"/accounts/0/properties/token secret_reentry_required",
		}},
		{"a mask", setOf(false, `{"type":"gadget","name":"stored","properties":{"url":"https://example.com","token":"***"}}`), []string{
			"/accounts/0/properties/token secret_mask_submitted",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, storetest.SQLite(t))
			w.create(t, gadgetBody("stored"))
			plan := w.plan(t, tt.body)
			require.ElementsMatch(t, tt.want, codes(plan.Errors))
			for _, i := range plan.Items {
				for _, pointer := range i.SecretsNeeded {
					require.Regexp(t, `^/properties/token$`, pointer)
				}
			}
			if strings.HasPrefix(tt.name, "a secret") {
				require.NotEmpty(t, plan.Items[0].SecretsNeeded)
			}
			_, err := w.ApplySet(t.Context(), w.p, based(t, tt.body, plan.Base))
			requireCodes(t, err, tt.want...)
			require.Equal(t, []string{"stored"}, w.allNames(t), "nothing is written")
		})
	}
}

func TestSetsThatAreNone(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	for body, want := range map[string][]string{
		`[]`:                                  {" type"},
		`{}`:                                  {"/accounts required"},
		`{"accounts":{},"prune":"yes","x":1}`: {"/accounts type", "/prune type", "/x unknown_member"},
		`{"accounts":[1,{"a":1,"a":2}]}`:      {"/accounts/1/a duplicate_member"},
		`{"accounts":[1]}`:                    {"/accounts/0 type"},
		`{"accounts":[` + strings.Repeat("{},", accounts.MaxSet) + `{}]}`: {"/accounts max"},
	} {
		_, err := w.PlanSet(t.Context(), w.p, []byte(body))
		requireCodes(t, err, want...)
	}
	_, err := w.ApplySet(t.Context(), w.p, []byte(`{"accounts":[]}`))
	requireCodes(t, err, "/base required")
	_, err = w.ApplySet(t.Context(), w.p, []byte(`{"accounts":[],"base":{"accounts":[],"y":1}}`))
	requireCodes(t, err, "/base type")
	_, err = w.ApplySet(t.Context(), w.p, []byte(`{"accounts":[],"base":{"accounts":{},"absent":[]}}`))
	require.NoError(t, err, "an empty set changes nothing")
}

func TestPlanGathersWhatManyAccountsBreakWithinBounds(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	const one = `{"type":"gadget","name":"x","properties":{"url":1,"b":1}}`
	var documents []string
	for range accounts.MaxSet {
		documents = append(documents, one)
	}
	plan := w.plan(t, setOf(false, documents...))
	require.LessOrEqual(t, len(plan.Errors), 501)
	require.Equal(t, "too_many_violations", plan.Errors[len(plan.Errors)-1].Code)
}

// moves are what can happen between plan and apply.
func TestApplyIsRefusedWhereAnAccountMoved(t *testing.T) {
	wanted := `{"type":"gadget","name":"one","description":"new","properties":{"url":"https://example.com"}}`
	tests := []struct {
		name   string
		body   string
		move   func(t *testing.T, w *world, id string)
		reason string
	}{
		{"changed", setOf(false, wanted), func(t *testing.T, w *world, id string) {
			_, err := w.Patch(t.Context(), w.p, id, at(1), []byte(`{"properties":{"note":"theirs"}}`))
			require.NoError(t, err)
		}, "changed"},
		{"deleted", setOf(false, wanted), func(t *testing.T, w *world, id string) {
			require.NoError(t, w.Delete(t.Context(), w.p, id, at(1)))
		}, "vanished"},
		{"appeared under a name of the set", setOf(false, gadgetBody("two")), func(t *testing.T, w *world, _ string) {
			w.create(t, `{"type":"gadget","name":"TWO","properties":{"url":"https://theirs.example","token":"t"}}`)
		}, "appeared"},
		{"appeared where all else goes", setOf(true, wanted), func(t *testing.T, w *world, _ string) {
			w.create(t, gadgetBody("theirs"))
		}, "appeared"},
		{"changed what is to go", setOf(true, gadgetBody("two")), func(t *testing.T, w *world, id string) {
			_, err := w.Patch(t.Context(), w.p, id, at(1), []byte(`{"description":"in use now"}`))
			require.NoError(t, err)
		}, "changed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.Store) {
				w := newWorld(t, db)
				made := w.create(t, gadgetBody("one"))
				plan := w.plan(t, tt.body)
				require.Empty(t, plan.Errors)
				tt.move(t, w, made.ID)
				names, log := w.allNames(t), w.operations(t)
				_, err := w.ApplySet(t.Context(), w.p, based(t, tt.body, plan.Base))
				require.ErrorIs(t, err, models.ErrVersionMismatch)
				var refusal *models.RefusalError
				require.ErrorAs(t, err, &refusal)
				require.Contains(t, pretty(t, refusal.Extra), `"reason":"`+tt.reason+`"`)
				require.Equal(t, names, w.allNames(t))
				require.Equal(t, append(log, "account.apply refused"), w.operations(t))
			})
		})
	}
}

func TestPruneIsRefusedWithoutItsPlan(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.create(t, gadgetBody("one"))
	plan := w.plan(t, setOf(false))
	_, err := w.ApplySet(t.Context(), w.p, based(t, setOf(true), plan.Base))
	require.ErrorIs(t, err, models.ErrVersionMismatch, "nobody saw that this would be deleted")
	require.Equal(t, []string{"one"}, w.allNames(t))
}

func TestPruneWithinBounds(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.create(t, gadgetBody("by hand"))
	w.create(t, `{"type":"gadget","name":"managed","labels":{"by":"git"},"properties":{"url":"https://e.com","token":"t"}}`)
	w.create(t, `{"type":"hooked","name":"other type","labels":{"by":"git"},"properties":{}}`)
	body := `{"accounts":[],"prune":true,"pruneOnly":{"types":["gadget"],"labels":{"by":"git"}}}`
	require.Equal(t, []string{"managed delete"}, actions(w.apply(t, body)))
	require.Equal(t, []string{"by hand", "other type"}, w.allNames(t))
	_, err := w.PlanSet(t.Context(), w.p, []byte(`{"accounts":[],"pruneOnly":{"types":7,"x":1}}`))
	requireCodes(t, err, "/pruneOnly/types type", "/pruneOnly/x unknown_member")
	_, err = w.PlanSet(t.Context(), w.p, []byte(`{"accounts":[],"pruneOnly":[]}`))
	requireCodes(t, err, "/pruneOnly type")
}

func TestPruneKeepsWhatIsInUse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		made := w.create(t, gadgetBody("used"))
		w.create(t, gadgetBody("idle"))
		body := setOf(true, gadgetBody("new"))
		plan := w.plan(t, body)
		require.Empty(t, plan.Errors)
		err := w.PutReference(t.Context(), w.p, made.ID, "k", []byte(`{"kind":"scenario","name":"Main IVR"}`))
		require.NoError(t, err)
		before := w.allNames(t)
		_, err = w.ApplySet(t.Context(), w.p, based(t, body, plan.Base))
		require.ErrorIs(t, err, models.ErrInUse)
		var refusal *models.RefusalError
		require.ErrorAs(t, err, &refusal)
		require.Contains(t, refusal.Detail, "“used”")
		require.Contains(t, pretty(t, refusal.Extra), "Main IVR")
		require.Equal(t, before, w.allNames(t), "all or nothing")
		require.Equal(t, []string{"/prune in_use"}, codes(w.plan(t, body).Errors), "a plan knows")
		w.apply(t, setOf(true, gadgetBody("used"), gadgetBody("new")))
		require.Equal(t, []string{"new", "used"}, w.allNames(t))
	})
}

func TestSetAndFeatures(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.p = w.center(t, "b.example")
	body := setOf(false, gadgetBody("x"), `{"type":"lone","name":"y","properties":{}}`)
	plan := w.plan(t, body)
	require.Equal(t, []string{"/accounts/1/type feature_not_enabled"}, codes(plan.Errors))
	_, err := w.ApplySet(t.Context(), w.p, based(t, body, plan.Base))
	require.ErrorIs(t, err, models.ErrFeatureNotEnabled)
	require.Empty(t, w.allNames(t))
	require.Equal(t, []string{"account.apply refused"}, w.operations(t))
}

func TestSetsOfOtherContactCentersDoNotMeet(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	theirs := w.create(t, gadgetBody("one"))
	w.p = w.center(t, "b.example", models.AllFeatures()...)
	withID := strings.Replace(gadgetBody("one"), "{", `{"id":"`+theirs.ID+`",`, 1)
	require.Equal(t, []string{"/accounts/0/id unknown_id"}, codes(w.plan(t, setOf(false, withID)).Errors))
	require.Equal(t, []string{"one create"}, actions(w.plan(t, setOf(true, gadgetBody("one"))).Items))
}
