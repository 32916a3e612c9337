package filetransfer

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/outbound"
)

const host = "files.test"

// patience is the time-out where one is expected: enough to sign in on a busy machine.
const patience = 2 * time.Second

// transport is the product's way out, and remembers where it led.
type transport struct {
	client   *outbound.Client
	sessions tls.ClientSessionCache

	mu      sync.Mutex
	dialled []string
}

func (t *transport) Do(req *http.Request) (*http.Response, error) { return t.client.Do(req) }

func (t *transport) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	t.mu.Lock()
	t.dialled = append(t.dialled, address)
	t.mu.Unlock()
	return t.client.Dial(ctx, network, address)
}

func (t *transport) StartTLS(ctx context.Context, conn net.Conn) (net.Conn, error) {
	return t.client.StartTLS(ctx, conn, t.sessions, outbound.WithExtraCA(integrations.ExtraCA(ctx)))
}

// listen plays one conversation per connection and returns the address.
func listen(t *testing.T, talk func(net.Conn)) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				talk(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		running.Wait()
	})
	return l.Addr().String()
}

// ended is how a probe ended, each step as "name status code".
type ended struct {
	failure  *integrations.Failure
	steps    []string
	identity string
	dialled  []string
}

func (e ended) code() string {
	if e.failure == nil {
		return ""
	}
	return e.failure.Code
}

// probe tests d against what listens at the address, which stands behind all
// ports that a test dials.
func probe(t *testing.T, d *Delivery, address string) ended {
	t.Helper()
	cfg := outbound.Config{Timeout: time.Minute}
	for _, port := range []string{"22", "21", "990", "40000"} {
		cfg.ConnectTo = append(cfg.ConnectTo, host+":"+port+"="+address)
	}
	if strings.HasSuffix(t.Name(), "/slow") {
		cfg.Timeout = patience
	}
	return probeBy(t, d, cfg)
}

func probeBy(t *testing.T, d *Delivery, cfg outbound.Config) ended {
	t.Helper()
	client, err := outbound.New(cfg)
	require.NoError(t, err)
	way := &transport{client: client, sessions: tls.NewLRUClientSessionCache(1)}
	s := &integrations.Session{Transport: way, Classify: classify}
	timeout, _ := client.Limits()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	err = d.Probe(ctx, s)
	e := ended{identity: s.Identity(), dialled: way.dialled}
	if err != nil {
		require.True(t, errors.As(err, &e.failure), "%T is no failure", err)
		for _, hidden := range []string{d.Password.Reveal(), d.PrivateKeyPassphrase.Reveal()} {
			if hidden != "" {
				require.NotContains(t, e.failure.Detail+e.failure.Hint, hidden)
			}
		}
	}
	for _, step := range s.Steps() {
		line := step.Name + " " + string(step.Status)
		if step.Failure != nil {
			line += " " + step.Failure.Code
		}
		e.steps = append(e.steps, line)
	}
	return e
}

func classify(err error) *integrations.Failure {
	kind := outbound.KindOf(err)
	if kind == "" {
		return nil
	}
	cause := integrations.CauseNetwork // as the product says, as far as these tests meet it
	if strings.HasPrefix(string(kind), "tls_") {
		cause = integrations.CauseTLS
	}
	return integrations.NewFailure(cause, string(kind), "The exchange went wrong.", "Look at the code.")
}

// issue returns the settings of a server whose certificate, also as PEM, vouches
// for itself.
func issue(t *testing.T, name string) (cfg *tls.Config, authority string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12},
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
