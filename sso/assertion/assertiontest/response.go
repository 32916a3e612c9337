package assertiontest

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/beevik/etree"
	saml2 "github.com/russellhaering/gosaml2"

	"admin-api/sso/assertion"
)

// Response is what a provider is about to send. All fields may be changed before
// XML or Encode.
type Response struct {
	Provider *Provider

	ID, AssertionID, InResponseTo      string
	Issuer, Audience, Recipient        string
	Destination                        string
	NameID, NameIDFormat, SessionIndex string
	Status, StatusMessage              string
	Attributes                         []assertion.Attribute
	Issued, NotBefore, NotOnOrAfter    time.Time
	AuthnInstant, SessionNotOnOrAfter  time.Time
	SignResponse, SignAssertion        bool
	ResponseSigning, AssertionSigning  Signing
	// EncryptTo is the key of the service provider; nil leaves the assertion plain.
	EncryptTo *rsa.PublicKey
	// Cipher and Transport are how it is encrypted.
	Cipher, Transport string

	// Edit changes the XML before it is signed. EditAssertion changes the assertion
	// between its signature and its encryption, Tamper the tree and TamperText the
	// text of what is sent. All may be nil.
	Edit          func(text string) string
	EditAssertion func(text string) string
	Tamper        func(root *etree.Element)
	TamperText    func(text string) string
}

// Response returns a good response.
func (p *Provider) Response(e assertion.Expectation) *Response {
	signing := Signing{Key: p.Key, Certificate: p.Certificate}
	return &Response{
		Provider: p, ID: "_r" + unique(), AssertionID: "_a" + unique(),
		Issuer: e.Issuer, Audience: e.Audience, Recipient: e.Recipient, Destination: e.Recipient,
		NameID: NameID, NameIDFormat: saml2.NameIdFormatUnspecified, SessionIndex: "_s" + unique(),
		Status: saml2.StatusCodeSuccess,
		Attributes: []assertion.Attribute{
			{Name: "FirstName", Values: []string{"Jane"}},
			{Name: "LastName", Values: []string{"Doe"}},
			{Name: "Email", Values: []string{"jane.doe@example.com"}},
			{Name: "groups", Values: []string{"agents", "R&D <west>"}},
		},
		Issued: e.Now, NotBefore: e.Now.Add(-time.Minute), NotOnOrAfter: e.Now.Add(5 * time.Minute),
		AuthnInstant: e.Now.Add(-time.Second),
		SignResponse: p.Dialect.SignsResponse, SignAssertion: p.Dialect.SignsAssertion,
		ResponseSigning: signing, AssertionSigning: signing,
		Cipher: p.Dialect.Cipher, Transport: OAEP,
	}
}

// Encode returns the response as it is posted.
func (r *Response) Encode(tb testing.TB) string {
	tb.Helper()
	return broken(base64.StdEncoding.EncodeToString([]byte(r.XML(tb))), r.Provider.Dialect.Line)
}

// XML returns the response, signed and encrypted.
func (r *Response) XML(tb testing.TB) string {
	tb.Helper()
	text := r.render()
	if r.Edit != nil {
		text = r.Edit(text)
	}
	tree := parse(tb, text)
	root, d := tree.Root(), r.Provider.Dialect
	if el := child(root, "Assertion"); el != nil {
		if r.SignAssertion {
			r.AssertionSigning.sign(tb, d, el)
		}
		if r.EncryptTo != nil {
			r.encrypt(tb, el)
		}
	}
	if r.SignResponse {
		r.ResponseSigning.sign(tb, d, root)
	}
	if r.Tamper != nil {
		r.Tamper(root)
	}
	text = write(tb, tree)
	if r.TamperText != nil {
		text = r.TamperText(text)
	}
	return text
}

// writer writes elements of a dialect.
type writer struct {
	strings.Builder

	d Dialect
}

func (w *writer) line(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }

// saml returns the name of an element of the assertion's namespace.
func (w *writer) saml(name string) string { return prefixed(w.d.Assertion, name) }

// declared returns it with the declaration of the namespace, where that is not on
// the root.
func (w *writer) declared(name string) string {
	if w.d.DeclaredOnRoot {
		return w.saml(name)
	}
	return w.saml(name) + " " + declaration(w.d.Assertion, saml2.SAMLAssertionNamespace)
}

func prefixed(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + ":" + name
}

func declaration(prefix, namespace string) string {
	if prefix == "" {
		return `xmlns="` + namespace + `"`
	}
	return "xmlns:" + prefix + `="` + namespace + `"`
}

