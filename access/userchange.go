package access

import (
	"context"
	"slices"
	"time"

	"admin-api/input"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/validation"
)

// userChange is one intended state of a user, judged. The same steps judge it
// twice: before the transaction, so that nobody waits for a password to be hashed
// in vain, and in it, where what counts cannot change any more.
type userChange struct {
	old *models.User // nil for a create
	now models.User
	// password is what is still to be hashed; unset where it stays or goes.
	password secret.Text
	// words says what happened to secrets, by pointer.
	words map[string]string
}

// setPassword notes what happens to the password.
func (c *userChange) setPassword(word string, at time.Time) {
	c.words = map[string]string{"/password": word}
	c.now.PasswordChangedAt = models.NewTime(at)
}

func (s *Service) hash(ctx context.Context, c *userChange) (string, error) {
	if !c.password.IsSet() {
		return "", nil
	}
	return s.passwords().HashInTurn(ctx, c.password.Reveal())
}

// saying lays what a request says of a user over what is known, and returns the
// members that it gives. What is wrong goes to c; the error is of what cannot be
// understood at all.
type saying func(in *userInput, c *validation.Context) (given []string, err error)

// sayWhole says a document.
func sayWhole(body []byte) saying {
	return func(in *userInput, c *validation.Context) ([]string, error) {
		return nil, input.Decode(body, in, c, ignoredOfUser()...)
	}
}

// sayPatch says a JSON merge patch.
func sayPatch(body []byte) saying {
	return func(in *userInput, c *validation.Context) ([]string, error) {
		return input.Patch(body, in, c, ignoredOfUser()...)
	}
}

// draftUser judges what is said of a user that does not exist yet.
func (s *Service) draftUser(ctx context.Context, from *store.Store, p *Principal, say saying) (*userChange, error) {
	var in userInput
	c := &validation.Context{Now: s.now()}
	if _, err := say(&in, c); err != nil {
		return nil, err
	}
	center := p.ContactCenter.ID
	if in.Roles == nil && !c.Broken("/roles") {
		roles, err := from.RolesOfNewUsers(ctx, center)
		if err != nil {
			return nil, err
		}
		for _, r := range roles {
			in.Roles = append(in.Roles, r.Name)
		}
	}
	at := models.NewTime(s.now())
	change := &userChange{now: models.User{ContactCenterID: center, UpdatedAt: at, UpdatedBy: p.ID}}
	return s.settleUser(ctx, from, p, change, &in, c)
}

// patchedUser judges what is said of a stored user.
func (s *Service) patchedUser(
	ctx context.Context, from *store.Store, p *Principal, old *models.User, m Match, say saying,
) (*userChange, error) {
	in := inputOf(old)
	c := &validation.Context{Now: s.now()}
	given, err := say(&in, c)
	if err != nil {
		return nil, err
	}
	if err := m.check(old.Version); err != nil {
		return nil, err
	}
	if p.UserID == old.ID && slices.Contains(given, "password") {
		c.Violate("/password", "own_password",
			"Change your own password with PUT /api/v1/me/password, which asks for the present one.")
	}
	change := &userChange{old: old, now: *old}
	if slices.Contains(given, "password") && !in.Password.given && old.PasswordHash != "" {
		change.setPassword("cleared", s.now())
		change.now.PasswordHash = ""
	}
	return s.settleUser(ctx, from, p, change, &in, c)
}

