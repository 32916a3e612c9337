package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/access"
	"admin-api/api"
	"admin-api/models"
)

const centersPath = "/api/v1/contact-centers"

// newCenter makes a contact center through the API.
func (s *stack) newCenter(t *testing.T, body string) api.ContactCenter {
	t.Helper()
	return decode[api.ContactCenter](t, s.must(t, http.StatusCreated, call{Method: "POST", Path: centersPath, Body: body}))
}

// records returns the audit records of a contact center, oldest first.
func (s *stack) records(t *testing.T, center string) []models.AuditEvent {
	t.Helper()
	var all []models.AuditEvent
	require.NoError(t, s.Store.WalkAudit(t.Context(), center, func(e *models.AuditEvent) error {
		all = append(all, *e)
		return nil
	}))
	return all
}

func TestCreateContactCenter(t *testing.T) {
	s := newStack(t)
	a := s.must(t, http.StatusCreated, call{Method: "POST", Path: centersPath, Body: `{"domain":"New.Example","name":"New",
		"features":["facebook","aws","aws"],"administrator":{"username":"Ann","email":"ann@new.example","firstName":"Ann"}}`})
	made := decode[api.ContactCenter](t, a)
	require.Equal(t, "new.example", made.Domain)
	require.Equal(t, []string{"aws", "facebook"}, made.Features, "each once, in the order of the documentation")
	require.Equal(t, centersPath+"/new.example", a.Header.Get("Location"))
	require.Equal(t, `"1"`, a.Header.Get("ETag"))
	require.Equal(t, "Ann", made.Administrator.Username)
	require.Len(t, made.GeneratedPassword, 20)

	u, err := s.Store.UserByName(t.Context(), made.ID, models.NameKey("ann"))
	require.NoError(t, err)
	require.Equal(t, models.Strings{models.RoleAdministrator}, u.Roles)
	require.True(t, u.ChangePassword, "what was generated is to be changed")
	right, err := access.NewPasswords(1).Verify(made.GeneratedPassword, u.PasswordHash)
	require.NoError(t, err)
	require.True(t, right)
	team, err := s.Store.Team(t.Context(), made.ID, u.TeamID)
	require.NoError(t, err)
	require.Equal(t, "Default", team.Name)

	records := s.records(t, made.ID)
	require.Len(t, records, 1, "the chain begins with the contact center")
	require.Equal(t, "contact-center.create", records[0].Operation)
	require.Equal(t, s.principalID(t), records[0].Actor)
	require.JSONEq(t, `[{"pointer":"/domain","new":"new.example"},{"pointer":"/features","new":["aws","facebook"]},
		{"pointer":"/name","new":"New"}]`, string(records[0].Changes))
	require.NotContains(t, fmt.Sprint(records), made.GeneratedPassword)
	require.NotContains(t, s.Printed.String(), made.GeneratedPassword)
	require.NotContains(t, s.must(t, http.StatusOK, call{Method: "GET", Path: centersPath + "/NEW.example"}).Body, "enerated")
}

// principalID is that of the token of the stack.
func (s *stack) principalID(t *testing.T) string {
	t.Helper()
	p, err := s.Access.Authenticate(t.Context(), s.Token)
	require.NoError(t, err)
	return p.ID
}

func TestCreateContactCenterWithAPassword(t *testing.T) {
	s := newStack(t)
	made := s.newCenter(t, `{"domain":"new.example","administrator":{"username":"ann","password":"correct horse"}}`)
	require.Empty(t, made.GeneratedPassword)
	require.Equal(t, "new.example", made.Name, "a name is there in any case")
	require.Equal(t, []string{}, made.Features)
	u, err := s.Store.UserByName(t.Context(), made.ID, "ann")
	require.NoError(t, err)
	require.False(t, u.ChangePassword)
	require.NotContains(t, s.Answered.String()+s.Printed.String(), "correct horse")

	bare := s.newCenter(t, `{"domain":"bare.example"}`)
	require.Nil(t, bare.Administrator)
	users, err := s.Store.Users(t.Context(), bare.ID)
	require.NoError(t, err)
	require.Empty(t, users)
}

