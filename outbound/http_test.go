package outbound

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHTTP(t *testing.T) {
	ca := newAuthority(t)
	s := serveTLS(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "session=1; Path=/")
		w.Header().Set("Echo", fmt.Sprint(r.Proto, r.Host, r.URL.String(), len(r.Cookies()), r.Close))
		_, _ = io.WriteString(w, "hello")
	}, ca.issue(t, nil))
	cfg := to(s)
	cfg.CAFile = ca.file(t)
	c := newClient(t, cfg)
	for i := range 2 {
		seen := &phases{}
		resp, err := c.Do(get(t, "https://"+vendor+"/p?q=1"), WithObserver(seen))
		require.NoError(t, err)
		text, err := c.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, "hello", string(text))
		require.Equal(t, fmt.Sprint("HTTP/1.1", vendor, "/p?q=1", 0, true), resp.Header.Get("Echo"))
		require.ErrorIs(t, resp.Request.Context().Err(), context.Canceled, "closing the body frees the exchange")
		require.NotNil(t, resp.TLS)
		require.Equal(t, []string{"resolve", "connect", "tls"}, seen.list)
		require.EqualValues(t, i+1, c.Dials())
	}
}

// TestProxiesAreIgnored relies on TestMain, which points the environment to a
// proxy and fails when anybody comes; here the exchange must also succeed.
func TestProxiesAreIgnored(t *testing.T) {
	proxied, err := http.ProxyFromEnvironment(get(t, "http://"+vendor+"/"))
	require.NoError(t, err)
	require.NotNil(t, proxied, "the environment does hold a proxy")
	seen := &phases{}
	status, _, err := fetch(newClient(t, to(serve(t, teapot))), get(t, "http://"+vendor+"/"), WithObserver(seen))
	require.NoError(t, err)
	require.Equal(t, http.StatusTeapot, status)
	require.Equal(t, []string{"resolve", "connect"}, seen.list)
}

func TestInternationalHost(t *testing.T) {
	ca := newAuthority(t)
	hosts := make(chan string, 1)
	s := serveTLS(t, func(_ http.ResponseWriter, r *http.Request) { hosts <- r.Host }, ca.issue(t, nil))
	c := newClient(t, Config{ConnectTo: []string{"xn--bcher-kva.test:443=" + s.addr()}, CAFile: ca.file(t)})
	_, _, err := fetch(c, get(t, "https://bücher.test/"))
	require.NoError(t, err)
	require.Equal(t, "xn--bcher-kva.test", <-hosts)

	_, _, err = fetch(c, get(t, "http://"+strings.Repeat("ü", 64)+".test/"))
	require.ErrorIs(t, err, &Error{Kind: InvalidAddress})
}

func TestHTTPFailures(t *testing.T) {
	raw := func(text string) *socket { return talk(t, func(c net.Conn) { answer(c, []byte(text)) }) }
	const ok = "HTTP/1.1 200 OK\r\n"
	const chunked, zipped = "Transfer-Encoding: chunked\r\n\r\n", "Content-Encoding: gzip\r\nContent-Length: 12\r\n\r\n"
	stalled := talk(t, func(c net.Conn) {
		_, _ = io.WriteString(c, ok+"Content-Length: 9\r\n\r\n{")
		silence(c)
	})
	elsewhere := raw("HTTP/1.1 302 Found\r\nLocation: https://a.test/?token=Secret\r\n\r\n")
	tests := []struct {
		name   string
		server *socket
		phase  string
		kind   Kind
	}{
		{"refused", nil, PhaseConnect, Refused},
		{"closed without an answer", raw(""), PhaseRead, Reset},
		{"reset", talk(t, reset), PhaseRead, Reset},
		{"no HTTP", raw("SSH-2.0-OpenSSH_9.9\r\n\r\n"), PhaseRead, Malformed},
		{"broken status", raw("HTTP/1.1 abc\r\n\r\n"), PhaseRead, Malformed},
		{"broken header", raw(ok + "broken\r\n\r\n"), PhaseRead, Malformed},
		{"cut in the header", raw(ok + "A:"), PhaseRead, Truncated},
		{"cut in the body", raw(ok + "Content-Length: 9\r\n\r\n{"), PhaseRead, Truncated},
		{"cut in a chunk", raw(ok + chunked + "9\r\n{"), PhaseRead, Truncated},
		{"no chunk", raw(ok + chunked + "zz\r\n{"), PhaseRead, Malformed},
		{"no gzip", raw(ok + zipped + "plain answer"), PhaseRead, Malformed},
		{"long header", raw(ok + "A: " + strings.Repeat("a", 1<<17) + "\r\n\r\n"), PhaseRead, TooLarge},
		{"long body", raw(ok + "\r\n" + strings.Repeat("a", 1<<16+1)), PhaseRead, TooLarge},
		{"silent", talk(t, silence), PhaseRead, Timeout},
		{"silent after the header", stalled, PhaseRead, Timeout},
		{"redirect elsewhere", elsewhere, PhaseRedirect, RedirectRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := Config{ConnectTo: []string{vendor + ":80=" + nobody}}
			if tt.server != nil {
				cfg = to(tt.server)
			}
			if tt.kind == Timeout {
				cfg.Timeout = patience
			}
			c := newClient(t, cfg)
			const address = "http://Secret0:Secret1@" + vendor + "/Secret2?token=Secret3"
			_, _, err := fetch(c, get(t, address))
			require.ErrorIs(t, err, &Error{Phase: tt.phase, Kind: tt.kind})
			requireClean(t, err)

			// The same through the plain client that libraries drive.
			resp, err := c.HTTP().Do(get(t, address))
			if err == nil {
				_, err = io.ReadAll(resp.Body)
				resp.Body.Close()
			}
			require.ErrorIs(t, err, &Error{Phase: tt.phase, Kind: tt.kind})
			requireClean(t, Clean(fmt.Errorf("library: %w", err)))
		})
	}
}

