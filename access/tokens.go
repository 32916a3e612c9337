package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"admin-api/audit"
	"admin-api/models"
	"admin-api/store"
)

// tokenPrefix lets secret scanners recognise our tokens.
const tokenPrefix = "aat_"

// Service authenticates principals and manages what they sign in with. Its
// exported members are set once; it is safe for concurrent use.
type Service struct {
	Store *store.Store
	Audit *audit.Log
	// Now returns the time; nil means time.Now.
	Now func() time.Time
	// Passwords checks those of users; nil makes one.
	Passwords *Passwords
	// SessionIdle and SessionMax are how long a session lives unused, and at all;
	// 0 means DefaultSessionIdle and DefaultSessionMax.
	SessionIdle, SessionMax time.Duration
	// SSORequired tells where people of a section (see models.SectionOf) must sign in
	// because single sign-on is on for it; empty where passwords do. nil: they do
	// everywhere.
	SSORequired func(ctx context.Context, c *models.ContactCenter, section string) (signInURL string, err error)
	// SSOUnproven reports, within a transaction, whether administrators of the contact
	// center sign in through an identity provider of which no recent test sign-in
	// proved that it lets them in. nil: nowhere.
	SSOUnproven func(ctx context.Context, tx *store.Store, center string) (bool, error)
	// SSOOn reports, within a transaction, whether administrators of the contact center
	// sign in through an identity provider. nil: nowhere.
	SSOOn func(ctx context.Context, tx *store.Store, center string) (bool, error)
	// Logger is told what nobody is answered; nil logs nothing.
	Logger *slog.Logger

	uses     uses
	failures pace
	own      sync.Once // makes Passwords
}

// NewToken returns the text of a fresh token: a prefix, 256 random bits and a
// checksum over both, which tells scanners a real token from a look-alike.
func NewToken() string { return newCredential(tokenPrefix) }

func newCredential(prefix string) string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	body := prefix + base64.RawURLEncoding.EncodeToString(b[:])
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body)))
	return body + hex.EncodeToString(sum)
}

// HashToken returns what is stored of a token.
func HashToken(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// Authenticate returns the principal of a bearer token, with its contact
// center, in one query. It returns models.ErrUnauthenticated for a token that
// is unknown, expired or revoked, or whose contact center is suspended.
func (s *Service) Authenticate(ctx context.Context, bearer string) (*Principal, error) {
	if bearer == "" || len(bearer) > MaxTokenLength {
		return nil, models.ErrUnauthenticated
	}
	t, center, err := s.Store.TokenByHash(ctx, HashToken(bearer))
	if errors.Is(err, models.ErrNotFound) {
		return nil, models.ErrUnauthenticated
	}
	if err != nil {
		return nil, fmt.Errorf("authenticate: %w", err)
	}
	now := s.now()
	expired := !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt.Time)
	if expired || !t.RevokedAt.IsZero() || center.Suspended {
		return nil, models.ErrUnauthenticated
	}
	p := &Principal{
		ID: TokenPrincipal + t.ID, Name: t.Name, Scopes: t.Scopes, Grantable: t.Scopes, UserID: t.UserID,
		ContactCenter: center, ExpiresAt: t.ExpiresAt,
	}
	if err := s.boundByMaker(ctx, p); err != nil {
		return nil, err
	}
	if t.Kind == models.TokenOAuth { // who has it is the user, not somebody whom the user gave it
		p.ID = UserPrincipal + t.UserID
	}
	s.uses.note(useKey{contactCenter: t.ContactCenterID, id: t.ID}, t.LastUsedAt, now)
	return p, nil
}

// boundByMaker takes from a token what the user who made it may not do, or may
// not do any more. The token of a user who is disabled or gone is worth nothing.
func (s *Service) boundByMaker(ctx context.Context, p *Principal) error {
	if p.UserID == "" {
		return nil
	}
	u, err := s.Store.User(ctx, p.ContactCenter.ID, p.UserID)
	if errors.Is(err, models.ErrNotFound) || err == nil && u.Disabled {
		return models.ErrUnauthenticated
	}
	if err != nil {
		return fmt.Errorf("authenticate: %w", err)
	}
	may, err := rightsOf(ctx, s.Store, u)
	if err != nil {
		return fmt.Errorf("authenticate: %w", err)
	}
	p.Scopes, p.Grantable = intersection(p.Scopes, may.has), intersection(p.Scopes, may.grantable)
	return nil
}

// ActIn lets a service provider act in the contact center with the domain, a
// suspended one too: see Principal.Suspension for what is possible there. It
// returns models.ErrForbidden without the scope provider and
// models.ErrNotFound for an unknown domain.
func (s *Service) ActIn(ctx context.Context, p *Principal, domain string) error {
	if !p.Can(models.ScopeProvider) {
		return &models.RefusalError{
			Err:    models.ErrForbidden,
			Detail: "The header Contact-Center needs a credential with the scope provider.",
		}
	}
	center, err := s.Store.ContactCenterByDomain(ctx, strings.ToLower(domain))
	if err != nil {
		return fmt.Errorf("contact center: %w", err)
	}
	p.home, p.ContactCenter = p.Home(), *center
	return nil
}

// NewTokenInput describes a token to make.
type NewTokenInput struct {
	ContactCenterID string
	Name            string
	Scopes          models.Strings
	// Expires is how long the token holds; 0 is for ever.
	Expires time.Duration
	// ExpiresAt is until when it holds, where Expires is 0; zero is for ever.
	ExpiresAt models.Time
	// Text is the token's text; empty makes a fresh one.
	Text string
}

// CreateToken stores a token and its audit record, and returns its id and its
// text, which is never shown again. Unknown scopes are refused by name.
func (s *Service) CreateToken(ctx context.Context, actor Principal, in NewTokenInput) (id, text string, err error) {
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		var err error
		id, text, err = s.createToken(ctx, tx, actor, in)
		return err
	})
	if err != nil {
		return "", "", err
	}
	s.Audit.Committed(in.ContactCenterID)
	return id, text, nil
}

func (s *Service) createToken(
	ctx context.Context, tx *store.Store, actor Principal, in NewTokenInput,
) (id, text string, err error) {
	if err := CheckScopes(in.Scopes); err != nil {
		return "", "", err
	}
	text = in.Text
	if text == "" {
		text = NewToken()
	}
	now := s.now()
	t := models.Token{
		ContactCenterID: in.ContactCenterID, ID: models.NewID(now), Kind: models.TokenAPI, Name: in.Name,
		Hash: HashToken(text), Scopes: in.Scopes, UserID: actor.UserID, ExpiresAt: in.ExpiresAt,
		CreatedAt: models.NewTime(now), CreatedBy: actor.ID,
	}
	if in.Expires > 0 {
		t.ExpiresAt = models.NewTime(now.Add(in.Expires))
	}
	if err := tx.CreateToken(ctx, &t); err != nil {
		return "", "", fmt.Errorf("create token: %w", err)
	}
	return t.ID, text, s.recordToken(ctx, tx, &actor, &models.Token{}, &t, opTokenCreate)
}

// CheckScopes finds what is wrong with a list of scopes, and says it by name.
func CheckScopes(scopes []string) error {
	if len(scopes) == 0 {
		return errors.New("a token needs at least one scope")
	}
	for _, scope := range scopes {
		if !slices.Contains(models.AllScopes(), scope) {
			return fmt.Errorf("unknown scope %q; the scopes are %s", scope, strings.Join(models.AllScopes(), ", "))
		}
	}
	return nil
}

func (s *Service) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
