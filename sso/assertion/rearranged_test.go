package assertion_test

import (
	"crypto"
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/beevik/etree"
	"github.com/stretchr/testify/require"

	"admin-api/sso/assertion"
	"admin-api/sso/assertion/assertiontest"
)

// Whatever is moved, doubled, wrapped, renamed or declared anew in a good message,
// nobody else comes of it: it is refused, or says what it said. This makes wrappings
// that nobody has thought of.
func TestRearrangedMessagesChangeNobody(t *testing.T) {
	for _, d := range assertiontest.Dialects() {
		for _, encrypted := range []bool{false, true} {
			p := assertiontest.New(t, d)
			e := p.Expectation()
			r := p.Response(e)
			r.InResponseTo = "_request"
			if encrypted {
				r.EncryptTo, r.Cipher = &assertiontest.EncryptionKey().PublicKey, "http://www.w3.org/2009/xmlenc11#aes128-gcm"
				e.Decrypters = []crypto.Decrypter{assertiontest.EncryptionKey()}
			}
			text := r.XML(t)
			want, _ := accept(t, base64.StdEncoding.EncodeToString([]byte(text)), e)
			rearrange(t, d.Name, text, want, e)
		}
	}
}

func rearrange(t *testing.T, name, text string, want *assertion.Accepted, e assertion.Expectation) {
	t.Helper()
	rounds := 500
	if testing.Short() {
		rounds = 100
	}
	accepted := 0
	for seed := range rounds {
		m := &mutator{rand.New(rand.NewPCG(uint64(seed), 1))}
		changed := m.mutate(t, text)
		got, report, err := assertion.Accept(base64.StdEncoding.EncodeToString([]byte(changed)), e)
		if err != nil {
			var refused *assertion.Error
			require.ErrorAs(t, err, &refused, changed)
			require.NotNil(t, report)
			continue
		}
		accepted++
		if !got.ResponseSigned {
			got.ResponseID = want.ResponseID // covered by nothing
		}
		// The signature around it may be gone, if one is left.
		got.ResponseSigned, got.AssertionSigned = want.ResponseSigned, want.AssertionSigned
		require.Equal(t, want, got, "%s, seed %d: %s", name, seed, changed)
	}
	require.Less(t, accepted, rounds, name)
}

// mutator changes trees at random.
type mutator struct{ *rand.Rand }

func (m *mutator) mutate(t *testing.T, text string) string {
	t.Helper()
	doc := etree.NewDocument()
	require.NoError(t, doc.ReadFromString(text))
	for range 1 + m.IntN(3) {
		m.change(doc)
	}
	out, err := doc.WriteToString()
	require.NoError(t, err)
	return out
}

func (m *mutator) element(doc *etree.Document) *etree.Element {
	all := append(doc.FindElements("//*"), doc.Root())
	return all[m.IntN(len(all))]
}

func (m *mutator) put(into, el *etree.Element) { into.InsertChildAt(m.IntN(len(into.Child)+1), el) }

func (m *mutator) change(doc *etree.Document) {
	el, other := m.element(doc), m.element(doc)
	copied := el.Copy()
	changes := []func(){
		func() { m.put(other, copied) },                             // a second one
		func() { m.evil(copied); m.put(other, copied) },             // a second one, of somebody else
		func() { m.evil(el) },                                       // another value
		func() { m.wrap(el, copied) },                               // one level deeper
		func() { m.takeOver(el, copied) },                           // the old one inside of a new one
		func() { el.CreateComment("x") },                            //
		func() { el.CreateAttr("xmlns:"+m.prefix(doc), m.space()) }, // a prefix that means something else
		func() { el.CreateAttr("xmlns", m.space()) },                //
		func() { el.Space = m.prefix(doc) },                         //
		func() { m.removeID(el) },                                   //
		func() { m.move(el, other) },                                //
		func() { el.CreateAttr("ID", m.id(doc)) },                   // an id of another element
		func() { el.CreateAttr(m.prefix(doc)+":ID", m.id(doc)) },    //
		func() { m.put(other, etree.NewElement("Extensions")) },     //
		func() { m.put(doc.Root(), copied); m.evil(doc.Root()) },    //
		func() { m.shuffle(el) },                                    //
	}
	changes[m.IntN(len(changes))]()
}

func (m *mutator) wrap(el, copied *etree.Element) {
	if parent := el.Parent(); parent != nil && parent.Tag != "" {
		around := etree.NewElement([]string{"Object", "Extensions", "Advice", el.Tag}[m.IntN(4)])
		around.Space = el.Space
		around.AddChild(copied)
		at := el.Index()
		parent.RemoveChildAt(at)
		parent.InsertChildAt(at, around)
	}
}

// takeOver puts a changed copy in the place of an element, which hides in it.
func (m *mutator) takeOver(el, copied *etree.Element) {
	if parent := el.Parent(); parent != nil && parent.Tag != "" {
		m.evil(copied)
		m.removeID(copied)
		at := el.Index()
		parent.RemoveChildAt(at)
		m.put(copied, el)
		parent.InsertChildAt(at, copied)
	}
}

func (m *mutator) move(el, other *etree.Element) {
	for up := other; up != nil; up = up.Parent() {
		if up == el {
			return
		}
	}
	m.put(other, el)
}

// evil changes what an element, and what is in it, says.
func (m *mutator) evil(el *etree.Element) {
	for _, inner := range append(el.FindElements(".//*"), el) {
		switch inner.Tag {
		case "NameID", "AttributeValue", "Audience", "Issuer":
			if m.IntN(2) == 0 {
				inner.SetText("evil")
			}
		case "SubjectConfirmationData", "Response":
			if m.IntN(3) == 0 {
				inner.CreateAttr("InResponseTo", "_evil")
			}
		}
	}
}

func (m *mutator) removeID(el *etree.Element) {
	if m.IntN(2) == 0 {
		el.RemoveAttr("ID")
		return
	}
	if el.SelectAttr("ID") != nil {
		el.CreateAttr("ID", "_evil")
	}
}

func (m *mutator) id(doc *etree.Document) string {
	var ids []string
	for _, el := range append(doc.FindElements("//*"), doc.Root()) {
		if id := el.SelectAttrValue("ID", ""); id != "" {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return "_none"
	}
	return ids[m.IntN(len(ids))]
}

func (m *mutator) prefix(doc *etree.Document) string {
	prefixes := []string{"evil"}
	for _, el := range doc.FindElements("//*") {
		if el.Space != "" && !slices.Contains(prefixes, el.Space) {
			prefixes = append(prefixes, el.Space)
		}
	}
	return prefixes[m.IntN(len(prefixes))]
}

func (m *mutator) space() string {
	return []string{
		"urn:evil", "urn:oasis:names:tc:SAML:2.0:assertion", "urn:oasis:names:tc:SAML:2.0:protocol",
		"http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/04/xmlenc#",
	}[m.IntN(5)]
}

func (m *mutator) shuffle(el *etree.Element) {
	m.Shuffle(len(el.Child), func(i, j int) { el.Child[i], el.Child[j] = el.Child[j], el.Child[i] })
}
