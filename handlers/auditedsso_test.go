package handlers_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/models"
	"admin-api/sso"
	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
)

// auditedSSO are those of the operations of single sign-on that must not be done
// unless they are on record.
func auditedSSO() map[string]func(t *testing.T, s *sales) call {
	reply := func(section, path string) func(*testing.T, *sales) call {
		return func(t *testing.T, s *sales) call {
			t.Helper()
			response, browser := s.answered(t, section, path)
			return call{
				Method: "POST", Path: path, Token: "-", Body: url.Values{"SAMLResponse": {response}}.Encode(),
				Header: []string{"Content-Type", "application/x-www-form-urlencoded", "Cookie", "__Host-sso=" + browser},
			}
		}
	}
	return map[string]func(*testing.T, *sales) call{
		"POST " + replyPath:      reply(models.SectionAgentDesktop, replyPath),
		"POST " + adminReplyPath: reply(models.SectionAdmin, adminReplyPath),
		"POST " + keysPath:       plainly("POST", keysPath, ""),
		"DELETE " + keysPath + "/{id}": func(t *testing.T, s *sales) call {
			t.Helper()
			return call{Method: "DELETE", Path: keysPath + "/" + s.id(t, keysPath, "")}
		},
		"POST " + testsPath: func(t *testing.T, s *sales) call {
			t.Helper()
			s.id(t, accountsPath, signOnAccount(t, assertiontest.New(t, assertiontest.Okta())))
			return call{Method: "POST", Path: testsPath, Body: `{"section":"admin"}`}
		},
		"POST /api/v1/sso/exchange": func(t *testing.T, s *sales) call {
			t.Helper()
			response, browser := s.answered(t, models.SectionAgentDesktop, replyPath)
			s.SSO.AgentDesktopURL = "https://desk.example/"
			out, err := s.SSO.Accept(t.Context(), sso.Place{Center: &s.center, Section: models.SectionAgentDesktop},
				sso.Message{Response: response, Browser: browser}, access.Client{Address: "192.0.2.7"})
			require.NoError(t, err)
			_, code, _ := strings.Cut(out.Goto, "code=")
			return call{Method: "POST", Path: "/api/v1/sso/exchange", Body: `{"code":"` + code + `"}`, Token: "-"}
		},
	}
}

// answered returns what a provider answers to a sign-in that has begun, and the secret
// of the browser in which it did. Somebody has a way in without the provider.
func (s *sales) answered(t *testing.T, section, path string) (response, browser string) {
	t.Helper()
	idp := assertiontest.New(t, assertiontest.Okta())
	s.id(t, rolesPath, `{"name":"Rescuer","privileges":["sso:bypass"]}`)
	s.id(t, usersPath, `{"username":"boss","password":"correct horse","roles":["Administrator","Rescuer"]}`)
	s.id(t, accountsPath, signOnAccount(t, idp, models.SectionAgentDesktop, models.SectionAdmin))
	start, err := s.SSO.Begin(t.Context(), sso.Place{Center: &s.center, Section: section}, sso.Departure{})
	require.NoError(t, err)
	to, err := url.Parse(start.URL)
	require.NoError(t, err)
	return idp.Respond(t, assertion.Expectation{
		Issuer: idp.Issuer, Audience: "acme.example_sso", Recipient: "https://acme.example" + path, Now: s.Clock.now(),
	}, requestIDOf(t, to.Query().Get("SAMLRequest"), true), func(r *assertiontest.Response) { r.NameID = "boss" }), start.Browser
}
