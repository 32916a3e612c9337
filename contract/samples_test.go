package contract_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"regexp/syntax"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
)

// samples knows values for the fields of all types.
type samples struct {
	// named are values from the examples of all types, by name of the property.
	named map[string][]any
	// authorities are two certificates in PEM.
	authorities [2]string
}

func newSamples(t *testing.T, all integrations.Catalog) samples {
	t.Helper()
	s := samples{named: map[string][]any{}, authorities: [2]string{authority(t), authority(t)}}
	for i := range all {
		s.collect(map[string]any(parse(t, all[i].Example)))
	}
	return s
}

func (s *samples) collect(object map[string]any) {
	for name, v := range object {
		s.named[name] = append(s.named[name], v)
		if inner, ok := v.(map[string]any); ok {
			s.collect(inner)
		}
	}
}

// authority makes a certificate as private authorities have it.
func authority(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Acme"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(5, 0, 0),
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// text is how tags write a value.
func text(v any) string { return fmt.Sprint(v) }

// typed is a value that a tag writes, as the field has it in JSON.
func typed(f *integrations.Field, value string) any {
	if f.Kind == integrations.FieldBoolean {
		return value == "true"
	}
	_, isNumber := f.Default.(int64) // of an enumeration of integers
	if isNumber || f.Kind == integrations.FieldInteger {
		return json.Number(value)
	}
	return value
}

// guesses fit what no pattern describes.
var guesses = []any{
	"https://other.acme.example", "https://other.acme.example/path", "wss://other.acme.example/path", "other.acme.example",
	"ann@acme.example", "0198a7c2-6f4e-7b1d-9a3c-2e5f8d1b4c60", "eu-west-1", "en-US", "sample", "sample-0123456789-ABCDEFGHIJ-0123456789",
}

// of returns values that may fit the field, the likely ones first.
func (s *samples) of(f *integrations.Field) []any {
	var out []any
	add := func(values ...any) { out = append(out, values...) }
	switch f.Kind {
	case integrations.FieldBoolean:
		return []any{true, false}
	case integrations.FieldEnum:
		for _, o := range f.Options {
			add(typed(f, o.Value))
		}
		return out
	case integrations.FieldCertificate:
		return []any{s.authorities[0], s.authorities[1]}
	case integrations.FieldCertificates:
		return []any{[]any{s.authorities[0]}, []any{s.authorities[1]}}
	case integrations.FieldObject:
		return append(s.named[f.Name], map[string]any{})
	case integrations.FieldInteger:
		for _, bound := range []*int64{f.Min, f.Max} {
			if bound != nil {
				add(json.Number(strconv.FormatInt(*bound, 10)))
			}
		}
		return append(append(s.named[f.Name], out...), json.Number("443"))
	case integrations.FieldMap:
		return append(s.named[f.Name], map[string]any{"X-Sample": "sample"}, map[string]any{"sample": "sample"})
	case integrations.FieldList:
		add(s.named[f.Name]...)
		for _, guess := range guesses {
			add([]any{guess})
		}
		return out
	}
	if f.Example != "" {
		add(f.Example)
	}
	add(s.named[f.Name]...)
	add(matching(f.Pattern, f.Min, f.Max)...)
	return append(out, guesses...)
}

// others returns values that may fit the field and differ from the one it has;
// nil among them takes the property away.
func (s *samples) others(f *integrations.Field, current any) []any {
	if current == nil {
		current = f.Default
	}
	var out []any
	for _, v := range append(s.changed(f, current), append(s.of(f), nil)...) {
		if !same(v, current) {
			out = append(out, v)
		}
	}
	return out
}

// changed returns small changes of a value.
func (s *samples) changed(f *integrations.Field, current any) []any {
	switch v := current.(type) {
	case string:
		if f.Kind == integrations.FieldCertificate || f.Kind == integrations.FieldEnum {
			return nil
		}
		return respelled(v)
	case json.Number:
		n, err := v.Int64()
		if err != nil || f.Kind == integrations.FieldEnum {
			return nil
		}
		return []any{json.Number(strconv.FormatInt(n+1, 10)), json.Number(strconv.FormatInt(n-1, 10))}
	case []any:
		var out []any
		for i := range v {
			for _, entry := range s.changed(&integrations.Field{Kind: integrations.FieldString}, v[i]) {
				changed, _ := cloned(v).([]any)
				changed[i] = entry
				out = append(out, changed)
			}
		}
		return out
	case map[string]any:
		var out []any
		for name := range v {
			for _, member := range s.changed(&integrations.Field{Kind: integrations.FieldString}, v[name]) {
				changed, _ := cloned(v).(map[string]any)
				changed[name] = member
				out = append(out, changed)
			}
		}
		return out
	}
	return nil
}

// respelled changes one letter or digit at a time, first those of the host.
func respelled(v string) []any {
	start := max(strings.Index(v, "://")+len("://"), 0)
	if !strings.Contains(v, "://") {
		start = 0
	}
	var out []any
	for i := range len(v) {
		at := (start + i) % len(v)
		for _, r := range otherCharacters(rune(v[at])) {
			out = append(out, v[:at]+string(r)+v[at+1:])
		}
	}
	return out
}

func otherCharacters(r rune) []rune {
	switch {
	case r > unicode.MaxASCII:
		return nil
	case unicode.IsDigit(r):
		return []rune{'0' + (r-'0'+1)%10, '0' + (r-'0'+9)%10}
	case unicode.IsLower(r):
		return []rune{'a' + (r-'a'+1)%26}
	case unicode.IsUpper(r):
		return []rune{'A' + (r-'A'+1)%26}
	}
	return nil
}

// matching makes texts that an expression matches, within the bounds where
// repetition allows it: one without and one with what is optional.
func matching(pattern string, least, most *int64) []any {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil || pattern == "" {
		return nil
	}
	wanted := 24
	if least != nil {
		wanted = int(*least)
	}
	if most != nil {
		wanted = min(wanted, int(*most))
	}
	var out []any
	for _, all := range []bool{false, true} {
		s := speller{wanted: wanted, all: all}
		s.spell(re.Simplify())
		out = append(out, s.String())
	}
	return out
}

// speller writes a text that an expression matches.
type speller struct {
	strings.Builder

	wanted int  // how long repetitions go on
	all    bool // write what is optional, too
}

func (s *speller) spell(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		s.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		s.WriteRune(pick(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		s.WriteByte('a')
	case syntax.OpStar, syntax.OpPlus:
		for first := true; first && re.Op == syntax.OpPlus || s.Len() < s.wanted; first = false {
			s.spell(re.Sub[0])
		}
	case syntax.OpQuest:
		if s.all {
			s.spell(re.Sub[0])
		}
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			s.spell(sub)
		}
	case syntax.OpAlternate:
		s.spell(re.Sub[0])
	default: // beginnings and ends write nothing
	}
}

// pick prefers letters and digits.
func pick(ranges []rune) rune {
	for _, wanted := range "k7Qe2" {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= wanted && wanted <= ranges[i+1] {
				return wanted
			}
		}
	}
	return ranges[0]
}
