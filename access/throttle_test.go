package access

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/secret"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func rows(at time.Time) (one, all *models.SignInAttempts) {
	return &models.SignInAttempts{LastAt: models.NewTime(at)}, &models.SignInAttempts{LastAt: models.NewTime(at)}
}

// Each failure beyond those that are free doubles the time to wait, up to a bound
// that always ends; what comes meanwhile changes nothing.
func TestFailuresSlowGuesses(t *testing.T) {
	one, all := rows(noon)
	at := noon
	for range freeFailures {
		require.Zero(t, count(one, all, at))
	}
	for _, minutes := range []int{1, 2, 4, 8, 15, 15, 15} {
		wait := time.Duration(minutes) * time.Minute
		before := *one
		require.Equal(t, wait, count(one, all, at))
		require.Equal(t, before, *one)
		require.Equal(t, time.Second, count(one, all, at.Add(wait-time.Second)))
		at = at.Add(wait)
		require.Zero(t, count(one, all, at), "the one who waited may try")
	}
	succeed(one, all, at)
	for range freeFailures {
		require.Zero(t, count(one, all, at), "success forgets the failures")
	}
	require.Equal(t, firstBlock, count(one, all, at))
	require.Zero(t, count(one, all, at.Add(forgotten)))
	require.Equal(t, 1, one.Failures, "so does a day")
}

// Guesses from everywhere are slowed to a hundred an hour, and nobody who signed
// in from an address before notices.
func TestGuessesFromEverywhere(t *testing.T) {
	_, all := rows(noon)
	home, _ := rows(noon)
	home.SucceededAt = models.NewTime(noon.Add(-time.Hour))
	tried := 0
	for second := range 3 * 3600 {
		at := noon.Add(time.Duration(second) * time.Second)
		for range 3 { // addresses that never come again
			fresh, _ := rows(at)
			if count(fresh, all, at) == 0 {
				tried++
			}
		}
		if second%600 == 0 {
			require.Zero(t, count(home, all, at))
			succeed(home, all, at)
		}
		require.LessOrEqual(t, all.BlockedUntil.Sub(at), longestBlock)
	}
	require.GreaterOrEqual(t, tried, freeEverywhere)
	require.LessOrEqual(t, tried, freeEverywhere+1+3*100, "of more than 30000")
}

func TestTakenBackAttemptsLeaveNothing(t *testing.T) {
	one, all := rows(noon)
	for range 3 * freeEverywhere {
		require.Zero(t, count(one, all, noon))
		takeBack(one, all)
	}
	require.Zero(t, one.Failures)
	require.Zero(t, all.Failures)
}

// A turn is waited for no longer than the context lives, and not by everybody.
func TestPasswordsTurn(t *testing.T) {
	p := NewPasswords(1)
	p.slots <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := p.VerifyWithin(ctx, "x", dummyHash)
	require.ErrorIs(t, err, context.Canceled)
	_, err = p.HashWithin(ctx, "x")
	require.ErrorIs(t, err, context.Canceled)
	p.waiting.Store(queuePerSlot)
	_, err = p.VerifyWithin(t.Context(), "x", dummyHash)
	require.ErrorIs(t, err, models.ErrUnavailable)
	require.Zero(t, p.Derived())
	p.waiting.Store(0)
	<-p.slots
	ok, err := p.VerifyWithin(t.Context(), "x", dummyHash)
	require.NoError(t, err)
	require.False(t, ok)
	require.Equal(t, int64(1), p.Derived())
	require.False(t, outdated(dummyHash), "it takes as long as a real one")
	require.False(t, outdated(p.Hash("x")))
}

// All passwords are worked on by one hasher, whoever asks: each takes 19 MiB. Who
// is known waits, but not longer than the request.
func TestPasswordsOfUsersWaitTheirTurn(t *testing.T) {
	s, c := &Service{}, &userChange{password: secret.New("correct horse")}
	for range 2 {
		_, err := s.hash(t.Context(), c)
		require.NoError(t, err)
	}
	require.EqualValues(t, 2, s.passwords().Derived())
	for range cap(s.Passwords.slots) {
		s.Passwords.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.hash(ctx, c)
	require.ErrorIs(t, err, context.Canceled)
	err = s.prepare(ctx, &NewContactCenter{}, &Principal{}, &newAdministrator{Username: "ann"})
	require.ErrorIs(t, err, context.Canceled)
}

func TestNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"fe80::1%eth0": "fe80::/64", "": "", "@": "@",
	} {
		require.Equal(t, want, Network(address), address)
	}
}

func TestHostName(t *testing.T) {
	for host, want := range map[string]string{
		"Acme.Example": "acme.example", "acme.example:8443": "acme.example", "acme.example.": "acme.example",
		"[::1]:8080": "::1", "[::1]": "::1", "::1": "::1", "127.0.0.1:80": "127.0.0.1", "": "", ":80": "", "a:b:c": "a:b:c",
	} {
		require.Equal(t, want, HostName(host), host)
	}
}

func FuzzHostName(f *testing.F) {
	f.Add("[::1]:8080")
	f.Fuzz(func(_ *testing.T, host string) { HostName(host) })
}

func TestUserAgentsAreCut(t *testing.T) {
	require.Equal(t, "ab", shortened("a\x00\nb\xff"))
	require.LessOrEqual(t, len(shortened(strings.Repeat("ü", 5000))), longestUserAgent)
}
