package integrationtest

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
)

// How long a probe may take. Where a remote system is slow on purpose it is hurried
// at first.
const (
	patient = time.Minute
	hurried = 100 * time.Millisecond
)

// probe tests Probe against the fake and against all misbehaviours.
func (s *suite) probe(t *testing.T) {
	f := s.fixture
	require.True(t, f.Remote != nil || f.Serve != nil, "the fixture plays no remote system")
	require.NotEmpty(t, f.Hosts, "the fixture names no hosts")
	authority := newAuthority(t)
	accepted := &counter{remote: f.Remote}
	t.Run("accepted", func(t *testing.T) {
		end := s.run(t, s.reach(t, authority, accepted.handler()), patient)
		require.NoError(t, end.err)
		require.Equal(t, f.Identity, end.session.Identity())
		require.NotEmpty(t, end.session.Steps())
	})
	for _, m := range s.misbehaviours() {
		t.Run(m.name, func(t *testing.T) {
			s.meet(t, m.outcome, func() *network { return s.mischief(t, authority, m) })
		})
	}
	s.later(t, authority, accepted.requests.Load())
	for _, c := range f.Custom {
		t.Run(c.Name, func(t *testing.T) {
			s.meet(t, Outcome{c.Cause, c.Code}, func() *network { return s.reach(t, authority, c.Handler) })
		})
	}
}

// misbehaviours are those that apply, with the outcomes the fixture expects.
func (s *suite) misbehaviours() []misbehaviour {
	var list []misbehaviour
	for _, m := range misbehaviours() {
		if s.fixture.Remote == nil && m.name != NameNotFound && m.name != ConnectionRefused && m.name != Slow {
			continue
		}
		if expected, ok := s.fixture.Expect[m.name]; ok {
			m.outcome = expected
		}
		list = append(list, m)
	}
	return list
}

// reach returns a network in which the handler, or the fixture's Serve, stands
// behind the hosts.
func (s *suite) reach(t *testing.T, a *authority, handler func(http.ResponseWriter, *http.Request)) *network {
	t.Helper()
	if handler == nil {
		return s.lead(a, listen(t, s.fixture.Serve))
	}
	return s.lead(a, serve(t, a.issue(t, s.fixture.Hosts...), handler))
}

// lead returns a network in which all hosts lead to the address.
func (s *suite) lead(a *authority, address string) *network {
	n := &network{addresses: map[string]string{}, roots: a.pool(), sessions: tls.NewLRUClientSessionCache(4)}
	for _, host := range s.fixture.Hosts {
		n.addresses[host] = address
	}
	return n
}

func (s *suite) mischief(t *testing.T, a *authority, m misbehaviour) *network {
	t.Helper()
	switch m.name {
	case TLSWrongName:
		return s.lead(a, serve(t, a.issue(t, "other.example"), s.fixture.Remote))
	case TLSUntrusted:
		return s.lead(a, serve(t, newAuthority(t).issue(t, s.fixture.Hosts...), s.fixture.Remote))
	case NameNotFound:
		return &network{roots: a.pool()}
	case ConnectionRefused: // a port that was free a moment ago could be somebody's by now
		return s.lead(a, "127.0.0.1:1")
	}
	if s.fixture.Remote == nil { // slow, without HTTP
		return s.lead(a, listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) }))
	}
	return s.reach(t, a, m.handler)
}

// serve answers HTTP over TLS and returns the address.
func serve(t *testing.T, certificate tls.Certificate, handler func(http.ResponseWriter, *http.Request)) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(handler))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // handshakes fail on purpose
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// listen plays one conversation per connection and returns the address.
func listen(t *testing.T, talk func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a test's own port
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				talk(conn)
			}()
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close() // ends Accept
		<-done
	})
	return listener.Addr().String()
}

// end is how a probe ended.
type end struct {
	err        error
	session    *integrations.Session
	properties integrations.Properties
	network    *network
}

// meet probes in a network and wants the outcome. A probe that is hurried may not
// get to where the remote system is slow on a busy machine: then it gets more time,
// in a network that is made anew.
func (s *suite) meet(t *testing.T, want Outcome, reach func() *network) {
	t.Helper()
	wait := patient
	if strings.HasSuffix(t.Name(), "/"+Slow) {
		wait = hurried
	}
	e := s.run(t, reach(), wait)
	for ; wait < patient && outcome(e) != want; wait *= 4 {
		e = s.run(t, reach(), 4*wait)
	}
	s.requireOutcome(t, e, want)
}

// run probes the valid document in the network.
func (s *suite) run(t *testing.T, n *network, wait time.Duration) end {
	t.Helper()
	p := s.mustDecode(t, s.fixture.Valid)
	ctx, cancel := context.WithTimeout(t.Context(), wait)
	defer cancel()
	session := &integrations.Session{
		Transport: n, Classify: classify, Center: integrations.CenterAt("mycompany.brightpattern.com", ""),
	}
	n.session = session
	err := p.(integrations.Prober).Probe(ctx, session) // the caller has asked
	e := end{err, session, p, n}
	require.Equal(t, s.mustDecode(t, s.fixture.Valid), p, "a probe changes no properties")
	s.requireDecency(t, e)
	return e
}

