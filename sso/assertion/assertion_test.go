package assertion_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
)

// accept wants a response to be accepted.
func accept(t *testing.T, encoded string, e assertion.Expectation) (*assertion.Accepted, *assertion.Report) {
	t.Helper()
	got, report, err := assertion.Accept(encoded, e)
	require.NoError(t, err)
	return got, report
}

// refuse wants a response to be refused with a code.
func refuse(t *testing.T, code, encoded string, e assertion.Expectation) (*assertion.Error, *assertion.Report) {
	t.Helper()
	_, report, err := assertion.Accept(encoded, e)
	var refused *assertion.Error
	require.ErrorAs(t, err, &refused)
	require.Equal(t, code, refused.Code, refused.Detail)
	return refused, report
}

func TestDialects(t *testing.T) {
	for _, d := range assertiontest.Dialects() {
		for _, signed := range []struct {
			name                string
			response, assertion bool
		}{{"response", true, false}, {"assertion", false, true}, {"both", true, true}} {
			t.Run(d.Name+", "+signed.name, func(t *testing.T) {
				p := assertiontest.New(t, d)
				e := p.Expectation()
				got, report := accept(t, p.Respond(t, e, "_request", func(r *assertiontest.Response) {
					r.SignResponse, r.SignAssertion = signed.response, signed.assertion
					r.SessionNotOnOrAfter = e.Now.Add(8 * time.Hour)
				}), e)
				require.Equal(t, assertiontest.NameID, got.NameID)
				require.Equal(t, p.Issuer, got.Issuer)
				require.Equal(t, "_request", got.InResponseTo)
				require.Equal(t, signed.response, got.ResponseSigned)
				require.Equal(t, signed.assertion, got.AssertionSigned)
				require.True(t, got.Certificate.Equal(p.Certificate))
				require.Equal(t, []string{"agents", "R&D <west>"}, got.Attributes[3].Values)
				require.Equal(t, 8, int(got.SessionNotOnOrAfter.Sub(e.Now).Hours()))
				require.True(t, report.Verified)
			})
		}
	}
}

func TestEncryptedAssertions(t *testing.T) {
	keys := []crypto.Decrypter{assertiontest.StrangerKey(), assertiontest.EncryptionKey()}
	for _, d := range assertiontest.Dialects() {
		p := assertiontest.New(t, d)
		e := p.Expectation()
		e.Decrypters = keys
		for _, tt := range []struct {
			cipher, transport   string
			response, assertion bool
		}{
			{assertiontest.AES128GCM, assertiontest.OAEP, false, true},
			{assertiontest.AES192GCM, assertiontest.OAEP, true, true},
			{assertiontest.AES256GCM, assertiontest.OAEPSHA256, true, false},
			{assertiontest.AES128CBC, assertiontest.OAEPSHA256, true, false},
			{assertiontest.AES192CBC, assertiontest.OAEP, true, true},
			{assertiontest.AES256CBC, assertiontest.OAEP, true, true},
		} {
			t.Run(d.Name+", "+tt.cipher, func(t *testing.T) {
				got, report := accept(t, p.Respond(t, e, "", func(r *assertiontest.Response) {
					r.EncryptTo, r.Cipher, r.Transport = &assertiontest.EncryptionKey().PublicKey, tt.cipher, tt.transport
					r.SignResponse, r.SignAssertion = tt.response, tt.assertion
				}), e)
				require.Equal(t, assertiontest.NameID, got.NameID)
				require.True(t, got.Encrypted)
				require.Equal(t, tt.assertion, got.AssertionSigned)
				require.Len(t, got.Attributes, 4)
				require.True(t, report.Seen.Encrypted)
				require.Equal(t, assertiontest.NameID, report.Seen.NameID)
			})
		}
	}
}

