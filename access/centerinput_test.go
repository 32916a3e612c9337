package access

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/models"
	"admin-api/validation"
)

// What is stored as a domain is a host name that addresses can be made of, and
// what breaks a rule is left as a violation, never a panic.
func FuzzDomain(f *testing.F) {
	for _, seed := range []string{"mycompany.example", "A-b.C", "localhost", "192.0.2.1", "a..b", "-a.b", "a:1", "::1", "a/b", "\x00", "ü.de"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, domain string) {
		var center models.ContactCenter
		c := &validation.Context{}
		doc := centerDocument{Domain: domain}
		doc.apply(&center, c)
		if len(c.Errors()) > 0 {
			require.Equal(t, "/domain", c.Errors()[0].Pointer)
			return
		}
		require.Equal(t, strings.ToLower(center.Domain), center.Domain)
		at, err := url.Parse("https://" + center.Domain + "/agentdesktop/")
		require.NoError(t, err)
		require.Equal(t, center.Domain, at.Hostname())
		require.Empty(t, at.Port())
	})
}

// The features that are on are known ones, each once, in one order.
func FuzzFeatures(f *testing.F) {
	f.Add("aws", "facebook", "aws")
	f.Add("", "AWS", "x")
	f.Fuzz(func(t *testing.T, a, b, d string) {
		c := &validation.Context{}
		on := knownFeatures([]string{a, b, d}, c)
		require.Subset(t, models.AllFeatures(), on)
		require.LessOrEqual(t, len(on)+len(c.Errors()), 3)
		again := &validation.Context{}
		require.Equal(t, on, knownFeatures(on, again))
		require.Empty(t, again.Errors())
	})
}
