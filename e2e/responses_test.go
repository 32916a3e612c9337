//go:build full

package e2e_test

import (
	"bytes"
	"compress/flate"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/identity"
	"admin-api/integrations/platform/saml"
	"admin-api/sso/assertion"
)

const (
	spName  = ourHost + "_sso"
	spReply = "https://" + ourHost + "/agentdesktop/sso/redirect"

	requestID = "_0c0ffee0"
)

// ann is somebody at the providers.
var ann = identity.Person{Password: "p", Attributes: map[string][]string{
	"uid": {"ann"}, "FirstName": {"Ann"}, "LastName": {"O'Hara <&> Søn"}, "Email": {"ann@example.net"},
}}

// partner is the service provider that the providers of these tests know.
type partner struct {
	key      crypto.Decrypter
	metadata string
	pem      string
}

func newPartner(t *testing.T) partner {
	t.Helper()
	made := identity.NewSigner(t, time.Hour)
	text, err := os.ReadFile(made.KeyFile)
	require.NoError(t, err)
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	require.NoError(t, err)
	cert, _ := pem.Decode([]byte(made.PEM))
	return partner{key: key.(crypto.Decrypter), pem: made.PEM, metadata: `<EntityDescriptor ` +
		`xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="` + spName + `">` +
		`<SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">` +
		`<KeyDescriptor use="encryption"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>` +
		base64.StdEncoding.EncodeToString(cert.Bytes) + `</X509Certificate></X509Data></KeyInfo></KeyDescriptor>` +
		`<AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="` + spReply +
		`" index="0"/></SPSSODescriptor></EntityDescriptor>`}
}

// expectation is what the service provider expects of a provider with the key.
func (p partner) expectation(t *testing.T, issuer string, by ...*identity.Signer) assertion.Expectation {
	t.Helper()
	e := assertion.Expectation{
		Issuer: issuer, Audience: spName, Recipient: spReply, Decrypters: []crypto.Decrypter{p.key}, Now: time.Now(),
		Requested: func(string) time.Time { return time.Now().Add(-time.Second) },
	}
	for _, one := range by {
		block, _ := pem.Decode([]byte(one.PEM))
		certificate, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err)
		e.Certificates = append(e.Certificates, certificate)
	}
	return e
}

// requestOf is our request to a provider. Its id is the one that the tests know.
func requestOf(at string) *saml.Request {
	return &saml.Request{ID: requestID, Issuer: spName, Destination: at, ReplyURL: spReply, IssuedAt: time.Now()}
}

// requestAddress is where a browser goes with our request.
func requestAddress(t *testing.T, at string) string {
	t.Helper()
	address, err := requestOf(at).RedirectURL()
	require.NoError(t, err)
	return address
}

// passiveAddress asks for somebody who is signed in there already.
func passiveAddress(t *testing.T, at string) string {
	t.Helper()
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.DefaultCompression)
	require.NoError(t, err)
	_, err = w.Write(bytes.Replace(requestOf(at).XML(), []byte("<samlp:AuthnRequest "), []byte(`<samlp:AuthnRequest IsPassive="true" `), 1))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return at + "?" + url.Values{"SAMLRequest": {base64.StdEncoding.EncodeToString(packed.Bytes())}}.Encode()
}

// requireAnn wants a response that was accepted.
func requireAnn(t *testing.T, response string, e assertion.Expectation) *assertion.Accepted {
	t.Helper()
	got, report, err := assertion.Accept(response, e)
	require.NoError(t, err, "%+v", report)
	require.Equal(t, "ann", got.NameID)
	require.Equal(t, e.Issuer, got.Issuer)
	texts := map[string][]string{}
	for _, a := range got.Attributes {
		texts[strings.ToLower(a.Name[strings.LastIndexAny(a.Name, ":/")+1:])] = a.Values
	}
	require.Equal(t, ann.Attributes["FirstName"], texts["firstname"])
	require.Equal(t, ann.Attributes["LastName"], texts["lastname"])
	return got
}

// requireRefused wants a response that was refused with the code.
func requireRefused(t *testing.T, response, code string, e assertion.Expectation) {
	t.Helper()
	_, report, err := assertion.Accept(response, e)
	var refused *assertion.Error
	require.True(t, errors.As(err, &refused), "want %s, got %v; %+v", code, err, report)
	require.Equal(t, code, refused.Code, refused.Detail)
}

