package api_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"admin-api/api"
	"admin-api/models"
	"admin-api/validation"
)

var at = models.NewTime(time.Date(2026, 3, 1, 12, 30, 0, 5e6, time.UTC))

// document builds the documented struct of a view the slow way.
func document(v *models.AccountView) api.Account {
	a := api.Account{
		ID: v.ID, Type: v.Type, Family: v.Family, Name: v.Name, Description: v.Description,
		Labels: map[string]string{}, Enabled: v.Enabled, Default: v.IsDefault,
		Properties: json.RawMessage(v.Properties), Secrets: map[string]api.SecretState{}, Computed: v.Computed,
		Health: api.AccountHealth{Status: v.HealthStatus, Code: v.HealthCode, CheckedAt: v.HealthCheckedAt},
		ETag:   v.ETag(), Version: v.Version,
		CreatedAt: v.CreatedAt, CreatedBy: v.CreatedBy, UpdatedAt: v.UpdatedAt, UpdatedBy: v.UpdatedBy,
		DeletedAt: v.DeletedAt, DeletedBy: v.DeletedBy,
	}
	if len(v.Properties) == 0 {
		a.Properties = json.RawMessage("{}")
	}
	if v.HealthStatus == "" {
		a.Health.Status = models.HealthUnknown
	}
	maps.Copy(a.Labels, v.Labels)
	for pointer, f := range v.Secrets {
		a.Secrets[pointer] = api.SecretState{
			Set: true, Version: f.Version, Fingerprint: f.Fingerprint, UpdatedAt: f.UpdatedAt, UpdatedBy: f.UpdatedBy,
			Unreadable: slices.Contains(v.Unreadable, pointer),
		}
	}
	for _, c := range v.Certificates {
		a.Certificates = append(a.Certificates, api.Certificate(c))
	}
	return a
}

func full() *models.AccountView {
	return &models.AccountView{
		Account: models.Account{
			ID: "0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a", Type: "zendesk", Family: "Zendesk", Name: `A "quoted" <name> & more`,
			Description: "two\nlines\u2028and a separator", Labels: models.Labels{"z": "last", "env": "prod", "ü": "\\"},
			Enabled: true, IsDefault: true, Properties: models.JSON(`{"url":"https://acme.zendesk.com/?a=1&b=<2>"}`),
			Secrets: models.SecretFacts{
				"/webhook/token": {Version: 1, Fingerprint: "01020304", KeyID: "k1", UpdatedAt: at, UpdatedBy: "user:1"},
				"/apiToken":      {Version: 2, Fingerprint: "9f3ac210", KeyID: "k2", UpdatedAt: at, UpdatedBy: "token:2"},
			},
			Certificates: models.Certificates{{Pointer: "/c/0", Subject: "CN=ä", NotBefore: at, NotAfter: at, SHA256: "ab"}},
			HealthStatus: models.HealthFailing, HealthCode: "credentials_rejected", HealthCheckedAt: at, HealthSequence: 3,
			Version: 7, CreatedAt: at, CreatedBy: "token:1", UpdatedAt: at, UpdatedBy: "token:2",
			DeletedAt: at, DeletedBy: "token:3",
		},
		Unreadable: []string{"/apiToken"},
		Computed:   map[string]string{"remoteLoginUrl": "https://a.example/x?y=1&z=2", "audience": "a"},
	}
}

func TestAppendAccountIsTheDocumentedStruct(t *testing.T) {
	bare := &models.AccountView{Account: models.Account{ID: "1", CreatedAt: at, UpdatedAt: at}}
	for name, v := range map[string]*models.AccountView{"full": full(), "bare": bare} {
		t.Run(name, func(t *testing.T) {
			want, err := api.Encode(document(v))
			require.NoError(t, err)
			require.Equal(t, string(want), string(api.AppendAccount(nil, v)))
		})
	}
}

func TestAppendAccountWritesAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
		v := full()
		v.Name, v.Description = text.Draw(t, "name"), text.Draw(t, "description")
		v.CreatedAt = models.NewTime(time.UnixMilli(rapid.Int64Range(-6e13, 253402300799999).Draw(t, "ms")))
		v.Labels = rapid.MapOfN(text, text, 0, 4).Draw(t, "labels")

		want, err := api.Encode(document(v))
		require.NoError(t, err)
		require.Equal(t, string(want), string(api.AppendAccount(nil, v)))
	})
}

func TestAppendAccountKeepsTheDocumentedOrder(t *testing.T) {
	dec := json.NewDecoder(bytesReader(api.AppendAccount(nil, full())))
	require.Equal(t, []string{
		"id", "type", "family", "name", "description", "labels", "enabled", "default", "properties", "secrets",
		"computed", "certificates", "health", "etag", "version", "createdAt", "createdBy", "updatedAt", "updatedBy",
		"deletedAt", "deletedBy",
	}, memberNames(t, dec))
}

func TestAppendAccountNeverShowsTheKeyOfASecret(t *testing.T) {
	require.NotContains(t, string(api.AppendAccount(nil, full())), "keyId")
}

func TestAppendWritten(t *testing.T) {
	v := full()
	b, err := api.AppendWritten(nil, v, nil, nil)
	require.NoError(t, err)
	require.Equal(t, string(api.AppendAccount(nil, v)), string(b))

	warnings := validation.Errors{{Pointer: "/properties/url", Code: "unusual_host", Detail: "is not a *.zendesk.com address"}}
	b, err = api.AppendWritten([]byte("x"), v, map[string]string{"/token": "made"}, warnings)
	require.NoError(t, err)
	want := document(v)
	want.GeneratedSecrets = map[string]string{"/token": "made"}
	want.Warnings = api.NewViolations(warnings)
	wanted, err := api.Encode(want)
	require.NoError(t, err)
	require.Equal(t, "x"+string(wanted), string(b))
}

func TestAppendAccountPage(t *testing.T) {
	two := []models.AccountView{*full(), {Account: models.Account{ID: "2", CreatedAt: at, UpdatedAt: at}}}
	tests := []struct {
		name   string
		items  []models.AccountView
		cursor string
	}{
		{name: "empty"},
		{name: "last page", items: two},
		{name: "with a next page", items: two[:1], cursor: "a_-b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			page := api.AccountPage{Items: []api.Account{}, NextCursor: tt.cursor}
			for i := range tt.items {
				page.Items = append(page.Items, document(&tt.items[i]))
			}
			want, err := api.Encode(page)
			require.NoError(t, err)
			require.Equal(t, string(want), string(api.AppendAccountPage(nil, tt.items, tt.cursor)))
		})
	}
}

func BenchmarkAppendAccount(b *testing.B) {
	v := full()
	v.Name, v.Description, v.Unreadable = "Support EU", "Tickets of the European teams", nil
	v.Labels = models.Labels{"env": "prod", "team": "support"}
	buf := make([]byte, 0, 4096)
	b.ReportAllocs()
	for b.Loop() {
		buf = api.AppendAccount(buf[:0], v)
	}
	b.SetBytes(int64(len(buf)))
}
