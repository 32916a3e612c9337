package salesforce

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"admin-api/integrations"
	"admin-api/integrations/platform/oauth"
)

// Resources that a probe reads
// (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_list.htm).
const (
	tokenPath    = "/services/oauth2/token"    //nolint:gosec // A path, not a credential.
	userInfoPath = "/services/oauth2/userinfo" //nolint:gosec // A path, not a credential.
	versionsPath = "/services/data/"
)

// The steps of a probe.
const (
	stepReach        = "reach"
	stepAuthenticate = "authenticate"
	stepAuthorize    = "authorize"
)

// grant is an access token and what Salesforce says besides: where it is good
// and whose it is. A refresh token is there only where the app rotates them.
type grant struct {
	token       oauth.Token
	InstanceURL string `json:"instance_url"`
	ID          string `json:"id"`
}

// Probe implements integrations.Prober. With a refresh token it gets an access
// token and reads the organization's limits. Without one it can only find out
// whether the address is a Salesforce that speaks the API version.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	if !p.RefreshToken.IsSet() {
		return p.reach(ctx, s)
	}
	g, err := p.signIn(ctx, s, stepAuthorize)
	if err != nil {
		return err
	}
	return s.Step(stepAuthorize, func() error { return p.authorize(ctx, s, g) })
}

// signIn gets an access token as a step of its own; where that fails, the step
// named next is skipped.
func (p *Properties) signIn(ctx context.Context, s *integrations.Session, next string) (grant, error) {
	var g grant
	err := s.Step(stepAuthenticate, func() (err error) {
		if !p.RefreshToken.IsSet() {
			return notAuthorized.Failure()
		}
		g, err = p.refresh(ctx, s)
		return err
	})
	if err != nil {
		s.Skip(next)
		return grant{}, err
	}
	s.SetIdentity(userOf(g.ID))
	if p.belongsElsewhere(g.InstanceURL) {
		s.Warn(stepAuthenticate, otherOrganization.Failure())
	}
	return g, nil
}

// reach asks as nobody: everybody may read which versions there are.
func (p *Properties) reach(ctx context.Context, s *integrations.Session) error {
	err := s.Step(stepReach, func() error {
		answer, err := s.Exchange(ctx, integrations.Request{URL: p.URL + versionsPath})
		if err != nil {
			return err
		}
		if f := answer.Failure(); f != nil {
			return adviseAddress(f)
		}
		return p.checkVersions(answer)
	})
	if err != nil {
		return err
	}
	f := notVerifiable.Failure()
	if p.ConsumerKey == "" {
		f.Detail = "Salesforce answers at this address, but data access is not set up, so there is no credential to test."
		f.Hint = "Enter a consumer key, its secret and a refresh token if scenarios are to reach data."
	}
	s.Warn(stepAuthenticate, f)
	return nil
}

func (p *Properties) checkVersions(answer *integrations.Answer) error {
	var versions []struct {
		Version string `json:"version"`
	}
	if err := answer.JSON(&versions); err != nil {
		return err
	}
	known := make([]string, 0, len(versions))
	for _, v := range versions {
		known = append(known, "v"+v.Version)
	}
	switch {
	case len(known) == 0:
		return unexpected()
	case !slices.Contains(known, p.APIVersion):
		return unknownVersion.From(answer)
	}
	return nil
}

// login returns the origin where tokens are issued: the organization's own,
// where it is known to be Salesforce's, else the one for all.
func (p *Properties) login() string {
	switch {
	case myDomain.MatchString(p.URL):
		return p.URL
	case p.SandboxEnvironment:
		return "https://test.salesforce.com"
	}
	return "https://login.salesforce.com"
}

// refresh gets an access token
// (https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_refresh_token_flow.htm).
func (p *Properties) refresh(ctx context.Context, s *integrations.Session) (grant, error) {
	g, err := p.request(ctx, s, grantRefusal, url.Values{
		"grant_type":    {"refresh_token"},
		"refresh_token": {p.RefreshToken.Reveal()},
	})
	if err != nil {
		return grant{}, err
	}
	if g.token.Refresh.IsSet() && !g.token.Refresh.Equal(p.RefreshToken) {
		return grant{}, tokenRotated.Failure()
	}
	return g, nil
}