// requireDecency: steps are complete, nobody else was called, nothing that is
// to be hidden shows.
func (s *suite) requireDecency(t *testing.T, e end) {
	t.Helper()
	called, sent := e.network.seen()
	for _, host := range called {
		require.Contains(t, s.fixture.Hosts, host, "a host that the fixture does not name")
	}
	texts := []string{e.session.Identity()}
	if e.err != nil {
		texts = append(texts, e.err.Error())
	}
	for _, step := range e.session.Steps() {
		require.Regexp(t, `^[a-z][a-z0-9_]*$`, step.Name)
		failed := step.Status == integrations.StepFailed || step.Status == integrations.StepWarning
		require.Equal(t, failed, step.Failure != nil, "step %s is %s", step.Name, step.Status)
		if step.Failure != nil {
			requireFailure(t, step.Failure)
			s.requireKnown(t, step.Failure)
			texts = append(texts, step.Failure.Code, step.Failure.Detail, step.Failure.Hint)
		}
	}
	for _, text := range texts {
		s.requireNoSecret(t, e.properties, text)
		require.NotContains(t, text, foreign, "text of the remote system is passed on")
		for _, value := range credentials(sent) {
			require.NotContains(t, text, value, "a credential shows")
		}
	}
}

// credentials picks, from what headers were sent, what may not show.
func credentials(sent []string) []string {
	var list []string
	for _, value := range sent {
		scheme, rest, found := strings.Cut(value, " ")
		if !found || scheme != "Basic" && scheme != "Bearer" {
			continue
		}
		list = append(list, rest)
		if plain, err := base64.StdEncoding.DecodeString(rest); err == nil {
			list = append(list, string(plain))
		}
	}
	return list
}

var causes = map[integrations.Cause]bool{
	integrations.CauseConfig: true, integrations.CauseCredentials: true, integrations.CausePermission: true,
	integrations.CauseNetwork: true, integrations.CauseTLS: true, integrations.CauseRemote: true,
	integrations.CauseRateLimited: true, integrations.CauseBlocked: true,
}

func requireFailure(t *testing.T, f *integrations.Failure) {
	t.Helper()
	require.True(t, causes[f.Cause], "cause %q", f.Cause)
	require.Regexp(t, `^[a-z][a-z0-9_]*$`, f.Code)
	require.Regexp(t, `^[A-Z].*\.$`, f.Detail, "one sentence for people")
	require.Regexp(t, `^[A-Z].*\.$`, f.Hint, "what to do")
}

// general are the codes that every probe can end with.
var general = []string{
	"credentials_rejected", "permission_denied", "not_found", "redirected", "rate_limited", "remote_error",
	"unexpected_status", "unexpected_answer", "unexpected", "timeout", "invalid_address", "invalid_header",
	"redirect_refused", "answer_truncated", "answer_too_large", "answer_malformed", "exchange_failed", "canceled",
	"name_not_found", "name_server_failed", "connection_refused", "connection_reset", "unreachable", "blocked",
	"tls_wrong_name", "tls_untrusted", "tls_expired", "tls_version", "tls_failed",
}

// requireKnown: a failure is a general one or a diagnosis of the type.
func (s *suite) requireKnown(t *testing.T, f *integrations.Failure) {
	t.Helper()
	if s.def.ProbeDoes == "" || slices.Contains(general, f.Code) {
		return
	}
	for _, d := range s.def.Diagnoses {
		if d.Code == f.Code && d.Cause == f.Cause {
			return
		}
	}
	require.Failf(t, "unknown diagnosis", "%s with cause %s is not in Definition.Diagnoses", f.Code, f.Cause)
}

// failed returns how the probe failed; nil also for an error that nobody can
// classify.
func (e end) failed() *integrations.Failure {
	var failure *integrations.Failure
	if !errors.As(e.err, &failure) {
		failure = classify(e.err)
	}
	return failure
}

func outcome(e end) Outcome {
	if e.err == nil {
		return Outcome{}
	}
	if failure := e.failed(); failure != nil {
		return Outcome{failure.Cause, failure.Code}
	}
	return Outcome{Code: "not classified"}
}

func (s *suite) requireOutcome(t *testing.T, e end, want Outcome) {
	t.Helper()
	if want == (Outcome{}) {
		require.NoError(t, e.err)
		return
	}
	require.Error(t, e.err)
	failure := e.failed()
	require.NotNil(t, failure, "an error that nobody can classify: %v", e.err)
	require.Equal(t, want, outcome(e))
	if want.Cause == integrations.CauseRateLimited && strings.HasSuffix(t.Name(), "/"+TooManyRequests) {
		require.Equal(t, retryAfter*time.Second, failure.RetryAfter)
	}
	var failed int
	for _, step := range e.session.Steps() {
		if step.Status == integrations.StepFailed {
			failed++
		}
	}
	require.Positive(t, failed, "no step says what failed")
}