// requireClean asserts that an error's text names the host and nothing else.
func requireClean(t *testing.T, err error) {
	t.Helper()
	var own *Error
	require.ErrorAs(t, err, &own)
	require.Contains(t, own.Addr, ".test:")
	for _, text := range []string{err.Error(), fmt.Sprintf("%v %+v %s %q", err, err, err, err)} {
		require.Contains(t, text, own.Addr)
		for _, leak := range []string{"Secret", "token", "http://", "SSH", "broken", "?"} {
			require.NotContains(t, text, leak)
		}
	}
}

// TestServerThatSpeaksFirst meets the server of another protocol: its banner is
// always an answer that cannot be understood, whichever side is faster, over
// TLS too.
func TestServerThatSpeaksFirst(t *testing.T) {
	ca := newAuthority(t)
	settings := ca.issue(t, nil)
	banner := func(conn net.Conn) {
		_, _ = io.WriteString(conn, "220 mail.vendor.test ESMTP\r\n")
		silence(conn)
	}
	plain := talk(t, banner)
	secure := talk(t, func(conn net.Conn) { banner(tls.Server(conn, settings)) })
	c := newClient(t, Config{
		ConnectTo: []string{vendor + ":80=" + plain.addr(), vendor + ":443=" + secure.addr()}, CAFile: ca.file(t),
	})
	for range 20 {
		for _, scheme := range []string{"http://", "https://"} {
			_, _, err := fetch(c, get(t, scheme+vendor))
			require.ErrorIs(t, err, &Error{Phase: PhaseRead, Kind: Malformed})
		}
	}
}

func TestDoRefusesOddRequests(t *testing.T) {
	c := newClient(t, Config{})
	for _, address := range []string{
		"ftp://vendor.test/Secret", "http:///Secret", "http://:80/Secret", "file:///etc/passwd", "Secret", "gopher://a/",
	} {
		req := get(t, "http://vendor.test/")
		var err error
		req.URL, err = url.Parse(address)
		require.NoError(t, err)
		_, _, err = fetch(c, req)
		var own *Error
		require.ErrorAs(t, err, &own, address)
		require.NotContains(t, err.Error(), "Secret")
	}
	require.Zero(t, c.Dials())
	req := get(t, "http://vendor.test/")
	req.URL = nil
	_, _, err := fetch(c, req)
	require.ErrorIs(t, err, &Error{Kind: Other})
}

func TestRequestBodyIsClosedWhenNothingIsSent(t *testing.T) {
	body := &closing{Reader: strings.NewReader("x")}
	req := get(t, "http://10.0.0.1/")
	req.Method, req.Body = http.MethodPost, body
	_, _, err := fetch(newClient(t, Config{}), req)
	require.ErrorIs(t, err, &Error{Kind: Blocked})
	require.True(t, body.closed)
}

