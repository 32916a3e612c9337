package handlers

import (
	"errors"
	"fmt"
	"net/url"

	"admin-api/api"
	"admin-api/sso"
)

const (
	// longestResponse is how large the field SAMLResponse may be.
	longestResponse = 256 << 10
	// longestRelayState is more than SAML allows (80 bytes), for some send addresses.
	longestRelayState = 2 << 10
)

// reply judges what the identity provider posted by the browser. It is answered by
// a page that goes on by itself, not by a redirect: browsers would count what
// follows a redirect as coming from the provider's site, and the provider's policy
// on forms would hold for where it leads.
func (s *Server) reply(x *exchange, at portal) error {
	if err := s.limitBrowser(x); err != nil {
		return err
	}
	place, err := s.placeHere(x, at)
	if err != nil {
		return s.signInFailed(x, place, err)
	}
	if err := s.mayStillFail(x, place); err != nil {
		return err
	}
	if !x.https() {
		return &sso.Error{Code: api.CodeSSOHTTPSRequired, Detail: "the answer came over plain HTTP"}
	}
	message, err := readMessage(x.body)
	if err != nil {
		return s.signInFailed(x, place, err)
	}
	message.Browser = x.browserSecret()
	out, err := s.sso.Accept(x.Request().Context(), place, message, x.client())
	if err != nil {
		return s.signInFailed(x, place, err)
	}
	x.principal = out.Principal
	if out.Secret == "" {
		return s.showTest(x, at, out.TestID)
	}
	x.keepSession(out.Secret)
	next := out.Goto
	if next == "" {
		next = at.path + ssoSignedIn
	}
	return s.showContinue(x, at, next)
}

// readMessage reads the form that a browser posts to a reply address. Fields that
// are not of the binding (SAML 2.0 bindings, section 3.5) are ignored, for some
// providers add their own; those that are stand once.
func readMessage(body []byte) (sso.Message, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return sso.Message{}, responseError(api.CodeSSOResponseMissing, "the form is not encoded as it should be")
	}
	if n := len(form["SAMLResponse"]); n != 1 || form.Get("SAMLResponse") == "" {
		return sso.Message{}, responseError(api.CodeSSOResponseMissing,
			fmt.Sprintf("the field SAMLResponse stands %d times in the form, or is empty", n))
	}
	if len(form["RelayState"]) > 1 {
		return sso.Message{}, responseError(api.CodeSSOResponseMissing, "the field RelayState stands twice in the form")
	}
	m := sso.Message{Response: form.Get("SAMLResponse"), RelayState: form.Get("RelayState")}
	switch {
	case len(m.Response) > longestResponse:
		return sso.Message{}, responseError(api.CodeSSOResponseTooLarge,
			fmt.Sprintf("the field SAMLResponse has %d bytes and may have %d", len(m.Response), longestResponse))
	case noText(m.Response):
		return sso.Message{}, responseError(api.CodeSSOResponseEncoding, "the field SAMLResponse is no text")
	case len(m.RelayState) > longestRelayState || noText(m.RelayState):
		m.RelayState = "" // leads nowhere
	}
	return m, nil
}

func responseError(code, detail string) error { return &sso.Error{Code: code, Detail: detail} }

// asSignIn turns what was refused before the sign-in was looked at into a refused
// sign-in. False where it is none.
func asSignIn(err error) (*sso.Error, bool) {
	if refused, ok := errors.AsType[*sso.Error](err); ok {
		return refused, true
	}
	request, ok := errors.AsType[*api.RequestError](err)
	if !ok {
		return nil, false
	}
	switch request.Code {
	case api.CodeBodyTooLarge:
		return &sso.Error{Code: api.CodeSSOResponseTooLarge, Detail: request.Detail}, true
	case api.CodeUnsupportedMediaType, api.CodeMalformedJSON:
		return &sso.Error{Code: api.CodeSSOResponseMissing, Detail: request.Detail}, true
	case api.CodeRateLimited:
		return &sso.Error{Code: api.CodeSSOTooMany, Detail: request.Detail}, true
	}
	return nil, false
}
