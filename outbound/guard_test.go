package outbound

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func refusalOf(t *testing.T, cfg Config, host, addr string) string {
	t.Helper()
	return newClient(t, cfg).guard.refusal(host, netip.MustParseAddrPort(addr))
}

func TestGuardRefuses(t *testing.T) {
	tests := map[string][]string{
		whatMetadata: {
			"169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd00:ec2::23",
			"fd20:ce::254", "fd00:c1::a9fe:a9fe", "fd00:42::42", "fd00:a9fe:a9fe::1", "fd00:100::100:200",
			"::ffff:169.254.169.254", "::ffff:a9fe:a9fe",
		},
		whatUnspecified: {"0.0.0.0", "0.1.2.3", "0.255.255.255", "::", "::ffff:0.0.0.0"},
		whatPrivate: {
			"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255",
			"fc00::", "fdff:ffff::1", "::ffff:10.0.0.1",
		},
		whatShared:        {"100.64.0.0", "100.127.255.255"},
		whatLoopback:      {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"},
		whatLinkLocal:     {"169.254.0.0", "169.254.170.2", "fe80::1", "febf::1"},
		whatMulticast:     {"224.0.0.1", "239.255.255.255", "ff00::1", "ff02::1"},
		whatDocumentation: {"192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"},
		whatBenchmark:     {"198.18.0.0", "198.19.255.255"},
		whatReserved: {
			"192.0.0.1", "192.88.99.1", "240.0.0.0", "255.255.255.255", "2001:2::1", "2001:10::1", "2001:20::1",
			"100::1", "5f00::1", "4000::1", "e000::1", "200::1",
		},
		whatTunnel: {
			"::127.0.0.1", "::8.8.8.8", "::ffff:0:7f00:1", "64:ff9b:1::7f00:1", "64:ff9b:1::808:808",
			"2002:7f00:1::", "2002:808:808::", "2001:0:4136:e378::1",
		},
		"a site-local address":               {"fec0::1", "feff::1"},
		"an IPv6 form of " + whatLoopback:    {"64:ff9b::127.0.0.1", "2606:4700::5efe:127.0.0.1"},
		"an IPv6 form of " + whatPrivate:     {"64:ff9b::10.0.0.1", "2606:4700::200:5efe:192.168.0.1"},
		"an IPv6 form of " + whatMetadata:    {"64:ff9b::169.254.169.254", "64:ff9b::a83f:8110"},
		"an IPv6 form of " + whatUnspecified: {"64:ff9b::"},
		"an IPv6 form of " + whatMulticast:   {"64:ff9b::224.0.0.1"},
		"an address with a zone":             {"fe80::1%eth0", "2606:4700::1111%eth0"},
	}
	g := newClient(t, Config{}).guard
	for want, ips := range tests {
		for _, ip := range ips {
			t.Run(ip, func(t *testing.T) {
				require.Equal(t, want, g.refusal(vendor, netip.AddrPortFrom(netip.MustParseAddr(ip), 443)))
			})
		}
	}
}

func TestGuardPasses(t *testing.T) {
	g := newClient(t, Config{}).guard
	for _, ip := range []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
		"128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255",
		"192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "168.63.129.15",
		"2606:4700:4700::1111", "2a00:1450:4001:80e::200e", "2001:200::1", "2001:4860:4860::8888", "2003::1",
		"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2606:4700::5efe:8.8.8.8",
	} {
		t.Run(ip, func(t *testing.T) {
			require.Empty(t, g.refusal(vendor, netip.AddrPortFrom(netip.MustParseAddr(ip), 443)))
		})
	}
}

func TestGuardAllowList(t *testing.T) {
	const name = "erp.intra"
	tests := []struct {
		name  string
		allow string
		host  string
		ip    string
		pass  bool
	}{
		{"cidr opens its private addresses", "10.1.0.0/16", vendor, "10.1.2.3", true},
		{"cidr opens nothing beside it", "10.1.0.0/16", vendor, "10.2.0.1", false},
		{"cidr opens the mapped form", "10.1.0.0/16", vendor, "::ffff:10.1.2.3", true},
		{"cidr does not open the NAT64 form", "10.1.0.0/16", vendor, "64:ff9b::10.1.2.3", false},
		{"image of a range opens the NAT64 form", "64:ff9b::a00:0/104", vendor, "64:ff9b::10.1.2.3", true},
		{"wider image opens no NAT64 form", "64:ff9b::/96", vendor, "64:ff9b::10.1.2.3", false},
		{"address opens itself", "10.1.2.3", vendor, "10.1.2.3", true},
		{"mapped address opens itself", "::ffff:10.1.2.3", vendor, "10.1.2.3", true},
		{"cidr opens loopback", "127.0.0.0/8", vendor, "127.0.0.1", true},
		{"wide cidr opens shared addresses", "0.0.0.0/0", vendor, "100.64.1.1", true},
		{"wide cidr opens no metadata", "0.0.0.0/0", vendor, "169.254.169.254", false},
		{"wide cidr opens no link-local", "0.0.0.0/0", vendor, "169.254.1.1", false},
		{"wide cidr opens no unspecified", "0.0.0.0/0", vendor, "0.0.0.0", false},
		{"wide cidr opens no multicast", "0.0.0.0/0", vendor, "224.0.0.1", false},
		{"link-local cidr opens link-local", "169.254.0.0/16", vendor, "169.254.1.1", true},
		{"link-local cidr opens no metadata", "169.254.0.0/16", vendor, "169.254.169.254", false},
		{"explicit address opens metadata", "169.254.169.254/32", vendor, "169.254.169.254", true},
		{"unique local cidr opens its addresses", "fd00::/8", vendor, "fd12::1", true},
		{"unique local cidr opens no metadata", "fd00::/8", vendor, "fd00:ec2::254", false},
		{"shared cidr opens no metadata", "100.64.0.0/10", vendor, "100.100.100.200", false},
		{"local NAT64 prefix opens its range", "64:ff9b:1::/96", vendor, "64:ff9b:1::808:808", true},
		{"zone stays refused", "fe80::/10", vendor, "fe80::1%eth0", false},
		{"name opens private", name, name, "10.1.2.3", true},
		{"name opens loopback", name, name, "127.0.0.1", true},
		{"name is matched without case and final dot", "ERP.Intra.", name, "10.1.2.3", true},
		{"name opens nothing for others", name, vendor, "10.1.2.3", false},
		{"name opens nothing for what is under it", name, "x." + name, "10.1.2.3", false},
		{"name opens no metadata", name, name, "169.254.169.254", false},
		{"name opens no metadata in a private range", name, name, "fd00:ec2::254", false},
		{"name opens no link-local", name, name, "fe80::1", false},
		{"name opens no unspecified", name, name, "0.0.0.0", false},
		{"name opens no multicast", name, name, "ff02::1", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newClient(t, Config{Allow: []string{tt.allow}}).guard
			got := g.refusal(tt.host, netip.AddrPortFrom(netip.MustParseAddr(tt.ip), 443))
			require.Equal(t, tt.pass, got == "", got)
		})
	}
}

