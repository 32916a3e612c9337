package outbound

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// opener stands in for the sockets: it records the addresses, and connects
// them all to real.
type opener struct {
	mu     sync.Mutex
	opened []string
	real   string
	err    error
}

func (o *opener) open(ctx context.Context, network string, ap netip.AddrPort, _ control) (net.Conn, error) {
	o.mu.Lock()
	o.opened = append(o.opened, ap.String())
	o.mu.Unlock()
	if o.err != nil {
		return nil, o.err
	}
	return new(net.Dialer).DialContext(ctx, network, o.real)
}

// TestNothingInsideIsDialled asks for one and the same listener under every
// form of its address and asserts at the socket that nobody came.
func TestNothingInsideIsDialled(t *testing.T) {
	s := talk(t, silence)
	inside := &names{answers: map[string][][]string{
		"inside.test": {{"127.0.0.1"}},
		"mapped.test": {{"::ffff:127.0.0.1"}},
		"nat64.test":  {{"64:ff9b::127.0.0.1"}},
		"mixed.test":  {{"93.184.216.34", "127.0.0.1"}},
		"last.test":   {{"2606:4700::1111", "8.8.8.8", "10.0.0.1"}},
		"zone.test":   {{"::1%lo"}},
		"localhost":   {{"127.0.0.1", "::1"}},
	}}
	c := newClient(t, Config{Resolver: inside})
	for _, host := range []string{
		"127.0.0.1", "127.1", "127.0.1", "127.000.000.001", "0x7f.1", "0x7f000001", "0X7F.0.0.1", "2130706433",
		"017700000001", "0177.0.0.1", "0", "0.0.0.0", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]",
		"[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]",
		"[::1%25lo]", "[fe80::1%25eth0]", "localhost", "LOCALHOST.", "inside.test", "mapped.test", "nat64.test",
		"mixed.test", "last.test", "zone.test", "169.254.169.254", "[fd00:ec2::254]", "100.100.100.200",
		"224.0.0.1", "255.255.255.255", "100.64.0.1", "10.0.0.1", "192.168.0.1",
	} {
		t.Run(host, func(t *testing.T) {
			address := strings.ReplaceAll(host, "%25", "%") + ":" + s.port()
			conn, err := c.Dial(t.Context(), "tcp", address)
			require.Nil(t, conn)
			require.ErrorIs(t, err, &Error{Kind: Blocked})
			_, err = c.DialTLS(t.Context(), address, nil)
			require.ErrorIs(t, err, &Error{Kind: Blocked})
			for _, scheme := range []string{"http", "https"} {
				_, _, err = fetch(c, get(t, scheme+"://"+host+":"+s.port()+"/path"))
				require.ErrorIs(t, err, &Error{Kind: Blocked})
			}
		})
	}
	require.Zero(t, c.Dials())
	require.Zero(t, s.accepted.Load())
}

func TestLocalhostOfTheSystem(t *testing.T) {
	s := talk(t, silence)
	c := newClient(t, Config{})
	_, err := c.Dial(t.Context(), "tcp", "localhost:"+s.port())
	require.ErrorIs(t, err, &Error{Kind: Blocked})
	require.Zero(t, c.Dials())
}

func TestDialAllowed(t *testing.T) {
	s := talk(t, func(conn net.Conn) { _, _ = io.WriteString(conn, "hello") })
	for _, cfg := range []Config{
		{Allow: []string{"127.0.0.0/8"}},
		{Allow: []string{vendor}},
		{ConnectTo: []string{vendor + ":" + s.port() + "=" + s.addr()}},
		{ConnectTo: []string{"*:" + s.port() + "=" + s.addr()}},
		{ConnectTo: []string{"*:" + s.port() + "=192.0.2.1:9", vendor + ":" + s.port() + "=" + s.addr()}},
		{ConnectTo: []string{vendor + ":" + s.port() + "=gateway.test:" + s.port()}},
		{ConnectTo: []string{vendor + ":" + s.port() + "=" + s.addr()}, Listen: []string{s.addr()}},
	} {
		cfg.Resolver = &names{answers: map[string][][]string{vendor: {{"127.0.0.1"}}, "gateway.test": {{"127.0.0.1"}}}}
		c := newClient(t, cfg)
		seen := &phases{}
		conn, err := c.Dial(Observe(t.Context(), seen), "tcp", vendor+":"+s.port())
		require.NoError(t, err)
		data, err := io.ReadAll(conn)
		require.NoError(t, err)
		require.NoError(t, conn.Close())
		require.Equal(t, "hello", string(data))
		require.Equal(t, []string{"resolve", "connect"}, seen.list)
		require.EqualValues(t, 1, c.Dials())
	}
}

