package access

import (
	"context"
	"fmt"
	"slices"

	"admin-api/models"
)

// SignsInAt returns where the user must sign in because single sign-on is on for
// the section that the user belongs to, and that section; nothing where a password
// does. Who has the privilege sso:bypass needs no other way.
func (s *Service) SignsInAt(
	ctx context.Context, c *models.ContactCenter, u *models.User,
) (signInURL, section string, err error) {
	if s.SSORequired == nil {
		return "", "", nil
	}
	may, err := rightsOf(ctx, s.Store, u)
	if err != nil {
		return "", "", fmt.Errorf("sign in: %w", err)
	}
	if slices.Contains(may.has, models.ScopeSSOBypass) {
		return "", "", nil
	}
	section = models.SectionOf(may.has)
	signInURL, err = s.SSORequired(ctx, c, section)
	if err != nil {
		return "", "", fmt.Errorf("sign in: %w", err)
	}
	return signInURL, section, nil
}

// mustUseSSO refuses with models.ErrSSORequired who was found to have the password,
// but must sign in through the identity provider of the contact center. It is
// asked after the password only, so that nobody else learns who is there. The
// attempt stays counted: this door is shut, however often it is tried.
func (s *Service) mustUseSSO(ctx context.Context, a *attempt, from Client) error {
	there, section, err := s.SignsInAt(ctx, a.center, a.user)
	if err != nil {
		s.giveBack(ctx, a)
		return err
	}
	if there == "" {
		return nil
	}
	p := &Principal{
		ID: UserPrincipal + a.user.ID, Name: a.user.Username, Address: from.Address, RequestID: from.RequestID,
	}
	s.recordRefusal(ctx, p, "session.create", target{a.center.ID, "user", a.user.ID},
		"the password was right, but single sign-on is on (section "+section+") and the user lacks "+models.ScopeSSOBypass)
	return &models.RefusalError{
		Err: models.ErrSSORequired, Extra: map[string]any{"signInUrl": there},
		Detail: "Your contact center signs you in through its identity provider. Open " + there + " in a browser.",
	}
}
