package dynamics

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"admin-api/integrations"
	"admin-api/integrations/platform/oauth"
)

// The steps of a probe.
const (
	stepAuthenticate = "authenticate"
	stepAuthorize    = "authorize"
)

// Probe implements integrations.Prober. With a refresh token it gets an access
// token and asks who that is. Without one it can only find out whether the app
// is known and its secret right.
//
// Getting an access token leaves the stored refresh token as it is: Microsoft
// hands out another one but does not revoke the old one
// (https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime).
// The new one is dropped, because a probe changes no properties.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	var token oauth.Token
	err := s.Step(stepAuthenticate, func() (err error) {
		token, err = oauth.Get(ctx, s, oauth.Request{URL: p.TokenURL, Form: p.grant(), Means: means})
		return err
	})
	if err != nil {
		s.Skip(stepAuthorize)
		return err
	}
	if !p.RefreshToken.IsSet() {
		s.Warn(stepAuthorize, notAuthorized.Failure())
		return nil
	}
	return s.Step(stepAuthorize, func() error { return p.whoAmI(ctx, s, token) })
}

// grant is the form for the token endpoint. Version 2.0 is not asked for
// offline_access, so that it issues no refresh token that nobody keeps.
func (p *Properties) grant() url.Values {
	form := url.Values{"client_id": {p.ClientID}, "client_secret": {p.ClientSecret.Reveal()}}
	audience, second := p.audience(), strings.Contains(p.TokenURL, "/oauth2/v2.0/")
	permission := "/user_impersonation"
	if p.RefreshToken.IsSet() {
		form.Set("grant_type", "refresh_token")
		form.Set("refresh_token", p.RefreshToken.Reveal())
	} else {
		form.Set("grant_type", "client_credentials")
		permission = "/.default"
	}
	if second {
		form.Set("scope", audience+permission)
	} else {
		form.Set("resource", audience)
	}
	return form
}

// audience is the organization's origin, which names it to Microsoft. Access
// tokens are asked for and sent to this one alone.
func (p *Properties) audience() string {
	host, _, _ := strings.Cut(strings.TrimPrefix(p.APIURL, "https://"), "/")
	return "https://" + host
}

// whoAmI asks as whom the organization knows the caller
// (https://learn.microsoft.com/power-apps/developer/data-platform/webapi/reference/whoami).
func (p *Properties) whoAmI(ctx context.Context, s *integrations.Session, token oauth.Token) error {
	header := integrations.Bearer(token.Access)
	header.Set("OData-Version", "4.0")
	header.Set("OData-MaxVersion", "4.0")
	answer, err := s.Exchange(ctx, integrations.Request{URL: p.APIURL + "/WhoAmI", Header: header})
	if err != nil {
		return err
	}
	if f := refusedCall(answer); f != nil {
		return f
	}
	var who struct {
		UserID         string `json:"UserId"`
		OrganizationID string `json:"OrganizationId"`
	}
	if err := answer.JSON(&who); err != nil {
		return err
	}
	if !guid.MatchString(who.UserID) || !guid.MatchString(who.OrganizationID) {
		f := integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
			"The answer is JSON but not what the Web API documents.", "Check the API URL.")
		f.HTTPStatus = answer.Status
		return f
	}
	s.SetIdentity("user " + who.UserID + " of organization " + who.OrganizationID)
	return nil
}

var guid = regexp.MustCompile(`^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// refusedCall says why the Web API refused; nil if it did not.
func refusedCall(answer *integrations.Answer) *integrations.Failure {
	f := answer.Failure()
	if f == nil {
		return nil
	}
	var document struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	if answer.JSON(&document) == nil && strings.EqualFold(document.Error.Code, notMemberCode) {
		return notMember.From(answer)
	}
	switch answer.Status {
	case http.StatusUnauthorized:
		return audienceRefused.From(answer)
	case http.StatusForbidden:
		f.Hint = "Give the user a security role in the organization, and check its IP firewall."
	case http.StatusNotFound:
		f.Hint = "Compare the API URL with the Web API endpoint under Settings, Developer resources in Power Apps."
	case http.StatusTooManyRequests:
		f.Hint = "The organization limits requests per user; wait, or look for another program that calls as this user."
	}
	return f
}