func TestConnectToIsForItsHostAndPortOnly(t *testing.T) {
	s := talk(t, silence)
	c := newClient(t, Config{
		ConnectTo: []string{vendor + ":443=" + s.addr(), "*:22=" + s.addr()},
		Resolver:  resolving("inside.test", "127.0.0.1"),
	})
	for _, addr := range []string{
		s.addr(), "inside.test:443", "inside.test:" + s.port(), // the target itself gains nothing
		"127.0.0.1:22", "169.254.169.254:22", "[::1]:22", // "*" carries out no refused address
		"[::ffff:a9fe:a9fe]:22", "127.1:22",
	} {
		_, err := c.Dial(t.Context(), "tcp", addr)
		require.ErrorIs(t, err, &Error{Kind: Blocked}, addr)
	}
	for _, addr := range []string{"localhost:22", "db.localhost:22"} {
		_, err := c.Dial(t.Context(), "tcp", addr)
		require.ErrorIs(t, err, &Error{Kind: NameNotFound}, addr)
	}
	require.Zero(t, c.Dials())
	for _, addr := range []string{"any.test:22", "inside.test:22", "8.8.8.8:22", vendor + ".:443", "VENDOR.test:443"} {
		conn, err := c.Dial(t.Context(), "tcp", addr)
		require.NoError(t, err, addr)
		require.NoError(t, conn.Close())
	}
}

// TestRebinding has a name answer with a public address first and an inside
// one ever after.
func TestRebinding(t *testing.T) {
	s := talk(t, silence)
	rebinding := &names{answers: map[string][][]string{vendor: {{"93.184.216.34"}, {"127.0.0.1"}}}}
	c := newClient(t, Config{Resolver: rebinding})
	o := &opener{real: s.addr()}
	c.open = o.open

	conn, err := c.Dial(t.Context(), "tcp", vendor+":443")
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	require.Equal(t, []string{"93.184.216.34:443"}, o.opened)
	require.Equal(t, []string{vendor}, rebinding.asked, "one look-up per connection")

	_, err = c.Dial(t.Context(), "tcp", vendor+":443")
	require.ErrorIs(t, err, &Error{Phase: PhaseConnect, Kind: Blocked})
	require.Len(t, o.opened, 1)
}

// TestSecondNet calls what the socket calls before it connects, with another
// address than the checked one, and with one that the guard should have seen.
func TestSecondNet(t *testing.T) {
	c := newClient(t, Config{Listen: []string{"127.0.0.1:8080"}})
	way := attempt{to: target{vendor, 443}}
	require.NoError(t, c.recheck("8.8.8.8:443", netip.MustParseAddrPort("8.8.8.8:443"), way))
	for _, address := range []string{"127.0.0.1:443", "8.8.8.8:22", "8.8.4.4:443", "vendor.test:443", ""} {
		err := c.recheck(address, netip.MustParseAddrPort("8.8.8.8:443"), way)
		require.ErrorIs(t, err, &Error{Kind: Blocked}, address)
	}
	inside := netip.MustParseAddrPort("10.0.0.1:443")
	require.ErrorIs(t, c.recheck(inside.String(), inside, way), &Error{Kind: Blocked})
	require.NoError(t, c.recheck(inside.String(), inside, attempt{to: way.to, routed: true}))

	s := talk(t, silence)
	bad := &Error{Phase: PhaseConnect, Kind: Blocked}
	refuse := func(string, string, syscall.RawConn) error { return bad }
	_, err := openTCP(t.Context(), "tcp", netip.MustParseAddrPort(s.addr()), refuse)
	require.ErrorIs(t, err, bad)
	require.Zero(t, s.accepted.Load())
}

func TestOwnListenAddressIsNotDialled(t *testing.T) {
	s := talk(t, silence)
	for _, own := range []string{s.addr(), ":" + s.port(), "0.0.0.0:" + s.port()} {
		c := newClient(t, Config{
			Allow: []string{"127.0.0.0/8", "0.0.0.0/8", "me.test"}, Listen: []string{own},
			Resolver: resolving("me.test", "127.0.0.1"),
		})
		for _, host := range []string{"127.0.0.1", "0.0.0.0", "me.test", "[::ffff:127.0.0.1]"} {
			_, err := c.Dial(t.Context(), "tcp", host+":"+s.port())
			require.ErrorIs(t, err, &Error{Kind: Blocked}, host)
		}
		require.Zero(t, c.Dials())
	}
	require.Zero(t, s.accepted.Load())
}

