package sso_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/sso"
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
