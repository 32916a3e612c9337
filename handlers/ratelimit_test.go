package handlers

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/api"
)

// clock is a time that tests move.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func TestLimiter(t *testing.T) {
	c := &clock{at: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	l := newLimiter(Rate{PerSecond: 2, Burst: 4}, c.now)
	for left := 3; left >= 0; left-- {
		v := l.take("a")
		require.True(t, v.ok)
		require.Equal(t, left, v.left)
	}
	v := l.take("a")
	require.False(t, v.ok)
	require.Zero(t, v.left)
	require.Equal(t, 500*time.Millisecond, v.wait, "until the next one")
	require.True(t, l.take("b").ok, "another key has a bucket of its own")

	c.at = c.at.Add(v.wait)
	require.True(t, l.take("a").ok, "the promise of Retry-After holds")
	require.False(t, l.take("a").ok)

	c.at = c.at.Add(time.Hour)
	require.Equal(t, 3, l.take("a").left, "a bucket never holds more than the burst")
}

func TestLimiterOff(t *testing.T) {
	require.Nil(t, newLimiter(Rate{}, time.Now))
	x := asked(t, http.MethodGet, "/", "")
	require.NoError(t, x.limit("principal", "a"))
	require.Empty(t, x.Response().Header())
}

func TestLimiterForgets(t *testing.T) {
	c := &clock{at: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	l := newLimiter(Rate{PerSecond: 1, Burst: 2}, c.now)
	l.most = 10
	for i := range 9 {
		l.take(fmt.Sprint("idle", i))
	}
	c.at = c.at.Add(time.Minute)
	l.take("busy")
	l.take("busy")
	l.take("new")
	require.LessOrEqual(t, len(l.buckets), l.most)
	require.False(t, l.take("busy").ok, "an empty bucket is not forgotten while others are full")

	for i := range 1000 {
		l.take(fmt.Sprint("flood", i))
		require.LessOrEqual(t, len(l.buckets), l.most)
	}

	l = newLimiter(Rate{PerSecond: 1, Burst: 2}, c.now)
	l.most = 100
	for i := range l.most + 1 {
		l.take(fmt.Sprint("flood", i))
	}
	require.Len(t, l.buckets, 91, "room for many, so that not each new key looks at all")
}

func TestLimitTellsWhatIsLeft(t *testing.T) {
	c := &clock{at: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	s := &Server{limits: newLimiter(Rate{PerSecond: 10.0 / 60, Burst: 1}, c.now)}
	x := asked(t, http.MethodGet, "/", "")
	x.server = s
	require.NoError(t, x.limit("principal", "a"))
	require.Equal(t, `"principal";q=1;w=6`, x.Response().Header().Get("RateLimit-Policy"))
	require.Equal(t, `"principal";r=0;t=6`, x.Response().Header().Get("RateLimit"))

	err := x.limit("principal", "a")
	requireCode(t, api.CodeRateLimited, err)
	p := api.NewProblem(err)
	require.Equal(t, http.StatusTooManyRequests, p.Status)
	require.Equal(t, 6*time.Second, p.RetryAfter)
	require.NoError(t, x.limit("address", "a"), "policies do not share buckets")
}

func TestAddressKey(t *testing.T) {
	tests := []struct{ remote, want string }{
		{"192.0.2.1", "192.0.2.1"},
		{"::ffff:192.0.2.1", "192.0.2.1"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"fe80::1%eth0", "fe80::/64"},
		{"", ""},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, addressKey(tt.remote), tt.remote)
	}
}
