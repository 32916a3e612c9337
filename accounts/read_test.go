package accounts_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/accounts"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/store"
	"admin-api/store/storetest"
)

func TestListPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		for i := range 23 {
			w.now = w.now.Add(time.Minute)
			w.create(t, fmt.Sprintf(`{"type":"gadget","name":"Account %02d","labels":{"half":"%d"},"description":"Wort%d öffnet",
				"properties":{"url":"https://example.com","token":"t"}}`, 22-i, i%2, i))
		}
		for _, sort := range []string{models.SortByName, models.SortByType, models.SortByCreatedAt, models.SortByUpdatedAt} {
			for _, down := range []bool{false, true} {
				f := models.AccountFilter{Sort: sort, Descending: down, Limit: 5}
				names := w.names(t, accounts.ListQuery{Filter: f})
				require.Len(t, names, 23)
				require.Len(t, slices.Compact(slices.Sorted(slices.Values(names))), 23, "each once")
				if sort == models.SortByName {
					require.Equal(t, !down, slices.IsSorted(names))
				}
			}
		}
		page := models.AccountFilter{Limit: 100}
		require.Len(t, w.names(t, accounts.ListQuery{Filter: page, Q: "acc wort1"}), 11)
		require.Len(t, w.names(t, accounts.ListQuery{Filter: page, Q: "ÖFF"}), 23)
		require.Empty(t, w.names(t, accounts.ListQuery{Filter: page, Q: "ccount"}), "prefixes, not parts")
		require.Empty(t, w.names(t, accounts.ListQuery{Filter: page, Q: "acc%"}), "no wildcards")
		require.Len(t, w.names(t, accounts.ListQuery{Filter: page, Name: "ACCOUNT 07"}), 1)
		page.Labels = map[string]string{"half": "1"}
		require.Len(t, w.names(t, accounts.ListQuery{Filter: page}), 11)
	})
}

// names walks all pages.
func (w *world) names(t *testing.T, q accounts.ListQuery) []string {
	t.Helper()
	var names []string
	for {
		r, err := w.List(t.Context(), w.p, q)
		require.NoError(t, err)
		require.LessOrEqual(t, len(r.Items), q.Filter.Limit)
		for _, a := range r.Items {
			names = append(names, a.Name)
		}
		if r.NextCursor == "" {
			return names
		}
		q.Cursor = r.NextCursor
	}
}

func TestCursorsAreBound(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	for i := range 3 {
		w.create(t, gadgetBody(fmt.Sprint("a", i)))
	}
	first, err := w.List(t.Context(), w.p, accounts.ListQuery{Filter: models.AccountFilter{Limit: 1}})
	require.NoError(t, err)
	cursor := first.NextCursor
	altered := "A" + cursor[1:]
	if altered == cursor {
		altered = "B" + cursor[1:]
	}
	enabled := true
	other := w.center(t, "b.example")
	tests := []struct {
		name string
		p    *access.Principal
		q    accounts.ListQuery
	}{
		{"other filter", w.p, accounts.ListQuery{Filter: models.AccountFilter{Limit: 1, Enabled: &enabled}, Cursor: cursor}},
		{"other order", w.p, accounts.ListQuery{Filter: models.AccountFilter{Limit: 1, Descending: true}, Cursor: cursor}},
		{"other words", w.p, accounts.ListQuery{Filter: models.AccountFilter{Limit: 1}, Q: "a", Cursor: cursor}},
		{"other contact center", other, accounts.ListQuery{Filter: models.AccountFilter{Limit: 1}, Cursor: cursor}},
		{"altered", w.p, accounts.ListQuery{Filter: models.AccountFilter{Limit: 1}, Cursor: altered}},
		{"cut", w.p, accounts.ListQuery{Filter: models.AccountFilter{Limit: 1}, Cursor: cursor[:20]}},
		{"no base64", w.p, accounts.ListQuery{Filter: models.AccountFilter{Limit: 1}, Cursor: "%%%"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.List(t.Context(), tt.p, tt.q)
			require.ErrorIs(t, err, models.ErrBadCursor)
		})
	}
	_, err = w.List(t.Context(), w.p, accounts.ListQuery{Filter: models.AccountFilter{Limit: 2}, Cursor: cursor})
	require.NoError(t, err, "the size of the page may change")
}

func TestOtherContactCentersSeeNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		made := w.create(t, gadgetBody("one"))
		spy := w.center(t, "b.example", models.AllFeatures()...)
		ctx := t.Context()
		attempts := map[string]error{
			"get":        second(w.Get(ctx, spy, made.ID, true)),
			"put":        second(w.Replace(ctx, spy, made.ID, at(1), []byte(gadgetBody("x")))),
			"patch":      second(w.Patch(ctx, spy, made.ID, accounts.Match{Any: true}, []byte(`{}`))),
			"delete":     w.Delete(ctx, spy, made.ID, accounts.Match{Any: true}),
			"undelete":   second(w.Undelete(ctx, spy, made.ID)),
			"test":       second(w.Test(ctx, spy, made.ID, nil, nil)),
			"validate":   second(w.Validate(ctx, spy, []byte(`{"id":"`+made.ID+`"}`))),
			"versions":   second(w.Versions(ctx, spy, made.ID, paging.Query{Size: 1})),
			"version":    second(w.Version(ctx, spy, made.ID, 1)),
			"checks":     second(w.Checks(ctx, spy, made.ID, paging.Query{Size: 1})),
			"references": second(w.References(ctx, spy, made.ID, paging.Query{Size: 1})),
			"reference":  w.PutReference(ctx, spy, made.ID, "k", []byte(`{"kind":"a","name":"b"}`)),
			"release":    w.DeleteReference(ctx, spy, made.ID, "k"),
			"rollback":   second(w.Rollback(ctx, spy, made.ID, accounts.Match{Any: true}, []byte(`{"version":1}`))),
		}
		_, _, attempts["credentials"] = w.Credentials(ctx, spy, made.ID)
		for name, err := range attempts {
			require.ErrorIs(t, err, models.ErrNotFound, name)
		}
		r, err := w.List(ctx, spy, accounts.ListQuery{Filter: models.AccountFilter{Limit: 10, Deleted: models.DeletedInclude}})
		require.NoError(t, err)
		require.Empty(t, r.Items)
	})
}

func TestTestStoredAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		made := w.create(t, gadgetBody("one"))
		var seen []string
		check, err := w.Test(t.Context(), w.p, made.ID, nil, func(s models.CheckStep) { seen = append(seen, s.Name+" "+s.Status) })
		require.NoError(t, err)
		require.Equal(t, models.CheckPassed, check.Status, pretty(t, check))
		require.Nil(t, check.Cause)
		require.Equal(t, "gadget user", check.Identity)
		require.Equal(t, []string{"resolve passed", "connect passed", "tls passed", "authenticate passed"}, seen)
		require.EqualValues(t, 1, check.AccountVersion)
		got, err := w.Get(t.Context(), w.p, made.ID, false)
		require.NoError(t, err)
		require.Equal(t, "ok ok", got.HealthStatus+" "+got.HealthCode)
		require.Equal(t, "1-1", got.ETag(), "the health has a sequence of its own")

		wrong, err := w.Test(t.Context(), w.p, made.ID, []byte(`{"properties":{"token":"wrong"}}`), nil)
		require.NoError(t, err)
		require.Equal(t, models.CheckFailed, wrong.Status)
		require.Equal(t, "credentials", *wrong.Cause)
		require.True(t, wrong.Draft)
		require.NotContains(t, pretty(t, wrong), `wrong"`)
		got, err = w.Get(t.Context(), w.p, made.ID, false)
		require.NoError(t, err)
		require.Equal(t, "1-1", got.ETag(), "a test of edits says nothing about what is stored")

		_, err = w.Patch(t.Context(), w.p, made.ID, at(1), []byte(`{"properties":{"token":"stale"}}`))
		require.NoError(t, err, "a check does not make If-Match stale")
		_, err = w.Test(t.Context(), w.p, made.ID, nil, nil)
		require.NoError(t, err)
		got, err = w.Get(t.Context(), w.p, made.ID, false)
		require.NoError(t, err)
		require.Equal(t, "failing credentials_rejected", got.HealthStatus+" "+got.HealthCode)
		page, err := w.Checks(t.Context(), w.p, made.ID, paging.Query{Size: 1})
		require.NoError(t, err)
		require.Equal(t, models.CheckFailed, page.Items[0].Status, "newest first")
		require.NotEmpty(t, page.NextCursor)
	})
}

