package integrations

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/secret"
)

var errWire = errors.New("wire broken")

// ticking is a session whose clock moves by a second at each look, and that
// knows one error.
func ticking() *Session {
	now := time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)
	return &Session{
		Clock: func() time.Time { now = now.Add(time.Second); return now },
		Classify: func(err error) *Failure {
			if errors.Is(err, errWire) {
				return NewFailure(CauseNetwork, "wire_broken", "The wire is broken.", "Mend it.")
			}
			return nil
		},
	}
}

func told(steps []Step) []string {
	var out []string
	for _, s := range steps {
		line := s.Name + " " + string(s.Status)
		if s.Failure != nil {
			line += " " + s.Failure.Code
		}
		out = append(out, line)
	}
	return out
}

func TestStep(t *testing.T) {
	rejected := NewFailure(CauseCredentials, "credentials_rejected", "No.", "Try again.")
	tests := []struct {
		name  string
		fn    func(*Session) error
		code  string // empty: no error
		steps []string
	}{
		{"passed", func(*Session) error { return nil }, "", []string{"outer passed"}},
		{"failure", func(*Session) error { return rejected }, "credentials_rejected", []string{"outer failed credentials_rejected"}},
		{
			"wrapped failure", func(*Session) error { return fmt.Errorf("log in: %w", rejected) },
			"credentials_rejected",
			[]string{"outer failed credentials_rejected"},
		},
		{"known error", func(*Session) error { return fmt.Errorf("ask: %w", errWire) }, "wire_broken", []string{"outer failed wire_broken"}},
		{"unknown error", func(*Session) error { return io.ErrNoProgress }, "unexpected", []string{"outer failed unexpected"}},
		{"time is over", func(*Session) error { return context.DeadlineExceeded }, "timeout", []string{"outer failed timeout"}},
		{
			"phase failed", func(s *Session) error {
				s.Record(Step{Name: "resolve", Status: StepPassed})
				s.Record(Step{Name: "connect", Status: StepFailed, Failure: NewFailure(CauseNetwork, "refused", "No.", "Look.")})
				return io.EOF
			}, "refused", []string{"resolve passed", "connect failed refused", "outer skipped"},
		},
		{
			"phase failed, another way found", func(s *Session) error {
				s.Record(Step{Name: "connect", Status: StepFailed, Failure: NewFailure(CauseNetwork, "refused", "No.", "Look.")})
				return nil
			}, "", []string{"connect failed refused", "outer passed"},
		},
		{
			"inner step failed", func(s *Session) error { return s.Step("inner", func() error { return rejected }) },
			"credentials_rejected",
			[]string{"inner failed credentials_rejected", "outer skipped"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := ticking()
			var heard []Step
			s.OnStep = func(step Step) { heard = append(heard, step) }
			err := s.Step("outer", func() error { return tt.fn(s) })
			require.Equal(t, tt.steps, told(s.Steps()))
			require.Equal(t, s.Steps(), heard)
			if last := heard[len(heard)-1]; last.Status == StepSkipped {
				require.Zero(t, last.Duration, "what was not tried took no time")
			}
			if tt.code == "" {
				require.NoError(t, err)
				return
			}
			var f *Failure
			require.ErrorAs(t, err, &f)
			require.Equal(t, tt.code, f.Code)
			require.NotEmpty(t, f.Hint)
		})
	}
	s := ticking()
	require.NoError(t, s.Step("one", func() error { return nil }))
	require.Equal(t, time.Second, s.Steps()[0].Duration)
}

func TestSessionReports(t *testing.T) {
	s := ticking()
	for range 2 {
		s.Record(Step{Name: "resolve", Status: StepPassed})
		s.Record(Step{Name: "tls", Status: StepFailed, Failure: NewFailure(CauseTLS, "tls_failed", "No.", "Look.")})
	}
	s.Skip("authenticate", "authorize")
	s.Warn("quota", NewFailure(CauseConfig, "nearly_full", "Nearly full.", "Clean up."))
	require.Equal(t, []string{
		"resolve passed", "tls failed tls_failed", "tls failed tls_failed", "authenticate skipped", "authorize skipped",
		"quota warning nearly_full",
	}, told(s.Steps()))
	s.SetIdentity("ann")
	require.Equal(t, "ann", s.Identity())
	s.Steps()[0].Name = "changed"
	require.Equal(t, "resolve", s.Steps()[0].Name, "a copy")
	require.WithinDuration(t, time.Now(), new(Session).Now(), time.Minute)
}

