package secret_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"admin-api/secret"
)

const plain = "s3cr3t-Val/ue=="

type exported struct {
	Name  string
	Token secret.Text
	Ref   *secret.Text
}

type unexported struct {
	token secret.Text
	ref   *secret.Text
	inner struct{ list []secret.Text }
	any   any
}

// holders returns values of many shapes, all of which hold t.
func holders(t secret.Text) map[string]any {
	u := unexported{token: t, ref: &t, any: t}
	u.inner.list = []secret.Text{t}
	return map[string]any{
		"value":                 t,
		"pointer":               &t,
		"exported fields":       exported{Name: "n", Token: t, Ref: &t},
		"pointer to struct":     &exported{Name: "n", Token: t, Ref: &t},
		"unexported fields":     u,
		"pointer to unexported": &u,
		"slice":                 []secret.Text{t},
		"array":                 [1]secret.Text{t},
		"slice of pointers":     []*secret.Text{&t},
		"map":                   map[string]secret.Text{"k": t},
		"map of structs":        map[string]unexported{"k": u},
		"any":                   []any{t, &t, u},
		"error":                 fmt.Errorf("sign in with %v: %w", t, errors.ErrUnsupported),
	}
}

// leaks reports whether out holds the value in one of the forms in which
// printers and encoders write strings.
func leaks(out string) bool {
	quoted, _ := json.Marshal(plain)
	for _, form := range []string{
		plain, plain[:6], strings.Trim(string(quoted), `"`), fmt.Sprintf("%x", plain), fmt.Sprintf("%X", plain),
		fmt.Sprintf("% x", plain), strings.Trim(fmt.Sprintf("%d", []byte(plain)), "[]"),
	} {
		if strings.Contains(out, form) {
			return true
		}
	}
	return false
}

func TestLeaksFindsLeaks(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x"} {
		if out := fmt.Sprintf(verb, struct{ s string }{plain}); !leaks(out) {
			t.Errorf("leak by %s not found in %q", verb, out)
		}
	}
	if out := fmt.Sprintf("%v", []byte(plain)); !leaks(out) {
		t.Errorf("leak of bytes not found in %q", out)
	}
}

func TestTextPrintsNothing(t *testing.T) {
	verbs := []string{
		"%v", "%+v", "%#v", "%s", "%+s", "%#s", "%q", "%#q", "%+q", "%x", "% x", "%#x", "%X", "%d", "%b", "%o", "%c",
		"%U", "%e", "%g", "%t", "%p", "%T", "%w", "%z", "%!", "%40s", "%-5v", "%.3s", "%[1]v", "%[2]v", "no verb", "%*d",
	}
	for name, holder := range holders(secret.New(plain)) {
		for _, verb := range verbs {
			if out := fmt.Sprintf(verb, holder); leaks(out) {
				t.Errorf("%s with %s: leaked", name, verb)
			}
		}
		if out := fmt.Sprint(holder) + fmt.Sprintln(holder); leaks(out) {
			t.Errorf("%s with Sprint: leaked", name)
		}
	}
}

func TestTextPrintsTheMark(t *testing.T) {
	for _, text := range []secret.Text{secret.New(plain), secret.Kept(), {}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			if got := fmt.Sprintf(verb, text); got != "[REDACTED]" {
				t.Errorf("%s: got %q, want the mark", verb, got)
			}
			if got := fmt.Sprintf(verb, &text); got != "[REDACTED]" {
				t.Errorf("%s of a pointer: got %q, want the mark", verb, got)
			}
		}
		if text.String() != "[REDACTED]" || text.GoString() != "[REDACTED]" {
			t.Errorf("got %q and %q, want the mark", text.String(), text.GoString())
		}
	}
}

func TestTextLogsNothing(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var out bytes.Buffer
		var handler slog.Handler = slog.NewTextHandler(&out, nil)
		if format == "json" {
			handler = slog.NewJSONHandler(&out, nil)
		}
		log := slog.New(handler)
		for name, holder := range holders(secret.New(plain)) {
			out.Reset()
			log.LogAttrs(t.Context(), slog.LevelInfo, "m", slog.Any("k", holder),
				slog.Group("g", slog.Any("k", holder)))
			log.With("k", holder).Info("m")
			if leaks(out.String()) {
				t.Errorf("%s as %s: leaked", name, format)
			}
		}
		out.Reset()
		log.Info("m", "token", secret.New(plain))
		if !strings.Contains(out.String(), "[REDACTED]") {
			t.Errorf("%s: got %q, want the mark", format, out.String())
		}
	}
}

func TestTextEncodesNothing(t *testing.T) {
	encoders := map[string]func(any) ([]byte, error){
		"json": json.Marshal,
		"xml":  xml.Marshal,
		"yaml": func(v any) (out []byte, err error) {
			defer func() {
				if r := recover(); r != nil { // yaml panics on types it cannot encode
					err = fmt.Errorf("yaml: %v", r)
				}
			}()
			return yaml.Marshal(v)
		},
		"gob": func(v any) ([]byte, error) {
			var b bytes.Buffer
			err := gob.NewEncoder(&b).Encode(v)
			return b.Bytes(), err
		},
	}
	for format, encode := range encoders {
		for name, holder := range holders(secret.New(plain)) {
			out, err := encode(holder)
			if leaks(string(out)) || err != nil && leaks(err.Error()) {
				t.Errorf("%s as %s: leaked", name, format)
			}
		}
	}
	for _, format := range []string{"json", "xml", "yaml"} {
		out, err := encoders[format](exported{Token: secret.New(plain)})
		if err != nil || !strings.Contains(string(out), "[REDACTED]") {
			t.Errorf("%s: got %q and error %v, want the mark", format, out, err)
		}
	}
}

