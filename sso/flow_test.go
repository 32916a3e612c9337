package sso_test

import (
	"context"
	"crypto/x509"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/sso"
	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
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

// One answer is good for one session, whoever has it and wherever it arrives.
func TestOneTimeUse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		for name, requested := range map[string]bool{"requested": true, "started at the provider": false} {
			var id, cookie string
			if requested {
				id, cookie = w.begin(w.desk(), "", "")
			}
			response := w.respond(w.desk(), id, nil)
			replica := *w.Service
			const n = 6
			var wg sync.WaitGroup
			var errs [n]error
			for i := range n {
				wg.Go(func() {
					s := w.Service
					if i%2 == 1 {
						s = &replica
					}
					_, errs[i] = s.Accept(context.WithoutCancel(t.Context()), w.desk(),
						sso.Message{Response: response, Browser: cookie}, access.Client{})
				})
			}
			wg.Wait()
			good := 0
			for _, err := range errs {
				if err == nil {
					good++
					continue
				}
				w.refused(sso.CodeReplayed, nil, err)
			}
			require.Equal(t, 1, good, name)
			out, err := w.accept(w.desk(), response, cookie)
			w.refused(sso.CodeReplayed, out, err)
		}
	})
}

// What is not let in is used up all the same.
func TestARefusedAnswerIsUsedUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		response := w.respond(w.desk(), "", nil)
		out, err := w.accept(w.desk(), response, "")
		w.refused(sso.CodeUserUnknown, out, err)
		w.user("jane.doe", `,"roles":["Agent"]`)
		out, err = w.accept(w.desk(), response, "")
		w.refused(sso.CodeReplayed, out, err)
	})
}

// An answer to a request is taken from the browser that made it, at the place that
// it was made for, in time; also where sign-ins may start at the provider.
func TestAnswersBelongToBrowsers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		w.set.Admin.Enabled = true
		w.save()
		id, cookie := w.begin(w.desk(), "", "")
		_, other := w.begin(w.desk(), "", "")
		response := w.respond(w.desk(), id, nil)

		out, err := w.accept(w.desk(), response, other)
		w.refused(sso.CodeRequestUnknown, out, err)
		out, err = w.accept(w.desk(), response, "")
		w.refused(sso.CodeBrowserUnknown, out, err)
		out, err = w.accept(w.desk(), response, "a cookie of another kind")
		w.refused(sso.CodeRequestUnknown, out, err)
		out, err = w.accept(w.desk(), w.respond(w.desk(), "_never", nil), cookie)
		w.refused(sso.CodeRequestUnknown, out, err)
		out, err = w.accept(w.at(models.SectionAdmin), w.respond(w.at(models.SectionAdmin), id, nil), cookie)
		w.refused(sso.CodeRequestUnknown, out, err)

		// Somebody else's answer in this browser is a way to sign a victim in as another.
		_, err = w.accept(w.desk(), response, cookie)
		w.refused(sso.CodeRequestUnknown, nil, err) // the request went with the attempt at the other place
		id, cookie = w.begin(w.desk(), cookie, "")
		_, err = w.accept(w.desk(), w.respond(w.desk(), id, nil), cookie)
		require.NoError(t, err)

		id, cookie = w.begin(w.desk(), cookie, "")
		w.clock = w.clock.Add(15 * time.Minute)
		out, err = w.accept(w.desk(), w.respond(w.desk(), id, nil), cookie)
		w.refused(sso.CodeRequestUnknown, out, err)
	})
}

