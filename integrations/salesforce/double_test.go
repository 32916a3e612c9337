package salesforce

import (
	"fmt"
	"net/http"
	"strings"
)

const (
	exampleHost    = "acme.my.salesforce.com"
	exampleKey     = "3MVG9d8.EXAMPLE.KEY.OF.A.CONNECTED.APP"
	exampleSecret  = "8F1D0A6C5B3E47928F1D0A6C5B3E4792"
	exampleRefresh = "5Aep861.EXAMPLE.OF.A.REFRESH.TOKEN"
	exampleAccess  = "00Dxx0000001gPL!EXAMPLE.OF.AN.ACCESS.TOKEN"
)

// organization is a double of one Salesforce organization.
type organization struct {
	// host is the only one that answers.
	host string
	// instance is where the access token is said to be good; "" for the host.
	instance string
	// grant is more of the token endpoint's answer, beginning with a comma.
	grant string
	// refused is an error of the token endpoint, "error description".
	refused string
	// status and code refuse the limits; limited users see none.
	status  int
	code    string
	limited bool
}

// ServeHTTP implements http.Handler.
func (o organization) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	switch {
	case r.Host != o.host && r.Host != strings.TrimPrefix(o.instance, "https://"):
		answer(w, http.StatusMisdirectedRequest, `[{"errorCode":"UNKNOWN_HOST","message":"no"}]`)
	case r.URL.Path == "/services/oauth2/token" && r.Method == http.MethodPost:
		o.token(w, r)
	case r.Method != http.MethodGet:
		answer(w, http.StatusMethodNotAllowed, `[{"errorCode":"METHOD_NOT_ALLOWED","message":"no"}]`)
	case r.URL.Path == "/services/data/":
		answer(w, http.StatusOK, `[{"label":"Winter '16","url":"/services/data/v35.0","version":"35.0"},`+
			`{"label":"Summer '24","url":"/services/data/v61.0","version":"61.0"}]`)
	case r.Header.Get("Authorization") != "Bearer "+exampleAccess:
		answer(w, http.StatusUnauthorized, `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`)
	case r.URL.Path == "/services/data/v61.0/limits":
		o.limits(w)
	case r.URL.Path == "/services/oauth2/userinfo":
		answer(w, http.StatusOK, `{"user_id":"005xx000001SwiUAAS","organization_id":"00Dxx0000001gPLEAY"}`)
	default:
		answer(w, http.StatusNotFound, `[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]`)
	}
}

func (o organization) token(w http.ResponseWriter, r *http.Request) {
	refusal := o.refused
	switch {
	case refusal != "":
	case r.URL.RawQuery != "" || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		refusal = "invalid_request must be a form"
	case r.PostFormValue("grant_type") != "refresh_token":
		refusal = "unsupported_grant_type grant type not supported"
	case r.PostFormValue("client_id") != exampleKey:
		refusal = "invalid_client_id client identifier invalid"
	case r.PostFormValue("client_secret") != exampleSecret:
		refusal = "invalid_client invalid client credentials"
	case r.PostFormValue("refresh_token") != exampleRefresh:
		refusal = "invalid_grant expired access/refresh token"
	}
	if refusal != "" {
		code, description, _ := strings.Cut(refusal, " ")
		answer(w, http.StatusBadRequest, fmt.Sprintf(`{"error":%q,"error_description":%q}`, code, description))
		return
	}
	instance := o.instance
	if instance == "" {
		instance = "https://" + o.host
	}
	answer(w, http.StatusOK, fmt.Sprintf(`{"access_token":%q,"instance_url":%q,`+
		`"id":"https://login.salesforce.com/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS","token_type":"Bearer",`+
		`"issued_at":"1278448384422","signature":"RVhBTVBMRQ==","scope":"refresh_token full"%s}`,
		exampleAccess, instance, o.grant))
}

func (o organization) limits(w http.ResponseWriter) {
	w.Header().Set("Sforce-Limit-Info", "api-usage=18/15000")
	switch {
	case o.limited:
		answer(w, http.StatusForbidden, `[{"errorCode":"INSUFFICIENT_ACCESS","message":"no"}]`)
	case o.code != "":
		answer(w, o.status, fmt.Sprintf(`[{"errorCode":%q,"message":%q}]`, o.code, exampleSecret))
	default:
		answer(w, http.StatusOK, `{"DailyApiRequests":{"Max":15000,"Remaining":14982},"DataStorageMB":{"Max":1024,"Remaining":1000}}`)
	}
}

func answer(w http.ResponseWriter, status int, document string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, document)
}
