package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/api"
	"admin-api/handlers"
	"admin-api/models"
)

func TestCreateAccount(t *testing.T) {
	s := newStack(t)
	a := s.must(t, http.StatusCreated, call{Method: "POST", Path: accountsPath, Body: zendeskBody("Support EU")})
	account := decode[api.Account](t, a)
	require.Equal(t, accountsPath+"/"+account.ID, a.Header.Get("Location"))
	require.Equal(t, `"1-0"`, a.Header.Get("ETag"))
	require.Equal(t, "1-0", account.ETag)
	require.Equal(t, "application/json", a.Header.Get("Content-Type"))
	require.Empty(t, a.Header.Get("Idempotency-Replayed"))
	require.Equal(t, "zendesk", account.Type)
	require.Equal(t, "Zendesk", account.Family)
	require.True(t, account.Enabled)
	require.JSONEq(t, `{"url":"https://acme.zendesk.com","authorizationType":"apiToken","username":"ann@acme.com"}`,
		string(account.Properties))
	require.Len(t, account.Secrets, 1)
	require.Len(t, account.Secrets["/apiToken"].Fingerprint, 8)
	require.Equal(t, "https://acme.example/agentdesktop?zin=true", account.Computed["remoteLoginUrl"])
	require.Equal(t, models.HealthUnknown, account.Health.Status)

	read := s.must(t, http.StatusOK, call{Method: "GET", Path: a.Header.Get("Location")})
	require.Equal(t, a.Body, read.Body, "a read answers what the create did")
	require.Equal(t, a.Header.Get("ETag"), read.Header.Get("ETag"))
	s.requireNoSecret(t)
}

func TestCreateAccountRefuses(t *testing.T) {
	s := newStack(t)
	s.create(t, "Taken")
	tests := []struct {
		name, body, code string
		want             []string
		header           []string
	}{
		{
			name: "every violation at once", code: api.CodeValidationFailed,
			body: `{"type":"zendesk","nam":"x","properties":{"url":"http://acme.zendesk.com","authorizationType":"apiToken"}}`,
			want: []string{`"#/name"`, `"#/nam"`, `"#/properties/url"`, `"#/properties/username"`, `"#/properties/apiToken"`},
		},
		{name: "duplicate member", code: api.CodeValidationFailed, body: `{"type":"zendesk","type":"zendesk"}`, want: []string{`"#/type"`}},
		{name: "no object", code: api.CodeValidationFailed, body: `[]`, want: []string{`"#"`}},
		{name: "unknown type", code: api.CodeValidationFailed, body: `{"type":"nope","name":"x","properties":{}}`, want: []string{`"#/type"`}},
		{name: "masked secret", code: api.CodeValidationFailed, body: strings.Replace(zendeskBody("x"), apiToken, "********", 1), want: []string{"secret_mask_submitted"}},
		{name: "name taken", code: api.CodeNameTaken, body: zendeskBody("TAKEN"), want: []string{"existingId"}},
		{name: "not json", code: api.CodeMalformedJSON, body: `{"type":`},
		{name: "trailing data", code: api.CodeMalformedJSON, body: `{} {}`},
		{name: "not UTF-8", code: api.CodeMalformedJSON, body: "{\"name\":\"\xff\"}"},
		{name: "too deep", code: api.CodeMalformedJSON, body: strings.Repeat("[", 33) + strings.Repeat("]", 33)},
		{name: "nothing", code: api.CodeMalformedJSON},
		{name: "only white space", code: api.CodeMalformedJSON, body: " "},
		{name: "text", code: api.CodeUnsupportedMediaType, body: "{}", header: []string{"Content-Type", "text/plain"}},
		{name: "patch", code: api.CodeUnsupportedMediaType, body: "{}", header: []string{"Content-Type", "application/merge-patch+json"}},
		{name: "too large", code: api.CodeBodyTooLarge, body: strings.Repeat(" ", 1<<20+1)},
		{name: "bad idempotency key", code: api.CodeInvalidParameter, body: zendeskBody("x"), header: []string{"Idempotency-Key", "a b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, _ := s.refused(t, tt.code, call{Method: "POST", Path: accountsPath, Body: tt.body, Header: tt.header})
			for _, want := range tt.want {
				require.Contains(t, a.Body, want)
			}
		})
	}
	require.Len(t, decode[api.AccountPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: accountsPath})).Items, 1)
	s.requireNoSecret(t)
}

