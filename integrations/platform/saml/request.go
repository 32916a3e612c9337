package saml

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// instant is how times are written: UTC and whole seconds, which every provider
// reads (saml-core-2.0-os section 1.3.3).
const instant = "2006-01-02T15:04:05Z"

// Request asks an identity provider to sign somebody in (AuthnRequest,
// saml-core-2.0-os section 3.4.1). It demands no method of signing in and no form
// of the name: Azure, for one, refuses a method that differs from the one that the
// person used already.
type Request struct {
	// ID is what the response will name; NewID makes one.
	ID string
	// Issuer is the entity id of the service provider.
	Issuer string
	// Destination is the single sign-on address of the identity provider.
	Destination string
	// ReplyURL is where the response is to be posted.
	ReplyURL string
	IssuedAt time.Time
}

// NewID returns an id for a message: 160 random bits behind an underscore, as an
// id begins with no digit (saml-core-2.0-os section 1.3.4 and xs:ID).
func NewID() string {
	random := make([]byte, 20)
	_, _ = rand.Read(random) // never fails
	return "_" + hex.EncodeToString(random)
}

// XML returns the message. Nothing of its fields can change its structure.
func (r *Request) XML() []byte {
	var b bytes.Buffer
	b.WriteString(`<samlp:AuthnRequest xmlns:samlp="` + NamespaceProtocol + `" xmlns:saml="` + NamespaceAssertion + `"`)
	for _, a := range []struct{ name, value string }{
		{"ID", r.ID},
		{"Version", "2.0"},
		{"IssueInstant", r.IssuedAt.UTC().Format(instant)},
		{"Destination", r.Destination},
		{"ProtocolBinding", BindingPost},
		{"AssertionConsumerServiceURL", r.ReplyURL},
	} {
		writeAttribute(&b, a.name, a.value)
	}
	b.WriteString(`><saml:Issuer>`)
	writeText(&b, r.Issuer)
	b.WriteString(`</saml:Issuer><samlp:NameIDPolicy`)
	writeAttribute(&b, "Format", NameIDUnspecified)
	writeAttribute(&b, "AllowCreate", "true")
	b.WriteString(`/></samlp:AuthnRequest>`)
	return b.Bytes()
}

func writeAttribute(b *bytes.Buffer, name, value string) {
	b.WriteString(" " + name + `="`)
	writeText(b, value)
	b.WriteString(`"`)
}

func writeText(b *bytes.Buffer, text string) {
	_ = xml.EscapeText(b, []byte(text)) // a bytes.Buffer takes everything
}

// RedirectURL returns the address to which a browser takes the message by
// HTTP-Redirect (saml-bindings-2.0-os section 3.4.4). The address of the provider
// keeps its query, as Google's carry one that matters. No relay state goes along:
// some providers stumble over one. It returns an error for a Destination that is no
// address.
func (r *Request) RedirectURL() (string, error) {
	u, err := url.Parse(r.Destination)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", errors.New("redirect to the identity provider: its single sign-on address is no https address")
	}
	encoded, err := deflate(r.XML())
	if err != nil {
		return "", fmt.Errorf("redirect to the identity provider: %w", err)
	}
	query := append(otherParameters(u.RawQuery), "SAMLRequest="+url.QueryEscape(encoded))
	u.RawQuery, u.Fragment = strings.Join(query, "&"), ""
	return u.String(), nil
}

// otherParameters returns the parameters of a query as they are written, without
// those that the binding defines.
func otherParameters(query string) []string {
	var kept []string
	for parameter := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(parameter, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		switch name {
		case "", "SAMLRequest", "SAMLResponse", "SAMLEncoding", "RelayState", "SigAlg", "Signature":
		default:
			kept = append(kept, parameter)
		}
	}
	return kept
}

func deflate(message []byte) (string, error) {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(message); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// PostFields returns the form fields with which a browser posts the message by
// HTTP-POST (saml-bindings-2.0-os section 3.5.4), without a relay state either.
func (r *Request) PostFields() map[string]string {
	return map[string]string{"SAMLRequest": base64.StdEncoding.EncodeToString(r.XML())}
}
