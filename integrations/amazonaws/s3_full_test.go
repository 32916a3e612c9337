//go:build full

package amazonaws

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/integrations/integrationtest"
	"admin-api/outbound"
	"admin-api/secret"
)

const realBucket = "acme-recordings"

// way goes out as the product does.
type way struct{ *outbound.Client }

// Do implements integrations.Transport.
func (w way) Do(req *http.Request) (*http.Response, error) {
	return w.Client.Do(req, outbound.WithExtraCA(integrations.ExtraCA(req.Context())))
}

// startS3 starts an S3 server that we did not write, behind the name s3.acme.com,
// and returns the way to it and its certificate.
func startS3(t *testing.T) (integrations.Transport, string) {
	t.Helper()
	dir := t.TempDir()
	certificate := writeCertificate(t, dir)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "store", realBucket), 0o700))
	address := "127.0.0.1:" + integrationtest.FreePort(t)
	program, err := filepath.Abs("../../bin/versitygw")
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), program, "--port", address, "--access", exampleKeyID, "--secret", exampleSecret,
		"--region", privateRegion, "--cert", filepath.Join(dir, "cert.pem"), "--key", filepath.Join(dir, "key.pem"), "--quiet",
		"posix", "--nometa", filepath.Join(dir, "store"))
	cmd.Stderr = os.Stderr
	require.NoError(t, cmd.Start(), "make bin/versitygw builds it")
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	require.Eventually(t, func() bool {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	}, time.Minute, 20*time.Millisecond, "the S3 server does not listen")
	client, err := outbound.New(outbound.Config{ConnectTo: []string{"*:443=" + address}})
	require.NoError(t, err)
	return way{client}, certificate
}

// writeCertificate makes the key and the certificate of s3.acme.com.
func writeCertificate(t *testing.T, dir string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "s3.acme.com"}, DNSNames: []string{"s3.acme.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cert.pem"), certificate, 0o600))
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	require.NoError(t, os.WriteFile(filepath.Join(dir, "key.pem"), private, 0o600))
	return string(certificate)
}

// TestRealS3 probes a server that computes signatures in its own way, over TLS
// with an authority of its own.
func TestRealS3(t *testing.T) {
	transport, certificate := startS3(t)
	same := func(*S3Properties) {}
	tests := []struct {
		name, code string
		change     func(p *S3Properties)
		late       time.Duration
	}{
		{name: "accepted", change: same},
		{name: "folder", change: func(p *S3Properties) { p.KeyPrefix = "recordings/2026 + ünï" }},
		{name: "unknown key", code: "access_key_unknown", change: func(p *S3Properties) { p.AccessKeyID = "AKIAIOSFODNN7NOTKEPT" }},
		{
			name: "wrong secret", code: "secret_key_rejected",
			change: func(p *S3Properties) { p.SecretKey = secret.New(strings.ToLower(exampleSecret)) },
		},
		{name: "no such bucket", code: "bucket_not_found", change: func(p *S3Properties) { p.S3Bucket = "acme-nothing" }},
		{name: "clock", code: "clock_skewed", change: same, late: 20 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &S3Properties{
				UsePrivateS3Storage: true, URL: "https://s3.acme.com", AccessKeyID: exampleKeyID,
				SecretKey: secret.New(exampleSecret), S3Bucket: realBucket, CACertificatePEM: certificate,
			}
			tt.change(p)
			p.Normalize()
			clock := func() time.Time { return time.Now().Add(-tt.late) }
			err := p.Probe(t.Context(), &integrations.Session{Transport: transport, Clock: clock})
			if tt.code == "" {
				require.NoError(t, err)
				return
			}
			var f *integrations.Failure
			require.True(t, errors.As(err, &f), err)
			require.Equal(t, tt.code, f.Code)
		})
	}
}
