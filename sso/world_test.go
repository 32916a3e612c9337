package sso_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/audit"
	"admin-api/integrations/platform/saml"
	"admin-api/integrations/singlesignon"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/sso"
	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
	"admin-api/store"
	"admin-api/store/storetest"
	"admin-api/validation"
)

// world is a contact center with its people, its account and its identity provider.
type world struct {
	*sso.Service
	t        *testing.T
	db       *store.Store
	clock    time.Time
	center   *models.ContactCenter
	admin    *access.Principal
	account  *models.Account
	set      singlesignon.Properties
	provider *assertiontest.Provider
	template *models.User
}

func newWorld(t *testing.T, db *store.Store) *world {
	t.Helper()
	w := &world{t: t, db: db, clock: assertiontest.Now(), provider: assertiontest.New(t, assertiontest.Okta())}
	now := func() time.Time { return w.clock }
	keys, err := secret.Create(filepath.Join(t.TempDir(), "keys.json"))
	require.NoError(t, err)
	log := &audit.Log{Store: db, Keys: keys, Now: now}
	people := &access.Service{Store: db, Audit: log, Now: now}
	w.Service = &sso.Service{Store: db, Access: people, Audit: log, Keys: keys, Now: now}
	first, err := people.Bootstrap(t.Context(), access.Bootstrap{
		Domain: "acme.example.com", Admin: "admin", Features: []string{"all"},
	}, access.NewPasswords(1))
	require.NoError(t, err)
	w.admin, err = people.Authenticate(t.Context(), first.Token)
	require.NoError(t, err)
	w.center = &w.admin.ContactCenter
	w.template, err = people.CreateUser(t.Context(), w.admin,
		[]byte(`{"username":"template","firstName":"T","lastName":"T","roles":["Agent"],"skills":{"sales":70}}`))
	require.NoError(t, err)
	w.set.AgentDesktop = w.section()
	w.set.AgentDesktop.Enabled, w.set.AgentDesktop.AllowIDPInitiated = true, true
	w.set.Admin = w.section()
	w.save()
	return w
}

// replica is another process on the same database.
func (w *world) replica(db *store.Store) *sso.Service {
	log := *w.Audit
	log.Store = db
	people := &access.Service{Store: db, Audit: &log, Now: w.Access.Now}
	return &sso.Service{Store: db, Access: people, Audit: &log, Keys: w.Keys, Now: w.Now}
}

// section names the provider.
func (w *world) section() singlesignon.Section {
	return singlesignon.Section{
		IdentityProviderSSOURL: "https://idp.example.net/sso", IdentityProviderIssuer: w.provider.Issuer,
		IdentityProviderCertificates: []string{pemOf(w.provider.Certificate)},
	}
}

func pemOf(x *x509.Certificate) string { return validation.EncodeCertificate(x.Raw) }

// save stores the settings as the account's.
func (w *world) save() {
	w.t.Helper()
	text, err := json.Marshal(w.set)
	require.NoError(w.t, err)
	if w.account == nil {
		w.account = &models.Account{
			ContactCenterID: w.center.ID, ID: models.NewID(w.clock), Type: "sso", Family: "Single Sign-On", Name: "IdP", NameKey: "idp",
			Properties: text, Enabled: true, Version: 1, HealthStatus: models.HealthUnsupported,
		}
		require.NoError(w.t, w.db.InsertAccount(w.t.Context(), w.account))
		return
	}
	from := w.account.Version
	w.account.Properties = text
	w.account.Version++
	require.NoError(w.t, w.db.UpdateAccount(w.t.Context(), w.account, from))
}

func (w *world) at(section string) sso.Place { return sso.Place{Center: w.center, Section: section} }

// desk is Agent Desktop.
func (w *world) desk() sso.Place { return w.at(models.SectionAgentDesktop) }

