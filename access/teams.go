package access

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"admin-api/input"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/store"
	"admin-api/validation"
)

// teamInput is what a request can say of a team.
type teamInput struct {
	Name       string `json:"name" validate:"required"`
	ExternalID string `json:"externalId,omitempty"`
	Disabled   bool   `json:"disabled"`
}

// Teams returns a page of the teams of the contact center in the order of their
// names. It returns models.ErrBadCursor for a cursor of another list.
func (s *Service) Teams(ctx context.Context, p *Principal, q paging.Query) (*Page[models.Team], error) {
	bound := paging.Bind("teams", p.ContactCenter.ID)
	page, err := paging.Start(s.Audit.Keys, q, bound)
	if err != nil {
		return nil, err
	}
	rows, err := s.Store.ListTeams(ctx, p.ContactCenter.ID, page)
	if err != nil {
		return nil, fmt.Errorf("list teams: %w", err)
	}
	rows, next := paging.Cut(s.Audit.Keys, rows, page, bound, func(t *models.Team) string { return t.NameKey })
	return &Page[models.Team]{Items: rows, NextCursor: next}, nil
}

// Team returns one team. It returns models.ErrNotFound for an unknown id and for
// one of another contact center.
func (s *Service) Team(ctx context.Context, p *Principal, id string) (*models.Team, error) {
	if !models.ValidID(id) {
		return nil, models.ErrNotFound
	}
	return s.Store.Team(ctx, p.ContactCenter.ID, id)
}

// CreateTeam adds a team. Errors: *strict.SyntaxError, validation.Errors and
// models.ErrNameTaken.
func (s *Service) CreateTeam(ctx context.Context, p *Principal, body []byte) (*models.Team, error) {
	d := &deed{p: p, op: "team.create", kind: "team"}
	var in teamInput
	c := &validation.Context{Now: s.now()}
	if err := input.Decode(body, &in, c, serverMembers()...); err != nil {
		return nil, err
	}
	if err := in.judge(c); err != nil {
		return nil, err
	}
	t := s.newTeam(p, &in)
	d.id = t.ID
	err := s.carryOut(ctx, d, func(tx *store.Store) error {
		if err := tx.CreateTeam(ctx, &t); err != nil {
			return err
		}
		return s.recordTeam(ctx, tx, d, nil, &t)
	})
	if err != nil {
		return nil, s.teamHolder(ctx, &t, err)
	}
	return &t, nil
}

// judge holds the input against the rules.
func (in *teamInput) judge(c *validation.Context) error {
	in.Name = strings.TrimSpace(in.Name)
	judgeName("/name", in.Name, c)
	input.Text("/externalId", in.ExternalID, maxText, "", c)
	return c.Err()
}

func (s *Service) newTeam(p *Principal, in *teamInput) models.Team {
	now := s.now()
	at := models.NewTime(now)
	return models.Team{
		ContactCenterID: p.ContactCenter.ID, ID: models.NewID(now), Name: in.Name, NameKey: models.NameKey(in.Name),
		ExternalID: in.ExternalID, Disabled: in.Disabled,
		Version: 1, CreatedAt: at, CreatedBy: p.ID, UpdatedAt: at, UpdatedBy: p.ID,
	}
}

func teamInputOf(t *models.Team) teamInput {
	return teamInput{Name: t.Name, ExternalID: t.ExternalID, Disabled: t.Disabled}
}

// lay puts what is said of a team over it.
func (in *teamInput) lay(t *models.Team) {
	t.Name, t.NameKey, t.ExternalID, t.Disabled = in.Name, models.NameKey(in.Name), in.ExternalID, in.Disabled
}

