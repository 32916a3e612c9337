package outbound

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"syscall"
)

// The phases of an exchange. An [Observer] hears of the first three; an
// [Error] names the one that went wrong.
const (
	PhaseResolve  = "resolve"
	PhaseConnect  = "connect"
	PhaseTLS      = "tls"
	PhaseRead     = "read"
	PhaseRedirect = "redirect"
)

// Kind is the class of an [Error]: stable, snake_case.
type Kind string

// The kinds.
const (
	// InvalidAddress: not host:port, or a URL that is neither http nor https.
	InvalidAddress Kind = "invalid_address"
	// NameNotFound: the name does not exist or has no address.
	NameNotFound Kind = "name_not_found"
	// NameServer: the name server gave no usable answer.
	NameServer Kind = "name_server_failed"
	// Blocked: the guard refused the address; nothing was dialled.
	Blocked Kind = "blocked"
	// Refused: nobody listens there.
	Refused Kind = "connection_refused"
	// Unreachable: no route, or a firewall says no.
	Unreachable Kind = "unreachable"
	// Timeout: the time for the exchange is over.
	Timeout Kind = "timeout"
	// Canceled: the caller gave up.
	Canceled Kind = "canceled"
	// Reset: the other side broke the connection off.
	Reset Kind = "connection_reset"
	// TLSName: the certificate is for other names.
	TLSName Kind = "tls_wrong_name"
	// TLSUntrusted: no trusted root vouches for the certificate.
	TLSUntrusted Kind = "tls_untrusted"
	// TLSExpired: the certificate is expired or not yet valid.
	TLSExpired Kind = "tls_expired"
	// TLSVersion: no common TLS version at or above the lowest permitted one.
	TLSVersion Kind = "tls_version"
	// TLSOther: the TLS handshake went wrong in another way.
	TLSOther Kind = "tls_failed"
	// RedirectRefused: the answer sends elsewhere; nothing was dialled there.
	RedirectRefused Kind = "redirect_refused"
	// TooLarge: the answer is longer than what may be read.
	TooLarge Kind = "answer_too_large"
	// Truncated: the answer ended before its announced end.
	Truncated Kind = "answer_truncated"
	// Malformed: the answer is no HTTP, or its compression is broken.
	Malformed Kind = "answer_malformed"
	// Other: none of the above.
	Other Kind = "exchange_failed"
)

var texts = map[Kind]string{
	InvalidAddress:  "not an address that can be dialled",
	NameNotFound:    "name not found",
	NameServer:      "the name server gave no answer",
	Blocked:         "address not permitted",
	Refused:         "connection refused",
	Unreachable:     "host unreachable",
	Timeout:         "timed out",
	Canceled:        "canceled",
	Reset:           "the other side closed the connection",
	TLSName:         "the certificate is for another name",
	TLSUntrusted:    "the certificate is not trusted",
	TLSExpired:      "the certificate is outside its period of validity",
	TLSVersion:      "no common TLS version",
	TLSOther:        "the TLS handshake went wrong",
	RedirectRefused: "redirect refused",
	TooLarge:        "the answer is too large",
	Truncated:       "the answer is incomplete",
	Malformed:       "the answer cannot be understood",
	Other:           "the exchange went wrong",
}

// Kinds returns every kind in alphabetical order.
func Kinds() []Kind { return slices.Sorted(maps.Keys(texts)) }

// Text returns what the kind means, as a phrase; empty for one that there is not.
func (k Kind) Text() string { return texts[k] }

// Error is what went wrong on the way out. Its text holds host and port, never
// path, query or user of a URL, nor anything that the other side sent beyond
// the names in its certificate. Unwrap gives the cause, whose text is not
// covered by that promise.
type Error struct {
	// Phase is one of the Phase constants.
	Phase string
	// Kind is the class.
	Kind Kind
	// Addr is host:port, for a refused redirect the one it leads to; it is
	// empty for an address that could not be parsed.
	Addr string
	// Detail is a phrase that says more, or "".
	Detail string

	cause error
}

// Error implements error.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Phase)
	if e.Addr != "" {
		b.WriteString(" " + e.Addr)
	}
	b.WriteString(": " + texts[e.Kind])
	if e.Detail != "" {
		b.WriteString(" (" + e.Detail + ")")
	}
	return b.String()
}

// Unwrap returns the cause; nil when the error is this package's own decision.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is an *Error with the same kind, and the same
// phase if target names one: errors.Is(err, &Error{Kind: Blocked}).
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && (t.Phase == "" || t.Phase == e.Phase)
}

// Timeout implements [net.Error].
func (e *Error) Timeout() bool { return e.Kind == Timeout }

// Temporary implements [net.Error]; it is always false.
func (e *Error) Temporary() bool { return false }

// KindOf returns the kind of the *Error in err's chain, or "" without one.
func KindOf(err error) Kind {
	if own, ok := errors.AsType[*Error](err); ok {
		return own.Kind
	}
	return ""
}

// Clean removes from err what may hold a URL: it returns the *Error in err's
// chain, or one made from the [url.Error] in it, or else err itself. Errors of
// an [http.Client] that other code drives go through it before anybody reads
// them; [Client.Do] has done it already.
func Clean(err error) error {
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		if u.Op == "parse" {
			return &Error{Phase: PhaseResolve, Kind: InvalidAddress}
		}
		return classify(PhaseRead, "", u.Err)
	}
	return err
}

// classify turns err, which happened in phase towards addr, into an *Error.
func classify(phase, addr string, err error) *Error {
	if own, ok := errors.AsType[*Error](err); ok {
		return own
	}
	e := &Error{Phase: phase, Kind: Other, Addr: addr, cause: err}
	for _, tell := range []func(error) (Kind, string){kindOfTime, kindOfName, kindOfTLS, kindOfSocket, kindOfAnswer} {
		if kind, detail := tell(err); kind != "" {
			e.Kind, e.Detail = kind, detail
			return e
		}
	}
	if phase == PhaseTLS {
		e.Kind = TLSOther
	}
	return e
}

func kindOfTime(err error) (Kind, string) {
	if errors.Is(err, context.Canceled) {
		return Canceled, ""
	}
	if n, ok := errors.AsType[net.Error](err); ok && n.Timeout() {
		return Timeout, ""
	}
	return "", ""
}

func kindOfName(err error) (Kind, string) {
	d, ok := errors.AsType[*net.DNSError](err)
	switch {
	case !ok:
		return "", ""
	case d.IsNotFound:
		return NameNotFound, ""
	}
	return NameServer, ""
}

func kindOfSocket(err error) (Kind, string) {
	errno, ok := errors.AsType[syscall.Errno](err)
	if !ok {
		return "", ""
	}
	switch errno {
	case syscall.ECONNREFUSED:
		return Refused, ""
	case syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE:
		return Reset, ""
	case syscall.EHOSTUNREACH, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.EADDRNOTAVAIL,
		syscall.EACCES, syscall.EPERM, syscall.EAFNOSUPPORT:
		return Unreachable, ""
	}
	return "", ""
}

// kindOfAnswer also knows errors that net/http gives only as text.
func kindOfAnswer(err error) (Kind, string) {
	text := err.Error()
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return Truncated, ""
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
		return Reset, ""
	case strings.Contains(text, "response headers exceeded"):
		return TooLarge, ""
	case strings.Contains(text, "malformed"), strings.Contains(text, "chunk"),
		strings.HasPrefix(text, "gzip:"), strings.HasPrefix(text, "flate:"):
		return Malformed, ""
	}
	return "", ""
}
