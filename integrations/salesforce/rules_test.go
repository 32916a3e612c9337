package salesforce

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations/salesforce/salesforcetest"
	"admin-api/validation"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// certificate returns a new self-signed certificate in PEM.
func certificate(t *testing.T, from, to time.Time) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Acme Salesforce"}, NotBefore: from, NotAfter: to,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// document lays members over an account with data access; nil leaves one out.
func document(t *testing.T, members map[string]any) json.RawMessage {
	t.Helper()
	all := map[string]any{
		"url": "https://" + salesforcetest.Host, "consumerKey": salesforcetest.Key, "consumerSecret": salesforcetest.Secret, "refreshToken": salesforcetest.Refresh,
	}
	maps.Copy(all, members)
	maps.DeleteFunc(all, func(_ string, v any) bool { return v == nil })
	raw, err := json.Marshal(all)
	require.NoError(t, err)
	return raw
}

func decode(t *testing.T, members map[string]any) *Properties {
	t.Helper()
	c := &validation.Context{Now: now}
	p, ok := Definition.Decode(document(t, members), nil, c).(*Properties)
	require.True(t, ok)
	require.NoError(t, c.Err())
	return p
}

func found(list validation.Errors) []string {
	var all []string
	for _, v := range list {
		all = append(all, v.Pointer+" "+v.Code)
	}
	return all
}

func TestRules(t *testing.T) {
	valid := certificate(t, now.AddDate(-1, 0, 0), now.AddDate(1, 0, 0))
	tests := []struct {
		name             string
		members          map[string]any
		errors, warnings []string
	}{
		{name: "data access"},
		{name: "url missing", members: map[string]any{"url": nil}, errors: []string{"/url required"}},
		{name: "url over http", members: map[string]any{"url": "http://" + salesforcetest.Host}, errors: []string{"/url https_url"}},
		{name: "url with user", members: map[string]any{"url": "https://a:b@" + salesforcetest.Host}, errors: []string{"/url https_url"}},
		{name: "lightning", members: map[string]any{"url": "https://acme.lightning.force.com"}, errors: []string{"/url lightning_url"}},
		{name: "other host", members: map[string]any{"url": "https://crm.acme.com"}, warnings: []string{"/url unusual_host"}},
		{name: "other host with path", members: map[string]any{"url": "https://crm.acme.com/x"}, errors: []string{"/url https_origin"}},
		{name: "common login", members: map[string]any{"url": "https://login.salesforce.com"}, warnings: []string{"/url unusual_host"}},
		{name: "look-alike", members: map[string]any{"url": "https://acme.my.salesforce.com.evil.example"}, warnings: []string{"/url unusual_host"}},
		{name: "developer edition", members: map[string]any{"url": "https://acme-dev-ed.develop.my.salesforce.com"}},
		{
			name: "sandbox with the switch off", members: map[string]any{"url": "https://acme--uat.sandbox.my.salesforce.com"},
			warnings: []string{"/sandboxEnvironment sandbox_mismatch"},
		},
		{
			name:    "sandbox",
			members: map[string]any{"url": "https://acme--uat.sandbox.my.salesforce.com", "sandboxEnvironment": true},
		},
		{name: "old sandbox", members: map[string]any{"url": "https://acme--uat.my.salesforce.com", "sandboxEnvironment": true}},
		{
			name: "switch on without sandbox", members: map[string]any{"sandboxEnvironment": true},
			warnings: []string{"/sandboxEnvironment sandbox_mismatch"},
		},
		{name: "key missing", members: map[string]any{"consumerKey": nil}, errors: []string{"/consumerKey required"}},
		{name: "secret missing", members: map[string]any{"consumerSecret": nil}, errors: []string{"/consumerSecret required"}},
		{
			name: "refresh token alone", members: map[string]any{"consumerKey": nil, "consumerSecret": nil},
			errors: []string{"/consumerKey required", "/consumerSecret required"},
		},
		{name: "no refresh token", members: map[string]any{"refreshToken": nil}, warnings: []string{"/refreshToken not_authorized"}},
		{
			name: "nothing set up", members: map[string]any{"consumerKey": nil, "consumerSecret": nil, "refreshToken": nil},
			warnings: []string{"/consumerKey nothing_configured"},
		},
		{name: "key with a space", members: map[string]any{"consumerKey": "3MVG9 x"}, errors: []string{"/consumerKey no_space"}},
		{name: "key too long", members: map[string]any{"consumerKey": "3MVG" + strings.Repeat("a", 509)}, errors: []string{"/consumerKey max"}},
		{name: "odd key", members: map[string]any{"consumerKey": "8F1D0A6C"}, warnings: []string{"/consumerKey unusual_consumer_key"}},
		{name: "secret with a space", members: map[string]any{"consumerSecret": "8F1D 0A6C"}, errors: []string{"/consumerSecret pattern"}},
		{name: "secret too long", members: map[string]any{"consumerSecret": strings.Repeat("8F1D0A6C5", 57)}, errors: []string{"/consumerSecret max"}},
		{name: "refresh token in two lines", members: map[string]any{"refreshToken": "5Aep\n861"}, errors: []string{"/refreshToken control_character"}},
		{name: "version without v", members: map[string]any{"apiVersion": "61.0"}, errors: []string{"/apiVersion pattern"}},
		{name: "version retired", members: map[string]any{"apiVersion": "v30.0"}, errors: []string{"/apiVersion pattern"}},
		{name: "version to come", members: map[string]any{"apiVersion": "v101.0"}},
		{name: "sso without certificate", members: map[string]any{"ssoEnabled": true}, errors: []string{"/identityProviderCertificate required"}},
		{name: "sso", members: map[string]any{"ssoEnabled": true, "identityProviderCertificate": valid}},
		{
			name:    "sso alone",
			members: map[string]any{"consumerKey": nil, "consumerSecret": nil, "refreshToken": nil, "ssoEnabled": true, "identityProviderCertificate": valid},
		},
		{name: "bare base64", members: map[string]any{"identityProviderCertificate": bare(valid)}},
		{name: "no certificate", members: map[string]any{"identityProviderCertificate": "abc"}, errors: []string{"/identityProviderCertificate pem_certificate"}},
		{
			name: "login address elsewhere", members: map[string]any{"identityProviderLoginUrl": "https://idp.acme.com/idp/login?app=1"},
			errors: []string{"/identityProviderLoginUrl salesforce_login_url"},
		},
		{
			name: "login address over http", members: map[string]any{"identityProviderLoginUrl": "http://acme.my.salesforce.com/idp/login"},
			errors: []string{"/identityProviderLoginUrl https_url"},
		},
		{name: "login address", members: map[string]any{"identityProviderLoginUrl": "https://acme.my.salesforce.com/idp/login?app=0sp1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := &validation.Context{Now: now}
			Definition.Decode(document(t, tt.members), nil, c)
			require.Equal(t, tt.errors, found(c.Errors()))
			require.Equal(t, tt.warnings, found(c.Warnings()))
		})
	}
}

