//go:build full

package e2e_test

import (
	"bufio"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/e2e/identity"
	"admin-api/sso/assertion"
)

// libraries is a process that answers for providers which are made of libraries from npm;
// see provider.mjs.
type libraries struct {
	in  io.Writer
	out *bufio.Scanner
}

func startLibraries(t *testing.T) *libraries {
	t.Helper()
	in, out := startScript(t, "provider.mjs")
	return &libraries{in, out}
}

// library is an identity provider made of one. It has no pages: whoever comes is
// signed in.
type library struct {
	*libraries
	name   string
	issuer string
	signer *identity.Signer
	// partner is the metadata of the service provider, reply where its answers go that
	// nobody asked for.
	partner, reply string
	// options and toPartner are what the library takes beyond that.
	options, toPartner map[string]any
}

// signIn returns the form with which somebody gets to the service provider. The address
// is the one of the service provider's request; without it the provider begins.
func (l *library) signIn(t *testing.T, address, nameID string) identity.Post {
	t.Helper()
	key, err := os.ReadFile(l.signer.KeyFile)
	require.NoError(t, err)
	u, err := url.Parse(address)
	require.NoError(t, err)
	options, toPartner := map[string]any{}, map[string]any{}
	maps.Copy(options, l.options)
	maps.Copy(toPartner, l.toPartner)
	_, err = io.WriteString(l.in, text(t, map[string]any{
		"library": l.name, "issuer": l.issuer, "key": string(key), "certificate": l.signer.PEM,
		"partner": l.partner, "audience": spName, "reply": l.reply, "request": u.RawQuery,
		"nameId": nameID, "firstName": "Ann", "lastName": surname[0], "email": "ann@example.net",
		"options": options, "toPartner": toPartner,
	})+"\n")
	require.NoError(t, err)
	require.True(t, l.out.Scan(), "the provider ended: %v", l.out.Err())
	var got struct{ Action, Response string }
	require.NoError(t, json.Unmarshal(l.out.Bytes(), &got), l.out.Text())
	return identity.Post{Action: got.Action, Fields: url.Values{"SAMLResponse": {got.Response}}}
}

// surname is that of everybody there.
var surname = []string{"O'Hara <&> Søn"}

// The cipher that samlify and many others choose.
const aes256CBC = "http://www.w3.org/2001/04/xmlenc#aes256-cbc"

// What libraries write that others make providers of is read, and what is weak in it
// refused, as they are told to sign and to encrypt.
func TestResponsesOfLibraries(t *testing.T) {
	all, us, by := startLibraries(t), newPartner(t), identity.NewSigner(t, time.Hour)
	const issuer = "https://idp.example.org/saml"
	e := us.expectation(t, issuer, by)
	type options = map[string]any
	for name, tt := range map[string]struct {
		library                        string
		options, toPartner             options
		response, assertion, encrypted bool
		code                           string
	}{
		"samlp":                     {library: "samlp", assertion: true},
		"samlp, both signed":        {library: "samlp", options: options{"signResponse": true}, response: true, assertion: true},
		"samlp, response signed":    {library: "samlp", options: options{"signResponse": true, "signAssertion": false}, response: true},
		"samlp, prefixes":           {library: "samlp", options: options{"signResponse": true, "signatureNamespacePrefix": "dsig"}, response: true, assertion: true},
		"samlp, encrypted":          {library: "samlp", options: options{"encryptionCert": us.pem}, assertion: true, encrypted: true},
		"samlp, encrypted by CBC":   {library: "samlp", options: options{"encryptionCert": us.pem, "encryptionAlgorithm": aes256CBC, "disallowEncryptionWithInsecureAlgorithm": false, "signResponse": true}, response: true, assertion: true, encrypted: true},
		"samlp, CBC without more":   {library: "samlp", options: options{"encryptionCert": us.pem, "encryptionAlgorithm": aes256CBC, "disallowEncryptionWithInsecureAlgorithm": false}, code: "sso-encryption-weak"},
		"samlp, SHA-1":              {library: "samlp", options: options{"signatureAlgorithm": "rsa-sha1"}, code: "sso-algorithm-weak"},
		"samlp, digest of SHA-1":    {library: "samlp", options: options{"digestAlgorithm": "sha1"}, code: "sso-algorithm-weak"},
		"samlp, not signed":         {library: "samlp", options: options{"signAssertion": false}, code: "sso-not-signed"},
		"samlp, another audience":   {library: "samlp", options: options{"audience": "another_sso"}, code: "sso-audience-wrong"},
		"samlify":                   {library: "samlify", response: true},
		"samlify, both signed":      {library: "samlify", toPartner: options{"wantAssertionsSigned": true, "wantMessageSigned": true}, response: true},
		"samlify, SHA-512":          {library: "samlify", options: options{"requestSignatureAlgorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"}, response: true},
		"samlify, other prefixes":   {library: "samlify", options: options{"tagPrefix": options{"protocol": "p", "assertion": "a"}}, response: true},
		"samlify, encrypted by CBC": {library: "samlify", options: options{"isAssertionEncrypted": true, "dataEncryptionAlgorithm": aes256CBC}, response: true, encrypted: true},
		"samlify, RSA of PKCS #1":   {library: "samlify", options: options{"isAssertionEncrypted": true, "keyEncryptionAlgorithm": "http://www.w3.org/2001/04/xmlenc#rsa-1_5"}, code: "sso-encryption-weak"},
		"samlify, PSS":              {library: "samlify", options: options{"requestSignatureAlgorithm": "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"}, code: "sso-algorithm-weak"},
	} {
		t.Run(name, func(t *testing.T) {
			l := &library{all, tt.library, issuer, by, us.metadata, spReply, tt.options, tt.toPartner}
			post := l.signIn(t, requestAddress(t, issuer), "ann")
			require.Equal(t, spReply, post.Action)
			if tt.code != "" {
				requireRefused(t, post.Fields.Get("SAMLResponse"), tt.code, e)
				return
			}
			got, report, err := assertion.Accept(post.Fields.Get("SAMLResponse"), e)
			require.NoError(t, err, "%+v", report)
			require.Equal(t, []string{"ann", requestID}, []string{got.NameID, got.InResponseTo})
			require.True(t, slices.ContainsFunc(got.Attributes, func(a assertion.Attribute) bool { return slices.Equal(a.Values, surname) }))
			require.Equal(t, []bool{tt.response, tt.assertion, tt.encrypted}, []bool{got.ResponseSigned, got.AssertionSigned, got.Encrypted})
		})
	}
}

