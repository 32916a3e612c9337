// Package salesforcetest plays a Salesforce organization for tests: its token
// endpoint, the authorization of an app in a browser, and the few resources that
// a probe reads. It knows no more of Salesforce than the documentation says.
package salesforcetest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// An organization, its app and what it gave out before; all made up.
const (
	Host    = "acme.my.salesforce.com"
	Key     = "3MVG9d8.EXAMPLE.KEY.OF.A.CONNECTED.APP"
	Secret  = "8F1D0A6C5B3E47928F1D0A6C5B3E4792" //nolint:gosec // made up
	Refresh = "5Aep861.EXAMPLE.OF.A.REFRESH.TOKEN"
	Access  = "00Dxx0000001gPL!EXAMPLE.OF.AN.ACCESS.TOKEN"
	// Identity is as whom a probe is known.
	Identity = "user 005xx000001SwiUAAS of organization 00Dxx0000001gPLEAY"
)

// Organization is a double of one Salesforce organization. A copy plays the
// same one.
type Organization struct {
	// Host is the only one that answers.
	Host string
	// Instance is where the access token is said to be good; "" for the host.
	Instance string
	// Grant is more of the token endpoint's answer, beginning with a comma.
	Grant string
	// Refused is an error of the token endpoint, "error description".
	Refused string
	// Status and Code refuse the limits; Limited users see none.
	Status  int
	Code    string
	Limited bool
	// Consent is what happens in browsers; nil where none comes.
	Consent *Consent
}

// ServeHTTP implements http.Handler.
func (o Organization) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	switch {
	case r.Host != o.Host && r.Host != strings.TrimPrefix(o.Instance, "https://"):
		Answer(w, http.StatusMisdirectedRequest, `[{"errorCode":"UNKNOWN_HOST","message":"no"}]`)
	case r.URL.Path == "/services/oauth2/token" && r.Method == http.MethodPost:
		o.token(w, r)
	case r.Method != http.MethodGet:
		Answer(w, http.StatusMethodNotAllowed, `[{"errorCode":"METHOD_NOT_ALLOWED","message":"no"}]`)
	case r.URL.Path == "/services/oauth2/authorize" && o.Consent != nil:
		o.Consent.serve(w, r)
	case r.URL.Path == "/services/data/":
		Answer(w, http.StatusOK, `[{"label":"Winter '16","url":"/services/data/v35.0","version":"35.0"},`+
			`{"label":"Summer '24","url":"/services/data/v61.0","version":"61.0"}]`)
	case r.Header.Get("Authorization") != "Bearer "+Access:
		Answer(w, http.StatusUnauthorized, `[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`)
	case r.URL.Path == "/services/data/v61.0/limits":
		o.limits(w)
	case r.URL.Path == "/services/oauth2/userinfo":
		Answer(w, http.StatusOK, `{"user_id":"005xx000001SwiUAAS","organization_id":"00Dxx0000001gPLEAY"}`)
	default:
		Answer(w, http.StatusNotFound, `[{"errorCode":"NOT_FOUND","message":"The requested resource does not exist"}]`)
	}
}

func (o Organization) token(w http.ResponseWriter, r *http.Request) {
	refresh, refusal := "", o.Refused
	switch {
	case refusal != "":
	case r.URL.RawQuery != "" || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		refusal = "invalid_request must be a form"
	case r.PostFormValue("client_id") != Key:
		refusal = "invalid_client_id client identifier invalid"
	case r.PostFormValue("client_secret") != Secret:
		refusal = "invalid_client invalid client credentials"
	case r.PostFormValue("grant_type") == "authorization_code" && o.Consent != nil:
		refresh, refusal = o.Consent.exchange(r)
	case r.PostFormValue("grant_type") != "refresh_token":
		refusal = "unsupported_grant_type grant type not supported"
	case !slices.Contains(o.Consent.refreshTokens(), r.PostFormValue("refresh_token")):
		refusal = "invalid_grant expired access/refresh token"
	}
	if refusal != "" {
		code, description, _ := strings.Cut(refusal, " ")
		Answer(w, http.StatusBadRequest, fmt.Sprintf(`{"error":%q,"error_description":%q}`, code, description))
		return
	}
	instance := o.Instance
	if instance == "" {
		instance = "https://" + o.Host
	}
	more := o.Grant
	if refresh != "" {
		more += fmt.Sprintf(`,"refresh_token":%q`, refresh)
	}
	Answer(w, http.StatusOK, fmt.Sprintf(`{"access_token":%q,"instance_url":%q,`+
		`"id":"https://login.salesforce.com/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS","token_type":"Bearer",`+
		`"issued_at":"1278448384422","signature":"RVhBTVBMRQ==","scope":"refresh_token api"%s}`, Access, instance, more))
}

func (o Organization) limits(w http.ResponseWriter) {
	w.Header().Set("Sforce-Limit-Info", "api-usage=18/15000")
	switch {
	case o.Limited:
		Answer(w, http.StatusForbidden, `[{"errorCode":"INSUFFICIENT_ACCESS","message":"no"}]`)
	case o.Code != "":
		Answer(w, o.Status, fmt.Sprintf(`[{"errorCode":%q,"message":%q}]`, o.Code, Secret))
	default:
		Answer(w, http.StatusOK, `{"DataStorageMB":{"Max":1024,"Remaining":1000},`+
			`"DailyApiRequests":{"Max":15000,"Remaining":14982,"Data Loader":{"Max":0,"Remaining":0}},`+
			`"PermissionSets":{"Max":1500,"Remaining":1499,"CreateCustom":{"Max":1000,"Remaining":999}}}`)
	}
}

// Answer writes a document.
func Answer(w http.ResponseWriter, status int, document string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprint(w, document)
}
