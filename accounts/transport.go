package accounts

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"admin-api/integrations"
	"admin-api/outbound"
)

// transport gives a probe the guarded way out and reports to its session how
// the connection was made.
type transport struct {
	client  *outbound.Client
	session *integrations.Session
	// tlsSessions are those of StartTLS: the probe's own, of nobody else.
	tlsSessions tls.ClientSessionCache
}

// maxTLSSessions is how many hosts a probe secures connections to by StartTLS.
const maxTLSSessions = 4

func newTransport(client *outbound.Client, session *integrations.Session) *transport {
	return &transport{client: client, session: session, tlsSessions: tls.NewLRUClientSessionCache(maxTLSSessions)}
}

// Do implements integrations.Transport.
func (t *transport) Do(req *http.Request) (*http.Response, error) {
	return t.client.Do(req, t.options(req.Context())...)
}

// StartTLS implements integrations.TLSStarter.
func (t *transport) StartTLS(ctx context.Context, conn net.Conn) (net.Conn, error) {
	return t.client.StartTLS(ctx, conn, t.tlsSessions, t.options(ctx)...)
}

func (t *transport) options(ctx context.Context) []outbound.Option {
	options := []outbound.Option{outbound.WithObserver(t), outbound.WithMaxBytes(integrations.MaxBytes(ctx))}
	if pem := integrations.ExtraCA(ctx); pem != nil {
		options = append(options, outbound.WithExtraCA(pem))
	}
	return options
}

// Dial implements integrations.Transport.
func (t *transport) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	return t.client.Dial(outbound.Observe(ctx, t), network, address)
}

// Phase implements outbound.Observer.
func (t *transport) Phase(name string, _ time.Time, took time.Duration, err error) {
	step := integrations.Step{Name: name, Status: integrations.StepPassed, Duration: took}
	if err != nil {
		step.Status, step.Failure = integrations.StepFailed, classify(err)
	}
	t.session.Record(step)
	if err != nil {
		t.session.Skip(after(name)...)
	}
}

// after lists the phases that do not happen when one has failed.
func after(phase string) []string {
	switch phase {
	case outbound.PhaseResolve:
		return []string{outbound.PhaseConnect, outbound.PhaseTLS}
	case outbound.PhaseConnect:
		return []string{outbound.PhaseTLS}
	default:
		return nil
	}
}

// verdict of an outbound error: its cause, whether trying again may help, and
// what to do.
type outcome struct {
	cause     integrations.Cause
	retryable bool
	hint      string
}

const (
	tryAgain   = "Try again."
	checkHost  = "Check the host name for typing errors."
	otherThing = "This is not the answer of the expected system: check the address."
)

var outcomes = map[outbound.Kind]outcome{
	outbound.InvalidAddress: {integrations.CauseConfig, false, "Check the address for typing errors."},
	outbound.NameNotFound:   {integrations.CauseNetwork, false, checkHost},
	outbound.NameServer: {
		integrations.CauseNetwork, true, "Try again; if it stays, ask the operator to check name resolution.",
	},
	outbound.Blocked: {
		integrations.CauseBlocked, false,
		"The address is inside the network; the operator can permit it with ADMIN_API_OUTBOUND_ALLOW.",
	},
	outbound.Refused: {
		integrations.CauseNetwork, true, "Check host and port, and that the remote system is running.",
	},
	outbound.Unreachable: {
		integrations.CauseNetwork, true, "Check that the server may connect to this address (firewall, route).",
	},
	outbound.Timeout: {
		integrations.CauseNetwork, true, "The remote system is slow or a firewall swallows the connection; try again.",
	},
	outbound.Canceled: {integrations.CauseNetwork, true, tryAgain},
	outbound.Reset: {
		integrations.CauseNetwork, true, "Try again; if it stays, a firewall may be cutting the connection.",
	},
	outbound.TLSName: {integrations.CauseTLS, false, "The certificate is for another name: check the host name."},
	outbound.TLSUntrusted: {
		integrations.CauseTLS, false,
		"If a private authority signed the certificate, the operator can trust it with ADMIN_API_OUTBOUND_CA.",
	},
	outbound.TLSExpired: {
		integrations.CauseTLS, false, "The remote system must renew its certificate; check the clock of the server too.",
	},
	outbound.TLSVersion: {
		integrations.CauseTLS, false, "The remote system offers only outdated TLS versions; it should be updated.",
	},
	outbound.TLSOther: {integrations.CauseTLS, true, "Check that the port speaks TLS."},
	outbound.RedirectRefused: {
		integrations.CauseConfig, false, "The address leads elsewhere: enter the final address of the system itself.",
	},
	outbound.TooLarge:  {integrations.CauseRemote, false, otherThing},
	outbound.Truncated: {integrations.CauseRemote, true, tryAgain},
	outbound.Malformed: {integrations.CauseRemote, false, otherThing},
}

func outcomeOf(kind outbound.Kind) outcome {
	if o, known := outcomes[kind]; known {
		return o
	}
	return outcome{cause: integrations.CauseRemote, retryable: true, hint: tryAgain}
}

// classify turns an error of the way out into a failure; nil for other errors.
func classify(err error) *integrations.Failure {
	var out *outbound.Error
	if !errors.As(err, &out) {
		if errors.Is(err, context.DeadlineExceeded) {
			out = &outbound.Error{Kind: outbound.Timeout, Phase: outbound.PhaseRead}
		} else {
			return nil
		}
	}
	o := outcomeOf(out.Kind)
	return &integrations.Failure{
		Cause: o.cause, Code: string(out.Kind), Detail: "Connection: " + out.Error() + ".",
		Hint: o.hint, Retryable: o.retryable,
	}
}

// failureOf is why a probe ended with err; nil where it did not.
func failureOf(err error) *integrations.Failure {
	var f *integrations.Failure
	switch {
	case err == nil:
		return nil
	case errors.As(err, &f):
		return f
	}
	if f := classify(err); f != nil {
		return f
	}
	return unexpected.Failure()
}

// unexpected is what a test ends with for which nobody has another word.
var unexpected = integrations.Diagnosis{
	Cause: integrations.CauseRemote, Code: "unexpected", Retryable: true,
	Detail: "The test ended in an unexpected way.", Hint: "Try again; if it stays, look at the server's log.",
}

// Diagnoses returns the failures that a test of any type can end with, each
// code once, in the order of their codes. The caller owns the list.
func Diagnoses() []integrations.Diagnosis {
	all := []integrations.Diagnosis{unexpected}
	for _, kind := range outbound.Kinds() {
		o := outcomeOf(kind)
		all = append(all, integrations.Diagnosis{
			Cause: o.cause, Code: string(kind), Detail: "Connection: " + kind.Text() + ".", Hint: o.hint, Retryable: o.retryable,
		})
	}
	all = append(all, integrations.Diagnoses()...)
	byCode := func(a, b integrations.Diagnosis) int { return strings.Compare(a.Code, b.Code) }
	slices.SortStableFunc(all, byCode)
	return slices.CompactFunc(all, func(a, b integrations.Diagnosis) bool { return byCode(a, b) == 0 })
}
