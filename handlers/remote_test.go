package handlers_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/validation"
)

// remote plays the remote systems, over TLS with an authority of its own.
type remote struct {
	// Addr is where it listens, CAFile its authority.
	Addr, CAFile string

	mu     sync.Mutex
	handle http.HandlerFunc
}

// newRemote starts a remote that knows Zendesk's ways to ask who the token acts
// for (GET /api/v2/users/me.json) and how many tickets there are.
func newRemote(t testing.TB) *remote {
	t.Helper()
	m := &remote{}
	m.play(func(w http.ResponseWriter, r *http.Request) {
		user, token, _ := r.BasicAuth()
		w.Header().Set("Content-Type", "application/json")
		if user != "ann@acme.com/token" || token != apiToken {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":"Couldn't authenticate you"}`))
			return
		}
		if r.URL.Path == "/api/v2/search/count.json" {
			_, _ = w.Write([]byte(`{"count":12}`))
			return
		}
		_, _ = w.Write([]byte(`{"user":{"id":7,"email":"ann@acme.com","role":"agent","active":true}}`))
	})
	server := httptest.NewUnstartedServer(m)
	certificate, authority := issue(t, "*.zendesk.com")
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	m.Addr = server.Listener.Addr().String()
	m.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(m.CAFile, authority, 0o600))
	return m
}

// play changes how the remote answers.
func (m *remote) play(handle http.HandlerFunc) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.handle = handle
}

// ServeHTTP implements http.Handler.
func (m *remote) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	handle := m.handle
	m.mu.Unlock()
	handle(w, r)
}

// waiting is a type whose probe begins and then waits for its context to end.
var waiting = integrations.Definition{
	Type: "waiting", Family: integrations.Zapier, Label: "Waiting", Description: "For tests.",
	DocumentationURL: "https://docs.example/", Shape: integrations.Proposed, Example: "{}",
	New: func() integrations.Properties { return &waitingProperties{} },
}

const waitingBody = `{"type":"waiting","name":"Waiting","properties":{}}`

type waitingProperties struct {
	Note string `json:"note" label:"Note"`
}

func (*waitingProperties) Validate(*validation.Context) {}

// Probe implements integrations.Prober.
func (*waitingProperties) Probe(ctx context.Context, s *integrations.Session) error {
	if err := s.Step("begin", func() error { return nil }); err != nil {
		return err
	}
	return s.Step("wait", func() error {
		<-ctx.Done()
		return ctx.Err()
	})
}

// issue makes an authority and a certificate of it for the name.
func issue(t testing.TB, name string) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
