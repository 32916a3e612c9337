package access

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
)

// Federated is somebody whom the identity provider of a contact center vouches for.
type Federated struct {
	Center *models.ContactCenter
	// Section is models.SectionAgentDesktop or models.SectionAdmin.
	Section string
	// Username is what the provider calls the person: the NameID.
	Username string
	// FirstName, LastName and Email are what the provider says; a new user gets them.
	FirstName, LastName, Email string
	// TemplateID is the user whose likeness a new one gets; empty: nobody is made.
	TemplateID string
	// Issuer is the provider, for the record.
	Issuer string
	// Until is when the provider wants the session to be over at the latest; zero
	// where it does not say.
	Until time.Time
	From  Client
}

// Reasons of a FederatedError.
const (
	FederatedUnknown          = "unknown"           // nobody has the name, and nobody is made
	FederatedDisabled         = "disabled"          // the user may not sign in at all
	FederatedNotAdministrator = "not-administrator" // the user has no business at Admin
	FederatedTemplateUnfit    = "template-unfit"    // new users cannot be like the template
	FederatedIncomplete       = "incomplete"        // a claim cannot be kept as it is
	FederatedRefused          = "refused"           // no user can come of this
)

// FederatedError is why somebody whom an identity provider vouches for does not
// get in. It is for administrators.
type FederatedError struct {
	Reason string
	// Detail says what is wrong, with the value; Cure what to do.
	Detail, Cure string
	// UserID is the user who was found; empty where there is none.
	UserID string
}

// Error implements error.
func (e *FederatedError) Error() string { return "sign in through an identity provider: " + e.Detail }

// longestUsername is more bytes than the longest user name has.
const longestUsername = maxText * utf8.UTFMax

// EnterFederated finds the user, or makes one where there is a template, and begins
// a session, within the transaction tx; after its commit the caller calls
// Audit.Committed. Users who are there already stay as they are, but for the time
// of the sign-in; nothing is counted as an attempt with a password. A refusal is a
// *FederatedError, before anything is written: the caller may commit what else
// there is.
//
// Where somebody may be made it locks the people of the contact center, so that
// first sign-ins at the same time make one user.
func (s *Service) EnterFederated(
	ctx context.Context, tx *store.Store, f *Federated,
) (secret string, p *Principal, made bool, err error) {
	u, made, err := s.federated(ctx, tx, f)
	if err != nil {
		return "", nil, false, err
	}
	if made {
		if err := s.provision(ctx, tx, f, u); err != nil {
			return "", nil, false, fmt.Errorf("make the user of a sign-in: %w", err)
		}
	}
	secret, p, err = s.enterSection(ctx, tx, &entry{
		center: f.Center, user: u, portal: f.Section, until: f.Until, from: f.From, how: "by single sign-on to " + f.Section,
	})
	return secret, p, made && err == nil, err
}

// PreviewFederated returns who would enter, or who would be made, as from sees it, and
// writes nothing; the extension of a new user is not known yet. Errors are those of
// EnterFederated.
func (s *Service) PreviewFederated(
	ctx context.Context, from *store.Store, f *Federated,
) (u *models.User, made bool, err error) {
	return s.federated(ctx, from, f)
}

// Resume begins the session of a user for whom a one-time code stands, within the
// transaction tx, as EnterFederated does for somebody who is there.
func (s *Service) Resume(
	ctx context.Context, tx *store.Store, c *models.ContactCenter, code *models.SSOCode, from Client,
) (secret string, p *Principal, err error) {
	section, until := code.Section, code.SessionEndsAt.Time
	if err := s.admitsFederated(c, section, until); err != nil {
		return "", nil, err
	}
	u, err := tx.LockUser(ctx, c.ID, code.UserID)
	if isNotFound(err) {
		return "", nil, &FederatedError{
			Reason: FederatedUnknown, Detail: "The user was deleted after the sign-in.", Cure: "Create the user again.",
		}
	}
	if err != nil {
		return "", nil, fmt.Errorf("resume: %w", err)
	}
	if err := mayEnter(ctx, tx, u, section); err != nil {
		return "", nil, err
	}
	return s.enterSection(ctx, tx, &entry{
		center: c, user: u, portal: section, until: until, from: from,
		how: "by a one-time code of single sign-on to " + section,
	})
}

// enterSection begins the session of a user who was found fit for it and is locked.
func (s *Service) enterSection(ctx context.Context, tx *store.Store, e *entry) (string, *Principal, error) {
	e.method = models.SessionSSO
	secret, p, err := s.comeIn(ctx, tx, e, e.user.PasswordHash)
	if err != nil {
		return "", nil, fmt.Errorf("sign in through an identity provider: %w", err)
	}
	return secret, p, nil
}