// Several tabs of one browser sign in side by side.
func TestTabs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		first, cookie := w.begin(w.desk(), "", "")
		second, same := w.begin(w.desk(), cookie, "")
		require.Equal(t, cookie, same)
		for _, id := range []string{second, first} {
			_, err := w.accept(w.desk(), w.respond(w.desk(), id, nil), cookie)
			require.NoError(t, err)
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
			_, err := w.Begin(t.Context(), w.desk(), "", "", "")
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

		w.set.AgentDesktop.Enabled = true
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
			e := w.refused(assertion.CodeClockSkew, out, err)
			require.Contains(t, e.Detail, "10m0s")
		}

		old := w.provider.Certificate
		next := assertiontest.ForeignKey()
		w.provider.Key = next
		w.provider.Certificate = assertiontest.Certificate(t, next, at.Add(-time.Hour), at.AddDate(1, 0, 0))
		out, err = w.signIn(w.desk(), nil)
		w.refused(assertion.CodeCertificateUnknown, out, err)
		w.set.AgentDesktop.IdentityProviderCertificates = []string{pemOf(old), pemOf(w.provider.Certificate)}
		w.save()
		_, err = w.signIn(w.desk(), nil)
		require.NoError(t, err, "both are good during the roll-over")

		expired := assertiontest.Certificate(t, next, at.AddDate(-1, 0, 0), at.Add(-time.Hour))
		w.provider.Certificate = expired
		w.set.AgentDesktop.IdentityProviderCertificates = []string{pemOf(expired)}
		w.save()
		out, err = w.signIn(w.desk(), nil)
		w.refused(assertion.CodeCertificateExpired, out, err)
	})
}

// Nothing of one contact center is good in another.
func TestContactCentersAreApart(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		other := *w.center
		other.ID, other.Domain = models.NewID(w.clock.Add(time.Second)), "other.example.com"
		require.NoError(t, w.db.CreateContactCenter(t.Context(), &other))
		account := *w.account
		account.ContactCenterID = other.ID
		require.NoError(t, w.db.InsertAccount(t.Context(), &account))
		there := sso.Place{Center: &other, Section: models.SectionAgentDesktop}

		id, cookie := w.begin(w.desk(), "", "")
		response := w.respond(w.desk(), id, nil)
		out, err := w.accept(there, response, cookie)
		w.refused(assertion.CodeDestinationWrong, out, err)
		same := w.provider.Respond(t, assertion.Expectation{
			Issuer: w.provider.Issuer, Audience: "other.example.com_sso", Recipient: w.ReplyURL(there),
			Certificates: []*x509.Certificate{w.provider.Certificate}, Now: w.clock,
		}, id, nil)
		out, err = w.accept(there, same, cookie)
		w.refused(sso.CodeRequestUnknown, out, err)
		_, err = w.accept(w.desk(), response, cookie)
		require.NoError(t, err)
	})
}

func TestOneTimeCode(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		w.AgentDesktopURL = "https://desk.{domain}/start?lang=en"
		out, err := w.signIn(w.desk(), nil)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(out.Goto, "https://desk.acme.example.com/start?code="), out.Goto)
		require.True(t, strings.HasSuffix(out.Goto, "&lang=en"))
		code := strings.TrimSuffix(strings.TrimPrefix(out.Goto, "https://desk.acme.example.com/start?code="), "&lang=en")

		other := *w.center
		other.ID = models.NewID(w.clock.Add(time.Second))
		_, _, err = w.Exchange(t.Context(), &other, code, access.Client{})
		require.ErrorIs(t, err, models.ErrUnauthenticated)
		secret, p, err := w.Exchange(t.Context(), w.center, code, access.Client{})
		require.NoError(t, err)
		require.Equal(t, out.Principal.UserID, p.UserID)
		require.NotEqual(t, out.Secret, secret)
		_, err = w.Access.AuthenticateSession(t.Context(), secret)
		require.NoError(t, err)
		_, _, err = w.Exchange(t.Context(), w.center, code, access.Client{})
		require.ErrorIs(t, err, models.ErrUnauthenticated)

		out, err = w.signIn(w.desk(), nil)
		require.NoError(t, err)
		late := strings.TrimSuffix(strings.TrimPrefix(out.Goto, "https://desk.acme.example.com/start?code="), "&lang=en")
		w.clock = w.clock.Add(time.Minute)
		_, _, err = w.Exchange(t.Context(), w.center, late, access.Client{})
		require.ErrorIs(t, err, models.ErrUnauthenticated)
	})
}

