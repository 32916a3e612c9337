package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

const (
	// maxAttempts bounds how many addresses of one name are tried.
	maxAttempts = 4
	// minAttempt is what one attempt gets of the time, however many follow.
	minAttempt = 2 * time.Second
)

// control sees a socket's real destination before it connects.
type control func(network, address string, _ syscall.RawConn) error

// plan is where a connection goes.
type plan struct {
	addrs []netip.AddrPort
	// routed: the addresses come from a connect-to entry and are exempt.
	routed bool
}

// Dial opens a guarded TCP connection to addr, host:port; network is "tcp",
// "tcp4" or "tcp6". The name is looked up once, every address it has must pass
// the guard (a name with good and bad addresses is refused as a whole), and
// exactly a checked address is dialled. The connection ends when the client's
// time or the deadline of ctx is over, whichever comes first, and gives an
// *[Error] of kind [TooLarge] to who reads more than the client's limit. Errors,
// those of reading and writing included, are *[Error], but for a plain io.EOF.
func (c *Client) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	conn, _, err := c.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	conn.limit(c.maxBytes)
	return conn, nil
}

// DialTLS is [Client.Dial] with a TLS handshake. cfg may be nil; from it, the
// lowest version is raised to the client's, missing roots and server name are
// filled in, and InsecureSkipVerify is ignored. The limit of bytes counts
// after the handshake, encrypted. The connection is a *[tls.Conn].
func (c *Client) DialTLS(ctx context.Context, addr string, cfg *tls.Config) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	conn, to, err := c.dial(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	secure, err := handshake(ctx, conn, to, func() (*tls.Config, *Error) { return c.hardened(cfg, to.host), nil })
	if err != nil {
		return nil, err
	}
	conn.limit(c.maxBytes)
	return secure, nil
}

// dial resolves, checks and connects under a context that has a deadline.
func (c *Client) dial(ctx context.Context, network, addr string) (*guardedConn, target, error) {
	var to target
	way, err := phase(ctx, PhaseResolve, func() (p plan, e *Error) {
		if to, e = parseTarget(addr); e != nil {
			return plan{}, e
		}
		return c.resolve(ctx, network, to)
	})
	if err != nil {
		return nil, to, err
	}
	conn, err := phase(ctx, PhaseConnect, func() (net.Conn, *Error) {
		if e := c.check(to, way); e != nil {
			return nil, e
		}
		return c.connect(ctx, network, to, way)
	})
	if err != nil {
		return nil, to, err
	}
	until, _ := ctx.Deadline()
	return newGuardedConn(conn, to, until), to, nil
}

// resolve finds the addresses of to, or of where its connect-to entry leads.
func (c *Client) resolve(ctx context.Context, network string, to target) (plan, *Error) {
	if network != "tcp" && network != "tcp4" && network != "tcp6" {
		return plan{}, &Error{Phase: PhaseResolve, Kind: InvalidAddress, Addr: to.String(), Detail: "not a TCP network"}
	}
	from, routed := c.route(to)
	ips, err := c.lookup(ctx, from)
	if err != nil {
		return plan{}, classify(PhaseResolve, to.String(), err)
	}
	if len(ips) == 0 {
		return plan{}, &Error{Phase: PhaseResolve, Kind: NameNotFound, Addr: to.String()}
	}
	p := plan{routed: routed}
	for _, ip := range ips {
		p.addrs = append(p.addrs, netip.AddrPortFrom(ip.Unmap(), from.port))
	}
	return p, nil
}

func (c *Client) lookup(ctx context.Context, t target) ([]netip.Addr, error) {
	if ip, ok := t.literal(); ok {
		return []netip.Addr{ip}, nil
	}
	return c.resolver.LookupNetIP(ctx, "ip", t.host)
}

// route returns where to look for to. A "*" entry does not carry addresses out
// that the guard refuses: the gateway behind it would take them at their word.
func (c *Client) route(to target) (target, bool) {
	if via, ok := c.routes[to]; ok {
		return via, true
	}
	via, ok := c.routes[target{host: anyHost, port: to.port}]
	if !ok || isLocalhost(to.host) {
		return to, false
	}
	if ip, literal := to.literal(); literal && c.guard.refusal(to.host, netip.AddrPortFrom(ip, to.port)) != "" {
		return to, false
	}
	return via, true
}

