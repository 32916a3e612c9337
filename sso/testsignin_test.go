package sso_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/paging"
	"admin-api/sso"
	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
	"admin-api/store/storetest"
)

func TestTraces(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		u := w.user("jane.doe", `,"roles":["Agent"]`)
		_, err := w.signIn(w.desk(), nil)
		require.NoError(t, err)
		w.clock = w.clock.Add(time.Second)
		out, err := w.signIn(w.desk(), func(r *assertiontest.Response) { r.Audience = "wrong_sso" })
		w.refused(assertion.CodeAudienceWrong, out, err)
		refused := why(t, err)
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
			refused := why(t, err)
			found, _, err := w.Traces(t.Context(), w.admin, sso.TraceQuery{
				Reference: refused.Reference, Query: paging.Query{Size: 5},
			})
			require.NoError(t, err)
			require.Len(t, found, 1, "the reference that was shown leads to a trace")
			require.Equal(t, refused.Code, found[0].Result.Code)
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
			test, err := w.Test(t.Context(), w.center, id)
			require.NoError(t, err)
			return test
		}

		id, request, cookie := begin()
		out, err := w.accept(w.desk(), w.respond(w.desk(), request, nil), cookie)
		w.refused(sso.CodeUserUnknown, out, err)
		require.Equal(t, id, why(t, err).TestID)
		require.Equal(t, models.SSOTestFailed, result(id).Status)
		require.Equal(t, sso.CodeUserUnknown, result(id).Result.Code)
		require.True(t, result(id).Result.Verified)

		w.jit()
		id, request, cookie = begin()
		out, err = w.accept(w.desk(), w.respond(w.desk(), request, func(r *assertiontest.Response) { r.Audience = "x" }), cookie)
		w.refused(assertion.CodeAudienceWrong, out, err)
		require.Equal(t, id, why(t, err).TestID)
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

		passed, err := w.db.SSOTestsPassed(t.Context(), w.center.ID, models.SectionAgentDesktop, w.set.AgentDesktop.Fingerprint(),
			models.NewTime(w.clock))
		require.NoError(t, err)
		require.Len(t, passed, 1)
		passed, err = w.db.SSOTestsPassed(t.Context(), w.center.ID, models.SectionAgentDesktop, "other", models.NewTime(w.clock))
		require.NoError(t, err)
		require.Empty(t, passed)

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

// One that was begun in two tabs ends in the first; the other makes no session of it.
// It is over when it says so, however late somebody began.
func TestTestSignInEnds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		u := w.user("jane.doe", `,"roles":["Agent"]`)
		start := func() (id, token string) {
			t.Helper()
			test, address, err := w.StartTest(t.Context(), w.admin, models.SectionAgentDesktop)
			require.NoError(t, err)
			_, token, _ = strings.Cut(address, "?test=")
			return test.ID, token
		}
		id, token := start()
		first, cookie := w.begin(w.desk(), "", token)
		second, _ := w.begin(w.desk(), cookie, token)
		_, err := w.accept(w.desk(), w.respond(w.desk(), first, nil), cookie)
		require.NoError(t, err)
		out, err := w.accept(w.desk(), w.respond(w.desk(), second, nil), cookie)
		w.refused(sso.CodeTestUnknown, out, err)
		_, err = w.Begin(t.Context(), w.desk(), sso.Departure{Browser: cookie, Test: token})
		w.refused(sso.CodeTestUnknown, nil, err)
		test, err := w.Test(t.Context(), w.center, id)
		require.NoError(t, err)
		require.Equal(t, models.SSOTestPassed, test.Status)

		for _, bad := range []bool{false, true} {
			id, token = start()
			w.clock = w.clock.Add(14 * time.Minute)
			late, cookie := w.begin(w.desk(), "", token)
			w.clock = w.clock.Add(time.Minute)
			code := sso.CodeRequestUnknown
			response := w.respond(w.desk(), late, nil)
			if bad {
				code = assertion.CodeAudienceWrong
				response = w.respond(w.desk(), late, func(r *assertiontest.Response) { r.Audience = "x" })
			}
			out, err = w.accept(w.desk(), response, cookie)
			w.refused(code, out, err)
			test, err = w.Test(t.Context(), w.center, id)
			require.NoError(t, err)
			require.Equal(t, models.SSOTestExpired, test.Status)
		}
		sessions, err := w.db.Sessions(t.Context(), w.center.ID, u.ID)
		require.NoError(t, err)
		require.Empty(t, sessions)
	})
}

