package assertiontest

import (
	"strings"
	"testing"

	"github.com/beevik/etree"

	"admin-api/sso/assertion"
)

// Case is a response that must be refused.
type Case struct {
	Name string
	// Code is why.
	Code string
	// Encoded is the response as it is posted, Expect what it is held against.
	Encoded string
	Expect  assertion.Expectation
}

// Hostile returns responses that must be refused, each with its reason: forged,
// wrapped, broken, overdone, or of somebody else.
func Hostile(tb testing.TB) []Case {
	tb.Helper()
	t := &table{tb: tb, p: New(tb, Google())}
	t.forms()
	t.documents()
	t.bombs()
	t.wrappings()
	t.signatures()
	t.certificates()
	t.envelopes()
	t.subjects()
	t.conditions()
	t.times()
	t.ciphers()
	return t.cases
}

// table collects cases. Unless a case says otherwise, the response is signed as a
// whole and so is its assertion.
type table struct {
	tb    testing.TB
	p     *Provider
	cases []Case
}

// raw adds what is posted as it is.
func (t *table) raw(name, code, encoded string) {
	t.cases = append(t.cases, Case{Name: name, Code: code, Encoded: encoded, Expect: t.p.Expectation()})
}

// add adds a response that is changed.
func (t *table) add(name, code string, change func(*Response)) {
	t.expecting(name, code, func(*assertion.Expectation) {}, change)
}

// expecting adds a response that is changed and held against something else.
func (t *table) expecting(name, code string, expect func(*assertion.Expectation), change func(*Response)) {
	r := t.p.Response(t.p.Expectation())
	r.InResponseTo, r.SignAssertion = "_request", true
	if change != nil {
		change(r)
	}
	e := t.p.Expectation()
	expect(&e)
	t.cases = append(t.cases, Case{Name: name, Code: code, Encoded: r.Encode(t.tb), Expect: e})
}

// edited adds a response whose XML was changed before it was signed: the provider
// itself sends it.
func (t *table) edited(name, code, old, replacement string) {
	t.add(name, code, func(r *Response) { r.Edit = t.replace(name, old, replacement) })
}

// renamed is like edited, for a word that occurs more than once.
func (t *table) renamed(name, code, old, replacement string) {
	t.add(name, code, func(r *Response) {
		r.Edit = func(text string) string { return strings.ReplaceAll(text, old, replacement) }
	})
}

// altered adds a response whose XML was changed on its way.
func (t *table) altered(name, code, old, replacement string) {
	t.add(name, code, func(r *Response) { r.TamperText = t.replace(name, old, replacement) })
}

// tampered adds a response whose tree was changed on its way; only its assertion
// is signed.
func (t *table) tampered(name, code string, tamper func(root *etree.Element)) {
	t.add(name, code, func(r *Response) { r.SignResponse, r.Tamper = false, tamper })
}

// signed adds a response whose assertion alone is signed, in its own way.
func (t *table) signed(name, code string, change func(s *Signing)) {
	t.add(name, code, func(r *Response) {
		r.SignResponse = false
		change(&r.AssertionSigning)
	})
}

// replace replaces the first of what must be there.
func (t *table) replace(name, old, replacement string) func(string) string {
	return func(text string) string {
		if !strings.Contains(text, old) {
			t.tb.Fatalf("%s: the response has no %q", name, old)
		}
		return strings.Replace(text, old, replacement, 1)
	}
}

// at returns the descendant of these names.
func (t *table) at(el *etree.Element, tags ...string) *etree.Element {
	for _, tag := range tags {
		if el = child(el, tag); el == nil {
			t.tb.Fatalf("no element %s", tag)
		}
	}
	return el
}

// forge copies an assertion, or a response with one, for somebody else and under
// other ids.
func (t *table) forge(el *etree.Element) *etree.Element {
	forged := el.Copy()
	forged.CreateAttr("ID", "_f"+unique())
	holder := forged
	if forged.Tag == "Response" {
		holder = t.at(forged, "Assertion")
		holder.CreateAttr("ID", "_f"+unique())
	}
	t.at(holder, "Subject", "NameID").SetText("admin")
	return forged
}

// unsigned takes the signature out of an element and returns it.
func (t *table) unsigned(el *etree.Element) *etree.Element {
	sig := t.at(el, "Signature")
	el.RemoveChild(sig)
	return sig
}
