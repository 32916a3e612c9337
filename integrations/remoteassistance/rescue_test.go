package remoteassistance

import (
	"fmt"
	"net/http"
	"strings"
)

const (
	exampleUser     = "rescue-master@acme.com"
	examplePassword = "correct horse battery staple"
)

// rescueDouble is a double of the Rescue API. It answers 200 whatever happens, as Rescue
// does.
type rescueDouble struct {
	// host is the only one that answers.
	host string
	// login and account replace the answers of the two methods; "" for what
	// follows from the request.
	login, account string
	// noCookies signs in without giving a session.
	noCookies bool
}

// ServeHTTP implements http.Handler.
func (d rescueDouble) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch {
	case r.Host != d.host:
		w.WriteHeader(http.StatusMisdirectedRequest)
	case r.Method != http.MethodPost || r.URL.RawQuery != "" ||
		!strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		say(w, "ERROR only forms are posted here")
	case r.URL.Path == "/API/login.aspx":
		d.signIn(w, r)
	case r.URL.Path == "/API/getAccount.aspx":
		d.describe(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (d rescueDouble) signIn(w http.ResponseWriter, r *http.Request) {
	switch {
	case d.login != "":
		say(w, d.login)
	case len(r.Cookies()) > 0:
		say(w, "ERROR a visitor has no cookies yet")
	case r.PostFormValue("email") != exampleUser || r.PostFormValue("pwd") != examplePassword:
		say(w, "INVALID")
	default:
		if !d.noCookies {
			for _, cookie := range []string{
				"ASP.NET_SessionId=q2w3e4r5t6; path=/; secure; HttpOnly",
				"RescueAuth=8f3a; domain=" + strings.TrimPrefix(d.host, "secure") + "; path=/API; secure",
				"Foreign=1; domain=.example.com; path=/",
				"Elsewhere=1; path=/Customer",
				"Gone=1; path=/; max-age=0",
			} {
				w.Header().Add("Set-Cookie", cookie)
			}
		}
		say(w, "OK")
	}
}

func (d rescueDouble) describe(w http.ResponseWriter, r *http.Request) {
	given := map[string]string{}
	for _, cookie := range r.Cookies() {
		given[cookie.Name] = cookie.Value
	}
	switch {
	case d.account != "":
		say(w, d.account)
	case len(given) != 2 || given["ASP.NET_SessionId"] != "q2w3e4r5t6" || given["RescueAuth"] != "8f3a":
		say(w, "NOTLOGGEDIN")
	case r.PostFormValue("pwd") != "" || r.PostFormValue("authcode") != "":
		say(w, "INVALID_SECRETAUTHCODE")
	default:
		say(w, account("Acme Inc.", "337365", "0"))
	}
}

// account is how Rescue describes an account.
func account(organization, admin, tech string) string {
	return fmt.Sprintf("OK AccountID:560961 Organization:%s AdminID:%s TechID:%s \r\nEmail:owner@acme.com\r\n",
		organization, admin, tech)
}

func say(w http.ResponseWriter, text string) { _, _ = fmt.Fprint(w, text) }
