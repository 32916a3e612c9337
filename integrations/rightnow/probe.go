package rightnow

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"admin-api/integrations"
)

// accountsPath lists one staff account
// (https://docs.oracle.com/en/cloud/saas/b2c-service/cxsvc/c_osvc_quick_start.html).
const accountsPath = "/services/rest/connect/v1.4/accounts?limit=1"

// From version 1.4 on, requests say what they are for
// (https://docs.oracle.com/en/cloud/saas/b2c-service/cxsvc/c_osvc_custom_headers.html).
const (
	contextHeader = "OSvC-CREST-Application-Context"
	contextText   = "Test of an integration account"
)

// The steps of a probe.
const (
	stepAuthenticate = "authenticate"
	stepAuthorize    = "authorize"
)

var (
	siteRefused = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "site_refused",
		Detail: "RightNow does not let the staff account use the site over its interface.",
		Hint:   "Allow the public API in the account's profile, and check the site's IP address restrictions.",
	}
	apiDisabled = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "api_disabled",
		Detail: "The site has its REST interface switched off.",
		Hint:   "Ask Oracle or the site's administrator to enable the Connect REST API.",
	}
	versionUnsupported = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "api_version_unsupported",
		Detail: "The site does not speak version 1.4 of the REST interface, with which it was tested.",
		Hint:   "Have the site updated; until then, test the account by a scenario.",
	}
	accountsUnreadable = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "accounts_unreadable",
		Detail: "The sign-in is good, but the profile may not read staff accounts, so reading could not be tested.",
		Hint:   "Nothing needs to be done if scenarios can read the objects they use.",
	}
)

// Probe implements integrations.Prober.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	readable := true
	err := s.Step(stepAuthenticate, func() (err error) {
		readable, err = p.listAccounts(ctx, s)
		return err
	})
	if err != nil {
		return err
	}
	s.SetIdentity(p.Username)
	if !readable {
		s.Warn(stepAuthorize, accountsUnreadable.Failure())
	}
	return nil
}

// listAccounts reports whether staff accounts may be read; that they may not is
// said only to callers who are known.
func (p *Properties) listAccounts(ctx context.Context, s *integrations.Session) (readable bool, err error) {
	header := integrations.Basic(p.Username, p.Password)
	header.Set(contextHeader, contextText)
	answer, err := s.Exchange(ctx, integrations.Request{URL: p.URL + accountsPath, Header: header})
	if err != nil {
		return false, err
	}
	if f := answer.Failure(); f != nil {
		return refusal(answer, f)
	}
	var document struct {
		Items *[]struct{} `json:"items"`
	}
	if err := answer.JSON(&document); err != nil {
		return false, err
	}
	if document.Items == nil {
		f := integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
			"The answer is JSON but not what the REST interface documents.", "Check that the URL leads to a RightNow site.")
		f.HTTPStatus = answer.Status
		return false, f
	}
	return true, nil
}

// refusal reads the code in the body
// (https://docs.oracle.com/en/cloud/saas/b2c-service/cxsvc/c_osvc_error_codes.html).
func refusal(answer *integrations.Answer, f *integrations.Failure) (readable bool, err error) {
	var document struct {
		Code string `json:"o:errorCode"`
	}
	_ = json.Unmarshal(answer.Body, &document) // what is not RightNow's is judged by its status
	switch document.Code {
	case "OSC-CREST-00003":
		return false, versionUnsupported.From(answer)
	case "OSC-CREST-00005":
		if f.Code != "credentials_rejected" {
			return false, nil
		}
	case "OSC-CREST-00014":
		return false, siteRefused.From(answer)
	case "OSC-CREST-00015":
		return false, apiDisabled.From(answer)
	}
	switch f.Code {
	case "rate_limited":
		f.RetryAfter = max(f.RetryAfter, nextRequest(answer))
	case "credentials_rejected":
		f.Hint = "Check user name and password, and that the staff account is neither disabled nor locked."
	case "permission_denied":
		f.Hint = siteRefused.Hint
	case "not_found":
		f.Hint = "Enter the address of the site's interface, of the form https://SITE.custhelp.com."
	}
	return false, f
}

// nextRequest is how long RightNow asks to wait, which it says in milliseconds in
// a header of its own; 0 where it does not.
func nextRequest(answer *integrations.Answer) time.Duration {
	const longest = 24 * time.Hour
	milliseconds, err := strconv.ParseUint(answer.Header.Get("OSvC-CREST-Next-Request-After"), 10, 32)
	if err != nil {
		return 0
	}
	return min(time.Duration(milliseconds)*time.Millisecond, longest)
}