func TestCreateAccountIdempotently(t *testing.T) {
	s := newStack(t)
	create := call{Method: "POST", Path: accountsPath, Body: zendeskBody("Support"), Header: []string{"Idempotency-Key", "k-1"}}
	first := s.must(t, http.StatusCreated, create)
	again := s.must(t, http.StatusCreated, create)
	require.Equal(t, first.Body, again.Body)
	require.Equal(t, first.Header.Get("ETag"), again.Header.Get("ETag"))
	require.Equal(t, first.Header.Get("Location"), again.Header.Get("Location"))
	require.Equal(t, "true", again.Header.Get("Idempotency-Replayed"))

	create.Body = zendeskBody("Other")
	s.refused(t, api.CodeIdempotencyKeyReused, create)
}

func TestValidateOnly(t *testing.T) {
	s := newStack(t)
	a := s.create(t, "Support")
	at := accountsPath + "/" + a.ID
	match := []string{"If-Match", `"` + a.ETag + `"`}
	tests := []struct {
		name  string
		call  call
		valid bool
		want  string
	}{
		{"create", call{Method: "POST", Path: accountsPath + "?validateOnly=true", Body: zendeskBody("New")}, true, ""},
		{"create of a taken name", call{Method: "POST", Path: accountsPath + "?validateOnly=true", Body: zendeskBody("Support")}, false, "name_taken"},
		{"put", call{Method: "PUT", Path: at + "?validateOnly=true", Body: zendeskBody("Renamed"), Header: match}, true, ""},
		{"patch", call{Method: "PATCH", Path: at + "?validateOnly=true", Body: `{"name":null}`, Header: match}, false, "required"},
		{"draft", call{Method: "POST", Path: accountsPath + "/validate", Body: zendeskBody("New")}, true, ""},
		{"edits", call{Method: "POST", Path: accountsPath + "/validate", Body: `{"id":"` + a.ID + `","properties":{"url":"https://other.zendesk.com"}}`}, false, "secret_reentry_required"},
		{"no object", call{Method: "POST", Path: accountsPath + "/validate", Body: `7`}, false, "type"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer := s.must(t, http.StatusOK, tt.call)
			require.Contains(t, answer.Body, `"errors":[`, "never null")
			require.Contains(t, answer.Body, `"warnings":[`, "never null")
			report := decode[api.Report](t, answer)
			require.Equal(t, tt.valid, report.Valid, answer.Body)
			require.Equal(t, tt.valid, len(report.Errors) == 0)
			require.Contains(t, answer.Body, tt.want)
		})
	}
	s.refused(t, api.CodeInvalidParameter, call{Method: "POST", Path: accountsPath + "?validateOnly=yes", Body: zendeskBody("New")})
	s.refused(t, api.CodePreconditionRequired, call{Method: "PUT", Path: at + "?validateOnly=true", Body: zendeskBody("New")})
	require.Equal(t, a.ETag, decode[api.Account](t, s.must(t, http.StatusOK, call{Method: "GET", Path: at})).ETag, "nothing was written")
	s.requireNoSecret(t)
}

