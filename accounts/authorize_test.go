package accounts_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/accounts"
	"admin-api/integrations"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/store/storetest"
	"admin-api/validation"
)

// granted is a made-up type that is authorized in a browser. Its remote system
// gives "token-CODE" for a code.
type granted struct {
	URL   string      `json:"url" validate:"required,https_url" label:"URL" dest:"true"`
	App   string      `json:"app" label:"App"`
	Token secret.Text `json:"token" label:"Token"`

	exchanged *atomic.Int64
	leave     func() // when set, the browser leaves now
}

func (*granted) Validate(*validation.Context) {}

func (g *granted) CheckAuthorization(c *validation.Context) {
	if g.App == "" {
		c.Violate("/app", "required", "Enter the app.")
	}
}

func (g *granted) AuthorizationURL(a integrations.Authorization) string {
	return g.URL + "/authorize?" + url.Values{
		"state": {a.State}, "back": {a.RedirectURI}, "challenge": {a.Challenge()},
	}.Encode()
}

func (*granted) AuthorizationRefused(string) *integrations.Failure {
	return integrations.NewFailure(integrations.CausePermission, "denied", "No.", "Ask.")
}

func (g *granted) Authorize(
	_ context.Context, s *integrations.Session, a integrations.Authorization, code secret.Text,
) (map[string]secret.Text, error) {
	g.exchanged.Add(1)
	if g.leave != nil {
		g.leave()
	}
	if a.Verifier.Reveal() == "" || a.RedirectURI != back {
		return nil, errors.New("not what was begun")
	}
	s.SetIdentity("ann")
	return map[string]secret.Text{"/token": secret.New("token-" + code.Reveal())}, nil
}

const (
	back        = "https://a.example/back"
	grantedBody = `{"type":"granted","name":"one","properties":{"url":"https://example.com","app":"a"}}`
)

// authorizing is a world with an account of that type.
type authorizing struct {
	*world
	id        string
	exchanged atomic.Int64
}

func newAuthorizing(t *testing.T, db *store.Store) *authorizing {
	t.Helper()
	w := &authorizing{world: newWorld(t, db)}
	w.Catalog = append(w.Catalog, integrations.Definition{
		Type: "granted", Family: integrations.NICE, Label: "Granted", Description: "A made-up type.",
		Shape: integrations.Proposed, NoProbe: "There is nothing to probe.", ProbesPerMinute: 600,
		New: func() integrations.Properties { return &granted{exchanged: &w.exchanged} },
	})
	w.id = w.create(t, grantedBody).ID
	return w
}

func (w *authorizing) begin(t *testing.T) (state string) {
	t.Helper()
	a, err := w.BeginAuthorization(t.Context(), w.p, w.id, back, "")
	require.NoError(t, err)
	u, err := url.Parse(a.URL)
	require.NoError(t, err)
	require.Equal(t, back, u.Query().Get("back"))
	return u.Query().Get("state")
}

func (w *authorizing) reseal(t *testing.T, state string, change func(*accounts.AuthorizationState)) string {
	t.Helper()
	other, err := accounts.Reseal(w.Service, state, change)
	require.NoError(t, err)
	return other
}

func callback(state string) accounts.Callback {
	cb := accounts.NewCallback(state, "c0de", "")
	cb.Address, cb.RequestID = "192.0.2.1", "r1"
	return cb
}

func requireFailed(t *testing.T, err error, code string) {
	t.Helper()
	var failed *accounts.AuthorizationError
	require.ErrorAs(t, err, &failed)
	require.Equal(t, code, failed.Failure.Code)
	require.NotContains(t, err.Error(), "c0de")
}