func TestIdentity(t *testing.T) {
	for _, good := range []string{
		"", "ann@acme.com", "user 7 of organization 8", "Zoë O'Neill (7)", "アン", "עברית", strings.Repeat("é", 255),
	} {
		s := ticking()
		s.SetIdentity(good)
		require.Equal(t, good, s.Identity())
	}
	for name, bad := range map[string]string{
		"override": "ann\u202emoc.live", "embedding": "\u202aann", "isolate": "\u2066ann\u2069", "mark": "ann\u200f",
		"line": "ann\nroot", "escape": "ann\x1b[2J", "nul": "\x00", "zero width": "a\u200bnn", "separator": "a\u2028b",
		"markup": "<b>ann", "closing": "ann>", "no UTF-8": "ann\xff", "long": strings.Repeat("é", 256),
	} {
		s := ticking()
		s.SetIdentity("ann")
		s.SetIdentity(bad)
		require.Empty(t, s.Identity(), name)
	}
}

// answering is a transport that notes the request and gives one answer.
type answering struct {
	body    io.Reader
	err     error
	request *http.Request
	sent    string
}

func (a *answering) Do(req *http.Request) (*http.Response, error) {
	a.request = req
	b, _ := io.ReadAll(req.Body)
	a.sent = string(b)
	if a.err != nil {
		return nil, a.err
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"X": {"y"}}, Body: io.NopCloser(a.body)}, nil
}

func (*answering) Dial(context.Context, string, string) (net.Conn, error) { return nil, net.ErrClosed }

func TestExchange(t *testing.T) {
	wire := &answering{body: strings.NewReader(`{"a":1}`)}
	s := &Session{Transport: wire}
	answer, err := s.Exchange(t.Context(), Request{
		URL: "https://a.example/x?y", Header: Basic("ann", secret.New("pässword")), ExtraCA: []byte("pem"),
	})
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.Status)
	require.Equal(t, "y", answer.Header.Get("X"))
	require.JSONEq(t, `{"a":1}`, string(answer.Body))
	require.Equal(t, "GET https://a.example/x?y", wire.request.Method+" "+wire.request.URL.String())
	user, password, _ := wire.request.BasicAuth()
	require.Equal(t, "ann pässword", user+" "+password)
	require.Equal(t, "application/json", wire.request.Header.Get("Accept"))
	require.Equal(t, "pem", string(ExtraCA(wire.request.Context())))

	wire.body = strings.NewReader("")
	_, err = s.Exchange(t.Context(), Request{
		Method: http.MethodPost, URL: "https://a.example", Form: url.Values{"a": {"b c"}}, Header: Bearer(secret.New("t")),
	})
	require.NoError(t, err)
	require.Equal(t, "a=b+c", wire.sent)
	require.Equal(t, "application/x-www-form-urlencoded", wire.request.Header.Get("Content-Type"))
	require.Equal(t, "Bearer t", wire.request.Header.Get("Authorization"))
	require.Nil(t, ExtraCA(wire.request.Context()))

	wire.body = strings.NewReader("")
	_, err = s.Exchange(t.Context(), Request{
		Method: http.MethodPut, URL: "https://a.example", Body: []byte("<x/>"),
		Header: http.Header{"Accept": {"text/xml"}, "Content-Type": {"text/xml"}},
	})
	require.NoError(t, err)
	require.Equal(t, "<x/>", wire.sent)
	require.Equal(t, []string{"text/xml"}, wire.request.Header.Values("Accept"))
}