func TestReadAccountConditionally(t *testing.T) {
	s := newStack(t)
	a := s.create(t, "Support")
	at := accountsPath + "/" + a.ID
	for _, tag := range []string{`"1-0"`, `W/"1-0"`, `"x", "1-0"`, `*`} {
		answer := s.must(t, http.StatusNotModified, call{Method: "GET", Path: at, Header: []string{"If-None-Match", tag}})
		require.Empty(t, answer.Body)
		require.Equal(t, `"1-0"`, answer.Header.Get("ETag"))
	}
	s.must(t, http.StatusOK, call{Method: "GET", Path: at, Header: []string{"If-None-Match", `"2-0"`}})
}

func TestHeadAccount(t *testing.T) {
	s := newStack(t)
	at := accountsPath + "/" + s.create(t, "Support").ID
	get := s.must(t, http.StatusOK, call{Method: "GET", Path: at})
	head := s.must(t, http.StatusOK, call{Method: "HEAD", Path: at})
	require.Empty(t, head.Body)
	for _, name := range []string{"ETag", "Content-Type", "Content-Length"} {
		require.Equal(t, get.Header.Get(name), head.Header.Get(name), name)
	}
	missing := s.must(t, http.StatusNotFound, call{Method: "HEAD", Path: at + "0"})
	require.NotEqual(t, "0", missing.Header.Get("Content-Length"))
}

func TestChangeAccount(t *testing.T) {
	s := newStack(t)
	a := s.create(t, "Support")
	at := accountsPath + "/" + a.ID

	_, p := s.refused(t, api.CodePreconditionRequired, call{Method: "PATCH", Path: at, Body: `{"name":"B"}`})
	require.Equal(t, http.StatusPreconditionRequired, p.Status)
	s.refused(t, api.CodeInvalidParameter, call{Method: "PATCH", Path: at, Body: `{}`, Header: []string{"If-Match", "seven"}})

	patched := s.must(t, http.StatusOK, call{Method: "PATCH", Path: at, Body: `{"name":"B"}`, Header: []string{"If-Match", `"1-0"`}})
	require.Equal(t, `"2-0"`, patched.Header.Get("ETag"))
	require.Equal(t, a.Secrets, decode[api.Account](t, patched).Secrets, "the secret was kept")

	stale, _ := s.refused(t, api.CodeVersionMismatch, call{Method: "PATCH", Path: at, Body: `{"name":"C"}`, Header: []string{"If-Match", `"1-0"`}})
	require.Equal(t, `"2-0"`, stale.Header.Get("ETag"), "the current tag")
	s.refused(t, api.CodeVersionMismatch, call{Method: "PATCH", Path: at, Body: `{"name":"C"}`, Header: []string{"If-Match", `W/"2-0"`}})

	put := s.must(t, http.StatusOK, call{Method: "PUT", Path: at, Body: zendeskBody("C"), Header: []string{"If-Match", `"1-0", "2-7"`}})
	require.Equal(t, `"3-0"`, put.Header.Get("ETag"), "the part behind the dash does not count")
	s.must(t, http.StatusOK, call{Method: "PATCH", Path: at, Body: `{"name":"D"}`, Header: []string{"If-Match", "*"}})

	media, _ := s.refused(t, api.CodeUnsupportedMediaType, call{
		Method: "PATCH", Path: at, Body: `{}`, Header: []string{"If-Match", "*", "Content-Type", "application/json"},
	})
	require.Equal(t, "application/merge-patch+json", media.Header.Get("Accept-Patch"))
	s.requireNoSecret(t)
}

func TestWarningsStandInWriteAnswersOnly(t *testing.T) {
	s := newStack(t)
	body := strings.Replace(zendeskBody("Odd"), "acme.zendesk.com", "desk.acme.com", 1)
	created := s.must(t, http.StatusCreated, call{Method: "POST", Path: accountsPath, Body: body})
	a := decode[api.Account](t, created)
	require.Equal(t, "#/properties/url", a.Warnings[0].Pointer)
	require.Equal(t, "unusual_host", a.Warnings[0].Code)
	read := s.must(t, http.StatusOK, call{Method: "GET", Path: accountsPath + "/" + a.ID})
	require.NotContains(t, read.Body, "warnings")
	s.must(t, http.StatusOK, call{ // what was answered can be sent back
		Method: "PUT", Path: accountsPath + "/" + a.ID, Body: created.Body, Header: []string{"If-Match", `"1-0"`},
	})
}

