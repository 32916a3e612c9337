package sso

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"admin-api/access"
	"admin-api/models"
	"admin-api/store"
)

// codeLife is how long a one-time code can be exchanged.
const codeLife = time.Minute

// next returns where somebody goes who signed in: to the path that was asked for;
// in Agent Desktop to that, with a one-time code; empty for our own page.
func (s *Service) next(ctx context.Context, tx *store.Store, a *arrival) (string, error) {
	if a.at.Section != models.SectionAgentDesktop || s.AgentDesktopURL == "" {
		return s.wanted(a), nil
	}
	code := access.NewSecret()
	now := s.now()
	err := tx.CreateSSOCode(ctx, &models.SSOCode{
		ContactCenterID: a.at.Center.ID, Hash: access.HashToken(code), UserID: a.userID, Section: a.at.Section,
		SessionEndsAt: optional(a.accepted.SessionNotOnOrAfter), ExpiresAt: models.NewTime(now.Add(codeLife)),
	})
	if err != nil {
		return "", err
	}
	return withCode(strings.ReplaceAll(s.AgentDesktopURL, "{domain}", a.at.Center.Domain), code)
}

// wanted is the path of ours that the browser wanted to see. What the provider sends
// as RelayState counts where it began itself, and only as such a path: anything else
// is ignored, so that a link can lead nowhere else.
func (s *Service) wanted(a *arrival) string {
	if a.request != nil {
		return a.request.RelayState
	}
	if ownPath(a.message.RelayState) {
		return a.message.RelayState
	}
	return ""
}

func optional(t time.Time) models.Time {
	if t.IsZero() {
		return models.Time{}
	}
	return models.NewTime(t)
}

// withCode adds the code to the query of an address.
func withCode(address, code string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("address of Agent Desktop: %w", err)
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += "code=" + code // letters, digits, "-" and "_" need no escapes
	return u.String(), nil
}

// Exchange turns a one-time code into a session, once. It returns
// models.ErrUnauthenticated for a code that is unknown, used or too old, and where
// its user may not sign in any more.
func (s *Service) Exchange(
	ctx context.Context, c *models.ContactCenter, code string, from access.Client,
) (secret string, p *access.Principal, err error) {
	if c.Suspended || !access.IsSecret(code) {
		return "", nil, models.ErrUnauthenticated
	}
	refused := false
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		taken, err := s.takeCode(ctx, tx, c, access.HashToken(code))
		if err != nil {
			return err
		}
		secret, p, err = s.Access.Resume(ctx, tx, c, taken, from)
		if _, no := errors.AsType[*access.FederatedError](err); no {
			refused = true
			return nil // the code is used up
		}
		return err
	})
	if errors.Is(err, models.ErrNotFound) || refused {
		return "", nil, models.ErrUnauthenticated
	}
	if err != nil {
		return "", nil, fmt.Errorf("exchange one-time code: %w", err)
	}
	s.Audit.Committed(c.ID)
	return secret, p, nil
}

// takeCode uses a code up, with its user locked.
func (s *Service) takeCode(
	ctx context.Context, tx *store.Store, c *models.ContactCenter, hash []byte,
) (*models.SSOCode, error) {
	found, err := tx.SSOCode(ctx, c.ID, hash)
	if err != nil {
		return nil, err
	}
	if _, err := tx.LockUser(ctx, c.ID, found.UserID); err != nil {
		return nil, err
	}
	return tx.TakeSSOCode(ctx, c.ID, hash, models.NewTime(s.now()))
}

func sameHash(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
