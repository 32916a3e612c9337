package access

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"admin-api/models"
	"admin-api/store"
	"admin-api/validation"
)

// How long what the operator gives must be, and may be.
const (
	MinTokenLength    = 32
	MaxTokenLength    = 512
	MinPasswordLength = 8
)

// Bootstrap says what an empty database begins with.
type Bootstrap struct {
	Domain   string // of the first contact center
	Admin    string // user name of its administrator
	Password string // empty: generated
	Token    string // empty: generated
	// Features are switched on; the word "all" stands for all of them.
	Features []string
	// Keep, when set, is told what was generated before anything is stored for
	// good; if it fails nothing is. Afterwards it would be too late: nobody could
	// sign in, and a second start makes nothing.
	Keep func(Bootstrapped) error
}

// domainForm is a host name in lower or upper case.
var domainForm = regexp.MustCompile(`^(?i)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)

// Check finds what is wrong. Its texts begin with the name of the member in
// capitals, as in the settings.
func (b Bootstrap) Check() error {
	if !hostName(b.Domain) {
		return fmt.Errorf("DOMAIN: %q is no domain such as mycompany.example", b.Domain)
	}
	if strings.TrimSpace(b.Admin) == "" {
		return errors.New("ADMIN must not be empty")
	}
	if err := b.checkPassword(); err != nil {
		return err
	}
	if b.Token != "" && !usableToken(b.Token) {
		return fmt.Errorf("TOKEN must have %d to %d characters, all of them visible ASCII", MinTokenLength, MaxTokenLength)
	}
	if _, err := parseFeatures(b.Features); err != nil {
		return fmt.Errorf("FEATURES: %w", err)
	}
	return nil
}

// checkPassword holds a given password to the rules of all others: whoever cannot
// choose it later must not begin with it.
func (b Bootstrap) checkPassword() error {
	if b.Password == "" { // one is made
		return nil
	}
	var c validation.Context
	CheckPassword("", b.Password, b.Admin, &c)
	if broken := c.Errors(); len(broken) > 0 {
		return fmt.Errorf("PASSWORD: %s", strings.TrimSuffix(broken[0].Detail, "."))
	}
	return nil
}

// usableToken reports whether a header field can carry the text as a token, and
// Authenticate will look at it.
func usableToken(text string) bool {
	hidden := func(r rune) bool { return r <= ' ' || r > '~' }
	return len(text) >= MinTokenLength && len(text) <= MaxTokenLength && !strings.ContainsFunc(text, hidden)
}

// Bootstrapped is what the first start made. Password and Token are set only
// where they were generated.
type Bootstrapped struct {
	Domain, Username, Password, Token string
}

// Bootstrap makes the first contact center, a team, an administrator and a
// token with all scopes, all in one transaction, if the database has no
// contact center; else it returns nil. Of several processes that try at the
// same time one succeeds, the others see nil. An error in the input is found
// before anything is written.
func (s *Service) Bootstrap(ctx context.Context, in Bootstrap, passwords *Passwords) (*Bootstrapped, error) {
	n, err := s.Store.CountContactCenters(ctx)
	if err != nil || n > 0 {
		return nil, err
	}
	if err := in.Check(); err != nil {
		return nil, fmt.Errorf("bootstrap: %w", err)
	}
	features, err := parseFeatures(in.Features)
	if err != nil {
		return nil, err
	}
	out := &Bootstrapped{Domain: strings.ToLower(in.Domain), Username: in.Admin}
	password := in.Password
	if password == "" {
		password = newPassword()
		out.Password = password
	}
	hash := passwords.Hash(password) // slow: not inside the transaction
	center := models.ContactCenter{Domain: out.Domain, Name: out.Domain, Features: features}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		text, err := s.begin(ctx, tx, &center, in, hash)
		if in.Token == "" {
			out.Token = text
		}
		if err == nil && in.Keep != nil {
			err = in.Keep(*out)
		}
		return err
	})
	if errors.Is(err, models.ErrExists) {
		return nil, nil //nolint:nilnil // another process was first: nothing to report
	}
	if err != nil {
		return nil, fmt.Errorf("bootstrap: %w", err)
	}
	s.Audit.Committed(center.ID)
	return out, nil
}

// begin writes the first rows.
func (s *Service) begin(
	ctx context.Context, tx *store.Store, center *models.ContactCenter, in Bootstrap, hash string,
) (string, error) {
	now := s.now()
	at := models.NewTime(now)
	system := Principal{ID: "system", Name: "bootstrap"}
	center.ID, center.Version, center.CreatedAt, center.UpdatedAt = models.NewID(now), 1, at, at
	team := defaultTeam(center, system.ID)
	user := models.User{
		ContactCenterID: center.ID, ID: models.NewID(now), Username: in.Admin, UsernameKey: models.NameKey(in.Admin),
		FirstName: in.Admin, Extension: strconv.Itoa(firstExtension), PasswordHash: hash, PasswordChangedAt: at,
		TeamID: team.ID, Version: 1,
		CreatedAt: at, CreatedBy: system.ID, UpdatedAt: at, UpdatedBy: system.ID,
		Roles: models.Strings{models.RoleAdministrator, models.RoleSupervisor, models.RoleAgent},
	}
	err := firstError(
		func() error { return tx.CreateContactCenter(ctx, center) },
		func() error { return tx.CreateTeam(ctx, team) },
		func() error { return tx.CreateUser(ctx, &user) },
		func() error {
			return s.Audit.Append(ctx, tx, &models.AuditEvent{
				ContactCenterID: center.ID, Actor: system.ID, ActorName: system.Name,
				Operation: "contact-center.create", TargetType: "contact-center", TargetID: center.ID,
				Detail: "domain " + center.Domain + ", administrator " + user.Username,
			})
		},
	)
	if err != nil {
		return "", err
	}
	_, text, err := s.createToken(ctx, tx, system, NewTokenInput{
		ContactCenterID: center.ID, Name: "bootstrap", Scopes: models.AllScopes(), Text: in.Token,
	})
	return text, err
}

func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func parseFeatures(words []string) (models.Strings, error) {
	all := models.AllFeatures()
	on := map[string]bool{}
	for _, w := range words {
		w = strings.TrimSpace(w)
		switch {
		case w == "":
		case w == "all", slices.Contains(all, w):
			on[w] = true
		default:
			return nil, fmt.Errorf("unknown feature %q; the features are all, %s", w, strings.Join(all, ", "))
		}
	}
	return slices.DeleteFunc(all, func(f string) bool { return !on[f] && !on["all"] }), nil
}

// newPassword returns 120 random bits as 20 characters.
func newPassword() string {
	var b [15]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b[:])
}