// What a browser wanted to see is a path of ours, or nothing.
func TestRelayState(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		for relay, want := range map[string]string{
			"/admin/accounts?x=1#y": "/admin/accounts?x=1#y", "": "", "https://evil.example/": "", "//evil.example/": "",
			`/\evil.example`: "", `\\evil.example`: "", "/\t/evil.example": "", "javascript:alert(1)": "", "evil": "",
			"/" + strings.Repeat("a", 3000): "",
		} {
			out, err := w.Accept(t.Context(), w.desk(),
				sso.Message{Response: w.respond(w.desk(), "", nil), RelayState: relay}, access.Client{})
			require.NoError(t, err)
			require.Equal(t, want, out.Goto, relay)

			start, err := w.Begin(t.Context(), w.desk(), "", relay, "")
			require.NoError(t, err)
			id := requestOf(t, start).ID
			out, err = w.Accept(t.Context(), w.desk(), sso.Message{
				Response: w.respond(w.desk(), id, nil), Browser: start.Browser, RelayState: "/other",
			}, access.Client{})
			require.NoError(t, err)
			require.Equal(t, want, out.Goto, relay)
		}
	})
}

func TestTraces(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		u := w.user("jane.doe", `,"roles":["Agent"]`)
		_, err := w.signIn(w.desk(), nil)
		require.NoError(t, err)
		w.clock = w.clock.Add(time.Second)
		out, err := w.signIn(w.desk(), func(r *assertiontest.Response) { r.Audience = "wrong_sso" })
		refused := w.refused(assertion.CodeAudienceWrong, out, err)
		w.clock = w.clock.Add(time.Second)
		out, err = w.accept(w.desk(), "!", "")
		w.refused(assertion.CodeResponseEncoding, out, err)

		page, _, err := w.Traces(t.Context(), w.admin, sso.TraceQuery{Query: paging.Query{Size: 50}})
		require.NoError(t, err)
		require.Len(t, page, 3)
		good, wrong := page[2], page[1]
		require.Empty(t, good.Result.Code)
		require.Equal(t, u.ID, good.UserID)
		require.Equal(t, "jane.doe", good.Result.Seen.NameID)
		require.NotNil(t, good.Result.Certificate)
		require.Equal(t, assertion.CodeAudienceWrong, wrong.Result.Code)
		require.Equal(t, "wrong_sso", wrong.Result.Value)
		require.Equal(t, refused.Reference, wrong.Reference)
		require.NotContains(t, good.Result.Seen.Redacted, "SignatureValue>M")

		for q, want := range map[sso.TraceQuery]int{
			{Reference: refused.Reference}: 1, {Outcome: models.OutcomeRefused}: 2, {Username: "JANE.DOE"}: 1, {User: u.ID}: 1,
			{Code: assertion.CodeResponseEncoding}: 1, {Section: models.SectionAdmin}: 0,
		} {
			q.Size = 50
			page, _, err := w.Traces(t.Context(), w.admin, q)
			require.NoError(t, err)
			require.Len(t, page, want, "%+v", q)
		}
		one, err := w.Trace(t.Context(), w.admin, wrong.ID)
		require.NoError(t, err)
		require.Equal(t, wrong.Result, one.Result)
		_, err = w.Trace(t.Context(), w.admin, "x")
		require.ErrorIs(t, err, models.ErrNotFound)
	})
}

// Whoever sends nonsense cannot push out what is worth looking at.
func TestTracesOfAFlood(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		w.KeepTraces = 20
		_, err := w.signIn(w.desk(), nil)
		require.NoError(t, err)
		for range 60 {
			_, err := w.accept(w.desk(), "!", "")
			require.Error(t, err)
		}
		rows, err := w.db.SSOTraces(t.Context(), models.SSOTraceFilter{ContactCenterID: w.center.ID})
		require.NoError(t, err)
		require.Len(t, rows, 11, "ten of them, and the sign-in")
		require.Equal(t, 51, rows[0].Count)
		for range 12 { // a flood that takes its time
			w.clock = w.clock.Add(time.Minute)
			_, err := w.accept(w.desk(), "!", "")
			require.Error(t, err)
		}
		require.NoError(t, w.Sweep(t.Context()))
		rows, err = w.db.SSOTraces(t.Context(), models.SSOTraceFilter{ContactCenterID: w.center.ID})
		require.NoError(t, err)
		require.Len(t, rows, 11, "half of 20, and the sign-in")
		require.Equal(t, models.OutcomeSuccess, rows[10].Outcome)

		w.clock = w.clock.Add(sso.DefaultTraceRetention + time.Hour)
		require.NoError(t, w.Sweep(t.Context()))
		rows, err = w.db.SSOTraces(t.Context(), models.SSOTraceFilter{ContactCenterID: w.center.ID})
		require.NoError(t, err)
		require.Empty(t, rows)
	})
}