func TestConnectionIsClosedWhenNothingIsSent(t *testing.T) {
	over := make(chan struct{})
	c := newClient(t, to(talk(t, func(conn net.Conn) {
		silence(conn)
		close(over)
	})))
	req := get(t, "http://"+vendor+"/")
	req.Header["X"] = []string{"Secret\n"}
	_, _, err := fetch(c, req)
	require.ErrorIs(t, err, &Error{Phase: PhaseRead, Kind: Other})
	require.NotContains(t, err.Error(), "Secret")
	<-over
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}

func TestBodyLimits(t *testing.T) {
	zeros := make([]byte, 8<<20)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, err := z.Write(zeros)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.Less(t, bomb.Len(), 1<<14)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb.Bytes())
		case "/small":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write([]byte("small"))
			_ = z.Close()
		case "/fits":
			_, _ = w.Write(zeros[:64<<10])
		case "/over":
			_, _ = w.Write(zeros[:64<<10+1])
		}
	})
	c := newClient(t, to(s))
	_, text, err := fetch(c, get(t, "http://"+vendor+"/small"))
	require.NoError(t, err)
	require.Equal(t, "small", text)
	_, text, err = fetch(c, get(t, "http://"+vendor+"/fits"))
	require.NoError(t, err)
	require.Len(t, text, 64<<10)
	_, text, err = fetch(c, get(t, "http://"+vendor+"/over"), WithMaxBytes(64<<10+1))
	require.NoError(t, err)
	require.Len(t, text, 64<<10+1)
	for _, path := range []string{"/bomb", "/over"} {
		resp, err := c.Do(get(t, "http://"+vendor+path), WithMaxBytes(0))
		require.NoError(t, err)
		data, err := io.ReadAll(resp.Body)
		require.ErrorIs(t, err, &Error{Phase: PhaseRead, Kind: TooLarge})
		require.Len(t, data, 64<<10)
		_, err = resp.Body.Read(make([]byte, 1))
		require.ErrorIs(t, err, &Error{Kind: TooLarge}, "the limit stays reached")
		require.NoError(t, resp.Body.Close())
	}
	t.Run("decompressed by the caller", func(t *testing.T) {
		req := get(t, "http://"+vendor+"/bomb")
		req.Header.Set("Accept-Encoding", "gzip")
		resp, err := c.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		z, err := gzip.NewReader(resp.Body)
		require.NoError(t, err)
		data, err := c.ReadAll(z)
		require.ErrorIs(t, err, &Error{Kind: TooLarge})
		require.Nil(t, data)
	})
}

// counted is a connection that counts what is read from it.
type counted struct {
	net.Conn
	read *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	return n, err
}

// counting makes c count all that it reads.
func counting(c *Client) *atomic.Int64 {
	read, open := new(atomic.Int64), c.open
	c.open = func(ctx context.Context, network string, ap netip.AddrPort, check control) (net.Conn, error) {
		conn, err := open(ctx, network, ap, check)
		return counted{conn, read}, err
	}
	return read
}

// What decompresses to nothing, or is no body at all, counts too: no answer may
// take more than its share of the wire, however long it goes on.
func TestEndlessAnswersEnd(t *testing.T) {
	var nothing bytes.Buffer
	for nothing.Len() < 1<<14 {
		require.NoError(t, gzip.NewWriter(&nothing).Close()) // a whole member without contents
	}
	const ok = "HTTP/1.1 200 OK\r\n"
	tests := []struct {
		name, head, again string
		kind              Kind
	}{
		{"empty gzip members", ok + "Content-Encoding: gzip\r\n\r\n", nothing.String(), TooLarge},
		{"long chunk extensions", ok + "Transfer-Encoding: chunked\r\n\r\n", "1;" + strings.Repeat("x", 2000) + "\r\na\r\n", Malformed},
		{"informational answers", "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", TooLarge},
		{"trailers", ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n", "A: b\r\n", Malformed},
	}
	ca := newAuthority(t)
	settings := ca.issue(t, nil)
	for _, tt := range tests {
		endless := func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 4096))
			_, err := io.WriteString(conn, tt.head)
			for err == nil {
				_, err = io.WriteString(conn, tt.again)
			}
		}
		for scheme, server := range map[string]*socket{
			"http":  talk(t, endless),
			"https": talk(t, func(conn net.Conn) { endless(tls.Server(conn, settings)) }),
		} {
			t.Run(tt.name+" over "+scheme, func(t *testing.T) {
				c := newClient(t, Config{
					ConnectTo: []string{vendor + ":80=" + server.addr(), vendor + ":443=" + server.addr()}, CAFile: ca.file(t),
					Timeout: time.Minute,
				})
				read := counting(c)
				_, _, err := fetch(c, get(t, scheme+"://"+vendor+"/"))
				require.ErrorIs(t, err, &Error{Phase: PhaseRead, Kind: tt.kind})
				require.Less(t, read.Load(), int64(256<<10))
			})
		}
	}
}

