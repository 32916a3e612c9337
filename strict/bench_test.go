package strict_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"admin-api/strict"
)

// hostile returns documents of about size bytes that are expensive to a reader
// which compares names pairwise, rescans values or renders what it cannot bound.
func hostile(size int) map[string][]byte {
	name := func(i int) string { return fmt.Sprintf(`"%x":0`, i) }
	deepNames := strings.Repeat(`{"`+strings.Repeat("n", 60)+`":`, 31)
	return map[string][]byte{
		"members":    []byte("{" + join(size, name) + "}"),
		"duplicates": []byte("{" + join(size, func(i int) string { return name(i) + "," + name(i) }) + "}"),
		"deep duplicates": []byte(deepNames + "{" + join(size, func(i int) string { return name(i) + "," + name(i) }) +
			"}" + strings.Repeat("}", 31)),
		"one name":      []byte("{" + join(size, func(int) string { return `"":0` }) + "}"),
		"escaped names": []byte("{" + join(size, func(i int) string { return fmt.Sprintf(`"\u0061%x":0`, i) }) + "}"),
		"long names": []byte("{" + join(size, func(i int) string {
			return fmt.Sprintf(`"%s%x":0`, strings.Repeat("n", size/20), i)
		}) + "}"),
		"small objects":  []byte("[" + join(size, func(int) string { return `{"a":{"b":0}}` }) + "]"),
		"deep objects":   []byte(strings.Repeat(`{"a":`, 31) + "[" + join(size, name0) + "]" + strings.Repeat("}", 31)),
		"nested forever": bytes.Repeat([]byte("["), size),
		"open objects":   bytes.Repeat([]byte(`{"a":`), size/5),
		"one string":     []byte(`"` + strings.Repeat(`\u00e9é`, size/8) + `"`),
		"white space":    append(bytes.Repeat([]byte(" "), size), '0'),
		"one number":     bytes.Repeat([]byte("9"), size),
	}
}

func name0(i int) string { return fmt.Sprint(i) }

func join(size int, part func(i int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(part(i))
	}
	return b.String()
}

func TestHostileDocuments(t *testing.T) {
	const (
		fine = iota
		syntax
		duplicates
	)
	outcomes := map[string]int{
		"duplicates": duplicates, "deep duplicates": duplicates, "one name": duplicates,
		"nested forever": syntax, "open objects": syntax,
	}
	for name, doc := range hostile(1 << 20) {
		err := strict.Check(doc, strict.Limits{})
		got := fine
		if _, ok := errors.AsType[*strict.SyntaxError](err); ok {
			got = syntax
		} else if err != nil {
			got = duplicates
		}
		if got != outcomes[name] {
			t.Errorf("%s: got outcome %d, want %d", name, got, outcomes[name])
		}
		if err != nil && len(err.Error()) > 300_000 {
			t.Errorf("%s: the error has %d bytes", name, len(err.Error()))
		}
		if _, err := strict.MergePatch(doc, doc); (err == nil) != (got == fine) {
			t.Errorf("%s: merge: %v", name, err)
		}
	}
}

// The rate of each document must not depend on its size.
func BenchmarkCheckHostile(b *testing.B) {
	for _, size := range []int{1 << 16, 1 << 20} {
		for name, doc := range hostile(size) {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				b.SetBytes(int64(len(doc)))
				for b.Loop() {
					_ = strict.Check(doc, strict.Limits{})
				}
			})
		}
	}
}

func BenchmarkMergePatchHostile(b *testing.B) {
	for _, size := range []int{1 << 16, 1 << 20} {
		for name, doc := range hostile(size) {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				b.SetBytes(int64(2 * len(doc)))
				for b.Loop() {
					_, _ = strict.MergePatch(doc, doc)
				}
			})
		}
	}
}

const ordinary = `{"type":"zendesk","name":"Support EU","description":"","labels":{"env":"prod","team":"eu"},` +
	`"enabled":true,"default":false,"properties":{"url":"https://acme.zendesk.com","authorizationType":"apiToken",` +
	`"username":"ann@acme.com","apiToken":"` + "0123456789012345678901234567890123456789" + `"}}`

func BenchmarkCheckOrdinary(b *testing.B) {
	b.SetBytes(int64(len(ordinary)))
	for b.Loop() {
		if err := strict.Check([]byte(ordinary), strict.Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMergePatchOrdinary(b *testing.B) {
	patch := json.RawMessage(`{"enabled":false,"properties":{"username":"bob@acme.com"}}`)
	for b.Loop() {
		if _, err := strict.MergePatch(json.RawMessage(ordinary), patch); err != nil {
			b.Fatal(err)
		}
	}
}
