package sso_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/integrations/singlesignon"
	"admin-api/models"
	"admin-api/sso"
	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
	"admin-api/store/storetest"
)

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		u := w.user("Jane.Doe", `,"roles":["Agent"]`)
		out, err := w.signIn(w.desk(), nil)
		require.NoError(t, err)
		require.Empty(t, out.Goto)
		require.Equal(t, u.ID, out.Principal.UserID)
		p, err := w.Access.AuthenticateSession(t.Context(), out.Secret)
		require.NoError(t, err)
		require.Equal(t, u.ID, p.UserID)
		session, err := w.db.Sessions(t.Context(), w.center.ID, u.ID)
		require.NoError(t, err)
		require.Equal(t, models.SessionSSO, session[0].Method)
		require.Equal(t, models.SectionAgentDesktop, session[0].Portal)

		same, err := w.db.User(t.Context(), w.center.ID, u.ID)
		require.NoError(t, err)
		require.Equal(t, w.clock, same.LastSignInAt.Time)
		same.LastSignInAt = models.Time{}
		require.Equal(t, u.Version, same.Version, "nothing else of an existing user changes")
		require.Equal(t, "F", same.FirstName)
	})
}

// The user is named by the NameID, whatever the e-mail address is.
func TestTheNameIDIsTheUserName(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("other", `,"email":"jane.doe@example.com","roles":["Agent"]`)
		out, err := w.signIn(w.desk(), nil)
		w.refused(sso.CodeUserUnknown, out, err)
	})
}

func TestJustInTime(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.jit()
		out, err := w.signIn(w.desk(), nil)
		require.NoError(t, err)
		u, err := w.db.User(t.Context(), w.center.ID, out.Principal.UserID)
		require.NoError(t, err)
		require.Equal(t, "jane.doe", u.Username)
		require.Equal(t, []string{"Jane", "Doe", "jane.doe@example.com"}, []string{u.FirstName, u.LastName, u.Email})
		require.Equal(t, w.template.TeamID, u.TeamID)
		require.Equal(t, w.template.Roles, u.Roles)
		require.Equal(t, w.template.Skills, u.Skills)
		require.Empty(t, u.PasswordHash)

		again, err := w.signIn(w.desk(), func(r *assertiontest.Response) { r.Attributes = nil })
		require.NoError(t, err)
		require.Equal(t, u.ID, again.Principal.UserID)
		same, err := w.db.User(t.Context(), w.center.ID, u.ID)
		require.NoError(t, err)
		require.Equal(t, u.Version, same.Version)
	})
}

// Names and e-mail address are found by what providers call them that nobody told.
func TestClaimsOfOthers(t *testing.T) {
	for name, names := range map[string][3]string{
		"Azure": {
			"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
			"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
			"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
		},
		"LDAP":            {"givenName", "sn", "mail"},
		"numbers of LDAP": {"urn:oid:2.5.4.42", "urn:oid:2.5.4.4", "urn:oid:0.9.2342.19200300.100.1.3"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, storetest.SQLite(t))
			w.jit()
			out, err := w.signIn(w.desk(), func(r *assertiontest.Response) {
				for i := range names {
					r.Attributes[i].Name = names[i]
				}
			})
			require.NoError(t, err)
			u, err := w.db.User(t.Context(), w.center.ID, out.Principal.UserID)
			require.NoError(t, err)
			require.Equal(t, []string{"Jane", "Doe", "jane.doe@example.com"}, []string{u.FirstName, u.LastName, u.Email})
		})
	}
}

// Many first sign-ins of one person at the same moment make one user.
func TestFirstSignInsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.jit()
		const n = 8
		var responses, cookies [n]string
		for i := range n {
			var id string
			id, cookies[i] = w.begin(w.desk(), "", "")
			responses[i] = w.respond(w.desk(), id, nil)
		}
		var ids [n]string
		var errs [n]error
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				out, err := w.accept(w.desk(), responses[i], cookies[i])
				if errs[i] = err; err == nil {
					ids[i] = out.Principal.UserID
				}
			})
		}
		wg.Wait()
		for i := range n {
			require.NoError(t, errs[i])
			require.Equal(t, ids[0], ids[i])
		}
	})
}

func TestWhoIsNotLetIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.set.Admin.Enabled = true
		w.save()
		admin := w.at(models.SectionAdmin)
		name := func(name string) func(*assertiontest.Response) {
			return func(r *assertiontest.Response) { r.NameID = name }
		}
		u := w.user("disabled", `,"roles":["Agent"]`)
		_, err := w.Access.UpdateUser(t.Context(), w.admin, u.ID, access.Match{}, []byte(`{"disabled":true}`))
		require.NoError(t, err)
		w.user("agent", `,"roles":["Agent","Supervisor"]`)
		w.user("boss", `,"roles":["Administrator"]`)

		out, err := w.signIn(w.desk(), name("disabled"))
		w.refused(sso.CodeUserDisabled, out, err)
		out, err = w.signIn(w.desk(), name("nobody"))
		w.refused(sso.CodeUserUnknown, out, err)
		out, err = w.signIn(admin, name("agent"))
		w.refused(sso.CodeNotAnAdministrator, out, err)
		_, err = w.signIn(admin, name("boss"))
		require.NoError(t, err)

		// An identity provider that is meant for agents makes no administrators.
		out, err = w.signIn(w.desk(), name("boss"))
		require.NoError(t, err)
		require.Equal(t, models.Strings{models.ScopeAccountsRead, models.ScopeAccountsTest}, out.Principal.Scopes)
	})
}