func TestDeleteAndUndelete(t *testing.T) {
	s := newStack(t)
	at := accountsPath + "/" + s.create(t, "Support").ID
	s.refused(t, api.CodePreconditionRequired, call{Method: "DELETE", Path: at})
	require.Empty(t, s.must(t, http.StatusNoContent, call{Method: "DELETE", Path: at, Header: []string{"If-Match", `"1-0"`}}).Body)
	s.refused(t, api.CodeNotFound, call{Method: "GET", Path: at})
	s.refused(t, api.CodeNotFound, call{Method: "GET", Path: at + "?deleted=exclude"})
	s.refused(t, api.CodeInvalidParameter, call{Method: "GET", Path: at + "?deleted=only"})
	shown := decode[api.Account](t, s.must(t, http.StatusOK, call{Method: "GET", Path: at + "?deleted=include"}))
	require.False(t, shown.DeletedAt.IsZero())

	back := s.must(t, http.StatusOK, call{Method: "POST", Path: at + "/undelete"})
	require.Equal(t, `"3-0"`, back.Header.Get("ETag"))
	require.NotContains(t, back.Body, "deletedAt")
	again := s.must(t, http.StatusOK, call{Method: "POST", Path: at + "/undelete"})
	require.Equal(t, back.Body, again.Body, "a repeated request, whose first answer was lost, is no surprise")
}

func TestListAccounts(t *testing.T) {
	s := newStack(t)
	for _, name := range []string{"Alpha one", "Beta two", "Gamma three"} {
		s.create(t, name)
	}
	names := func(query string) []string {
		t.Helper()
		var out []string
		for _, a := range decode[api.AccountPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: accountsPath + query})).Items {
			out = append(out, a.Name)
		}
		return out
	}
	require.Equal(t, []string{"Gamma three", "Beta two", "Alpha one"}, names("?sort=-name"))
	require.Equal(t, []string{"Beta two"}, names("?q=tw"))
	require.Equal(t, []string{"Beta two"}, names("?name=BETA%20two"))
	require.Empty(t, names("?type=sso"))
	require.Len(t, names("?type=sso&type=zendesk&family=Zendesk&enabled=true&health=unknown&deleted=include"), 3)
	empty := s.must(t, http.StatusOK, call{Method: "GET", Path: accountsPath + "?enabled=false"})
	require.Equal(t, `{"items":[]}`, empty.Body)

	s.refused(t, api.CodeInvalidParameter, call{Method: "GET", Path: accountsPath + "?tpye=zendesk"})
	s.refused(t, api.CodeInvalidParameter, call{Method: "GET", Path: accountsPath + "?sort=name&sort=name"})
}

func TestListAccountsByPages(t *testing.T) {
	s := newStack(t)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		s.create(t, name)
	}
	path := accountsPath + "?type=zendesk&sort=-name&pageSize=2"
	var names []string
	for path != "" {
		a := s.must(t, http.StatusOK, call{Method: "GET", Path: path})
		page := decode[api.AccountPage](t, a)
		for _, item := range page.Items {
			names = append(names, item.Name)
		}
		path = ""
		if link := a.Header.Get("Link"); link != "" {
			require.True(t, strings.HasSuffix(link, `>; rel="next"`), link)
			path = strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
			require.Contains(t, path, "type=zendesk", "the filters go with the link")
			require.NotEmpty(t, page.NextCursor)
		} else {
			require.Empty(t, page.NextCursor)
		}
	}
	require.Equal(t, []string{"e", "d", "c", "b", "a"}, names)

	cursor := decode[api.AccountPage](t, s.must(t, http.StatusOK, call{Method: "GET", Path: accountsPath + "?pageSize=2"})).NextCursor
	for _, query := range []string{"?cursor=" + cursor + "&sort=name", "?cursor=x", "?cursor=" + cursor + "A"} {
		s.refused(t, api.CodeInvalidCursor, call{Method: "GET", Path: accountsPath + query})
	}
}

