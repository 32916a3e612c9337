package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

// person returns a user with the name; its id sorts by the minutes.
func person(cc, name string, minutes int, roles ...string) *models.User {
	return &models.User{
		ContactCenterID: cc, ID: models.NewID(at(minutes).Time), Username: name, UsernameKey: models.NameKey(name),
		Roles: roles, TeamID: "t", Version: 1, CreatedAt: at(minutes), CreatedBy: "system", UpdatedAt: at(minutes), UpdatedBy: "system",
	}
}

func usernames(users []models.User) []string {
	var names []string
	for _, u := range users {
		names = append(names, u.Username)
	}
	return names
}

func TestListUsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		ann := person(cc, "Ann", 1, "Agent", `Quo"te`)
		ann.FirstName, ann.LastName, ann.Email = "Änne", "O'Neill-Archer", "anne@acme.test"
		bob := person(cc, "bob", 2, "Agents", "<b>&")
		bob.TeamID, bob.Disabled = "t2", true
		cid, dan := person(cc, "Cid", 3), person(other, "Dan", 4, "Agent")
		for _, u := range []*models.User{cid, bob, ann, dan} {
			require.NoError(t, s.CreateUser(t.Context(), u))
		}
		yes, no := true, false
		tests := map[string]struct {
			filter models.UserFilter
			want   []string
		}{
			"all, by name":          {models.UserFilter{}, []string{"Ann", "bob", "Cid"}},
			"a page":                {models.UserFilter{Page: models.Page{Limit: 1, Before: "ann"}}, []string{"bob"}},
			"user name":             {models.UserFilter{UsernameKey: "cid"}, []string{"Cid"}},
			"prefix of a user name": {models.UserFilter{Query: []string{"bo"}}, []string{"bob"}},
			"prefix of a name":      {models.UserFilter{Query: []string{"ä", "arch"}}, []string{"Ann"}},
			"prefix of an address":  {models.UserFilter{Query: []string{"anne@ac"}}, []string{"Ann"}},
			"no infix":              {models.UserFilter{Query: []string{"nn"}}, nil},
			"role":                  {models.UserFilter{Role: "Agent"}, []string{"Ann"}},
			"role with a quote":     {models.UserFilter{Role: `Quo"te`}, []string{"Ann"}},
			"role with markup":      {models.UserFilter{Role: "<b>&"}, []string{"bob"}},
			"half a role":           {models.UserFilter{Role: "Agen"}, nil},
			"team":                  {models.UserFilter{TeamID: "t2"}, []string{"bob"}},
			"disabled":              {models.UserFilter{Disabled: &yes}, []string{"bob"}},
			"not disabled":          {models.UserFilter{Disabled: &no}, []string{"Ann", "Cid"}},
			"together":              {models.UserFilter{Role: "Agent", Disabled: &yes}, nil},
			"no text":               {models.UserFilter{Role: "\x00"}, nil},
			"hostile":               {models.UserFilter{Query: []string{"' OR 1=1 --", "%"}}, nil},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				tt.filter.ContactCenterID = cc
				got, err := s.ListUsers(t.Context(), tt.filter)
				require.NoError(t, err)
				require.Equal(t, tt.want, usernames(got))
				if tt.filter.Page.Limit > 0 || tt.filter.Role == "\x00" {
					return
				}
				n, err := s.CountUsers(t.Context(), tt.filter)
				require.NoError(t, err)
				require.Equal(t, len(tt.want), n)
			})
		}
	})
}

func TestUpdateUser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		ann, bob := person(cc, "ann", 1, "Agent"), person(cc, "bob", 2)
		ann.Extension, bob.Extension = "1001", "1002"
		require.NoError(t, s.CreateUser(ctx, ann))
		require.NoError(t, s.CreateUser(ctx, bob))
		same := person(cc, "cid", 3)
		same.Extension = "1001"
		require.ErrorIs(t, s.CreateUser(ctx, same), models.ErrExists, "extensions are unique")
		same.ContactCenterID = other
		require.NoError(t, s.CreateUser(ctx, same), "in a contact center")

		ann.Username, ann.UsernameKey, ann.Skills, ann.APISecretHash = "Anna", "anna", models.Skills{"en": 90}, []byte{1}
		ann.Disabled, ann.PasswordHash, ann.PasswordChangedAt = true, "$argon2id$…", at(5)
		require.NoError(t, s.UpdateUser(ctx, ann, 1))
		require.EqualValues(t, 2, ann.Version)
		got, err := s.LockUser(ctx, cc, ann.ID)
		require.NoError(t, err)
		require.Equal(t, ann, got)
		found, err := s.ListUsers(ctx, models.UserFilter{ContactCenterID: cc, Query: []string{"anna"}})
		require.NoError(t, err)
		require.Len(t, found, 1, "it is found under its new name")

		require.ErrorIs(t, s.UpdateUser(ctx, ann, 1), models.ErrVersionMismatch)
		bob.Username, bob.UsernameKey = "anna", "anna"
		require.ErrorIs(t, s.UpdateUser(ctx, bob, 1), models.ErrNameTaken)
		foreign := *ann
		foreign.ContactCenterID = other
		require.ErrorIs(t, s.UpdateUser(ctx, &foreign, 2), models.ErrVersionMismatch)

		require.ErrorIs(t, s.DeleteUser(ctx, other, ann.ID), models.ErrNotFound)
		require.NoError(t, s.DeleteUser(ctx, cc, ann.ID))
		_, err = s.HoldUser(ctx, cc, ann.ID)
		require.ErrorIs(t, err, models.ErrNotFound)
	})
}

func TestRenameRoleOfUsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		first, middle := person(cc, "first", 1, "Lead", "Leader"), person(cc, "middle", 2, "Agent", "Lead", "The Lead")
		without, foreign := person(cc, "without", 3, "Leader"), person(other, "foreign", 4, "Lead")
		for _, u := range []*models.User{first, middle, without, foreign} {
			require.NoError(t, s.CreateUser(ctx, u))
		}
		n, err := s.RenameRoleOfUsers(ctx, cc, "Lead", `"Chief" & <co>`, at(9), "user:1")
		require.NoError(t, err)
		require.Equal(t, 2, n)
		for _, tt := range []struct {
			user    *models.User
			roles   models.Strings
			version int64
		}{
			{first, models.Strings{`"Chief" & <co>`, "Leader"}, 2},
			{middle, models.Strings{"Agent", `"Chief" & <co>`, "The Lead"}, 2},
			{without, models.Strings{"Leader"}, 1},
			{foreign, models.Strings{"Lead"}, 1},
		} {
			got, err := s.User(ctx, tt.user.ContactCenterID, tt.user.ID)
			require.NoError(t, err)
			require.Equal(t, tt.roles, got.Roles)
			require.Equal(t, tt.version, got.Version)
		}
	})
}

func TestTeamsAndRoles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		_, err := s.FirstTeam(ctx, cc)
		require.ErrorIs(t, err, models.ErrNotFound)
		closed := models.Team{ContactCenterID: cc, ID: "1", Name: "Closed", NameKey: "closed", Disabled: true, Version: 1}
		open := models.Team{ContactCenterID: cc, ID: "2", Name: "Open", NameKey: "open", Version: 1}
		require.NoError(t, s.CreateTeam(ctx, &closed))
		require.NoError(t, s.CreateTeam(ctx, &open))
		team, err := s.FirstTeam(ctx, cc)
		require.NoError(t, err)
		require.Equal(t, "2", team.ID)
		open.Name, open.NameKey = "Closed", "closed"
		require.ErrorIs(t, s.UpdateTeam(ctx, &open, 1), models.ErrNameTaken)
		open.Name, open.NameKey, open.UpdatedAt = "Ajar", "ajar", at(3)
		require.NoError(t, s.UpdateTeam(ctx, &open, 1))
		require.ErrorIs(t, s.UpdateTeam(ctx, &open, 1), models.ErrVersionMismatch)
		teams, err := s.ListTeams(ctx, cc, models.Page{Before: "ajar"})
		require.NoError(t, err)
		require.Equal(t, []models.Team{closed}, teams)
		team, err = s.TeamByName(ctx, cc, "ajar")
		require.NoError(t, err)
		require.Equal(t, &open, team)
		require.ErrorIs(t, s.DeleteTeam(ctx, other, "2"), models.ErrNotFound)
		require.NoError(t, s.DeleteTeam(ctx, cc, "2"))
		_, err = s.LockTeam(ctx, cc, "2")
		require.ErrorIs(t, err, models.ErrNotFound)

		role := models.Role{
			ContactCenterID: cc, ID: "1", Name: "Lead", NameKey: "lead", Privileges: models.Strings{models.ScopeAccountsRead},
			AssignToNewUsers: true, Version: 1, CreatedAt: at(1), UpdatedAt: at(1),
		}
		plain := models.Role{ContactCenterID: cc, ID: "2", Name: "Plain", NameKey: "plain", Version: 1}
		require.NoError(t, s.CreateRole(ctx, &role))
		require.NoError(t, s.CreateRole(ctx, &plain))
		same := role
		same.ID = "3"
		require.ErrorIs(t, s.CreateRole(ctx, &same), models.ErrNameTaken)
		roles, err := s.RolesOfNewUsers(ctx, cc)
		require.NoError(t, err)
		require.Equal(t, []models.Role{role}, roles)
		role.Grantable = role.Privileges
		require.NoError(t, s.UpdateRole(ctx, &role, 1))
		require.ErrorIs(t, s.UpdateRole(ctx, &role, 1), models.ErrVersionMismatch)
		got, err := s.Role(ctx, cc, "1")
		require.NoError(t, err)
		require.Equal(t, &role, got)
		roles, err = s.ListRoles(ctx, cc, models.Page{Before: "lead", Limit: 5})
		require.NoError(t, err)
		require.Equal(t, []models.Role{plain}, roles)
		require.ErrorIs(t, s.DeleteRole(ctx, other, "1"), models.ErrNotFound)
		require.NoError(t, s.DeleteRole(ctx, cc, "1"))
		require.ErrorIs(t, s.LockContactCenter(ctx, "none"), models.ErrNotFound)
	})
}

func TestDeleteSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		ann, bob := person(cc, "ann", 1), person(cc, "bob", 2)
		for _, u := range []*models.User{ann, bob} {
			require.NoError(t, s.CreateUser(ctx, u))
			for _, id := range []string{"1", "2", "3"} {
				require.NoError(t, store.InsertSession(ctx, s, &models.Session{
					ContactCenterID: cc, ID: u.Username + id, UserID: u.ID, Hash: []byte(u.ID + id),
					CreatedAt: at(1), SeenAt: at(1), ExpiresAt: at(99),
				}))
			}
		}
		left := func() []string {
			ids, err := store.SessionIDs(ctx, s)
			require.NoError(t, err)
			return ids
		}
		require.NoError(t, s.DeleteSessions(ctx, "other", ann.ID, ""))
		require.Len(t, left(), 6)
		require.NoError(t, s.DeleteSessions(ctx, cc, ann.ID, "ann2"))
		require.Equal(t, []string{"ann2", "bob1", "bob2", "bob3"}, left())
		require.NoError(t, s.DeleteSessions(ctx, cc, ann.ID, ""))
		require.NoError(t, s.DeleteUser(ctx, cc, bob.ID))
		require.Empty(t, left(), "a user's sessions end with the user")
	})
}

func TestAccountsNaming(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		id := models.NewID(at(1).Time)
		naming := func(cc, name, properties string) *models.Account {
			a := account(cc, name, 1)
			a.Properties = models.JSON(properties)
			return stored(t, s, a)
		}
		b := naming(cc, "B", `{"admin":{"templateUserId":"`+id+`"}}`)
		a := naming(cc, "A", `{"teamIds":["x","`+id+`"]}`)
		naming(cc, "Text", `{"note":"of `+id+`"}`)
		naming(other, "Foreign", `{"x":"`+id+`"}`)
		gone := naming(cc, "Gone", `{"x":"`+id+`"}`)
		gone.DeletedAt = at(2)
		require.NoError(t, s.UpdateAccount(ctx, gone, 1))

		some, n, err := s.AccountsNaming(ctx, cc, id, 1)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.Len(t, some, 1)
		require.Equal(t, a.ID, some[0].ID)
		some, _, err = s.AccountsNaming(ctx, cc, id, 20)
		require.NoError(t, err)
		require.Equal(t, []string{a.Name, b.Name}, []string{some[0].Name, some[1].Name})
		_, n, err = s.AccountsNaming(ctx, cc, models.NewID(at(2).Time), 20)
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

// Who renames a role and who holds the users that have it wait for each other, and in
// no circle, in whatever order the users stand in the table.
func TestRenameRoleMeetsWhoHoldsUsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		var ids []string
		for i := range 40 {
			id := fmt.Sprintf("u%02d", 39-i)
			ids = append(ids, id)
			require.NoError(t, s.CreateUser(ctx, &models.User{
				ContactCenterID: cc, ID: id, Username: id, UsernameKey: id, Roles: models.Strings{"A"},
			}))
		}
		slices.Sort(ids)
		var wg sync.WaitGroup
		wg.Go(func() {
			for n := range 20 {
				from, to := "A", "B"
				if n%2 == 1 {
					from, to = to, from
				}
				if _, err := s.RenameRoleOfUsers(ctx, cc, from, to, at(n), "x"); err != nil {
					t.Errorf("rename: %v", err)
				}
			}
		})
		wg.Go(func() {
			for range 20 {
				err := s.Tx(ctx, func(tx *store.Store) error {
					for _, id := range ids {
						if _, err := tx.HoldUser(ctx, cc, id); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Errorf("hold: %v", err)
				}
			}
		})
		wg.Wait()
	})
}

func TestRevokeTokensOf(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc := center(t, s, "a.test")
		for _, token := range []models.Token{
			{ID: "1", Kind: models.TokenOAuth, UserID: "u"},
			{ID: "2", Kind: models.TokenAPI, UserID: "u"},
			{ID: "3", Kind: models.TokenOAuth, UserID: "v"},
			{ID: "4", Kind: models.TokenOAuth, UserID: "u", RevokedAt: at(1)},
		} {
			token.ContactCenterID, token.Hash = cc, []byte(token.ID)
			require.NoError(t, s.CreateToken(ctx, &token))
		}
		require.NoError(t, s.RevokeTokensOf(ctx, cc, "u", models.TokenOAuth, at(5)))
		var revoked []models.Time
		for _, id := range []string{"1", "2", "3", "4"} {
			token, err := s.TokenByID(ctx, id)
			require.NoError(t, err)
			revoked = append(revoked, token.RevokedAt)
		}
		require.Equal(t, []models.Time{at(5), {}, {}, at(1)}, revoked)
	})
}
