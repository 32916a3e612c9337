package remoteassistance

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/validation"
)

func TestRules(t *testing.T) {
	tests := []struct {
		name, members string
		want          []string
	}{
		{"least", `"username":"ann@acme.com","password":"s3cr3t"`, nil},
		{"europe", `"username":"ann@acme.com","password":"s3cr3t","dataCenter":"eu"`, nil},
		{"nothing", ``, []string{"/username required", "/password required"}},
		{"user is no address", `"username":"ann","password":"s3cr3t"`, []string{"/username email"}},
		{"user too long", `"username":"` + strings.Repeat("a", 255) + `@acme.com","password":"s3cr3t"`, []string{"/username email"}},
		{"password of 128", `"username":"ann@acme.com","password":"` + strings.Repeat("pass-wor", 16) + `"`, nil},
		{"password of 129", `"username":"ann@acme.com","password":"` + strings.Repeat("pass-wor", 16) + `d"`, []string{"/password max"}},
		{"password in two lines", `"username":"ann@acme.com","password":"s3c\nr3t"`, []string{"/password control_character"}},
		{"other data center", `"username":"ann@acme.com","password":"s3cr3t","dataCenter":"asia"`, []string{"/dataCenter enum"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &validation.Context{}
			Definition.Decode(json.RawMessage("{"+tt.members+"}"), nil, c)
			var all []string
			for _, v := range c.Errors() {
				all = append(all, v.Pointer+" "+v.Code)
			}
			require.Equal(t, tt.want, all)
		})
	}
}

func TestDataCenters(t *testing.T) {
	c := &validation.Context{}
	decode := func(document string) *Properties {
		p, _ := Definition.Decode(json.RawMessage(document), []string{"/password"}, c).(*Properties)
		return p
	}
	unset, us := decode(`{"username":"ann@acme.com"}`), decode(`{"username":"bob@acme.com","dataCenter":"us"}`)
	eu := decode(`{"username":"ann@acme.com","dataCenter":"eu"}`)
	require.NoError(t, c.Err())
	require.Equal(t, "https://secure.logmeinrescue.com/", origin(unset.DataCenter).String())
	require.Equal(t, "https://secure.logmeinrescue.eu/", origin(eu.DataCenter).String())
	require.Empty(t, Definition.ChangedDestinations(unset, us))
	require.Equal(t, []string{"/dataCenter"}, Definition.ChangedDestinations(us, eu))
}

func TestFirstWord(t *testing.T) {
	tests := map[string]string{
		"OK": "OK", " OK\r\nAccountID:1": "OK", "invalid": "INVALID", "ERROR: no": "ERROR", "": "", "<html>": "<HTML>",
	}
	for text, want := range tests {
		require.Equal(t, want, firstWord(text))
	}
}

func TestJudge(t *testing.T) {
	tests := []struct{ name, text, code string }{
		{"administrator", account("Acme", "337365", "0"), ""},
		{"both", account("Acme", "337365", "337366"), "also_technician"},
		{"technician", account("Acme", "0", "337366"), "not_administrator"},
		{"neither", account("Acme", "0", "00"), "not_administrator"},
		{"organization that speaks of ids", account("AdminID:0 TechID:5 Ltd", "337365", "0"), ""},
		{"labels apart from their values", "OK ADMINID: 7 TECHID: 0", ""},
		{"no ids", "OK", "unexpected_answer"},
		{"half of it", "OK AdminID:7", "unexpected_answer"},
		{"no numbers", "OK AdminID:x TechID:y", "unexpected_answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := judge(tt.text)
			if tt.code == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.code)
		})
	}
}
