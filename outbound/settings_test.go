package outbound

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNewRefusesWrongSettings(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	require.NoError(t, os.WriteFile(empty, []byte("no certificate"), 0o600))
	large := filepath.Join(t.TempDir(), "large.pem")
	require.NoError(t, os.WriteFile(large, bulkyPEM(t, maxRSA+1, 65537), 0o600))
	tests := []struct {
		name string
		cfg  Config
		want string
	}{
		{"allow word", Config{Allow: []string{"10.0.0.1", "a b"}}, `allow entry "a b": want a CIDR`},
		{"allow empty", Config{Allow: []string{""}}, `allow entry ""`},
		{"allow wildcard", Config{Allow: []string{"*.intra"}}, `"*.intra"`},
		{"allow number", Config{Allow: []string{"127.1"}}, `"127.1"`},
		{"allow length", Config{Allow: []string{"10.0.0.0/33"}}, `"10.0.0.0/33": not a CIDR`},
		{"allow host bits", Config{Allow: []string{"10.0.0.1/8"}}, `want 10.0.0.0/8`},
		{"allow mapped range", Config{Allow: []string{"::ffff:10.0.0.0/104"}}, `as IPv4`},
		{"allow zone", Config{Allow: []string{"fe80::1%eth0"}}, `zone`},
		{"allow url", Config{Allow: []string{"https://erp.intra"}}, `"https://erp.intra"`},
		{"connect-to without target", Config{ConnectTo: []string{"a.test:1"}}, `entry "a.test:1": want HOST:PORT=ADDR:PORT`},
		{"connect-to without port", Config{ConnectTo: []string{"a.test=10.0.0.1:1"}}, `"a.test" is not HOST:PORT`},
		{"connect-to any host and port", Config{ConnectTo: []string{"*:*=10.0.0.1:1"}}, `"*" is not a port`},
		{"connect-to port", Config{ConnectTo: []string{"*:443=10.0.0.1:0"}}, `"10.0.0.1:0" is not HOST:PORT`},
		{"connect-to large port", Config{ConnectTo: []string{"*:65536=10.0.0.1:1"}}, `"65536" is not a port`},
		{"connect-to twice", Config{ConnectTo: []string{"a.test:1=b.test:1", "A.test.:1=c.test:1"}}, `a.test:1 is listed`},
		{"listen without port", Config{Listen: []string{"127.0.0.1"}}, `listen address "127.0.0.1": want HOST:PORT`},
		{"listen port", Config{Listen: []string{":0"}}, `"0" is not a port`},
		{"TLS version", Config{TLSMin: "1.0"}, `TLS version "1.0": want 1.1, 1.2 or 1.3`},
		{"CA missing", Config{CAFile: "/nowhere/ca.pem"}, `/nowhere/ca.pem`},
		{"CA empty", Config{CAFile: empty}, `holds no PEM certificate`},
		{"CA of a large key", Config{CAFile: large}, `holds a certificate whose key is too large`},
		{"time-out", Config{Timeout: -1}, `time-out -1ns`},
		{"size", Config{MaxBytes: -1}, `size limit -1`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := New(tt.cfg)
			require.Nil(t, c)
			require.ErrorContains(t, err, tt.want)
			require.True(t, strings.HasPrefix(err.Error(), "outbound "), err)
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

func TestLimits(t *testing.T) {
	timeout, size := newClient(t, Config{}).Limits()
	require.Equal(t, 10*time.Second, timeout)
	require.EqualValues(t, 65536, size)
	timeout, size = newClient(t, Config{Timeout: time.Minute, MaxBytes: 7}).Limits()
	require.Equal(t, time.Minute, timeout)
	require.EqualValues(t, 7, size)
}

func TestCAFileIsAddedToTheSystemsRoots(t *testing.T) {
	ca := newAuthority(t)
	want, err := x509.SystemCertPool()
	require.NoError(t, err)
	want.AddCert(ca.cert)
	require.True(t, want.Equal(newClient(t, Config{CAFile: ca.file(t)}).roots))
	require.Nil(t, newClient(t, Config{}).roots)
}

func TestNewTrimsEntries(t *testing.T) {
	c := newClient(t, Config{Allow: []string{" erp.intra "}, ConnectTo: []string{" [::0001]:443=gateway.test:8443"}})
	require.True(t, c.guard.names["erp.intra"])
	require.Equal(t, map[target]target{{"::1", 443}: {"gateway.test", 8443}}, c.routes)
}
