package assertion_test

import (
	"crypto"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
)

// fixed is what the responses of testdata/xmlsec must be: their keys are the same
// in every run, so that a corpus of them stays one.
func fixed(tb testing.TB) assertion.Expectation {
	tb.Helper()
	e := assertion.Expectation{
		Issuer: "https://idp.example.net/xmlsec", Audience: assertiontest.Audience, Recipient: assertiontest.Recipient,
		Decrypters: []crypto.Decrypter{xmlsecKey(tb)}, Now: time.Date(2030, 3, 15, 12, 0, 2, 0, time.UTC),
	}
	for _, name := range []string{"rsa", "p256", "p521"} {
		e.Certificates = append(e.Certificates, xmlsecCertificate(tb, name))
	}
	return e
}

var fixedResponses = []string{
	"response-rsa-sha256", "assertion-rsa-sha512", "assertion-ecdsa-sha256", "response-ecdsa-sha512",
	"encrypted-aes256-gcm", "response-aes128-cbc",
}

// judged checks what holds of every response: it is refused with a code, or names
// whom the provider named.
func judged(t *testing.T, encoded string, e assertion.Expectation) {
	t.Helper()
	got, report, err := assertion.Accept(encoded, e)
	require.NotNil(t, report)
	require.Less(t, len(report.Seen.Redacted), 33<<10)
	if err != nil {
		var refused *assertion.Error
		require.ErrorAs(t, err, &refused)
		require.True(t, slices.Contains(assertion.Codes(), refused.Code), refused.Code)
		require.Less(t, len(refused.Detail), 4<<10)
		require.Nil(t, got)
		return
	}
	require.Equal(t, "jane.doe", got.NameID)
	require.Equal(t, "_assertion", got.AssertionID)
	require.Equal(t, "_request", got.InResponseTo)
	require.Equal(t, []assertion.Attribute{
		{Name: "FirstName", Values: []string{"Zoë"}}, {Name: "groups", Values: []string{"R&D <west>"}},
	}, got.Attributes)
}

func FuzzAccept(f *testing.F) {
	e := fixed(f)
	for _, name := range fixedResponses {
		f.Add(xmlsec(f, name+".xml"))
	}
	for _, c := range assertiontest.Hostile(f) {
		if text, err := base64.StdEncoding.DecodeString(c.Encoded); err == nil && len(text) < 32<<10 {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		judged(t, base64.StdEncoding.EncodeToString(text), e)
	})
}

// FuzzForm takes the form field as it is, with base64 and white space.
func FuzzForm(f *testing.F) {
	e := fixed(f)
	for _, name := range fixedResponses {
		f.Add(base64.StdEncoding.EncodeToString(xmlsec(f, name+".xml")))
	}
	f.Add("")
	f.Add(" PHg+ \r\n")
	f.Fuzz(func(t *testing.T, encoded string) { judged(t, encoded, e) })
}

// FuzzDecrypted is for what stands in an encrypted assertion, which anybody can
// encrypt.
func FuzzDecrypted(f *testing.F) {
	p := assertiontest.New(f, assertiontest.Google())
	e := fixed(f)
	e.Decrypters = []crypto.Decrypter{assertiontest.EncryptionKey()}
	r := p.Response(e)
	r.SignResponse = false
	for _, name := range fixedResponses[1:3] {
		text := string(xmlsec(f, name+".xml"))
		f.Add(between(text, "<saml:Assertion", "</saml:Assertion>"))
	}
	f.Add("<a/>")
	f.Fuzz(func(t *testing.T, plain string) {
		r.EncryptTo, r.InResponseTo = &assertiontest.EncryptionKey().PublicKey, "_request"
		r.EditAssertion = func(string) string { return plain }
		judged(t, r.Encode(t), e)
	})
}

// between returns a text from one word to the end of another.
func between(text, from, to string) string {
	return text[strings.Index(text, from) : strings.Index(text, to)+len(to)]
}
