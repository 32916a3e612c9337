package store_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// catalogue stores accounts that differ in everything that lists look at, and
// some of another contact center that must never show up.
func catalogue(t *testing.T, s *store.Store) (cc string, all []*models.Account) {
	t.Helper()
	cc = center(t, s, "a.test")
	other := center(t, s, "b.test")
	for i := range 40 {
		a := account(cc, fmt.Sprintf("Account %02d", (i*17)%40), i)
		a.Type = []string{"zendesk", "bot", "lex"}[i%3]
		a.Family = []string{"Zendesk", "Bot", "AWS"}[i%3]
		a.Enabled = i%4 != 0
		a.UpdatedAt = at(100 + (i*7)%10) // several at the same time
		a.Labels = models.Labels{"n": strconv.Itoa(i % 5), `a"\b`: `,"n":"9"`}
		a.SearchText = models.SearchWords(a.Name, "group", strconv.Itoa(i%5)+"x")
		a.ExpiresAt = models.Time{}
		if i%8 == 0 {
			a.ExpiresAt = at(1000 + i)
		}
		if i%10 == 3 {
			a.DeletedAt = at(500)
		}
		stored(t, s, a)
		if i%6 == 0 {
			require.NoError(t, s.SetHealth(t.Context(), cc, a.ID, 1, models.HealthOK, "ok", at(200)))
		}
		a, err := s.Account(t.Context(), cc, a.ID)
		require.NoError(t, err)
		all = append(all, a)
		foreign := *a
		foreign.ContactCenterID = other
		stored(t, s, &foreign)
	}
	return cc, all
}

// compareBy returns the order that a list must have.
func compareBy(f *models.AccountFilter) func(a, b *models.Account) int {
	return func(a, b *models.Account) int {
		c := 0
		switch f.Sort {
		case models.SortByName:
			c = strings.Compare(a.NameKey, b.NameKey)
		case models.SortByType:
			c = strings.Compare(a.Type, b.Type)
		case models.SortByUpdatedAt:
			c = a.UpdatedAt.Compare(b.UpdatedAt.Time)
		}
		c = cmp.Or(c, strings.Compare(a.ID, b.ID))
		if f.Descending {
			return -c
		}
		return c
	}
}

func position(f *models.AccountFilter, a *models.Account) *models.Position {
	p := &models.Position{ID: a.ID}
	switch f.Sort {
	case models.SortByName:
		p.Value = a.NameKey
	case models.SortByType:
		p.Value = a.Type
	case models.SortByUpdatedAt:
		p.Value = strconv.FormatInt(a.UpdatedAt.UnixMilli(), 10)
	}
	return p
}

// TestListAccounts compares every order, direction and filter, page by page, with
// the same done in memory.
func TestListAccounts(t *testing.T) {
	yes := true
	filters := []struct {
		name string
		set  func(f *models.AccountFilter)
		keep func(a *models.Account) bool
	}{
		{"none", func(*models.AccountFilter) {}, func(*models.Account) bool { return true }},
		{
			"type", func(f *models.AccountFilter) { f.Types = []string{"bot"} },
			func(a *models.Account) bool { return a.Type == "bot" },
		},
		{
			"types", func(f *models.AccountFilter) { f.Types = []string{"bot", "lex", "none"} },
			func(a *models.Account) bool { return a.Type != "zendesk" },
		},
		{
			"family", func(f *models.AccountFilter) { f.Families = []string{"AWS"} },
			func(a *models.Account) bool { return a.Family == "AWS" },
		},
		{
			"enabled", func(f *models.AccountFilter) { f.Enabled = &yes },
			func(a *models.Account) bool { return a.Enabled },
		},
		{
			"disabled", func(f *models.AccountFilter) { f.Enabled = new(bool) },
			func(a *models.Account) bool { return !a.Enabled },
		},
		{
			"health", func(f *models.AccountFilter) { f.Health = []string{models.HealthOK, models.HealthFailing} },
			func(a *models.Account) bool { return a.HealthStatus == models.HealthOK },
		},
		{
			"name", func(f *models.AccountFilter) { f.NameKey = "account 05" },
			func(a *models.Account) bool { return a.NameKey == "account 05" },
		},
		{
			"query", func(f *models.AccountFilter) { f.Query = []string{"3", "acc"} },
			func(a *models.Account) bool { return strings.Contains(a.SearchText, " 3") },
		},
		{
			"label", func(f *models.AccountFilter) { f.Labels = map[string]string{"n": "2", `a"\b`: `,"n":"9"`} },
			func(a *models.Account) bool { return a.Labels["n"] == "2" },
		},
		{
			"expiring", func(f *models.AccountFilter) { f.ExpiresBefore = at(1016) },
			func(a *models.Account) bool { return !a.ExpiresAt.IsZero() && a.ExpiresAt.Before(at(1016).Time) },
		},
		{
			"updated", func(f *models.AccountFilter) { f.UpdatedSince = at(105) },
			func(a *models.Account) bool { return !a.UpdatedAt.Before(at(105).Time) },
		},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		cc, all := catalogue(t, s)
		for _, filter := range filters {
			t.Run(filter.name, func(t *testing.T) {
				for i := range 24 {
					f := models.AccountFilter{ContactCenterID: cc, Limit: 7, Descending: i%2 == 0}
					f.Deleted = []string{"", models.DeletedInclude, models.DeletedOnly}[i%3]
					f.Sort = []string{"", models.SortByName, models.SortByType, models.SortByUpdatedAt}[i/6]
					filter.set(&f)
					want := selected(all, &f, filter.keep)
					require.Equal(t, want, pages(t, s, f), "%+v", f)
					f.Limit = 0
					got, err := s.ListAccounts(t.Context(), f)
					require.NoError(t, err)
					require.Len(t, got, len(want), "a limit of 0 means all")
				}
			})
		}
	})
}