// settleUser judges the input, lays it over the user, and refuses what p may not do.
func (s *Service) settleUser(
	ctx context.Context, from *store.Store, p *Principal, change *userChange, in *userInput, c *validation.Context,
) (*userChange, error) {
	in.judge(c)
	roles, err := in.roles(ctx, from, p.ContactCenter.ID, c)
	if err != nil {
		return nil, err
	}
	team, err := in.team(ctx, from, p.ContactCenter.ID, change.old, c)
	if err != nil {
		return nil, err
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	in.lay(&change.now, team, roles)
	if in.Password.given {
		word := "changed"
		if change.old == nil || change.old.PasswordHash == "" {
			word = "set"
		}
		change.password = in.Password.text
		change.setPassword(word, s.now())
	}
	return change, s.mayChange(ctx, from, p, change)
}

// mayChange refuses what p has no right to do to the user.
func (s *Service) mayChange(ctx context.Context, from *store.Store, p *Principal, c *userChange) error {
	var had models.Strings
	if c.old != nil {
		had = c.old.Roles
	}
	if err := s.mayAssign(ctx, from, p, p.ContactCenter.ID, had, c.now.Roles); err != nil || c.old == nil {
		return err
	}
	u, old := &c.now, c.old
	same := u.Username == old.Username && u.Email == old.Email && u.Disabled == old.Disabled &&
		u.ChangePassword == old.ChangePassword && c.words["/password"] == ""
	if same {
		return nil
	}
	return s.mayReach(ctx, from, p, old)
}

// keepUser refuses to take from the contact center whom it needs: its last
// administrator, the last one who can sign in, and the users whom accounts name. now
// is nil for a deletion. It is called in the transaction, with the people and the user
// locked.
func (s *Service) keepUser(ctx context.Context, tx *store.Store, old, now *models.User) error {
	if administers(old) && !administers(now) {
		if err := s.keepAdministrator(ctx, tx, old.ContactCenterID); err != nil {
			return err
		}
	}
	if signsIn(old) && !signsIn(now) {
		if err := s.keepPassword(ctx, tx, old); err != nil {
			return err
		}
	}
	gone := now == nil || now.Disabled && !old.Disabled
	lost := func(role string) bool { return old.HasRole(role) && (now == nil || !now.HasRole(role)) }
	// Which of the built-in roles fits the user for what it is named for is known to
	// the types of accounts only; so none of them goes.
	builtIn := func(r models.Role) bool { return lost(r.Name) }
	if !gone && !slices.ContainsFunc(models.BuiltInRoles(), builtIn) {
		return nil
	}
	const why = "Accounts name this user, for example as the template of new users"
	return s.named(ctx, tx, old.ContactCenterID, old.ID, why)
}

// keepAdministrator refuses to go on where one administrator is left.
func (s *Service) keepAdministrator(ctx context.Context, tx *store.Store, center string) error {
	enabled := false
	n, err := tx.CountUsers(ctx, models.UserFilter{
		ContactCenterID: center, Role: models.RoleAdministrator, Disabled: &enabled,
	})
	if err != nil || n > 1 {
		return err
	}
	return &models.RefusalError{
		Err: models.ErrLastAdministrator,
		Detail: "This is the last administrator of the contact center who is not disabled; " +
			"give the role Administrator to somebody else first.",
	}
}

// administers reports whether somebody, who may be nil, is an administrator.
func administers(u *models.User) bool {
	return u != nil && !u.Disabled && u.HasRole(models.RoleAdministrator)
}

// signsIn reports whether somebody, who may be nil, is an administrator with a password.
func signsIn(u *models.User) bool {
	if !administers(u) {
		return false
	}
	_, err := parseHash(u.PasswordHash)
	return err == nil
}

// keepPassword refuses to go on where no other administrator has a password, unless
// administrators sign in through an identity provider, for which keepBypass answers.
func (s *Service) keepPassword(ctx context.Context, tx *store.Store, last *models.User) error {
	enabled := false
	all, err := tx.ListUsers(ctx, models.UserFilter{
		ContactCenterID: last.ContactCenterID, Role: models.RoleAdministrator, Disabled: &enabled,
	})
	other := func(u models.User) bool { return u.ID != last.ID && signsIn(&u) }
	if err != nil || slices.ContainsFunc(all, other) {
		return err
	}
	if s.SSOOn != nil {
		if on, err := s.SSOOn(ctx, tx, last.ContactCenterID); err != nil || on {
			return err
		}
	}
	return &models.RefusalError{
		Err: models.ErrLastAdministrator,
		Detail: "This is the last administrator of the contact center who can sign in: no other one who is not disabled " +
			"has a password. Give another administrator a password first.",
	}
}

// userRecord is what audit records know of a user.
type userRecord struct {
	Username       string         `json:"username"`
	FirstName      string         `json:"firstName,omitempty"`
	LastName       string         `json:"lastName,omitempty"`
	DisplayName    string         `json:"displayName,omitempty"`
	Email          string         `json:"email,omitempty"`
	WorkPhone      string         `json:"workPhone,omitempty"`
	MobilePhone    string         `json:"mobilePhone,omitempty"`
	Extension      string         `json:"extension,omitempty"`
	ExternalID     string         `json:"externalId,omitempty"`
	TeamID         string         `json:"teamId"`
	Roles          models.Strings `json:"roles,omitempty"`
	Skills         models.Skills  `json:"skills,omitempty"`
	Disabled       bool           `json:"disabled"`
	ChangePassword bool           `json:"changePassword"`
}

func recordOf(u *models.User) userRecord {
	return userRecord{
		Username: u.Username, FirstName: u.FirstName, LastName: u.LastName, DisplayName: u.DisplayName,
		Email: u.Email, WorkPhone: u.WorkPhone, MobilePhone: u.MobilePhone, Extension: u.Extension,
		ExternalID: u.ExternalID, TeamID: u.TeamID, Roles: u.Roles,
		Skills: u.Skills, Disabled: u.Disabled, ChangePassword: u.ChangePassword,
	}
}
