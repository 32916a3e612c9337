package servicenow

import (
	"context"
	"net/http"
	"net/url"

	"admin-api/integrations"
	"admin-api/integrations/platform/oauth"
)

// Paths that a probe uses
// (https://www.servicenow.com/docs/r/platform-security/authentication/r_OAuthAPIRequestParameters.html).
const (
	tokenPath = "/oauth_token.do" //nolint:gosec // A path, not a credential.
	usersPath = "/api/now/table/sys_user"
)

// The steps of a probe.
const (
	stepAuthenticate = "authenticate"
	stepAuthorize    = "authorize"
)

// Probe implements integrations.Prober. It reads the user's own record, with the
// password or with a token got for it. A request of a token ends no other one:
// ServiceNow answers with the current one while that is good.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	if p.AuthMode == authBasic {
		return s.Step(stepAuthenticate, func() error {
			return p.readUser(ctx, s, integrations.Basic(p.Username, p.Password))
		})
	}
	var token oauth.Token
	err := s.Step(stepAuthenticate, func() (err error) {
		token, err = p.token(ctx, s)
		return err
	})
	if err != nil {
		s.Skip(stepAuthorize)
		return err
	}
	return s.Step(stepAuthorize, func() error { return p.readUser(ctx, s, integrations.Bearer(token.Access)) })
}

func (p *Properties) token(ctx context.Context, s *integrations.Session) (oauth.Token, error) {
	token, err := oauth.Get(ctx, s, oauth.Request{
		URL: p.URL + tokenPath,
		Form: url.Values{
			"grant_type":    {"password"},
			"client_id":     {p.ClientID},
			"client_secret": {p.ClientSecret.Reveal()},
			"username":      {p.Username},
			"password":      {p.Password.Reveal()},
		},
		Means: means,
	})
	return token, advise(err, p.AuthMode)
}

// readUser asks for the record of the user. An empty list is an answer as good
// as any: rules may hide the record from its owner.
func (p *Properties) readUser(ctx context.Context, s *integrations.Session, header http.Header) error {
	query := url.Values{
		"sysparm_query": {"user_name=" + p.Username}, "sysparm_fields": {"sys_id,user_name"}, "sysparm_limit": {"1"},
	}
	answer, err := s.Exchange(ctx, integrations.Request{URL: p.URL + usersPath + "?" + query.Encode(), Header: header})
	if err != nil {
		return err
	}
	if f := answer.Failure(); f != nil {
		return advise(f, p.AuthMode)
	}
	var document struct {
		Result *[]struct{} `json:"result"`
	}
	if err := answer.JSON(&document); err != nil {
		return advise(err, p.AuthMode)
	}
	if document.Result == nil {
		f := integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
			"The answer is JSON but not what ServiceNow documents.", "Check that the URL leads to a ServiceNow instance.")
		f.HTTPStatus = answer.Status
		return f
	}
	s.SetIdentity(p.Username)
	return nil
}
