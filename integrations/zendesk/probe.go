package zendesk

import (
	"context"
	"net/http"
	"net/mail"
	"strconv"
	"strings"

	"admin-api/integrations"
)

// Paths that a probe reads. The first answers anybody, signed in or not
// (https://developer.zendesk.com/api-reference/ticketing/users/users/#show-self);
// the second answers agents only and tells no more than a number
// (https://developer.zendesk.com/api-reference/ticketing/ticket-management/search/).
const (
	selfPath  = "/api/v2/users/me.json"
	countPath = "/api/v2/search/count.json?query=type:ticket"
)

// The steps of a probe.
const (
	stepReach        = "reach"
	stepAuthenticate = "authenticate"
	stepIdentify     = "identify"
	stepAuthorize    = "authorize"
)

var (
	otherUser = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "other_user",
		Detail: "Zendesk knows the user by another e-mail address.",
		Hint:   "Enter the user's primary e-mail address, so that both sides name the same person.",
	}
	notVerifiable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "credentials_not_verifiable",
		Detail: "Zendesk answers at this address. Whether the shared secret is right shows only when an agent signs in.",
		Hint:   "Sign in to Zendesk through Agent Desktop once.",
	}
	userInactive = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "user_inactive",
		Detail: "The Zendesk user is suspended or deleted.",
		Hint:   "Reactivate the user in Zendesk, or choose another one.",
	}
	roleInsufficient = integrations.Diagnosis{
		Cause: integrations.CausePermission, Code: "role_insufficient",
		Detail: "The Zendesk user is neither an agent nor an administrator.",
		Hint:   "Make the user an agent in Zendesk, or choose another one.",
	}
)

// account is the user whom Zendesk takes the caller for.
type account struct {
	ID        *int64 `json:"id"`
	Email     string `json:"email"`
	Role      string `json:"role"`
	Active    *bool  `json:"active"`
	Suspended bool   `json:"suspended"`
}

// Probe implements integrations.Prober. With a token it reads whose token it
// is and one number that only agents may read. Without one it can only find out
// whether the address is a Zendesk: a shared secret is proved by nothing less
// than signing somebody in.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	if p.AuthorizationType == authNone {
		return p.reach(ctx, s)
	}
	var self account
	err := s.Step(stepAuthenticate, func() (err error) {
		self, err = p.self(ctx, s)
		return err
	})
	if err != nil {
		s.Skip(stepAuthorize)
		return err
	}
	s.SetIdentity(self.name())
	if p.AuthorizationType == authAPIToken && !strings.EqualFold(self.Email, p.Username) {
		s.Warn(stepIdentify, otherUser.Failure())
	}
	return s.Step(stepAuthorize, func() error { return p.authorize(ctx, s, self) })
}

// reach asks as nobody. Being refused is an answer as good as any: it takes a
// Zendesk to refuse.
func (p *Properties) reach(ctx context.Context, s *integrations.Session) error {
	err := s.Step(stepReach, func() error {
		answer, err := s.Exchange(ctx, integrations.Request{URL: p.URL + selfPath})
		if err != nil {
			return err
		}
		if answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden {
			return answer.JSON(new(map[string]any))
		}
		if f := answer.Failure(); f != nil {
			return advise(f, "")
		}
		var document struct {
			User *account `json:"user"`
		}
		if err := answer.JSON(&document); err != nil {
			return err
		}
		if document.User == nil {
			return unexpected()
		}
		return nil
	})
	if err != nil {
		return err
	}
	f := notVerifiable.Failure()
	if !p.SharedSecret.IsSet() {
		f.Detail, f.Hint = "Zendesk answers at this address, but there is no credential to test.",
			"Set the shared secret, an authorization type, or both."
	}
	s.Warn(stepAuthenticate, f)
	return nil
}

// self returns the user the credentials stand for.
func (p *Properties) self(ctx context.Context, s *integrations.Session) (account, error) {
	var document struct {
		User account `json:"user"`
	}
	if err := p.read(ctx, s, selfPath, &document); err != nil {
		return account{}, err
	}
	// A refused token is no error here: Zendesk answers 200 and describes a guest
	// (https://github.com/blakmatrix/node-zendesk/issues/152).
	if document.User.ID == nil {
		return account{}, advise(integrations.NewFailure(integrations.CauseCredentials, "credentials_rejected",
			"Zendesk took the caller for an anonymous visitor, so it did not accept the credentials.", ""),
			p.AuthorizationType)
	}
	return document.User, nil
}

// authorize finds out whether the user may do what scenarios do.
func (p *Properties) authorize(ctx context.Context, s *integrations.Session, self account) error {
	switch {
	case self.Suspended || self.Active != nil && !*self.Active:
		return userInactive.Failure()
	case self.Role != "agent" && self.Role != "admin":
		return roleInsufficient.Failure()
	}
	var document struct {
		Count *int64 `json:"count"`
	}
	if err := p.read(ctx, s, countPath, &document); err != nil {
		return err
	}
	if document.Count == nil {
		return unexpected()
	}
	return nil
}

func unexpected() *integrations.Failure {
	return integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
		"The answer is JSON but not what Zendesk documents.", "Check that the address leads to a Zendesk.")
}

// read gets a document with the account's credentials.
func (p *Properties) read(ctx context.Context, s *integrations.Session, path string, into any) error {
	header := integrations.Bearer(p.OAuthAccessToken)
	if p.AuthorizationType == authAPIToken {
		header = integrations.Basic(p.Username+"/token", p.APIToken)
	}
	answer, err := s.Exchange(ctx, integrations.Request{URL: p.URL + path, Header: header})
	if err != nil {
		return err
	}
	if f := answer.Failure(); f != nil {
		return advise(f, p.AuthorizationType)
	}
	return answer.JSON(into)
}

// advise adds what helps in Zendesk to a failure that lacks it.
func advise(f *integrations.Failure, authorizationType string) *integrations.Failure {
	switch {
	case f.Cause == integrations.CauseCredentials && authorizationType == authAPIToken:
		f.Hint = "Check the user's e-mail address, that token access is on in the Zendesk Admin Center " +
			"(Apps and integrations, APIs), and the token, in which capitals matter; else create a new one."
	case f.Cause == integrations.CauseCredentials && authorizationType == authOAuth:
		f.Hint = "The token may have been revoked or expired; issue a new one for the OAuth client " +
			"in the Zendesk Admin Center."
	case f.Cause == integrations.CausePermission && authorizationType == authOAuth:
		f.Hint = "Issue a token with the scope read, to an agent or administrator, and check Zendesk's IP restrictions."
	case f.Cause == integrations.CausePermission:
		f.Hint = "Check the user's role and Zendesk's IP restrictions."
	case f.HTTPStatus == http.StatusNotFound:
		f.Hint = "Zendesk has no such subdomain; compare it with the address where your agents work."
	case f.HTTPStatus >= 300 && f.HTTPStatus < 400:
		f.Hint = "The Zendesk account may have been renamed, moved or suspended; enter the address it has now."
	}
	return f
}

// name is how a check shows the user. The text comes from outside, so only a
// plausible address is passed on.
func (a account) name() string {
	address, err := mail.ParseAddress(a.Email)
	if err == nil && address.Address == a.Email && len(a.Email) <= 254 {
		return a.Email
	}
	return "user " + strconv.FormatInt(*a.ID, 10)
}
