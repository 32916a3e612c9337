package integrations

import (
	"net/http"
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