// Some providers encrypt an assertion as it stands in the response, whose declarations
// of namespaces it needs.
func TestEncryptedPartOfADocument(t *testing.T) {
	p := assertiontest.New(t, assertiontest.SimpleSAMLphp())
	e := p.Expectation()
	e.Decrypters = []crypto.Decrypter{assertiontest.EncryptionKey()}
	const declaration = ` xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"`
	sealed := func(signed bool, edit func(string) string) func(*assertiontest.Response) {
		return func(r *assertiontest.Response) {
			r.EncryptTo, r.Cipher, r.SignResponse = &assertiontest.EncryptionKey().PublicKey, assertiontest.AES256GCM, signed
			r.EditAssertion = func(text string) string {
				require.Contains(t, text, declaration)
				return edit(strings.Replace(text, declaration, "", 1))
			}
		}
	}
	same := func(text string) string { return text }
	for _, signed := range []bool{true, false} {
		got, report := accept(t, p.Respond(t, e, "", sealed(signed, same)), e)
		require.Equal(t, assertiontest.NameID, got.NameID)
		require.Equal(t, signed, got.ResponseSigned)
		require.True(t, got.AssertionSigned)
		require.Contains(t, report.Seen.Redacted, assertiontest.NameID)
	}
	malformed, _ := refuse(t, assertion.CodeXMLMalformed, p.Respond(t, e, "", sealed(true, func(text string) string {
		return strings.ReplaceAll(text, "saml:Subject", "other:Subject")
	})), e)
	require.Contains(t, malformed.Detail, "the prefix other")
	around := sealed(false, func(text string) string { return strings.ReplaceAll(text, "saml:", "evil:") })
	foreign, _ := refuse(t, assertion.CodeAssertionCount, p.Respond(t, e, "", func(r *assertiontest.Response) {
		around(r)
		r.Tamper = func(root *etree.Element) { root.CreateAttr("xmlns:evil", "urn:example:evil") }
	}), e)
	require.Contains(t, foreign.Detail, "decrypted")
}

// Bare UUIDs are no names of XML when a digit comes first, but ids of some providers.
func TestIDsThatBeginWithADigit(t *testing.T) {
	p := assertiontest.New(t, assertiontest.Okta())
	e := p.Expectation()
	got, _ := accept(t, p.Respond(t, e, "", func(r *assertiontest.Response) {
		r.ID, r.AssertionID = "28338c8c-39ab-4b94-bcdc-46f68f99d962", "0"
	}), e)
	require.Equal(t, []string{"28338c8c-39ab-4b94-bcdc-46f68f99d962", "0"}, []string{got.ResponseID, got.AssertionID})
}

func TestBrokenLines(t *testing.T) {
	p := assertiontest.New(t, assertiontest.Azure())
	e := p.Expectation()
	encoded := p.Respond(t, e, "", nil)
	for i, space := range []string{"\n", "\r\n", " ", "\t", "\n    "} {
		var b strings.Builder
		for j := 0; j < len(encoded); j += 64 {
			b.WriteString(encoded[j:min(j+64, len(encoded))] + space)
		}
		got, _ := accept(t, b.String(), e)
		require.Equal(t, assertiontest.NameID, got.NameID, i)
	}
	accept(t, p.Respond(t, e, "", func(r *assertiontest.Response) {
		r.TamperText = func(text string) string { return "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n" + text + "\n" }
	}), e)
	got, _ := accept(t, p.Respond(t, e, "", func(r *assertiontest.Response) {
		r.Tamper = func(root *etree.Element) {
			value := root.FindElement("//SignatureValue")
			value.SetText("\n      " + strings.Join(strings.SplitAfter(value.Text(), "A"), "\r\n      ") + "\n    ")
		}
	}), e)
	require.True(t, got.AssertionSigned)
}

// inASN1 signs as goxmldsig does, not as XML Signature has it.
func inASN1(t *testing.T, key *ecdsa.PrivateKey) func([]byte) []byte {
	return func(info []byte) []byte {
		sum := sha256.Sum256(info)
		value, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
		require.NoError(t, err)
		return value
	}
}