func selected(all []*models.Account, f *models.AccountFilter, keep func(a *models.Account) bool) []models.Account {
	want := slices.Clone(all)
	want = slices.DeleteFunc(want, func(a *models.Account) bool {
		live := a.DeletedAt.IsZero()
		return !keep(a) || f.Deleted == "" && !live || f.Deleted == models.DeletedOnly && live
	})
	slices.SortFunc(want, compareBy(f))
	var rows []models.Account
	for _, a := range want {
		rows = append(rows, *a)
	}
	return rows
}

// pages reads a list to its end.
func pages(t *testing.T, s *store.Store, f models.AccountFilter) []models.Account {
	t.Helper()
	var all []models.Account
	for {
		page, err := s.ListAccounts(t.Context(), f)
		require.NoError(t, err, "%+v", f)
		all = append(all, page...)
		if len(page) < f.Limit {
			return all
		}
		f.After = position(&f, &page[len(page)-1])
	}
}

// TestHostileFilters sends what breaks statements that are put together from
// text. Nothing may be found, and nothing may fail.
func TestHostileFilters(t *testing.T) {
	texts := []string{
		`'; DROP TABLE accounts; --`, `"`, `\`, `%`, `_`, `$.n`, `$`, `"n"`, `n":"2`, `{`, `}`, `[0]`, "a.b", "?", "$1",
		"\x00", "n\x00", "\xff\xfe", "\u2028", "\U0010ffff", strings.Repeat("x", 100_000), "é", "\\u0000", "*", "' OR 1=1 --",
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		cc, all := catalogue(t, s)
		for _, text := range texts {
			for name, set := range map[string]func(f *models.AccountFilter){
				"type":        func(f *models.AccountFilter) { f.Types = []string{text} },
				"types":       func(f *models.AccountFilter) { f.Types = []string{text, text} },
				"family":      func(f *models.AccountFilter) { f.Families = []string{text} },
				"health":      func(f *models.AccountFilter) { f.Health = []string{text, "no"} },
				"name":        func(f *models.AccountFilter) { f.NameKey = text },
				"query":       func(f *models.AccountFilter) { f.Query = []string{text} },
				"label":       func(f *models.AccountFilter) { f.Labels = map[string]string{"n": text} },
				"label key":   func(f *models.AccountFilter) { f.Labels = map[string]string{text: "2"} },
				"center":      func(f *models.AccountFilter) { f.ContactCenterID = text },
				"several":     func(f *models.AccountFilter) { f.Query = []string{"account", text, text} },
				"label twice": func(f *models.AccountFilter) { f.Labels = map[string]string{text: text, "n": "2"} },
			} {
				f := models.AccountFilter{ContactCenterID: cc, Limit: 50}
				set(&f)
				got, err := s.ListAccounts(t.Context(), f)
				require.NoError(t, err, "%s %q", name, text)
				require.Empty(t, got, "%s %q", name, text)
			}
			for _, sort := range []string{models.SortByName, models.SortByType, models.SortByCreatedAt} {
				f := models.AccountFilter{ContactCenterID: cc, Sort: sort, After: &models.Position{Value: text, ID: text}}
				_, err := s.ListAccounts(t.Context(), f)
				require.NoError(t, err, "after %q", text)
			}
		}
		got, err := s.ListAccounts(t.Context(), models.AccountFilter{ContactCenterID: cc, Deleted: models.DeletedInclude})
		require.NoError(t, err)
		require.Len(t, got, len(all))
	})
}

func TestListAccountsRefusals(t *testing.T) {
	s := storetest.SQLite(t)
	for name, f := range map[string]models.AccountFilter{
		"order":    {Sort: "name; DROP TABLE accounts"},
		"position": {Sort: models.SortByUpdatedAt, After: &models.Position{Value: "yesterday"}},
	} {
		_, err := s.ListAccounts(t.Context(), f)
		require.ErrorIs(t, err, models.ErrBadRequest, name)
	}
}

// FuzzLabels looks for a label that is found where it is not, or not where it is.
func FuzzLabels(f *testing.F) {
	f.Add("n", "2", "n", "2")
	f.Add(`a"\`, `\`, `"a"\`, `":"`)
	f.Add(`n":"2`, "", "n", `2`)
	s := storetest.SQLite(f)
	cc := models.ContactCenter{ID: models.NewID(start), Domain: "a.test", CreatedAt: at(0)}
	require.NoError(f, s.CreateContactCenter(f.Context(), &cc))
	f.Fuzz(func(t *testing.T, key, value, wantKey, wantValue string) {
		a := account(cc.ID, models.NewID(start), 1)
		a.Labels = models.Labels{key: value, "fixed": `"`}
		stored(t, s, a)
		a, err := s.Account(t.Context(), cc.ID, a.ID) // as it is after JSON: valid UTF-8
		require.NoError(t, err)
		got, err := s.ListAccounts(t.Context(), models.AccountFilter{
			ContactCenterID: cc.ID, NameKey: a.NameKey, Labels: map[string]string{wantKey: wantValue},
		})
		require.NoError(t, err)
		have, ok := a.Labels[strings.ToValidUTF8(wantKey, "\ufffd")]
		if strings.ToValidUTF8(wantKey, "\ufffd") == wantKey && strings.ToValidUTF8(wantValue, "\ufffd") == wantValue {
			require.Equal(t, ok && have == wantValue, len(got) == 1)
		}
	})
}
