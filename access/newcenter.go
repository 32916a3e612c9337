package access

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"admin-api/input"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/validation"
)

// NewContactCenter is a contact center that was made.
type NewContactCenter struct {
	models.ContactCenter
	// Administrator is nil where none was asked for.
	Administrator *models.User
	// Password is set where it was generated, and shown this once.
	Password secret.Text
}

// CreateContactCenter makes a contact center with its default team and, if the
// document asks for one, an administrator. Errors are models.ErrExists for a
// domain that is taken, *strict.SyntaxError and validation.Errors.
func (s *Service) CreateContactCenter(ctx context.Context, actor *Principal, body []byte) (*NewContactCenter, error) {
	var doc struct {
		Domain        string            `json:"domain" validate:"required"`
		Name          string            `json:"name"`
		Features      []string          `json:"features"`
		Administrator *newAdministrator `json:"administrator"`
	}
	c := &validation.Context{}
	if err := input.Decode(body, &doc, c, "id", "etag", "version", "createdAt", "updatedAt"); err != nil {
		return nil, err
	}
	made := &NewContactCenter{}
	whole := centerDocument{Domain: doc.Domain, Name: doc.Name, Features: doc.Features}
	whole.apply(&made.ContactCenter, c)
	if doc.Administrator != nil {
		doc.Administrator.check(c)
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	if _, err := s.ContactCenter(ctx, made.Domain); err == nil {
		return nil, domainTaken() // before the password is worked on
	}
	if err := s.prepare(ctx, made, actor, doc.Administrator); err != nil {
		return nil, err
	}
	return made, s.storeCenter(ctx, actor, made)
}

// prepare fills in what is to be stored. Hashing the password is slow, so it is
// done outside of the transaction.
func (s *Service) prepare(ctx context.Context, made *NewContactCenter, actor *Principal, a *newAdministrator) error {
	now := s.now()
	at := models.NewTime(now)
	made.ID, made.Version, made.CreatedAt, made.UpdatedAt = models.NewID(now), 1, at, at
	if a == nil {
		return nil
	}
	generated := a.Password == nil
	if generated {
		made.Password = secret.New(newPassword())
		a.Password = &made.Password
	}
	hash, err := s.passwords().HashInTurn(ctx, a.Password.Reveal())
	if err != nil {
		return err
	}
	made.Administrator = &models.User{
		ContactCenterID: made.ID, ID: models.NewID(now), Username: a.Username, UsernameKey: models.NameKey(a.Username),
		FirstName: a.FirstName, LastName: a.LastName, Email: a.Email, Roles: models.Strings{models.RoleAdministrator},
		Extension: strconv.Itoa(firstExtension), PasswordHash: hash,
		PasswordChangedAt: at, ChangePassword: generated,
		Version: 1, CreatedAt: at, CreatedBy: actor.ID, UpdatedAt: at, UpdatedBy: actor.ID,
	}
	return nil
}

// defaultTeam is the team with which every contact center begins.
func defaultTeam(center *models.ContactCenter, by string) *models.Team {
	const name = "Default"
	return &models.Team{
		ContactCenterID: center.ID, ID: models.NewID(center.CreatedAt.Time), Name: name, NameKey: models.NameKey(name),
		Version: 1, CreatedAt: center.CreatedAt, CreatedBy: by, UpdatedAt: center.CreatedAt, UpdatedBy: by,
	}
}

func (s *Service) storeCenter(ctx context.Context, actor *Principal, made *NewContactCenter) error {
	changes, err := centerChanges(&models.ContactCenter{}, &made.ContactCenter)
	if err != nil {
		return err
	}
	team := defaultTeam(&made.ContactCenter, actor.ID)
	detail := "domain " + made.Domain
	if made.Administrator != nil {
		made.Administrator.TeamID = team.ID
		detail += ", administrator " + made.Administrator.Username
	}
	err = s.Store.Tx(ctx, func(tx *store.Store) error {
		return firstError(
			func() error { return tx.CreateContactCenter(ctx, &made.ContactCenter) },
			func() error { return tx.CreateTeam(ctx, team) },
			func() error {
				if made.Administrator == nil {
					return nil
				}
				return tx.CreateUser(ctx, made.Administrator)
			},
			func() error {
				at := target{made.ID, "contact-center", made.ID}
				return s.recordChange(ctx, tx, actor, opCenterCreate, at, detail, changes)
			},
		)
	})
	if errors.Is(err, models.ErrExists) {
		return domainTaken()
	}
	if err != nil {
		return fmt.Errorf("create contact center: %w", err)
	}
	s.Audit.Committed(made.ID)
	return nil
}
