package access

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"strings"
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
	secret, hash := newSessionSecret()
	now := s.now()
	session := models.Session{
		ContactCenterID: a.center.ID, ID: models.NewID(now), UserID: u.ID, Hash: hash, Method: models.SessionPassword,
		Address: from.Address, UserAgent: shortened(from.UserAgent),
		CreatedAt: models.NewTime(now), SeenAt: models.NewTime(now), ExpiresAt: models.NewTime(now.Add(s.sessionMax())),
	}
	p := sessionPrincipal(&session, u, a.center)
	p.Address, p.RequestID = from.Address, from.RequestID
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		return firstError(
			func() error { return s.succeeded(ctx, tx, a) },
			func() error { return tx.SignedIn(ctx, u, fresh, models.NewTime(now)) },
			func() error { return tx.CreateSession(ctx, &session) },
			func() error {
				return s.recordChange(ctx, tx, p, "session.create", target{a.center.ID, "session", session.ID}, "by password", nil)
			},
		)
	})
	if err != nil {
		return "", nil, fmt.Errorf("sign in: %w", err)
	}
	s.Audit.Committed(a.center.ID)
	return secret, p, s.entitle(ctx, p, u)
}

// newSessionSecret returns 256 random bits as text, and what is stored of them.
func newSessionSecret() (text string, hash []byte) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	text = base64.RawURLEncoding.EncodeToString(b[:])
	return text, HashToken(text)
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
