package messenger

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/validation"
)

func say(document string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(document)) }
}

// recorder is a transport that calls a handler.
type recorder struct{ handler http.Handler }

func (r recorder) Do(req *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	served := httptest.NewRequestWithContext(req.Context(), req.Method, req.URL.String(), req.Body)
	served.Header = req.Header
	r.handler.ServeHTTP(w, served)
	return w.Result(), nil
}

func (recorder) Dial(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed }

// at is the time of probes in tests.
var at = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// try probes against a handler, which stands behind all hosts.
func try(t *testing.T, p integrations.Prober, handler http.Handler) (*integrations.Session, *integrations.Failure) {
	t.Helper()
	s := &integrations.Session{Transport: recorder{handler}, Clock: func() time.Time { return at }}
	err := p.Probe(t.Context(), s)
	var f *integrations.Failure
	if err != nil {
		require.True(t, errors.As(err, &f), "%T is no failure", err)
	}
	return s, f
}

// warnings lists what steps warn of, as "step code".
func warnings(s *integrations.Session) []string {
	var all []string
	for _, step := range s.Steps() {
		if step.Status == integrations.StepWarning {
			all = append(all, step.Name+" "+step.Failure.Code)
		}
	}
	return all
}

// decoded returns the properties of a document, its violations and warnings as
// "pointer code".
func decoded(t *testing.T, d integrations.Definition, document string, kept ...string) (integrations.Properties, []string, []string) {
	t.Helper()
	c := &validation.Context{Now: at}
	p := d.Decode(json.RawMessage(document), kept, c)
	require.NotNil(t, p)
	return p, found(c.Errors()), found(c.Warnings())
}

// valid returns the properties of a document that breaks no rule.
func valid(t *testing.T, d integrations.Definition, document string) integrations.Prober {
	t.Helper()
	p, violations, _ := decoded(t, d, document)
	require.Empty(t, violations)
	return p.(integrations.Prober) // the type has a probe
}

// answering sends a document with a status.
func answering(status int, document string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(document))
	}
}
