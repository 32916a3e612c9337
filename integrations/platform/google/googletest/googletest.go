// Package googletest plays the part of Google that all its products share: the
// endpoint that issues tokens to service accounts, and errors in Google's form.
//
// It is for tests only. It judges assertions by itself, from RFC 7515 and RFC
// 7523, and knows one service account: that of google.ExampleKey.
package googletest

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"time"

	"admin-api/integrations/platform/google"
)

const (
	// TokenHost is where tokens are issued.
	TokenHost = "oauth2.googleapis.com" //nolint:gosec // A name.
	// AccessToken is the one that is issued.
	AccessToken = "ya29.EXAMPLE-OF-AN-ACCESS-TOKEN" //nolint:gosec // It is made up.
	// ClientEmail is the service account's address.
	ClientEmail = "agent-desktop@acme-contact-center.iam.gserviceaccount.com"
	// ProjectID is the service account's project.
	ProjectID = "acme-contact-center"
)

// ServeToken answers as the token endpoint does.
func ServeToken(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host != TokenHost || r.URL.Path != "/token" || r.URL.RawQuery != "":
		http.Error(w, "Not Found", http.StatusNotFound)
	case r.Method != http.MethodPost:
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
	case r.Header.Get("Content-Type") != "application/x-www-form-urlencoded":
		RefuseGrant("invalid_request", "Bad Request")(w, r)
	case r.PostFormValue("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
		RefuseGrant("unsupported_grant_type", "Invalid grant_type")(w, r)
	default:
		code, description := judge(r.PostFormValue("assertion"))
		if code != "" {
			RefuseGrant(code, description)(w, r)
			return
		}
		Say(w, http.StatusOK, fmt.Sprintf(`{"access_token":%q,"expires_in":3599,"token_type":"Bearer"}`, AccessToken))
	}
}

// RefuseGrant returns a handler that issues no token. It repeats the assertion,
// as a careless endpoint might.
func RefuseGrant(code, description string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		status := http.StatusBadRequest
		switch code {
		case "invalid_client", "unauthorized_client", "disabled_client":
			status = http.StatusUnauthorized
		case "access_denied", "admin_policy_enforced":
			status = http.StatusForbidden
		}
		Say(w, status, fmt.Sprintf(`{"error":%q,"error_description":%q,"assertion":%q}`,
			code, description, r.PostFormValue("assertion")))
	}
}

// header and claims are the parts of an assertion.
type header struct {
	Algorithm string `json:"alg"`
	Type      string `json:"typ"`
	KeyID     string `json:"kid"`
}

type claims struct {
	Issuer   string `json:"iss"`
	Scope    string `json:"scope"`
	Audience string `json:"aud"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

// judge returns the error that an assertion deserves.
func judge(assertion string) (code, description string) {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return "invalid_request", "Bad Request"
	}
	var h header
	var c claims
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !decode(parts[0], &h) || !decode(parts[1], &c) {
		return "invalid_grant", "Invalid JWT: Failed to parse"
	}
	now := time.Now().Unix()
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	account := serviceAccount()
	switch {
	case c.Issuer != account.email:
		return "invalid_grant", "Invalid grant: account not found"
	case h.Algorithm != "RS256" || h.Type != "JWT" || h.KeyID != account.keyID,
		rsa.VerifyPKCS1v15(account.key, crypto.SHA256, digest[:], signature) != nil:
		return "invalid_grant", "Invalid JWT Signature."
	case c.Audience != "https://"+TokenHost+"/token":
		return "invalid_grant", "Invalid JWT: audience is wrong"
	case c.Issued > now+60 || c.Expires <= now || c.Expires-c.Issued > 3600:
		return "invalid_grant", "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable " +
			"timeframe. Check your iat and exp values in the JWT claim."
	case c.Scope != "https://www.googleapis.com/auth/cloud-platform":
		return "invalid_scope", "Invalid OAuth scope or ID token audience provided."
	}
	return "", ""
}

func decode(part string, into any) bool {
	text, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(text, into) == nil
}

// account is what Google knows of a service account.
type account struct {
	email, keyID string
	key          *rsa.PublicKey
}

// serviceAccount reads google.ExampleKey; it panics if that is no key.
func serviceAccount() account {
	var file struct {
		Email string `json:"client_email"`
		KeyID string `json:"private_key_id"`
		Key   string `json:"private_key"`
	}
	if err := json.Unmarshal([]byte(google.ExampleKey), &file); err != nil {
		panic(err)
	}
	block, _ := pem.Decode([]byte(file.Key))
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		panic(err)
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		panic("the example's key is no RSA key")
	}
	return account{email: file.Email, keyID: file.KeyID, key: &private.PublicKey}
}

// Authorized reports whether the request carries the token that was issued, and
// answers it if not.
func Authorized(w http.ResponseWriter, r *http.Request) bool {
	if r.Header.Get("Authorization") == "Bearer "+AccessToken {
		return true
	}
	Refuse(http.StatusUnauthorized, "UNAUTHENTICATED", "")(w, r)
	return false
}

// Refuse returns a handler that answers with an error in Google's form. A reason
// is one of Google's own for turning callers away; "" for none. The message
// repeats credentials, as a careless service might.
func Refuse(status int, name, reason string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		details := ""
		if reason != "" {
			details = fmt.Sprintf(`,"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":%q,`+
				`"domain":"googleapis.com","metadata":{"service":%q,"consumer":"projects/123"}},`+
				`{"@type":"type.googleapis.com/google.rpc.LocalizedMessage","locale":"en-US"}]`, reason, r.Host)
		}
		message := "No, " + r.Header.Get("Authorization") + r.Header.Get("X-Goog-Api-Key") + "."
		Say(w, status, fmt.Sprintf(`{"error":{"code":%d,"message":%q,"status":%q%s}}`, status, message, name, details))
	}
}

// Say answers with a JSON document.
func Say(w http.ResponseWriter, status int, document string) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, document) //nolint:gosec // Nobody but a test reads it.
}
