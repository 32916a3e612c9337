package accounts_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/accounts"
	"admin-api/audit"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/outbound"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/store/storetest"
	"admin-api/validation"
)

// gadget is a made-up type with everything that the service cares about.
type gadget struct {
	URL    string      `json:"url" validate:"required,https_url" label:"URL" dest:"true"`
	Scheme string      `json:"scheme" enum:"token,none" label:"Scheme" dest:"true"`
	Token  secret.Text `json:"token" when:"scheme=token" validate:"required" label:"Token"`
	Note   string      `json:"note,omitempty" label:"Note"`
	Only   string      `json:"only,omitempty" when:"scheme=token" label:"Only with a token"`
	Extra  *extra      `json:"extra,omitempty" label:"Extra"`
}

// hooked is a type with a secret that is made here.
type hooked struct {
	Word secret.Text `json:"word" label:"Word" generated:"true" min:"8"`
}

func (*hooked) Validate(*validation.Context) {}

func hookedDefinition() integrations.Definition {
	return integrations.Definition{
		Type: "hooked", Family: integrations.Zapier, Label: "Hooked", Description: "A made-up type.",
		Shape: integrations.Proposed, NoProbe: "There is nothing to probe.",
		New: func() integrations.Properties { return new(hooked) },
	}
}

type extra struct {
	Host string      `json:"host" label:"Host" dest:"true"`
	Pin  secret.Text `json:"pin" label:"Pin"`
}

func (*gadget) Validate(c *validation.Context) {}

func (g *gadget) Probe(ctx context.Context, s *integrations.Session) error {
	return s.Step("authenticate", func() error {
		answer, err := s.Exchange(ctx, integrations.Request{URL: g.URL + "/me", Header: integrations.Bearer(g.Token)})
		if err != nil {
			return err
		}
		if f := answer.Failure(); f != nil {
			return f
		}
		s.SetIdentity("gadget user")
		return nil
	})
}

func gadgetDefinition() integrations.Definition {
	return integrations.Definition{
		Type: "gadget", Family: integrations.Zendesk, Label: "Gadget", Description: "A made-up type.",
		Shape: integrations.Proposed, HasDefault: true, ProbesPerMinute: 600,
		New: func() integrations.Properties { return &gadget{Scheme: "token"} },
	}
}

// lone is a type of which there may be one, with a feature and no probe.
type lone struct {
	Word string `json:"word" label:"Word"`
}

func (*lone) Validate(*validation.Context) {}

func loneDefinition() integrations.Definition {
	return integrations.Definition{
		Type: "lone", Family: integrations.SCIM, Label: "Lone", Description: "A made-up type.", Shape: integrations.Proposed,
		Feature: models.FeatureAWS, Limit: integrations.OnePerType, NoProbe: "There is nothing to probe.",
		New: func() integrations.Properties { return &lone{} },
	}
}

var began = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// world is a service with everything below it.
type world struct {
	*accounts.Service
	db    *store.Store
	now   time.Time
	p     *access.Principal
	calls atomic.Int64 // requests that the fake vendor received
	way   *outbound.Client
}

