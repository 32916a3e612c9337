package access

import (
	"context"
	"slices"
	"strconv"

	"admin-api/models"
	"admin-api/store"
	"admin-api/validation"
)

// TeamProfile is what a provisioning protocol can say of a team.
type TeamProfile struct{ Name, ExternalID string }

// TeamEdit lays what a request says over what is known of a team, and returns the
// ids of who is to be in it. was is nil for a new team; of members, id and user
// name are known. Its error is that of the change.
type TeamEdit func(now *TeamProfile, was *models.Team, members []models.User) ([]string, error)

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
		old, members, err := s.teamAndMembers(ctx, tx, p, change.ID)
		if err != nil {
			return err
		}
		var profile TeamProfile
		if old != nil {
			profile = TeamProfile{Name: old.Name, ExternalID: old.ExternalID}
		}
		after, err := change.Edit(&profile, old, members)
		if err != nil {
			return err
		}
		if t, err = s.provisionTeam(ctx, tx, d, old, &profile); err != nil {
			return err
		}
		return s.moveMembers(ctx, tx, p, &t, change.Fallback, members, after)
	})
	if err != nil {
		return nil, s.teamHolder(ctx, &t, err)
	}
	return &t, nil
}

// teamAndMembers returns what is stored. The people of the contact center are
// locked, so it stays so.
func (s *Service) teamAndMembers(
	ctx context.Context, tx *store.Store, p *Principal, id string,
) (*models.Team, []models.User, error) {
	if id == "" {
		return nil, nil, nil
	}
	t, err := tx.LockTeam(ctx, p.ContactCenter.ID, id)
	if err != nil {
		return nil, nil, err
	}
	members, err := tx.Members(ctx, p.ContactCenter.ID, []string{id})
	return t, members, err
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

// moveMembers makes the users with the ids of after the members of the team.
func (s *Service) moveMembers(
	ctx context.Context, tx *store.Store, p *Principal, t *models.Team, fallback string,
	before []models.User, after []string,
) error {
	goal := make(map[string]string, len(after)) // team by user
	for _, u := range before {
		goal[u.ID] = fallback
	}
	at := make(map[string]int, len(after))
	for i, id := range after {
		goal[id], at[id] = t.ID, i
	}
	for _, u := range before {
		if goal[u.ID] == t.ID {
			delete(goal, u.ID)
		}
	}
	ids := make([]string, 0, len(goal))
	for id := range goal {
		ids = append(ids, id)
	}
	slices.Sort(ids) // locked in the order of their ids, like by everybody who locks several
	open := map[string]bool{}
	for _, id := range ids {
		if err := s.canJoin(ctx, tx, p, goal[id], open); err != nil {
			return err
		}
		err := s.moveUser(ctx, tx, p, id, goal[id])
		if isNotFound(err) {
			c := &validation.Context{}
			c.Violate("/members/"+strconv.Itoa(at[id]), "user_unknown", "No user of this contact center has this id.")
			return c.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// canJoin refuses a team that is disabled or gone; open remembers those that are
// not.
func (s *Service) canJoin(ctx context.Context, tx *store.Store, p *Principal, id string, open map[string]bool) error {
	if open[id] {
		return nil
	}
	t, err := tx.Team(ctx, p.ContactCenter.ID, id)
	if err != nil && !isNotFound(err) {
		return err
	}
	if err != nil || t.Disabled {
		c := &validation.Context{}
		c.Violate("/members", "team_unknown",
			"The team that users would be moved to, this one or the default team, is disabled or does not exist.")
		return c.Err()
	}
	open[id] = true
	return nil
}

// moveUser puts a user into a team.
func (s *Service) moveUser(ctx context.Context, tx *store.Store, p *Principal, id, team string) error {
	if !models.ValidID(id) {
		return models.ErrNotFound
	}
	old, err := tx.LockUser(ctx, p.ContactCenter.ID, id)
	if err != nil {
		return err
	}
	c := &userChange{old: old, now: *old}
	c.now.TeamID = team
	return s.writeUser(ctx, tx, &deed{p: p, op: "user.update", kind: "user", id: id}, c)
}

// DeprovisionTeam is DeleteTeam for a team that may have members: they go to the
// team with the id fallback. judge is asked before anything else.
func (s *Service) DeprovisionTeam(
	ctx context.Context, p *Principal, id, fallback string, judge func(*models.Team, []models.User) error,
) error {
	if !models.ValidID(id) {
		return models.ErrNotFound
	}
	d := &deed{p: p, op: "team.delete", kind: "team", id: id}
	return s.carryOut(ctx, d, func(tx *store.Store) error {
		t, members, err := s.teamAndMembers(ctx, tx, p, id)
		if err != nil {
			return err
		}
		if err := judge(t, members); err != nil {
			return err
		}
		if err := s.named(ctx, tx, t.ContactCenterID, id, teamIsNamed); err != nil {
			return err
		}
		if err := s.moveMembers(ctx, tx, p, t, fallback, members, nil); err != nil {
			return err
		}
		return s.removeTeam(ctx, tx, d, t)
	})
}
