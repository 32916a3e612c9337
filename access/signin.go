package access

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"admin-api/models"
	"admin-api/store"
)

// Client is from where somebody signs in.
type Client struct{ Address, UserAgent, RequestID string }

// longestUserAgent is how much of a client's name is kept.
const longestUserAgent = 200

// Here returns the contact center that a request without a credential is for: the
// one with the host's name as its domain; with a loopback name, an IP address or
// one of the names in own, the only one there is. The port does not matter. It
// returns models.ErrNotFound for any other host.
func (s *Service) Here(ctx context.Context, host string, own ...string) (*models.ContactCenter, error) {
	name := HostName(host)
	c, err := s.Store.ContactCenterByDomain(ctx, name)
	if err == nil || !errors.Is(err, models.ErrNotFound) {
		return c, err
	}
	_, notIP := netip.ParseAddr(name)
	anybody := notIP == nil || name == "localhost"
	for _, known := range own {
		anybody = anybody || known != "" && HostName(known) == name
	}
	if !anybody {
		return nil, fmt.Errorf("contact center of this host: %w", models.ErrNotFound)
	}
	return s.Store.OnlyContactCenter(ctx)
}

// Domain returns the contact center with the domain, or models.ErrNotFound.
func (s *Service) Domain(ctx context.Context, domain string) (*models.ContactCenter, error) {
	return s.Store.ContactCenterByDomain(ctx, strings.ToLower(domain))
}

// HostName returns the host of an authority such as "Acme.example:8443", in lower
// case, without port, brackets and the final dot.
func HostName(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") && strings.Count(host, ":") == 1 ||
		i > 0 && host[i-1] == ']' {
		host = host[:i]
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// SignIn checks a password and begins a session. It returns its secret, which
// only the client's cookie has from then on. The error is models.ErrSignInRefused
// where name and password do not belong together, or the user or the contact
// center may not sign in, which nobody can tell apart; models.ErrTooManyAttempts
// after failures; models.ErrUnavailable where too many are being checked. Only who
// has the right password learns of models.ErrSSORequired.
func (s *Service) SignIn(
	ctx context.Context, c *models.ContactCenter, username, password string, from Client,
) (string, *Principal, error) {
	a, err := s.newAttempt(ctx, byPassword, c, username, from.Address)
	if err != nil {
		return "", nil, err
	}
	ok, err := s.verify(ctx, a, password)
	if err != nil {
		return "", nil, err
	}
	if !ok {
		return "", nil, s.failed(ctx, a)
	}
	if err := s.mustUseSSO(ctx, a, from); err != nil {
		return "", nil, err
	}
	secret, p, err := s.enter(ctx, a, password, from)
	if errors.Is(err, models.ErrNotFound) { // disabled, or given another password, at this moment
		return "", nil, s.failed(ctx, a)
	}
	return secret, p, err
}

// enter begins the session of who was found to have the password.
func (s *Service) enter(ctx context.Context, a *attempt, password string, from Client) (string, *Principal, error) {
	u, fresh, err := a.user, a.user.PasswordHash, error(nil)
	if outdated(fresh) {
		if fresh, err = s.passwords().HashWithin(ctx, password); err != nil {
			return "", nil, err
		}
	}
	e := &entry{center: a.center, user: u, method: models.SessionPassword, how: "by password", from: from}
	var secret string
	var p *Principal
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		if err := s.succeeded(ctx, tx, a); err != nil {
			return err
		}
		secret, p, err = s.comeIn(ctx, tx, e, fresh)
		return err
	})
	if err != nil {
		return "", nil, fmt.Errorf("sign in: %w", err)
	}
	s.Audit.Committed(a.center.ID)
	return secret, p, nil
}

// entry is how somebody comes in who was found to be the user.
type entry struct {
	center *models.ContactCenter
	user   *models.User
	// method and portal are those of models.Session; how is for the record.
	method, portal, how string
	// until is when the session ends at the latest; zero: as all do.
	until time.Time
	from  Client
}

// comeIn makes a session within the transaction tx, and records it. fresh is what
// replaces the user's password hash. It returns models.ErrNotFound where the user
// was disabled, or given another password, since it was read.
func (s *Service) comeIn(
	ctx context.Context, tx *store.Store, e *entry, fresh string,
) (secret string, p *Principal, err error) {
	secret, hash := newSessionSecret()
	now := s.now()
	end := now.Add(s.sessionMax())
	if !e.until.IsZero() && e.until.Before(end) {
		end = e.until
	}
	session := models.Session{
		ContactCenterID: e.center.ID, ID: models.NewID(now), UserID: e.user.ID, Hash: hash,
		Method: e.method, Portal: e.portal, Address: e.from.Address, UserAgent: shortened(e.from.UserAgent),
		CreatedAt: models.NewTime(now), SeenAt: models.NewTime(now), ExpiresAt: models.NewTime(end),
	}
	p = sessionPrincipal(&session, e.user, e.center)
	p.Address, p.RequestID = e.from.Address, e.from.RequestID
	err = firstError(
		func() error { return tx.SignedIn(ctx, e.user, fresh, models.NewTime(now)) },
		func() error { return tx.CreateSession(ctx, &session) },
		func() error {
			return s.recordChange(ctx, tx, p, "session.create", target{e.center.ID, "session", session.ID}, e.how, nil)
		},
		func() error { return entitle(ctx, tx, &session, p, e.user) },
	)
	if err != nil {
		return "", nil, err
	}
	return secret, p, nil
}

// newSessionSecret returns a secret, and what is stored of it.
func newSessionSecret() (text string, hash []byte) {
	text = NewSecret()
	return text, HashToken(text)
}

// NewSecret returns 256 random bits as text.
func NewSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// IsSecret reports whether NewSecret can have made the text.
func IsSecret(text string) bool {
	if len(text) != secretLength {
		return false
	}
	_, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil
}

// shortened cuts what a client says of itself to what can be stored and shown.
func shortened(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, text)
	return strings.ToValidUTF8(text[:min(len(text), longestUserAgent)], "")
}