// request asks for an access token by the form, to which it adds who asks. What
// it returns is good at a host of Salesforce's own.
func (p *Properties) request(
	ctx context.Context, s *integrations.Session,
	means func(oauth.Refusal) (integrations.Diagnosis, bool), form url.Values,
) (grant, error) {
	form.Set("client_id", p.ConsumerKey)
	form.Set("client_secret", p.ConsumerSecret.Reveal())
	token, err := oauth.Get(ctx, s, oauth.Request{URL: p.login() + tokenPath, Form: form, Means: means})
	if f, ok := errors.AsType[*integrations.Failure](err); ok {
		return grant{}, adviseAddress(f)
	}
	if err != nil {
		return grant{}, err
	}
	g := grant{token: token}
	if err := token.Answer.JSON(&g); err != nil {
		return grant{}, err
	}
	if !isInstance(g.InstanceURL) {
		return grant{}, foreignInstance.Failure()
	}
	return g, nil
}

// isInstance reports whether raw is the origin of a host of Salesforce's own.
// Names below force.com do not count: customers publish sites of theirs there.
func isInstance(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.Scheme == "https" && u.User == nil && (u.Path == "" || u.Path == "/") &&
		u.RawQuery == "" && !u.ForceQuery && u.Fragment == "" &&
		(u.Port() == "" && !strings.HasSuffix(u.Host, ":") || u.Port() == "443") &&
		hostName.MatchString(u.Hostname()) && under(u.Hostname(), "salesforce.com")
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$`)

// belongsElsewhere compares two My Domain addresses; other forms say nothing
// about whose they are.
func (p *Properties) belongsElsewhere(instance string) bool {
	u, err := url.Parse(instance)
	if err != nil {
		return false
	}
	host := "https://" + strings.ToLower(u.Hostname())
	return myDomain.MatchString(p.URL) && myDomain.MatchString(host) && p.URL != host
}

// authorize finds out whether the API may be used.
func (p *Properties) authorize(ctx context.Context, s *integrations.Session, g grant) error {
	answer, err := p.askLimits(ctx, s, g)
	if err != nil {
		return err
	}
	f := refusedCall(answer)
	switch {
	case hidesLimits(f, answer):
		return p.authorizeWithoutLimits(ctx, s, g)
	case f != nil:
		return f
	}
	_, err = readLimits(answer)
	return err
}

// authorizeWithoutLimits is for users who may use the API but not see the
// organization's setup, and with it its limits.
func (p *Properties) authorizeWithoutLimits(ctx context.Context, s *integrations.Session, g grant) error {
	answer, err := read(ctx, s, g, versionsPath)
	if err != nil {
		return err
	}
	if f := refusedCall(answer); f != nil {
		return f
	}
	if err := p.checkVersions(answer); err != nil {
		return err
	}
	if answer, err = read(ctx, s, g, userInfoPath); err != nil {
		return err
	}
	if f := refusedCall(answer); f != nil {
		return f
	}
	var user struct {
		ID string `json:"user_id"`
	}
	if err := answer.JSON(&user); err != nil {
		return err
	}
	if user.ID == "" {
		return unexpected()
	}
	return nil
}

func read(ctx context.Context, s *integrations.Session, g grant, path string) (*integrations.Answer, error) {
	return s.Exchange(ctx, integrations.Request{
		URL:    strings.TrimSuffix(g.InstanceURL, "/") + path,
		Header: integrations.Bearer(g.token.Access),
	})
}

var identityURL = regexp.MustCompile(`/id/(00D[A-Za-z0-9]{12,15})/(005[A-Za-z0-9]{12,15})$`)

// userOf returns who the token stands for, from the address of the user's
// identity document; "" where it has another form.
func userOf(id string) string {
	parts := identityURL.FindStringSubmatch(id)
	if parts == nil {
		return ""
	}
	return "user " + parts[2] + " of organization " + parts[1]
}