func TestDialErrors(t *testing.T) {
	const resolve, connect, web = PhaseResolve, PhaseConnect, vendor + ":443"
	down, slow := failing{&net.DNSError{Err: "server misbehaving"}}, failing{&net.DNSError{IsTimeout: true}}
	tests := []struct {
		name     string
		resolver Resolver
		network  string
		addr     string
		phase    string
		kind     Kind
		phases   []string
	}{
		{"no such name", &names{}, "tcp", web, resolve, NameNotFound, []string{"resolve!name_not_found"}},
		{"no address", resolving(vendor), "tcp", web, resolve, NameNotFound, []string{"resolve!name_not_found"}},
		{"name server down", down, "tcp", web, resolve, NameServer, []string{"resolve!name_server_failed"}},
		{"name server slow", slow, "tcp", web, resolve, Timeout, []string{"resolve!timeout"}},
		{"resolver waits", waiting{}, "tcp", web, resolve, Timeout, []string{"resolve!timeout"}},
		{
			"nobody listens", nil, "tcp", nobody, connect, Refused,
			[]string{"resolve", "connect!connection_refused"},
		},
		{"blocked", nil, "tcp", "10.0.0.1:443", connect, Blocked, []string{"resolve", "connect!blocked"}},
		{"other family", nil, "tcp6", nobody, connect, Unreachable, []string{"resolve", "connect!unreachable"}},
		{"other protocol", nil, "udp", nobody, resolve, InvalidAddress, []string{"resolve!invalid_address"}},
		{
			"no address form", nil, "tcp", "ann:s3cret@vendor.test:22", resolve, InvalidAddress,
			[]string{"resolve!invalid_address"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := Config{Allow: []string{"127.0.0.1"}, Resolver: tt.resolver}
			if tt.kind == Timeout {
				cfg.Timeout = patience
			}
			c := newClient(t, cfg)
			seen := &phases{}
			_, err := c.Dial(Observe(t.Context(), seen), tt.network, tt.addr)
			require.ErrorIs(t, err, &Error{Phase: tt.phase, Kind: tt.kind})
			require.Equal(t, tt.phases, seen.list)
			if tt.kind != InvalidAddress {
				require.ErrorContains(t, err, tt.addr)
			}
			require.NotContains(t, err.Error(), "s3cret")
		})
	}
}

func TestDialCanceled(t *testing.T) {
	c := newClient(t, Config{Resolver: waiting{}})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := c.Dial(ctx, "tcp", vendor+":443")
	require.ErrorIs(t, err, &Error{Kind: Canceled})
	require.ErrorIs(t, err, context.Canceled)
}

func TestConnectTriesSeveralAddresses(t *testing.T) {
	all := []string{"8.8.8.1", "8.8.8.2", "2606:4700::1", "8.8.8.3", "8.8.8.4", "2606:4700::2"}
	refused := errors.New("refused for the test")
	o := &opener{err: refused}
	for network, want := range map[string][]string{
		"tcp":  {"8.8.8.1:443", "[2606:4700::1]:443", "8.8.8.2:443", "[2606:4700::2]:443"},
		"tcp4": {"8.8.8.1:443", "8.8.8.2:443", "8.8.8.3:443", "8.8.8.4:443"},
		"tcp6": {"[2606:4700::1]:443", "[2606:4700::2]:443"},
	} {
		c := newClient(t, Config{Resolver: resolving(vendor, all...)})
		o.opened, c.open = nil, o.open
		_, err := c.Dial(t.Context(), network, vendor+":443")
		require.ErrorIs(t, err, refused)
		require.Equal(t, want, o.opened)
	}
}

func TestSecondAddressAnswers(t *testing.T) {
	s := talk(t, silence)
	c := newClient(t, Config{Resolver: resolving(vendor, "8.8.8.1", "8.8.8.2")})
	c.open = func(ctx context.Context, network string, ap netip.AddrPort, _ control) (net.Conn, error) {
		if ap.Addr() == netip.MustParseAddr("8.8.8.1") {
			return new(net.Dialer).DialContext(ctx, network, nobody)
		}
		return new(net.Dialer).DialContext(ctx, network, s.addr())
	}
	seen := &phases{}
	conn, err := c.Dial(Observe(t.Context(), seen), "tcp", vendor+":443")
	require.NoError(t, err)
	require.NoError(t, conn.Close())
	require.Equal(t, []string{"resolve", "connect"}, seen.list)
}

// TestSilentAddressesShareTheTime has all addresses but the last swallow what
// is sent to them.
func TestSilentAddressesShareTheTime(t *testing.T) {
	for _, tt := range []struct {
		timeout, want time.Duration
		kind          Kind
	}{
		{30 * time.Second, 20 * time.Second, ""},
		{5 * time.Second, 4 * time.Second, ""},
		{3 * time.Second, 3 * time.Second, Timeout},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, Config{Resolver: resolving(vendor, "8.8.8.1", "8.8.8.2", "8.8.8.3"), Timeout: tt.timeout})
			c.open = func(ctx context.Context, _ string, ap netip.AddrPort, _ control) (net.Conn, error) {
				if ap.Addr() == netip.MustParseAddr("8.8.8.3") {
					return &journal{}, nil
				}
				<-ctx.Done()
				return nil, ctx.Err()
			}
			started := time.Now()
			_, err := c.Dial(t.Context(), "tcp", vendor+":443")
			require.Equal(t, tt.kind, KindOf(err))
			require.Equal(t, tt.want, time.Since(started))
		})
	}
}

// failing is a resolver that answers with an error.
type failing struct{ err error }

func (f failing) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return nil, f.err
}

// waiting is a resolver that answers when the time is over.
type waiting struct{}

func (waiting) LookupNetIP(ctx context.Context, _, _ string) ([]netip.Addr, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