func TestSwitches(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		begin := func(code string) {
			t.Helper()
			_, err := w.Begin(t.Context(), w.desk(), sso.Departure{})
			w.refused(code, nil, err)
		}
		accept := func(code, response string) {
			t.Helper()
			out, err := w.accept(w.desk(), response, "")
			w.refused(code, out, err)
		}
		response := w.respond(w.desk(), "", nil)

		w.set.AgentDesktop.AllowIDPInitiated = false
		w.save()
		accept(sso.CodeIDPInitiatedRefused, response)
		w.set.AgentDesktop.Enabled = false
		w.save()
		begin(sso.CodeNotEnabled)
		w.set.AgentDesktop.AllowIDPInitiated = true
		w.save()
		accept(sso.CodeNotEnabled, response)

		desk := w.set.AgentDesktop
		w.set.AgentDesktop = singlesignon.Section{}
		w.save()
		accept(sso.CodeNotEnabled, response)

		w.set.AgentDesktop = desk
		w.set.AgentDesktop.Enabled = true
		w.set.AgentDesktop.IdentityProviderCertificates = []string{"none that can be read"}
		w.save()
		begin(sso.CodeNotEnabled)
		w.set.AgentDesktop.IdentityProviderCertificates = desk.IdentityProviderCertificates
		w.save()
		w.account.Enabled = false
		w.save()
		begin(sso.CodeNotEnabled)
		accept(sso.CodeNotEnabled, response)
		w.account.Enabled = true
		w.save()
		w.center.Features = nil
		begin(sso.CodeFeatureOff)
		accept(sso.CodeFeatureOff, response)
		w.center.Features, w.center.Suspended = models.AllFeatures(), true
		begin(sso.CodeNotEnabled)
		accept(sso.CodeNotEnabled, response)
		w.center.Suspended = false
		_, err := w.accept(w.desk(), response, "")
		require.NoError(t, err, "none of that used it up")
	})
}

// The provider's certificate, its clock, its state.
func TestProviderInTrouble(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		out, err := w.signIn(w.desk(), func(r *assertiontest.Response) {
			r.Status = "urn:oasis:names:tc:SAML:2.0:status:Responder"
		})
		w.refused(assertion.CodeStatusFailed, out, err)

		id, cookie := w.begin(w.desk(), "", "")
		at := w.clock
		for _, off := range []time.Duration{-10 * time.Minute, 10 * time.Minute} {
			w.clock = at.Add(off)
			response := w.respond(w.desk(), id, nil)
			w.clock = at
			out, err = w.accept(w.desk(), response, cookie)
			w.refused(assertion.CodeClockSkew, out, err)
			require.Contains(t, why(t, err).Detail, "10m0s")
		}

		old, oldKey := w.provider.Certificate, w.provider.Key
		next := assertiontest.ForeignKey()
		w.provider.Key = next
		w.provider.Certificate = assertiontest.Certificate(t, next, at.Add(-time.Hour), at.AddDate(1, 0, 0))
		out, err = w.signIn(w.desk(), nil)
		w.refused(assertion.CodeCertificateUnknown, out, err)
		w.set.AgentDesktop.IdentityProviderCertificates = []string{pemOf(old), pemOf(w.provider.Certificate)}
		w.save()
		_, err = w.signIn(w.desk(), nil)
		require.NoError(t, err, "both are good during the roll-over")
		key := w.provider.Key
		w.provider.Key, w.provider.Certificate = oldKey, old
		_, err = w.signIn(w.desk(), nil)
		require.NoError(t, err, "both are good during the roll-over")
		w.set.AgentDesktop.IdentityProviderCertificates = w.set.AgentDesktop.IdentityProviderCertificates[1:]
		w.save()
		out, err = w.signIn(w.desk(), nil)
		w.refused(assertion.CodeCertificateUnknown, out, err)
		w.provider.Key = key

		expired := assertiontest.Certificate(t, next, at.AddDate(-1, 0, 0), at.Add(-time.Hour))
		w.provider.Certificate = expired
		w.set.AgentDesktop.IdentityProviderCertificates = []string{pemOf(expired)}
		w.save()
		out, err = w.signIn(w.desk(), nil)
		w.refused(assertion.CodeCertificateExpired, out, err)
	})
}