func TestTestSignIn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.set.AgentDesktop.Enabled = false
		w.account.Enabled = false
		w.save()
		begin := func() (id, request, cookie string) {
			t.Helper()
			w.clock = w.clock.Add(time.Second)
			test, start, err := w.StartTest(t.Context(), w.admin, models.SectionAgentDesktop)
			require.NoError(t, err)
			require.Equal(t, models.SSOTestPending, test.Status)
			_, token, ok := strings.Cut(start, "https://acme.example.com/agentdesktop/sso/login?test=")
			require.True(t, ok, start)
			request, cookie = w.begin(w.desk(), "", token)
			return test.ID, request, cookie
		}
		result := func(id string) *sso.TestView {
			t.Helper()
			test, err := w.Test(t.Context(), w.admin, id)
			require.NoError(t, err)
			return test
		}

		id, request, cookie := begin()
		out, err := w.accept(w.desk(), w.respond(w.desk(), request, nil), cookie)
		require.Equal(t, id, w.refused(sso.CodeUserUnknown, out, err).TestID)
		require.Equal(t, models.SSOTestFailed, result(id).Status)
		require.Equal(t, sso.CodeUserUnknown, result(id).Result.Code)
		require.True(t, result(id).Result.Verified)

		w.jit()
		id, request, cookie = begin()
		out, err = w.accept(w.desk(), w.respond(w.desk(), request, func(r *assertiontest.Response) { r.Audience = "x" }), cookie)
		require.Equal(t, id, w.refused(assertion.CodeAudienceWrong, out, err).TestID)
		require.Equal(t, models.SSOTestFailed, result(id).Status)
		require.Equal(t, []string{"x"}, result(id).Result.Seen.Audiences)

		id, request, cookie = begin()
		response := w.respond(w.desk(), request, nil)
		out, err = w.accept(w.desk(), response, cookie)
		require.NoError(t, err)
		require.Equal(t, id, out.TestID)
		require.Empty(t, out.Secret)
		test := result(id)
		require.Equal(t, models.SSOTestPassed, test.Status)
		require.Equal(t, &sso.Mapped{
			Username: "jane.doe", New: true, FirstName: "Jane", LastName: "Doe", Email: "jane.doe@example.com",
			TemplateID: w.template.ID, TeamID: w.template.TeamID, Roles: w.template.Roles, Skills: w.template.Skills,
		}, test.Result.User)
		require.NotNil(t, test.Result.Certificate)
		require.Equal(t, "user", test.Result.Steps[len(test.Result.Steps)-1].Name)
		_, err = w.db.UserByName(t.Context(), w.center.ID, "jane.doe")
		require.ErrorIs(t, err, models.ErrNotFound, "nobody is made")
		sessions, err := w.db.Sessions(t.Context(), w.center.ID, w.template.ID)
		require.NoError(t, err)
		require.Empty(t, sessions)

		passed, err := w.db.SSOTestPassed(t.Context(), w.center.ID, models.SectionAgentDesktop, w.set.AgentDesktop.Fingerprint(),
			models.NewTime(w.clock))
		require.NoError(t, err)
		require.True(t, passed)
		passed, err = w.db.SSOTestPassed(t.Context(), w.center.ID, models.SectionAgentDesktop, "other", models.NewTime(w.clock))
		require.NoError(t, err)
		require.False(t, passed)

		out, err = w.accept(w.desk(), response, cookie)
		w.refused(sso.CodeReplayed, out, err)
		require.Equal(t, models.SSOTestPassed, result(id).Status, "over is over")

		id, request, cookie = begin()
		w.clock = w.clock.Add(15 * time.Minute)
		require.Equal(t, models.SSOTestExpired, result(id).Status)
		out, err = w.accept(w.desk(), w.respond(w.desk(), request, nil), cookie)
		w.refused(sso.CodeRequestUnknown, out, err)

		list, next, err := w.Tests(t.Context(), w.admin, paging.Query{Size: 2})
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.Equal(t, id, list[0].ID)
		require.NotEmpty(t, next)
	})
}