func TestGuardOwnListenAddress(t *testing.T) {
	own := func(listen string) Config {
		return Config{Allow: []string{"0.0.0.0/0", "0.0.0.0/8", "::/0", "::/128", "erp.intra"}, Listen: []string{listen}}
	}
	tests := []struct {
		listen, dialled string
		refused         bool
	}{
		{"127.0.0.1:8080", "127.0.0.1:8080", true},
		{"127.0.0.1:8080", "[::ffff:127.0.0.1]:8080", true},
		{"127.0.0.1:8080", "0.0.0.0:8080", true},
		{"127.0.0.1:8080", "[::]:8080", true},
		{"127.0.0.1:8080", "127.0.0.1:8081", false},
		{"127.0.0.1:8080", "127.0.0.2:8080", false},
		{":8080", "127.9.9.9:8080", true},
		{":8080", "[::1]:8080", true},
		{"0.0.0.0:8080", "127.0.0.1:8080", true},
		{"[::]:8080", "10.20.30.40:8080", true},
		{"localhost:8080", "127.0.0.1:8080", true},
		{":8080", "10.20.30.41:8080", false},
		{"10.20.30.40:8080", "10.20.30.40:8080", true},
	}
	for _, tt := range tests {
		t.Run(tt.listen+" "+tt.dialled, func(t *testing.T) {
			g := newClient(t, own(tt.listen)).guard
			g.interfaces = func() ([]net.Addr, error) {
				return []net.Addr{&net.IPNet{IP: net.IPv4(10, 20, 30, 40), Mask: net.CIDRMask(24, 32)}}, nil
			}
			got := g.refusal("erp.intra", netip.MustParseAddrPort(tt.dialled))
			require.Equal(t, tt.refused, got == "this server itself", got)
		})
	}
	t.Run("interfaces of this machine", func(t *testing.T) {
		require.Equal(t, "this server itself", refusalOf(t, own(":8080"), vendor, "127.0.0.1:8080"))
	})
	t.Run("unknown interfaces count as own", func(t *testing.T) {
		g := newClient(t, own(":8080")).guard
		g.interfaces = func() ([]net.Addr, error) { return nil, errors.New("no permission") }
		require.Equal(t, "this server itself", g.refusal(vendor, netip.MustParseAddrPort("8.8.8.8:8080")))
	})
}

// notGlobal repeats, from the registries and not from the code, what must never
// pass.
var notGlobal = []string{
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
	"168.63.129.16/32", "::/8", "100::/8", "200::/7", "400::/6", "800::/5", "1000::/4", "2001::/23", "2001:db8::/32",
	"2002::/16", "3fff::/20", "4000::/2", "8000::/1",
}

func requireGlobal(t *testing.T, ip net.IP) {
	t.Helper()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		t.Fatalf("%s passes and is not global unicast", ip)
	}
	for _, cidr := range notGlobal {
		_, network, err := net.ParseCIDR(cidr)
		require.NoError(t, err)
		if network.Contains(ip) {
			t.Fatalf("%s passes and lies in %s", ip, cidr)
		}
	}
}

// FuzzGuard: what passes is global unicast, and so is an IPv4 address in it.
func FuzzGuard(f *testing.F) {
	for _, ip := range []string{
		"8.8.8.8", "127.0.0.1", "169.254.169.254", "100.64.0.1", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
		"2002:a00:1::", "2001::1", "fec0::1", "2606:4700::1111", "2606:4700::5efe:10.0.0.1",
	} {
		f.Add(netip.MustParseAddr(ip).AsSlice())
	}
	c, err := New(Config{})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, raw []byte) {
		ip, ok := netip.AddrFromSlice(raw)
		if !ok || c.guard.refusal(vendor, netip.AddrPortFrom(ip, 443)) != "" {
			return
		}
		wire := net.IP(raw)
		carries := bytes.HasPrefix(raw, []byte{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})
		isatap := len(raw) == 16 && raw[8]&^2 == 0 && bytes.Equal(raw[9:12], []byte{0, 0x5e, 0xfe})
		if carries || isatap {
			requireGlobal(t, wire[12:])
		}
		if !carries {
			requireGlobal(t, wire)
		}
	})
}