func newWorld(t testing.TB, db *store.Store) *world {
	t.Helper()
	keys, err := secret.Create(filepath.Join(t.TempDir(), "keys.json"))
	require.NoError(t, err)
	w := &world{db: db, now: began}
	clock := func() time.Time { return w.now }
	vendor := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.calls.Add(1)
		if r.Header.Get("Authorization") != "Bearer right" {
			rw.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(vendor.Close)
	w.way, err = outbound.New(outbound.Config{
		ConnectTo: []string{"*:443=" + vendor.Listener.Addr().String()}, Timeout: time.Minute,
		CAFile: writeCA(t, vendor),
	})
	require.NoError(t, err)
	chain := &audit.Log{Store: db, Keys: keys, Now: clock}
	w.Service = &accounts.Service{
		Store: db, Catalog: integrations.Catalog{gadgetDefinition(), loneDefinition(), hookedDefinition()}, Keys: keys, Audit: chain,
		Outbound: w.way, Retention: 24 * time.Hour, Now: clock,
	}
	w.p = w.center(t, "a.example", models.AllFeatures()...)
	return w
}

// center makes a contact center and returns a principal of it.
func (w *world) center(t testing.TB, domain string, features ...string) *access.Principal {
	t.Helper()
	c := models.ContactCenter{ID: models.NewID(w.now), Domain: domain, Features: features, CreatedAt: models.NewTime(w.now)}
	require.NoError(t, w.db.CreateContactCenter(t.Context(), &c))
	require.NoError(t, w.db.CreateToken(t.Context(), &models.Token{
		ContactCenterID: c.ID, ID: c.ID, Name: domain, Hash: []byte(c.ID), Scopes: models.AllScopes(), CreatedAt: c.CreatedAt,
	}))
	return &access.Principal{ID: "token:" + c.ID, Name: domain, Scopes: models.AllScopes(), ContactCenter: c}
}

// gadgetBody is a valid document.
func gadgetBody(name string) string {
	return fmt.Sprintf(`{"type":"gadget","name":%q,"properties":{"url":"https://example.com","token":"right"}}`, name)
}

func (w *world) create(t *testing.T, body string) *models.AccountView {
	t.Helper()
	r, err := w.Create(t.Context(), w.p, []byte(body), accounts.Idempotency{})
	require.NoError(t, err)
	return r.Account
}

// at is the If-Match of a version.
func at(versions ...int64) accounts.Match { return accounts.Match{Versions: versions} }

// codes lists "pointer code" of violations.
func codes(err error) []string {
	broken, ok := err.(validation.Errors) //nolint:errorlint // callers pass what errors.As found
	if !ok {
		return nil
	}
	var out []string
	for _, v := range broken {
		out = append(out, v.Pointer+" "+v.Code)
	}
	return out
}

func requireCodes(t *testing.T, err error, want ...string) {
	t.Helper()
	var broken validation.Errors
	require.ErrorAs(t, err, &broken)
	require.ElementsMatch(t, want, codes(broken))
}

func (w *world) credentials(t *testing.T, id string) string {
	t.Helper()
	_, raw, err := w.Credentials(t.Context(), w.p, id)
	require.NoError(t, err)
	return string(raw)
}

// operations lists the audited operations and outcomes of the contact center.
func (w *world) operations(t *testing.T) []string {
	t.Helper()
	var out []string
	err := w.db.WalkAudit(t.Context(), w.p.ContactCenter.ID, func(e *models.AuditEvent) error {
		out = append(out, e.Operation+" "+e.Outcome)
		return nil
	})
	require.NoError(t, err)
	return out
}

func TestCreateAndGet(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		made := w.create(t, `{"type":"gadget","name":"  Ünit ","description":"two\nlines","labels":{"env":"prod"},
			"properties":{"url":"https://example.com","token":"right","extra":{"host":"h","pin":"1234"}}}`)
		got, err := w.Get(t.Context(), w.p, made.ID, false)
		require.NoError(t, err)
		require.Equal(t, "Ünit", got.Name)
		require.Equal(t, models.NameKey("ünit"), got.NameKey)
		require.EqualValues(t, 1, got.Version)
		require.Equal(t, models.HealthUnknown, got.HealthStatus)
		require.Equal(t, models.Labels{"env": "prod"}, got.Labels)
		require.JSONEq(t, `{"url":"https://example.com","scheme":"token","extra":{"host":"h"}}`, string(got.Properties))
		require.Len(t, got.Secrets, 2)
		require.Regexp(t, `^[0-9a-f]{8}$`, got.Secrets["/token"].Fingerprint)
		require.NotEqual(t, got.Secrets["/token"].Fingerprint, got.Secrets["/extra/pin"].Fingerprint)
		require.Empty(t, got.Unreadable)
		require.JSONEq(t, `{"url":"https://example.com","scheme":"token","token":"right","extra":{"host":"h","pin":"1234"}}`,
			w.credentials(t, made.ID))
		require.Equal(t, []string{"account.create success", "credentials.read success"}, w.operations(t))
	})
}

