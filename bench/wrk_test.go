package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// printed is what wrk 4.1.0 writes with --latency.
const printed = `Running 3s test @ http://127.0.0.1:41234/account
  2 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.02ms    1.37ms  22.05ms   89.03%
    Req/Sec    11.95k     1.45k   15.68k    66.67%
  Latency Distribution
     50%  612.00us
     75%    1.15ms
     90%    2.45ms
     99%    6.76ms
  71384 requests in 3.00s, 73.25MB read
Requests/sec:  23768.18
Transfer/sec:     24.39MB
`

func TestParseWrk(t *testing.T) {
	got, err := parseWrk([]byte(printed))
	require.NoError(t, err)
	require.Equal(t, outcome{
		requests: 71384, rate: 23768.18, median: 612 * time.Microsecond, p99: 6760 * time.Microsecond,
	}, got)
}

func TestParseWrkRefusesRunsThatWentWrong(t *testing.T) {
	for name, out := range map[string]string{
		"refused answers": printed + "  Non-2xx or 3xx responses: 12\n",
		"broken off":      printed + "  Socket errors: connect 0, read 3, write 0, timeout 0\n",
		"nothing at all":  "",
		"another program": "71384 requests in 3.00s\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseWrk([]byte(out))
			require.Error(t, err)
		})
	}
}
