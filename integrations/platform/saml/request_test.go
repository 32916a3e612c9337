package saml_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"admin-api/integrations/platform/saml"
)

func request() *saml.Request {
	return &saml.Request{
		ID: "_0123", Issuer: "acme.example_sso", Destination: "https://idp.example/sso",
		ReplyURL: "https://acme.example/agentdesktop/sso/redirect",
		IssuedAt: time.Date(2026, 3, 15, 13, 0, 0, 1, time.FixedZone("", 3600)),
	}
}

func TestRequestXML(t *testing.T) {
	require.Equal(t, `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"`+
		` xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_0123" Version="2.0"`+
		` IssueInstant="2026-03-15T12:00:00Z" Destination="https://idp.example/sso"`+
		` ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"`+
		` AssertionConsumerServiceURL="https://acme.example/agentdesktop/sso/redirect">`+
		`<saml:Issuer>acme.example_sso</saml:Issuer>`+
		`<samlp:NameIDPolicy Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified" AllowCreate="true"/>`+
		`</samlp:AuthnRequest>`, string(request().XML()))
}

func TestNewID(t *testing.T) {
	id := saml.NewID()
	require.Regexp(t, `^_[0-9a-f]{40}$`, id)
	require.NotEqual(t, id, saml.NewID())
}

func TestRedirectURL(t *testing.T) {
	tests := []struct {
		name, destination string
		want              string // up to SAMLRequest=
		parameters        int
	}{
		{name: "plain", destination: "https://idp.example/sso", want: "https://idp.example/sso?SAMLRequest=", parameters: 1},
		{
			name:        "with a query",
			destination: "https://accounts.google.com/o/saml2/idp?idpid=C01abc%2Fd&spid=42",
			want:        "https://accounts.google.com/o/saml2/idp?idpid=C01abc%2Fd&spid=42&SAMLRequest=", parameters: 3,
		},
		{
			name:        "with parameters of the binding",
			destination: "https://idp.example/sso?RelayState=old&SAMLRequest=old&%53AMLRequest=old&a=b&&#top",
			want:        "https://idp.example/sso?a=b&SAMLRequest=", parameters: 2,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := request()
			r.Destination = tt.destination
			got, err := r.RedirectURL()
			require.NoError(t, err)
			require.Truef(t, strings.HasPrefix(got, tt.want), "%s", got)
			u, err := url.Parse(got)
			require.NoError(t, err)
			require.Len(t, u.Query(), tt.parameters)
			read, err := saml.ReadRedirected(u.Query().Get("SAMLRequest"))
			require.NoError(t, err)
			require.Equal(t, tt.destination, read.Destination)
		})
	}
}

func TestRedirectURLRefuses(t *testing.T) {
	for _, destination := range []string{"", "idp.example", "javascript:alert(1)", "https://", "https://idp.example/%zz", "\x00"} {
		r := request()
		r.Destination = destination
		_, err := r.RedirectURL()
		require.Error(t, err, destination)
	}
}

func TestPostFields(t *testing.T) {
	fields := request().PostFields()
	require.Len(t, fields, 1)
	document, err := base64.StdEncoding.DecodeString(fields["SAMLRequest"])
	require.NoError(t, err)
	require.Equal(t, request().XML(), document)
}

func TestReadRequestRefuses(t *testing.T) {
	good := string(request().XML())
	for name, document := range map[string]string{
		"nothing":       "",
		"other message": strings.ReplaceAll(good, "AuthnRequest", "LogoutRequest"),
		"other version": strings.Replace(good, `Version="2.0"`, `Version="1.1"`, 1),
		"no id":         strings.Replace(good, ` ID="_0123"`, ``, 1),
		"id no name":    strings.Replace(good, ` ID="_0123"`, ` ID='_"0123'`, 1),
		"no time":       strings.Replace(good, "2026", "last year", 1),
		"comment":       strings.Replace(good, "acme", "<!-- -->acme", 1),
		"very long":     strings.Replace(good, "acme", strings.Repeat("acme", 5000), 1),
	} {
		_, err := saml.ReadRequest([]byte(document))
		require.Error(t, err, name)
	}
	for _, parameter := range []string{"%", "aGVsbG8=", base64.StdEncoding.EncodeToString([]byte{1, 2, 3})} {
		_, err := saml.ReadRedirected(parameter)
		require.Error(t, err, parameter)
	}
}

// Whatever stands in the fields, a request is read as it was written, and by an
// identity provider as one request.
func FuzzRequest(f *testing.F) {
	f.Add("_1", "acme.example_sso", "https://idp.example/sso?a=b", "https://acme.example/r", int64(1_773_576_000))
	f.Add("y", "acme", "https://idp.example/?%53AMLRequest=x", "", int64(0))
	f.Add("x", `"><saml:Issuer>evil`, "https://idp.example/?SAMLRequest=x", "&amp;]]>", int64(0))
	f.Fuzz(func(t *testing.T, id, issuer, destination, reply string, at int64) {
		r := &saml.Request{
			ID: id, Issuer: issuer, Destination: destination, ReplyURL: reply, IssuedAt: time.Unix(at, 0).UTC(),
		}
		read, err := saml.ReadRequest(r.XML())
		if err != nil {
			return // for example no id, or more than a request can hold
		}
		again, err := saml.ReadRequest(read.XML())
		require.NoError(t, err)
		require.Equal(t, read, again)
		if printable(id) && printable(issuer) && printable(destination) && printable(reply) {
			require.Equal(t, r, read)
		}
		redirect, err := r.RedirectURL()
		if err != nil {
			return
		}
		u, err := url.Parse(redirect)
		require.NoError(t, err)
		require.Len(t, u.Query()["SAMLRequest"], 1)
		got, err := saml.ReadRedirected(u.Query().Get("SAMLRequest"))
		require.NoError(t, err)
		require.Equal(t, read, got)
	})
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > 0xd7ff }) < 0
}

func FuzzReadRequest(f *testing.F) {
	f.Add(request().XML())
	f.Add([]byte(`<AuthnRequest xmlns="urn:oasis:names:tc:SAML:2.0:protocol" ID="a" Version="2.0" IssueInstant="2026-03-15T12:00:00.1234567Z"/>`))
	f.Fuzz(func(t *testing.T, document []byte) {
		read, err := saml.ReadRequest(document)
		if err != nil || len(document) > 600 { // written anew, quotes and the like take five times the room
			return
		}
		_, err = saml.ReadRequest(read.XML())
		require.NoError(t, err)
	})
}
