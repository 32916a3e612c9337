package integrationtest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"time"

	"admin-api/integrations"
)

// Session returns a session whose requests a handler answers, without a network:
// for tests of what the suite does not look at, such as warnings. It dials
// nobody. Its clock is the present time unless at is set.
func Session(handler http.Handler, at time.Time) *integrations.Session {
	s := &integrations.Session{Transport: direct{handler}}
	if !at.IsZero() {
		s.Clock = func() time.Time { return at }
	}
	return s
}

// direct is a transport that calls a handler.
type direct struct{ handler http.Handler }

// Do implements integrations.Transport. The handler sees what a server would.
func (d direct) Do(req *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	served := httptest.NewRequestWithContext(req.Context(), req.Method, req.URL.String(), req.Body)
	served.Header, served.RequestURI, served.ContentLength = req.Header.Clone(), req.URL.RequestURI(), req.ContentLength
	d.handler.ServeHTTP(w, served)
	return w.Result(), nil
}

// Dial implements integrations.Transport.
func (direct) Dial(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed }
