package accounts_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/secret"
	"admin-api/store"
	"admin-api/store/storetest"
	"admin-api/validation"
)

// removals are the ways to take the bypass from the user u, who has the role r.
func removals() map[string]func(ctx context.Context, o *office, u, r string) error {
	patchUser := func(body string) func(ctx context.Context, o *office, u, r string) error {
		return func(ctx context.Context, o *office, u, _ string) error {
			_, err := o.people.UpdateUser(ctx, o.p, u, access.Match{}, []byte(body))
			return err
		}
	}
	patchRole := func(body string) func(ctx context.Context, o *office, u, r string) error {
		return func(ctx context.Context, o *office, _, r string) error {
			_, err := o.people.UpdateRole(ctx, o.p, r, access.Match{}, []byte(body))
			return err
		}
	}
	return map[string]func(ctx context.Context, o *office, u, r string) error{
		"delete the user": func(ctx context.Context, o *office, u, _ string) error {
			return o.people.DeleteUser(ctx, o.p, u, access.Match{})
		},
		"disable the user":            patchUser(`{"disabled":true}`),
		"clear the password":          patchUser(`{"password":null}`),
		"take the role":               patchUser(`{"roles":["Administrator"]}`),
		"take all roles":              patchUser(`{"roles":[]}`),
		"take the bypass of the role": patchRole(`{"privileges":["accounts:write"]}`),
		"take the use of the role":    patchRole(`{"privileges":["sso:bypass"]}`),
	}
}

// lastBypass is an office whose administrators sign in at the identity provider,
// and the user and the role that somebody else could get in by.
func lastBypass(t *testing.T, db *store.Store) (o *office, user, role string) {
	t.Helper()
	o = newOffice(t, db)
	user, role = o.settleLast(t, true)
	return o, user, role
}

// settleLast makes user, role and account in the contact center of o.
func (o *office) settleLast(t *testing.T, on bool) (user, role string) {
	t.Helper()
	o.people.SSOUnproven = o.SSOUnproven
	made, err := o.people.CreateRole(t.Context(), o.p, []byte(`{"name":"Last","privileges":["sso:bypass","accounts:write"]}`))
	require.NoError(t, err)
	user = o.hire(t, models.User{Username: "last", Roles: models.Strings{"Last"}, PasswordHash: o.hash})
	o.account = o.create(t, signOn{admin: on, certificates: []string{o.one}}.document(t, "IdP")).ID
	return user, made.ID
}

// The last one who can get in without the identity provider stays, in whatever way
// somebody would take that away, unless it was proved to work.
func TestTheLastBypassStays(t *testing.T) {
	for name, remove := range removals() {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.Store) {
				o, user, role := lastBypass(t, db)
				err := remove(t.Context(), o, user, role)
				require.ErrorIs(t, err, models.ErrLockOut)
				log := o.operations(t)
				require.Regexp(t, `^(user|role)\.[a-z]+ refused$`, log[len(log)-1])
				still, err := access.HoldBypass(t.Context(), db, o.p.ContactCenter.ID)
				require.NoError(t, err)
				require.True(t, still, "nothing was done")

				o.SSOTestPassed = func(context.Context, *store.Store, string, string, models.Time) (bool, error) { return true, nil }
				require.NoError(t, remove(t.Context(), o, user, role))
			})
		})
	}
}

func TestWhoMayGo(t *testing.T) {
	tests := map[string]func(t *testing.T, o *office){
		"there is another one":    func(t *testing.T, o *office) { o.hireBypass(t) },
		"the section is off":      func(t *testing.T, o *office) { require.NoError(t, o.Delete(t.Context(), o.p, o.account, at(1))) },
		"the account is off":      func(t *testing.T, o *office) { require.NoError(t, o.patch(map[string]any{"enabled": false})(t)) },
		"nobody asked who can go": func(_ *testing.T, o *office) { o.people.SSOUnproven = nil },
	}
	for name, prepare := range tests {
		t.Run(name, func(t *testing.T) {
			o, user, _ := lastBypass(t, storetest.SQLite(t))
			prepare(t, o)
			require.NoError(t, o.people.DeleteUser(t.Context(), o.p, user, access.Match{}))
		})
	}
}

// Where nobody could get in anyway, people can still be changed.
func TestNoBypassKeepsNobody(t *testing.T) {
	o, user, role := lastBypass(t, storetest.SQLite(t))
	o.people.SSOUnproven = nil
	require.NoError(t, o.people.DeleteUser(t.Context(), o.p, user, access.Match{}))
	o.people.SSOUnproven = o.SSOUnproven
	_, err := o.people.UpdateRole(t.Context(), o.p, role, access.Match{}, []byte(`{"privileges":[]}`))
	require.NoError(t, err)
	_, err = o.people.CreateUser(t.Context(), o.p, []byte(`{"username":"new","roles":["Agent"]}`))
	require.NoError(t, err)
}

