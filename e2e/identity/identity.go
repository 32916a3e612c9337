// Package identity runs identity providers that we did not write, for tests of
// single sign-on: SimpleSAMLphp under PHP's own server, and Lasso.
//
// It knows no other package of the module. What it starts listens on the loopback
// interface and ends with the test.
package identity

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Authority signs the TLS certificates of a test.
type Authority struct {
	// File has its certificate, for whoever shall trust it.
	File string

	cert *x509.Certificate
	key  crypto.Signer
}

// NewAuthority makes an authority that is good for an hour.
func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	a := &Authority{key: ecdsaKey(t), File: filepath.Join(t.TempDir(), "authority.pem")}
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "authority of a test"}, KeyUsage: x509.KeyUsageCertSign,
		IsCA: true, BasicConstraintsValid: true,
	}
	der := certify(t, template, template, a.key.Public(), a.key)
	var err error
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatalf("read the certificate of the authority: %v", err)
	}
	write(t, a.File, "CERTIFICATE", der)
	return a
}

// Issue writes a certificate for a host name and its key to files.
func (a *Authority) Issue(t testing.TB, host string) (cert, key string) {
	t.Helper()
	own := ecdsaKey(t)
	template := &x509.Certificate{DNSNames: []string{host}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "tls.pem"), filepath.Join(dir, "tls.key")
	write(t, cert, "CERTIFICATE", certify(t, template, a.cert, own.Public(), a.key))
	writeKey(t, key, own)
	return cert, key
}

// Client returns one that trusts the authority and finds each host at its address,
// whatever the port is. It follows no redirect.
func (a *Authority) Client(addresses map[string]string) *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		if host, _, err := net.SplitHostPort(addr); err == nil && addresses[host] != "" {
			addr = addresses[host]
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dial, DisableKeepAlives: true,
			TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Signer is a key with which a provider signs, and its certificate.
type Signer struct {
	// PEM is the certificate; CertFile has it and KeyFile the private key.
	PEM, CertFile, KeyFile string
}

// NewSigner makes an RSA key of 2048 bits and a certificate that ends after the
// given time, which may be in the past.
func NewSigner(t testing.TB, lasts time.Duration) *Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatalf("make a key: %v", err)
	}
	template := &x509.Certificate{
		Subject:   pkix.Name{CommonName: "signing key of a test"},
		NotBefore: time.Now().Add(-365 * 24 * time.Hour), NotAfter: time.Now().Add(lasts),
	}
	der := certify(t, template, template, key.Public(), key)
	dir := t.TempDir()
	s := &Signer{
		PEM:      string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		CertFile: filepath.Join(dir, "signing.pem"), KeyFile: filepath.Join(dir, "signing.key"),
	}
	write(t, s.CertFile, "CERTIFICATE", der)
	writeKey(t, s.KeyFile, key)
	return s
}

// Front serves a plain HTTP server over TLS under a host name.
type Front struct {
	// Addr is where it listens on the loopback interface.
	Addr string

	server func() *http.Server
	config *tls.Config

	mu      sync.Mutex
	running *http.Server
}

// NewFront stands before the server at the address until the test ends, as a proxy
// that says X-Forwarded-For and X-Forwarded-Proto.
func (a *Authority) NewFront(t testing.TB, host, behind string) *Front {
	t.Helper()
	cert, key := a.Issue(t, host)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatalf("load the certificate of %s: %v", host, err)
	}
	// Browsers complain of an authority that they do not know before they go on, and
	// leave pages before they are complete.
	quiet := slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	proxy := &httputil.ReverseProxy{ErrorLog: quiet, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: behind})
		r.Out.Host = r.In.Host
		r.SetXForwarded()
	}}
	f := &Front{
		Addr:   "127.0.0.1:0",
		config: &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12},
		server: func() *http.Server {
			return &http.Server{Handler: proxy, ReadHeaderTimeout: time.Minute, ErrorLog: quiet}
		},
	}
	f.Up(t)
	t.Cleanup(f.Down)
	return f
}

// Up listens, again at the same address.
func (f *Front) Up(t testing.TB) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", f.Addr)
	if err != nil {
		t.Fatalf("listen for the front: %v", err)
	}
	server := f.server()
	f.mu.Lock()
	f.Addr, f.running = l.Addr().String(), server
	f.mu.Unlock()
	// Its end is Down; what happens in between shows in what the test asks for.
	go func() { _ = server.Serve(tls.NewListener(l, f.config)) }()
}

// Down refuses connections from now on.
func (f *Front) Down() {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.running.Close()
}

// certify signs a template; without dates it is good for two hours.
func certify(t testing.TB, template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) []byte {
	t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatalf("make a serial number: %v", err)
	}
	template.SerialNumber = serial
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, key)
	if err != nil {
		t.Fatalf("make a certificate: %v", err)
	}
	return der
}

func ecdsaKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatalf("make a key: %v", err)
	}
	return key
}

func writeKey(t testing.TB, file string, key crypto.Signer) {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatalf("encode a key: %v", err)
	}
	write(t, file, "PRIVATE KEY", der)
}

func write(t testing.TB, file, label string, der []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}
