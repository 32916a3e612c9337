package singlesignon

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"admin-api/integrations"
	"admin-api/integrations/platform/saml"
)

// firstBytes is how much of a page is looked at. Sign-in pages are long, and say what
// is wrong in their beginning.
const firstBytes = 60 << 10

// visit is the test of one section.
type visit struct {
	*Section
	session *integrations.Session
	// prefix is what the names of its steps begin with.
	prefix   string
	replyURL string
}

// The steps of a visit, behind its prefix.
const (
	stepValues       = "_values"
	stepRequest      = "_request"
	stepRedirect     = "_redirect"
	stepMetadata     = "_metadata"
	stepCertificates = "_certificates"
	stepIssuer       = "_issuer"
	stepPage         = "_page"
)

// Probe implements integrations.Prober. It takes the request of a sign-in to the
// provider as a browser would, without a person, for each section that is on; for each
// with an address, if none is. That proves no sign-in, so it passes with a warning at
// best.
func (p *Properties) Probe(ctx context.Context, s *integrations.Session) error {
	visits := p.visits(s)
	if len(visits) == 0 {
		return s.Step("values", func() error { return nothingConfigured.Failure() })
	}
	var first error
	for i := range visits {
		v := &visits[i]
		if unreachable(first) {
			s.Skip(v.prefix+stepValues, v.prefix+stepRequest)
			continue
		}
		if err := v.run(ctx); first == nil {
			first = err
		}
	}
	if first == nil {
		s.Warn("sign_in", notProved.Failure())
	}
	return first
}

func (p *Properties) visits(s *integrations.Session) []visit {
	all := []visit{
		{&p.AgentDesktop, s, "agent_desktop", AgentDesktopURL(s.Center.Origin)},
		{&p.Admin, s, "admin", AdminURL(s.Center.Origin)},
	}
	on := p.AgentDesktop.Enabled || p.Admin.Enabled
	var wanted []visit
	for _, v := range all {
		if on && v.Enabled || !on && v.IdentityProviderSSOURL != "" {
			wanted = append(wanted, v)
		}
	}
	return wanted
}

// unreachable reports whether asking the provider once more is a waste of time.
func unreachable(err error) bool {
	f, ok := errors.AsType[*integrations.Failure](err)
	return ok && f.Cause != integrations.CauseConfig
}

func (v *visit) run(ctx context.Context) error {
	if err := v.session.Step(v.prefix+stepValues, v.judgeValues); err != nil {
		v.session.Skip(v.prefix + stepRequest)
		return err
	}
	if err := v.ask(ctx); err != nil {
		return err
	}
	v.compare(ctx)
	return nil
}

func (v *visit) judgeValues() error {
	switch {
	case !v.Complete():
		return valuesMissing.Failure()
	case !anyValidAt(v.SigningCertificates(), v.session.Now()):
		return certificateExpired.Failure()
	}
	return nil
}

// ask takes the request to the provider and judges the page that comes.
func (v *visit) ask(ctx context.Context) error {
	var doubt *integrations.Failure
	step := stepPage
	err := v.session.Step(v.prefix+stepRequest, func() error {
		request, err := v.request()
		if err != nil {
			return err
		}
		answer, err := v.session.Exchange(ctx, request)
		if v.leadsElsewhere(err) {
			doubt, step = signInElsewhere.Failure(), stepRedirect
			return nil
		}
		if err != nil {
			return err
		}
		fatal, doubtful := judgeAnswer(ProviderOf(v.IdentityProviderSSOURL), answer)
		doubt = doubtful
		if fatal != nil {
			return fatal
		}
		return nil
	})
	if err == nil && doubt != nil {
		v.session.Warn(v.prefix+step, doubt)
	}
	return err
}

// request is what a browser would send.
func (v *visit) request() (integrations.Request, error) {
	message := &saml.Request{
		ID: saml.NewID(), Issuer: EntityID(v.session.Center.Domain), Destination: v.IdentityProviderSSOURL,
		ReplyURL: v.replyURL, IssuedAt: v.session.Now(),
	}
	out := integrations.Request{
		Method: http.MethodGet, Header: http.Header{"Accept": {"text/html, */*;q=0.1"}}, First: firstBytes,
	}
	if v.TakesPost() {
		out.Method, out.URL, out.Form = http.MethodPost, v.IdentityProviderSSOURL, url.Values{}
		for name, value := range message.PostFields() {
			out.Form.Set(name, value)
		}
		return out, nil
	}
	var err error
	if out.URL, err = message.RedirectURL(); err != nil {
		return out, integrations.NewFailure(integrations.CauseConfig, "invalid_address",
			"The address cannot be asked.", "Check the address for typing errors.")
	}
	return out, nil
}

// leadsElsewhere reports whether the answer was a redirect that is not followed, and
// may well be right: many providers leave signing in to another one or have a domain of
// the company. Azure's page stands at the address itself.
func (v *visit) leadsElsewhere(err error) bool {
	if err == nil || v.session.Classify == nil || ProviderOf(v.IdentityProviderSSOURL) == Azure {
		return false
	}
	f := v.session.Classify(err)
	return f != nil && f.Code == "redirect_refused"
}
