//go:build full

package e2e_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/identity"
)

// People sign in from both sides, to both applications; the first time makes the
// user, the second one finds it.
func TestSignIn(t *testing.T) {
	o := openOffice(t)
	o.connect(t, map[string]map[string]any{"Agent Desktop": o.section("Agent Desktop"), "Admin": o.section("Admin")})
	for portal, at := range portals {
		for direction, start := range map[string]string{
			"begun here":  at.path + "/login",
			"begun there": o.idp.InitiatedURL(spName, "https://"+ourHost+at.path+"/redirect"),
		} {
			t.Run(portal+" "+direction, func(t *testing.T) {
				o := o.in(t)
				o.introduce(t, portal)
				o.change(t, portal, map[string]any{"allowIdpInitiated": direction == "begun there"})
				name := at.section + "." + direction[6:]
				o.people(t, name)
				first := o.visit(t, visit{Profile: name, Open: start, Username: name, Name: "first"})
				o.requireSignedIn(t, first, name, portal, name)
				made := o.user(t, name)
				require.Equal(t, "O'Hara "+name, made["lastName"])
				require.Equal(t, []any{at.role}, made["roles"])
				require.Equal(t, map[string]any{"English": 90.0}, made["skills"])

				second := o.visit(t, visit{Profile: name + " elsewhere", Open: start, Username: name, Name: "second"})
				o.requireSignedIn(t, second, name+" elsewhere", portal, name)
				require.Equal(t, made["id"], o.user(t, name)["id"])
			})
		}
	}
}

// A browser's secret travels with the post that comes from the provider's site; the
// session's stays within ours.
func TestSignInCookies(t *testing.T) {
	o := openOffice(t)
	o.connect(t, map[string]map[string]any{"Agent Desktop": o.section("Agent Desktop")})
	o.people(t, "ann")
	got := o.visit(t, visit{Profile: "ann", Open: "/agentdesktop/sso/login", Username: "ann"})
	o.requireSignedIn(t, got, "ann", "Agent Desktop", "ann")
	modes := map[string]string{}
	for _, c := range got.Cookies {
		if c.Domain == ourHost {
			require.True(t, c.Secure && c.HTTPOnly && c.Path == "/", c.Name)
			modes[c.Name] = c.SameSite
		}
	}
	require.Equal(t, "Lax", modes["__Host-session"])
	if mode, kept := modes["__Host-sso"]; kept {
		require.Equal(t, "None", mode)
	}
	require.Len(t, modes, len(modes), "no other cookies")
	out := o.visit(t, visit{Profile: "ann", Press: "Sign out", Name: "signed out"})
	require.NotContains(t, out.Text, "Ends at the latest")
}

var _ = []any{http.MethodGet, url.Values{}, time.Now, identity.Person{}}
