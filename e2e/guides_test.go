//go:build full

package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/program"
	"admin-api/store/storetest"
)

// tour is what a guide needs beside the program.
type tour struct {
	// settings are of the program, env and instead of the reader.
	settings, env []string
	instead       map[string]string
	// more, when set, is more of env, about the program that was started.
	more func(p *program.Program) []string
	// prepare, when set, is done before the first command, meanwhile beside them.
	prepare, meanwhile func(t *testing.T, p *program.Program)
}

// domain is the contact center of which most guides speak.
const domain = "mycompany.example"

// tours has every guide. A guide that is not here fails the test.
func tours() map[string]func(*testing.T) tour {
	plain := func(*testing.T) tour { return tour{} }
	named := func(*testing.T) tour {
		return tour{settings: []string{"ADMIN_API_BOOTSTRAP_DOMAIN=" + domain}, env: []string{"NEW_PASSWORD=a quiet lake in October"}}
	}
	return map[string]func(*testing.T) tour{
		"audit.md":           named,
		"backup.md":          backupTour,
		"contact-centers.md": plain,
		"events.md":          eventsTour,
		"salesforce.md":      salesforceTour,
		"scim.md":            scimTour,
		"sets.md":            setsTour,
		"sign-in.md":         signInTour,
		"single-sign-on.md":  singleSignOnTour,
		"tokens.md":          plain,
		"users.md":           named,
	}
}

// TestGuides executes every guide, as it is printed, against the program.
func TestGuides(t *testing.T) {
	files, err := filepath.Glob("../docs/guides/*.md")
	require.NoError(t, err)
	all := tours()
	require.Len(t, files, len(all), "each guide once, and no other")
	for _, file := range files {
		name := filepath.Base(file)
		require.Contains(t, all, name, "no test executes this guide")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			travel(t, all[name](t), blocksOf(string(text)))
		})
	}
}

// travel starts the program and follows the blocks in a folder that has the
// program as bin/admin-api, its data as state, and the example of a set.
func travel(t *testing.T, with tour, blocks []block) {
	t.Helper()
	p := program.Start(t, with.settings...)
	dir := filepath.Dir(p.Data)
	bin := filepath.Join(dir, "bin")
	require.NoError(t, os.Mkdir(bin, 0o700))
	require.NoError(t, os.Symlink(p.Binary, filepath.Join(bin, "admin-api")))
	if with.prepare != nil {
		with.prepare(t, p)
	}
	r := reader{dir: dir, instead: with.instead, env: append([]string{
		"API=" + p.URL + "/api/v1", "TOKEN=" + p.Token, "PASSWORD=" + p.Password,
		"ADMIN_API_SERVER=" + p.URL, "ADMIN_API_TOKEN=" + p.Token,
		"ADMIN_API_DATA=" + filepath.Base(p.Data), "PATH=" + bin + ":" + os.Getenv("PATH"),
	}, with.env...)}
	if with.more != nil {
		r.env = append(r.env, with.more(p)...)
	}
	if with.meanwhile != nil {
		r.meanwhile = func(t *testing.T) { with.meanwhile(t, p) }
	}
	r.follow(t, blocks)
}

// scimTour has the address of SCIM.
func scimTour(*testing.T) tour {
	return tour{
		settings: []string{"ADMIN_API_BOOTSTRAP_DOMAIN=" + domain},
		more:     func(p *program.Program) []string { return []string{"SCIM=" + p.URL + "/scim/v2"} },
	}
}

// setsTour has the example of the repository, without anybody's secrets.
func setsTour(*testing.T) tour {
	return tour{prepare: func(t *testing.T, p *program.Program) {
		example := filepath.Join(filepath.Dir(p.Data), "examples", "set")
		require.NoError(t, os.CopyFS(example, os.DirFS("../examples/set")))
		require.NoError(t, os.RemoveAll(filepath.Join(example, "secrets")))
	}}
}

// signInTour has the document of an sso account that knows the provider of
// administrators and is off.
func signInTour(*testing.T) tour {
	return tour{
		settings: []string{"ADMIN_API_BOOTSTRAP_DOMAIN=" + domain, "ADMIN_API_LOGIN_RATE_LIMIT=off"},
		env:      []string{"NEW_PASSWORD=a quiet lake in October", "EMERGENCY=a red lamp in a glass case"},
		instead: map[string]string{
			"account": "SSO=$API/integration-accounts/$(call --json @sso.json $API/integration-accounts | jq -r .id)\n",
		},
		prepare: func(t *testing.T, p *program.Program) {
			raw, err := os.ReadFile("../examples/accounts/sso.json")
			require.NoError(t, err)
			document := strings.NewReplacer(
				`"agentDesktop"`, `"admin"`, `"admin"`, `"agentDesktop"`, `"enabled": true`, `"enabled": false`,
			).Replace(string(raw))
			require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(p.Data), "sso.json"), []byte(document), 0o600))
		},
	}
}

// backupTour has two accounts to keep, and a PostgreSQL of the test's own to
// which the guide moves them.
func backupTour(t *testing.T) tour {
	return tour{
		settings: []string{"ADMIN_API_BOOTSTRAP_DOMAIN=" + domain},
		env:      []string{"POSTGRES=" + storetest.EmptyPostgresURL(t)},
		prepare: func(t *testing.T, p *program.Program) {
			for _, name := range []string{"one", "two"} {
				makeAccount(t, p, name)
			}
		},
	}
}

func makeAccount(t *testing.T, p *program.Program, name string) {
	t.Helper()
	body := `{"type":"zendesk","name":"` + name + `","properties":{"url":"https://acme.zendesk.com",` +
		`"authorizationType":"apiToken","username":"a@acme.example","apiToken":"0123456789abcdef0123456789abcdef"}}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+"/api/v1/integration-accounts", strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer "+p.Token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusCreated, res.StatusCode)
}

// singleSignOnTour has the metadata that somebody downloaded, and a proxy that ends
// HTTPS in front of the browser.
func singleSignOnTour(*testing.T) tour {
	return tour{
		settings: []string{"ADMIN_API_BOOTSTRAP_DOMAIN=" + domain, "ADMIN_API_TRUSTED_PROXIES=127.0.0.1/32"},
		instead: map[string]string{
			"browser": `curl -sS -H 'X-Forwarded-Proto: https' ${API%/api/v1}/admin/sso/login | grep 'You are not signed in' >/dev/null`,
		},
		prepare: func(t *testing.T, p *program.Program) {
			text, err := os.ReadFile("../integrations/platform/saml/testdata/metadata/azure.xml")
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(p.Data), "metadata.xml"), text, 0o600))
		},
	}
}
