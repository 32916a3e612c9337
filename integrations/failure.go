package integrations

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// NewFailure returns a failure that is not worth a retry as it is; detail and
// hint must hold no secret and nothing that the remote system sent.
func NewFailure(cause Cause, code, detail, hint string) *Failure {
	return &Failure{Cause: cause, Code: code, Detail: detail, Hint: hint}
}

// Diagnosis is a failure that is known beforehand. The probes of a type return
// what its definition lists, so that code and reference say the same.
type Diagnosis struct {
	Cause Cause
	// Code, Detail and Hint are those of the failure; none holds a secret.
	Code, Detail, Hint string
	Retryable          bool
}

// Failure returns a failure of its own for each call.
func (d Diagnosis) Failure() *Failure {
	f := NewFailure(d.Cause, d.Code, d.Detail, d.Hint)
	f.Retryable = d.Retryable
	return f
}

// From is Failure with the status of the answer that showed it, and for what can
// be tried again with the time that the remote system asks to wait.
func (d Diagnosis) From(a *Answer) *Failure {
	f := d.Failure()
	f.HTTPStatus = a.Status
	if d.Retryable {
		f.RetryAfter = a.retryAfter()
	}
	return f
}

// JSON decodes the body. Anything that does not fit into is a *Failure of code
// "unexpected_answer", which quotes nothing.
func (a *Answer) JSON(into any) error {
	if err := json.Unmarshal(a.Body, into); err == nil {
		return nil
	}
	return unexpectedAnswer.From(a)
}

// Failure returns what the status says went wrong; nil for 2xx. Each call
// returns a failure of its own, which the caller may refine.
func (a *Answer) Failure() *Failure {
	if a.Status >= 200 && a.Status < 300 {
		return nil
	}
	return diagnosisOf(a.Status).From(a)
}

// longestWait bounds what a remote system may ask for.
const longestWait = 24 * time.Hour

// retryAfter reads Retry-After, seconds or a date (RFC 9110 section 10.2.3); a
// date counts from the answer's own one, because clocks differ.
func (a *Answer) retryAfter() time.Duration {
	text := a.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, longestWait)
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	from, err := http.ParseTime(a.Header.Get("Date"))
	if err != nil {
		from = a.received
	}
	return min(max(until.Sub(from), 0), longestWait)
}