func TestKeysOfOtherKinds(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		p := assertiontest.New(t, assertiontest.Okta())
		key := assertiontest.ECDSAKey(t, curve)
		p.Key = key
		p.Certificate = assertiontest.Certificate(t, key, assertiontest.Now().AddDate(-1, 0, 0), assertiontest.Now().AddDate(1, 0, 0))
		e := p.Expectation()
		got, _ := accept(t, p.Respond(t, e, "", nil), e)
		require.True(t, got.ResponseSigned)
		got, _ = accept(t, p.Respond(t, e, "", func(r *assertiontest.Response) {
			r.ResponseSigning.Value, r.SignAssertion = inASN1(t, key), false
			r.ResponseSigning.Method = assertiontest.ECDSASHA256
		}), e)
		require.True(t, got.ResponseSigned, "in the form that Go has for it")
	}
	p := assertiontest.New(t, assertiontest.ADFS())
	e := p.Expectation()
	for method, digest := range map[string]string{
		assertiontest.RSASHA384: assertiontest.SHA384, assertiontest.RSASHA512: assertiontest.SHA512,
	} {
		accept(t, p.Respond(t, e, "", func(r *assertiontest.Response) {
			r.AssertionSigning.Method, r.AssertionSigning.Digest = method, digest
			r.AssertionSigning.Content, r.AssertionSigning.Canonicalization = assertiontest.WithComments, assertiontest.WithComments
		}), e)
	}
}

// A response may be referred to as the whole document.
func TestReferenceToTheDocument(t *testing.T) {
	p := assertiontest.New(t, assertiontest.Google())
	e := p.Expectation()
	got, _ := accept(t, p.Respond(t, e, "", func(r *assertiontest.Response) { r.ResponseSigning.URI = new("") }), e)
	require.True(t, got.ResponseSigned)
}

func TestRollOver(t *testing.T) {
	p := assertiontest.New(t, assertiontest.Azure())
	now := assertiontest.Now()
	next := assertiontest.Certificate(t, assertiontest.ForeignKey(), now.AddDate(0, -1, 0), now.AddDate(2, 0, 0))
	over := assertiontest.Certificate(t, p.Key, now.AddDate(-3, 0, 0), now.AddDate(-1, 0, 0))
	e := p.Expectation()
	e.Certificates = []*x509.Certificate{next, over, p.Certificate}
	got, _ := accept(t, p.Respond(t, e, "", nil), e)
	require.True(t, got.Certificate.Equal(p.Certificate), "renewed with the same key")

	got, _ = accept(t, p.Respond(t, e, "", func(r *assertiontest.Response) {
		r.AssertionSigning = assertiontest.Signing{Key: assertiontest.ForeignKey()} // names no certificate
	}), e)
	require.True(t, got.Certificate.Equal(next))

	e.Certificates = []*x509.Certificate{p.Certificate}
	refused, report := refuse(t, assertion.CodeCertificateUnknown, p.Respond(t, e, "", func(r *assertiontest.Response) {
		r.AssertionSigning = assertiontest.Signing{Key: assertiontest.ForeignKey(), Certificate: next}
	}), e)
	require.Equal(t, report.Seen.Fingerprint, refused.Value)
	require.Equal(t, "CN=signing.idp.example.net", report.Seen.CertificateSubject)
	require.True(t, report.Seen.CertificateEnds.Equal(next.NotAfter))
	require.False(t, report.Verified)
}

func TestSkewIsAllowed(t *testing.T) {
	p := assertiontest.New(t, assertiontest.Azure())
	e := p.Expectation()
	for name, change := range map[string]func(*assertiontest.Response){
		"ahead": func(r *assertiontest.Response) {
			r.Issued, r.NotBefore, r.AuthnInstant = e.Now.Add(89*time.Second), e.Now.Add(89*time.Second), e.Now.Add(89*time.Second)
		},
		"ended":            func(r *assertiontest.Response) { r.NotOnOrAfter = e.Now.Add(-89 * time.Second) },
		"old":              func(r *assertiontest.Response) { r.Issued = e.Now.Add(-assertion.MaxAge - 89*time.Second) },
		"session ended":    func(r *assertiontest.Response) { r.SessionNotOnOrAfter = e.Now.Add(-89 * time.Second) },
		"signed in of old": func(r *assertiontest.Response) { r.AuthnInstant = e.Now.AddDate(0, 0, -7) },
	} {
		t.Run(name, func(t *testing.T) { accept(t, p.Respond(t, e, "", change), e) })
	}
}

