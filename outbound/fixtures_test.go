package outbound

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

const vendor = "vendor.test"

// patience is the time-out where one is expected: enough to get that far on a
// busy machine.
const patience = 300 * time.Millisecond

// nobody is where nobody listens. A port that was just given back might be somebody
// else's by now.
const nobody = "127.0.0.1:1"

// TestMain runs all tests with a proxy in the environment and fails if
// anything ever connects to it, or if a goroutine is left behind.
func TestMain(m *testing.M) {
	proxy, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var used atomic.Int64
	go func() {
		for {
			conn, err := proxy.Accept()
			if err != nil {
				return
			}
			used.Add(1)
			conn.Close()
		}
	}()
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"} {
		environ(name, "http://"+proxy.Addr().String())
	}
	environ("NO_PROXY", "")
	environ("no_proxy", "")
	code := m.Run()
	proxy.Close()
	if n := used.Load(); n > 0 {
		fmt.Fprintf(os.Stderr, "the environment's proxy was used %d times\n", n)
		code = 1
	}
	if err := goleak.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func environ(name, value string) {
	if err := os.Setenv(name, value); err != nil {
		panic(err)
	}
}

// names is a resolver with fixed answers; several for one name are given one
// after the other, the last again and again.
type names struct {
	mu      sync.Mutex
	answers map[string][][]string
	asked   []string
}

func (n *names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked = append(n.asked, host)
	answers, ok := n.answers[host]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(answers) > 1 {
		n.answers[host] = answers[1:]
	}
	var ips []netip.Addr
	for _, s := range answers[0] {
		ips = append(ips, netip.MustParseAddr(s))
	}
	return ips, nil
}

func resolving(host string, ips ...string) *names {
	return &names{answers: map[string][][]string{host: {ips}}}
}

// phases records what an observer hears.
type phases struct {
	mu   sync.Mutex
	list []string
}

func (p *phases) Phase(name string, _ time.Time, _ time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		name += "!" + string(KindOf(err))
	}
	p.list = append(p.list, name)
}

// socket counts the connections that reach a listener on 127.0.0.1.
type socket struct {
	net.Listener
	accepted atomic.Int64
}

func listen(t *testing.T) *socket {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &socket{Listener: l}
	t.Cleanup(func() { l.Close() })
	return s
}

func (s *socket) Accept() (net.Conn, error) {
	conn, err := s.Listener.Accept()
	if err == nil {
		s.accepted.Add(1)
	}
	return conn, err
}

func (s *socket) addr() string { return s.Addr().String() }

func (s *socket) port() string {
	_, port, _ := net.SplitHostPort(s.addr())
	return port
}

// talk answers each connection with fn, and closes it.
func talk(t *testing.T, fn func(net.Conn)) *socket {
	t.Helper()
	s := listen(t)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := s.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				fn(conn)
			})
		}
	})
	t.Cleanup(func() {
		s.Close()
		running.Wait()
	})
	return s
}

// silence waits until the other side gives up.
func silence(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }

func serve(t *testing.T, h http.HandlerFunc) *socket {
	t.Helper()
	s := listen(t)
	start(t, s, h)
	return s
}

func serveTLS(t *testing.T, h http.HandlerFunc, cfg *tls.Config) *socket {
	t.Helper()
	s := listen(t)
	start(t, tls.NewListener(s, cfg), h)
	return s
}

func start(t *testing.T, l net.Listener, h http.HandlerFunc) {
	t.Helper()
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		server.Close()
		<-done
	})
}

// authority is a certificate authority for tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{}
	var err error
	a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, DNSNames: []string{vendor},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	require.NoError(t, err)
	a.cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	a.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return a
}

// bulkyPEM is a certificate of an RSA key, of which only the lengths are right.
func bulkyPEM(t *testing.T, bits uint, exponent int) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	public := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), bits-1), E: exponent}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// issue returns the settings of a server with a certificate for vendor.test,
// changed by edit if that is not nil.
func (a *authority) issue(t *testing.T, edit func(*x509.Certificate)) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{vendor, "xn--bcher-kva.test", "other.test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if edit != nil {
		edit(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	require.NoError(t, err)
	cert := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
}

func (a *authority) file(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(path, a.pem, 0o600))
	return path
}

func newClient(t *testing.T, cfg Config) *Client {
	t.Helper()
	c, err := New(cfg)
	require.NoError(t, err)
	return c
}

// to returns a configuration under which vendor.test:443 and :80 lead to s.
func to(s *socket) Config {
	return Config{ConnectTo: []string{vendor + ":443=" + s.addr(), vendor + ":80=" + s.addr()}}
}

func get(t *testing.T, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	return req
}

// fetch does req and reads the answer.
func fetch(c *Client, req *http.Request, opts ...Option) (status int, text string, err error) {
	resp, err := c.Do(req, opts...)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	data, err := c.ReadAll(resp.Body)
	return resp.StatusCode, string(data), err
}
