// Package ibmtest plays the part of IBM Cloud that all Watson services share:
// the endpoint that exchanges API keys for tokens, and how services let callers
// in and turn them away.
//
// It is for tests only and knows one API key.
package ibmtest

import (
	"fmt"
	"net/http"
)

const (
	// TokenHost is where keys are exchanged.
	TokenHost = "iam.cloud.ibm.com" //nolint:gosec // A name.
	// APIKey is the one that is known.
	APIKey = "EXAMPLE0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789"
	// AccessToken is what it is exchanged for.
	AccessToken = "eyJraWQiOiJFWEFNUExFIn0.EXAMPLE.TOKEN" //nolint:gosec // It is made up.
)

// ServeToken answers as IAM does.
func ServeToken(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host != TokenHost || r.URL.Path != "/identity/token" || r.URL.RawQuery != "":
		Say(w, http.StatusNotFound, `{"errorCode":"BXNIM0113E","errorMessage":"No such path."}`)
	case r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded":
		Say(w, http.StatusUnsupportedMediaType, `{"errorCode":"BXNIM0123E","errorMessage":"No such form."}`)
	case r.PostFormValue("grant_type") != "urn:ibm:params:oauth:grant-type:apikey":
		RefuseKey("BXNIM0106E")(w, r)
	case r.PostFormValue("response_type") != "cloud_iam":
		RefuseKey("BXNIM0106E")(w, r)
	case r.PostFormValue("apikey") != APIKey:
		RefuseKey("BXNIM0415E")(w, r)
	default:
		Say(w, http.StatusOK, fmt.Sprintf(`{"access_token":%q,"refresh_token":"not_supported","token_type":"Bearer",`+
			`"expires_in":3600,"expiration":1767225600,"scope":"ibm openid"}`, AccessToken))
	}
}

// RefuseKey returns a handler that issues no token. It repeats the key, as a
// careless endpoint might.
func RefuseKey(code string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		Say(w, http.StatusBadRequest, fmt.Sprintf(`{"errorCode":%q,"errorMessage":"Provided API key could not be found.",`+
			`"context":{"requestId":"abc","requestType":"incoming.Identity_Token","apikey":%q}}`,
			code, r.PostFormValue("apikey")))
	}
}

// Authorized reports whether the request carries the token that was issued, and
// answers it if not.
func Authorized(w http.ResponseWriter, r *http.Request) bool {
	if r.Header.Get("Authorization") == "Bearer "+AccessToken {
		return true
	}
	Refuse(http.StatusUnauthorized, "Unauthorized")(w, r)
	return false
}

// Signed reports whether the request carries the user and the password, and
// answers it if not.
func Signed(w http.ResponseWriter, r *http.Request, user, password string) bool {
	gotUser, gotPassword, ok := r.BasicAuth()
	if ok && gotUser == user && gotPassword == password {
		return true
	}
	Refuse(http.StatusUnauthorized, "Unauthorized")(w, r)
	return false
}

// Refuse returns a handler that answers with an error in the services' form.
func Refuse(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		Say(w, status, fmt.Sprintf(`{"code":%d,"error":%q}`, status, text))
	}
}

// Say answers with a JSON document.
func Say(w http.ResponseWriter, status int, document string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, document) //nolint:gosec // Nobody but a test reads it.
}
