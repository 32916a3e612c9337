package integrations

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Cause is the class of a failed probe.
type Cause string

// The causes.
const (
	CauseConfig      Cause = "config"
	CauseCredentials Cause = "credentials"
	CausePermission  Cause = "permission"
	CauseNetwork     Cause = "network"
	CauseTLS         Cause = "tls"
	CauseRemote      Cause = "remote"
	CauseRateLimited Cause = "rate_limited"
	CauseBlocked     Cause = "blocked"
)

// Failure is why a step of a probe failed. No member holds a secret or text
// that the remote system sent.
type Failure struct { //nolint:errname // A failure is a result that people read; it is an error on the way.
	Cause Cause
	// Code is stable and snake_case, for example "credentials_rejected".
	Code string
	// Detail is one sentence: what happened. Hint is what to do.
	Detail, Hint string
	// HTTPStatus is the remote system's answer, 0 when there was none.
	HTTPStatus int
	// RetryAfter is how long the remote system asks to wait; 0 when it did not.
	RetryAfter time.Duration
	// Retryable: the same probe may succeed later without a change.
	Retryable bool
}

// Error implements error.
func (f *Failure) Error() string { return f.Code + ": " + f.Detail }

// StepStatus is the outcome of one step.
type StepStatus string

// The outcomes of a step.
const (
	StepPassed  StepStatus = "passed"
	StepFailed  StepStatus = "failed"
	StepWarning StepStatus = "warning"
	StepSkipped StepStatus = "skipped"
)

// Step is one reported step of a probe.
type Step struct {
	Name     string
	Status   StepStatus
	Duration time.Duration
	// Failure says why for a failed step or a warning.
	Failure *Failure
}

// Transport is the way out that a session gives to a probe. Its errors are
// classified by Session.Classify and name neither path nor query of a URL.
type Transport interface {
	// Do sends one request over the guarded client; the body of the response
	// is limited and must be closed.
	Do(req *http.Request) (*http.Response, error)
	// Dial opens a guarded connection.
	Dial(ctx context.Context, network, address string) (net.Conn, error)
}

// TLSStarter is a Transport that also secures what Dial has opened, for protocols
// other than HTTP. Session.StartTLS asks for it.
type TLSStarter interface {
	// StartTLS makes a connection of Dial a TLS connection, or closes it. The
	// certificate must be for the host that was dialled, and one of the operator's
	// authorities or of ExtraCA(ctx) must vouch for it. The connections of one
	// transport resume each other's TLS sessions, as FTP servers demand.
	StartTLS(ctx context.Context, conn net.Conn) (net.Conn, error)
}

// Request is one request of a probe.
type Request struct {
	Method string // GET when empty
	URL    string
	Header http.Header // may be nil; Accept defaults to application/json
	Form   url.Values  // sent as application/x-www-form-urlencoded when not nil
	Body   []byte      // sent as it is when Form is nil
	// ExtraCA is PEM whose certificates this request trusts besides all others,
	// for systems with an authority of their own. The transport finds it in the
	// request's context, see ExtraCA.
	ExtraCA []byte
	// First, when set, is how many bytes of the body are read at most; the rest is
	// left out. It is for pages of which the beginning will do.
	First int64
	// MaxBytes, when set, takes the place of the transport's limit of a body. The
	// transport finds it in the request's context, see MaxBytes.
	MaxBytes int64
}

// Answer is what came back, read within the limits of the transport.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte

	received time.Time
}
