package handlers_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/handlers"
)

// BenchmarkRead measures a request through everything but the network: a health
// check as the floor, one account, a page of fifty, and one not modified.
func BenchmarkRead(b *testing.B) {
	s := newStack(b, func(c *handlers.Config) { c.Logger = slog.New(slog.DiscardHandler) })
	var id string
	for i := range 50 {
		id = s.create(b, fmt.Sprint("Support ", i)).ID
	}
	for _, bench := range []struct {
		name, path, tag string
		status          int
	}{
		{"floor", "/healthz", "", http.StatusOK},
		{"one", accountsPath + "/" + id, "", http.StatusOK},
		{"one not modified", accountsPath + "/" + id, `"1-0"`, http.StatusNotModified},
		{"fifty", accountsPath, "", http.StatusOK},
		{"types", typesPath, "", http.StatusOK},
	} {
		b.Run(bench.name, func(b *testing.B) {
			handler := s.Server.Handler()
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, bench.path, nil)
				r.Header.Set("Authorization", "Bearer "+s.Token)
				r.Header.Set("If-None-Match", bench.tag)
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				require.Equal(b, bench.status, w.Code)
			}
		})
	}
}
