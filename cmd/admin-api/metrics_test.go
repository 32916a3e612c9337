package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ssoBody is a valid account whose certificate expires at the time.
func ssoBody(t *testing.T, notAfter time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "idp.example"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: notAfter,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	text, err := json.Marshal(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	require.NoError(t, err)
	return `{"type":"sso","name":"Azure","properties":{"admin":{"enabled":false},"agentDesktop":{"enabled":true,` +
		`"identityProviderSsoUrl":"https://idp.example/sso","identityProviderIssuer":"https://idp.example/",` +
		`"identityProviderCertificates":[` + string(text) + `]}}}`
}

// What the monitor counts reaches the metrics of the program; it counts when it
// starts.
func TestMetricsOfCertificates(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	r := serve(t, data)
	res, body := r.do(t, http.MethodPost, "/api/v1/integration-accounts", ssoBody(t, time.Now().Add(10*24*time.Hour)))
	require.Equal(t, http.StatusCreated, res.StatusCode, body)
	r.end(t)
	r = serve(t, data)
	require.Eventually(t, func() bool {
		_, body = r.do(t, http.MethodGet, "/metrics", "")
		return strings.Contains(body, `admin_api_certificates_expiring{within="14d"} 1`)
	}, time.Minute, 10*time.Millisecond)
	for _, within := range []string{"0d", "1d", "7d", "30d", "60d"} {
		require.Contains(t, body, `admin_api_certificates_expiring{within="`+within+`"} 0`+"\n")
	}
}

// A probe is counted by the program, with what came of it.
func TestMetricsOfProbes(t *testing.T) {
	r := serve(t, filepath.Join(t.TempDir(), "data"), "--outbound-connect-to", "*:443=127.0.0.1:1") // nobody listens there
	res, body := r.do(t, http.MethodPost, "/api/v1/integration-accounts",
		telegram("one", "123456789:abcdefghijklmnopqrstuvwxyzabcdefghi"))
	require.Equal(t, http.StatusCreated, res.StatusCode, body)
	res, body = r.do(t, http.MethodPost, res.Header.Get("Location")+"/test", "")
	require.Equal(t, http.StatusOK, res.StatusCode, body)
	_, body = r.do(t, http.MethodGet, "/metrics", "")
	require.Contains(t, body, `admin_api_probes_total{cause="network",status="failed",type="telegram"} 1`+"\n")
}
