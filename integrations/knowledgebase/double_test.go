package knowledgebase

import (
	"net/http"
	"strings"
)

// base is a knowledge base with a token endpoint beside it. It answers searches
// of those who bring one header.
type base struct {
	header, value string
	method        string
	results       string // the document that answers a search
	token         string // the document that grants a token
}

const (
	found     = `{"data":{"articles":[{"id":17,"title":"Refunds","summary":"How we refund."}]}}`
	grantedIt = `{"access_token":"s3cr3t-access","token_type":"bearer","expires_in":3600}`
)

// ServeHTTP implements http.Handler.
func (b base) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch r.Host {
	case "login.acme.example":
		b.grant(w, r)
	case "kb.acme.example":
		b.answer(w, r)
	default:
		w.WriteHeader(http.StatusMisdirectedRequest)
	}
}

func (b base) answer(w http.ResponseWriter, r *http.Request) {
	method := b.method
	if method == "" {
		method = http.MethodGet
	}
	switch {
	case r.URL.Path != "/api/search" || r.URL.RawQuery != "q=test&limit=10":
		w.WriteHeader(http.StatusNotFound)
	case r.Method != method || r.ContentLength > 0:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case r.Header.Get(b.header) != b.value:
		w.WriteHeader(http.StatusUnauthorized)
	default:
		say(w, b.results, found)
	}
}

func (b base) grant(w http.ResponseWriter, r *http.Request) {
	id, word, _ := r.BasicAuth()
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/token" ||
		!strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		w.WriteHeader(http.StatusNotFound)
	case id != "contact%3Acenter" || word != "s3cr3t+word":
		w.WriteHeader(http.StatusUnauthorized)
		say(w, "", `{"error":"invalid_client"}`)
	case r.PostFormValue("grant_type") != "client_credentials":
		w.WriteHeader(http.StatusBadRequest)
		say(w, "", `{"error":"unsupported_grant_type"}`)
	case r.PostFormValue("scope") != "kb.read":
		w.WriteHeader(http.StatusBadRequest)
		say(w, "", `{"error":"invalid_scope"}`)
	default:
		say(w, b.token, grantedIt)
	}
}

func say(w http.ResponseWriter, special, usual string) {
	if special == "" {
		special = usual
	}
	_, _ = w.Write([]byte(special))
}