func TestCreateContactCenterRefuses(t *testing.T) {
	s := newStack(t)
	tests := map[string]struct {
		body string
		want []string
	}{
		"nothing":           {`{}`, []string{"#/domain required"}},
		"blanks":            {`{"domain":" "}`, []string{"#/domain domain"}},
		"a port":            {`{"domain":"a.example:8080"}`, []string{"#/domain domain"}},
		"an address":        {`{"domain":"192.0.2.1"}`, []string{"#/domain domain"}},
		"like an address":   {`{"domain":"a.1"}`, []string{"#/domain domain"}},
		"a URL":             {`{"domain":"https://a.example"}`, []string{"#/domain domain"}},
		"another script":    {`{"domain":"bücher.example"}`, []string{"#/domain domain"}},
		"a dot at the end":  {`{"domain":"a.example."}`, []string{"#/domain domain"}},
		"a long label":      {`{"domain":"` + strings.Repeat("a", 64) + `.example"}`, []string{"#/domain domain"}},
		"a long domain":     {`{"domain":"` + strings.Repeat("a.", 127) + `example"}`, []string{"#/domain domain"}},
		"unknown features":  {`{"domain":"a.example","features":["aws","x"]}`, []string{"#/features/1 unknown_feature"}},
		"a nameless person": {`{"domain":"a.example","administrator":{}}`, []string{"#/administrator/username required"}},
		"a short password": {
			`{"domain":"a.example","administrator":{"username":"ann","password":"hunter2"}}`, []string{"#/administrator/password min"},
		},
		"a long password": {
			`{"domain":"a.example","administrator":{"username":"ann","password":"` + strings.Repeat("a", 129) + `"}}`,
			[]string{"#/administrator/password max"},
		},
		"an invisible person": {
			`{"domain":"a.example","administrator":{"username":"\u200b"}}`, []string{"#/administrator/username invisible"},
		},
		"a password that is the name": {
			`{"domain":"a.example","administrator":{"username":"annabelle","password":"Annabelle"}}`,
			[]string{"#/administrator/password password_is_username"},
		},
		"an empty password": {
			`{"domain":"a.example","administrator":{"username":"ann","password":""}}`, []string{"#/administrator/password min"},
		},
		"all at once": {
			`{"domain":7,"name":"a\u0007b","odd":1,"administrator":{"username":"a\u202eb","email":"x","odd":1}}`,
			[]string{
				"#/administrator/email email", "#/administrator/odd unknown_member", "#/administrator/username control_character",
				"#/domain type", "#/name control_character", "#/odd unknown_member",
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, p := s.refused(t, api.CodeValidationFailed, call{Method: "POST", Path: centersPath, Body: tt.body})
			var got []string
			for _, v := range p.Errors {
				got = append(got, v.Pointer+" "+v.Code)
			}
			require.ElementsMatch(t, tt.want, got)
		})
	}
	n, err := s.Store.CountContactCenters(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n, "nothing was made")
	_, p := s.refused(t, api.CodeAlreadyExists, call{Method: "POST", Path: centersPath, Body: `{"domain":"ACME.example"}`})
	require.Contains(t, p.Detail, "domain")
	_, p = s.refused(t, api.CodeValidationFailed, call{Method: "POST", Path: centersPath, Body: `{"domain":"a.example","features":["x"]}`})
	require.Contains(t, p.Errors[0].Detail, strings.Join(models.AllFeatures(), ", "), "the known ones are listed")
	var known []any
	for _, feature := range models.AllFeatures() {
		known = append(known, feature)
	}
	require.Equal(t, known, p.Errors[0].Params["values"], "for programs, too")
}

func TestListContactCenters(t *testing.T) {
	s := newStack(t)
	for i, domain := range []string{"beta.test", "alpha.test", "support.big-corp.test"} {
		s.newCenter(t, fmt.Sprintf(`{"domain":%q,"name":"Center %c of Größe"}`, domain, 'A'+i))
	}
	s.must(t, http.StatusOK, call{Method: "PATCH", Path: centersPath + "/beta.test", Body: `{"suspended":true}`})
	list := func(query string) (domains []string, next string) {
		page := decode[api.ContactCenterPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: centersPath + query}))
		for _, c := range page.Items {
			domains = append(domains, c.Domain)
		}
		return domains, page.NextCursor
	}
	tests := map[string][]string{
		"":                         {"acme.example", "alpha.test", "beta.test", "support.big-corp.test"},
		"?suspended=true":          {"beta.test"},
		"?suspended=false&q=a":     {"acme.example", "alpha.test"},
		"?q=big":                   {"support.big-corp.test"},
		"?q=support.big":           {"support.big-corp.test"},
		"?q=GR%C3%96SSE":           {"alpha.test", "beta.test", "support.big-corp.test"},
		"?q=center%20b":            {"alpha.test", "beta.test", "support.big-corp.test"},
		"?q=corp":                  nil,
		"?q=%25":                   nil,
		"?q=alpha&suspended=true":  nil,
		"?q=%20%20alpha%20center+": {"alpha.test"},
	}
	for query, want := range tests {
		got, next := list(query)
		require.Empty(t, next)
		require.Equal(t, want, got, query)
	}
	var seen []string
	query := "?pageSize=1&q=center"
	for query != "" {
		page, next := list(query)
		require.LessOrEqual(t, len(page), 1)
		seen = append(seen, page...)
		query = ""
		if next != "" {
			query = "?pageSize=1&q=center&cursor=" + next
			s.refused(t, api.CodeInvalidCursor, call{Method: "GET", Path: centersPath + "?q=other&cursor=" + next})
		}
	}
	require.Equal(t, []string{"alpha.test", "beta.test", "support.big-corp.test"}, seen)
}