// isLocalhost knows the names that mean loopback to everybody (RFC 6761).
func isLocalhost(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// check asks the guard about every address of the plan. The address itself
// stays out of the error: it would tell a stranger how the inside is numbered.
func (c *Client) check(to target, way plan) *Error {
	if way.routed {
		return nil
	}
	for _, ap := range way.addrs {
		if what := c.guard.refusal(to.host, ap); what != "" {
			return &Error{Phase: PhaseConnect, Kind: Blocked, Addr: to.String(), Detail: what}
		}
	}
	return nil
}

// connect tries the addresses one after the other and returns the error of the
// first when none answers.
func (c *Client) connect(ctx context.Context, network string, to target, way plan) (net.Conn, *Error) {
	addrs := attempts(network, way.addrs)
	var first error = &Error{
		Phase: PhaseConnect, Kind: Unreachable, Addr: to.String(), Detail: "no address of this family",
	}
	for i, ap := range addrs {
		conn, err := c.attempt(ctx, network, ap, attempt{to: to, routed: way.routed, left: len(addrs) - i})
		if err == nil {
			return conn, nil
		}
		if i == 0 {
			first = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, classify(PhaseConnect, to.String(), first)
}

// attempt is what an attempt to connect to one address needs besides it.
type attempt struct {
	to     target
	routed bool
	left   int // attempts, this one included
}

func (c *Client) attempt(ctx context.Context, network string, ap netip.AddrPort, a attempt) (net.Conn, error) {
	if deadline, ok := ctx.Deadline(); ok && a.left > 1 {
		share := max(time.Until(deadline)/time.Duration(a.left), minAttempt)
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, share)
		defer cancel()
	}
	return c.open(ctx, network, ap, func(_, address string, _ syscall.RawConn) error {
		if err := c.recheck(address, ap, a); err != nil {
			return err
		}
		c.dials.Add(1)
		return nil
	})
}

// recheck is the second net: it holds the address that the socket is about to
// connect to against the guard, whatever happened to the plan on the way.
func (c *Client) recheck(address string, want netip.AddrPort, a attempt) error {
	dialled, err := netip.ParseAddrPort(address)
	what := ""
	switch {
	case err != nil || dialled != want:
		what = "not the checked address"
	case !a.routed:
		what = c.guard.refusal(a.to.host, dialled)
	}
	if what == "" {
		return nil
	}
	return &Error{Phase: PhaseConnect, Kind: Blocked, Addr: a.to.String(), Detail: what}
}

// attempts picks the addresses of the network's family and alternates between
// families (RFC 8305, section 4), so that one broken family does not use up all
// attempts.
func attempts(network string, addrs []netip.AddrPort) []netip.AddrPort {
	var first, second []netip.AddrPort
	for _, ap := range addrs {
		is4 := ap.Addr().Unmap().Is4()
		switch {
		case network == "tcp4" && !is4, network == "tcp6" && is4:
		case is4 == addrs[0].Addr().Unmap().Is4():
			first = append(first, ap)
		default:
			second = append(second, ap)
		}
	}
	var mixed []netip.AddrPort
	for i := range max(len(first), len(second)) {
		mixed = append(mixed, first[min(i, len(first)):min(i+1, len(first))]...)
		mixed = append(mixed, second[min(i, len(second)):min(i+1, len(second))]...)
	}
	return mixed[:min(len(mixed), maxAttempts)]
}

// openTCP connects to an address; no name is looked up on this way.
func openTCP(ctx context.Context, network string, ap netip.AddrPort, check control) (net.Conn, error) {
	d := net.Dialer{Control: check}
	conn, err := d.DialContext(ctx, network, ap.String())
	if own, ok := errors.AsType[*Error](err); ok {
		return nil, own
	}
	return conn, err
}
