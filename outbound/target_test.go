package outbound

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseTarget(t *testing.T) {
	for addr, want := range map[string]string{
		"Vendor.TEST.:443":               "vendor.test:443",
		"with_underscore.test:22":        "with_underscore.test:22",
		"8.8.8.8:53":                     "8.8.8.8:53",
		"[2606:4700:0::1111]:443":        "[2606:4700::1111]:443",
		"[::FFFF:8.8.8.8]:1":             "[::ffff:8.8.8.8]:1",
		"1password.test:443":             "1password.test:443",
		"0x.test:1":                      "0x.test:1",
		strings.Repeat("a", 63) + ".b:1": strings.Repeat("a", 63) + ".b:1",
	} {
		t.Run(addr, func(t *testing.T) {
			got, err := parseTarget(addr)
			require.Nil(t, err)
			require.Equal(t, want, got.String())
		})
	}
}

func TestParseTargetRefuses(t *testing.T) {
	tests := map[Kind][]string{
		InvalidAddress: {
			"", ":443", "vendor.test", "vendor.test:", "vendor.test:0", "vendor.test:65536", "vendor.test:https",
			"vendor.test:-1", "ann:secret@vendor.test:22", "ann@vendor.test:22", "a b:1", "a..b:1", ".:1", "a/b:1",
			"a?b:1", "a%00b:1", "bücher.test:1", "a\x00:1", "127.0.0.1..:80", "::1:443", "[vendor.test]x:1",
			strings.Repeat("a", 64) + ".test:1", strings.Repeat("a.", 127) + "a:1",
		},
		Blocked: {
			"127.1:80", "0x7f.1:80", "0x7f000001:80", "2130706433:80", "017700000001:80", "0177.0.0.1:80",
			"127.0.0.01:80", "1.2.3.4.5:80", "256.1.1.1:80", "0x7f.0.0.0x1:80", "127.0.0.0x:80", "vendor.1:80",
			"[fe80::1%eth0]:80",
		},
	}
	for want, addrs := range tests {
		for _, addr := range addrs {
			t.Run(addr, func(t *testing.T) {
				_, err := parseTarget(addr)
				require.NotNil(t, err)
				require.Equal(t, want, err.Kind)
				require.NotContains(t, err.Error(), "secret")
				require.NotContains(t, err.Error(), "%")
			})
		}
	}
}

// FuzzTarget: what passes as a name can be nobody's idea of an address, and
// its canonical form is stable.
func FuzzTarget(f *testing.F) {
	for _, addr := range []string{"vendor.test:443", "[::1]:1", "127.1:80", "0x7f.1:1", "a@b:1", "1.2.3.4:5", "x.0x:1"} {
		f.Add(addr)
	}
	f.Fuzz(func(t *testing.T, addr string) {
		got, err := parseTarget(addr)
		if err != nil {
			return
		}
		again, err := parseTarget(got.String())
		if err != nil || again != got {
			t.Fatalf("%q gives %v, then %v (%v)", addr, got, again, err)
		}
		if _, err := netip.ParseAddr(got.host); err == nil {
			return
		}
		last := got.host[strings.LastIndexByte(got.host, '.')+1:]
		if net.ParseIP(got.host) != nil || strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") &&
			strings.Trim(last[2:], "0123456789abcdef") == "" {
			t.Fatalf("%q passes as the name %q", addr, got.host)
		}
	})
}