func TestRememberedUntil(t *testing.T) {
	p := assertiontest.New(t, assertiontest.Azure())
	e := p.Expectation()
	ends := func(lifetime time.Duration) time.Duration {
		got, _ := accept(t, p.Respond(t, e, "", func(r *assertiontest.Response) { r.NotOnOrAfter = e.Now.Add(lifetime) }), e)
		return got.NotOnOrAfter.Sub(e.Now).Round(time.Minute)
	}
	require.Equal(t, 5*time.Minute, ends(5*time.Minute))
	require.Equal(t, assertion.MaxAge, ends(1000*time.Hour))
}

func TestClockSkewSaysByHowMuch(t *testing.T) {
	p := assertiontest.New(t, assertiontest.ADFS())
	e := p.Expectation()
	refused, _ := refuse(t, assertion.CodeClockSkew, p.Respond(t, e, "", func(r *assertiontest.Response) {
		r.Issued = e.Now.Add(10 * time.Minute)
	}), e)
	require.Contains(t, refused.Detail, "provider's clock is 10m1s ahead of this server's")

	e.Requested = func(id string) time.Time {
		require.Equal(t, "_request", id)
		return e.Now.Add(-5 * time.Second)
	}
	refused, _ = refuse(t, assertion.CodeClockSkew, p.Respond(t, e, "_request", func(r *assertiontest.Response) {
		r.Issued, r.NotOnOrAfter = e.Now.Add(-10*time.Minute), e.Now.Add(-5*time.Minute)
	}), e)
	require.Contains(t, refused.Detail, "provider's clock is at least 9m54s behind this server's")
}

func TestWhatMayBeLeftOut(t *testing.T) {
	p := assertiontest.New(t, assertiontest.Azure())
	e := p.Expectation()
	got, report := accept(t, p.Respond(t, e, "", func(r *assertiontest.Response) {
		r.Destination, r.SessionIndex, r.NameIDFormat, r.Attributes = "", "", "", nil
		r.Edit = func(text string) string {
			text = strings.Replace(text, `<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">`+p.Issuer+`</Issuer>`, "", 1)
			return strings.Replace(text, "<Subject>", "<!-- for the curious --><Subject>", 1)
		}
	}), e)
	require.Empty(t, got.Attributes)
	step, ok := report.Step(assertion.StepDestination)
	require.True(t, ok)
	require.Equal(t, assertion.Skipped, step.Status)
}

func TestAttributesThatAreNoText(t *testing.T) {
	p := assertiontest.New(t, assertiontest.Azure())
	e := p.Expectation()
	got, report := accept(t, p.Respond(t, e, "", func(r *assertiontest.Response) {
		r.Edit = func(text string) string {
			return strings.Replace(text, ">Jane<", "><NameID>targeted</NameID><", 1)
		}
	}), e)
	require.Equal(t, assertion.Attribute{Name: "FirstName"}, got.Attributes[0])
	step, _ := report.Step(assertion.StepAttributes)
	require.Equal(t, "1 values that are encrypted, or no text, were left out.", step.Detail)
}

// A response as large as the limits let it be is accepted: no library gives up
// before.
func TestLargeResponses(t *testing.T) {
	for _, d := range assertiontest.Dialects() {
		p := assertiontest.New(t, d)
		e := p.Expectation()
		got, _ := accept(t, p.Respond(t, e, "", func(r *assertiontest.Response) {
			r.SignResponse, r.SignAssertion = true, true
			groups := assertion.Attribute{Name: "groups"}
			for i := range 820 {
				groups.Values = append(groups.Values, fmt.Sprintf("group-%d", i))
			}
			r.Attributes = []assertion.Attribute{groups}
		}), e)
		require.Len(t, got.Attributes[0].Values, 820)
	}
}

