package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// serverHello11 is a TLS 1.1 ServerHello, as a server sends that picks that
// version although it was not offered.
const serverHello11 = "16030200" + "2a" + "02000026" + "0302" +
	"0000000000000000000000000000000000000000000000000000000000000000" + "00" + "c013" + "00"

func TestTLSFailures(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	certificate := func(edit func(*x509.Certificate)) *socket { return serveTLS(t, teapot, ca.issue(t, edit)) }
	versions := func(lowest, highest uint16) *socket {
		cfg := ca.issue(t, nil)
		cfg.MinVersion, cfg.MaxVersion = lowest, highest
		return serveTLS(t, teapot, cfg)
	}
	named := func(names ...string) *socket {
		return certificate(func(c *x509.Certificate) { c.DNSNames = names })
	}
	past := func(c *x509.Certificate) { c.NotAfter = time.Date(2024, 2, 3, 0, 0, 0, 0, time.UTC) }
	future := func(c *x509.Certificate) {
		c.NotBefore, c.NotAfter = time.Now().AddDate(1, 0, 0), time.Now().AddDate(2, 0, 0)
	}
	address := func(c *x509.Certificate) { c.DNSNames, c.IPAddresses = nil, []net.IP{net.IPv4(192, 0, 2, 1)} }
	forClients := func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }
	hello, err := hex.DecodeString(serverHello11)
	require.NoError(t, err)
	raw := func(data []byte) *socket { return talk(t, func(c net.Conn) { answer(c, data) }) }
	tests := []struct {
		name   string
		server *socket
		floor  string
		want   Kind // "" for a handshake that holds
		text   string
	}{
		{"good", certificate(nil), "", "", ""},
		{"wrong name", named("a.test", "b.test"), "", TLSName, `valid for "a.test" and 1 more`},
		{"wrong single name", named("a.test"), "", TLSName, `valid for "a.test")`},
		{"long name", named(strings.Repeat("long", 500)), "", TLSName, `long"`},
		{"for an address", certificate(address), "", TLSName, `valid for "192.0.2.1"`},
		{"no name", named(), "", TLSName, "holds no name"},
		{"expired", certificate(past), "", TLSExpired, "expired 2024-02-03"},
		{"not yet valid", certificate(future), "", TLSExpired, "valid from 20"},
		{"for clients only", certificate(forClients), "", TLSUntrusted, "breaks a rule"},
		{"other authority", serveTLS(t, teapot, stranger.issue(t, nil)), "", TLSUntrusted, "authority is unknown"},
		{"self-signed", serveTLS(t, teapot, selfSigned(stranger)), "", TLSUntrusted, "self-signed"},
		{"1.1 below the default floor", versions(tls.VersionTLS10, tls.VersionTLS11), "", TLSVersion, ""},
		{"1.1 at the floor", versions(tls.VersionTLS10, tls.VersionTLS11), "1.1", "", ""},
		{"1.0 below the lowest floor", versions(tls.VersionTLS10, tls.VersionTLS10), "1.1", TLSVersion, ""},
		{"1.2 at the default floor", versions(tls.VersionTLS12, tls.VersionTLS12), "", "", ""},
		{"1.2 below a raised floor", versions(tls.VersionTLS12, tls.VersionTLS12), "1.3", TLSVersion, ""},
		{"1.3 at a raised floor", versions(tls.VersionTLS12, tls.VersionTLS13), "1.3", "", ""},
		{"server insists on 1.1", raw(hello), "", TLSVersion, ""},
		{"no TLS", raw([]byte("SSH-2.0-OpenSSH_9.9\r\n")), "", TLSOther, "does not speak TLS"},
		{"plain HTTP", serve(t, teapot), "", TLSOther, "does not speak TLS"},
		{"alert", raw([]byte{21, 3, 3, 0, 2, 2, 112}), "", TLSOther, "unrecognized name"},
		{"closed at once", raw(nil), "", Reset, ""},
		{"cut in a record", raw(hello[:9]), "", Reset, ""},
		{"silent", talk(t, silence), "", Timeout, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := to(tt.server)
			cfg.CAFile, cfg.TLSMin = ca.file(t), tt.floor
			if tt.want == Timeout {
				cfg.Timeout = patience
			}
			c := newClient(t, cfg)
			viaHTTP, viaDial := &phases{}, &phases{}
			_, _, errHTTP := fetch(c, get(t, "https://"+vendor+"/secret?token=secret"), WithObserver(viaHTTP))
			blind := &tls.Config{InsecureSkipVerify: true} // must not help
			conn, errDial := c.DialTLS(Observe(t.Context(), viaDial), vendor+":443", blind)
			if tt.want == "" {
				require.NoError(t, errHTTP)
				require.NoError(t, errDial)
				require.NoError(t, conn.Close())
				require.Equal(t, []string{"resolve", "connect", "tls"}, viaHTTP.list)
				require.Equal(t, viaHTTP.list, viaDial.list)
				return
			}
			require.Equal(t, []string{"resolve", "connect", "tls!" + string(tt.want)}, viaHTTP.list)
			require.Equal(t, viaHTTP.list, viaDial.list)
			for _, err := range []error{errHTTP, errDial} {
				require.ErrorIs(t, err, &Error{Phase: PhaseTLS, Kind: tt.want})
				require.ErrorContains(t, err, "tls "+vendor+":443: ")
				require.ErrorContains(t, err, tt.text)
				require.NotContains(t, err.Error(), "secret")
				require.Less(t, len(err.Error()), 250)
			}
		})
	}
}

