package sso_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/sso"
	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
	"admin-api/store/storetest"
)

// Anybody can ask for a sign-in, and each makes a row. They stay bounded, and who
// comes back soon, or from a test sign-in, still gets in.
func TestRequestsAreBounded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.KeepRequests = 10
		_, startURL, err := w.StartTest(t.Context(), w.admin, models.SectionAgentDesktop)
		require.NoError(t, err)
		_, token, _ := strings.Cut(startURL, "?test=")
		tried, tester := w.begin(w.desk(), "", token)
		old, oldBrowser := w.begin(w.desk(), "", "")
		for range 20 {
			w.clock = w.clock.Add(time.Second)
			w.begin(w.desk(), "", "")
		}
		recent, browser := w.begin(w.desk(), "", "")
		require.NoError(t, w.Sweep(t.Context()))
		n, err := w.db.TrimSSORequests(t.Context(), 10)
		require.NoError(t, err)
		require.Zero(t, n, "the sweep left no more than that")

		w.user("jane.doe", `,"roles":["Agent"]`)
		out, err := w.accept(w.desk(), w.respond(w.desk(), old, nil), oldBrowser)
		w.refused(sso.CodeRequestUnknown, out, err)
		for id, cookie := range map[string]string{recent: browser, tried: tester} {
			_, err = w.accept(w.desk(), w.respond(w.desk(), id, nil), cookie)
			require.NoError(t, err)
		}
	})
}

// Who has the link of a test sign-in can begin it without end. That pushes out nobody
// who signs in.
func TestATestSignInPushesOutNobody(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.KeepRequests = 20
		w.user("jane.doe", `,"roles":["Agent"]`)
		_, startURL, err := w.StartTest(t.Context(), w.admin, models.SectionAgentDesktop)
		require.NoError(t, err)
		_, token, _ := strings.Cut(startURL, "?test=")
		id, cookie := w.begin(w.desk(), "", "")
		for range 40 {
			w.clock = w.clock.Add(time.Second)
			w.begin(w.desk(), "", token)
		}
		tried, tester := w.begin(w.desk(), "", token)
		require.NoError(t, w.Sweep(t.Context()))
		_, err = w.accept(w.desk(), w.respond(w.desk(), id, nil), cookie)
		require.NoError(t, err)
		_, err = w.accept(w.desk(), w.respond(w.desk(), tried, nil), tester)
		require.NoError(t, err)
	})
}

// Anybody can send a message, however large, and its trace is kept.
func TestTracesOfLargeMessagesAreSmall(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	large := func(r *assertiontest.Response) {
		r.SignResponse, r.SignAssertion = false, false
		for range 15 {
			a := assertion.Attribute{Name: strings.Repeat("n", 200)}
			for range 20 {
				a.Values = append(a.Values, strings.Repeat("v", 250))
			}
			r.Attributes = append(r.Attributes, a)
		}
	}
	for _, response := range []string{w.respond(w.desk(), "", large), "x"} {
		w.clock = w.clock.Add(time.Second)
		out, err := w.Accept(t.Context(), w.desk(), sso.Message{Response: response},
			access.Client{UserAgent: strings.Repeat("é", 100_000)})
		require.Error(t, err)
		require.Nil(t, out)
	}
	rows, err := w.db.SSOTraces(t.Context(), models.SSOTraceFilter{ContactCenterID: w.center.ID})
	require.NoError(t, err)
	require.Len(t, rows, 2)
	for _, row := range rows {
		require.Less(t, len(row.Report), 40<<10)
	}
	first, err := w.Trace(t.Context(), w.admin, rows[1].ID)
	require.NoError(t, err)
	require.Equal(t, assertion.CodeNotSigned, first.Result.Code)
	require.NotEmpty(t, first.Result.Seen.Attributes)
	require.LessOrEqual(t, len(first.UserAgent), 210)
}
