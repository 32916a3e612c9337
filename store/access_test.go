package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
)

func TestContactCenters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		n, err := s.CountContactCenters(ctx)
		require.NoError(t, err)
		require.Zero(t, n)
		b := models.ContactCenter{ID: "1", Domain: "b.test", Name: "B", Suspended: true, CreatedAt: at(0)}
		a := models.ContactCenter{ID: "2", Domain: "a.test", Features: models.AllFeatures(), CreatedAt: at(1)}
		require.NoError(t, s.CreateContactCenter(ctx, &b))
		require.NoError(t, s.CreateContactCenter(ctx, &a))
		require.ErrorIs(t, s.CreateContactCenter(ctx, &a), models.ErrExists)
		require.ErrorIs(t, s.CreateContactCenter(ctx, &models.ContactCenter{ID: "3", Domain: "a.test"}), models.ErrExists)

		got, err := s.ContactCenter(ctx, "1")
		require.NoError(t, err)
		require.Equal(t, &b, got)
		got, err = s.ContactCenterByDomain(ctx, "a.test")
		require.NoError(t, err)
		require.Equal(t, &a, got)
		all, err := s.ContactCenters(ctx)
		require.NoError(t, err)
		require.Equal(t, []models.ContactCenter{a, b}, all)
		n, err = s.CountContactCenters(ctx)
		require.NoError(t, err)
		require.Equal(t, 2, n)

		_, err = s.ContactCenter(ctx, "3")
		require.ErrorIs(t, err, models.ErrNotFound)
		for _, domain := range []string{"", "A.test", "\x00", "\xff", "' OR 1=1 --"} {
			_, err = s.ContactCenterByDomain(ctx, domain)
			require.ErrorIs(t, err, models.ErrNotFound, "%q", domain)
		}
	})
}

func TestTeamsAndUsers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		team := models.Team{ContactCenterID: cc, ID: "t", Name: "Support", NameKey: "support", CreatedAt: at(1)}
		user := models.User{
			ContactCenterID: cc, ID: "u", Username: "Ann", UsernameKey: "ann", PasswordHash: "$argon2id$…",
			Roles: models.Strings{models.RoleAdministrator}, TeamID: "t", Disabled: true, CreatedAt: at(1), UpdatedAt: at(2),
		}
		require.NoError(t, s.CreateTeam(ctx, &team))
		require.NoError(t, s.CreateUser(ctx, &user))
		same, again := team, user
		same.ID, again.ID = "t2", "u2"
		require.ErrorIs(t, s.CreateTeam(ctx, &same), models.ErrNameTaken)
		require.ErrorIs(t, s.CreateUser(ctx, &again), models.ErrNameTaken)
		same.ContactCenterID, again.ContactCenterID = other, other
		require.NoError(t, s.CreateTeam(ctx, &same), "names are unique within a contact center only")
		require.NoError(t, s.CreateUser(ctx, &again))
		same.ContactCenterID = "none"
		require.ErrorIs(t, s.CreateTeam(ctx, &same), models.ErrNotFound)

		gotTeam, err := s.Team(ctx, cc, "t")
		require.NoError(t, err)
		require.Equal(t, &team, gotTeam)
		gotUser, err := s.User(ctx, cc, "u")
		require.NoError(t, err)
		require.Equal(t, &user, gotUser)
		gotUser, err = s.UserByName(ctx, cc, "ann")
		require.NoError(t, err)
		require.Equal(t, &user, gotUser)
		teams, err := s.Teams(ctx, cc)
		require.NoError(t, err)
		require.Equal(t, []models.Team{team}, teams)
		users, err := s.Users(ctx, cc)
		require.NoError(t, err)
		require.Equal(t, []models.User{user}, users)

		_, err = s.Team(ctx, other, "t")
		require.ErrorIs(t, err, models.ErrNotFound)
		_, err = s.User(ctx, other, "u")
		require.ErrorIs(t, err, models.ErrNotFound)
		_, err = s.UserByName(ctx, cc, "\x00")
		require.ErrorIs(t, err, models.ErrNotFound)
	})
}

func TestTokens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		cc, other := center(t, s, "a.test"), center(t, s, "b.test")
		token := models.Token{
			ContactCenterID: cc, ID: "t", Name: "runtime", Hash: []byte{0, 1, 2, 0xff},
			Scopes: models.Strings{models.ScopeAccountsRead}, CreatedAt: at(1), CreatedBy: "user:1", ExpiresAt: at(99),
		}
		require.NoError(t, s.CreateToken(ctx, &token))
		same := token
		same.ID = "t2"
		require.ErrorIs(t, s.CreateToken(ctx, &same), models.ErrExists, "the hash decides who someone is")

		got, c, err := s.TokenByHash(ctx, token.Hash)
		require.NoError(t, err)
		require.Equal(t, token, got)
		require.Equal(t, cc, c.ID)
		require.Equal(t, "a.test", c.Domain)
		require.Equal(t, models.AllFeatures(), c.Features)
		for _, hash := range [][]byte{nil, {}, {0, 1, 2}} {
			_, _, err = s.TokenByHash(ctx, hash)
			require.ErrorIs(t, err, models.ErrNotFound)
		}

		require.NoError(t, s.TouchToken(ctx, cc, "t", at(20)))
		require.NoError(t, s.TouchToken(ctx, cc, "t", at(10)))
		require.NoError(t, s.TouchToken(ctx, other, "t", at(30)))
		require.NoError(t, s.RevokeToken(ctx, cc, "t", at(40)))
		require.NoError(t, s.RevokeToken(ctx, cc, "t", at(50)))
		require.ErrorIs(t, s.RevokeToken(ctx, other, "t", at(60)), models.ErrNotFound)
		token.LastUsedAt, token.RevokedAt = at(20), at(40)
		tokens, err := s.Tokens(ctx, cc)
		require.NoError(t, err)
		require.Equal(t, []models.Token{token}, tokens)
		tokens, err = s.Tokens(ctx, other)
		require.NoError(t, err)
		require.Empty(t, tokens)
	})
}
