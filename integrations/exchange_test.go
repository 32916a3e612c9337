package integrations

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// switching is a transport to a system that speaks another protocol from now
// on, and never stops.
type switching struct {
	answering
	closed bool
}

func (s *switching) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusSwitchingProtocols, Header: http.Header{"Upgrade": {"websocket"}}, Body: s}, nil
}

func (s *switching) Read([]byte) (int, error) { return 1, nil }

func (s *switching) Close() error {
	s.closed = true
	return nil
}

func TestExchangeSwitchesProtocols(t *testing.T) {
	wire := new(switching)
	answer, err := (&Session{Transport: wire}).Exchange(t.Context(), Request{URL: "https://a.example"})
	require.NoError(t, err)
	require.Equal(t, http.StatusSwitchingProtocols, answer.Status)
	require.Equal(t, "websocket", answer.Header.Get("Upgrade"))
	require.Empty(t, answer.Body)
	require.True(t, wire.closed)
}

// letter is a transport that answers with a body and remembers the limit that was asked.
type letter struct {
	answering
	body string
	most int64
}

func (l *letter) Do(r *http.Request) (*http.Response, error) {
	l.most = MaxBytes(r.Context())
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(l.body))}, nil
}

func TestExchangeBoundsTheBody(t *testing.T) {
	wire := &letter{body: "0123456789"}
	for first, want := range map[int64]string{0: "0123456789", 4: "0123", 10: "0123456789", 99: "0123456789"} {
		answer, err := (&Session{Transport: wire}).Exchange(t.Context(), Request{URL: "https://a.example", First: first})
		require.NoError(t, err)
		require.Equal(t, want, string(answer.Body))
		require.Zero(t, wire.most)
	}
	_, err := (&Session{Transport: wire}).Exchange(t.Context(), Request{URL: "https://a.example", MaxBytes: 1 << 20})
	require.NoError(t, err)
	require.Equal(t, int64(1<<20), wire.most)
}
