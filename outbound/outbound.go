// Package outbound is the only way out of this program: every connection to a
// remote system is opened here, guarded against reaching what lies inside the
// network. The guard looks at the address that is really dialled, not at the
// name, so a name that changes its mind between check and use gains nothing.
//
// It is not a proxy, knows no vendor and no probe, keeps no connection for
// later use, and never decides what an answer means.
package outbound

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

// What holds when the configuration is silent.
const (
	defaultTimeout  = 10 * time.Second
	defaultMaxBytes = 64 << 10
)

// Resolver looks names up. [net.Resolver] implements it. Implementations must
// be safe for concurrent use and observe the context's deadline.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Config says what a [Client] may do. The zero value is the strictest: only
// public addresses, the system's roots, TLS 1.2 and up.
type Config struct {
	// Allow lists CIDRs, single addresses and host names inside the network
	// that may be reached. A CIDR opens the private, shared and loopback
	// addresses that it contains; every other refused range (link-local,
	// metadata, multicast, reserved and so on) only if it lies wholly within
	// that range. A host name, matched exactly, opens private, shared and
	// loopback addresses for itself and nothing more.
	Allow []string
	// ConnectTo lists entries HOST:PORT=ADDR:PORT: a connection to HOST:PORT
	// goes to ADDR:PORT instead, which is exempt from the guard for that
	// HOST:PORT only. The name sent and checked in TLS stays HOST. The host "*"
	// matches every host without an entry of its own, except for addresses that
	// the guard refuses.
	ConnectTo []string
	// CAFile is a PEM bundle trusted besides the system's roots; "" for none.
	CAFile string
	// TLSMin is the lowest TLS version: "1.1", "1.2" or "1.3"; "" means "1.2".
	TLSMin string
	// Timeout bounds one whole exchange, from the look-up of the name to the
	// last byte, redirects included; 0 means 10 s.
	Timeout time.Duration
	// MaxBytes bounds what is read of one answer; 0 means 64 KiB.
	MaxBytes int64
	// Listen lists the addresses, host:port, at which this program itself
	// listens. They are never dialled, whatever Allow says; only an entry of
	// ConnectTo leads there.
	Listen []string
	// Resolver looks names up; nil means [net.DefaultResolver].
	Resolver Resolver
}

// Client opens guarded connections. It is safe for concurrent use.
type Client struct {
	guard    *guard
	routes   map[target]target
	roots    *x509.CertPool // nil: the system's
	tlsMin   uint16
	timeout  time.Duration
	maxBytes int64
	resolver Resolver
	dials    atomic.Uint64
	// open makes the connection to an address that the guard has passed.
	open func(ctx context.Context, network string, ap netip.AddrPort, check control) (net.Conn, error)
}

// New returns a client. The error of a wrong setting is one line that names
// the entry.
func New(cfg Config) (*Client, error) {
	c := &Client{timeout: defaultTimeout, maxBytes: defaultMaxBytes, resolver: net.DefaultResolver, open: openTCP}
	if cfg.Resolver != nil {
		c.resolver = cfg.Resolver
	}
	var err error
	if c.guard, err = newGuard(cfg.Allow, cfg.Listen); err != nil {
		return nil, err
	}
	if c.routes, err = parseRoutes(cfg.ConnectTo); err != nil {
		return nil, err
	}
	if c.roots, err = loadRoots(cfg.CAFile); err != nil {
		return nil, err
	}
	if c.tlsMin, err = parseTLSMin(cfg.TLSMin); err != nil {
		return nil, err
	}
	if err := c.setLimits(cfg); err != nil {
		return nil, err
	}
	return c, nil
}

// Limits returns the time for one whole exchange and how many bytes of an
// answer are read at most.
func (c *Client) Limits() (timeout time.Duration, maxBytes int64) {
	return c.timeout, c.maxBytes
}

// Dials returns how many sockets the client has tried to connect since New. An
// exchange that the guard refuses does not count: it opens none.
func (c *Client) Dials() uint64 { return c.dials.Load() }
