package access

import (
	"context"
	"fmt"
	"slices"

	"admin-api/models"
)

// mustUseSSO refuses with models.ErrSSORequired who was found to have the password,
// but must sign in through the identity provider of the contact center. It is
// asked after the password only, so that nobody else learns who is there. The
// attempt stays counted: this door is shut, however often it is tried.
func (s *Service) mustUseSSO(ctx context.Context, a *attempt, from Client) error {
	if s.SSORequired == nil {
		return nil
	}
	may, err := rightsOf(ctx, s.Store, a.user)
	if err != nil {
		s.giveBack(ctx, a)
		return fmt.Errorf("sign in: %w", err)
	}
	if slices.Contains(may.has, models.ScopeSSOBypass) {
		return nil
	}
	section := models.SectionOf(may.has)
	there, err := s.SSORequired(ctx, a.center, section)
	if err != nil {
		s.giveBack(ctx, a)
		return fmt.Errorf("sign in: %w", err)
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
