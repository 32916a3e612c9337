package scim

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"admin-api/access"
	"admin-api/models"
)

// mostShown is how many members a page of groups holds at most, unless its first
// group alone has more: then fewer groups than asked for are on it.
const mostShown = 100_000

// groupTag is the entity tag of a team: its version, and behind "-" how often its
// members changed.
func groupTag(t *models.Team) string {
	return strconv.FormatInt(t.Version, 10) + "-" + strconv.FormatInt(t.Roster, 10)
}

// member is one of the members of a group as it is answered. A group may have
// thousands, for which objects are too large.
type member struct {
	Ref     string `json:"$ref"`
	Display string `json:"display"`
	Value   string `json:"value"`
}

func membersAt(base string, of []models.Member) []member {
	list := make([]member, len(of))
	for i := range of {
		list[i] = member{Ref: base + users.endpoint + "/" + of[i].ID, Display: of[i].Username, Value: of[i].ID}
	}
	return list
}

// objects are members as filters and changes see them.
func objects(members []member) []any {
	list := make([]any, len(members))
	for i, m := range members {
		list[i] = object{"value": m.Value, "display": m.Display, "$ref": m.Ref}
	}
	return list
}

// groupObject is what clients may change of a team, but for its members.
func groupObject(name, externalID string) object {
	o := object{"displayName": name}
	if externalID != "" {
		o["externalId"] = externalID
	}
	return o
}

// groupResource is a team as it is answered.
func groupResource(base string, t *models.Team, members []models.Member) object {
	o := groupObject(t.Name, t.ExternalID)
	o["schemas"], o["id"], o["members"] = []any{groupSchema}, t.ID, membersAt(base, members)
	changed := t.UpdatedAt
	if changed.Before(t.RosterAt.Time) {
		changed = t.RosterAt
	}
	o["meta"] = metadata(groups, base+groups.endpoint+"/"+t.ID, groupTag(t), t.CreatedAt, changed)
	return o
}

// group answers a team. Members that are not shown are not read.
func (s *Service) group(ctx context.Context, c Caller, t *models.Team, shape Shape) (*Resource, error) {
	var members []models.Member
	if shape.shows(groups, "members") {
		var err error
		if members, err = s.Store.Members(ctx, t.ContactCenterID, []string{t.ID}); err != nil {
			return nil, fmt.Errorf("list members: %w", err)
		}
	}
	return &Resource{
		Body: shape.cut(groups, groupResource(c.Base, t, members)),
		Tag:  groupTag(t), Location: c.Base + groups.endpoint + "/" + t.ID,
	}, nil
}

// Group returns a team. Errors are those of User.
func (s *Service) Group(ctx context.Context, c Caller, id string, shape Shape) (*Resource, error) {
	if _, err := s.account(ctx, c, deed{"team.read", "team", id}); err != nil {
		return nil, err
	}
	t, err := s.Access.Team(ctx, c.Principal, id)
	if err != nil {
		return nil, err
	}
	return s.group(ctx, c, t, shape)
}

// Groups returns a page of the teams in the order in which they were made.
func (s *Service) Groups(ctx context.Context, c Caller, q Query) (*List, error) {
	if _, err := s.account(ctx, c, deed{op: "team.list", kind: "team"}); err != nil {
		return nil, err
	}
	condition, err := groups.parseOptional(q.Filter)
	if err != nil {
		return nil, err
	}
	teams, members, err := s.candidates(ctx, c, condition)
	if err != nil {
		return nil, err
	}
	start, count := q.window()
	list, page := newList(start), []models.Team(nil)
	for i := range teams {
		o := groupResource(c.Base, &teams[i], members[teams[i].ID])
		if (condition == nil || condition.holds(o)) && list.add(count) {
			page = append(page, teams[i])
		}
	}
	return list, s.showGroups(ctx, c, q.Shape, list, page)
}

// candidates returns the teams, in the order in which they were made, among which
// those are that meet the condition, and of their members those who matter for it.
func (s *Service) candidates(
	ctx context.Context, c Caller, condition filter,
) (teams []models.Team, members map[string][]models.Member, err error) {
	center, demanded := c.Principal.ContactCenter.ID, map[string]string{}
	equalities(condition, demanded)
	asked := mentions(condition, groups.find("members"))
	id, one := demanded["id"]
	if user, named := demanded["members"]; named && asked == 1 {
		found, err := s.Store.Directory(ctx, models.DirectoryFilter{ContactCenterID: center, ID: validID(user)})
		if err != nil || len(found) == 0 || one && id != found[0].TeamID {
			return nil, nil, err
		}
		id, one, members = found[0].TeamID, true, map[string][]models.Member{
			found[0].TeamID: {{ID: found[0].ID, Username: found[0].Username, TeamID: found[0].TeamID}},
		}
	}
	if one {
		teams, err = s.Store.TeamsByID(ctx, center, []string{validID(id)})
	} else {
		teams, err = s.Store.Teams(ctx, center)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list teams: %w", err)
	}
	slices.SortFunc(teams, func(a, b models.Team) int { return strings.Compare(a.ID, b.ID) })
	if asked > 0 && members == nil {
		members, err = s.membersOf(ctx, c, teams)
	}
	return teams, members, err
}