// bare takes the frame off a certificate.
func bare(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[1:len(lines)-1], "")
}

// TestCertificateDates: what the request sets must be valid; what it leaves may
// have expired since.
func TestCertificateDates(t *testing.T) {
	tests := []struct {
		name     string
		from, to time.Time
		code     string
		violates bool
	}{
		{"expired", now.AddDate(-2, 0, 0), now.AddDate(0, 0, -1), "certificate_expired", true},
		{"to come", now.AddDate(0, 0, 1), now.AddDate(2, 0, 0), "certificate_not_yet_valid", true},
		{"soon over", now.AddDate(-1, 0, 0), now.AddDate(0, 0, 20), "certificate_expiring", false},
	}
	for _, tt := range tests {
		members := map[string]any{"ssoEnabled": true, "identityProviderCertificate": certificate(t, tt.from, tt.to)}
		want := []string{"/identityProviderCertificate " + tt.code}
		judge := func(enabled, changed bool) *validation.Context {
			members["ssoEnabled"] = enabled
			c := &validation.Context{Now: now, Changed: func(string) bool { return changed }}
			Definition.Decode(document(t, members), nil, c)
			return c
		}
		t.Run(tt.name, func(t *testing.T) {
			set, left, off := judge(true, true), judge(true, false), judge(false, true)
			if tt.violates {
				require.Equal(t, want, found(set.Errors()))
			} else {
				require.Equal(t, want, found(set.Warnings()))
			}
			for _, c := range []*validation.Context{left, off} {
				require.Empty(t, c.Errors())
				require.Equal(t, want, found(c.Warnings()))
			}
		})
	}
}