func TestReport(t *testing.T) {
	p := assertiontest.New(t, assertiontest.Okta())
	e := p.Expectation()
	e.Audience = "other.example.com_sso"
	encoded := p.Respond(t, p.Expectation(), "_request", nil)
	refused, report := refuse(t, assertion.CodeAudienceWrong, encoded, e)
	require.Equal(t, assertiontest.Audience, refused.Value)
	require.Contains(t, refused.Detail, `expected "other.example.com_sso"`)

	want := map[string]string{
		assertion.StepDecryption: assertion.Skipped, assertion.StepConditions: assertion.Failed,
		assertion.StepAuthentication: assertion.Skipped, assertion.StepTimes: assertion.Skipped,
		assertion.StepAttributes: assertion.Skipped,
	}
	for _, step := range report.Steps {
		status, ok := want[step.Name]
		if !ok {
			status = assertion.Passed
		}
		require.Equal(t, status, step.Status, step.Name)
	}
	seen := report.Seen
	require.True(t, report.Verified)
	require.Equal(t, []string{assertiontest.Audience}, seen.Audiences)
	require.Equal(t, []string{"response", "assertion"}, seen.Signed)
	require.Equal(t, []string{assertiontest.RSASHA256, assertiontest.RSASHA256}, seen.SignatureMethods)
	require.Equal(t, []any{p.Issuer, assertiontest.Recipient, assertiontest.Recipient, "_request", assertiontest.NameID},
		[]any{seen.Issuer, seen.Destination, seen.Recipient, seen.InResponseTo, seen.NameID})
	require.Len(t, seen.Attributes, 4)
	require.Contains(t, seen.Redacted, assertiontest.NameID)

	text, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(encoded, "\n", ""))
	require.NoError(t, err)
	tree := etree.NewDocument()
	require.NoError(t, tree.ReadFromBytes(text))
	for _, tag := range []string{"SignatureValue", "DigestValue", "X509Certificate"} {
		for _, el := range tree.FindElements("//" + tag) {
			require.NotContains(t, seen.Redacted, strings.Fields(el.Text())[0], tag)
		}
	}
}

// What was decrypted is shown, redacted; the cipher is not.
func TestReportOfEncrypted(t *testing.T) {
	p := assertiontest.New(t, assertiontest.Azure())
	e := p.Expectation()
	e.Decrypters = []crypto.Decrypter{assertiontest.EncryptionKey()}
	_, report := accept(t, p.Respond(t, e, "", func(r *assertiontest.Response) {
		r.EncryptTo, r.Cipher = &assertiontest.EncryptionKey().PublicKey, assertiontest.AES256GCM
	}), e)
	require.Contains(t, report.Seen.Redacted, assertiontest.NameID)
	require.Regexp(t, `CipherValue>\(\d+ characters\)<`, report.Seen.Redacted)
	require.Regexp(t, `SignatureValue>\(\d+ characters\)<`, report.Seen.Redacted)
	require.Equal(t, []string{"assertion"}, report.Seen.Signed)
}

// A report stays small whatever arrives.
func TestReportIsBounded(t *testing.T) {
	p := assertiontest.New(t, assertiontest.Azure())
	e := p.Expectation()
	_, report := accept(t, p.Respond(t, e, "", func(r *assertiontest.Response) {
		r.Attributes = []assertion.Attribute{{Name: strings.Repeat("ü", 1000), Values: []string{strings.Repeat("x", 90_000)}}}
		for range 100 {
			r.Attributes = append(r.Attributes, assertion.Attribute{Name: "group", Values: []string{"x"}})
		}
	}), e)
	require.Less(t, len(report.Seen.Redacted), 33<<10)
	require.Len(t, report.Seen.Attributes, 50)
	require.Len(t, []rune(report.Seen.Attributes[0].Name), 257)
	require.Len(t, []rune(report.Seen.Attributes[0].Values[0]), 257)
}

func TestCodes(t *testing.T) {
	met := map[string]bool{}
	for _, c := range assertiontest.Hostile(t) {
		met[c.Code] = true
	}
	seen := map[string]bool{}
	for _, code := range assertion.Codes() {
		require.Regexp(t, `^sso-[a-z-]+$`, code)
		require.False(t, seen[code], code)
		seen[code] = true
		require.True(t, met[code], "no hostile response is refused with %s", code)
	}
	require.Len(t, met, len(seen))
}