func TestRenameContactCenter(t *testing.T) {
	s := newStack(t)
	made := s.newCenter(t, `{"domain":"old.example","name":"Old","features":["aws"]}`)
	patch := func(domain, body string, header ...string) call {
		return call{Method: "PATCH", Path: centersPath + "/" + domain, Body: body, Header: header}
	}
	whole, err := json.Marshal(made)
	require.NoError(t, err)
	same := s.must(t, http.StatusOK, patch("old.example", string(whole)))
	require.Equal(t, `"1"`, same.Header.Get("ETag"), "what was read may be sent back, and changes nothing")

	a := s.must(t, http.StatusOK, patch("OLD.example", `{"domain":"Renamed.example","name":null}`, "If-Match", `"1"`))
	now := decode[api.ContactCenter](t, a)
	require.Equal(t, made.ID, now.ID)
	require.Equal(t, "renamed.example", now.Domain)
	require.Equal(t, "renamed.example", now.Name)
	require.Equal(t, []string{"aws"}, now.Features)
	require.Equal(t, int64(2), now.Version)
	s.refused(t, api.CodeNotFound, call{Method: "GET", Path: centersPath + "/old.example"})
	s.refused(t, api.CodeNotFound, patch("old.example", `{}`))
	s.refused(t, api.CodeAlreadyExists, patch("renamed.example", `{"domain":"acme.example"}`))
	stale, p := s.refused(t, api.CodeVersionMismatch, patch("renamed.example", `{"name":"x"}`, "If-Match", `"1"`))
	require.Equal(t, `"2"`, stale.Header.Get("ETag"))
	require.Contains(t, p.Detail, "contact center")
	s.refused(t, api.CodeInvalidParameter, patch("renamed.example", `{"name":"x"}`, "If-Match", "nonsense"))
	s.must(t, http.StatusOK, patch("renamed.example", `{"name":"y"}`, "If-Match", "*"))
	s.refused(t, api.CodeValidationFailed, patch("renamed.example", `{"domain":null}`))
	s.refused(t, api.CodeMalformedJSON, patch("renamed.example", `{`))

	read := call{Method: "GET", Path: centersPath + "/renamed.example", Header: []string{"If-None-Match", `"3"`}}
	s.must(t, http.StatusNotModified, read)
	records := s.records(t, made.ID)
	require.Equal(t, []string{
		"contact-center.create success", "contact-center.update success", "contact-center.update refused",
		"contact-center.update success",
	}, outcomes(records))
	require.JSONEq(t, `[{"pointer":"/domain","old":"old.example","new":"renamed.example"},
		{"pointer":"/name","old":"Old","new":"renamed.example"}]`, string(records[1].Changes))
}

func outcomes(records []models.AuditEvent) []string {
	var out []string
	for _, e := range records {
		out = append(out, e.Operation+" "+e.Outcome)
	}
	return out
}