func TestNotFoundTellsNothing(t *testing.T) {
	s := newStack(t)
	other := s.contactCenter(t, "other.example", models.AllFeatures()...)
	id := s.create(t, "Support").ID
	unknown := "0198c0de-7f3a-7d21-9a44-1f2e3d4c5b6a"
	for _, c := range []call{
		{Method: "GET", Path: ""},
		{Method: "PUT", Path: "", Body: zendeskBody("x")},
		{Method: "PATCH", Path: "", Body: `{"name":"x"}`},
		{Method: "DELETE", Path: ""},
		{Method: "POST", Path: "/undelete"},
		{Method: "POST", Path: "/test"},
		{Method: "POST", Path: "/rollback", Body: `{"version":1}`},
		{Method: "GET", Path: "/checks"},
		{Method: "GET", Path: "/versions"},
		{Method: "GET", Path: "/versions/1"},
		{Method: "GET", Path: "/references"},
		{Method: "PUT", Path: "/references/k", Body: `{"kind":"scenario","name":"x"}`},
		{Method: "DELETE", Path: "/references/k"},
		{Method: "GET", Path: "/credentials"},
	} {
		t.Run(c.Method+c.Path, func(t *testing.T) {
			suffix := c.Path
			c.Header = []string{"If-Match", "*", "X-Request-Id", "same"}
			c.Path, c.Token = accountsPath+"/"+unknown+suffix, s.Token
			missing, _ := s.refused(t, api.CodeNotFound, c)
			c.Path, c.Token = accountsPath+"/"+id+suffix, other
			foreign, _ := s.refused(t, api.CodeNotFound, c)
			require.Equal(t, strings.ReplaceAll(missing.Body, unknown, id), foreign.Body)
			require.Equal(t, missing.Header.Get("Content-Length"), foreign.Header.Get("Content-Length"))
			for name := range missing.Header {
				if name != "Date" && !strings.HasPrefix(name, "Ratelimit") {
					require.Equal(t, missing.Header[name], foreign.Header[name], name)
				}
			}
		})
	}
	s.refused(t, api.CodeNotFound, call{Method: "GET", Path: accountsPath + "/not-an-id"})
	s.refused(t, api.CodeNotFound, call{Method: "GET", Path: accountsPath + "/" + strings.ToUpper(id)})
}

func TestFeatures(t *testing.T) {
	s := newStack(t)
	token := s.contactCenter(t, "plain.example")
	body := `{"type":"sso","name":"Azure","properties":{}}`
	a, _ := s.refused(t, api.CodeFeatureNotEnabled, call{Method: "POST", Path: accountsPath, Body: body, Token: token})
	require.Contains(t, a.Body, `"feature":"single_sign_on"`)
	require.Equal(t, http.StatusForbidden, a.Status)
}

func TestLimit(t *testing.T) {
	s := newStack(t)
	body := func(name string) string {
		return `{"type":"sso","name":"` + name + `","properties":{"agentDesktop":{"enabled":false},"admin":{"enabled":false}}}`
	}
	first := decode[api.Account](t, s.must(t, http.StatusCreated, call{Method: "POST", Path: accountsPath, Body: body("A")}))
	a, _ := s.refused(t, api.CodeLimitReached, call{Method: "POST", Path: accountsPath, Body: body("B")})
	require.Contains(t, a.Body, `"existingId":"`+first.ID+`"`)
}

func withRate(r handlers.Rate) option { return func(c *handlers.Config) { c.RateLimit = r } }