func TestCreateReportsEverything(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	tests := []struct {
		name, body string
		want       []string
	}{
		{"everything at once", `{"type":"gadget","name":" ","labels":{"a b":"x","ok":1},"mystery":1,"version":3,
			"properties":{"url":"http://example.com","token":"***","thing":1}}`, []string{
			"/name required", "/labels/a b label_key", "/labels/ok type", "/mystery unknown_member", "/version read_only",
			"/properties/url https_url", "/properties/token secret_mask_submitted", "/properties/thing unknown_member",
		}},
		{"unknown type", `{"type":"toaster","name":"x"}`, []string{"/type unknown_type"}},
		{"no type", `{"name":"x"}`, []string{"/type required"}},
		{"wrong types", `{"type":7,"name":true,"enabled":"yes","default":1,"labels":[],"properties":[],"description":{}}`, []string{
			"/type type", "/name type", "/enabled type", "/default type", "/labels type", "/properties type", "/description type",
		}},
		{
			"duplicates", `{"type":"gadget","name":"x","name":"y","properties":{"url":"https://e.com","url":"https://f.com"}}`,
			[]string{"/name duplicate_member", "/properties/url duplicate_member"},
		},
		{"no object", `[1]`, []string{" type"}},
		{"no default", `{"type":"lone","name":"x","default":true,"properties":{}}`, []string{"/default default_not_supported"}},
		{
			"wrong family", `{"type":"gadget","name":"x","family":"SCIM","properties":{"url":"https://e.com","token":"t"}}`,
			[]string{"/family read_only"},
		},
		{
			"control character", `{"type":"gadget","name":"a\u0007b","properties":{"url":"https://e.com","token":"t"}}`,
			[]string{"/name control_character"},
		},
		{
			"name too long", `{"type":"gadget","name":"` + strings.Repeat("n", 256) + `","properties":{"url":"https://e.com","token":"t"}}`,
			[]string{"/name max"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.Create(t.Context(), w.p, []byte(tt.body), accounts.Idempotency{})
			requireCodes(t, err, tt.want...)
			report, err := w.Validate(t.Context(), w.p, []byte(tt.body))
			require.NoError(t, err)
			require.False(t, report.Valid)
			require.ElementsMatch(t, tt.want, codes(report.Errors), "validate says the same")
		})
	}
	list, err := w.List(t.Context(), w.p, accounts.ListQuery{Filter: models.AccountFilter{Limit: 10}})
	require.NoError(t, err)
	require.Empty(t, list.Items, "nothing is stored")
}

func TestSendingBackWhatWasReadIsSafe(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	made := w.create(t, gadgetBody("one"))
	doc := fmt.Sprintf(`{"id":%q,"type":"gadget","family":"Zendesk","name":"one","version":1,"etag":"1-0","enabled":true,
		"secrets":{"/token":{"set":true}},"health":{"status":"unknown"},"computed":{},"certificates":[],"warnings":[],
		"createdAt":"2020-01-01T00:00:00Z","createdBy":"x","updatedAt":"2020-01-01T00:00:00Z","updatedBy":"x",
		"properties":{"url":"https://example.com","scheme":"token","note":"new"}}`, made.ID)
	r, err := w.Replace(t.Context(), w.p, made.ID, at(1), []byte(doc))
	require.NoError(t, err)
	require.Empty(t, r.Warnings)
	require.Equal(t, made.Secrets, r.Account.Secrets)
	require.Contains(t, w.credentials(t, made.ID), `"right"`)
}

func TestPreconditions(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	made := w.create(t, gadgetBody("one"))
	patch := []byte(`{"description":"x"}`)
	_, err := w.Patch(t.Context(), w.p, made.ID, accounts.Match{Missing: true}, patch)
	require.ErrorIs(t, err, models.ErrPreconditionRequired)
	_, err = w.Patch(t.Context(), w.p, made.ID, at(2, 3), patch)
	var refusal *models.RefusalError
	require.ErrorAs(t, err, &refusal)
	require.ErrorIs(t, err, models.ErrVersionMismatch)
	require.Equal(t, "1-0", refusal.ETag)
	r, err := w.Patch(t.Context(), w.p, made.ID, at(9, 1), patch)
	require.NoError(t, err)
	require.EqualValues(t, 2, r.Account.Version)
	_, err = w.Patch(t.Context(), w.p, made.ID, accounts.Match{Any: true}, patch)
	require.NoError(t, err)
	require.ErrorIs(t, w.Delete(t.Context(), w.p, made.ID, accounts.Match{Missing: true}), models.ErrPreconditionRequired)
	require.ErrorIs(t, w.Delete(t.Context(), w.p, made.ID, at(1)), models.ErrVersionMismatch)
	require.NoError(t, w.Delete(t.Context(), w.p, made.ID, at(3)))
	require.Contains(t, w.operations(t), "account.update refused")
}

func pretty(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}