func TestSwitchingFeatures(t *testing.T) {
	s := newStack(t)
	made := s.newCenter(t, `{"domain":"a.example"}`)
	own := s.tokenIn(t, made.ID, models.ScopeAccountsRead)
	path := centersPath + "/a.example/features"
	empty := decode[api.Features](t, s.must(t, http.StatusOK, call{Method: "GET", Path: path}))
	require.Equal(t, api.Features{Features: []string{}, Available: models.AllFeatures(), ETag: "1", Version: 1}, empty)

	typ := call{Method: "GET", Path: typesPath + "/sso", Token: own}
	before := s.must(t, http.StatusOK, typ)
	require.False(t, decode[api.Type](t, before).Feature.Enabled, "the catalogue shows what is off")
	on := s.must(t, http.StatusOK, call{Method: "PUT", Path: path, Body: `{"features":["single_sign_on"]}`, Header: []string{"If-Match", `"1"`}})
	require.Equal(t, `"2"`, on.Header.Get("ETag"))
	require.Equal(t, []string{"single_sign_on"}, decode[api.Features](t, on).Features)
	typ.Header = []string{"If-None-Match", before.Header.Get("ETag")}
	after := s.must(t, http.StatusOK, typ)
	require.True(t, decode[api.Type](t, after).Feature.Enabled)
	require.NotEqual(t, before.Header.Get("ETag"), after.Header.Get("ETag"), "who keeps the catalogue learns of it")

	s.must(t, http.StatusOK, call{Method: "PUT", Path: path, Body: on.Body})
	require.Equal(t, int64(2), decode[api.Features](t, s.must(t, http.StatusOK, call{Method: "GET", Path: path})).Version)
	s.refused(t, api.CodeVersionMismatch, call{Method: "PUT", Path: path, Body: `{"features":[]}`, Header: []string{"If-Match", `"1"`}})
	s.refused(t, api.CodeNotFound, call{Method: "PUT", Path: centersPath + "/b.example/features", Body: `{"features":[]}`})
	for body, pointer := range map[string]string{
		`{}`: "#/features", `{"features":null}`: "#/features", `{"features":"aws"}`: "#/features",
		`{"features":["AWS"]}`: "#/features/0", `{"features":[],"odd":1}`: "#/odd",
	} {
		_, p := s.refused(t, api.CodeValidationFailed, call{Method: "PUT", Path: path, Body: body})
		require.Equal(t, pointer, p.Errors[0].Pointer, body)
	}
	s.must(t, http.StatusOK, call{Method: "PUT", Path: path, Body: `{"features":[]}`})
	last := s.records(t, made.ID)
	require.JSONEq(t, `[{"pointer":"/features","old":["single_sign_on"]}]`, string(last[len(last)-1].Changes))
}

// Whoever is suspended is refused with the next request; the service provider
// can look, and end it.
func TestSuspendAndResume(t *testing.T) {
	s := newStack(t)
	made := s.newCenter(t, `{"domain":"late.example"}`)
	own := s.tokenIn(t, made.ID, models.ScopeAccountsRead)
	mine := call{Method: "GET", Path: accountsPath, Token: own}
	s.must(t, http.StatusOK, mine)
	suspend := call{Method: "PATCH", Path: centersPath + "/late.example", Body: `{"suspended":true}`}
	require.True(t, decode[api.ContactCenter](t, s.must(t, http.StatusOK, suspend)).Suspended)
	s.refused(t, api.CodeUnauthenticated, mine)
	look := call{Method: "GET", Path: accountsPath, Header: []string{"Contact-Center", "late.example"}}
	s.must(t, http.StatusOK, look)
	s.refused(t, api.CodeForbidden, call{Method: "POST", Path: accountsPath, Body: zendeskBody("x"), Header: look.Header})

	resume := call{Method: "PATCH", Path: centersPath + "/late.example", Body: `{"suspended":null}`, Header: look.Header}
	require.False(t, decode[api.ContactCenter](t, s.must(t, http.StatusOK, resume)).Suspended, "also where the header stays")
	s.must(t, http.StatusOK, mine)
	var details []string
	for _, e := range s.records(t, made.ID) {
		if e.Operation == "contact-center.update" {
			details = append(details, e.Detail)
		}
	}
	require.Equal(t, []string{"suspended", "no longer suspended"}, details)
}

// Nobody can suspend the contact center of their own credential, wherever they
// act.
func TestNobodySuspendsThemselves(t *testing.T) {
	s := newStack(t)
	s.newCenter(t, `{"domain":"other.example"}`)
	for _, header := range [][]string{nil, {"Contact-Center", "other.example"}} {
		_, p := s.refused(t, api.CodeWouldLockOut, call{
			Method: "PATCH", Path: centersPath + "/" + s.Domain, Body: `{"suspended":true}`, Header: header,
		})
		require.Contains(t, p.Detail, "another contact center")
		require.Equal(t, models.OutcomeRefused, s.lastRecord(t).Outcome)
	}
	other, err := s.Store.ContactCenterByDomain(t.Context(), "other.example")
	require.NoError(t, err)
	foreign := s.tokenIn(t, other.ID, models.ScopeProvider)
	s.must(t, http.StatusOK, call{Method: "PATCH", Path: centersPath + "/" + s.Domain, Body: `{"suspended":true}`, Token: foreign})
	s.refused(t, api.CodeUnauthenticated, call{Method: "GET", Path: centersPath})
}

