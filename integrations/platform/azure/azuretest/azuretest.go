// Package azuretest plays a Speech resource of Microsoft Azure in the tests of
// types: it checks the key and issues tokens.
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

// Resource returns a handler that issues tokens as the resource does at one host.
func Resource(host string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Host != host || r.URL.Path != "/sts/v1.0/issueToken" || r.Method != http.MethodPost:
			Refuse(w, http.StatusNotFound, "404", "Resource not found")
		case r.Header.Get("Ocp-Apim-Subscription-Key") != Key:
			Refuse(w, http.StatusUnauthorized, "401", "Access denied due to invalid subscription key or wrong API endpoint.")
		case r.ContentLength != 0:
			w.WriteHeader(http.StatusLengthRequired)
		default:
			w.Header().Set("Content-Type", "application/jwt; charset=us-ascii")
			_, _ = io.WriteString(w, Token)
		}
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