func TestNormalizeURL(t *testing.T) {
	tests := map[string]string{
		"acme.my.salesforce.com":                              "https://acme.my.salesforce.com",
		"HTTPS://Acme.My.Salesforce.com/":                     "https://acme.my.salesforce.com",
		"https://acme.my.salesforce.com/lightning/page/home?": "https://acme.my.salesforce.com",
		"https://acme.my.salesforce.com:443/#x":               "https://acme.my.salesforce.com",
		"https://acme.my.salesforce.com:8443":                 "https://acme.my.salesforce.com:8443",
		"https://Crm.acme.com/Path?Q":                         "https://crm.acme.com/Path?Q",
		"https://ann@acme.my.salesforce.com":                  "https://ann@acme.my.salesforce.com",
		"acme":                                                "acme",
		"":                                                    "",
	}
	for in, want := range tests {
		require.Equal(t, want, normalizeURL(in), in)
		require.Equal(t, want, normalizeURL(want), "stays")
	}
}

func TestDestinations(t *testing.T) {
	decode := func(members map[string]any) *Properties { return decode(t, members) }
	before := decode(nil)
	require.Equal(t, []string{"/url"}, Definition.ChangedDestinations(before, decode(map[string]any{"url": "https://other.my.salesforce.com"})))
	require.Equal(t, []string{"/sandboxEnvironment"}, Definition.ChangedDestinations(before, decode(map[string]any{"sandboxEnvironment": true})))
	require.Empty(t, Definition.ChangedDestinations(before, decode(map[string]any{"url": "acme.my.salesforce.com", "apiVersion": "v62.0"})))
}

// TestWhereTokensAreIssued: the credentials go to an address that is not
// Salesforce's in no case.
func TestWhereTokensAreIssued(t *testing.T) {
	tests := []struct {
		url     string
		sandbox bool
		want    string
	}{
		{"https://acme.my.salesforce.com", false, "https://acme.my.salesforce.com"},
		{"https://acme.my.salesforce.com", true, "https://acme.my.salesforce.com"},
		{"https://crm.acme.com", false, "https://login.salesforce.com"},
		{"https://crm.acme.com", true, "https://test.salesforce.com"},
		{"https://acme.my.salesforce.com:8443", false, "https://login.salesforce.com"},
		{"https://acme.my.salesforce.com.evil.example", false, "https://login.salesforce.com"},
		{"https://evil.example/.my.salesforce.com", false, "https://login.salesforce.com"},
	}
	for _, tt := range tests {
		p := &Properties{URL: tt.url, SandboxEnvironment: tt.sandbox}
		require.Equal(t, tt.want, p.login(), tt.url)
	}
}

func TestIsInstance(t *testing.T) {
	good := []string{
		"https://acme.my.salesforce.com", "https://acme.my.salesforce.com/", "https://na139.salesforce.com",
		"https://ACME--uat.sandbox.my.salesforce.com", "https://acme.my.salesforce.com:443",
	}
	bad := []string{
		"", "acme.my.salesforce.com", "http://acme.my.salesforce.com", "https://evil.example", "https://evilsalesforce.com",
		"https://acme.my.salesforce.com.evil.example", "https://acme.force.com", "https://acme.my.site.com",
		"https://acme.my.salesforce.com:8443", "https://acme.my.salesforce.com:", "https://acme.my.salesforce.com@evil.example",
		"https://evil.example\\.salesforce.com", "https://evil.example/.salesforce.com", "https://evil.example#.salesforce.com",
		"https://evil.example?.salesforce.com", "https://ann@acme.my.salesforce.com", "https://acme.my.salesforce.com/services",
		"https://acme.my.salesforce.com?", "https://%65vil.example%00.salesforce.com", "https://.salesforce.com",
		"https://evil.example%2f.salesforce.com", "//acme.my.salesforce.com", "https://acme.my.salesforce.com.",
	}
	for _, raw := range good {
		require.True(t, isInstance(raw), raw)
	}
	for _, raw := range bad {
		require.False(t, isInstance(raw), raw)
	}
}

func TestUserOf(t *testing.T) {
	require.Equal(t, "user 005xx000001SwiUAAS of organization 00Dxx0000001gPLEAY",
		userOf("https://login.salesforce.com/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS"))
	require.Empty(t, userOf("https://login.salesforce.com/id/<script>/005xx000001SwiUAAS"))
	require.Empty(t, userOf(""))
}
