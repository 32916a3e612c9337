package integrationtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"admin-api/integrations"
)

// The misbehaviours of a remote system that the suite plays; names for
// Fixture.Expect.
const (
	Unauthorized      = "401"
	Forbidden         = "403"
	NotFound          = "404"
	TooManyRequests   = "429"
	ServerError       = "500"
	Slow              = "slow"
	Truncated         = "truncated"
	HTML              = "html"
	RedirectInside    = "redirect inside"
	RedirectElsewhere = "redirect elsewhere"
	Oversized         = "oversized"
	TLSWrongName      = "tls wrong name"
	TLSUntrusted      = "tls untrusted"
	NameNotFound      = "name not found"
	ConnectionRefused = "connection refused"
)

const elsewhere = "elsewhere.example"

// foreign is a text that remote systems send and that must not be passed on.
const foreign = "text-of-the-remote-system"

// misbehaviour is a way in which a remote system lets callers down.
type misbehaviour struct {
	name    string
	handler func(w http.ResponseWriter, r *http.Request) // nil where nobody is reached
	outcome Outcome
}

func misbehaviours() []misbehaviour {
	return []misbehaviour{
		{Unauthorized, status(http.StatusUnauthorized), Outcome{integrations.CauseCredentials, "credentials_rejected"}},
		{Forbidden, status(http.StatusForbidden), Outcome{integrations.CausePermission, "permission_denied"}},
		{NotFound, status(http.StatusNotFound), Outcome{integrations.CauseConfig, "not_found"}},
		{TooManyRequests, status(http.StatusTooManyRequests), Outcome{integrations.CauseRateLimited, "rate_limited"}},
		{ServerError, status(http.StatusInternalServerError), Outcome{integrations.CauseRemote, "remote_error"}},
		{Slow, slow, Outcome{integrations.CauseNetwork, "timeout"}},
		{Truncated, truncated, Outcome{integrations.CauseRemote, "answer_truncated"}},
		{HTML, page, Outcome{integrations.CauseRemote, "unexpected_answer"}},
		{RedirectInside, redirect("http://169.254.169.254/latest/meta-data/"), redirectRefused},
		{RedirectElsewhere, redirect("https://" + elsewhere + "/"), redirectRefused},
		{Oversized, oversized, Outcome{integrations.CauseRemote, "answer_too_large"}},
		{TLSWrongName, nil, Outcome{integrations.CauseTLS, "tls_wrong_name"}},
		{TLSUntrusted, nil, Outcome{integrations.CauseTLS, "tls_untrusted"}},
		{NameNotFound, nil, Outcome{integrations.CauseNetwork, "name_not_found"}},
		{ConnectionRefused, nil, Outcome{integrations.CauseNetwork, "connection_refused"}},
	}
}

var redirectRefused = Outcome{integrations.CauseConfig, "redirect_refused"}

// retryAfter is what the remote system asks for, in seconds.
const retryAfter = 7

// status answers with a status and, as some do, repeats what it was sent.
func status(code int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(io.LimitReader(r.Body, maxAnswer/4)) // what cannot be read is not repeated
		w.Header().Set("Content-Type", "application/json")
		if code == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", fmt.Sprint(retryAfter))
		}
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"error": foreign, "message": foreign, "uri": r.RequestURI, "headers": r.Header, "body": string(body),
		})
	}
}

// slow answers nothing, not even when the caller goes: a farewell reaches the
// server before the caller has stopped listening.
func slow(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // only then net/http notices that the caller goes
	<-r.Context().Done()
	panic(http.ErrAbortHandler)
}

func truncated(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"`+foreign)
}

func page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!DOCTYPE html><title>"+foreign+"</title>")
}

func redirect(to string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusTemporaryRedirect) }
}

func oversized(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"x":"`+strings.Repeat("x", 2*maxAnswer)+`"}`)
}
