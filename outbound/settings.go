package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// anyHost is the host of a connect-to entry that matches every host.
const anyHost = "*"

func (c *Client) setLimits(cfg Config) error {
	if cfg.Timeout < 0 {
		return fmt.Errorf("outbound time-out %s: must not be negative", cfg.Timeout)
	}
	if cfg.MaxBytes < 0 {
		return fmt.Errorf("outbound size limit %d: must not be negative", cfg.MaxBytes)
	}
	if cfg.Timeout > 0 {
		c.timeout = cfg.Timeout
	}
	if cfg.MaxBytes > 0 {
		c.maxBytes = cfg.MaxBytes
	}
	return nil
}

func parseTLSMin(s string) (uint16, error) {
	switch s {
	case "1.1":
		return tls.VersionTLS11, nil
	case "", "1.2":
		return tls.VersionTLS12, nil
	case "1.3":
		return tls.VersionTLS13, nil
	}
	return 0, fmt.Errorf("outbound lowest TLS version %q: want 1.1, 1.2 or 1.3", s)
}

// loadRoots returns the system's roots and those in file, or nil, which TLS
// takes as the system's, without a file.
func loadRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	bundle, err := os.ReadFile(file) //nolint:gosec // The operator names this file, no request does.
	if err != nil {
		return nil, fmt.Errorf("outbound CA bundle: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("outbound CA bundle %q: the system's roots: %w", file, err)
	}
	if err := addRoots(roots, bundle); err != nil {
		return nil, fmt.Errorf("outbound CA bundle %q: %w", file, err)
	}
	return roots, nil
}

func parseRoutes(entries []string) (map[target]target, error) {
	routes := make(map[target]target, len(entries))
	for _, entry := range entries {
		from, to, err := parseRoute(strings.TrimSpace(entry))
		if err != nil {
			return nil, fmt.Errorf("outbound connect-to entry %q: %w", entry, err)
		}
		if _, twice := routes[from]; twice {
			return nil, fmt.Errorf("outbound connect-to entry %q: %s is listed twice", entry, from)
		}
		routes[from] = to
	}
	return routes, nil
}

func parseRoute(entry string) (from, to target, err error) {
	left, right, found := strings.Cut(entry, "=")
	if !found {
		return from, to, fmt.Errorf("want HOST:PORT=ADDR:PORT")
	}
	if port, ok := strings.CutPrefix(left, anyHost+":"); ok {
		from.host = anyHost
		if from.port, err = parsePort(port); err != nil {
			return from, to, err
		}
	} else if from, err = parseSide(left); err != nil {
		return from, to, err
	}
	to, err = parseSide(right)
	return from, to, err
}

// parseSide parses one side of a connect-to entry.
func parseSide(s string) (target, error) {
	t, e := parseTarget(s)
	if e != nil {
		return target{}, fmt.Errorf("%q is not HOST:PORT", s)
	}
	return t, nil
}

func parsePort(s string) (uint16, error) {
	port, err := strconv.ParseUint(s, 10, 16)
	if err != nil || port == 0 {
		return 0, fmt.Errorf("%q is not a port from 1 to 65535", s)
	}
	return uint16(port), nil
}

// newGuard parses the allow-list and the own listen addresses.
func newGuard(allow, listen []string) (*guard, error) {
	g := &guard{names: map[string]bool{}, interfaces: net.InterfaceAddrs}
	for _, entry := range allow {
		if err := g.allow(strings.TrimSpace(entry)); err != nil {
			return nil, fmt.Errorf("outbound allow entry %q: %w", entry, err)
		}
	}
	for _, entry := range listen {
		own, err := parseListen(entry)
		if err != nil {
			return nil, fmt.Errorf("outbound own listen address %q: %w", entry, err)
		}
		g.listen = append(g.listen, own)
	}
	return g, nil
}

func (g *guard) allow(entry string) error {
	if ip, err := netip.ParseAddr(entry); err == nil {
		if ip.Zone() != "" {
			return fmt.Errorf("an address with a zone cannot be allowed")
		}
		ip = ip.Unmap()
		g.prefixes = append(g.prefixes, netip.PrefixFrom(ip, ip.BitLen()))
		return nil
	}
	if strings.Contains(entry, "/") {
		return g.allowCIDR(entry)
	}
	host := canonical(entry)
	if !isHostName(host) || endsInNumber(host) {
		return fmt.Errorf("want a CIDR, an address or a host name")
	}
	g.names[host] = true
	return nil
}

func (g *guard) allowCIDR(entry string) error {
	p, err := netip.ParsePrefix(entry)
	switch {
	case err != nil:
		return fmt.Errorf("not a CIDR")
	case p.Addr().Is4In6():
		return fmt.Errorf("write an IPv4 range as IPv4")
	case p != p.Masked():
		return fmt.Errorf("has bits beyond its length, want %s", p.Masked())
	}
	g.prefixes = append(g.prefixes, p)
	return nil
}

// parseListen parses host:port as net.Listen takes it. A host that is no
// address may stand for any interface, so it counts as all of them.
func parseListen(entry string) (ownAddress, error) {
	host, port, err := net.SplitHostPort(entry)
	if err != nil {
		return ownAddress{}, fmt.Errorf("want HOST:PORT")
	}
	own := ownAddress{}
	if own.port, err = parsePort(port); err != nil {
		return ownAddress{}, err
	}
	if ip, err := netip.ParseAddr(host); err == nil && !ip.IsUnspecified() {
		own.ip = ip.Unmap().WithZone("")
	}
	return own, nil
}