// People of providers that are made of libraries sign in to both applications, from
// both sides, also with an assertion that only we can read.
func signInAtLibraries(t *testing.T, o *office) {
	key := o.must(t, http.MethodPost, "/sso/keys", nil)
	defer o.must(t, http.MethodDelete, "/sso/keys/"+key["id"].(string), nil)
	all := startLibraries(t)
	for name, encrypted := range map[string]map[string]any{
		"samlp":   {"encryptionCert": key["certificate"]},
		"samlify": {"isAssertionEncrypted": true, "dataEncryptionAlgorithm": "http://www.w3.org/2009/xmlenc11#aes256-gcm"},
	} {
		l := &library{libraries: all, name: name, issuer: "https://" + name + ".example.org/saml", signer: o.signer}
		sections := map[string]map[string]any{}
		for portal := range portals {
			sections[portal] = o.section(portal)
			maps.Copy(sections[portal], map[string]any{
				"identityProviderSsoUrl": l.issuer, "identityProviderIssuer": l.issuer, "allowIdpInitiated": true,
			})
		}
		o.connect(t, sections)
		for portal, at := range portals {
			l.reply = "https://" + ourHost + at.path + "/redirect"
			l.partner = party{t, http.Header{}}.ask(o.Program, http.MethodGet, ourHost+at.path+"/metadata", "").text
			for direction, start := range map[string]string{"here": at.path + "/login", "there": ""} {
				for kind, options := range map[string]map[string]any{"plain": nil, "encrypted": encrypted} {
					l.options = options
					o.requireLetIn(t, l, start, name+"."+at.section+"."+direction+"."+kind, portal)
				}
			}
		}
	}
}

// requireLetIn wants somebody to become a user and to have a session. Without a start
// the provider begins.
func (o *office) requireLetIn(t *testing.T, l *library, start, username, portal string) {
	t.Helper()
	browser, address := o.plainBrowser(t), ""
	if start != "" {
		var status int
		status, address = open(t, browser, http.MethodGet, start, nil)
		require.Equal(t, http.StatusFound, status, username)
	}
	form := l.signIn(t, address, username)
	require.Equal(t, l.reply, form.Action)
	status, _ := open(t, browser, http.MethodPost, portals[portal].path+"/redirect", form.Fields)
	if status != http.StatusOK {
		require.Empty(t, o.lastRefusal(t), username)
	}
	status, _ = open(t, browser, http.MethodGet, "/api/v1/me", nil)
	require.Equal(t, http.StatusOK, status, username)
	made := o.user(t, username)
	require.Equal(t, []any{"Ann", surname[0], "ann@example.net"}, []any{made["firstName"], made["lastName"], made["email"]})
	require.Equal(t, []any{portals[portal].role}, made["roles"])
}
