package access

import (
	"context"

	"admin-api/models"
	"admin-api/store"
	"admin-api/validation"
)

// TeamProfile is what a provisioning protocol can say of a team.
type TeamProfile struct{ Name, ExternalID string }

// TeamEdit lays what a request says over what is known of a team, and returns who is
// to join and who to leave. was is nil for a new team. members reads who is in it.
// Its error is that of the change.
type TeamEdit func(now *TeamProfile, was *models.Team, members MembersFunc) (Moves, error)

// MembersFunc returns the members of a team. In large ones that takes time.
type MembersFunc func() ([]models.Member, error)

// Moves are ids of users. Who is where he is to be does not move: neither who is to
// join his own team, nor who is to leave one that he is not in or that does not
// exist. Nobody is in both.
type Moves struct{ Join, Leave []string }

// TeamChange is a change of a team together with its members. Each user is in
// exactly one team: who joins leaves another one, and who leaves goes to Fallback.
type TeamChange struct {
	// ID is empty for a new team.
	ID string
	// Fallback is the id of the team of those who leave. Nobody leaves that team but
	// by joining another.
	Fallback string
	Edit     TeamEdit
}

// ProvisionTeam adds or changes a team and moves users, all or nothing. Each move
// is on record. Errors are those of CreateTeam and UpdateTeam, and
// validation.Errors for members that do not exist.
func (s *Service) ProvisionTeam(ctx context.Context, p *Principal, change TeamChange) (*models.Team, error) {
	d := &deed{p: p, op: "team.update", kind: "team", id: change.ID}
	if change.ID == "" {
		d.op = "team.create"
	} else if !models.ValidID(change.ID) {
		return nil, models.ErrNotFound
	}
	var t models.Team
	err := s.carryOut(ctx, d, func(tx *store.Store) error {
		old, profile, err := s.lockedTeam(ctx, tx, p, change.ID)
		if err != nil {
			return err
		}
		moves, err := change.Edit(&profile, old, s.membersOf(ctx, tx, old))
		if err != nil {
			return err
		}
		if t, err = s.provisionTeam(ctx, tx, d, old, &profile); err != nil {
			return err
		}
		moved, err := s.move(ctx, tx, &move{p: p, team: &t, fallback: change.Fallback, Moves: moves})
		if err != nil || !moved {
			return err
		}
		now, err := tx.Team(ctx, t.ContactCenterID, t.ID)
		if err != nil {
			return err
		}
		t = *now
		return nil
	})
	if err != nil {
		return nil, s.teamHolder(ctx, &t, err)
	}
	return &t, nil
}

// lockedTeam returns what is stored, nil without an id. The people of the contact
// center are locked, so it stays so.
func (s *Service) lockedTeam(
	ctx context.Context, tx *store.Store, p *Principal, id string,
) (*models.Team, TeamProfile, error) {
	if id == "" {
		return nil, TeamProfile{}, nil
	}
	t, err := tx.LockTeam(ctx, p.ContactCenter.ID, id)
	if err != nil {
		return nil, TeamProfile{}, err
	}
	return t, TeamProfile{Name: t.Name, ExternalID: t.ExternalID}, nil
}

// membersOf reads the members of a team, which is nil for a new one.
func (s *Service) membersOf(ctx context.Context, tx *store.Store, t *models.Team) MembersFunc {
	return func() ([]models.Member, error) {
		if t == nil {
			return nil, nil
		}
		return tx.Members(ctx, t.ContactCenterID, []string{t.ID})
	}
}

// provisionTeam writes the team itself and returns it as it is then.
func (s *Service) provisionTeam(
	ctx context.Context, tx *store.Store, d *deed, old *models.Team, profile *TeamProfile,
) (models.Team, error) {
	in := teamInput{Name: profile.Name, ExternalID: profile.ExternalID}
	c := &validation.Context{Now: s.now()}
	if old != nil {
		in.Disabled = old.Disabled
	}
	validation.Struct(&in, c, c.Broken)
	if err := in.judge(c); err != nil {
		return models.Team{}, err
	}
	if old == nil {
		t := s.newTeam(d.p, &in)
		d.id = t.ID
		if err := tx.CreateTeam(ctx, &t); err != nil {
			return t, err
		}
		return t, s.recordTeam(ctx, tx, d, nil, &t)
	}
	t := *old
	in.lay(&t)
	return t, s.writeTeam(ctx, tx, d, old, &t)
}

// DeprovisionTeam is DeleteTeam for a team that may have members: they go to the
// team with the id fallback. judge is asked before anything else.
func (s *Service) DeprovisionTeam(
	ctx context.Context, p *Principal, id, fallback string, judge func(*models.Team) error,
) error {
	if !models.ValidID(id) {
		return models.ErrNotFound
	}
	d := &deed{p: p, op: "team.delete", kind: "team", id: id}
	return s.carryOut(ctx, d, func(tx *store.Store) error {
		t, _, err := s.lockedTeam(ctx, tx, p, id)
		if err != nil {
			return err
		}
		if err := judge(t); err != nil {
			return err
		}
		if err := s.named(ctx, tx, t.ContactCenterID, id, teamIsNamed); err != nil {
			return err
		}
		members, err := s.membersOf(ctx, tx, t)()
		if err != nil {
			return err
		}
		leave := make([]string, len(members))
		for i := range members {
			leave[i] = members[i].ID
		}
		if _, err := s.move(ctx, tx, &move{p: p, team: t, fallback: fallback, Moves: Moves{Leave: leave}}); err != nil {
			return err
		}
		return s.removeTeam(ctx, tx, d, t)
	})
}