// federated returns the user, locked in a transaction, or the draft of one to make.
func (s *Service) federated(
	ctx context.Context, from *store.Store, f *Federated,
) (u *models.User, made bool, err error) {
	if err := s.admitsFederated(f.Center, f.Section, f.Until); err != nil {
		return nil, false, err
	}
	if err := checkFederatedName(f.Username); err != nil {
		return nil, false, err
	}
	u, err = namedUser(ctx, from, f)
	if isNotFound(err) && f.TemplateID != "" {
		if err := from.LockContactCenter(ctx, f.Center.ID); err != nil {
			return nil, false, fmt.Errorf("find user: %w", err)
		}
		if u, err = namedUser(ctx, from, f); isNotFound(err) {
			u, err = s.likeness(ctx, from, f)
			return u, err == nil, err
		}
	}
	switch {
	case isNotFound(err):
		return nil, false, &FederatedError{
			Reason: FederatedUnknown, Detail: "Nobody has the user name " + strconv.Quote(f.Username) + ".",
			Cure: "Create the user with this name, let the identity provider send the user name as NameID, or let the " +
				"account of single sign-on make new users like a template.",
		}
	case err != nil:
		return nil, false, fmt.Errorf("find user: %w", err)
	}
	return u, false, mayEnter(ctx, from, u, f.Section)
}

// namedUser returns the user with the name, locked in a transaction, or
// models.ErrNotFound. A user who is renamed at this moment is models.ErrUnavailable:
// the lock is held, and who holds it must not ask for that of the contact center.
func namedUser(ctx context.Context, from *store.Store, f *Federated) (*models.User, error) {
	key := models.NameKey(f.Username)
	u, err := from.UserByName(ctx, f.Center.ID, key)
	if err != nil {
		return nil, err
	}
	u, err = from.LockUser(ctx, f.Center.ID, u.ID)
	if err == nil && u.UsernameKey != key {
		err = fmt.Errorf("the user was renamed at this moment: %w", models.ErrUnavailable)
	}
	if err == nil && !sameName(u.Username, f.Username) {
		err = &FederatedError{
			Reason: FederatedRefused, UserID: u.ID,
			Detail: "The NameID " + strconv.Quote(f.Username) + " is like the user name " + strconv.Quote(u.Username) +
				", but for letters that are not the same.",
			Cure: "Give the user the name that the identity provider sends, if it is the same person.",
		}
	}
	return u, err
}

// sameName reports whether two user names with the same models.NameKey differ in
// nothing but upper and lower case, and in how letters are composed. The key takes
// more for the same, such as "ß" for "ss" and the sign of the unit kelvin for "k"; to
// an identity provider those are different people.
func sameName(a, b string) bool {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	if a == b {
		return true
	}
	replaced := func(r rune) bool { return norm.NFC.String(string(r)) != string(r) }
	if strings.ContainsFunc(a, replaced) || strings.ContainsFunc(b, replaced) {
		return false
	}
	a, b = norm.NFC.String(a), norm.NFC.String(b)
	same := func(change func(string) string) bool { return change(a) == change(b) }
	return same(strings.ToLower) && same(strings.ToUpper) // strings.EqualFold takes "ſ" for "s"
}

// admitsFederated refuses what nobody can come in by.
func (s *Service) admitsFederated(c *models.ContactCenter, section string, until time.Time) error {
	switch {
	case section != models.SectionAgentDesktop && section != models.SectionAdmin:
		return errors.New("sign in through an identity provider: unknown section " + strconv.Quote(section))
	case c.Suspended:
		return &FederatedError{
			Reason: FederatedRefused, Detail: "The contact center is suspended.", Cure: "Ask the service provider.",
		}
	case !until.IsZero() && !s.now().Before(until):
		return &FederatedError{
			Reason: FederatedRefused,
			Detail: "The identity provider wants the session to be over by " + models.NewTime(until).String() +
				", which has passed.",
			Cure: "Sign in again; compare the clocks if that does not help.",
		}
	}
	return nil
}

// checkFederatedName refuses names that no user can have.
func checkFederatedName(name string) error {
	why := ""
	switch {
	case len(name) > longestUsername:
		why = fmt.Sprintf("The NameID has %d bytes; user names have at most %d characters.", len(name), maxText)
	case !utf8.ValidString(name) || secret.Blank(name):
		why = "The NameID " + strconv.Quote(name) + " is no name that can be read."
	default:
		return nil
	}
	return &FederatedError{
		Reason: FederatedRefused, Detail: why, Cure: "Let the identity provider send the user name as NameID.",
	}
}

// mayEnter refuses who may not sign in, or not there.
func mayEnter(ctx context.Context, from *store.Store, u *models.User, section string) error {
	if u.Disabled {
		return &FederatedError{
			Reason: FederatedDisabled, UserID: u.ID, Detail: "The user " + strconv.Quote(u.Username) + " is disabled.",
			Cure: "Enable the user, or take the application from the person at the identity provider.",
		}
	}
	if section != models.SectionAdmin {
		return nil
	}
	may, err := rightsOf(ctx, from, u)
	if err != nil {
		return err
	}
	if models.SectionOf(may.has) == models.SectionAdmin {
		return nil
	}
	return &FederatedError{
		Reason: FederatedNotAdministrator, UserID: u.ID,
		Detail: "The user " + strconv.Quote(u.Username) + " has no role that administers anything.",
		Cure:   "Give the user such a role, or let the person sign in to Agent Desktop.",
	}
}
