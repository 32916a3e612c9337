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
	"admin-api/sso"
	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
	"admin-api/store"
	"admin-api/store/storetest"
)

// One answer is good for one session, whoever has it and in whichever process it
// arrives.
func TestOneTimeUse(t *testing.T) {
	storetest.EachEmpty(t, func(t *testing.T, address string) {
		w := newWorld(t, storetest.Open(t, store.Config{URL: address}))
		replica := w.replica(storetest.Open(t, store.Config{URL: address}))
		w.user("jane.doe", `,"roles":["Agent"]`)
		for name, requested := range map[string]bool{"requested": true, "started at the provider": false} {
			var id, cookie string
			if requested {
				id, cookie = w.begin(w.desk(), "", "")
			}
			response := w.respond(w.desk(), id, nil)
			const n = 6
			var wg sync.WaitGroup
			var errs [n]error
			for i := range n {
				wg.Go(func() {
					s := w.Service
					if i%2 == 1 {
						s = replica
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
			for _, s := range []*sso.Service{w.Service, replica} {
				out, err := s.Accept(t.Context(), w.desk(), sso.Message{Response: response, Browser: cookie}, access.Client{})
				w.refused(sso.CodeReplayed, out, err)
			}
		}
		u, err := w.db.UserByName(t.Context(), w.center.ID, "jane.doe")
		require.NoError(t, err)
		sessions, err := w.db.Sessions(t.Context(), w.center.ID, u.ID)
		require.NoError(t, err)
		require.Len(t, sessions, 2, "one of each")
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
		w.AgentDesktopURL = "https://desk.{domain}/start?z=1&flag&a=x;y"
		out, err := w.signIn(w.desk(), nil)
		require.NoError(t, err)
		code := w.codeIn(out)

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
		late := w.codeIn(out)
		w.clock = w.clock.Add(time.Minute)
		_, _, err = w.Exchange(t.Context(), w.center, late, access.Client{})
		require.ErrorIs(t, err, models.ErrUnauthenticated)

		// Who signs out everywhere is out everywhere.
		out, err = w.signIn(w.desk(), nil)
		require.NoError(t, err)
		require.NoError(t, w.Access.SignOutEverywhere(t.Context(), out.Principal))
		_, _, err = w.Exchange(t.Context(), w.center, w.codeIn(out), access.Client{})
		require.ErrorIs(t, err, models.ErrUnauthenticated)
	})
}

// codeIn is the one-time code that a browser is sent on with.
func (w *world) codeIn(out *sso.Outcome) string {
	w.t.Helper()
	code, ok := strings.CutPrefix(out.Goto, "https://desk.acme.example.com/start?z=1&flag&a=x;y&code=")
	require.True(w.t, ok, out.Goto)
	require.Len(w.t, code, 43)
	return code
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

			start, err := w.Begin(t.Context(), w.desk(), sso.Departure{RelayState: relay})
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

// Every hostile message comes to nothing, whatever the settings allow, for its own reason.
func TestHostileMessages(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.jit()
		w.decryptWith(assertiontest.EncryptionKey())
		for _, c := range assertiontest.Hostile(t) {
			if c.Code == assertion.CodeEncryptedNoKey { // here there is one
				continue
			}
			w.clock = c.Expect.Now
			w.set.AgentDesktop.IdentityProviderEntityID = c.Expect.Issuer
			w.set.AgentDesktop.IdentityProviderCertificates = nil
			for _, x := range c.Expect.Certificates {
				w.set.AgentDesktop.IdentityProviderCertificates = append(w.set.AgentDesktop.IdentityProviderCertificates, pemOf(x))
			}
			w.save()
			out, err := w.accept(w.desk(), c.Encoded, "")
			require.Nil(t, out, c.Name)
			want := c.Code
			if c.Expect.Requested != nil { // here nobody knows when the request was sent
				want = assertion.CodeExpired
			}
			require.Equal(t, want, why(t, err).Code, c.Name)
		}
		users, err := w.db.Users(t.Context(), w.center.ID)
		require.NoError(t, err)
		require.Len(t, users, 2)
	})
}