// The longest body that may be read arrives although it comes in short pieces,
// which takes several times its length from the wire.
func TestLongBodyInShortPieces(t *testing.T) {
	ca := newAuthority(t)
	s := serveTLS(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Padding", strings.Repeat("h", 60<<10))
		for range 64 << 10 / 64 {
			_, _ = io.WriteString(w, strings.Repeat("b", 64))
			_ = http.NewResponseController(w).Flush() // a chunk and a record of its own
		}
	}, ca.issue(t, nil))
	cfg := to(s)
	cfg.CAFile = ca.file(t)
	_, text, err := fetch(newClient(t, cfg), get(t, "https://"+vendor+"/"))
	require.NoError(t, err)
	require.Len(t, text, 64<<10)
}

// TestRedirectsShareTheTime has the second hop find nothing left of the time.
func TestRedirectsShareTheTime(t *testing.T) {
	x := &exchanger{client: newClient(t, Config{Timeout: time.Hour})}
	first, cancel := x.budget(get(t, "https://vendor.test/"))
	defer cancel()
	hop := get(t, "https://vendor.test/2")
	hop.Response = &http.Response{Request: get(t, "https://vendor.test/").WithContext(first)}
	second, cancel := x.budget(hop)
	defer cancel()
	want, _ := first.Deadline()
	got, ok := second.Deadline()
	require.True(t, ok)
	require.Equal(t, want, got)

	asked := make(chan string, 4)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/slow", http.StatusFound)
			return
		}
		<-r.Context().Done()
	})
	cfg := to(s)
	cfg.Timeout = patience
	_, _, err := fetch(newClient(t, cfg), get(t, "http://"+vendor+"/"))
	require.ErrorIs(t, err, &Error{Phase: PhaseRead, Kind: Timeout})
	require.Equal(t, "/", <-asked)
	require.Equal(t, "/slow", <-asked)
}

func TestCallerGivesUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		cancel()
		<-r.Context().Done()
	})
	_, _, err := fetch(newClient(t, to(s)), get(t, "http://"+vendor+"/").WithContext(ctx))
	require.ErrorIs(t, err, &Error{Kind: Canceled})
	require.ErrorIs(t, err, context.Canceled)
}

func TestDeadlineOfTheCallerIsKept(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, _, err := fetch(newClient(t, to(talk(t, silence))), get(t, "http://"+vendor+"/").WithContext(ctx))
	require.ErrorIs(t, err, &Error{Phase: PhaseRead, Kind: Timeout})
}

func TestUpgrade(t *testing.T) {
	s := talk(t, func(conn net.Conn) {
		r := bufio.NewReader(conn)
		if req, err := http.ReadRequest(r); err != nil || req.Header.Get("Upgrade") != "echo" {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		line, _ := r.ReadString('\n')
		_, _ = io.WriteString(conn, line)
	})
	c := newClient(t, to(s))
	req := get(t, "http://"+vendor+"/")
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "echo")
	resp, err := c.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	_, err = io.WriteString(resp.Body.(io.Writer), "ping\n")
	require.NoError(t, err)
	data, err := c.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, "ping\n", string(data))
}

func TestClean(t *testing.T) {
	require.NoError(t, Clean(nil))
	other := errors.New("other")
	require.Equal(t, other, Clean(other))
	_, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://vendor.test/Secret\x7f", http.NoBody)
	require.ErrorIs(t, Clean(err), &Error{Kind: InvalidAddress})
	require.NotContains(t, Clean(err).Error(), "Secret")
	err = Clean(&url.Error{Op: "Get", URL: "http://vendor.test/Secret", Err: context.DeadlineExceeded})
	require.Equal(t, "read: timed out", err.Error())
	require.Equal(t, Timeout, KindOf(err))
	require.Empty(t, KindOf(other))
}