func TestTestDraft(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	check, err := w.Test(t.Context(), w.p, "", []byte(`{"type":"gadget","properties":{"url":"https://example.com","token":"right"}}`), nil)
	require.NoError(t, err, "a draft needs no name yet")
	require.Equal(t, models.CheckPassed, check.Status)
	require.True(t, check.Draft)
	calls := w.calls.Load()
	_, err = w.Test(t.Context(), w.p, "", []byte(`{"type":"gadget","properties":{"url":"https://example.com"}}`), nil)
	requireCodes(t, err, "/properties/token required")
	require.Equal(t, calls, w.calls.Load(), "nothing is dialled")

	check, err = w.Test(t.Context(), w.p, "", []byte(`{"type":"lone","properties":{}}`), nil)
	require.NoError(t, err)
	require.Equal(t, models.CheckUnsupported, check.Status)
	require.NotEmpty(t, check.Reason)
}

func TestProbesOfOneAccountTakeTurns(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	made := w.create(t, gadgetBody("one"))
	var inner error
	_, err := w.Test(t.Context(), w.p, made.ID, nil, func(s models.CheckStep) {
		if s.Name == "resolve" {
			_, inner = w.Test(context.WithoutCancel(t.Context()), w.p, made.ID, nil, nil)
		}
	})
	require.NoError(t, err)
	require.ErrorIs(t, inner, models.ErrProbeRunning)
}

func TestVersionsAndRollback(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		made := w.create(t, gadgetBody("one"))
		for i := range 4 {
			_, err := w.Patch(t.Context(), w.p, made.ID, at(int64(i+1)), fmt.Appendf(nil, `{"name":"name %d"}`, i))
			require.NoError(t, err)
		}
		page, err := w.Versions(t.Context(), w.p, made.ID, paging.Query{Size: 3})
		require.NoError(t, err)
		require.Equal(t, []int64{5, 4, 3}, []int64{page.Items[0].Version, page.Items[1].Version, page.Items[2].Version})
		page, err = w.Versions(t.Context(), w.p, made.ID, paging.Query{Size: 3, Cursor: page.NextCursor})
		require.NoError(t, err)
		require.Len(t, page.Items, 2)
		require.Equal(t, "create", page.Items[1].Operation)
		require.Empty(t, page.NextCursor)
		_, err = w.Version(t.Context(), w.p, made.ID, 9)
		require.ErrorIs(t, err, models.ErrNotFound)

		_, err = w.Rollback(t.Context(), w.p, made.ID, at(5), []byte(`{"version":9,"more":1,"secrets":{"/nope":"x"}}`))
		requireCodes(t, err, "/secrets/~1nope unknown_member", "/more unknown_member", "/version unknown_version")
		_, err = w.Rollback(t.Context(), w.p, made.ID, at(5), []byte(`{"version":9}`))
		requireCodes(t, err, "/version unknown_version")
		r, err := w.Rollback(t.Context(), w.p, made.ID, at(5), []byte(`{"version":1}`))
		require.NoError(t, err)
		require.Equal(t, "one", r.Account.Name)
		require.EqualValues(t, 6, r.Account.Version)
		require.Contains(t, w.credentials(t, made.ID), `"right"`, "present secrets stay")
	})
}
