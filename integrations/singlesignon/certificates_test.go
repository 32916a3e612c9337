package singlesignon

import (
	"crypto/elliptic"
	"crypto/x509"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/validation"
)

const list = agent + "identityProviderCertificates"

func TestCertificateForms(t *testing.T) {
	good, strong := issued{}.pem(t), rsaKey(t, 2048)
	tests := []struct {
		name, text string
		code       string // empty: accepted
	}{
		{"ecdsa p-256", good, ""},
		{"ecdsa p-384", issued{key: ecdsaKey(t, elliptic.P384())}.pem(t), ""},
		{"rsa 2048", issued{key: strong}.pem(t), ""},
		{"carriage returns", strings.ReplaceAll(good, "\n", "\r\n"), ""},
		{"bare base64", bare(t, good), ""},
		{"bare base64 in lines", bare(t, good)[:64] + "\r\n" + bare(t, good)[64:], ""},
		{"white space around", "\n  " + good + "\n\n", ""},
		{"rsa 1024", issued{key: rsaKey(t, 1024)}.pem(t), "certificate_weak_key"},
		{"ecdsa p-224", issued{key: ecdsaKey(t, elliptic.P224())}.pem(t), "certificate_weak_key"},
		{"ed25519", issued{key: ed25519Key(t)}.pem(t), "certificate_weak_key"},
		{"private key", pkcs8(t, strong), "private_key_submitted"},
		{"private key as bare base64", bare(t, pkcs8(t, strong)), "private_key_submitted"},
		{"certificate and its private key", good + pkcs8(t, strong), "private_key_submitted"},
		{"certificate request", request(t), "certificate_request_submitted"},
		{"certificate request as bare base64", bare(t, request(t)), "certificate_request_submitted"},
		{"public key", block("PUBLIC KEY", []byte("x")), "pem_certificate"},
		{"two blocks", good + issued{}.pem(t), "pem_certificate"},
		{"junk behind", good + "junk", "pem_certificate"},
		{"junk before", "junk\n" + good, "pem_certificate"},
		{"no end line", strings.Split(good, "-----END")[0], "pem_certificate"},
		{"no certificate inside", block("CERTIFICATE", []byte("not ASN.1")), "pem_certificate"},
		{"base64 of nothing useful", "aGVsbG8gd29ybGQ=", "pem_certificate"},
		{"a fingerprint", "AB:CD:EF:01:23:45", "pem_certificate"},
		{"empty", "", "pem_certificate"},
		{"17 KiB", issued{padding: 17 << 10}.pem(t), "certificate_too_large"},
	}
	section := azure(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := judgeAgent(t, section.with("identityProviderCertificates", []string{tt.text}))
			if tt.code == "" {
				require.Empty(t, got.errors)
				require.Len(t, got.properties.AgentDesktop.SigningCertificates(), 1)
				return
			}
			require.Equal(t, []string{list + "/0 " + tt.code}, got.errors)
			for _, v := range got.context.Errors() {
				require.NotContains(t, v.Detail, "MII", "a text quotes no key")
			}
		})
	}
}

func TestCertificateNormalForm(t *testing.T) {
	good := issued{}.pem(t)
	for name, text := range map[string]string{
		"as it is": good, "bare": bare(t, good), "carriage returns": strings.ReplaceAll(good, "\n", "\r\n"),
		"one line": strings.ReplaceAll(good, "\n", ""),
	} {
		got := judgeAgent(t, azure(t).with("identityProviderCertificates", []string{text}))
		require.Empty(t, got.errors, name)
		require.Equal(t, []string{good}, got.properties.AgentDesktop.IdentityProviderCertificates, name)
	}
}

