package accounts

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/outbound"
)

// TestTransportReadsLongAnswersOnRequest: what a request says about the length
// of its answer reaches the way out.
func TestTransportReadsLongAnswersOnRequest(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(strings.Repeat("x", 100<<10)))
	}))
	defer server.Close()
	way, err := outbound.New(outbound.Config{Allow: []string{"127.0.0.0/8"}})
	require.NoError(t, err)
	s := &integrations.Session{Classify: classify}
	s.Transport = &transport{client: way, session: s}

	_, err = s.Exchange(t.Context(), integrations.Request{URL: server.URL})
	require.Equal(t, string(outbound.TooLarge), classify(err).Code)
	answer, err := s.Exchange(t.Context(), integrations.Request{URL: server.URL, MaxBytes: 200 << 10})
	require.NoError(t, err)
	require.Len(t, answer.Body, 100<<10)
}
