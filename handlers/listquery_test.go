package handlers

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/accounts"
	"admin-api/api"
	"admin-api/models"
	"admin-api/paging"
)

func listServer() *Server {
	return &Server{catalog: &typeDocuments{types: []string{"zendesk", "sso"}, families: []string{"Zendesk", "Single Sign-On"}}}
}

func TestListQuery(t *testing.T) {
	base := func(change func(*accounts.ListQuery)) accounts.ListQuery {
		q := accounts.ListQuery{Filter: models.AccountFilter{
			Deleted: models.DeletedExclude, Sort: models.SortByCreatedAt, Limit: paging.DefaultSize,
		}}
		change(&q)
		return q
	}
	tests := []struct {
		name, query string
		want        accounts.ListQuery
	}{
		{"nothing", "", base(func(*accounts.ListQuery) {})},
		{"types", "type=zendesk&type=sso", base(func(q *accounts.ListQuery) { q.Filter.Types = []string{"zendesk", "sso"} })},
		{"family", "family=Single+Sign-On", base(func(q *accounts.ListQuery) { q.Filter.Families = []string{"Single Sign-On"} })},
		{"health", "health=failing&health=degraded", base(func(q *accounts.ListQuery) {
			q.Filter.Health = []string{models.HealthFailing, models.HealthDegraded}
		})},
		{"on", "enabled=true", base(func(q *accounts.ListQuery) { q.Filter.Enabled = new(true) })},
		{"off", "enabled=false", base(func(q *accounts.ListQuery) { q.Filter.Enabled = new(false) })},
		{"words", "q=eu+sup", base(func(q *accounts.ListQuery) { q.Q = "eu sup" })},
		{"no words", "q=", base(func(*accounts.ListQuery) {})},
		{"name", "name=Support%20EU", base(func(q *accounts.ListQuery) { q.Name = "Support EU" })},
		{"labels", "label.env=prod&label.a=", base(func(q *accounts.ListQuery) {
			q.Filter.Labels = map[string]string{"env": "prod", "a": ""}
		})},
		{"expiring", "expiringWithin=30d", base(func(q *accounts.ListQuery) { q.ExpiringWithin = 30 * 24 * time.Hour })},
		{"expiring in weeks", "expiringWithin=2w", base(func(q *accounts.ListQuery) { q.ExpiringWithin = 14 * 24 * time.Hour })},
		{"since", "updatedSince=2026-03-01T12:30:00%2B02:00", base(func(q *accounts.ListQuery) {
			q.Filter.UpdatedSince = models.NewTime(time.Date(2026, 3, 1, 10, 30, 0, 0, time.UTC))
		})},
		{"deleted", "deleted=only", base(func(q *accounts.ListQuery) { q.Filter.Deleted = models.DeletedOnly })},
		{"order", "sort=-name", base(func(q *accounts.ListQuery) { q.Filter.Sort, q.Filter.Descending = "name", true })},
		{"size and cursor", "pageSize=200&cursor=abc", base(func(q *accounts.ListQuery) { q.Filter.Limit, q.Cursor = 200, "abc" })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			query, err := url.ParseQuery(tt.query)
			require.NoError(t, err)
			require.NoError(t, (&exchange{}).known(query))
			got, err := listServer().listQuery(query)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

// known checks names as the route of the list does.
func (*exchange) known(query url.Values) error {
	for name, values := range query {
		if err := listParams().check(name, len(values)); err != nil {
			return err
		}
	}
	return nil
}

func TestListQueryRefuses(t *testing.T) {
	long := strings.Repeat("x", 257)
	tests := []struct{ query, parameter string }{
		{"type=nope", "type"},
		{"type=zendesk&type=", "type"},
		{"family=zendesk", "family"},
		{"health=fine", "health"},
		{"enabled=1", "enabled"},
		{"enabled=", "enabled"},
		{"name=", "name"},
		{"q=" + long, "q"},
		{"label.a=" + long, "label.a"},
		{"expiringWithin=30", "expiringWithin"},
		{"expiringWithin=0d", "expiringWithin"},
		{"expiringWithin=-3d", "expiringWithin"},
		{"expiringWithin=999999w", "expiringWithin"},
		{"expiringWithin=P30D", "expiringWithin"},
		{"updatedSince=yesterday", "updatedSince"},
		{"updatedSince=2026-03-01", "updatedSince"},
		{"deleted=true", "deleted"},
		{"sort=health", "sort"},
		{"sort=--name", "sort"},
		{"pageSize=0", "pageSize"},
		{"pageSize=201", "pageSize"},
		{"pageSize=-1", "pageSize"},
		{"pageSize=ten", "pageSize"},
		{"pageSize=%2B5", "pageSize"},
		{"pageSize=", "pageSize"},
	}
	for _, tt := range tests {
		t.Run(tt.query, func(t *testing.T) {
			query, err := url.ParseQuery(tt.query)
			require.NoError(t, err)
			_, err = listServer().listQuery(query)
			requireCode(t, api.CodeInvalidParameter, err)
			require.Equal(t, map[string]any{"parameter": tt.parameter}, api.NewProblem(err).Extra)
		})
	}
}

func TestEmptyCursor(t *testing.T) {
	for _, read := range []func(url.Values) error{
		func(q url.Values) error { _, err := listServer().listQuery(q); return err },
		func(q url.Values) error { _, err := pageQuery(q); return err },
	} {
		require.ErrorIs(t, read(url.Values{"cursor": {""}}), models.ErrBadCursor)
		require.NoError(t, read(url.Values{}))
	}
}
