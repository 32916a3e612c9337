package salesforcetest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Consent plays what happens in browsers: a user signs in and allows an app the
// access, or does not (OAuth 2.0 web server flow with PKCE). It is safe for
// concurrent use; the exported members are set before.
type Consent struct {
	// Callbacks are those that the app has registered.
	Callbacks []string
	// Denied: the user does not allow the access.
	Denied bool
	// Forgetful: the app has no scope refresh_token, so that none is given.
	Forgetful bool

	mu      sync.Mutex
	codes   map[string]issued
	refresh []string
	all     []string
}

// issued is what a code is good for.
type issued struct{ callback, challenge string }

// Issued returns every code and refresh token that was given out.
func (c *Consent) Issued() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.all)
}

// serve plays the page on which a user allows the access. What is wrong with
// the app is told the user, not the callback.
func (c *Consent) serve(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	callback, err := url.Parse(q.Get("redirect_uri"))
	if refusal := c.refuses(q); refusal != "" || err != nil {
		Answer(w, http.StatusBadRequest, refusal)
		return
	}
	back := url.Values{"state": {q.Get("state")}}
	if c.Denied {
		back.Set("error", "access_denied")
		back.Set("error_description", "end-user denied authorization")
	} else {
		back.Set("code", c.issue(issued{callback: q.Get("redirect_uri"), challenge: q.Get("code_challenge")}))
	}
	callback.RawQuery = back.Encode()
	w.Header().Set("Location", callback.String())
	w.WriteHeader(http.StatusFound)
}

// refuses says what is wrong with a request; "" for nothing.
func (c *Consent) refuses(q url.Values) string {
	foreign := func(scope string) bool { return scope != "api" && scope != "refresh_token" }
	switch {
	case q.Get("client_id") != Key:
		return "invalid_client_id client identifier invalid"
	case !slices.Contains(c.Callbacks, q.Get("redirect_uri")):
		return "redirect_uri_mismatch redirect_uri must match configuration"
	case q.Get("response_type") != "code":
		return "unsupported_response_type response type not supported"
	case q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43:
		return "invalid_request missing required code challenge"
	case slices.ContainsFunc(strings.Fields(q.Get("scope")), foreign):
		return "invalid_scope the requested scope is not allowed"
	}
	return ""
}

func (c *Consent) issue(what issued) string {
	code := "aPrx" + rand.Text() + "=="
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.codes == nil {
		c.codes = map[string]issued{}
	}
	c.codes[code] = what
	c.all = append(c.all, code)
	return code
}

// exchange gives a refresh token for a code, once and only to who asked for the
// code. It returns the refusal "error description" otherwise.
func (c *Consent) exchange(r *http.Request) (refresh, refusal string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	code := r.PostFormValue("code")
	what, known := c.codes[code]
	verifier := r.PostFormValue("code_verifier")
	sum := sha256.Sum256([]byte(verifier))
	switch {
	case !known:
		return "", "invalid_grant invalid authorization code"
	case r.PostFormValue("redirect_uri") != what.callback:
		return "", "redirect_uri_mismatch redirect_uri must match configuration"
	case verifier == "":
		return "", "invalid_grant missing code verifier"
	case base64.RawURLEncoding.EncodeToString(sum[:]) != what.challenge:
		return "", "invalid_request invalid code verifier"
	}
	delete(c.codes, code)
	if c.Forgetful {
		return "", ""
	}
	refresh = "5Aep861" + rand.Text()
	c.refresh, c.all = append(c.refresh, refresh), append(c.all, refresh)
	return refresh, ""
}

// refreshTokens are those that are good.
func (c *Consent) refreshTokens() []string {
	if c == nil {
		return []string{Refresh}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return append(slices.Clone(c.refresh), Refresh)
}
