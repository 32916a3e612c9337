package scim

import (
	"context"
	"fmt"

	"admin-api/access"
	"admin-api/models"
)

// User returns a user. Errors are an *Error, or models.ErrNotFound for an unknown
// id and for one of another contact center.
func (s *Service) User(ctx context.Context, c Caller, id string, shape Shape) (*Resource, error) {
	if _, err := s.account(ctx, c, deed{"user.read", "user", id}); err != nil {
		return nil, err
	}
	u, err := s.Access.User(ctx, c.Principal, id)
	if err != nil {
		return nil, err
	}
	return s.user(ctx, c, u, shape)
}

// user answers a user.
func (s *Service) user(ctx context.Context, c Caller, u *models.User, shape Shape) (*Resource, error) {
	known := teamsByID{}
	if err := s.learnTeams(ctx, c, known, []models.User{*u}); err != nil {
		return nil, err
	}
	team := known[u.TeamID]
	return &Resource{
		Body: shape.cut(users, userResource(c.Base, u, team)),
		Tag:  userTag(u, team), Location: c.Base + users.endpoint + "/" + u.ID,
	}, nil
}

// teamsByID are teams by their ids.
type teamsByID map[string]*models.Team

// learnTeams adds the teams of the users to those that are known.
func (s *Service) learnTeams(ctx context.Context, c Caller, known teamsByID, of []models.User) error {
	var ids []string
	for i := range of {
		if _, there := known[of[i].TeamID]; !there {
			known[of[i].TeamID] = nil
			ids = append(ids, of[i].TeamID)
		}
	}
	found, err := s.Store.TeamsByID(ctx, c.Principal.ContactCenter.ID, ids)
	if err != nil {
		return fmt.Errorf("list teams: %w", err)
	}
	for i := range found {
		known[found[i].ID] = &found[i]
	}
	return nil
}

// CreateUser adds a user to the default team. Errors are an *Error, and those of
// access.Service.CreateUser that have no words in the protocol.
func (s *Service) CreateUser(ctx context.Context, c Change) (*Resource, error) {
	account, err := s.account(ctx, c.Caller, deed{op: "user.create", kind: "user"})
	if err != nil {
		return nil, err
	}
	given, err := users.resource(c.Body)
	if err != nil {
		return nil, err
	}
	u, err := s.Access.ProvisionUser(ctx, c.person(), func(p *access.Profile) error {
		p.TeamID = account.DefaultTeamID
		return lay(given, p)
	})
	if err != nil {
		return nil, explain(err)
	}
	return s.user(ctx, c.Caller, u, c.Shape)
}

// ReplaceUser makes a user what the resource says; see lay for what stays. Errors
// are those of CreateUser and of access.Service.UpdateUser.
func (s *Service) ReplaceUser(ctx context.Context, c Change) (*Resource, error) {
	return s.changeUser(ctx, c, func() (access.Edit, error) {
		given, err := users.resource(c.Body)
		return func(p *access.Profile) error {
			if _, named := given["userName"]; !named {
				p.Username = "" // which is required, so it does not stay
			}
			return lay(given, p)
		}, err
	})
}

// PatchUser carries out the operations of a PATCH, all or none. What changes
// nothing leaves the entity tag as it is. Errors are those of ReplaceUser.
func (s *Service) PatchUser(ctx context.Context, c Change) (*Resource, error) {
	return s.changeUser(ctx, c, func() (access.Edit, error) {
		list, err := operations(c.Body)
		return func(p *access.Profile) error {
			o := profileObject(*p)
			if err := users.apply(o, list); err != nil {
				return err
			}
			return lay(o, p)
		}, err
	})
}

func (s *Service) changeUser(ctx context.Context, c Change, read func() (access.Edit, error)) (*Resource, error) {
	if _, err := s.account(ctx, c.Caller, deed{"user.update", "user", c.ID}); err != nil {
		return nil, err
	}
	edit, err := read()
	if err != nil {
		return nil, err
	}
	u, err := s.Access.ReprovisionUser(ctx, c.person(), c.ID, c.If.versions(), edit)
	if err != nil {
		return nil, explain(err)
	}
	return s.user(ctx, c.Caller, u, c.Shape)
}

// DeleteUser removes a user for good. Errors are those of access.Service.DeleteUser.
func (s *Service) DeleteUser(ctx context.Context, c Change) error {
	if _, err := s.account(ctx, c.Caller, deed{"user.delete", "user", c.ID}); err != nil {
		return err
	}
	return s.Access.DeleteUser(ctx, c.person(), c.ID, c.If.versions())
}

// scanned is how many users are read at once where each has to be looked at.
const scanned = 500

// Users returns a page of users in the order in which they were made. Indexes find
// those of whom the filter demands id, user name, external id or e-mail address; for
// other filters all users of the contact center are looked at, a few at a time.
func (s *Service) Users(ctx context.Context, c Caller, q Query) (*List, error) {
	if _, err := s.account(ctx, c, deed{op: "user.list", kind: "user"}); err != nil {
		return nil, err
	}
	condition, err := users.parseOptional(q.Filter)
	if err != nil {
		return nil, err
	}
	start, count := q.window()
	list, page := newList(start), models.DirectoryFilter{ContactCenterID: c.Principal.ContactCenter.ID}
	if condition == nil {
		return list, s.pageOfUsers(ctx, c, q.Shape, list, start, count)
	}
	if !narrow(&page, condition) {
		return list, nil
	}
	known := teamsByID{}
	for page.Limit = scanned; ; {
		some, err := s.Store.Directory(ctx, page)
		if err != nil {
			return nil, fmt.Errorf("search users: %w", err)
		}
		if err := s.learnTeams(ctx, c, known, some); err != nil {
			return nil, err
		}
		for i := range some {
			o := userResource(c.Base, &some[i], known[some[i].TeamID])
			if condition.holds(o) && list.add(count) {
				list.append(q.cut(users, o))
			}
		}
		if len(some) < page.Limit {
			return list, nil
		}
		page.After = some[len(some)-1].ID
	}
}

// pageOfUsers fills in a page of all users.
func (s *Service) pageOfUsers(ctx context.Context, c Caller, shape Shape, list *List, start, count int) error {
	all := models.DirectoryFilter{ContactCenterID: c.Principal.ContactCenter.ID}
	var err error
	if list.TotalResults, err = s.Store.CountDirectory(ctx, all); err != nil {
		return fmt.Errorf("count users: %w", err)
	}
	if count == 0 || start >= list.TotalResults {
		return nil
	}
	all.Offset, all.Limit = start, count
	some, err := s.Store.Directory(ctx, all)
	if err != nil {
		return fmt.Errorf("list users: %w", err)
	}
	known := teamsByID{}
	if err := s.learnTeams(ctx, c, known, some); err != nil {
		return err
	}
	for i := range some {
		list.append(shape.cut(users, userResource(c.Base, &some[i], known[some[i].TeamID])))
	}
	return nil
}