// attr writes an attribute, nothing for an empty value.
func attr(name, value string) string {
	if value == "" {
		return ""
	}
	return " " + name + `="` + escaped(value) + `"`
}

func escaped(value string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(value)); err != nil {
		panic(err)
	}
	return b.String()
}

func (r *Response) at(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05") + r.Provider.Dialect.Fraction + "Z"
}

func (r *Response) render() string {
	w := &writer{d: r.Provider.Dialect}
	name := prefixed(w.d.Protocol, "Response")
	w.line(`<%s %s`, name, declaration(w.d.Protocol, saml2.SAMLProtocolNamespace))
	if w.d.DeclaredOnRoot {
		w.line(` %s`, declaration(w.d.Assertion, saml2.SAMLAssertionNamespace))
	}
	w.line(`%s Version="2.0"%s%s%s>`, attr("ID", r.ID), attr("IssueInstant", r.at(r.Issued)),
		attr("Destination", r.Destination), attr("InResponseTo", r.InResponseTo))
	w.line(`<%s>%s</%s>`, w.declared("Issuer"), escaped(r.Issuer), w.saml("Issuer"))
	status, code := prefixed(w.d.Protocol, "Status"), prefixed(w.d.Protocol, "StatusCode")
	w.line(`<%s><%s Value="%s"/>`, status, code, escaped(r.Status))
	if r.StatusMessage != "" {
		message := prefixed(w.d.Protocol, "StatusMessage")
		w.line(`<%s>%s</%s>`, message, escaped(r.StatusMessage), message)
	}
	w.line(`</%s>`, status)
	if r.Status == saml2.StatusCodeSuccess {
		r.assertion(w)
	}
	w.line(`</%s>`, name)
	return w.String()
}

func (r *Response) assertion(w *writer) {
	w.line(`<%s`, w.declared("Assertion"))
	if w.d.Typed && w.d.TypesOnRoot {
		w.line(` %s`, typeNamespaces)
	}
	w.line(`%s Version="2.0"%s>`, attr("ID", r.AssertionID), attr("IssueInstant", r.at(r.Issued)))
	w.line(`<%s>%s</%[1]s>`, w.saml("Issuer"), escaped(r.Issuer))
	w.line(`<%s><%s%s>%s</%[2]s>`, w.saml("Subject"), w.saml("NameID"), attr("Format", r.NameIDFormat), escaped(r.NameID))
	w.line(`<%s Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><%s%s%s%s/></%[1]s></%[6]s>`,
		w.saml("SubjectConfirmation"), w.saml("SubjectConfirmationData"), attr("NotOnOrAfter", r.at(r.NotOnOrAfter)),
		attr("Recipient", r.Recipient), attr("InResponseTo", r.InResponseTo), w.saml("Subject"))
	w.line(`<%s%s%s><%s><%s>%s</%[5]s></%[4]s></%[1]s>`,
		w.saml("Conditions"), attr("NotBefore", r.at(r.NotBefore)), attr("NotOnOrAfter", r.at(r.NotOnOrAfter)),
		w.saml("AudienceRestriction"), w.saml("Audience"), escaped(r.Audience))
	w.line(`<%s%s%s%s><%s><%s>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</%[6]s></%[5]s></%[1]s>`,
		w.saml("AuthnStatement"), attr("AuthnInstant", r.at(r.AuthnInstant)), attr("SessionIndex", r.SessionIndex),
		attr("SessionNotOnOrAfter", r.at(r.SessionNotOnOrAfter)), w.saml("AuthnContext"), w.saml("AuthnContextClassRef"))
	r.attributes(w)
	w.line(`</%s>`, w.saml("Assertion"))
}

const typeNamespaces = `xmlns:xs="http://www.w3.org/2001/XMLSchema" ` +
	`xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"`

func (r *Response) attributes(w *writer) {
	if len(r.Attributes) == 0 {
		return
	}
	typed := ""
	if w.d.Typed {
		typed = ` xsi:type="xs:string"`
		if !w.d.TypesOnRoot {
			typed = " " + typeNamespaces + typed
		}
	}
	w.line(`<%s>`, w.saml("AttributeStatement"))
	for _, a := range r.Attributes {
		w.line(`<%s%s%s>`, w.saml("Attribute"), attr("Name", a.Name), attr("FriendlyName", a.FriendlyName))
		for _, v := range a.Values {
			w.line(`<%s%s>%s</%[1]s>`, w.saml("AttributeValue"), typed, escaped(v))
		}
		w.line(`</%s>`, w.saml("Attribute"))
	}
	w.line(`</%s>`, w.saml("AttributeStatement"))
}