func TestTextStates(t *testing.T) {
	tests := []struct {
		name              string
		text              secret.Text
		set, kept, zero   bool
		reveal            string
		marshalsOmitzero  string
		equalToNewOfPlain bool
	}{
		{name: "zero", zero: true, marshalsOmitzero: `{}`},
		{name: "empty", text: secret.New(""), zero: true, marshalsOmitzero: `{}`},
		{
			name: "value", text: secret.New(plain), set: true, reveal: plain,
			marshalsOmitzero: `{"t":"[REDACTED]"}`, equalToNewOfPlain: true,
		},
		{name: "other value", text: secret.New("x"), set: true, reveal: "x", marshalsOmitzero: `{"t":"[REDACTED]"}`},
		{name: "kept", text: secret.Kept(), set: true, kept: true, marshalsOmitzero: `{"t":"[REDACTED]"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.text.IsSet() != tt.set || tt.text.IsKept() != tt.kept || tt.text.IsZero() != tt.zero {
				t.Errorf("got set %t, kept %t, zero %t", tt.text.IsSet(), tt.text.IsKept(), tt.text.IsZero())
			}
			if got := tt.text.Reveal(); got != tt.reveal {
				t.Errorf("got a value of %d bytes, want %d", len(got), len(tt.reveal))
			}
			if got := tt.text.Equal(secret.New(plain)); got != tt.equalToNewOfPlain {
				t.Errorf("equal: got %t, want %t", got, tt.equalToNewOfPlain)
			}
			got, err := json.Marshal(struct {
				T secret.Text `json:"t,omitzero"`
			}{tt.text})
			if err != nil || string(got) != tt.marshalsOmitzero {
				t.Errorf("got %s and error %v, want %s", got, err, tt.marshalsOmitzero)
			}
		})
	}
}

func TestTextEqual(t *testing.T) {
	if !(secret.Text{}).Equal(secret.New("")) {
		t.Error("two unset texts differ")
	}
	if secret.Kept().Equal(secret.Kept()) || secret.Kept().Equal(secret.Text{}) || (secret.Text{}).Equal(secret.Kept()) {
		t.Error("a kept value equals something")
	}
}

func TestTextDecodesJSON(t *testing.T) {
	tests := []struct {
		in     string
		reveal string
		fails  bool
	}{
		{in: `"` + plain + `"`, reveal: plain},
		{in: `"a\u0041\n"`, reveal: "aA\n"},
		{in: `""`},
		{in: `null`},
		{in: `12345`, fails: true},
		{in: `true`, fails: true},
		{in: `["` + plain + `"]`, fails: true},
		{in: `{"v":"` + plain + `"}`, fails: true},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			doc := struct{ Token secret.Text }{secret.New("before")}
			err := json.Unmarshal([]byte(`{"Token":`+tt.in+`}`), &doc)
			if (err != nil) != tt.fails {
				t.Fatalf("got error %v, want one: %t", err, tt.fails)
			}
			if err != nil && (leaks(err.Error()) || strings.Contains(err.Error(), "12345")) {
				t.Fatal("the error quotes the value")
			}
			if err == nil && doc.Token.Reveal() != tt.reveal {
				t.Errorf("got a value of %d bytes, want %d", len(doc.Token.Reveal()), len(tt.reveal))
			}
		})
	}
	var text secret.Text
	if err := text.UnmarshalJSON([]byte(plain)); err == nil || leaks(err.Error()) {
		t.Error("malformed JSON: want an error that does not quote it")
	}
}

func TestTextDecodesTextAndYAML(t *testing.T) {
	var text secret.Text
	if err := text.UnmarshalText([]byte(plain)); err != nil || text.Reveal() != plain {
		t.Errorf("text: got error %v or another value", err)
	}
	var doc struct{ Token secret.Text }
	if err := yaml.Unmarshal([]byte("token: "+plain), &doc); err != nil || doc.Token.Reveal() != plain {
		t.Errorf("yaml: got error %v or another value", err)
	}
	if err := yaml.Unmarshal([]byte("token: ["+plain+"]"), &doc); err == nil || leaks(err.Error()) {
		t.Error("a YAML list: want an error that does not quote it")
	}
}

func TestTextCopiesAreIndependent(t *testing.T) {
	first := secret.New(plain)
	second := first
	if err := second.UnmarshalText([]byte("other")); err != nil {
		t.Fatal(err)
	}
	if first.Reveal() != plain || second.Reveal() != "other" {
		t.Error("decoding into a copy changed the original")
	}
}

func TestTrimSpace(t *testing.T) {
	if got := secret.New(" \ta b\r\n").TrimSpace().Reveal(); got != "a b" {
		t.Errorf("got %q, want %q", got, "a b")
	}
	if secret.New(" \n").TrimSpace().IsSet() || (secret.Text{}).TrimSpace().IsSet() {
		t.Error("nothing is set, want unset")
	}
	if !secret.Kept().TrimSpace().IsKept() {
		t.Error("a kept value is no longer kept")
	}
}
