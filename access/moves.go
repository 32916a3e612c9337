package access

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"admin-api/models"
	"admin-api/store"
	"admin-api/validation"
)

// movedAtOnce is how many users are moved by one statement.
const movedAtOnce = 500

// move is a change of the members of a team.
type move struct {
	Moves

	p    *Principal
	team *models.Team
	// fallback is the id of the team of those who leave.
	fallback string
	// open are the ids of the teams that were found fit to be joined.
	open map[string]bool
	// touched are the ids of the teams whose members change.
	touched map[string]bool
}

// goals returns the team that each user is to be in, by their ids.
func (m *move) goals() map[string]string {
	goals := make(map[string]string, len(m.Join)+len(m.Leave))
	for _, id := range m.Leave {
		if m.team.ID != m.fallback {
			goals[id] = m.fallback
		}
	}
	for _, id := range m.Join {
		goals[id] = m.team.ID
	}
	return goals
}

// move carries out the moves within the transaction tx and reports whether there
// were any. Users are locked in the order of their ids, like by everybody who locks
// several.
func (s *Service) move(ctx context.Context, tx *store.Store, m *move) (moved bool, err error) {
	m.open, m.touched = map[string]bool{}, map[string]bool{}
	goals := m.goals()
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(goals)), movedAtOnce) {
		if err := s.moveSome(ctx, tx, m, goals, ids); err != nil {
			return false, err
		}
	}
	if len(m.touched) == 0 {
		return false, nil
	}
	return true, tx.RosterChanged(ctx, m.team.ContactCenterID, models.NewTime(s.now()),
		slices.Sorted(maps.Keys(m.touched))...)
}

// moveSome moves the users with the ids to where goals says.
func (s *Service) moveSome(
	ctx context.Context, tx *store.Store, m *move, goals map[string]string, ids []string,
) error {
	users, err := tx.LockUsers(ctx, m.team.ContactCenterID, slices.DeleteFunc(slices.Clone(ids), notID))
	if err != nil {
		return err
	}
	if err := m.missing(goals, ids, users); err != nil {
		return err
	}
	by, records := map[string][]string{}, []*models.AuditEvent(nil)
	for i := range users {
		u, goal := &users[i], goals[users[i].ID]
		if u.TeamID == goal || goal == m.fallback && u.TeamID != m.team.ID && m.team.ID != m.fallback {
			continue
		}
		if err := s.canJoin(ctx, tx, m, goal); err != nil {
			return err
		}
		record, err := m.record(u, goal)
		if err != nil {
			return err
		}
		records, by[goal] = append(records, record), append(by[goal], u.ID)
		m.touched[u.TeamID], m.touched[goal] = true, true
	}
	for _, goal := range slices.Sorted(maps.Keys(by)) {
		at := models.NewTime(s.now())
		if err := tx.MoveUsers(ctx, m.team.ContactCenterID, by[goal], goal, at, m.p.ID); err != nil {
			return err
		}
	}
	return s.Audit.AppendAll(ctx, tx, records)
}

func notID(id string) bool { return !models.ValidID(id) }

// missing refuses users that are to join and do not exist.
func (m *move) missing(goals map[string]string, ids []string, found []models.User) error {
	if len(found) == len(ids) {
		return nil
	}
	there := make(map[string]bool, len(found))
	for i := range found {
		there[found[i].ID] = true
	}
	for _, id := range ids {
		if there[id] || goals[id] != m.team.ID {
			continue
		}
		const shown = 64
		c := &validation.Context{}
		c.Violate("/members/"+strconv.Itoa(slices.Index(m.Join, id)), "user_unknown",
			"No user of this contact center has the id "+strconv.QuoteToASCII(id[:min(len(id), shown)])+".")
		return c.Err()
	}
	return nil
}

// record is the audit record of a user who goes to the team with the id goal.
func (m *move) record(u *models.User, goal string) (*models.AuditEvent, error) {
	now := *u
	now.TeamID = goal
	changes, err := differences(recordOf(u), recordOf(&now), nil)
	if err != nil {
		return nil, err
	}
	return changeEvent(m.p, "user.update", target{u.ContactCenterID, "user", u.ID}, m.p.told(""), changes)
}

// canJoin refuses a team that is disabled or gone.
func (s *Service) canJoin(ctx context.Context, tx *store.Store, m *move, id string) error {
	if m.open[id] {
		return nil
	}
	t, err := tx.Team(ctx, m.team.ContactCenterID, id)
	if err != nil && !isNotFound(err) {
		return err
	}
	if err != nil || t.Disabled {
		c := &validation.Context{}
		c.Violate("/members", "team_unknown",
			"The team that users would be moved to, this one or the default team, is disabled or does not exist.")
		return c.Err()
	}
	m.open[id] = true
	return nil
}
