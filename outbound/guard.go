package outbound

import (
	"net"
	"net/netip"
)

// A block is a range of addresses that is refused.
type block struct {
	prefix netip.Prefix
	// what completes the sentence "host is ...".
	what string
	// inside marks a range that networks use for their own hosts: a CIDR that
	// contains the address opens it, and so does an allow-listed host name. The
	// others need a CIDR that lies within the range, so that 0.0.0.0/0 or
	// fd00::/8 in the allow-list do not open a metadata service.
	inside bool
}

const (
	whatMetadata      = "a metadata or platform address of a cloud"
	whatLoopback      = "a loopback address"
	whatPrivate       = "a private address"
	whatShared        = "an address shared behind a carrier's NAT"
	whatLinkLocal     = "a link-local address"
	whatMulticast     = "a multicast address"
	whatUnspecified   = "an unspecified address"
	whatDocumentation = "a documentation address"
	whatBenchmark     = "a benchmarking address"
	whatReserved      = "a reserved address"
	whatTunnel        = "an IPv6 address that carries an IPv4 address"
)

// blocks holds what is not the public Internet, the first match counts. Sources:
// the IANA registries of special-purpose addresses (RFC 6890 and its updates),
// in IPv6 also everything outside the one allocated range 2000::/3 (RFC 4291),
// and the addresses at which clouds serve credentials to their machines: AWS
// (fd00:ec2::/32), Google, Oracle, Scaleway, Akamai, Alibaba, Azure's host
// agent; theirs in 169.254.0.0/16 are link-local anyway.
var blocks = []block{
	{prefix: netip.MustParsePrefix("169.254.169.254/32"), what: whatMetadata},
	{prefix: netip.MustParsePrefix("168.63.129.16/32"), what: whatMetadata},
	{prefix: netip.MustParsePrefix("100.100.100.200/32"), what: whatMetadata},
	{prefix: netip.MustParsePrefix("192.0.0.192/32"), what: whatMetadata},
	{prefix: netip.MustParsePrefix("fd00:ec2::/32"), what: whatMetadata},
	{prefix: netip.MustParsePrefix("fd20:ce::254/128"), what: whatMetadata},
	{prefix: netip.MustParsePrefix("fd00:c1::a9fe:a9fe/128"), what: whatMetadata},
	{prefix: netip.MustParsePrefix("fd00:42::42/128"), what: whatMetadata},
	{prefix: netip.MustParsePrefix("fd00:a9fe:a9fe::1/128"), what: whatMetadata},
	{prefix: netip.MustParsePrefix("fd00:100::100:200/128"), what: whatMetadata},

	{prefix: netip.MustParsePrefix("0.0.0.0/8"), what: whatUnspecified},
	{prefix: netip.MustParsePrefix("10.0.0.0/8"), what: whatPrivate, inside: true},
	{prefix: netip.MustParsePrefix("100.64.0.0/10"), what: whatShared, inside: true},
	{prefix: netip.MustParsePrefix("127.0.0.0/8"), what: whatLoopback, inside: true},
	{prefix: netip.MustParsePrefix("169.254.0.0/16"), what: whatLinkLocal},
	{prefix: netip.MustParsePrefix("172.16.0.0/12"), what: whatPrivate, inside: true},
	{prefix: netip.MustParsePrefix("192.0.0.0/24"), what: whatReserved},
	{prefix: netip.MustParsePrefix("192.0.2.0/24"), what: whatDocumentation},
	{prefix: netip.MustParsePrefix("192.88.99.0/24"), what: whatReserved},
	{prefix: netip.MustParsePrefix("192.168.0.0/16"), what: whatPrivate, inside: true},
	{prefix: netip.MustParsePrefix("198.18.0.0/15"), what: whatBenchmark},
	{prefix: netip.MustParsePrefix("198.51.100.0/24"), what: whatDocumentation},
	{prefix: netip.MustParsePrefix("203.0.113.0/24"), what: whatDocumentation},
	{prefix: netip.MustParsePrefix("224.0.0.0/4"), what: whatMulticast},
	{prefix: netip.MustParsePrefix("240.0.0.0/4"), what: whatReserved},

	{prefix: netip.MustParsePrefix("::/128"), what: whatUnspecified},
	{prefix: netip.MustParsePrefix("::1/128"), what: whatLoopback, inside: true},
	{prefix: netip.MustParsePrefix("::/96"), what: whatTunnel},
	{prefix: netip.MustParsePrefix("::ffff:0:0:0/96"), what: whatTunnel},
	{prefix: netip.MustParsePrefix("64:ff9b:1::/48"), what: whatTunnel},
	{prefix: netip.MustParsePrefix("fc00::/7"), what: whatPrivate, inside: true},
	{prefix: netip.MustParsePrefix("fe80::/10"), what: whatLinkLocal},
	{prefix: netip.MustParsePrefix("fec0::/10"), what: "a site-local address"},
	{prefix: netip.MustParsePrefix("ff00::/8"), what: whatMulticast},
	{prefix: netip.MustParsePrefix("2001::/32"), what: whatTunnel},
	{prefix: netip.MustParsePrefix("2001::/23"), what: whatReserved},
	{prefix: netip.MustParsePrefix("2001:db8::/32"), what: whatDocumentation},
	{prefix: netip.MustParsePrefix("2002::/16"), what: whatTunnel},
	{prefix: netip.MustParsePrefix("3fff::/20"), what: whatDocumentation},
	{prefix: netip.MustParsePrefix("::/3"), what: whatReserved},
	{prefix: netip.MustParsePrefix("4000::/2"), what: whatReserved},
	{prefix: netip.MustParsePrefix("8000::/1"), what: whatReserved},
}