// A test sign-in is tried where it was begun, and no real one is made of it.
func TestTestSignInIsBound(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		test, start, err := w.StartTest(t.Context(), w.admin, models.SectionAgentDesktop)
		require.NoError(t, err)
		_, token, _ := strings.Cut(start, "?test=")
		for _, bad := range []string{"x", token + "x", strings.Repeat("A", 43)} {
			_, err := w.Begin(t.Context(), w.desk(), "", "", bad)
			w.refused(sso.CodeTestUnknown, nil, err)
		}
		_, err = w.Begin(t.Context(), w.at(models.SectionAdmin), "", "", token)
		w.refused(sso.CodeTestUnknown, nil, err)

		// Somebody else's browser learns nothing of it, and ends nothing.
		id, _ := w.begin(w.desk(), "", token)
		_, strange := w.begin(w.desk(), "", "")
		out, err := w.accept(w.desk(), w.respond(w.desk(), id, func(r *assertiontest.Response) { r.Audience = "x" }), strange)
		require.Empty(t, w.refused(assertion.CodeAudienceWrong, out, err).TestID)
		again, err := w.Test(t.Context(), w.admin, test.ID)
		require.NoError(t, err)
		require.Equal(t, models.SSOTestPending, again.Status)

		w.set.Admin = w.section()
		w.set.Admin.IdentityProviderSSOURL = ""
		w.save()
		_, _, err = w.StartTest(t.Context(), w.admin, models.SectionAdmin)
		require.ErrorIs(t, err, models.ErrNotFound)
		w.center.Features = nil
		_, _, err = w.StartTest(t.Context(), w.admin, models.SectionAgentDesktop)
		require.ErrorIs(t, err, models.ErrFeatureNotEnabled)
	})
}

func TestKeyPairs(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		first, err := w.NewSPKey(t.Context(), w.admin)
		require.NoError(t, err)
		w.clock = w.clock.Add(time.Second)
		second, err := w.NewSPKey(t.Context(), w.admin)
		require.NoError(t, err)
		keys, err := w.SPKeys(t.Context(), w.admin)
		require.NoError(t, err)
		require.Equal(t, []string{second.ID, first.ID}, []string{keys[0].ID, keys[1].ID})
		metadata, err := w.Metadata(t.Context(), w.desk())
		require.NoError(t, err)
		require.Contains(t, string(metadata), `entityID="acme.example.com_sso"`)
		require.Equal(t, 2, strings.Count(string(metadata), `use="encryption"`))

		encrypted := func(key *sso.KeyView) func(*assertiontest.Response) {
			return func(r *assertiontest.Response) {
				r.EncryptTo, r.Cipher = key.Public(t), "http://www.w3.org/2009/xmlenc11#aes256-gcm"
			}
		}
		for _, key := range []*sso.KeyView{first, second} {
			_, err = w.signIn(w.desk(), encrypted(key))
			require.NoError(t, err)
		}
		require.NoError(t, w.RetireSPKey(t.Context(), w.admin, first.ID))
		out, err := w.signIn(w.desk(), encrypted(first))
		w.refused(assertion.CodeDecryptionFailed, out, err)
		require.ErrorIs(t, w.RetireSPKey(t.Context(), w.admin, first.ID), models.ErrNotFound)
		require.NoError(t, w.RetireSPKey(t.Context(), w.admin, second.ID))
		out, err = w.signIn(w.desk(), encrypted(second))
		w.refused(assertion.CodeEncryptedNoKey, out, err)
	})
}

// Every hostile message comes to nothing, whatever the settings allow.
func TestHostileMessages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.jit()
		for _, c := range assertiontest.Hostile(t) {
			w.clock = c.Expect.Now
			w.set.AgentDesktop.IdentityProviderEntityID = c.Expect.Issuer
			w.set.AgentDesktop.IdentityProviderCertificates = nil
			for _, x := range c.Expect.Certificates {
				w.set.AgentDesktop.IdentityProviderCertificates = append(w.set.AgentDesktop.IdentityProviderCertificates, pemOf(x))
			}
			w.save()
			out, err := w.accept(w.desk(), c.Encoded, "")
			require.Error(t, err, c.Name)
			require.Nil(t, out, c.Name)
		}
		users, err := w.db.Users(t.Context(), w.center.ID)
		require.NoError(t, err)
		require.Len(t, users, 2)
	})
}
