package salesforce

import (
	"context"
	"net/url"
	"strings"

	"admin-api/integrations"
	"admin-api/integrations/platform/oauth"
	"admin-api/secret"
	"admin-api/validation"
)

const (
	authorizePath = "/services/oauth2/authorize"
	// scopes are the least that the account needs: calls, and a token that stays.
	scopes = "api refresh_token"
	// stepExchange is the one step of an authorization on our side.
	stepExchange = "exchange"
)

// CheckAuthorization implements integrations.Authorizer.
func (p *Properties) CheckAuthorization(c *validation.Context) {
	if p.ConsumerKey == "" {
		c.Violate("/consumerKey", "required",
			"Enter the consumer key of the app first; the authorization is asked in its name.")
	}
	if !p.ConsumerSecret.IsSet() {
		c.Violate("/consumerSecret", "required",
			"Enter the consumer secret of the app first; it is needed to get the token.")
	}
}

// AuthorizationURL implements integrations.Authorizer
// (https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm).
// Consent is asked each time: without it, a browser that is signed in to
// Salesforce would pass through without anybody seeing as whom.
func (p *Properties) AuthorizationURL(a integrations.Authorization) string {
	return p.login() + authorizePath + "?" + url.Values{
		"response_type":         {"code"},
		"client_id":             {p.ConsumerKey},
		"redirect_uri":          {a.RedirectURI},
		"scope":                 {scopes},
		"state":                 {a.State},
		"code_challenge":        {a.Challenge()},
		"code_challenge_method": {"S256"},
		"prompt":                {"consent"},
	}.Encode()
}

// AuthorizationRefused implements integrations.Authorizer.
func (p *Properties) AuthorizationRefused(code string) *integrations.Failure {
	switch strings.ToLower(code) {
	case "access_denied":
		return consentDenied.Failure()
	case "redirect_uri_mismatch", "redirect_uri_missing":
		return callbackUnknown.Failure()
	case "invalid_client_id", "invalid_client", "unauthorized_client":
		return clientRejected.Failure()
	case "invalid_scope", "oauth_disallowed_scopes":
		return scopeRefused.Failure()
	case "oauth_app_access_denied", "invalid_app_access", "oauth_app_blocked", "oauth_ec_app_not_found":
		return appNotApproved.Failure()
	case "inactive_user":
		return userInactive.Failure()
	case "inactive_org":
		return organizationInactive.Failure()
	case "server_error", "temporarily_unavailable", "rate_limit_exceeded":
		return salesforceBusy.Failure()
	}
	return authorizationRefused.Failure()
}

// Authorize implements integrations.Authorizer. The token of another
// organization than that of the Url is not taken: what reads customers' data
// must not be led astray by whoever signs in.
func (p *Properties) Authorize(
	ctx context.Context, s *integrations.Session, a integrations.Authorization, code secret.Text,
) (map[string]secret.Text, error) {
	var g grant
	err := s.Step(stepExchange, func() (err error) {
		g, err = p.request(ctx, s, codeRefusal, url.Values{
			"grant_type":    {"authorization_code"},
			"code":          {code.Reveal()},
			"redirect_uri":  {a.RedirectURI},
			"code_verifier": {a.Verifier.Reveal()},
		})
		switch {
		case err != nil:
			return err
		case !g.token.Refresh.IsSet():
			return noRefreshToken.Failure()
		case p.belongsElsewhere(g.InstanceURL):
			return otherOrganization.Failure()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.SetIdentity(userOf(g.ID))
	return map[string]secret.Text{"/refreshToken": g.token.Refresh}, nil
}

// codeRefusal says what it means that the token endpoint refuses a code.
func codeRefusal(r oauth.Refusal) (d integrations.Diagnosis, known bool) {
	switch r.Code {
	case "redirect_uri_mismatch":
		return callbackUnknown, true
	case "invalid_grant", "invalid_request":
		if d, _ = grantRefusal(r); d.Code == ipRestricted.Code {
			return d, true
		}
		return codeRejected, true
	case "unsupported_grant_type", "invalid_scope", "unauthorized_client":
		return flowNotAllowed, true
	}
	return grantRefusal(r)
}
