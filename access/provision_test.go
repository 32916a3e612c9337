package access_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/store/storetest"
	"admin-api/validation"
)

// named sets the user name.
func named(name string) access.Edit {
	return func(p *access.Profile) error {
		p.Username = name
		return nil
	}
}

func TestProvisionUser(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		w.boss.Via = "over a protocol"
		w.role(t, `{"name":"Newcomer","assignToNewUsers":true}`)
		u, err := w.ProvisionUser(t.Context(), w.boss, func(p *access.Profile) error {
			require.Equal(t, access.Profile{}, *p)
			*p = access.Profile{Username: "Ann", FirstName: "Ann", Email: "ann@acme.test", ExternalID: "E-1"}
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, models.Strings{"Newcomer"}, u.Roles, "the roles of new users")
		require.Equal(t, "1002", u.Extension, "the next free number")
		require.Empty(t, u.PasswordHash, "nobody signs in with a password that is none")
		found, err := db.UserByName(t.Context(), w.boss.ContactCenter.ID, "ann")
		require.NoError(t, err)
		require.Equal(t, u.ID, found.ID, "single sign-on finds the user by name")
		require.Equal(t, "E-1", found.ExternalID)
		event := w.last(t)
		require.Equal(t, []string{"user.create", "over a protocol"}, []string{event.Operation, event.Detail})

		u, err = w.ReprovisionUser(t.Context(), w.boss, u.ID, access.Match{Given: true, Versions: []int64{1}}, func(p *access.Profile) error {
			require.Equal(t, access.ProfileOf(found), *p, "what is stored, without the password")
			p.Roles, p.ExternalID, p.Password = []string{}, "E-2", secret.New("correct horse")
			return nil
		})
		require.NoError(t, err)
		require.Empty(t, u.Roles)
		require.Equal(t, []any{int64(2), "E-2"}, []any{u.Version, u.ExternalID})
		require.NotEmpty(t, u.PasswordHash)
		hash := u.PasswordHash
		require.NotContains(t, string(w.last(t).Changes), "correct horse")

		u, err = w.ReprovisionUser(t.Context(), w.boss, u.ID, access.Match{}, func(*access.Profile) error { return nil })
		require.NoError(t, err)
		require.Equal(t, []any{int64(2), hash}, []any{u.Version, u.PasswordHash}, "nothing changed")

		refused := errors.New("no")
		_, err = w.ReprovisionUser(t.Context(), w.boss, u.ID, access.Match{}, func(*access.Profile) error { return refused })
		require.ErrorIs(t, err, refused)
		_, err = w.ProvisionUser(t.Context(), w.boss, named("ANN"))
		require.ErrorIs(t, err, models.ErrNameTaken)
		_, err = w.ProvisionUser(t.Context(), w.boss, named(" "))
		require.Equal(t, []string{"/username invisible"}, broken(t, err))
		_, err = w.ReprovisionUser(t.Context(), w.who(), w.admin.ID, access.Match{}, named("eve"))
		require.ErrorIs(t, err, models.ErrForbidden)
	})
}

// joining gives a team a name and members, leaving takes members.
func joining(name string, ids ...string) access.TeamEdit {
	return func(now *access.TeamProfile, _ *models.Team, _ access.MembersFunc) (access.Moves, error) {
		now.Name = name
		return access.Moves{Join: ids}, nil
	}
}

func leaving(ids ...string) access.TeamEdit {
	return func(*access.TeamProfile, *models.Team, access.MembersFunc) (access.Moves, error) {
		return access.Moves{Leave: ids}, nil
	}
}