func TestAuthorization(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newAuthorizing(t, db)
		state := w.begin(t)
		require.Regexp(t, `^[A-Za-z0-9_-]+$`, state)
		require.Less(t, len(state), 1200, "the address must stay one that browsers take")
		done, err := w.CompleteAuthorization(t.Context(), callback(state))
		require.NoError(t, err)
		require.Equal(t, &accounts.Authorized{AccountName: "one", Domain: "a.example", Identity: "ann"}, done)
		require.Contains(t, w.credentials(t, w.id), `"token-c0de"`)
		_, err = w.CompleteAuthorization(t.Context(), callback(state))
		requireFailed(t, err, "state_used")
		require.EqualValues(t, 1, w.exchanged.Load())
		require.Equal(t, []string{
			"account.create success", "account.authorize success", "credentials.read success", "account.authorize refused",
		}, w.operations(t))
		require.NoError(t, db.WalkAudit(t.Context(), w.p.ContactCenter.ID, func(e *models.AuditEvent) error {
			if e.Operation == "account.authorize" {
				require.Equal(t, []string{w.p.ID, w.p.Name, "192.0.2.1", "r1"}, []string{e.Actor, e.ActorName, e.Address, e.RequestID})
			}
			return nil
		}))
	})
}

// TestAuthorizationOnManyReplicas: processes that share nothing but database and
// keys finish one authorization once, whoever is first.
func TestAuthorizationOnManyReplicas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newAuthorizing(t, db)
		state := w.begin(t)
		var stored, refused atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			replica := &accounts.Service{
				Store: w.Store, Catalog: w.Catalog, Keys: w.Keys, Audit: w.Audit, Outbound: w.Outbound,
				Retention: w.Retention, Now: w.Now,
			}
			wg.Go(func() {
				_, err := replica.CompleteAuthorization(t.Context(), callback(state))
				var failed *accounts.AuthorizationError
				switch {
				case err == nil:
					stored.Add(1)
				case errors.As(err, &failed) && failed.Failure.Code == "state_used":
					refused.Add(1)
				default:
					t.Errorf("complete: %v", err)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, stored.Load())
		require.EqualValues(t, 7, refused.Load())
		got, err := w.Get(t.Context(), w.p, w.id, false)
		require.NoError(t, err)
		require.EqualValues(t, 2, got.Version)
	})
}

// TestAuthorizationState: a state is good for what it was made for. Nobody can
// make these without the key file; they stand for mistakes and for backups.
func TestAuthorizationState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newAuthorizing(t, db)
		other := w.center(t, "b.example")
		second := w.create(t, strings.Replace(grantedBody, "one", "two", 1)).ID
		state := w.begin(t)
		tests := []struct {
			name, code string
			change     func(*accounts.AuthorizationState)
		}{
			{"other contact center", "account_gone", func(st *accounts.AuthorizationState) { st.ContactCenter = other.ContactCenter.ID }},
			{"no contact center", "account_gone", func(st *accounts.AuthorizationState) { st.ContactCenter = "" }},
			{"other account", "account_changed", func(st *accounts.AuthorizationState) { st.Account = second }},
			{"other version", "account_changed", func(st *accounts.AuthorizationState) { st.Version++ }},
			{"other properties", "account_changed", func(st *accounts.AuthorizationState) { st.Digest[0] ^= 1 }},
			{"no digest", "account_changed", func(st *accounts.AuthorizationState) { st.Digest = nil }},
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				_, err := w.CompleteAuthorization(t.Context(), callback(w.reseal(t, state, tt.change)))
				requireFailed(t, err, tt.code)
			})
		}
		require.Zero(t, w.exchanged.Load(), "no code is handed in")
	})
}

// TestAuthorizationOfASuspendedContactCenter: it ends like its tokens.
func TestAuthorizationOfASuspendedContactCenter(t *testing.T) {
	w := newAuthorizing(t, storetest.SQLite(t))
	w.p = &access.Principal{ID: "system", ContactCenter: models.ContactCenter{ID: "c", Domain: "c.example", Suspended: true}}
	require.NoError(t, w.db.CreateContactCenter(t.Context(), &w.p.ContactCenter))
	w.id = w.create(t, grantedBody).ID
	_, err := w.CompleteAuthorization(t.Context(), callback(w.begin(t)))
	requireFailed(t, err, "account_gone")
	require.Zero(t, w.exchanged.Load())
}