func TestCertificateDates(t *testing.T) {
	var (
		valid    = issued{}.pem(t)
		another  = issued{}.pem(t)
		expired  = issued{from: -2 * year, to: -hour}.pem(t)
		older    = issued{from: -3 * year, to: -year}.pem(t)
		future   = issued{from: hour, to: year}.pem(t)
		expiring = issued{from: -year, to: 29 * 24 * hour}.pem(t)
		later    = issued{from: -year, to: 31 * 24 * hour}.pem(t)
	)
	tests := []struct {
		name         string
		certificates []string
		timely       string // code at the list: a violation where changed, else a warning
		warnings     []string
	}{
		{name: "valid", certificates: []string{valid}},
		{name: "two valid", certificates: []string{valid, another}},
		{name: "expired", certificates: []string{expired}, timely: "certificate_expired"},
		{name: "all expired", certificates: []string{expired, older}, timely: "certificate_expired"},
		{name: "future", certificates: []string{future}, timely: "certificate_not_yet_valid"},
		{name: "none valid now", certificates: []string{expired, future}, timely: "certificate_not_yet_valid"},
		{name: "rolled over", certificates: []string{expired, valid}, warnings: []string{"/0 certificate_expired"}},
		{name: "before a roll-over", certificates: []string{valid, future}, warnings: []string{"/1 certificate_not_yet_valid"}},
		{name: "expiring", certificates: []string{expiring}, warnings: []string{"/0 certificate_expiring"}},
		{name: "not so soon", certificates: []string{later}},
		{name: "expiring, replaced", certificates: []string{expiring, valid}},
		{name: "expiring, successor to come", certificates: []string{expiring, future}, warnings: []string{"/1 certificate_not_yet_valid"}},
		{name: "twice", certificates: []string{valid, valid}, warnings: []string{"/1 certificate_duplicate"}},
	}
	section := azure(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			set := section.with("identityProviderCertificates", tt.certificates)
			var timely []string
			if tt.timely != "" {
				timely = []string{list + " " + tt.timely}
			}
			warnings := under(list, tt.warnings)

			got := judgeAgent(t, set)
			require.Equal(t, timely, got.errors)
			require.Equal(t, warnings, got.warnings)

			stored := judgeAgent(t, set, unchanged)
			require.Empty(t, stored.errors, "time must not make an account uneditable")
			require.Equal(t, append(timely, warnings...), stored.warnings)

			off := judge(t, members{"agentDesktop": section, "admin": set.with("enabled", false)})
			require.Empty(t, off.errors, "a section that is off may hold what it will")
		})
	}
}

// The bounds belong to the validity (RFC 5280 4.1.2.5).
func TestCertificateBounds(t *testing.T) {
	set := azure(t).with("identityProviderCertificates", []string{issued{from: -hour, to: hour}.pem(t)})
	for name, want := range map[string]struct {
		context func(*validation.Context)
		errors  []string
	}{
		"first moment": {context: func(c *validation.Context) { c.Now = now.Add(-hour) }},
		"last moment":  {context: func(c *validation.Context) { c.Now = now.Add(hour) }},
		"too early": {
			context: func(c *validation.Context) { c.Now = now.Add(-hour - 1) }, errors: []string{list + " certificate_not_yet_valid"},
		},
		"too late": {
			context: func(c *validation.Context) { c.Now = now.Add(hour + 1) }, errors: []string{list + " certificate_expired"},
		},
	} {
		require.Equal(t, want.errors, judgeAgent(t, set, want.context).errors, name)
	}
}

func TestCertificateSignature(t *testing.T) {
	old := issued{key: rsaKey(t, 2048), algorithm: x509.SHA1WithRSA}.pem(t)
	got := judgeAgent(t, azure(t).with("identityProviderCertificates", []string{old}))
	require.Empty(t, got.errors, "the key is trusted, not the signature over it")
	require.Equal(t, []string{list + "/0 certificate_weak_signature"}, got.warnings)
}

func TestCertificateCount(t *testing.T) {
	many := make([]string, 11)
	for i := range many {
		many[i] = issued{}.pem(t)
	}
	got := judgeAgent(t, azure(t).with("identityProviderCertificates", many))
	require.Equal(t, []string{list + " max"}, got.errors)
}

func TestSigningCertificatesSkipsUnreadable(t *testing.T) {
	good := issued{}.pem(t)
	s := Section{IdentityProviderCertificates: []string{"junk", block("CERTIFICATE", []byte("x")), good}}
	require.Len(t, s.SigningCertificates(), 1)
}

func TestCertificatesAreListed(t *testing.T) {
	got := judge(t, members{"agentDesktop": azure(t), "admin": azure(t)})
	found := Definition.Certificates(got.properties)
	require.Len(t, found, 2)
	require.Equal(t, list+"/0", found[0].Pointer)
	require.Equal(t, "/admin/identityProviderCertificates/0", found[1].Pointer)
}
