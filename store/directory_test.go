package store_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func TestDirectory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		center, elsewhere := center(t, s, "a.test"), center(t, s, "b.test")
		var ids []string
		for i := range 5 {
			u := models.User{
				ContactCenterID: center, ID: models.NewID(at(1).Time), Username: fmt.Sprint("User", 9-i), Version: 1,
				UsernameKey: models.NameKey(fmt.Sprint("User", 9-i)), TeamID: fmt.Sprint("team", i%2), ExternalID: fmt.Sprint("Ext", i/2),
				Email: fmt.Sprintf("User%d@Acme.example", i/2), Disabled: i == 3, UpdatedAt: at(i),
			}
			require.NoError(t, s.CreateUser(ctx, &u))
			ids = append(ids, u.ID)
		}
		other := models.User{
			ContactCenterID: elsewhere, ID: models.NewID(at(9).Time), UsernameKey: "user9", ExternalID: "ext0", TeamID: "team0",
		}
		require.NoError(t, s.CreateUser(ctx, &other))

		for _, tt := range []struct {
			name   string
			filter models.DirectoryFilter
			want   []string
			count  int
		}{
			{"in the order in which they were made", models.DirectoryFilter{}, ids, 5},
			{"a page", models.DirectoryFilter{Offset: 1, Limit: 2}, ids[1:3], 5},
			{"beyond the end", models.DirectoryFilter{Offset: 9, Limit: 2}, nil, 5},
			{"behind an id", models.DirectoryFilter{After: ids[2], Limit: 9}, ids[3:], 5},
			{"by user name", models.DirectoryFilter{UsernameKey: "user9"}, ids[:1], 1},
			{"by external id, which several may have", models.DirectoryFilter{ExternalKey: "ext1"}, ids[2:4], 2},
			{"by id", models.DirectoryFilter{ID: ids[4]}, ids[4:], 1},
			{"by e-mail address, which several may have", models.DirectoryFilter{Email: "uSER1@acme.example"}, ids[2:4], 2},
			{"who changed lately", models.DirectoryFilter{UpdatedSince: at(3)}, ids[3:], 2},
			{"who is disabled", models.DirectoryFilter{Disabled: new(true)}, ids[3:4], 1},
			{"who is not, lately", models.DirectoryFilter{Disabled: new(false), UpdatedSince: at(2)}, []string{ids[2], ids[4]}, 2},
			{"by all of it", models.DirectoryFilter{ID: ids[4], UsernameKey: "user9"}, nil, 0},
			{"what no text can be", models.DirectoryFilter{UsernameKey: "a\x00"}, nil, 0},
		} {
			tt.filter.ContactCenterID = center
			users, err := s.Directory(ctx, tt.filter)
			require.NoError(t, err, tt.name)
			var got []string
			for _, u := range users {
				got = append(got, u.ID)
			}
			require.Equal(t, tt.want, got, tt.name)
			n, err := s.CountDirectory(ctx, tt.filter)
			require.NoError(t, err, tt.name)
			require.Equal(t, tt.count, n, tt.name)
		}

		members, err := s.Members(ctx, center, []string{"team1", "team7"})
		require.NoError(t, err)
		require.Equal(t, []models.Member{{ID: ids[1], Username: "User8", TeamID: "team1"}, {ID: ids[3], Username: "User6", TeamID: "team1"}}, members)
		members, err = s.Members(ctx, center, nil)
		require.NoError(t, err)
		require.Empty(t, members)
		counts, err := s.CountMembers(ctx, center, []string{"team0", "team1", "team7"})
		require.NoError(t, err)
		require.Equal(t, map[string]int{"team0": 3, "team1": 2}, counts)
		counts, err = s.CountMembers(ctx, center, nil)
		require.NoError(t, err)
		require.Empty(t, counts)
	})
}

func TestMoveUsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		center, elsewhere := center(t, s, "a.test"), center(t, s, "b.test")
		for i, cc := range []string{center, center, center, elsewhere} {
			u := models.User{ContactCenterID: cc, ID: fmt.Sprint("u", i), UsernameKey: fmt.Sprint("u", i), TeamID: "old", Version: 3}
			require.NoError(t, s.CreateUser(ctx, &u))
		}
		for _, id := range []string{"old", "new"} {
			require.NoError(t, s.CreateTeam(ctx, &models.Team{ContactCenterID: center, ID: id, Name: id, NameKey: id, Version: 1}))
		}
		require.NoError(t, s.Tx(ctx, func(tx *store.Store) error {
			locked, err := tx.LockUsers(ctx, center, []string{"u2", "u0", "u3", "none"})
			require.NoError(t, err)
			require.Equal(t, []string{"u0", "u2"}, []string{locked[0].ID, locked[1].ID}, "in the order of their ids")
			require.NoError(t, tx.MoveUsers(ctx, center, []string{"u0", "u2", "u3"}, "new", at(7), "user:x"))
			return tx.RosterChanged(ctx, center, at(7), "old", "new", "none")
		}))
		members, err := s.Members(ctx, center, []string{"new"})
		require.NoError(t, err)
		require.Len(t, members, 2)
		moved, err := s.User(ctx, center, "u2")
		require.NoError(t, err)
		require.Equal(t, []any{int64(4), at(7), "user:x"}, []any{moved.Version, moved.UpdatedAt, moved.UpdatedBy})
		foreign, err := s.User(ctx, elsewhere, "u3")
		require.NoError(t, err)
		require.Equal(t, "old", foreign.TeamID)
		teams, err := s.TeamsByID(ctx, center, []string{"new", "none"})
		require.NoError(t, err)
		require.Equal(t, []any{1, int64(1), at(7), int64(1)}, []any{len(teams), teams[0].Roster, teams[0].RosterAt, teams[0].Version})
		teams, err = s.TeamsByID(ctx, center, nil)
		require.NoError(t, err)
		require.Empty(t, teams)
	})
}

func TestExtensions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		center, elsewhere := center(t, s, "a.test"), center(t, s, "b.test")
		have := func(extension string) {
			u := models.User{ContactCenterID: center, ID: models.NewID(at(1).Time), UsernameKey: extension, Extension: extension, Version: 1}
			require.NoError(t, s.CreateUser(ctx, &u))
		}
		take := func(cc string) (extension string) {
			require.NoError(t, s.Tx(ctx, func(tx *store.Store) (err error) {
				require.NoError(t, tx.LockContactCenter(ctx, cc))
				extension, err = tx.TakeExtension(ctx, cc, 1001)
				return err
			}))
			return extension
		}
		have("1002")
		require.Equal(t, "1001", take(center))
		have("1001")
		require.Equal(t, "1003", take(center), "1002 is somebody's")
		for i := range 600 { // more than are looked for at once
			have(fmt.Sprint(1003 + i))
		}
		require.Equal(t, "1603", take(center))
		require.Equal(t, "1001", take(elsewhere))
		for _, released := range []string{"1400", "1300", "1500", "17", "", "none", "01301"} {
			require.NoError(t, s.ReleaseExtension(ctx, center, released))
		}
		require.Equal(t, "1603", take(center), "what was released is somebody's again")
	})
}

func TestExternalIDsAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		center := center(t, s, "a.test")
		u := models.User{ContactCenterID: center, ID: models.NewID(at(1).Time), UsernameKey: "a", ExternalID: "Ä1", Version: 1}
		require.NoError(t, s.CreateUser(ctx, &u))
		u.ExternalID = "Ö2"
		require.NoError(t, s.UpdateUser(ctx, &u, 1))
		found, err := s.Directory(ctx, models.DirectoryFilter{ContactCenterID: center, ExternalKey: models.NameKey("ö2")})
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Equal(t, "Ö2", found[0].ExternalID)

		team := models.Team{ContactCenterID: center, ID: models.NewID(at(1).Time), Name: "A", NameKey: "a", ExternalID: "X", Version: 1}
		require.NoError(t, s.CreateTeam(ctx, &team))
		team.ExternalID = "Y"
		require.NoError(t, s.UpdateTeam(ctx, &team, 1))
		stored, err := s.Team(ctx, center, team.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"Y", "y"}, []string{stored.ExternalID, stored.ExternalKey})
	})
}
