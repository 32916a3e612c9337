package zendesk

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
)

const (
	user   = "integration@acme.com"
	token  = "k3Jd9sQ2mX7vB1nZ5tR8yW4cF6hL0pG3aE9uT2iK"
	bearer = "5f0c2d7ab94e13f86d20c7b15e9a4f38d61b02c7e94a5f13"
)

// remote is a Zendesk as its documentation and its clients describe it: the
// own user is shown to anybody, a stranger is a user without id, and everything
// else answers 401 to strangers.
type remote struct {
	self     map[string]any // members of the own user that differ from an agent's
	count    string         // body of the count, when set
	status   int            // of the count, when not 200
	requests []string
}

func (z *remote) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	z.requests = append(z.requests, r.Method+" "+r.Host+r.URL.RequestURI())
	if problem := misuse(r); problem != "" {
		http.Error(w, problem, http.StatusTeapot)
		return
	}
	switch r.URL.Path {
	case "/api/v2/users/me.json":
		z.showSelf(w, r)
	case "/api/v2/search/count.json":
		z.showCount(w, r)
	default:
		refuse(w, http.StatusNotFound, "InvalidEndpoint")
	}
}

// misuse finds what the API does not take: credentials outside the header,
// other methods than reading.
func misuse(r *http.Request) string {
	switch {
	case r.Method != http.MethodGet:
		return "only reading"
	case r.Header.Get("Accept") != "application/json":
		return "accept"
	case strings.Contains(r.URL.RequestURI(), token) || strings.Contains(r.URL.RequestURI(), bearer):
		return "credentials in the address"
	}
	return ""
}

// known tells an accepted caller: "user/token" with the token by Basic, or an
// OAuth token by Bearer. A password, or the user without "/token", is refused.
func known(r *http.Request) bool {
	if name, password, ok := r.BasicAuth(); ok {
		return name == user+"/token" && password == token
	}
	return r.Header.Get("Authorization") == "Bearer "+bearer
}

func (z *remote) showSelf(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") && !known(r) {
		refuse(w, http.StatusUnauthorized, "invalid_token")
		return
	}
	self := map[string]any{
		"id": nil, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user", "active": false,
		"authenticity_token": "n0t-a-secret",
	}
	if known(r) {
		self = map[string]any{
			"id": 35436, "name": "Integration", "email": user, "role": "agent", "active": true, "suspended": false, "verified": true,
		}
		maps.Copy(self, z.self)
	}
	write(w, map[string]any{"user": self})
}

func (z *remote) showCount(w http.ResponseWriter, r *http.Request) {
	if z.status != 0 {
		refuse(w, z.status, "Forbidden")
		return
	}
	if !known(r) {
		w.Header().Set("WWW-Authenticate", `Basic realm="Web Password"`)
		refuse(w, http.StatusUnauthorized, "Couldn't authenticate you")
		return
	}
	if r.URL.Query().Get("query") != "type:ticket" {
		refuse(w, http.StatusUnprocessableEntity, "invalid")
		return
	}
	if z.count != "" {
		_, _ = fmt.Fprint(w, z.count)
		return
	}
	write(w, map[string]any{"count": 1204})
}

func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": text})
}

func write(w http.ResponseWriter, document any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(document)
}