func TestExchangeFails(t *testing.T) {
	hidden := errors.New("reset")
	tests := []struct {
		name    string
		request Request
		wire    *answering
		code    string
		is      error
	}{
		{name: "no address", request: Request{URL: "https://hidden:x y"}, code: "invalid_address"},
		{name: "no host", request: Request{URL: "https:///hidden"}, code: "invalid_address"},
		{name: "other scheme", request: Request{URL: "file:///hidden"}, code: "invalid_address"},
		{name: "bad method", request: Request{URL: "https://a.example", Method: "G T"}, code: "invalid_address"},
		{
			name: "line break in a header", code: "invalid_header",
			request: Request{URL: "https://a.example", Header: Bearer(secret.New("hidden\nX: y"))},
		},
		{
			name: "error that quotes the address", request: Request{URL: "https://a.example/hidden"}, is: hidden,
			wire: &answering{err: &url.Error{Op: "Get", URL: "https://a.example/hidden", Err: hidden}},
		},
		{
			name: "body breaks off", request: Request{URL: "https://a.example/hidden"}, is: io.ErrUnexpectedEOF,
			wire: &answering{body: io.MultiReader(strings.NewReader("hidden"), broken{})},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &Session{Transport: tt.wire}
			_, err := s.Exchange(t.Context(), tt.request)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "hidden")
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
				return
			}
			var f *Failure
			require.ErrorAs(t, err, &f)
			require.Equal(t, tt.code, f.Code)
			require.NotContains(t, f.Hint+f.Detail, "hidden")
		})
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestAnswerFailure(t *testing.T) {
	tests := map[int]struct {
		cause     Cause
		code      string
		retryable bool
	}{
		200: {}, 204: {}, 302: {CauseConfig, "redirected", false}, 304: {CauseConfig, "redirected", false},
		400: {CauseRemote, "unexpected_status", false}, 401: {CauseCredentials, "credentials_rejected", false},
		403: {CausePermission, "permission_denied", false}, 404: {CauseConfig, "not_found", false},
		410: {CauseConfig, "not_found", false}, 429: {CauseRateLimited, "rate_limited", true},
		500: {CauseRemote, "remote_error", true}, 503: {CauseRemote, "remote_error", true}, 599: {CauseRemote, "remote_error", true},
	}
	for status, want := range tests {
		f := (&Answer{Status: status}).Failure()
		if want.code == "" {
			require.Nil(t, f)
			continue
		}
		require.Equal(t, want.code, f.Code, status)
		require.Equal(t, want.cause, f.Cause)
		require.Equal(t, want.retryable, f.Retryable)
		require.Equal(t, status, f.HTTPStatus)
		require.NotSame(t, f, (&Answer{Status: status}).Failure())
	}
}

func TestRetryAfter(t *testing.T) {
	const date = "Sun, 15 Mar 2026 12:00:00 GMT"
	received := time.Date(2026, 3, 15, 11, 59, 0, 0, time.UTC)
	tests := []struct {
		header, date string
		want         time.Duration
	}{
		{"", "", 0},
		{"7", "", 7 * time.Second},
		{"0", "", 0},
		{"-1", "", 0},
		{"soon", "", 0},
		{"1.5", "", 0},
		{"99999999", "", 24 * time.Hour},
		{"99999999999999999999", "", 0},
		{"Sun, 15 Mar 2026 12:01:00 GMT", date, time.Minute},
		{"Sun, 15 Mar 2026 12:01:00 GMT", "", 2 * time.Minute},
		{"Sun, 15 Mar 2026 11:01:00 GMT", date, 0},
		{"Sun, 15 Mar 2099 12:01:00 GMT", date, 24 * time.Hour},
	}
	for _, tt := range tests {
		a := Answer{Status: http.StatusTooManyRequests, Header: http.Header{}, received: received}
		a.Header.Set("Retry-After", tt.header)
		a.Header.Set("Date", tt.date)
		require.Equal(t, tt.want, a.Failure().RetryAfter, tt.header)
	}
}

func TestAnswerJSON(t *testing.T) {
	var into struct{ A int }
	require.NoError(t, (&Answer{Status: 200, Body: []byte(`{"a":1}`)}).JSON(&into))
	require.Equal(t, 1, into.A)
	for _, body := range []string{"", "<!DOCTYPE html>hidden", `{"a":`, `{"a":"hidden"}`, `{"a":1} hidden`, `[]`} {
		err := (&Answer{Status: 200, Body: []byte(body)}).JSON(&into)
		var f *Failure
		require.ErrorAs(t, err, &f, body)
		require.Equal(t, CauseRemote, f.Cause)
		require.Equal(t, "unexpected_answer", f.Code)
		require.Equal(t, 200, f.HTTPStatus)
		require.NotContains(t, err.Error()+f.Hint, "hidden")
	}
}

// starter is a transport that notes what it is to secure.
type starter struct {
	Transport
	ca []byte
}

func (s *starter) StartTLS(ctx context.Context, conn net.Conn) (net.Conn, error) {
	s.ca = ExtraCA(ctx)
	return conn, nil
}

func TestStartTLS(t *testing.T) {
	here, there := net.Pipe()
	defer there.Close()
	transport := &starter{}
	s := &Session{Transport: transport}
	for _, ca := range [][]byte{nil, []byte("pem")} {
		conn, err := s.StartTLS(t.Context(), here, ca)
		require.NoError(t, err)
		require.Equal(t, here, conn)
		require.Equal(t, ca, transport.ca)
	}
	s.Transport = nil
	_, err := s.StartTLS(t.Context(), here, nil)
	require.ErrorIs(t, err, errNoTLS)
	_, err = here.Write([]byte("x"))
	require.ErrorIs(t, err, io.ErrClosedPipe, "nothing goes out in the clear by mistake")
}
