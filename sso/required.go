package sso

import (
	"context"

	"admin-api/integrations/singlesignon"
	"admin-api/models"
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
	a, err := s.account(ctx, c)
	if err != nil || a == nil || !a.Enabled {
		return "", err
	}
	p, err := readSettings(a)
	if err != nil {
		return "", err
	}
	on := map[string]bool{models.SectionAgentDesktop: p.AgentDesktop.Enabled, models.SectionAdmin: p.Admin.Enabled}
	if !on[section] {
		return "", nil
	}
	return s.LoginURL(Place{Center: c, Section: section}), nil
}
