package integrationtest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// FreePort returns a port of the loopback interface for a server that is told where
// to listen. Whoever lets the system choose gets another one: it chooses from 32768
// with Linux, from 49152 elsewhere.
func FreePort(t testing.TB) string {
	t.Helper()
	const first, most = 20_000, 12_000
	for range 100 {
		port := fmt.Sprint(first + rand.N(most)) //nolint:gosec // a port is no secret
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:"+port)
		if err == nil {
			require.NoError(t, l.Close())
			return port
		}
	}
	require.Fail(t, "no port is free")
	return ""
}