func teapot(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }

// selfSigned uses an authority's own certificate as a server's.
func selfSigned(a *authority) *tls.Config {
	cert := tls.Certificate{Certificate: [][]byte{a.cert.Raw}, PrivateKey: a.key}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
}

// answer sends data in reply to the first bytes, and no more.
func answer(conn net.Conn, data []byte) {
	_, _ = conn.Read(make([]byte, 4096))
	_, _ = conn.Write(data)
	_ = conn.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, conn)
}

func TestTLSClientCertificateDemanded(t *testing.T) {
	ca := newAuthority(t)
	settings := ca.issue(t, nil)
	settings.ClientAuth = tls.RequireAnyClientCert
	cfg := to(serveTLS(t, teapot, settings))
	cfg.CAFile = ca.file(t)
	_, _, err := fetch(newClient(t, cfg), get(t, "https://"+vendor))
	require.ErrorIs(t, err, &Error{Kind: TLSOther})
	require.ErrorContains(t, err, "certificate required")
}

func TestTLSSystemRootsOnly(t *testing.T) {
	ca := newAuthority(t)
	c := newClient(t, to(serveTLS(t, teapot, ca.issue(t, nil))))
	_, _, err := fetch(c, get(t, "https://"+vendor))
	require.ErrorIs(t, err, &Error{Kind: TLSUntrusted})

	status, _, err := fetch(c, get(t, "https://"+vendor), WithExtraCA(ca.pem))
	require.NoError(t, err)
	require.Equal(t, http.StatusTeapot, status)

	_, _, err = fetch(c, get(t, "https://"+vendor))
	require.ErrorIs(t, err, &Error{Kind: TLSUntrusted}, "an extra CA is for one client only")
}

func TestTLSExtraCA(t *testing.T) {
	ca, extra := newAuthority(t), newAuthority(t)
	for _, server := range []*authority{ca, extra} {
		cfg := to(serveTLS(t, teapot, server.issue(t, nil)))
		cfg.CAFile = ca.file(t)
		_, _, err := fetch(newClient(t, cfg), get(t, "https://"+vendor), WithExtraCA(extra.pem))
		require.NoError(t, err, "the bundle and the extra CA count, each")
	}
	cfg := to(serveTLS(t, teapot, ca.issue(t, nil)))
	cfg.CAFile = ca.file(t)
	seen := &phases{}
	_, _, err := fetch(newClient(t, cfg), get(t, "https://"+vendor), WithExtraCA([]byte("none")), WithObserver(seen))
	require.ErrorIs(t, err, &Error{Phase: PhaseTLS, Kind: TLSUntrusted})
	require.ErrorContains(t, err, "extra CA holds no PEM certificate")
	require.Equal(t, []string{"resolve", "connect", "tls!tls_untrusted"}, seen.list)

	for name, bundle := range map[string][]byte{
		"modulus":  slices.Concat(ca.pem, bulkyPEM(t, maxRSA+1, 65537)),
		"exponent": bulkyPEM(t, 2048, maxExponent+1),
	} {
		_, _, err := fetch(newClient(t, cfg), get(t, "https://"+vendor), WithExtraCA(bundle))
		require.ErrorIs(t, err, &Error{Phase: PhaseTLS, Kind: TLSUntrusted}, name)
		require.ErrorContains(t, err, "extra CA holds a certificate whose key is too large", name)
	}
	_, _, err = fetch(newClient(t, cfg), get(t, "https://"+vendor), WithExtraCA(bulkyPEM(t, maxRSA, maxExponent)))
	require.NoError(t, err, "the largest key")
}

func TestDialTLSSettings(t *testing.T) {
	ca := newAuthority(t)
	names := make(chan string, 1)
	settings := ca.issue(t, nil)
	settings.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		names <- hello.ServerName
		return nil, nil
	}
	cfg := to(serveTLS(t, teapot, settings))
	cfg.CAFile, cfg.TLSMin = ca.file(t), "1.3"
	c := newClient(t, cfg)
	mine := &tls.Config{ServerName: "other.test", MinVersion: tls.VersionTLS12}
	conn, err := c.DialTLS(t.Context(), vendor+":443", mine)
	require.NoError(t, err)
	defer conn.Close()
	require.Equal(t, "other.test", <-names)
	require.EqualValues(t, tls.VersionTLS13, conn.(*tls.Conn).ConnectionState().Version)
	require.EqualValues(t, tls.VersionTLS12, mine.MinVersion, "the caller's settings stay as they are")

	own := c.TLSConfig("ftp.test")
	require.Equal(t, "ftp.test", own.ServerName)
	require.EqualValues(t, tls.VersionTLS13, own.MinVersion)
	require.NotNil(t, own.RootCAs)
}

