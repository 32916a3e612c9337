package assertion_test

import (
	"crypto/x509"
	"encoding/base64"
	"testing"
	"time"

	saml2 "github.com/russellhaering/gosaml2"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/stretchr/testify/require"

	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
)

// No change of a single byte makes somebody else of a user: it is refused, or
// changes nothing that is signed.
func TestChangedBytesChangeNobody(t *testing.T) {
	for _, d := range []assertiontest.Dialect{assertiontest.Azure(), assertiontest.SimpleSAMLphp()} {
		t.Run(d.Name, func(t *testing.T) {
			p := assertiontest.New(t, d)
			e := p.Expectation()
			r := p.Response(e)
			r.InResponseTo = "_request"
			text := []byte(r.XML(t))
			want, _ := accept(t, base64.StdEncoding.EncodeToString(text), e)
			accepted := 0
			for i, original := range text {
				text[i] = [...]byte{original ^ 1, original ^ 0x20, ' ', '<', 0}[i%5]
				got, _, err := assertion.Accept(base64.StdEncoding.EncodeToString(text), e)
				if err == nil {
					accepted++
					got.ResponseID = want.ResponseID // signed in some dialects only
					require.Equal(t, want, got, "byte %d: %q instead of %q", i, text[i], original)
				}
				text[i] = original
			}
			require.Less(t, accepted, len(text)/2) // of KeyInfo and white space
		})
	}
}

// What is accepted is read by gosaml2, with nothing of ours, as the same.
func TestAnotherReaderReadsTheSame(t *testing.T) {
	for _, d := range assertiontest.Dialects() {
		d.Line = 0 // it does not read broken lines
		p := assertiontest.New(t, d)
		e := p.Expectation()
		encoded := p.Respond(t, e, "_request", func(r *assertiontest.Response) {
			// It reads a signed assertion from the canonical form of a signed response,
			// which may lack the prefixes that the assertion's own signature includes.
			r.SignResponse = r.SignResponse && !d.TypesOnRoot
		})
		got, _ := accept(t, encoded, e)
		other := &saml2.SAMLServiceProvider{
			IdentityProviderIssuer: p.Issuer, AssertionConsumerServiceURL: e.Recipient, AudienceURI: e.Audience,
			IDPCertificateStore: &dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{p.Certificate}},
			Clock:               dsig.NewFakeClockAt(e.Now.Add(time.Second)),
		}
		info, err := other.RetrieveAssertionInfo(encoded)
		require.NoError(t, err, d.Name)
		require.Equal(t, info.NameID, got.NameID)
		require.Equal(t, info.SessionIndex, got.SessionIndex)
		require.Equal(t, info.ResponseSignatureValidated, got.ResponseSigned)
		for _, a := range got.Attributes {
			require.Equal(t, info.Values.GetAll(a.Name), a.Values)
		}
	}
}
