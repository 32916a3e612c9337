package remoteassistance

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"

	"admin-api/integrations"
)

// Methods of the Rescue API
// (https://secure.logmeinrescue.com/welcome/webhelp/EN/RescueAPI/API/API_Rescue_login.html and
// API_Rescue_getAccount.html beside it).
const (
	loginPath   = "/API/login.aspx"
	accountPath = "/API/getAccount.aspx"
)

// The steps of a probe.
const (
	stepAuthenticate = "authenticate"
	stepAuthorize    = "authorize"
)

var (
	userInactive = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "user_inactive",
		Detail: "The Rescue user is deleted or disabled.",
		Hint:   "Enable the user in the Rescue Administration Center, or enter another master administrator.",
	}
	ipRestricted = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "ip_restricted",
		Detail: "Rescue does not let anybody sign in from this server's address.",
		Hint:   "Ask LogMeIn to add the server's public address to the IP restrictions of your account.",
	}
	sessionLost = integrations.Diagnosis{
		Cause: integrations.CauseRemote, Code: "session_lost", Retryable: true,
		Detail: "Rescue accepted the sign-in but forgot it at once.", Hint: "Try again in a few minutes.",
	}
	notAdministrator = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "not_administrator",
		Detail: "The user can sign in to Rescue but is no administrator.",
		Hint:   "Enter the master administrator of the Rescue account.",
	}
	alsoTechnician = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "also_technician",
		Detail: "The administrator holds a technician's seat as well, which remote assistance does not allow.",
		Hint: "Take the technician's seat from the user in the Rescue Administration Center, " +
			"or enter another master administrator.",
	}
)

// limitPeriod is the period in which Rescue counts sign-ins.
const limitPeriod = 3 * time.Minute

// Probe implements integrations.Prober. It signs in and reads whose account that
// is. It never asks for an authentication code, which would end the one that the
// contact center works with.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	r, err := newRescue(s, p.DataCenter)
	if err != nil {
		return err
	}
	err = s.Step(stepAuthenticate, func() error {
		// A form, never a query: addresses end up in logs.
		_, err := r.call(ctx, loginPath, url.Values{"email": {p.Username}, "pwd": {p.Password.Reveal()}})
		return err
	})
	if err != nil {
		s.Skip(stepAuthorize)
		return err
	}
	s.SetIdentity(p.Username)
	return s.Step(stepAuthorize, func() error {
		text, err := r.call(ctx, accountPath, url.Values{})
		if err != nil {
			return err
		}
		return judge(text)
	})
}

// rescue is one signed-in visit.
type rescue struct {
	session *integrations.Session
	origin  *url.URL
	cookies http.CookieJar
}

func newRescue(s *integrations.Session, dataCenter string) (*rescue, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	return &rescue{session: s, origin: origin(dataCenter), cookies: jar}, nil
}

// origin returns the address of a data center. The European Union's domain is
// the vendor's (https://support.logmeinrescue.com/rescue/help/allowlisting-and-rescue-data-center-range-in-the-european-union);
// the name within it follows the one of the United States.
func origin(dataCenter string) *url.URL {
	u := &url.URL{Scheme: "https", Host: "secure.logmeinrescue.com", Path: "/"}
	if dataCenter == dataCenterEU {
		u.Host = "secure.logmeinrescue.eu"
	}
	return u
}

// call posts a form and returns the text of an answer that begins with OK.
func (r *rescue) call(ctx context.Context, path string, form url.Values) (string, error) {
	u := *r.origin
	u.Path = path
	header := http.Header{"Accept": {"text/plain, */*"}}
	carrier := http.Request{Header: header}
	for _, cookie := range r.cookies.Cookies(&u) {
		carrier.AddCookie(cookie)
	}
	answer, err := r.session.Exchange(ctx, integrations.Request{
		Method: http.MethodPost, URL: u.String(), Header: header, Form: form,
	})
	if err != nil {
		return "", err
	}
	if f := answer.Failure(); f != nil {
		return "", advise(f)
	}
	text := string(answer.Body)
	if f := refusal(firstWord(text)); f != nil {
		f.HTTPStatus = answer.Status
		return "", f
	}
	r.cookies.SetCookies(&u, (&http.Response{Header: answer.Header}).Cookies())
	return text, nil
}

// firstWord returns the word with which every answer begins; the HTTP status is
// 200 for refusals as well.
func firstWord(text string) string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return ""
	}
	return strings.ToUpper(strings.TrimRight(words[0], ":;,."))
}

// refusal says what the first word of an answer means; nil for OK.
func refusal(word string) *integrations.Failure {
	switch word {
	case "OK":
		return nil
	case "INVALID", "INVALID_SECRETAUTHCODE":
		return advise(integrations.NewFailure(integrations.CauseCredentials, "credentials_rejected",
			"Rescue does not accept the user name or the password.", ""))
	case "LIMITREACHED":
		return advise(limited())
	case "USER_DELETED_OR_DISABLED", "USER_IS_DELETED":
		return userInactive.Failure()
	case "GLOBALIPRESTRICTED", "GLOBAL_IP_RESTRICTED":
		return ipRestricted.Failure()
	case "NOTLOGGEDIN":
		return sessionLost.Failure()
	case "ERROR":
		return retryable(integrations.NewFailure(integrations.CauseRemote, "remote_error",
			"Rescue reports an error of its own.", "Try again in a few minutes."))
	}
	return unexpected()
}

func limited() *integrations.Failure {
	f := integrations.NewFailure(integrations.CauseRateLimited, "rate_limited",
		"Somebody signed in to Rescue more than ten times in three minutes.", "")
	f.RetryAfter = limitPeriod
	return retryable(f)
}

func retryable(f *integrations.Failure) *integrations.Failure {
	f.Retryable = true
	return f
}

func unexpected() *integrations.Failure {
	return integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
		"The answer is not one that the Rescue API documents.",
		"Check the data center; if it is right, try again later.")
}

// advise adds what helps at Rescue to a failure.
func advise(f *integrations.Failure) *integrations.Failure {
	switch f.Cause {
	case integrations.CauseCredentials:
		f.Hint = "Sign in to the Rescue Administration Center with the same user and password, " +
			"and check that the account lives in the chosen data center."
	case integrations.CauseRateLimited:
		f.Hint = "Wait three minutes. If it happens again, look for another program that signs in as this user."
	}
	return f
}

// ids of an account's description, such as
// "OK AccountID:560961 Organization:Company AdminID:337365 TechID:337366 Email:jdoe@company.com".
var (
	adminID = regexp.MustCompile(`(?i)\bAdminID:\s*([0-9]{1,18})\b`)
	techID  = regexp.MustCompile(`(?i)\bTechID:\s*([0-9]{1,18})\b`)
)

// judge wants an administrator who holds no technician's seat, as the contact
// center's documentation does. Both ids are 0 where the user lacks the part.
func judge(text string) error {
	admin, found := last(adminID, text)
	tech, foundToo := last(techID, text)
	switch {
	case !found || !foundToo:
		return unexpected()
	case !admin:
		return notAdministrator.Failure()
	case tech:
		return alsoTechnician.Failure()
	}
	return nil
}

// last reports whether the id that stands last in text is other than 0; the
// organization's name, which may say anything, comes before the ids.
func last(id *regexp.Regexp, text string) (set, found bool) {
	all := id.FindAllStringSubmatch(text, -1)
	if len(all) == 0 {
		return false, false
	}
	return strings.Trim(all[len(all)-1][1], "0") != "", true
}
