// Package integrationtest is the conformance suite that every type of account
// runs: it proves that the definition is well-formed, that documents are judged
// and encoded as promised, that no secret shows anywhere, and that a probe tells
// what went wrong whatever the remote system does.
//
// It is for tests only. It does not test what is special about a type; that is
// what the type's own tests and RemoteCase are for.
package integrationtest

import (
	"encoding/json"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/validation"
)

// Fixture is what the suite needs to know of a type.
type Fixture struct {
	// Valid is a document of properties that breaks no rule, with everything
	// required and all secrets that go with it.
	Valid string
	// Required are the pointers ("/url", or "url") without which Valid breaks a
	// rule of code "required".
	Required []string
	// Invalid are documents that break a rule.
	Invalid []Case
	// NoDestination are the pointers of fields that look like destinations, by
	// their kind or name, and are none.
	NoDestination []string
	// Context makes the situation in which documents are judged; nil for the
	// present time, the domain "mycompany.brightpattern.com" and no directory.
	Context func() *validation.Context

	// Remote answers a probe of Valid as the remote system does when all is
	// well; nil for a type without HTTP. It may tell hosts apart by
	// Request.Host.
	Remote func(w http.ResponseWriter, r *http.Request)
	// Serve plays a remote system that speaks something else than HTTP, on one
	// connection; nil for none. TLS is its own affair.
	Serve func(conn net.Conn)
	// Hosts are the names that a probe of Valid may call, besides localhost.
	// The fake stands behind each of them, on every port.
	Hosts []string
	// Identity is what the probe finds out about itself.
	Identity string
	// Expect overrides what a misbehaviour leads to, by its name, where the
	// remote system tells things in its own way; by Later of its name for one
	// that begins after the first request.
	Expect map[string]Outcome
	// Custom are answers that only this remote system gives.
	Custom []RemoteCase
}

// Case is a document that breaks a rule.
type Case struct {
	Name string
	// Patch is a merge patch (RFC 7396) to Valid; Document, if set, is used in
	// place of it.
	Patch, Document string
	// Pointer and Code are of one of the violations.
	Pointer, Code string
}

// Outcome is how a probe ends. The zero Outcome is success.
type Outcome struct {
	Cause integrations.Cause
	Code  string
}

// RemoteCase is an answer of the remote system and what the probe makes of it.
type RemoteCase struct {
	Name    string
	Handler func(w http.ResponseWriter, r *http.Request)
	Cause   integrations.Cause
	Code    string
}

// Run runs the suite for one type.
func Run(t *testing.T, def integrations.Definition, f Fixture) {
	t.Helper()
	s := &suite{def: &def, fixture: f}
	t.Run("definition is well-formed", s.wellFormed)
	t.Run("valid document", s.valid)
	t.Run("round trip", s.roundTrip)
	t.Run("normal form", s.normalForm)
	t.Run("unknown member", s.unknownMember)
	t.Run("required", s.required)
	t.Run("invalid", s.invalid)
	t.Run("wrong types", s.wrongTypes)
	t.Run("redaction", s.redaction)
	t.Run("secrets", s.secrets)
	t.Run("destinations", s.destinations)
	t.Run("fields", s.fields)
	t.Run("schema", s.schema)
	if _, probes := def.New().(integrations.Prober); probes {
		t.Run("probe", s.probe)
	}
}

type suite struct {
	def     *integrations.Definition
	fixture Fixture
}

func (s *suite) context() *validation.Context {
	if s.fixture.Context != nil {
		return s.fixture.Context()
	}
	return &validation.Context{Now: time.Now(), Domain: "mycompany.brightpattern.com"}
}

// decode judges a document.
func (s *suite) decode(document string, kept ...string) (integrations.Properties, *validation.Context) {
	c := s.context()
	return s.def.Decode(json.RawMessage(document), kept, c), c
}

// mustDecode decodes a document without violations.
func (s *suite) mustDecode(t *testing.T, document string, kept ...string) integrations.Properties {
	t.Helper()
	p, c := s.decode(document, kept...)
	require.Empty(t, explain(c.Errors()), "violations in %s", s.def.Type)
	require.NotNil(t, p)
	return p
}

// explain makes violations readable.
func explain(violations validation.Errors) []string {
	var out []string
	for _, v := range violations {
		out = append(out, v.Pointer+" "+v.Code+": "+v.Detail)
	}
	return out
}

func requireViolation(t *testing.T, c *validation.Context, pointer, code string) {
	t.Helper()
	for _, v := range c.Errors() {
		if v.Pointer == pointer && v.Code == code {
			return
		}
	}
	require.Failf(t, "missing violation", "want %s %s, got %v", pointer, code, explain(c.Errors()))
}
