package singlesignon

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/validation"
)

const domain = "mycompany.brightpattern.com"

const (
	azureURL  = "https://login.microsoftonline.com/8d1e3c5a-0b47-4f6e-9a2d-7c5b1e3f9a60/saml2"
	ownIssuer = domain + "_sso"
)

// people is a contact center with one user per role.
type people struct{}

func (people) Roles(id string) ([]string, bool) {
	roles, ok := map[string][]string{
		"agent": {"Agent"}, "supervisor": {"supervisor"}, "administrator": {"Administrator"},
		"both": {"Agent", "Administrator"}, "reviewer": {"Reviewer"}, "roleless": {},
	}[id]
	return roles, ok
}

func (people) TeamExists(string) bool   { return false }
func (people) Teams() map[string]string { return nil }

// members of a section; with makes a copy with some changed, nil removes one.
type members map[string]any

func (m members) with(pairs ...any) members {
	m = maps.Clone(m)
	for pair := range slices.Chunk(pairs, 2) {
		name := pair[0].(string)
		if m[name] = pair[1]; pair[1] == nil {
			delete(m, name)
		}
	}
	return m
}

// azure is a section in order.
func azure(t *testing.T) members {
	t.Helper()
	return members{
		"enabled":                      true,
		"identityProviderSsoUrl":       azureURL,
		"identityProviderIssuer":       ownIssuer,
		"identityProviderCertificates": []string{issued{}.pem(t)},
	}
}

func (m members) provider(url, issuer string) members {
	return m.with("identityProviderSsoUrl", url, "identityProviderIssuer", issuer)
}

// judged is what the rules say of a document.
type judged struct {
	properties *Properties
	errors     []string // "pointer code"
	warnings   []string
	context    *validation.Context
}

func judge(t *testing.T, document any, adjust ...func(*validation.Context)) judged {
	t.Helper()
	raw, err := json.Marshal(document)
	require.NoError(t, err)
	c := &validation.Context{Now: now, Domain: domain, Directory: people{}}
	for _, f := range adjust {
		f(c)
	}
	decoded := Definition.Decode(raw, nil, c)
	properties, ok := decoded.(*Properties)
	require.True(t, ok, "decoded %T", decoded)
	return judged{properties, lines(c.Errors()), lines(c.Warnings()), c}
}

// judgeAgent judges a document with one section.
func judgeAgent(t *testing.T, section members, adjust ...func(*validation.Context)) judged {
	t.Helper()
	return judge(t, members{"agentDesktop": section}, adjust...)
}

func lines(violations validation.Errors) []string {
	var out []string
	for _, v := range violations {
		out = append(out, v.Pointer+" "+v.Code)
	}
	return out
}

func unchanged(c *validation.Context) { c.Changed = func(string) bool { return false } }