// begin starts at a place and returns the request and the browser's secret.
func (w *world) begin(at sso.Place, browser, test string) (requestID, cookie string) {
	w.t.Helper()
	start, err := w.Begin(w.t.Context(), at, sso.Departure{Browser: browser, Test: test})
	require.NoError(w.t, err)
	request := requestOf(w.t, start)
	require.Equal(w.t, "acme.example.com_sso", request.Issuer)
	require.Equal(w.t, w.ReplyURL(at), request.ReplyURL)
	require.NotContains(w.t, start.URL, "RelayState")
	return request.ID, start.Browser
}

// requestOf is what a browser takes to the provider.
func requestOf(t *testing.T, start *sso.Start) *saml.Request {
	t.Helper()
	u, err := url.Parse(start.URL)
	require.NoError(t, err)
	request, err := saml.ReadRedirected(u.Query().Get("SAMLRequest"))
	require.NoError(t, err)
	return request
}

// respond makes a good answer, but for what change does.
func (w *world) respond(at sso.Place, requestID string, change func(*assertiontest.Response)) string {
	w.t.Helper()
	return w.provider.Respond(w.t, assertion.Expectation{
		Issuer: w.provider.Issuer, Audience: "acme.example.com_sso", Recipient: w.ReplyURL(at),
		Certificates: []*x509.Certificate{w.provider.Certificate}, Now: w.clock,
	}, requestID, change)
}

func (w *world) accept(at sso.Place, response, browser string) (*sso.Outcome, error) {
	w.t.Helper()
	return w.Accept(w.t.Context(), at, sso.Message{Response: response, Browser: browser},
		access.Client{Address: "192.0.2.7", UserAgent: "Browser/1", RequestID: "r-1"})
}

// signIn goes the whole way.
func (w *world) signIn(at sso.Place, change func(*assertiontest.Response)) (*sso.Outcome, error) {
	w.t.Helper()
	id, cookie := w.begin(at, "", "")
	return w.accept(at, w.respond(at, id, change), cookie)
}

// refused wants an error with the code, and no session.
func (w *world) refused(code string, out *sso.Outcome, err error) {
	w.t.Helper()
	e := why(w.t, err)
	require.Equal(w.t, code, e.Code, e.Detail)
	require.Nil(w.t, out)
	require.NotEmpty(w.t, e.Detail)
	require.NotEmpty(w.t, e.Cure)
	require.Regexp(w.t, "^[0-9A-Z]{4}-[0-9A-Z]{4}$", e.Reference)
}

// why is the refusal that an error is.
func why(t *testing.T, err error) *sso.Error {
	t.Helper()
	var e *sso.Error
	require.ErrorAs(t, err, &e)
	return e
}

func (w *world) user(name, rest string) *models.User {
	w.t.Helper()
	u, err := w.Access.CreateUser(w.t.Context(), w.admin, []byte(`{"username":"`+name+`","firstName":"F","lastName":"L"`+rest+`}`))
	require.NoError(w.t, err)
	return u
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.Store) { test(t, newWorld(t, db)) })
}

// jit switches just-in-time provisioning on.
func (w *world) jit() {
	w.t.Helper()
	s := &w.set.AgentDesktop
	s.JITProvisioningEnabled, s.UseTemplate, s.TemplateUserID = true, true, w.template.ID
	w.save()
}

// decryptWith gives the contact center a key pair that the tests know.
func (w *world) decryptWith(key *rsa.PrivateKey) {
	w.t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(w.t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(w.t, err)
	row := &models.SSOKey{
		ContactCenterID: w.center.ID, ID: models.NewID(w.clock), Pointer: models.SSOPrivateKey,
		Certificate: pemOf(&x509.Certificate{Raw: der}), CreatedAt: models.NewTime(w.clock), CreatedBy: w.admin.ID,
	}
	row.Sealed, row.KeyID, err = w.Keys.Seal(base64.StdEncoding.EncodeToString(private),
		secret.Where{ContactCenter: row.ContactCenterID, Account: row.ID, Pointer: row.Pointer})
	require.NoError(w.t, err)
	require.NoError(w.t, w.db.CreateSSOKey(w.t.Context(), row))
}