// However switching single sign-on on and taking the last bypass away fall
// together, one of them is refused.
func TestTheBypassDoesNotSlipAway(t *testing.T) {
	for name, remove := range removals() {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.Store) {
				o, first := newOffice(t, db), 0
				for round := range 6 {
					o.p = o.center(t, fmt.Sprintf("c%d.example", round), models.AllFeatures()...)
					o.p.Grantable = models.AllScopes()
					user, role := o.settleLast(t, false)
					open := []func(t *testing.T) error{
						o.patch(map[string]any{"properties": map[string]any{"admin": map[string]any{"enabled": true}}}),
						o.applySet(false, signOn{admin: true, certificates: []string{o.one}}.document(t, "IdP")),
					}[round%2]
					var errOn, errGone error
					var wg sync.WaitGroup
					wg.Go(func() { errOn = open(t) })
					wg.Go(func() {
						for range round * 2 { // later and later, so that either may be the first
							_, _ = db.Teams(t.Context(), o.p.ContactCenter.ID)
						}
						errGone = remove(t.Context(), o, user, role)
					})
					wg.Wait()
					if errOn == nil {
						first++
						require.ErrorIs(t, errGone, models.ErrLockOut)
						continue
					}
					require.NoError(t, errGone)
					require.ErrorIs(t, errOn, models.ErrLockOut)
				}
				t.Logf("single sign-on came first %d times", first)
			})
		})
	}
}

// Accounts that name people, people who change, sets and passwords meet the guard
// without waiting for each other in a circle.
func TestTheGuardWaitsInOneOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.Store) {
		o := newOffice(t, db)
		_, _ = o.settleLast(t, false)
		other := o.hire(t, models.User{
			Username: "agent", Roles: models.Strings{"Agent", "Emergency"}, PasswordHash: o.hash,
		})
		on := signOn{admin: true, certificates: []string{o.one}, template: other}
		work := map[string]func(i int) error{
			"switch": func(i int) error {
				return o.patch(map[string]any{
					"enabled": i%2 == 0, "properties": signOn{
						admin: true, certificates: []string{o.one}, template: []string{other, ""}[i/2%2],
					}.properties(),
				})(t)
			},
			"apply": func(int) error { return o.applySet(false, gadgetBody("other"), on.document(t, "IdP"))(t) },
			"change the user": func(i int) error {
				_, err := o.people.UpdateUser(t.Context(), o.p, other, access.Match{}, fmt.Appendf(nil, `{"disabled":%t}`, i%2 == 0))
				return err
			},
			"change the role": func(i int) error {
				r, err := db.RolesByName(t.Context(), o.p.ContactCenter.ID, []string{"Last"})
				if err != nil {
					return err
				}
				body := []string{`{"privileges":["sso:bypass"]}`, `{"privileges":["sso:bypass","accounts:write"]}`}[i%2]
				_, err = o.people.UpdateRole(t.Context(), o.p, r[0].ID, access.Match{}, []byte(body))
				return err
			},
			"password": func(int) error {
				_, err := o.people.ResetPassword(t.Context(), o.p, access.PasswordReset{
					ContactCenter: o.p.ContactCenter.ID, Username: "last", Password: secret.New("correct horse battery"),
				})
				return err
			},
		}
		var wg sync.WaitGroup
		for name, do := range work {
			wg.Go(func() {
				for i := range 15 {
					err := do(i)
					var broken validation.Errors
					expected := err == nil || errors.Is(err, models.ErrLockOut) || errors.Is(err, models.ErrVersionMismatch) ||
						errors.Is(err, models.ErrInUse) || errors.As(err, &broken)
					if !expected {
						t.Errorf("%s: %v", name, err)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}

// Administrators sign in at the provider where account, section and feature are on.
func TestWhetherAdministratorsSignInElsewhere(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(t *testing.T, o *office)
		on     bool
	}{
		"all is on": {func(*testing.T, *office) {}, true},
		"the section is off": {func(t *testing.T, o *office) {
			o.settleChange(t, map[string]any{"admin": map[string]any{"enabled": false}})
		}, false},
		"the account is off":  {func(t *testing.T, o *office) { require.NoError(t, o.patch(map[string]any{"enabled": false})(t)) }, false},
		"the account is gone": {func(t *testing.T, o *office) { require.NoError(t, o.Delete(t.Context(), o.p, o.account, at(1))) }, false},
		"the feature is off": {func(t *testing.T, o *office) {
			c := o.p.ContactCenter
			c.Features = nil
			require.NoError(t, o.db.UpdateContactCenter(t.Context(), &c, c.Version))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			o, _, _ := lastBypass(t, storetest.SQLite(t))
			tt.change(t, o)
			on, err := o.SSOOn(t.Context(), o.db, o.p.ContactCenter.ID)
			require.NoError(t, err)
			require.Equal(t, tt.on, on)
		})
	}
}

func (o *office) settleChange(t *testing.T, properties map[string]any) {
	t.Helper()
	require.NoError(t, o.patch(map[string]any{"properties": properties})(t))
}
