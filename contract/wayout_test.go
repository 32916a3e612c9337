package contract_test

import (
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/catalog"
	"admin-api/outbound"
	"admin-api/validation"
)

// issuer signs a certificate for whatever name a caller asks for.
type issuer struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return &issuer{certificate, key}
}

func (i *issuer) file(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.certificate.Raw})
	require.NoError(t, os.WriteFile(path, text, 0o600))
	return path
}

// answerFor makes a certificate; name stands for the one that was asked for.
func (i *issuer) answerFor(name string) func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		host := hello.ServerName
		if name != "" {
			host = name
		}
		template := &x509.Certificate{
			SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		}
		der, err := x509.CreateCertificate(rand.Reader, template, i.certificate, i.key.Public(), i.key)
		return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: i.key}, err
	}
}

// inward sends callers to where clouds keep their keys.
func inward(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusTemporaryRedirect)
}

// bombBytes is 16 MiB of white space in a few kilobytes. It is packed once: that
// takes longer than callers wait.
var bombBytes = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 16<<20))
	_ = z.Close()
	return b.Bytes()
})

func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(bombBytes())
}

// silent says nothing until the caller has gone.
func silent(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

// otherProtocols are the types whose example does not begin with HTTPS.
var otherProtocols = map[string]string{
	"aspect_wfm":   "records over TCP",
	"calabrio_wfm": "files over SFTP",
}

const (
	patient  = 2 * time.Second
	headOnly = "statistics_data_receiver" // which asks for the header of an answer only
	pageOnly = "sso"                      // which reads the beginning of a page only
)

// TestProbesOverTheWayOut lets every type meet a hostile server over the way that
// the product really goes: guard, TLS, limits and the words for what went wrong.
func TestProbesOverTheWayOut(t *testing.T) {
	trusted, stranger := newIssuer(t), newIssuer(t)
	bombBytes()
	tests := []struct {
		name        string
		by          *issuer
		certificate string // the name in it; "" for the right one
		handler     http.HandlerFunc
		patience    time.Duration
		code, cause string
		unmoved     []string // types that this cannot move
	}{
		{"redirect inside", trusted, "", inward, patient, "redirect_refused", "config", nil},
		{"gzip bomb", trusted, "", bomb, patient, "answer_too_large", "remote", []string{headOnly, pageOnly}},
		{"silent", trusted, "", silent, 100 * time.Millisecond, "timeout", "network", nil},
		{"wrong name", trusted, "other.example", inward, patient, "tls_wrong_name", "tls", nil},
		{"unknown authority", stranger, "", inward, patient, "tls_untrusted", "tls", nil},
	}
	all := catalog.All()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(tt.handler)
			server.TLS = &tls.Config{GetCertificate: tt.by.answerFor(tt.certificate), MinVersion: tls.VersionTLS12}
			server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			server.StartTLS()
			t.Cleanup(server.Close)
			remote := &sink{address: server.Listener.Addr().String()}
			routes := remote.routes(all)
			way, err := outbound.New(outbound.Config{
				ConnectTo: routes, Resolver: remote, CAFile: trusted.file(t), Timeout: tt.patience,
			})
			require.NoError(t, err)
			s := newStack(t, way)
			for i := range all {
				if def := &all[i]; def.NoProbe == "" && otherProtocols[def.Type] == "" && !slices.Contains(tt.unmoved, def.Type) {
					t.Run(def.Type, func(t *testing.T) { s.meets(t, def, tt.code, tt.cause) })
				}
			}
		})
	}
}

// meets tests a draft of the type and looks at how that ends.
func (s *stack) meets(t *testing.T, def *integrations.Definition, code, cause string) {
	t.Helper()
	draft, err := json.Marshal(map[string]any{"type": def.Type, "properties": json.RawMessage(def.Example)})
	require.NoError(t, err)
	status, body := s.send(t, http.MethodPost, "/api/v1/integration-accounts/test", string(draft))
	require.Equal(t, http.StatusOK, status, string(body))
	var check struct {
		Status, Cause string
		Steps         []struct{ Name, Status, Code string }
	}
	require.NoError(t, json.Unmarshal(body, &check))
	var codes []string
	for _, step := range check.Steps {
		if step.Status == "failed" {
			codes = append(codes, step.Code)
		}
	}
	require.Equal(t, "failed", check.Status, string(body))
	require.Equal(t, cause, check.Cause, string(body))
	require.Contains(t, codes, code, string(body))
	p := def.Decode(json.RawMessage(def.Example), nil, &validation.Context{Now: time.Now(), Domain: "acme.example"})
	for pointer, value := range def.Secrets(p) {
		require.False(t, strings.Contains(string(body), value.Reveal()), "the secret at %s shows", pointer)
	}
}
