package monitor

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
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
	"admin-api/validation"
)

var began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// gadget is a made-up type; its probe does what the world says.
type gadget struct {
	Word        secret.Text `json:"word" label:"Word"`
	Certificate string      `json:"certificate" label:"Certificate" format:"certificate"`

	world *world
}

func (*gadget) Validate(*validation.Context) {}

// Probe implements integrations.Prober.
func (g *gadget) Probe(ctx context.Context, s *integrations.Session) error {
	return s.Step("authenticate", func() error { return g.world.answer(ctx) })
}

// world is a service with everything below it, and a vendor without a network.
type world struct {
	*accounts.Service
	p   *access.Principal
	log *bytes.Buffer

	mu     sync.Mutex
	at     time.Time
	probes atomic.Int64
	// vendor answers a probe; nil is well.
	vendor func(ctx context.Context) error
}

func newWorld(t *testing.T, db *store.Store) *world {
	t.Helper()
	w := &world{at: began, log: &bytes.Buffer{}}
	keys, err := secret.Create(filepath.Join(t.TempDir(), "keys.json"))
	require.NoError(t, err)
	way, err := outbound.New(outbound.Config{})
	require.NoError(t, err)
	define := func(typ, feature, noProbe string, properties func() integrations.Properties) integrations.Definition {
		return integrations.Definition{
			Type: typ, Family: integrations.Zendesk, Label: typ, Description: "A made-up type.",
			Shape: integrations.Proposed, Feature: feature, NoProbe: noProbe, New: properties,
		}
	}
	probed := func() integrations.Properties { return &gadget{world: w} }
	w.Service = &accounts.Service{
		Store: db, Keys: keys, Outbound: way, Retention: 24 * time.Hour, Now: w.now,
		Audit: &audit.Log{Store: db, Keys: keys, Now: w.now},
		Catalog: integrations.Catalog{
			define("gadget", "", "", probed), define("widget", "", "", probed), define("featured", models.FeatureAWS, "", probed),
			define("silent", "", "There is nothing to probe.", func() integrations.Properties { return new(silent) }),
		},
	}
	w.center(t, "a.example")
	return w
}

// center makes a contact center, for which everything is done from now on.
func (w *world) center(t *testing.T, domain string) {
	t.Helper()
	c := models.ContactCenter{ID: models.NewID(began), Domain: domain, CreatedAt: models.NewTime(began)}
	c.Features = []string{models.FeatureAWS}
	require.NoError(t, w.Store.CreateContactCenter(t.Context(), &c))
	w.p = &access.Principal{ID: "token:1", Name: "test", Scopes: models.AllScopes(), ContactCenter: c}
}

type silent struct {
	Word string `json:"word" label:"Word"`
}

func (*silent) Validate(*validation.Context) {}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

func (w *world) answer(ctx context.Context) error {
	w.probes.Add(1)
	w.mu.Lock()
	vendor := w.vendor
	w.mu.Unlock()
	if vendor == nil {
		return nil
	}
	return vendor(ctx)
}

func (w *world) answers(vendor func(ctx context.Context) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.vendor = vendor
}

// refuses is a vendor that does not take the credentials.
func refuses(context.Context) error {
	return integrations.NewFailure(integrations.CauseCredentials, "credentials_rejected", "No.", "Look.")
}

// monitor returns one replica's monitor, whose jitter is none.
func (w *world) monitor(change func(*Config)) *Monitor {
	c := Config{
		Store: w.Store, Accounts: w.Service, Audit: w.Audit, Interval: 15 * time.Minute, Retention: w.Retention,
		Logger: slog.New(slog.NewTextHandler(w.log, nil)), Now: w.now, Random: func() float64 { return 0.5 },
	}
	if change != nil {
		change(&c)
	}
	return New(c)
}

// round lets a monitor give out what is due, and waits for the workers.
func round(t *testing.T, m *Monitor) {
	t.Helper()
	m.checks(t.Context())
	m.working.Wait()
}

func (w *world) create(t *testing.T, typ, name, properties string) *models.AccountView {
	t.Helper()
	body := fmt.Sprintf(`{"type":%q,"name":%q,"properties":%s}`, typ, name, properties)
	r, err := w.Create(t.Context(), w.p, []byte(body), accounts.Idempotency{})
	require.NoError(t, err)
	return r.Account
}

func (w *world) patch(t *testing.T, id, body string) {
	t.Helper()
	_, err := w.Patch(t.Context(), w.p, id, accounts.Match{Any: true}, []byte(body))
	require.NoError(t, err)
}

func (w *world) health(t *testing.T, id string) string {
	t.Helper()
	a, err := w.Get(t.Context(), w.p, id, false)
	require.NoError(t, err)
	return a.HealthStatus
}

// events lists the types of the events but for those of changes of accounts, oldest
// first.
func (w *world) events(t *testing.T) []string {
	t.Helper()
	list, err := w.Store.EventsAfter(t.Context(), models.EventFilter{ContactCenterID: w.p.ContactCenter.ID})
	require.NoError(t, err)
	var out []string
	for _, e := range list {
		if strings.HasPrefix(e.Type, "account.") && e.Type != models.EventHealthChanged {
			continue
		}
		require.NotZero(t, e.AccountVersion)
		out = append(out, e.Type)
	}
	return out
}

// told lists the numbers of days that the log gives with notices.
func (w *world) told() []string {
	var days []string
	for _, found := range regexp.MustCompile(`"certificate expires".* days=(\d+)`).FindAllStringSubmatch(w.log.String(), -1) {
		days = append(days, found[1])
	}
	return days
}

// certificate returns a PEM that expires at the time.
func certificate(t *testing.T, notAfter time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "acme"}, NotBefore: began.Add(-time.Hour), NotAfter: notAfter,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// anyVersion overwrites whatever is stored.
var anyVersion = accounts.Match{Any: true}
