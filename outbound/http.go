package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"math"
	"net"
	"net/http"
	"net/url"
	"strings"
)

const (
	// maxHeaderBytes bounds the header of an answer.
	maxHeaderBytes = 64 << 10
	// wireSlack is for what comes with every answer besides header and body,
	// such as session tickets of TLS and what is read ahead.
	wireSlack = 32 << 10
)

// Option changes one HTTP client.
type Option func(*exchanger)

// WithExtraCA trusts the certificates in pem besides all others. If it holds
// none, every exchange over TLS ends with an *[Error] of kind [TLSUntrusted].
func WithExtraCA(pem []byte) Option {
	return func(x *exchanger) { x.extraCA = append(x.extraCA, bytes.Clone(pem)) }
}

// WithObserver reports the phases of every connection to o, in place of the
// observer of the request's context.
func WithObserver(o Observer) Option {
	return func(x *exchanger) { x.observer = o }
}

// WithRedirects sets which redirects are followed; [SameHost] without it.
func WithRedirects(r Redirects) Option {
	return func(x *exchanger) { x.redirects = r }
}

// WithMaxBytes sets how many bytes of a body may be read, in place of the
// client's limit; n below 1 changes nothing.
func WithMaxBytes(n int64) Option {
	return func(x *exchanger) {
		if n > 0 {
			x.maxBytes = n
		}
	}
}

// HTTP returns a fresh HTTP/1.1 client behind the guard. It knows no proxy, keeps
// no cookie and no connection, and bounds one exchange, redirects and the
// reading of the body included, by the client's time. A body longer than the
// limit, counted after decompression, ends in an *[Error] of kind [TooLarge]; so
// does an answer that takes much more than that from the wire, because it is
// padded or compresses nothing.
// Its errors are of type [url.Error] and quote the URL: pass them through
// [Clean], or use [Client.Do].
func (c *Client) HTTP(opts ...Option) *http.Client {
	x := &exchanger{client: c, maxBytes: c.maxBytes}
	for _, opt := range opts {
		opt(x)
	}
	return &http.Client{Transport: x, CheckRedirect: x.redirects.follow}
}

// Do sends req and returns the answer; its body must be closed. Every error is
// an *[Error] and names neither path nor query nor user of a URL.
func (c *Client) Do(req *http.Request, opts ...Option) (*http.Response, error) {
	resp, err := c.HTTP(opts...).Do(req)
	if err != nil {
		return nil, classify(PhaseRead, "", Clean(err))
	}
	return resp, nil
}

// exchanger is the http.RoundTripper behind HTTP.
type exchanger struct {
	client    *Client
	extraCA   [][]byte
	observer  Observer
	redirects Redirects
	maxBytes  int64
}

// RoundTrip implements [http.RoundTripper]. It makes the connection itself,
// before net/http has a say, so that its errors and phases are the exchange's.
func (x *exchanger) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := x.budget(req)
	resp, err := x.exchange(ctx, req)
	if err != nil {
		cancel()
		return nil, err
	}
	to := addressOf(req)
	resp.Body = newBody(resp.Body, to, x.maxBytes, cancel)
	if e := x.redirects.refusal(req, resp); e != nil {
		_ = resp.Body.Close() // nobody reads on
		return nil, e
	}
	return resp, nil
}

// budget gives a redirected request what is left of the first one's time.
func (x *exchanger) budget(req *http.Request) (context.Context, context.CancelFunc) {
	ctx := req.Context()
	if x.observer != nil {
		ctx = Observe(ctx, x.observer)
	}
	if prev := previous(req); prev != nil {
		if deadline, ok := prev.Context().Deadline(); ok {
			return context.WithDeadline(ctx, deadline)
		}
	}
	return context.WithTimeout(ctx, x.client.timeout)
}

func (x *exchanger) exchange(ctx context.Context, req *http.Request) (*http.Response, error) {
	conn, err := x.connect(ctx, req)
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // a RoundTripper's duty; nothing was sent
		}
		return nil, err
	}
	sent := x.redirects.harmless(req).WithContext(ctx)
	held := holdReads(conn)
	resp, err := oneShot(held).RoundTrip(sent)
	if err != nil {
		_ = held.Close() // the exchange's error is the one to report
		return nil, classify(PhaseRead, addressOf(req), err)
	}
	if secure, ok := conn.(*tls.Conn); ok {
		state := secure.ConnectionState()
		resp.TLS = &state
	}
	return resp, nil
}

// connect opens the connection that req needs.
func (x *exchanger) connect(ctx context.Context, req *http.Request) (net.Conn, error) {
	scheme := req.URL.Scheme
	if scheme != "http" && scheme != "https" {
		return nil, &Error{Phase: PhaseResolve, Kind: InvalidAddress, Detail: "neither http nor https"}
	}
	conn, to, err := x.client.dial(ctx, "tcp", addressOf(req))
	if err != nil {
		return nil, err
	}
	var open net.Conn = conn
	if scheme == "https" {
		open, err = handshake(ctx, conn, to, func() (*tls.Config, *Error) { return x.tlsConfig(to) })
		if err != nil {
			return nil, err
		}
	}
	conn.limit(x.wireBytes())
	return open, nil
}

// wireBytes is how much of an answer is taken from the wire, encrypted and
// compressed: the longest header and twice the longest body. The other half is
// for the frames of TLS and of chunks, which weigh on short pieces.
func (x *exchanger) wireBytes() int64 {
	return 2*min(x.maxBytes, math.MaxInt64/4) + maxHeaderBytes + wireSlack
}

func (x *exchanger) tlsConfig(to target) (*tls.Config, *Error) {
	cfg, e := x.trusting(to)
	if e == nil {
		cfg.NextProtos = []string{"http/1.1"}
	}
	return cfg, e
}

// trusting returns the client's settings with the extra authorities.
func (x *exchanger) trusting(to target) (*tls.Config, *Error) {
	cfg := x.client.hardened(nil, to.host)
	if len(x.extraCA) == 0 {
		return cfg, nil
	}
	roots, err := x.client.withExtra(x.extraCA)
	if err != nil {
		return nil, &Error{Phase: PhaseTLS, Kind: TLSUntrusted, Addr: to.String(), Detail: err.Error()}
	}
	cfg.RootCAs = roots
	return cfg, nil
}

// oneShot returns a transport for one exchange over conn. With a Dial of its
// own and no Proxy, it never looks at the environment.
func oneShot(conn net.Conn) *http.Transport {
	use := func(context.Context, string, string) (net.Conn, error) { return conn, nil }
	t := &http.Transport{
		DialContext:            use,
		DialTLSContext:         use,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxHeaderBytes,
		Protocols:              new(http.Protocols),
	}
	t.Protocols.SetHTTP1(true)
	return t
}

// addressOf returns the host:port that req goes to.
func addressOf(req *http.Request) string {
	host, port := asciiHost(req.URL.Hostname()), req.URL.Port()
	switch {
	case port != "":
	case req.URL.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(host, port)
}

// asciiHost returns the form of an international host name that name servers
// know. net/http has the conversion, but only where it writes the Host header.
func asciiHost(host string) string {
	if strings.IndexFunc(host, func(r rune) bool { return r > 127 }) < 0 {
		return host
	}
	var wire bytes.Buffer
	req := http.Request{Host: host, URL: &url.URL{Path: "/"}}
	if err := req.Write(&wire); err != nil {
		return host
	}
	_, rest, _ := strings.Cut(wire.String(), "\r\nHost: ")
	ascii, _, _ := strings.Cut(rest, "\r\n")
	return ascii
}