// validID returns an id as it is, and for what is none one that nothing has.
func validID(id string) string {
	if !models.ValidID(id) {
		return "-"
	}
	return id
}

// membersOf returns the members by the id of their team.
func (s *Service) membersOf(ctx context.Context, c Caller, teams []models.Team) (map[string][]models.Member, error) {
	all, err := s.Store.Members(ctx, c.Principal.ContactCenter.ID, idsOf(teams))
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	by := map[string][]models.Member{}
	for begin := 0; begin < len(all); { // those of a team stand together
		end, team := begin, all[begin].TeamID
		for end < len(all) && all[end].TeamID == team {
			end++
		}
		by[team], begin = all[begin:end], end
	}
	return by, nil
}

func idsOf(teams []models.Team) []string {
	ids := make([]string, len(teams))
	for i := range teams {
		ids[i] = teams[i].ID
	}
	return ids
}

// showGroups fills in a page of groups. Members that are not shown are not read.
func (s *Service) showGroups(ctx context.Context, c Caller, shape Shape, list *List, page []models.Team) error {
	var members map[string][]models.Member
	if shape.shows(groups, "members") {
		sizes, err := s.Store.CountMembers(ctx, c.Principal.ContactCenter.ID, idsOf(page))
		if err != nil {
			return fmt.Errorf("count members: %w", err)
		}
		page = page[:fitting(page, sizes)]
		if members, err = s.membersOf(ctx, c, page); err != nil {
			return err
		}
	}
	for i := range page {
		list.append(shape.cut(groups, groupResource(c.Base, &page[i], members[page[i].ID])))
	}
	return nil
}

// fitting returns how many of the teams, of the sizes, are shown at once.
func fitting(teams []models.Team, sizes map[string]int) int {
	sum := 0
	for i := range teams {
		if sum += sizes[teams[i].ID]; sum > mostShown && i > 0 {
			return i
		}
	}
	return len(teams)
}

// CreateGroup adds a team and moves its members there. Errors are an *Error, and
// those of access.Service.ProvisionTeam that have no words in the protocol.
func (s *Service) CreateGroup(ctx context.Context, c Change) (*Resource, error) {
	return s.changeGroup(ctx, c, "team.create", replaceGroup)
}

// ReplaceGroup makes a team what the resource says. Without the attributes
// externalId and members these stay. Errors are those of CreateGroup,
// models.ErrNotFound and models.ErrVersionMismatch.
func (s *Service) ReplaceGroup(ctx context.Context, c Change) (*Resource, error) {
	return s.changeGroup(ctx, c, "team.update", replaceGroup)
}

// PatchGroup carries out the operations of a PATCH, all or none. Errors are those
// of ReplaceGroup.
func (s *Service) PatchGroup(ctx context.Context, c Change) (*Resource, error) {
	return s.changeGroup(ctx, c, "team.update", patchGroup)
}

func (s *Service) changeGroup(
	ctx context.Context, c Change, op string, read func([]byte) (groupEdit, error),
) (*Resource, error) {
	account, err := s.account(ctx, c.Caller, deed{op, "team", c.ID})
	if err != nil {
		return nil, err
	}
	edit, err := read(c.Body)
	if err != nil {
		return nil, err
	}
	t, err := s.Access.ProvisionTeam(ctx, c.person(), access.TeamChange{
		ID: c.ID, Fallback: account.DefaultTeamID,
		Edit: func(now *access.TeamProfile, was *models.Team, members access.MembersFunc) (access.Moves, error) {
			if was != nil {
				if err := c.If.onGroup(was); err != nil {
					return access.Moves{}, err
				}
			}
			return edit(now, members)
		},
	})
	if err != nil {
		return nil, explain(err)
	}
	return s.group(ctx, c.Caller, t, c.Shape)
}

// onGroup refuses a change of a team that is not as the client knows it.
func (c Precondition) onGroup(t *models.Team) error {
	if c.allows(groupTag(t)) {
		return nil
	}
	return &models.RefusalError{
		Err: models.ErrVersionMismatch, ETag: groupTag(t),
		Detail: "Somebody changed the group since you read it; read it again and repeat your change.",
	}
}

// DeleteGroup removes a team; its members go to the default team. Errors are an
// *Error, models.ErrNotFound, models.ErrVersionMismatch, and models.ErrInUse for a
// team that accounts name, like the default team itself.
func (s *Service) DeleteGroup(ctx context.Context, c Change) error {
	account, err := s.account(ctx, c.Caller, deed{"team.delete", "team", c.ID})
	if err != nil {
		return err
	}
	return explain(s.Access.DeprovisionTeam(ctx, c.person(), c.ID, account.DefaultTeamID, c.If.onGroup))
}