// What SimpleSAMLphp writes is accepted however it signs and encrypts.
func TestResponsesOfSimpleSAMLphp(t *testing.T) {
	us, authority := newPartner(t), identity.NewAuthority(t)
	idp := identity.StartSimpleSAMLphp(t, authority, providerHost)
	idp.Set(t, func(s *identity.Settings) {
		s.People, s.ServiceProviders = map[string]identity.Person{"ann": ann}, []string{us.metadata}
	})
	respond := func(options map[string]any) string {
		idp.Set(t, func(s *identity.Settings) { s.Options = options })
		return idp.SignIn(t, requestAddress(t, idp.SignOnURL()), "ann").Fields.Get("SAMLResponse")
	}
	e := us.expectation(t, idp.EntityID(), idp.Settings().Signer)
	for name, tt := range map[string]struct {
		options                        map[string]any
		response, assertion, encrypted bool
	}{
		"both signed":                   {nil, true, true, false},
		"assertion signed":              {map[string]any{"saml20.sign.response": false}, false, true, false},
		"response signed":               {map[string]any{"saml20.sign.assertion": false}, true, false, false},
		"both signed, encrypted":        {map[string]any{"assertion.encryption": true}, true, true, true},
		"response signed, encrypted":    {map[string]any{"assertion.encryption": true, "saml20.sign.assertion": false}, true, false, true},
		"sha-512":                       {map[string]any{"signature.algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"}, true, true, false},
		"attributes without name space": {map[string]any{"attributes.NameFormat": "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"}, true, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := requireAnn(t, respond(tt.options), e)
			require.Equal(t, requestID, got.InResponseTo)
			require.Equal(t, []bool{tt.response, tt.assertion, tt.encrypted}, []bool{got.ResponseSigned, got.AssertionSigned, got.Encrypted})
		})
	}
	t.Run("asked for by HTTP-POST", func(t *testing.T) {
		idp.Set(t, func(s *identity.Settings) { s.Options = nil })
		form := identity.Post{Action: idp.SignOnURL(), Fields: url.Values{}}
		for name, value := range requestOf(form.Action).PostFields() {
			form.Fields.Set(name, value)
		}
		post := idp.SignInPosted(t, form, "ann")
		require.Equal(t, requestID, requireAnn(t, post.Fields.Get("SAMLResponse"), e).InResponseTo)
	})
	t.Run("begun there", func(t *testing.T) {
		idp.Set(t, func(s *identity.Settings) { s.Options = nil })
		post := idp.SignIn(t, idp.InitiatedURL(spName, spReply), "ann")
		require.Empty(t, requireAnn(t, post.Fields.Get("SAMLResponse"), e).InResponseTo)
	})
	for name, tt := range map[string]struct {
		code    string
		options map[string]any
	}{
		"sha-1":      {"sso-algorithm-weak", map[string]any{"signature.algorithm": "http://www.w3.org/2000/09/xmldsig#rsa-sha1"}},
		"not signed": {"sso-not-signed", map[string]any{"saml20.sign.response": false, "saml20.sign.assertion": false}},
		"ciphertext of AES-CBC that nobody signed": {
			"sso-encryption-weak", map[string]any{"assertion.encryption": true, "saml20.sign.response": false},
		},
	} {
		t.Run(name, func(t *testing.T) { requireRefused(t, respond(tt.options), tt.code, e) })
	}
	t.Run("nobody was signed in", func(t *testing.T) {
		idp.Set(t, func(s *identity.Settings) { s.Options = nil })
		post := idp.Open(t, passiveAddress(t, idp.SignOnURL()))
		requireRefused(t, post.Fields.Get("SAMLResponse"), "sso-status-failed", e)
	})
}

