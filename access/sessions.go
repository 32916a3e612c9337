package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"admin-api/models"
	"admin-api/store"
)

// How long sessions live where the settings do not say it.
const (
	DefaultSessionIdle = 30 * time.Minute
	DefaultSessionMax  = 12 * time.Hour
)

// secretLength is how long the text of 256 bits is.
const secretLength = 43

func (s *Service) sessionIdle() time.Duration { return cmp.Or(s.SessionIdle, DefaultSessionIdle) }

func (s *Service) sessionMax() time.Duration { return cmp.Or(s.SessionMax, DefaultSessionMax) }

// AuthenticateSession returns the principal of a session by its secret, with what
// the user may do now. It returns models.ErrUnauthenticated where the session has
// ended, was unused for too long, or where user or contact center may not sign in
// any more. Every process asks the database each time, so what ended is refused
// everywhere at once.
func (s *Service) AuthenticateSession(ctx context.Context, secret string) (*Principal, error) {
	p, seen, err := s.bySession(ctx, secret)
	if err != nil {
		return nil, err
	}
	s.uses.note(useKey{contactCenter: p.ContactCenter.ID, id: p.SessionID, session: true}, seen, s.now())
	return p, nil
}

// RecallSession is AuthenticateSession for an answer that goes on: that is no use of
// the session, or a page that is left open would keep it for as long as it can live.
func (s *Service) RecallSession(ctx context.Context, secret string) (*Principal, error) {
	p, _, err := s.bySession(ctx, secret)
	return p, err
}

// bySession returns also when the session was last used.
func (s *Service) bySession(ctx context.Context, secret string) (p *Principal, seen models.Time, err error) {
	if !IsSecret(secret) {
		return nil, seen, models.ErrUnauthenticated
	}
	session, u, c, err := s.Store.SessionByHash(ctx, HashToken(secret))
	if errors.Is(err, models.ErrNotFound) {
		return nil, seen, models.ErrUnauthenticated
	}
	if err != nil {
		return nil, seen, fmt.Errorf("authenticate: %w", err)
	}
	if s.ended(&session, s.now()) || u.Disabled || c.Suspended {
		return nil, seen, models.ErrUnauthenticated
	}
	p = sessionPrincipal(&session, &u, &c)
	return p, session.SeenAt, entitle(ctx, s.Store, &session, p, &u)
}

func (s *Service) ended(session *models.Session, now time.Time) bool {
	return !now.Before(session.ExpiresAt.Time) || now.Sub(session.SeenAt.Time) >= s.sessionIdle()
}

// sessionPrincipal returns whose session it is, without rights. Only who came in by
// a password can be made to choose another one first.
func sessionPrincipal(session *models.Session, u *models.User, c *models.ContactCenter) *Principal {
	return &Principal{
		ID: UserPrincipal + u.ID, Name: u.Username, UserID: u.ID, SessionID: session.ID,
		MustChangePassword: u.ChangePassword && session.Method != models.SessionSSO, ContactCenter: *c,
	}
}

// entitle gives the principal what the roles of the user give, as far as the
// session carries it: an identity provider that lets people in to Agent Desktop
// makes no administrators of them.
func entitle(ctx context.Context, from *store.Store, session *models.Session, p *Principal, u *models.User) error {
	may, err := rightsOf(ctx, from, u)
	if err != nil {
		return fmt.Errorf("authenticate: %w", err)
	}
	if session.Portal != "" && session.Portal != models.SectionAdmin {
		may = may.atDesk()
	}
	p.Scopes, p.Grantable = may.has, may.grantable
	return nil
}

// Who is what is known of a principal beyond its rights.
type Who struct {
	// User is the one behind the credential, nil where there is none.
	User *models.User
	// Session is nil for tokens.
	Session *models.Session
}

// WhoIs returns who the principal is. It returns models.ErrUnauthenticated where
// the session has ended meanwhile.
func (s *Service) WhoIs(ctx context.Context, p *Principal) (Who, error) {
	var w Who
	if p.UserID == "" {
		return w, nil
	}
	var err error
	if w.User, err = s.Store.User(ctx, p.Home(), p.UserID); err != nil {
		return Who{}, gone(err)
	}
	if p.SessionID == "" {
		return w, nil
	}
	all, err := s.Sessions(ctx, p)
	if err != nil {
		return Who{}, err
	}
	for i := range all {
		if all[i].ID == p.SessionID {
			w.Session = &all[i]
			return w, nil
		}
	}
	return Who{}, models.ErrUnauthenticated
}

// gone turns the error of a principal that is no more into what it means.
func gone(err error) error {
	if errors.Is(err, models.ErrNotFound) {
		return models.ErrUnauthenticated
	}
	return err
}

// Sessions returns the sessions that the principal's user has now, newest first.
func (s *Service) Sessions(ctx context.Context, p *Principal) ([]models.Session, error) {
	all, err := s.Store.Sessions(ctx, p.Home(), p.UserID)
	if err != nil {
		return nil, err
	}
	var live []models.Session
	for i := range all {
		if !s.ended(&all[i], s.now()) {
			live = append(live, all[i])
		}
	}
	return live, nil
}

// SignOut ends the session of the principal and records it. A session that has
// ended already is no error.
func (s *Service) SignOut(ctx context.Context, p *Principal) error {
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.DeleteSession(ctx, p.Home(), p.SessionID); err != nil {
			return err
		}
		return s.recordChange(ctx, tx, p, "session.end", target{p.Home(), "session", p.SessionID}, "", nil)
	})
	if errors.Is(err, models.ErrNotFound) {
		return nil
	}
	if err == nil {
		s.Audit.Committed(p.Home())
	}
	return err
}

// SignOutEverywhere ends all sessions of the principal's user and records it.
func (s *Service) SignOutEverywhere(ctx context.Context, p *Principal) error {
	err := s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := tx.DeleteSessions(ctx, p.Home(), p.UserID, ""); err != nil {
			return err
		}
		return s.recordChange(ctx, tx, p, "session.end-all", target{p.Home(), "user", p.UserID}, "", nil)
	})
	if err == nil {
		s.Audit.Committed(p.Home())
	}
	return err
}
