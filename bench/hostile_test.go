//go:build long

package main

import (
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

// tooCostly is how many times the work of a good SAML response of the same size
// a hostile one may cause.
const tooCostly = 4

// A response is judged before anybody has signed in, so nobody may buy work with
// it: whatever it holds costs little more than a good response of its size. Both
// are measured here, in turns, so the speed of the machine does not matter. This
// is the one measurement from inside: from outside, the rest of a request would
// hide the difference.
func TestHostileResponsesCauseLittleWork(t *testing.T) {
	cases := append(assertiontest.Hostile(t), withinLimits(t)...)
	good := map[int]assertiontest.Case{}
	worst, name := 0.0, ""
	for _, c := range cases {
		size := (len(c.Encoded)/(8<<10) + 1) * (8 << 10)
		size = min(size, 160<<10)
		if _, ok := good[size]; !ok {
			good[size] = goodResponse(t, size)
		}
		if r := ratio(t, c, good[size]); r > worst {
			worst, name = r, c.Name
		}
	}
	t.Logf("of %d responses, %q costs most: %.2f times a good one of its size", len(cases), name, worst)
	require.Less(t, worst, float64(tooCostly), name)
}

// ratio returns how the work of two responses compares, in the quietest of some
// rounds.
func ratio(t *testing.T, hostile, good assertiontest.Case) float64 {
	t.Helper()
	least := func(c assertiontest.Case, before time.Duration) time.Duration {
		began := time.Now()
		_, _, err := assertion.Accept(c.Encoded, c.Expect)
		took := time.Since(began)
		require.Equal(t, c.Code == "", err == nil, c.Name)
		if before == 0 {
			return took
		}
		return min(before, took)
	}
	var h, g time.Duration
	for round := 0; round < 7 || (round < 100 && h > g*tooCostly); round++ {
		h, g = least(hostile, h), least(good, g)
	}
	return float64(h) / float64(g)
}

// goodResponse returns a response of about this many characters.
func goodResponse(t *testing.T, size int) assertiontest.Case {
	t.Helper()
	p := assertiontest.New(t, assertiontest.Google())
	c := assertiontest.Case{Name: fmt.Sprintf("good, %d characters", size), Expect: p.Expectation()}
	c.Encoded = p.Respond(t, c.Expect, "_request", func(r *assertiontest.Response) {
		r.SignAssertion = true
		groups := assertion.Attribute{Name: "groups"}
		// A value is some 250 characters of XML, a third more in base64.
		for range (size - 8<<10) / 400 {
			groups.Values = append(groups.Values, strings.Repeat("g", 40))
		}
		r.Attributes = append(r.Attributes, groups)
	})
	return c
}

// withinLimits returns responses that go as far as they may, in what is verified:
// a good signature, and behind it something that it does not cover.
func withinLimits(t *testing.T) []assertiontest.Case {
	t.Helper()
	var cases []assertiontest.Case
	numbered := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for name, inner := range map[string]string{
		"elements":           strings.Repeat("<a/>", 800),
		"depth":              strings.Repeat("<a>", 25) + strings.Repeat("</a>", 25),
		"prefixes":           "<a" + numbered(` xmlns:n%d="urn:x"`, 24) + ">" + strings.Repeat("<a/>", 800) + "</a>",
		"prefixes that hold": "<a" + numbered(` xmlns:n%d="urn:x"`, 24) + ">" + numbered("<n%d:a/>", 24) + strings.Repeat("<n1:a/>", 770) + "</a>",
		"attributes":         strings.Repeat("<a"+numbered(` z%d=""`, 31)+"/>", 400),
		"comments":           strings.Repeat("<a><!----></a>", 16),
		"text":               strings.Repeat("&#38;", 20_000),
	} {
		p := assertiontest.New(t, assertiontest.Google())
		c := assertiontest.Case{Name: "within the limits: " + name, Code: assertion.CodeSignatureInvalid, Expect: p.Expectation()}
		r := p.Response(c.Expect)
		r.SignResponse, r.SignAssertion = false, true
		r.Tamper = func(root *etree.Element) { root.FindElement("//AttributeValue").SetText("HERE") }
		r.TamperText = func(text string) string { return strings.Replace(text, "HERE", inner, 1) }
		c.Encoded = base64.StdEncoding.EncodeToString([]byte(r.XML(t)))
		_, _, err := assertion.Accept(c.Encoded, c.Expect)
		require.ErrorContains(t, err, c.Code, c.Name)
		cases = append(cases, c)
	}
	return cases
}
