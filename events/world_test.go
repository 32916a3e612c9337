package events

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/audit"
	"admin-api/models"
	"admin-api/outbound"
	"admin-api/secret"
	"admin-api/store"
)

var began = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// received is one delivery as the receiver saw it.
type received struct {
	header http.Header
	body   []byte
	event  models.EventDocument
}

// world is a service with everything below it, and a receiver of webhooks.
type world struct {
	*Service
	p   *access.Principal
	log *bytes.Buffer
	cfg outbound.Config

	mu  sync.Mutex
	at  time.Time
	got []received
	// answer is the status of the receiver's answer to a delivery.
	answer func(received) int
}

const hookURL = `https://example.com/hook?key=in-the-url`

func newWorld(t *testing.T, db *store.Store) *world {
	t.Helper()
	w := &world{at: began, log: &bytes.Buffer{}}
	receiver := httptest.NewTLSServer(http.HandlerFunc(w.receive))
	t.Cleanup(receiver.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := &pem.Block{Type: "CERTIFICATE", Bytes: receiver.Certificate().Raw}
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(block), 0o600))
	w.cfg = outbound.Config{CAFile: ca, ConnectTo: []string{"example.com:443=" + receiver.Listener.Addr().String()}}
	way, err := outbound.New(w.cfg)
	require.NoError(t, err)
	keys, err := secret.Create(filepath.Join(t.TempDir(), "keys.json"))
	require.NoError(t, err)
	w.Service = w.replica(db, keys, way)
	w.p = w.center(t, "a.example")
	return w
}

// replica is another process on the same database.
func (w *world) replica(db *store.Store, keys *secret.Keyring, way *outbound.Client) *Service {
	return &Service{
		Store: db, Keys: keys, Audit: &audit.Log{Store: db, Keys: keys, Now: w.clock}, Outbound: way,
		Logger: slog.New(slog.NewTextHandler(w.log, nil)), Now: w.clock, Poll: time.Millisecond,
	}
}

func (w *world) center(t *testing.T, domain string) *access.Principal {
	t.Helper()
	c := models.ContactCenter{ID: models.NewID(began), Domain: domain, CreatedAt: models.NewTime(began)}
	require.NoError(t, w.Store.CreateContactCenter(t.Context(), &c))
	return &access.Principal{ID: "token:1", Name: "test", Scopes: models.AllScopes(), ContactCenter: c}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

func (w *world) receive(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	got := received{header: r.Header, body: body}
	_ = json.Unmarshal(body, &got.event)
	w.mu.Lock()
	w.got = append(w.got, got)
	answer := w.answer
	w.mu.Unlock()
	status := http.StatusNoContent
	if answer != nil {
		status = answer(got)
	}
	if status == http.StatusFound {
		rw.Header().Set("Location", "/elsewhere")
	}
	rw.WriteHeader(status)
}

func (w *world) answers(answer func(received) int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = answer
}

// taken lists what came since the last call, as account and version.
func (w *world) taken() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, r := range w.got {
		out = append(out, fmt.Sprint(r.event.AccountID, " ", r.event.AccountVersion))
	}
	w.got = nil
	return out
}

// last is what came last.
func (w *world) last(t *testing.T) received {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	require.NotEmpty(t, w.got)
	return w.got[len(w.got)-1]
}

// happen appends an event of each version of an account.
func (w *world) happen(t *testing.T, p *access.Principal, account string, versions ...int64) {
	t.Helper()
	for _, v := range versions {
		a := &models.Account{ContactCenterID: p.ContactCenter.ID, ID: account, Type: "zendesk", Version: v}
		require.NoError(t, w.Store.Tx(t.Context(), func(tx *store.Store) error {
			return Append(t.Context(), tx, models.EventAccountUpdated, a, w.clock())
		}))
	}
}

func (w *world) hook(t *testing.T, body string) (*models.Webhook, string) {
	t.Helper()
	hook, key, err := w.CreateWebhook(t.Context(), w.p, []byte(body))
	require.NoError(t, err)
	return hook, key.Reveal()
}

// courier is one replica's, whose jitter is none.
func (w *world) courier(change func(*CourierConfig)) *Courier {
	c := CourierConfig{Random: func() float64 { return 0.5 }}
	if change != nil {
		change(&c)
	}
	return w.NewCourier(c)
}

// round makes everything that is due now.
func round(t *testing.T, c *Courier) {
	t.Helper()
	for {
		c.round(t.Context())
		c.working.Wait()
		due, err := c.Store.DueDeliveries(t.Context(), models.DueFilter{Now: models.NewTime(c.now()), Limit: 1})
		require.NoError(t, err)
		if len(due) == 0 {
			return
		}
	}
}

// signed fails the test unless the delivery has a signature of the key, as somebody
// computes it who has only read the documentation.
func signed(t *testing.T, r received, key string) bool {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(key, "whsec_"))
	require.NoError(t, err)
	require.Len(t, raw, 32)
	mac := hmac.New(sha256.New, raw)
	mac.Write(fmt.Appendf(nil, "%s.%s.%s", r.header.Get("Webhook-Id"), r.header.Get("Webhook-Timestamp"), r.body))
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for given := range strings.FieldsSeq(r.header.Get("Webhook-Signature")) {
		if hmac.Equal([]byte(given), []byte(want)) {
			return true
		}
	}
	return false
}

func timestamp(t *testing.T, r received) time.Time {
	t.Helper()
	n, err := strconv.ParseInt(r.header.Get("Webhook-Timestamp"), 10, 64)
	require.NoError(t, err)
	return time.Unix(n, 0).UTC()
}

func (w *world) operations(t *testing.T) []string {
	t.Helper()
	var out []string
	require.NoError(t, w.Store.WalkAudit(context.WithoutCancel(t.Context()), w.p.ContactCenter.ID, func(e *models.AuditEvent) error {
		out = append(out, e.Operation+" "+e.TargetType+" "+e.Outcome)
		return nil
	}))
	return out
}