// A type whose feature is off is refused at every door through which an account
// of it comes to life or to work. Looking, switching off and deleting stay.
func TestEveryDoorAsksForTheFeature(t *testing.T) {
	s := newStack(t)
	const draft = `"type":"logmein","name":"%s","properties":{"username":"m@acme.example","password":"rescue-double","dataCenter":"us"}`
	body := func(name string) string { return "{" + fmt.Sprintf(draft, name) + "}" }
	made := s.newCenter(t, `{"domain":"a.example","features":["logmein_rescue"]}`)
	var scopes []string
	for _, scope := range models.AllScopes() {
		if scope != models.ScopeProvider {
			scopes = append(scopes, scope)
		}
	}
	own := s.tokenIn(t, made.ID, scopes...)
	send := func(method, path, body string, header ...string) call {
		return call{Method: method, Path: path, Body: body, Token: own, Header: header}
	}
	create := func(name string) string {
		a := s.must(t, http.StatusCreated, send("POST", accountsPath, body(name)))
		return accountsPath + "/" + decode[api.Account](t, a).ID
	}
	anyway := []string{"If-Match", "*"}
	one := create("one")
	s.must(t, http.StatusOK, send("PATCH", one, `{"enabled":false}`, anyway...))
	s.must(t, http.StatusNoContent, send("DELETE", one, "", anyway...))
	s.Clock.move(time.Second)
	gone := one
	s.must(t, http.StatusOK, send("POST", gone+"/undelete", ""))
	s.must(t, http.StatusOK, send("PATCH", one, `{"enabled":true}`, anyway...))
	s.must(t, http.StatusOK, send("PATCH", one, `{"enabled":false}`, anyway...)) // version 6; 1 and 5 were on
	s.must(t, http.StatusOK, call{Method: "PUT", Path: centersPath + "/a.example/features", Body: `{"features":[]}`})

	doors := map[string]call{
		"create":         send("POST", accountsPath, body("two")),
		"test a draft":   send("POST", accountsPath+"/test", body("two")),
		"enable":         send("PATCH", one, `{"enabled":true}`, anyway...),
		"replace, on":    send("PUT", one, `{"enabled":true,"name":"one","properties":{"username":"m@acme.example","dataCenter":"us"}}`, anyway...),
		"roll back, on":  send("POST", one+"/rollback", `{"version":1}`, anyway...),
		"test":           send("POST", one+"/test", ""),
		"test with edit": send("POST", one+"/test", `{"name":"uno"}`),
	}
	for name, door := range doors {
		t.Run(name, func(t *testing.T) {
			_, p := s.refused(t, api.CodeFeatureNotEnabled, door)
			require.Equal(t, map[string]any{"feature": "logmein_rescue"}, p.Extra)
			records := s.records(t, made.ID)
			require.Equal(t, models.OutcomeRefused, records[len(records)-1].Outcome)
			require.Contains(t, records[len(records)-1].Detail, "logmein_rescue")
		})
	}
	reports := map[string]call{
		"validate":            send("POST", accountsPath+"/validate", body("two")),
		"create, only judged": send("POST", accountsPath+"?validateOnly=true", body("two")),
		"enable, only judged": send("PATCH", one+"?validateOnly=true", `{"enabled":true}`, anyway...),
	}
	for name, door := range reports {
		t.Run(name, func(t *testing.T) {
			report := decode[api.Report](t, s.must(t, http.StatusOK, door))
			require.False(t, report.Valid)
			require.Equal(t, "feature_not_enabled", report.Errors[0].Code)
		})
	}
	s.must(t, http.StatusOK, send("GET", one, ""))
	s.must(t, http.StatusOK, send("PATCH", one, `{"description":"still ours"}`, anyway...))
	s.must(t, http.StatusNoContent, send("DELETE", one, "", anyway...))
	s.must(t, http.StatusOK, send("POST", one+"/undelete", ""))
	s.must(t, http.StatusOK, call{Method: "PUT", Path: centersPath + "/a.example/features", Body: `{"features":["logmein_rescue"]}`})
	s.must(t, http.StatusOK, send("PATCH", one, `{"enabled":true}`, anyway...))
	s.must(t, http.StatusOK, call{Method: "PUT", Path: centersPath + "/a.example/features", Body: `{"features":[]}`})
	s.must(t, http.StatusOK, send("PATCH", one, `{"enabled":false}`, anyway...))
	s.must(t, http.StatusOK, call{Method: "PUT", Path: centersPath + "/a.example/features", Body: `{"features":["logmein_rescue"]}`})
	s.must(t, http.StatusOK, send("PATCH", one, `{"enabled":true}`, anyway...))
	s.must(t, http.StatusNoContent, send("DELETE", one, "", anyway...))
	s.must(t, http.StatusOK, call{Method: "PUT", Path: centersPath + "/a.example/features", Body: `{"features":[]}`})
	s.refused(t, api.CodeFeatureNotEnabled, send("POST", one+"/undelete", ""))
}