// UpdateTeam applies a JSON merge patch to a team. Errors are those of CreateTeam,
// models.ErrNotFound, models.ErrVersionMismatch where m asks for another version,
// and models.ErrInUse where a team that is used is to be disabled.
func (s *Service) UpdateTeam(ctx context.Context, p *Principal, id string, m Match, body []byte) (*models.Team, error) {
	if !models.ValidID(id) {
		return nil, models.ErrNotFound
	}
	d := &deed{p: p, op: "team.update", kind: "team", id: id}
	var t models.Team
	err := s.carryOut(ctx, d, func(tx *store.Store) error {
		old, err := tx.LockTeam(ctx, p.ContactCenter.ID, id)
		if err != nil {
			return err
		}
		in := teamInputOf(old)
		c := &validation.Context{Now: s.now()}
		if _, err := input.Patch(body, &in, c, serverMembers()...); err != nil {
			return err
		}
		if err := m.check(old.Version); err != nil {
			return err
		}
		if err := in.judge(c); err != nil {
			return err
		}
		t = *old
		in.lay(&t)
		return s.writeTeam(ctx, tx, d, old, &t)
	})
	if err != nil {
		return nil, s.teamHolder(ctx, &t, err)
	}
	return &t, nil
}

func (s *Service) writeTeam(ctx context.Context, tx *store.Store, d *deed, old, t *models.Team) error {
	if teamInputOf(t) == teamInputOf(old) {
		return nil
	}
	if t.Disabled && !old.Disabled {
		if err := s.keepTeam(ctx, tx, old); err != nil {
			return err
		}
	}
	t.UpdatedAt, t.UpdatedBy = models.NewTime(s.now()), d.p.ID
	if err := tx.UpdateTeam(ctx, t, old.Version); err != nil {
		return err
	}
	return s.recordTeam(ctx, tx, d, old, t)
}

// DeleteTeam removes a team that nobody is in and no account names. Errors are
// models.ErrNotFound, models.ErrVersionMismatch and models.ErrInUse.
func (s *Service) DeleteTeam(ctx context.Context, p *Principal, id string, m Match) error {
	if !models.ValidID(id) {
		return models.ErrNotFound
	}
	d := &deed{p: p, op: "team.delete", kind: "team", id: id}
	return s.carryOut(ctx, d, func(tx *store.Store) error {
		old, err := tx.LockTeam(ctx, p.ContactCenter.ID, id)
		if err != nil {
			return err
		}
		if err := m.check(old.Version); err != nil {
			return err
		}
		return s.removeTeam(ctx, tx, d, old)
	})
}

func (s *Service) removeTeam(ctx context.Context, tx *store.Store, d *deed, t *models.Team) error {
	if err := s.keepTeam(ctx, tx, t); err != nil {
		return err
	}
	if err := tx.DeleteTeam(ctx, t.ContactCenterID, t.ID); err != nil {
		return err
	}
	return s.recordTeam(ctx, tx, d, t, nil)
}

const teamIsNamed = "Accounts name this team, for example as the team of new users"

// keepTeam refuses to do without a team that is used.
func (s *Service) keepTeam(ctx context.Context, tx *store.Store, t *models.Team) error {
	in := models.UserFilter{ContactCenterID: t.ContactCenterID, TeamID: t.ID}
	if err := s.occupied(ctx, tx, in, "Users are in this team"); err != nil {
		return err
	}
	return s.named(ctx, tx, t.ContactCenterID, t.ID, teamIsNamed)
}

// recordTeam records the change between two states, one of which may be nil.
func (s *Service) recordTeam(ctx context.Context, tx *store.Store, d *deed, before, after *models.Team) error {
	state := func(t *models.Team) any {
		if t == nil {
			return nil
		}
		return teamInputOf(t)
	}
	changes, err := differences(state(before), state(after), nil)
	if err != nil {
		return err
	}
	return s.record(ctx, tx, d, "", changes)
}

// teamHolder says who has a name that is taken.
func (s *Service) teamHolder(ctx context.Context, t *models.Team, err error) error {
	if !errors.Is(err, models.ErrNameTaken) {
		return err
	}
	other, findErr := s.Store.TeamByName(ctx, t.ContactCenterID, t.NameKey)
	if findErr != nil {
		return nameTaken("team", "")
	}
	return nameTaken("team", other.ID)
}
