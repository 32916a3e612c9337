package sso

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"admin-api/integrations/singlesignon"
	"admin-api/models"
	"admin-api/validation"
)

// Required returns where people of the section of a contact center sign in because
// single sign-on is on for it; empty where passwords do. It is on where the live
// account is enabled and the section in it, and the service provider has not
// switched the feature off. Settings that cannot be read are
// models.ErrUnavailable: they do not open the door.
func (s *Service) Required(ctx context.Context, c *models.ContactCenter, section string) (string, error) {
	if !c.HasFeature(singlesignon.Definition.Feature) {
		return "", nil
	}
	live, err := s.Store.ListAccounts(ctx, models.AccountFilter{
		ContactCenterID: c.ID, Types: []string{singlesignon.Definition.Type}, Sort: models.SortByName, Limit: 1,
	})
	if err != nil {
		return "", fmt.Errorf("single sign-on of %s: %w", c.Domain, err)
	}
	if len(live) == 0 || !live[0].Enabled {
		return "", nil
	}
	p, err := readSettings(&live[0])
	if err != nil {
		return "", err
	}
	at := Place{Center: c, Section: section}
	switch {
	case section == models.SectionAdmin && p.Admin.Enabled:
		return s.loginURL(at, "/admin"), nil
	case section == models.SectionAgentDesktop && p.AgentDesktop.Enabled:
		return s.loginURL(at, "/agentdesktop"), nil
	}
	return "", nil
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

// loginURL is where sign-in to a place begins. A browser keeps the cookie of it
// over TLS only.
func (s *Service) loginURL(at Place, path string) string {
	origin := cmp.Or(s.PublicURL, "https://{domain}")
	return strings.TrimSuffix(strings.ReplaceAll(origin, "{domain}", at.Center.Domain), "/") + path + "/sso/login"
}
