package sso

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"admin-api/integrations"
	"admin-api/integrations/singlesignon"
	"admin-api/models"
	"admin-api/validation"
)

// The addresses of a section, below the origin of the contact center.
var paths = map[string]string{
	models.SectionAgentDesktop: "/agentdesktop/sso",
	models.SectionAdmin:        "/admin/sso",
}

// settings are those of a section.
type settings struct {
	singlesignon.Section
	// on: people can sign in; otherwise the section can only be tried.
	on bool
}

// settingsOf returns the settings of a place; a refusal is an *Error.
func (s *Service) settingsOf(ctx context.Context, at Place) (*settings, error) {
	if err := allowed(at.Center); err != nil {
		return nil, err
	}
	a, err := s.account(ctx, at.Center)
	if err != nil {
		return nil, err
	}
	if a == nil {
		return nil, refusal(CodeNotEnabled, "There is no account of the type sso.",
			"Add one with the values of the identity provider.")
	}
	p, err := readSettings(a)
	if err != nil {
		return nil, err
	}
	found := &settings{Section: p.AgentDesktop}
	if at.Section == models.SectionAdmin {
		found.Section = p.Admin
	}
	found.on = a.Enabled && found.Enabled
	return found, nil
}

// allowed refuses a contact center that may have no single sign-on now.
func allowed(c *models.ContactCenter) error {
	if c.Suspended {
		return refusal(CodeNotEnabled, "The contact center is suspended.", "The service provider can end the suspension.")
	}
	if !c.HasFeature(singlesignon.Definition.Feature) {
		return featureOff()
	}
	return nil
}

func featureOff() *Error {
	return refusal(CodeFeatureOff, "The feature "+singlesignon.Definition.Feature+" is not switched on.",
		"Ask the service provider to switch it on for the contact center.")
}

// On returns nil where single sign-on is on at a place, else the *Error that says why
// it is not.
func (s *Service) On(ctx context.Context, at Place) error {
	set, err := s.settingsOf(ctx, at)
	if err == nil && !set.on {
		return notOn(at.Section)
	}
	return err
}

// ProviderHost is the host at which people of a place sign in now, for them to see;
// empty where that cannot be told.
func (s *Service) ProviderHost(ctx context.Context, at Place) string {
	return s.provider(ctx, at).Hostname()
}

// ProviderOrigin is the origin of the pages at which people of a place sign in now, as
// browsers write it; empty where that cannot be told.
func (s *Service) ProviderOrigin(ctx context.Context, at Place) string {
	u := s.provider(ctx, at)
	if u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// provider is the sign-in address of a place; without a host where there is none.
func (s *Service) provider(ctx context.Context, at Place) *url.URL {
	if at.Center == nil {
		return &url.URL{}
	}
	set, err := s.settingsOf(ctx, at)
	if err != nil {
		return &url.URL{}
	}
	u, err := url.Parse(set.IdentityProviderSSOURL)
	if err != nil {
		return &url.URL{}
	}
	return u
}

// Provider tells which one of SetupProviders people of a place sign in at now.
func (s *Service) Provider(ctx context.Context, at Place) string {
	set, err := s.settingsOf(ctx, at)
	if err != nil {
		return SetupGeneric
	}
	return setupProvider(singlesignon.ProviderOf(set.IdentityProviderSSOURL))
}

// account returns the live account of the contact center; nil where there is none.
func (s *Service) account(ctx context.Context, c *models.ContactCenter) (*models.Account, error) {
	live, err := s.Store.ListAccounts(ctx, models.AccountFilter{
		ContactCenterID: c.ID, Types: []string{singlesignon.Definition.Type}, Sort: models.SortByName, Limit: 1,
	})
	if err != nil {
		return nil, fmt.Errorf("single sign-on of %s: %w", c.Domain, err)
	}
	if len(live) == 0 {
		return nil, nil //nolint:nilnil // there is none
	}
	return &live[0], nil
}

// notOn refuses to sign people in where the section is switched off.
func notOn(section string) *Error {
	return refusal(CodeNotEnabled,
		"Single sign-on is switched off: the account, or its section "+section+", is not enabled.",
		"Enable both, or run a test sign-in, which works before.")
}

// readSettings decodes what is stored. Rules on values were kept when it was, and
// are not asked again: some depend on the time.
func readSettings(a *models.Account) (*singlesignon.Properties, error) {
	c := &validation.Context{}
	p, ok := singlesignon.Definition.Decode(json.RawMessage(a.Properties), nil, c).(*singlesignon.Properties)
	misshapen := func(v validation.Violation) bool { return v.Code == "type" }
	if !ok || slices.ContainsFunc(c.Errors(), misshapen) {
		return nil, fmt.Errorf("account %s: stored properties are damaged: %w", a.ID, models.ErrUnavailable)
	}
	return p, nil
}

// origin is where browsers see the contact center. It comes from what is set and
// registered, never from the header field Host.
func (s *Service) origin(c *models.ContactCenter) string {
	return integrations.CenterAt(c.Domain, s.PublicURL).Origin
}

// LoginURL is where sign-in to a place begins.
func (s *Service) LoginURL(at Place) string {
	return s.origin(at.Center) + paths[at.Section] + "/login"
}

// SignOnURL is the address for people and providers to begin at: for Agent Desktop the
// one that is documented and shown with the account, which leads to LoginURL.
func (s *Service) SignOnURL(at Place) string {
	if at.Section == models.SectionAgentDesktop {
		return singlesignon.SignOnURL(s.origin(at.Center))
	}
	return s.LoginURL(at)
}

// ReplyURL is where the identity provider has browsers post its answers for a place
// (assertion consumer service).
func (s *Service) ReplyURL(at Place) string {
	return s.origin(at.Center) + paths[at.Section] + "/redirect"
}

// MetadataURL is where the identity provider finds our metadata for a place.
func (s *Service) MetadataURL(at Place) string {
	return s.origin(at.Center) + paths[at.Section] + "/metadata"
}

func (s *Service) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s *Service) logger() *slog.Logger {
	if s.Logger != nil {
		return s.Logger
	}
	return slog.New(slog.DiscardHandler)
}