func TestProvisionTeam(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		ann, bob := w.user(t, `{"username":"ann"}`), w.user(t, `{"username":"bob"}`)
		fallback := ann.TeamID
		change := func(id string, edit access.TeamEdit) (*models.Team, error) {
			return w.ProvisionTeam(t.Context(), w.boss, access.TeamChange{ID: id, Fallback: fallback, Edit: edit})
		}
		teamOf := func(u *models.User) string {
			stored, err := db.User(t.Context(), u.ContactCenterID, u.ID)
			require.NoError(t, err)
			return stored.TeamID
		}
		eu, err := change("", func(now *access.TeamProfile, was *models.Team, members access.MembersFunc) (access.Moves, error) {
			require.Nil(t, was)
			nobody, err := members()
			require.NoError(t, err)
			require.Empty(t, nobody)
			*now = access.TeamProfile{Name: " EU ", ExternalID: "x"}
			return access.Moves{Join: []string{bob.ID, ann.ID}}, nil
		})
		require.NoError(t, err)
		require.Equal(t, []string{"EU", "x"}, []string{eu.Name, eu.ExternalID})
		require.Equal(t, []string{eu.ID, eu.ID}, []string{teamOf(ann), teamOf(bob)})
		require.Equal(t, int64(1), eu.Roster)
		require.Equal(t, eu.UpdatedAt, eu.RosterAt)

		same, err := change(eu.ID, func(now *access.TeamProfile, was *models.Team, members access.MembersFunc) (access.Moves, error) {
			require.Equal(t, access.TeamProfile{Name: "EU", ExternalID: "x"}, *now)
			require.Equal(t, eu.ID, was.ID)
			both, err := members()
			require.NoError(t, err)
			require.Equal(t, []models.Member{{ID: ann.ID, Username: "ann", TeamID: eu.ID}, {ID: bob.ID, Username: "bob", TeamID: eu.ID}}, both)
			now.Name = "Europe"
			return access.Moves{Join: []string{ann.ID}, Leave: []string{bob.ID, w.admin.ID, "nobody"}}, nil
		})
		require.NoError(t, err)
		require.Equal(t, []any{"Europe", int64(2), int64(2)}, []any{same.Name, same.Version, same.Roster})
		require.Equal(t, []string{eu.ID, fallback}, []string{teamOf(ann), teamOf(bob)}, "who leaves goes to the default team")
		require.Equal(t, []string{"user.update", bob.ID}, []string{w.last(t).Operation, w.last(t).TargetID})

		// Nobody leaves the default team but by joining another.
		_, err = change(fallback, leaving(bob.ID))
		require.NoError(t, err)
		require.Equal(t, fallback, teamOf(bob))

		// All or nothing.
		for _, unknown := range []string{"x", models.NewID(start)} {
			_, err = change(eu.ID, joining("Lost", bob.ID, unknown))
			require.Equal(t, []string{"/members/1 user_unknown"}, broken(t, err))
			var errs validation.Errors
			require.ErrorAs(t, err, &errs)
			require.Contains(t, errs[0].Detail, `"`+unknown+`"`, "of thousands, it is this one")
		}
		require.Equal(t, fallback, teamOf(bob))
		stored, err := db.Team(t.Context(), eu.ContactCenterID, eu.ID)
		require.NoError(t, err)
		require.Equal(t, "Europe", stored.Name)

		_, err = change("", joining("EUROPE"))
		require.ErrorIs(t, err, models.ErrNameTaken)
		_, err = change("", joining(""))
		require.Equal(t, []string{"/name required"}, broken(t, err))
		_, err = change("x", nil)
		require.ErrorIs(t, err, models.ErrNotFound)

		// A team that is disabled takes nobody.
		closed, err := w.CreateTeam(t.Context(), w.boss, []byte(`{"name":"Closed","disabled":true}`))
		require.NoError(t, err)
		_, err = change(closed.ID, joining("Closed", bob.ID))
		require.Equal(t, []string{"/members team_unknown"}, broken(t, err))

		judge := func(*models.Team) error { return nil }
		w.account(t, "one", `{"team":"`+eu.ID+`"}`)
		require.ErrorIs(t, w.DeprovisionTeam(t.Context(), w.boss, eu.ID, fallback, judge), models.ErrInUse)
		require.ErrorIs(t, w.DeprovisionTeam(t.Context(), w.boss, fallback, fallback, judge), models.ErrInUse, "its members have nowhere to go")
		require.ErrorIs(t, w.DeprovisionTeam(t.Context(), w.boss, "x", fallback, judge), models.ErrNotFound)
		apac, err := change("", joining("APAC", ann.ID))
		require.NoError(t, err)
		no := errors.New("no")
		require.ErrorIs(t, w.DeprovisionTeam(t.Context(), w.boss, apac.ID, fallback, func(*models.Team) error { return no }), no)
		require.Equal(t, apac.ID, teamOf(ann))
		require.NoError(t, w.DeprovisionTeam(t.Context(), w.boss, apac.ID, fallback, judge))
		require.Equal(t, fallback, teamOf(ann))
	})
}