func TestDialTLSLimit(t *testing.T) {
	ca := newAuthority(t)
	big := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 1<<14)) }
	cfg := to(serveTLS(t, big, ca.issue(t, nil)))
	cfg.CAFile, cfg.MaxBytes = ca.file(t), 1<<12
	conn, err := newClient(t, cfg).DialTLS(t.Context(), vendor+":443", nil)
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, "GET / HTTP/1.0\r\n\r\n")
	require.NoError(t, err)
	_, err = io.ReadAll(conn)
	require.ErrorIs(t, err, &Error{Phase: PhaseRead, Kind: TooLarge})
}

func TestStartTLS(t *testing.T) {
	ca, extra := newAuthority(t), newAuthority(t)
	resumed := make(chan bool, 10)
	server := func(a *authority, edit func(*tls.Config)) *Client {
		settings := a.issue(t, nil)
		settings.VerifyConnection = func(state tls.ConnectionState) error {
			resumed <- state.DidResume
			return nil
		}
		if edit != nil {
			edit(settings)
		}
		cfg := to(talk(t, func(conn net.Conn) {
			secure := tls.Server(conn, settings)
			_, _ = io.Copy(secure, secure)
		}))
		cfg.CAFile, cfg.TLSMin = ca.file(t), "1.2"
		return newClient(t, cfg)
	}
	echo := func(c *Client, sessions tls.ClientSessionCache, opts ...Option) error {
		conn, err := c.Dial(t.Context(), "tcp", vendor+":443")
		require.NoError(t, err)
		secure, err := c.StartTLS(t.Context(), conn, sessions, opts...)
		if err != nil {
			_, gone := conn.Write([]byte("x"))
			require.ErrorIs(t, gone, net.ErrClosed)
			return err
		}
		defer secure.Close()
		_, err = io.WriteString(secure, "hello")
		require.NoError(t, err)
		_, err = io.ReadFull(secure, make([]byte, 5)) // what follows a handshake is read as well
		return err
	}

	c, sessions := server(ca, nil), tls.NewLRUClientSessionCache(1)
	for _, again := range []bool{false, true} {
		require.NoError(t, echo(c, sessions))
		require.Equal(t, again, <-resumed)
	}
	require.NoError(t, echo(c, nil))
	require.False(t, <-resumed, "without the other's sessions")

	seen := &phases{}
	require.ErrorIs(t, echo(server(extra, nil), nil, WithObserver(seen)), &Error{Phase: PhaseTLS, Kind: TLSUntrusted})
	require.Equal(t, []string{"tls!tls_untrusted"}, seen.list)
	require.NoError(t, echo(server(extra, nil), nil, WithExtraCA(extra.pem)))
	outdated := server(ca, func(cfg *tls.Config) { cfg.MinVersion, cfg.MaxVersion = tls.VersionTLS11, tls.VersionTLS11 })
	require.ErrorIs(t, echo(outdated, nil), &Error{Phase: PhaseTLS, Kind: TLSVersion})

	strange, other := net.Pipe()
	defer other.Close()
	_, err := c.StartTLS(t.Context(), strange, nil)
	require.ErrorIs(t, err, &Error{Phase: PhaseTLS, Kind: InvalidAddress})
}

func TestStartTLSStaysWithinTheConnection(t *testing.T) {
	ca := newAuthority(t)
	cfg := to(talk(t, func(conn net.Conn) {
		_, _ = io.WriteString(tls.Server(conn, ca.issue(t, nil)), strings.Repeat("x", 1<<14))
		silence(conn)
	}))
	cfg.CAFile, cfg.MaxBytes = ca.file(t), 1<<13
	c := newClient(t, cfg)
	conn, err := c.Dial(t.Context(), "tcp", vendor+":443")
	require.NoError(t, err)
	secure, err := c.StartTLS(t.Context(), conn, nil)
	require.NoError(t, err)
	defer secure.Close()
	_, err = io.ReadAll(secure)
	require.ErrorIs(t, err, &Error{Phase: PhaseRead, Kind: TooLarge})

	silent := to(talk(t, silence))
	silent.Timeout = patience
	c = newClient(t, silent)
	conn, err = c.Dial(t.Context(), "tcp", vendor+":443")
	require.NoError(t, err)
	_, err = c.StartTLS(t.Context(), conn, nil)
	require.ErrorIs(t, err, &Error{Phase: PhaseTLS, Kind: Timeout})
}
