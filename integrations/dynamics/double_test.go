package dynamics

import (
	"fmt"
	"net/http"
	"strings"
)

const (
	loginHost        = "login.microsoftonline.com"
	apiHost          = "acme.crm.dynamics.com"
	exampleDirectory = "6f1c2d3e-4b5a-4c6d-8e7f-0a1b2c3d4e5f"
	exampleClient    = "8d2b7c14-93f6-4a0e-b5c8-1f6e7a9d0b23"
	exampleSecret    = "kX98Q~mPz0.rT5vW2yB7nC4dF6gH1jL3sA8eU9oI"
	exampleRefresh   = "0.AXEAPi0cb1pLbUyOfwobLD1OXxR8K43-kwTKtcgfbnqdCyPEAAo.AgABAwEAAAA"
	exampleAccess    = "eyJ0eXAiOiJKV1QifQ.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJl"
	exampleUser      = "7f3c9a52-0b1d-4e86-9c47-5d2e8f6a1b30"
	exampleOrg       = "2b8e4f61-7c9d-4a35-8e0f-6a1c3d5b7e92"
)

// microsoft is a double of the token endpoint and of one organization.
type microsoft struct {
	// refused is an error of the token endpoint, "error number".
	refused string
	// status and code refuse WhoAmI.
	status int
	code   string
	// who is the answer to WhoAmI, when set.
	who string
	// requests, when set, collects what was asked.
	requests *[]string
}

// ServeHTTP implements http.Handler.
func (m microsoft) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if m.requests != nil {
		*m.requests = append(*m.requests, r.Method+" "+r.Host+r.URL.RequestURI())
	}
	switch {
	case r.Host == loginHost && r.Method == http.MethodPost:
		m.token(w, r)
	case r.Host == apiHost && r.Method == http.MethodGet:
		m.whoAmI(w, r)
	default:
		answer(w, http.StatusMethodNotAllowed, `{"Message":"The requested resource does not support this method."}`)
	}
}

// token judges the form as the endpoints do: version 1 wants a resource, version
// 2.0 a scope.
func (m microsoft) token(w http.ResponseWriter, r *http.Request) {
	refusal := m.refused
	if refusal == "" {
		refusal = judge(r)
	}
	if refusal == "" {
		answer(w, http.StatusOK, fmt.Sprintf(`{"token_type":"Bearer","scope":"user_impersonation","expires_in":"3599",`+
			`"access_token":%q,"refresh_token":"0.NEW"}`, exampleAccess))
		return
	}
	code, number, _ := strings.Cut(refusal, " ")
	status := http.StatusBadRequest
	if code == "invalid_client" {
		status = http.StatusUnauthorized
	}
	answer(w, status, fmt.Sprintf(`{"error":%q,"error_description":"AADSTS%s: %s","error_codes":[%s],"timestamp":"2026-03-01 12:00:00Z"}`,
		code, number, exampleSecret, number))
}

// judge returns what is wrong with a request of a token.
func judge(r *http.Request) string {
	base := "/" + exampleDirectory + "/oauth2/"
	audience, grant := r.PostFormValue("resource"), r.PostFormValue("grant_type")
	if r.URL.Path == base+"v2.0/token" {
		audience, _ = strings.CutSuffix(r.PostFormValue("scope"), "/user_impersonation")
		audience, _ = strings.CutSuffix(audience, "/.default")
	}
	switch {
	case r.URL.Path != base+"token" && r.URL.Path != base+"v2.0/token":
		return "invalid_request 90002"
	case r.URL.RawQuery != "" || r.Header.Get("Authorization") != "":
		return "invalid_request 90014"
	case !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		return "invalid_request 900144"
	case r.PostFormValue("client_id") != exampleClient:
		return "unauthorized_client 700016"
	case r.PostFormValue("client_secret") != exampleSecret:
		return "invalid_client 7000215"
	case audience != "https://"+apiHost:
		return "invalid_resource 500011"
	case grant == "refresh_token" && r.PostFormValue("refresh_token") != exampleRefresh:
		return "invalid_grant 9002313"
	case grant != "refresh_token" && grant != "client_credentials":
		return "unsupported_grant_type 70003"
	}
	return ""
}

func (m microsoft) whoAmI(w http.ResponseWriter, r *http.Request) {
	switch {
	case m.code != "":
		answer(w, m.status, fmt.Sprintf(`{"error":{"code":%q,"message":%q}}`, m.code, exampleAccess))
	case m.status != 0:
		answer(w, m.status, `{"Message":"An error has occurred."}`)
	case r.Header.Get("Authorization") != "Bearer "+exampleAccess:
		answer(w, http.StatusUnauthorized, ``)
	case r.URL.Path != "/api/data/v9.0/WhoAmI":
		answer(w, http.StatusNotFound, `{"error":{"code":"0x8006088a","message":"Resource not found"}}`)
	case r.Header.Get("Odata-Version") != "4.0" || r.Header.Get("Accept") != "application/json":
		answer(w, http.StatusPreconditionFailed, `{"error":{"code":"0x0","message":"OData version"}}`)
	case m.who != "":
		answer(w, http.StatusOK, m.who)
	default:
		answer(w, http.StatusOK, fmt.Sprintf(`{"@odata.context":"x","BusinessUnitId":%q,"UserId":%q,"OrganizationId":%q}`,
			exampleOrg, exampleUser, exampleOrg))
	}
}

func answer(w http.ResponseWriter, status int, document string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, document)
}
