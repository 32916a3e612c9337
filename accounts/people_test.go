package accounts_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/accounts"
	"admin-api/integrations/scimaccount"
	"admin-api/models"
	"admin-api/store"
	"admin-api/store/storetest"
	"admin-api/validation"
)

// people adds a type that names people to the world, and a service that changes
// people.
func people(w *world) *access.Service {
	w.Catalog = append(w.Catalog, scimaccount.Definition)
	w.p.Grantable = models.AllScopes()
	return &access.Service{Store: w.db, Audit: w.Audit, Now: w.Now}
}

// However making an account and removing the team that it names fall together,
// none that is stored names a team that is gone.
func TestNoAccountNamesATeamThatIsGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		w := newWorld(t, db)
		s := people(w)
		first := 0
		for round := range 25 {
			team, err := s.CreateTeam(t.Context(), w.p, fmt.Appendf(nil, `{"name":"team %d"}`, round))
			require.NoError(t, err)
			var made *accounts.Result
			var errMake, errGone error
			var wg sync.WaitGroup
			wg.Go(func() {
				body := `{"type":"scim","name":"SCIM","properties":{"defaultTeamId":"` + team.ID + `"}}`
				made, errMake = w.Create(t.Context(), w.p, []byte(body), accounts.Idempotency{})
			})
			wg.Go(func() {
				for range round { // later and later, so that either may be the first
					_, _ = db.Teams(t.Context(), w.p.ContactCenter.ID)
				}
				if round%2 == 0 {
					errGone = s.DeleteTeam(t.Context(), w.p, team.ID, access.Match{})
				} else {
					_, errGone = s.UpdateTeam(t.Context(), w.p, team.ID, access.Match{}, []byte(`{"disabled":true}`))
				}
			})
			wg.Wait()
			require.False(t, errMake == nil && errGone == nil, "one of them is refused")
			if errMake != nil {
				var broken validation.Errors
				require.ErrorAs(t, errMake, &broken)
				require.NoError(t, errGone)
				continue
			}
			require.ErrorIs(t, errGone, models.ErrInUse)
			first++
			require.NoError(t, w.Delete(t.Context(), w.p, made.Account.ID, accounts.Match{Any: true}))
		}
		t.Logf("%d accounts came first", first)
	})
}

// The rules may have found a user fit who is not any more when the account is
// stored.
func TestAUserWhoWasChangedMeanwhileIsNotNamed(t *testing.T) {
	tests := map[string]string{
		"deleted": "", "disabled": `{"disabled":true}`, "without the role": `{"roles":["Supervisor"]}`,
	}
	for name, patch := range tests {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.Store) {
				w := newWorld(t, db)
				s := people(w)
				_, err := s.CreateTeam(t.Context(), w.p, []byte(`{"name":"Default"}`))
				require.NoError(t, err)
				u, err := s.CreateUser(t.Context(), w.p, []byte(`{"username":"template","roles":["Agent"]}`))
				require.NoError(t, err)
				held := accounts.Found(t.Context(), db, u.ContactCenterID, u.ID)
				require.NoError(t, held(t.Context(), db))
				if patch == "" {
					err = s.DeleteUser(t.Context(), w.p, u.ID, access.Match{})
				} else {
					_, err = s.UpdateUser(t.Context(), w.p, u.ID, access.Match{}, []byte(patch))
				}
				require.NoError(t, err)
				var broken validation.Errors
				require.True(t, errors.As(held(t.Context(), db), &broken))
				require.Equal(t, "reference_changed", broken[0].Code)
			})
		})
	}
}
