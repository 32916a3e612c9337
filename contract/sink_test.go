package contract_test

import (
	"context"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/outbound"
)

// sink is where every outgoing connection ends: a listener that hangs up, behind
// every name. It counts whoever comes near.
type sink struct {
	address string
	way     *outbound.Client

	looked, accepted atomic.Int64
}

func newSink(t *testing.T) *sink {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it lives as long as the test
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	s := &sink{address: listener.Addr().String()}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.accepted.Add(1)
			conn.Close()
		}
	}()
	return s
}

// LookupNetIP implements outbound.Resolver.
func (s *sink) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	s.looked.Add(1)
	return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
}

// reached counts look-ups of names, sockets that were opened, and connections
// that arrived.
func (s *sink) reached() int64 { return s.looked.Load() + int64(s.way.Dials()) + s.accepted.Load() }

var portInText = regexp.MustCompile(`:([0-9]{2,5})\b`)

// behind returns a way out on which every address that the types can name, at
// each port of their examples and defaults, leads to the sink.
func (s *sink) behind(t *testing.T, all integrations.Catalog) *outbound.Client {
	t.Helper()
	way, err := outbound.New(outbound.Config{ConnectTo: s.routes(all), Resolver: s})
	require.NoError(t, err)
	s.way = way
	return way
}

// routes lead every port that the types can name to the sink.
func (s *sink) routes(all integrations.Catalog) []string {
	ports := map[string]bool{"21": true, "22": true, "80": true, "443": true, "990": true}
	for i := range all {
		for _, match := range portInText.FindAllStringSubmatch(all[i].Example, -1) {
			n, err := strconv.Atoi(match[1])
			for _, near := range []int{n - 1, n, n + 1} {
				if err == nil && near > 0 && near < 1<<16 {
					ports[strconv.Itoa(near)] = true
				}
			}
		}
	}
	var routes []string
	for port := range ports {
		routes = append(routes, "*:"+port+"="+s.address)
	}
	slices.Sort(routes)
	return routes
}