// TestSealedSecretIsNoState: what lies in the database opens as a state no more
// than any other bytes.
func TestSealedSecretIsNoState(t *testing.T) {
	w := newAuthorizing(t, storetest.SQLite(t))
	_, err := w.CompleteAuthorization(t.Context(), callback(w.begin(t)))
	require.NoError(t, err)
	rows, err := w.db.Secrets(t.Context(), w.p.ContactCenter.ID, w.id)
	require.NoError(t, err)
	sealed := base64.RawURLEncoding.EncodeToString(rows[0].Sealed)
	for _, state := range []string{"", "A", strings.Repeat("A", 9000), "AQ", "AQAAAP8B", sealed} {
		_, err := w.CompleteAuthorization(t.Context(), callback(state))
		requireFailed(t, err, "state_invalid")
	}
}

// TestAuthorizationEndsWhatItBegan: a browser that leaves does not spend the code
// for nothing.
func TestAuthorizationEndsWhatItBegan(t *testing.T) {
	w := newAuthorizing(t, storetest.SQLite(t))
	state := w.begin(t)
	ctx, leave := context.WithCancel(t.Context())
	w.Catalog[len(w.Catalog)-1].New = func() integrations.Properties {
		return &granted{exchanged: &w.exchanged, leave: leave}
	}
	_, err := w.CompleteAuthorization(ctx, callback(state))
	require.NoError(t, err)
	require.Contains(t, w.credentials(t, w.id), `"token-c0de"`)
}

func TestAuthorizationExpires(t *testing.T) {
	w := newAuthorizing(t, storetest.SQLite(t))
	state := w.begin(t)
	w.now = began.Add(10 * time.Minute)
	_, err := w.CompleteAuthorization(t.Context(), callback(state))
	requireFailed(t, err, "state_expired")
}

func TestAuthorizationAfterRotation(t *testing.T) {
	w := newAuthorizing(t, storetest.SQLite(t))
	state := w.begin(t)
	_, err := w.Keys.Rotate()
	require.NoError(t, err)
	_, err = w.CompleteAuthorization(t.Context(), callback(state))
	require.NoError(t, err, "a state of the older key is opened with it")
}

func TestAuthorizationNotForEverybody(t *testing.T) {
	w := newAuthorizing(t, storetest.SQLite(t))
	gadget := w.create(t, gadgetBody("gadget"))
	_, err := w.BeginAuthorization(t.Context(), w.p, gadget.ID, back, "")
	requireCodes(t, err, "/type authorization_not_supported")
	_, err = w.Limits(t.Context(), w.p, gadget.ID)
	requireCodes(t, err, "/type limits_not_supported")
	bare := w.create(t, `{"type":"granted","name":"bare","properties":{"url":"https://example.com"}}`)
	_, err = w.BeginAuthorization(t.Context(), w.p, bare.ID, back, "")
	requireCodes(t, err, "/properties/app required")
	_, err = w.BeginAuthorization(t.Context(), w.center(t, "b.example"), w.id, back, "")
	require.ErrorIs(t, err, models.ErrNotFound)
	require.EqualValues(t, 0, w.calls.Load())
}

// TestAuthorizationOfATokenThatEnded: what a token began ends with it.
func TestAuthorizationOfATokenThatEnded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newAuthorizing(t, db)
		state := w.begin(t)
		center := w.p.ContactCenter.ID
		require.NoError(t, db.RevokeToken(t.Context(), center, center, models.NewTime(w.now)))
		_, err := w.CompleteAuthorization(t.Context(), callback(state))
		requireFailed(t, err, "authorization_withdrawn")
		require.Zero(t, w.exchanged.Load(), "no code is handed in")
		require.Contains(t, w.operations(t), "account.authorize refused")
	})
}
