package integrationtest

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"admin-api/integrations"
)

// maxAnswer is how much of a body a probe may read, in bytes.
const maxAnswer = 64 << 10

// network is a transport to fakes: it knows names and where they lead, verifies
// TLS against the test authority, and tells errors apart as the product does.
type network struct {
	// addresses are the listeners behind names; a name that is missing does not
	// exist.
	addresses map[string]string
	roots     *x509.CertPool
	sessions  tls.ClientSessionCache
	session   *integrations.Session

	mu     sync.Mutex
	called []string // names that were to be dialled
	sent   []string // credentials that were sent
}

// exchangeError is what went wrong on the way.
type exchangeError struct {
	cause     integrations.Cause
	code      string
	retryable bool
}

func (e *exchangeError) Error() string { return "exchange: " + strings.ReplaceAll(e.code, "_", " ") }

// Timeout and Temporary make it a net.Error, as the product's errors are.
func (e *exchangeError) Timeout() bool { return e.code == "timeout" }

// Temporary is always false.
func (*exchangeError) Temporary() bool { return false }

// classify is the Session.Classify for a network.
func classify(err error) *integrations.Failure {
	var e *exchangeError
	if !errors.As(err, &e) {
		return nil
	}
	f := integrations.NewFailure(e.cause, e.code, "The exchange went wrong.", "Look at the code.")
	f.Retryable = e.retryable
	return f
}

// Do implements integrations.Transport. It follows redirects within the same
// origin only.
func (n *network) Do(req *http.Request) (*http.Response, error) {
	for _, values := range req.Header {
		n.note(&n.sent, values...)
	}
	transport := &http.Transport{DialContext: n.Dial, DialTLSContext: n.dialTLS, DisableKeepAlives: true}
	client := &http.Client{Transport: transport, CheckRedirect: refuseStrangers}
	resp, err := client.Do(req) //nolint:gosec // Every name leads to a fake.
	if err != nil {
		return nil, told(err)
	}
	resp.Body = &boundedBody{source: resp.Body, left: cmp.Or(int(integrations.MaxBytes(req.Context())), maxAnswer)}
	return resp, nil
}

func refuseStrangers(req *http.Request, via []*http.Request) error {
	from := via[len(via)-1].URL
	if req.URL.Scheme != from.Scheme || req.URL.Host != from.Host || len(via) > 3 {
		return &exchangeError{cause: integrations.CauseConfig, code: "redirect_refused"}
	}
	return nil
}

func (n *network) note(list *[]string, values ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	*list = append(*list, values...)
}

// seen returns what was noted so far.
func (n *network) seen() (called, sent []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.called), slices.Clone(n.sent)
}

// Dial implements integrations.Transport.
func (n *network) Dial(ctx context.Context, _, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, &exchangeError{cause: integrations.CauseConfig, code: "invalid_address"}
	}
	n.note(&n.called, host)
	to, exists := n.addresses[host]
	if !exists {
		return nil, n.phase("resolve", &exchangeError{cause: integrations.CauseNetwork, code: "name_not_found"})
	}
	_ = n.phase("resolve", nil)
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", to)
	if err != nil {
		return nil, n.phase("connect", told(err))
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // fails only on a closed connection, as the next read will
	}
	bounded := &boundedConn{Conn: conn, host: host}
	bounded.left.Store(maxAnswer)
	return bounded, n.phase("connect", nil)
}

// StartTLS implements integrations.TLSStarter.
func (n *network) StartTLS(ctx context.Context, conn net.Conn) (net.Conn, error) {
	dialled, ok := conn.(*boundedConn)
	if !ok {
		return nil, &exchangeError{cause: integrations.CauseConfig, code: "invalid_address"}
	}
	return n.secure(ctx, conn, dialled.host)
}

// phase records a phase as the product's own transport does, and returns err.
func (n *network) phase(name string, err error) error {
	step := integrations.Step{Name: name, Status: integrations.StepPassed, Duration: time.Millisecond}
	if err != nil {
		step.Status, step.Failure = integrations.StepFailed, classify(err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.session.Record(step)
	return err
}

func (n *network) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := n.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	host, _, _ := net.SplitHostPort(address)
	if dialled, ok := conn.(*boundedConn); ok {
		dialled.left.Store(math.MaxInt64) // the body of an answer has a limit of its own
	}
	return n.secure(ctx, conn, host)
}

func (n *network) secure(ctx context.Context, conn net.Conn, host string) (net.Conn, error) {
	roots := n.roots
	if extra := integrations.ExtraCA(ctx); extra != nil {
		roots = roots.Clone()
		roots.AppendCertsFromPEM(extra)
	}
	secured := tls.Client(conn, &tls.Config{
		RootCAs: roots, ServerName: host, MinVersion: tls.VersionTLS12, ClientSessionCache: n.sessions,
	})
	if err := secured.HandshakeContext(ctx); err != nil {
		_ = conn.Close() // the handshake's error counts
		return nil, n.phase("tls", toldTLS(err))
	}
	return secured, n.phase("tls", nil)
}

func toldTLS(err error) error {
	e := &exchangeError{cause: integrations.CauseTLS, code: "tls_failed", retryable: true}
	var name x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var alert tls.AlertError
	switch {
	case errors.As(err, &name):
		e.code, e.retryable = "tls_wrong_name", false
	case errors.As(err, &unknown):
		e.code, e.retryable = "tls_untrusted", false
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		e.code, e.retryable = "tls_expired", false
	case errors.As(err, &alert) && uint8(alert) == 70:
		e.code, e.retryable = "tls_version", false
	case isTimeout(err):
		return told(err)
	}
	return e
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// told turns an error into one that names no URL.
func told(err error) error {
	if own, ok := errors.AsType[*exchangeError](err); ok {
		return own
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	network := func(code string) error {
		return &exchangeError{cause: integrations.CauseNetwork, code: code, retryable: true}
	}
	switch {
	case isTimeout(err):
		return network("timeout")
	case errors.Is(err, syscall.ECONNREFUSED):
		return network("connection_refused")
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return network("unreachable")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &exchangeError{cause: integrations.CauseRemote, code: "answer_truncated", retryable: true}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF):
		return network("connection_reset")
	}
	return fmt.Errorf("exchange: %w", err)
}

// boundedConn is a connection of Dial, which gives no more than maxAnswer bytes.
type boundedConn struct {
	net.Conn
	host string
	left atomic.Int64
}

// Read implements net.Conn.
func (c *boundedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if c.left.Add(-int64(n)) < 0 {
		return 0, &exchangeError{cause: integrations.CauseRemote, code: "answer_too_large"}
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed) {
		err = told(err)
	}
	return n, err
}

// boundedBody is a body that says when it is too large.
type boundedBody struct {
	source io.ReadCloser
	left   int
}

// Read implements io.Reader.
func (b *boundedBody) Read(p []byte) (int, error) {
	n, err := b.source.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, &exchangeError{cause: integrations.CauseRemote, code: "answer_too_large"}
	}
	if err != nil && !errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = told(err)
	}
	return n, err
}

// Close implements io.Closer.
func (b *boundedBody) Close() error { return b.source.Close() }
