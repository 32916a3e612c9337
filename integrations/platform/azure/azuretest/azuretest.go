// Package azuretest plays a Speech resource of Microsoft Azure in the tests of
// types: it checks the key and issues tokens, and leaves the rest to the type.
//
// It is for tests only.
package azuretest

import (
	"fmt"
	"io"
	"net/http"
)

// Key is the key of the resource.
const Key = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"

// Token is what the resource issues for its key: a JSON Web Token.
const Token = "eyJhbGciOiJFUzI1NiJ9.eyJyZWdpb24iOiJ4In0.bWFkZS11cA" //nolint:gosec // It is made up.

// Resource returns a handler that answers as the resource does at one host.
// Requests with its key other than for a token go to serve; nil for none.
func Resource(host string, serve http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Host != host:
			Refuse(w, http.StatusNotFound, "404", "Resource not found")
		case r.Header.Get("Ocp-Apim-Subscription-Key") != Key:
			Refuse(w, http.StatusUnauthorized, "401", "Access denied due to invalid subscription key or wrong API endpoint.")
		case r.URL.Path == "/sts/v1.0/issueToken":
			issue(w, r)
		case serve != nil:
			serve(w, r)
		default:
			Refuse(w, http.StatusNotFound, "404", "Resource not found")
		}
	}
}

// issue answers with a token, as text.
func issue(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method != http.MethodPost:
		Refuse(w, http.StatusNotFound, "404", "Resource not found")
	case r.ContentLength != 0:
		w.WriteHeader(http.StatusLengthRequired)
	default:
		w.Header().Set("Content-Type", "application/jwt; charset=us-ascii")
		_, _ = io.WriteString(w, Token)
	}
}

// Refuse answers as Azure does.
func Refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"error":{"code":%q,"message":%q}}`, code, message)
}

// Refusing returns a handler that refuses everything.
func Refusing(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { Refuse(w, status, code, message) }
}
