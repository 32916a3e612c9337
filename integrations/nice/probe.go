package nice

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"admin-api/integrations"
	"admin-api/integrations/platform/oauth"
	"admin-api/secret"
)

const (
	// appTokenURL is the token endpoint of CXone's global cloud.
	appTokenURL = "https://cxone.niceincontact.com/auth/token" //nolint:gosec // An address, not a credential.
	// accessKeyPath exchanges an access key at the host of a region.
	accessKeyPath = ".nice-incontact.com/authentication/v1/token/access-key"
)

// The steps of a probe.
const (
	stepReach        = "reach"
	stepAuthenticate = "authenticate"
)

var (
	accessKeyRejected = integrations.Diagnosis{
		Cause: integrations.CauseCredentials, Code: "access_key_rejected",
		Detail: "CXone does not accept the access key: it is wrong, inactive or was deleted.",
		Hint:   "Look for the key on the Access Key tab of its owner in CXone; if the secret is lost, generate a new key.",
	}
	notVerifiable = integrations.Diagnosis{
		Cause: integrations.CauseConfig, Code: "credentials_not_verifiable",
		Detail: "Something answers at the address, but no public source says how user and password can be tested there.",
		Hint:   "Test the account by using it.",
	}
)

func diagnoses() []integrations.Diagnosis {
	return append([]integrations.Diagnosis{accessKeyRejected, notVerifiable},
		oauth.ClientRejected, oauth.ClientNotAllowed, oauth.GrantUnsupported, oauth.ScopeRefused, oauth.RequestRefused)
}

// Probe implements integrations.Prober. Nothing is documented of a token of
// CXone ending those issued before.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	switch p.AuthMode {
	case authOnSite:
		return p.reach(ctx, s)
	case authApp:
		return s.Step(stepAuthenticate, func() error { return p.signInApp(ctx, s) })
	}
	return s.Step(stepAuthenticate, func() error { return p.exchangeKey(ctx, s) })
}

// reach asks as nobody. Being refused is an answer as good as any.
func (p *Properties) reach(ctx context.Context, s *integrations.Session) error {
	err := s.Step(stepReach, func() error {
		answer, err := s.Exchange(ctx, integrations.Request{URL: p.URL, Header: http.Header{"Accept": {"*/*"}}})
		if err != nil {
			return err
		}
		f := answer.Failure()
		if f == nil || f.Code == "credentials_rejected" || f.Code == "permission_denied" {
			return nil
		}
		return f
	})
	if err != nil {
		return err
	}
	s.Warn(stepAuthenticate, notVerifiable.Failure())
	return nil
}

// exchangeKey gets a token for the access key alone.
func (p *Properties) exchangeKey(ctx context.Context, s *integrations.Session) error {
	body, err := json.Marshal(map[string]string{
		"accessKeyId": p.AccessKeyID, "accessKeySecret": p.AccessKeySecret.Reveal(),
	})
	if err != nil {
		return err
	}
	answer, err := s.Exchange(ctx, integrations.Request{
		Method: http.MethodPost, URL: "https://" + p.Region + accessKeyPath, Body: body,
		Header: http.Header{"Content-Type": {"application/json"}},
	})
	if err != nil {
		return err
	}
	if f := answer.Failure(); f != nil {
		return advise(f)
	}
	var document struct {
		AccessToken secret.Text `json:"access_token"`
	}
	if err := answer.JSON(&document); err != nil {
		return err
	}
	if !document.AccessToken.IsSet() {
		f := integrations.NewFailure(integrations.CauseRemote, "unexpected_answer",
			"The answer is JSON but holds no access token.", "Check the region.")
		f.HTTPStatus = answer.Status
		return f
	}
	return nil
}

// signInApp gets a token for a registered app, with the access key in place of
// user and password.
func (p *Properties) signInApp(ctx context.Context, s *integrations.Session) error {
	_, err := oauth.Get(ctx, s, oauth.Request{
		URL:    appTokenURL,
		Header: integrations.Basic(p.ClientID, p.ClientSecret),
		Form: url.Values{
			"grant_type": {"password"}, "username": {p.AccessKeyID}, "password": {p.AccessKeySecret.Reveal()},
		},
		Means: func(r oauth.Refusal) (integrations.Diagnosis, bool) {
			return accessKeyRejected, r.Code == "invalid_grant"
		},
	})
	if f, ok := errors.AsType[*integrations.Failure](err); ok {
		return advise(f)
	}
	return err
}

// advise adds what helps at NICE to a failure.
func advise(f *integrations.Failure) *integrations.Failure {
	switch f.Code {
	case "credentials_rejected":
		f.Hint = accessKeyRejected.Hint
	case "permission_denied":
		f.Hint = "Check that the owner of the access key is active, and CXone's IP address restrictions."
	case "not_found":
		f.Hint = "Check the region; NICE tells which area a tenant lives in."
	}
	return f
}
