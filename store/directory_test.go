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
		require.Equal(t, []models.User{{ID: ids[1], Username: "User8", TeamID: "team1"}, {ID: ids[3], Username: "User6", TeamID: "team1"}}, members)
		members, err = s.Members(ctx, center, nil)
		require.NoError(t, err)
		require.Empty(t, members)
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