// What administrators start, and what became of it, is on record.
func TestOnRecord(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		for _, audience := range []string{"acme.example.com_sso", "x"} {
			w.clock = w.clock.Add(time.Second)
			_, address, err := w.StartTest(t.Context(), w.admin, models.SectionAgentDesktop)
			require.NoError(t, err)
			_, token, _ := strings.Cut(address, "?test=")
			id, cookie := w.begin(w.desk(), "", token)
			_, _ = w.accept(w.desk(), w.respond(w.desk(), id, func(r *assertiontest.Response) { r.Audience = audience }), cookie)
		}
		key, err := w.NewSPKey(t.Context(), w.admin)
		require.NoError(t, err)
		require.NoError(t, w.RetireSPKey(t.Context(), w.admin, key.ID))
		_, err = w.signIn(w.desk(), nil)
		require.NoError(t, err)

		rows, err := w.db.AuditEvents(t.Context(), models.AuditFilter{ContactCenterID: w.center.ID, Page: models.Page{Limit: 100}})
		require.NoError(t, err)
		var got []string
		for i := range rows {
			if rows[i].Operation == "user.create" {
				break
			}
			actor, _, _ := strings.Cut(rows[i].Actor, ":")
			got = append(got, strings.Join([]string{rows[i].Operation, actor, rows[i].Outcome, rows[i].Detail}, "|"))
		}
		require.Equal(t, []string{
			"session.create|user|success|by single sign-on to agentDesktop",
			"sso-key.retire|token|success|",
			"sso-key.create|token|success|",
			"sso-test.finish|system|refused|section agentDesktop, failed: sso-audience-wrong",
			"sso-test.create|token|success|section agentDesktop",
			"sso-test.finish|system|success|section agentDesktop, passed",
			"sso-test.create|token|success|section agentDesktop",
		}, got)
		reports, err := w.Audit.Verify(t.Context())
		require.NoError(t, err)
		require.True(t, reports[0].OK())
	})
}

// A test sign-in is tried where it was begun, and no real one is made of it.
func TestTestSignInIsBound(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		test, start, err := w.StartTest(t.Context(), w.admin, models.SectionAgentDesktop)
		require.NoError(t, err)
		_, token, _ := strings.Cut(start, "?test=")
		for _, bad := range []string{"x", token + "x", strings.Repeat("A", 43)} {
			_, err := w.Begin(t.Context(), w.desk(), sso.Departure{Test: bad})
			w.refused(sso.CodeTestUnknown, nil, err)
		}
		_, err = w.Begin(t.Context(), w.at(models.SectionAdmin), sso.Departure{Test: token})
		w.refused(sso.CodeTestUnknown, nil, err)

		// Somebody else's browser learns nothing of it, and ends nothing.
		id, _ := w.begin(w.desk(), "", token)
		_, strange := w.begin(w.desk(), "", "")
		out, err := w.accept(w.desk(), w.respond(w.desk(), id, func(r *assertiontest.Response) { r.Audience = "x" }), strange)
		w.refused(assertion.CodeAudienceWrong, out, err)
		require.Empty(t, why(t, err).TestID)
		again, err := w.Test(t.Context(), w.center, test.ID)
		require.NoError(t, err)
		require.Equal(t, models.SSOTestPending, again.Status)

		w.set.Admin = w.section()
		w.set.Admin.IdentityProviderSSOURL = ""
		w.save()
		_, _, err = w.StartTest(t.Context(), w.admin, models.SectionAdmin)
		require.ErrorContains(t, err, "section_without_values")
		w.center.Features = nil
		_, _, err = w.StartTest(t.Context(), w.admin, models.SectionAgentDesktop)
		require.ErrorIs(t, err, models.ErrFeatureNotEnabled)
	})
}

