package scim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"admin-api/access"
	"admin-api/models"
)

// mostMembers bounds what one request can move.
const mostMembers = 5000

// groupTag is the entity tag of a team: its version and a sum of its members.
func groupTag(t *models.Team, members []models.User) string {
	sum := sha256.New()
	for _, u := range members {
		sum.Write(strconv.AppendQuote([]byte(u.ID), u.Username)) // never fails
	}
	return strconv.FormatInt(t.Version, 10) + "-" + hex.EncodeToString(sum.Sum(nil)[:4])
}

// groupObject is what clients may change of a team.
func groupObject(base, name, externalID string, members []models.User) object {
	list := make([]any, len(members))
	for i, u := range members {
		list[i] = object{"value": u.ID, "display": u.Username, "$ref": base + users.endpoint + "/" + u.ID}
	}
	o := object{"displayName": name, "members": list}
	if externalID != "" {
		o["externalId"] = externalID
	}
	return o
}

// groupResource is a team as it is answered.
func groupResource(base string, t *models.Team, members []models.User) object {
	o := groupObject(base, t.Name, t.ExternalID, members)
	o["schemas"], o["id"] = []any{GroupSchema}, t.ID
	o["meta"] = metadata(groups, base+groups.endpoint+"/"+t.ID, groupTag(t, members), t.CreatedAt, t.UpdatedAt)
	return o
}

// group answers a team.
func (s *Service) group(ctx context.Context, c Caller, t *models.Team, shape Shape) (*Resource, error) {
	members, err := s.Store.Members(ctx, t.ContactCenterID, []string{t.ID})
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	return &Resource{
		Body: shape.cut(groups, groupResource(c.Base, t, members)),
		Tag:  groupTag(t, members), Location: c.Base + groups.endpoint + "/" + t.ID,
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
	var condition filter
	if q.Filter != "" {
		var err error
		if condition, err = groups.parseFilter(q.Filter); err != nil {
			return nil, err
		}
	}
	teams, err := s.Store.Teams(ctx, c.Principal.ContactCenter.ID)
	if err != nil {
		return nil, fmt.Errorf("list teams: %w", err)
	}
	slices.SortFunc(teams, func(a, b models.Team) int { return strings.Compare(a.ID, b.ID) })
	members, err := s.membersOf(ctx, c, teams)
	if err != nil {
		return nil, err
	}
	start, count := q.window()
	list := newList(start)
	for i := range teams {
		o := groupResource(c.Base, &teams[i], members[teams[i].ID])
		if (condition == nil || condition.holds(o)) && list.add(count) {
			list.append(q.cut(groups, o))
		}
	}
	return list, nil
}

// membersOf returns the members by the id of their team.
func (s *Service) membersOf(ctx context.Context, c Caller, teams []models.Team) (map[string][]models.User, error) {
	ids := make([]string, len(teams))
	for i := range teams {
		ids[i] = teams[i].ID
	}
	all, err := s.Store.Members(ctx, c.Principal.ContactCenter.ID, ids)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	by := map[string][]models.User{}
	for _, u := range all {
		by[u.TeamID] = append(by[u.TeamID], u)
	}
	return by, nil
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

// groupEdit changes a team's object.
type groupEdit func(o object) error

// replaceGroup reads a whole team.
func replaceGroup(body []byte) (groupEdit, error) {
	given, err := groups.resource(body)
	return func(o object) error {
		maps.Copy(o, given)
		if _, named := given["displayName"]; !named {
			o["displayName"] = nil
		}
		return nil
	}, err
}

func patchGroup(body []byte) (groupEdit, error) {
	list, err := operations(body)
	return func(o object) error { return groups.apply(o, list) }, err
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
		Edit: func(now *access.TeamProfile, was *models.Team, members []models.User) ([]string, error) {
			if err := c.If.onGroup(was, members); err != nil {
				return nil, err
			}
			o := groupObject(c.Base, now.Name, now.ExternalID, members)
			if err := edit(o); err != nil {
				return nil, err
			}
			now.Name, now.ExternalID = asText(o["displayName"]), asText(o["externalId"])
			return memberIDs(values(o["members"]), members)
		},
	})
	if err != nil {
		return nil, explain(err)
	}
	return s.group(ctx, c.Caller, t, c.Shape)
}

// onGroup refuses a change of a team that is not as the client knows it.
func (c Precondition) onGroup(t *models.Team, members []models.User) error {
	if t == nil || c.allows(groupTag(t, members)) {
		return nil
	}
	return &models.RefusalError{
		Err: models.ErrVersionMismatch, ETag: groupTag(t, members),
		Detail: "Somebody changed the group since you read it; read it again and repeat your change.",
	}
}

// memberIDs returns the ids of the members, each once.
func memberIDs(list []any, before []models.User) ([]string, error) {
	there := make(map[string]bool, len(before))
	for _, u := range before {
		there[u.ID] = true
	}
	seen, out, moves := make(map[string]bool, len(list)), make([]string, 0, len(list)), 0
	for _, v := range list {
		o, _ := v.(object)
		id := strings.ToLower(asText(o["value"]))
		if id == "" {
			return nil, refuse(TypeInvalidValue, "Each of members must have the id of a user as its value.")
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		out = append(out, id)
		if !there[id] {
			moves++
		}
	}
	for id := range there {
		if !seen[id] {
			moves++
		}
	}
	if moves > mostMembers {
		return nil, refuse(TypeInvalidValue, "One request may move at most %d users; send several.", mostMembers)
	}
	return out, nil
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