// What goes wrong at a provider over time has codes that tell it apart.
func TestResponsesOfProviderInTrouble(t *testing.T) {
	us := newPartner(t)
	idp := identity.StartSimpleSAMLphp(t, identity.NewAuthority(t), providerHost)
	first, next, old := idp.Settings().Signer, identity.NewSigner(t, time.Hour), identity.NewSigner(t, -24*time.Hour)
	for name, tt := range map[string]struct {
		code    string
		signer  *identity.Signer
		trusted []*identity.Signer
		clock   time.Duration
	}{
		"rolled over, both trusted":   {"", next, []*identity.Signer{first, next}, 0},
		"rolled over":                 {"sso-certificate-unknown", next, []*identity.Signer{first}, 0},
		"certificate expired":         {"sso-certificate-expired", old, []*identity.Signer{old}, 0},
		"clock a minute ahead":        {"", first, []*identity.Signer{first}, time.Minute},
		"clock a minute behind":       {"", first, []*identity.Signer{first}, -time.Minute},
		"clock ten minutes ahead":     {"sso-clock-skew", first, []*identity.Signer{first}, 10 * time.Minute},
		"clock ten minutes behind":    {"sso-clock-skew", first, []*identity.Signer{first}, -10 * time.Minute},
		"nothing of ours is trusted":  {"sso-certificate-unknown", first, []*identity.Signer{next}, 0},
		"rolled over, the old is out": {"", next, []*identity.Signer{old, next}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			idp.Set(t, func(s *identity.Settings) {
				s.People, s.ServiceProviders = map[string]identity.Person{"ann": ann}, []string{us.metadata}
				s.Signer, s.ClockOff = tt.signer, tt.clock
			})
			response := idp.SignIn(t, requestAddress(t, idp.SignOnURL()), "ann").Fields.Get("SAMLResponse")
			e := us.expectation(t, idp.EntityID(), tt.trusted...)
			if tt.code == "" {
				requireAnn(t, response, e)
				return
			}
			requireRefused(t, response, tt.code, e)
		})
	}
}

// What other software writes is read as well: other prefixes, lines in base64,
// indented, with name spaces that nothing uses.
func TestResponsesOfOthers(t *testing.T) {
	us, by := newPartner(t), identity.NewSigner(t, time.Hour)
	const issuer = "https://idp.example.org/"
	e := us.expectation(t, issuer, by)
	t.Run("lasso", func(t *testing.T) {
		for _, encrypt := range []bool{false, true} {
			l := &identity.Lasso{
				EntityID: issuer, URL: issuer + "sso", Signer: by, ServiceProvider: us.metadata, Audience: spName, Encrypt: encrypt,
			}
			for name, start := range map[string]string{"asked for": requestAddress(t, l.URL), "begun there": ""} {
				post := l.SignIn(t, start, "ann", ann.Attributes)
				require.Equal(t, spReply, post.Action)
				require.Equal(t, encrypt, requireAnn(t, post.Fields.Get("SAMLResponse"), e).Encrypted, name)
			}
		}
	})
	for _, dialect := range identity.Dialects(t) {
		t.Run(dialect, func(t *testing.T) {
			what := identity.Saying{
				Issuer: issuer, Audience: spName, Reply: spReply, InResponseTo: requestID, NameID: "ann",
				FirstName: ann.Attributes["FirstName"][0], LastName: ann.Attributes["LastName"][0],
			}
			require.False(t, requireAnn(t, identity.Encode(identity.Say(t, dialect, by, what)), e).Encrypted)
			what.EncryptFor = us.pem
			for _, what.Cipher = range []string{"aes128-gcm", "aes256-gcm"} {
				require.True(t, requireAnn(t, identity.Encode(identity.Say(t, dialect, by, what)), e).Encrypted, what.Cipher)
			}
			for _, what.Cipher = range []string{"aes128-cbc", "aes256-cbc"} {
				response := identity.Encode(identity.Say(t, dialect, by, what))
				if dialect == "azure" { // which signs the assertion only
					requireRefused(t, response, "sso-encryption-weak", e)
					continue
				}
				require.True(t, requireAnn(t, response, e).Encrypted, what.Cipher)
			}
		})
	}
}

// What we say of ourselves and what we ask for is valid by the schemas of SAML, and
// what providers say of themselves is read.
func TestMetadataOfProviders(t *testing.T) {
	idp := identity.StartSimpleSAMLphp(t, identity.NewAuthority(t), providerHost)
	next := identity.NewSigner(t, time.Hour)
	idp.Set(t, func(s *identity.Settings) { s.Next = next })
	l := &identity.Lasso{EntityID: "https://idp.example.org/", URL: "https://idp.example.org/sso", Signer: next}
	for document, want := range map[string]struct {
		entityID, signOn string
		certificates     int
	}{
		idp.Metadata(t): {idp.EntityID(), idp.SignOnURL(), 2}, l.Metadata(t): {l.EntityID, l.URL, 1},
	} {
		identity.CheckSchema(t, document, identity.SchemaMetadata)
		m, err := saml.ReadMetadata([]byte(document), time.Now())
		require.NoError(t, err)
		require.Contains(t, m.SignOn, saml.Endpoint{Binding: saml.BindingRedirect, Location: want.signOn})
		require.Equal(t, want.entityID, m.EntityID)
		require.Len(t, m.Certificates, want.certificates)
	}
	identity.CheckSchema(t, string(requestOf(idp.SignOnURL()).XML()), identity.SchemaProtocol)
}
