package integrationtest

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"

	"admin-api/integrations"
)

// Direct returns a transport that calls a handler, without a network: for tests
// of what the suite does not look at, such as warnings. It dials nobody.
func Direct(handler http.Handler) integrations.Transport { return direct{handler} }

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