// nat64 is the well-known prefix under which IPv6-only networks see all of
// IPv4 (RFC 6052): the address behind it decides.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// ownAddress is one address at which this program listens; without an address,
// all of the machine.
type ownAddress struct {
	ip   netip.Addr
	port uint16
}

// guard decides which addresses may be dialled.
type guard struct {
	prefixes   []netip.Prefix
	names      map[string]bool
	listen     []ownAddress
	interfaces func() ([]net.Addr, error)
}

// refusal says what makes ap an address that must not be dialled for host, or
// "" if nothing does.
func (g *guard) refusal(host string, ap netip.AddrPort) string {
	if ap.Addr().Zone() != "" {
		return "an address with a zone"
	}
	ip := ap.Addr().Unmap()
	if g.own(ip, ap.Port()) {
		return "this server itself"
	}
	b, refused := blockOf(ip)
	if !refused || b.inside && g.names[host] || g.opened(b, ip) {
		return ""
	}
	return b.what
}

// opened reports whether a CIDR of the allow-list opens ip, which lies in b.
func (g *guard) opened(b block, ip netip.Addr) bool {
	for _, p := range g.prefixes {
		if p.Contains(ip) && (b.inside || p.Bits() >= b.prefix.Bits()) {
			return true
		}
	}
	return false
}

// own reports whether this program listens at ip and port. A connection to
// the unspecified address reaches the own machine.
func (g *guard) own(ip netip.Addr, port uint16) bool {
	for _, l := range g.listen {
		if l.port != port {
			continue
		}
		if ip == l.ip || ip.IsUnspecified() || !l.ip.IsValid() && g.local(ip) {
			return true
		}
	}
	return false
}

// local reports whether ip belongs to this machine. It asks each time, since
// interfaces come and go, and says yes when it cannot tell.
func (g *guard) local(ip netip.Addr) bool {
	if ip.IsLoopback() {
		return true
	}
	addrs, err := g.interfaces()
	if err != nil {
		return true
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Unmap().WithZone("") == ip {
			return true
		}
	}
	return false
}

// blockOf returns the range that ip, without zone and unmapped, is refused
// for. An IPv6 form of a refused IPv4 address is refused for the image of the
// IPv4 range, so that a CIDR opens it only by naming that image.
func blockOf(ip netip.Addr) (block, bool) {
	v4, embedded := embeddedIPv4(ip)
	if embedded {
		if b, refused := match(v4); refused {
			image, _ := ip.Prefix(96 + b.prefix.Bits()) // at most 128, so it cannot err
			return block{prefix: image, what: "an IPv6 form of " + b.what}, true
		}
	}
	if nat64.Contains(ip) {
		return block{}, false
	}
	return match(ip)
}

func match(ip netip.Addr) (block, bool) {
	for _, b := range blocks {
		if b.prefix.Contains(ip) {
			return b, true
		}
	}
	return block{}, false
}

// embeddedIPv4 returns the IPv4 address that a NAT64 gateway (RFC 6052) or an
// ISATAP interface (RFC 5214) would send the packet to.
func embeddedIPv4(ip netip.Addr) (netip.Addr, bool) {
	if !ip.Is6() {
		return netip.Addr{}, false
	}
	b := ip.As16()
	isatap := b[8]&^0x02 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe
	if !isatap && !nat64.Contains(ip) {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4([4]byte(b[12:])), true
}