// A test sign-in to Admin proves that there is a way back only where who signs in could
// switch single sign-on off.
func TestATestSignInIsAWayBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.Access.CreateRole(t.Context(), w.admin, []byte(`{"name":"Auditor","privileges":["audit:read"]}`))
		require.NoError(t, err)
		w.user("auditor", `,"roles":["Auditor"]`)
		w.user("boss", `,"roles":["Administrator"]`)
		for _, tt := range []struct {
			name   string
			proves bool
		}{{"auditor", false}, {"boss", true}} {
			done := w.testAdmin(func(r *assertiontest.Response) { r.NameID = tt.name })
			require.Equal(t, models.SSOTestPassed, done.Status)
			steps := done.Result.Steps
			require.Equal(t, !tt.proves, strings.Contains(steps[len(steps)-1].Detail, "accounts:write"))
			passed, err := w.AdminTestPassed(t.Context(), w.db, w.center.ID, w.set.Admin.Fingerprint(), models.NewTime(w.clock))
			require.NoError(t, err)
			require.Equal(t, tt.proves, passed, tt.name)
		}

		// Who is gone, or has not the right any more, leads nobody back.
		boss, err := w.db.UserByName(t.Context(), w.center.ID, "boss")
		require.NoError(t, err)
		for _, tt := range []struct {
			change string
			proves bool
		}{
			{`{"disabled":true}`, false},
			{`{"disabled":false,"roles":["Auditor"]}`, false},
			{`{"roles":["Administrator"]}`, true},
			{`{"username":"other"}`, false},
		} {
			_, err := w.Access.UpdateUser(t.Context(), w.admin, boss.ID, access.Match{}, []byte(tt.change))
			require.NoError(t, err)
			passed, err := w.AdminTestPassed(t.Context(), w.db, w.center.ID, w.set.Admin.Fingerprint(), models.NewTime(w.clock))
			require.NoError(t, err)
			require.Equal(t, tt.proves, passed, tt.change)
		}
	})
}

// Two browsers may begin one test sign-in; the second to come back is told that it is
// over, and changes nothing of what the first one found.
func TestATestSignInEndsOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.user("jane.doe", `,"roles":["Agent"]`)
		test, start, err := w.StartTest(t.Context(), w.admin, models.SectionAgentDesktop)
		require.NoError(t, err)
		_, token, _ := strings.Cut(start, "?test=")
		first, one := w.begin(w.desk(), "", token)
		second, two := w.begin(w.desk(), "", token)
		_, err = w.accept(w.desk(), w.respond(w.desk(), first, nil), one)
		require.NoError(t, err)
		before, err := w.Test(t.Context(), w.center, test.ID)
		require.NoError(t, err)
		out, err := w.accept(w.desk(), w.respond(w.desk(), second, nil), two)
		w.refused(sso.CodeTestUnknown, out, err)
		after, err := w.Test(t.Context(), w.center, test.ID)
		require.NoError(t, err)
		require.Equal(t, before, after)
		require.Equal(t, models.SSOTestPassed, after.Status)
	})
}

// A claim that has another name at the provider is seen before anybody is made without it.
func TestTestSignInTellsWhatStaysEmpty(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.jit()
	_, start, err := w.StartTest(t.Context(), w.admin, models.SectionAgentDesktop)
	require.NoError(t, err)
	_, token, _ := strings.Cut(start, "?test=")
	request, cookie := w.begin(w.desk(), "", token)
	out, err := w.accept(w.desk(), w.respond(w.desk(), request, func(r *assertiontest.Response) {
		r.Attributes[1].Name, r.Attributes[2].Values = "Nachname", []string{"no address"}
	}), cookie)
	require.NoError(t, err)
	test, err := w.Test(t.Context(), w.center, out.TestID)
	require.NoError(t, err)
	detail := test.Result.Steps[len(test.Result.Steps)-1].Detail
	require.Contains(t, detail, "can be used: LastName, Email.")
}
