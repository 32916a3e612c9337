package catalog

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pb33f/jsonschema/v6"
	"github.com/pb33f/jsonschema/v6/kind"
	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/validation"
)

const (
	seed      = 20260301
	documents = 1000 // different ones, made of each type's example
	patience  = 20   // documents drawn for each that is new
)

// TestRulesAndSchemasAgree: on documents made from the examples, the decoder and
// the JSON Schema come to the same verdict, apart from the exceptions; and what
// the decoder makes of an accepted document fits the schema.
func TestRulesAndSchemasAgree(t *testing.T) {
	t.Logf("seed %d", seed)
	used := map[exception]bool{}
	var trials []*trial
	all := All()
	for i := range all {
		t.Run(all[i].Type, func(t *testing.T) {
			trial := newTrial(t, &all[i], used)
			trials = append(trials, trial)
			trial.run(t, documents)
			trial.requireMany(t)
			trial.run(t, further(t))
			trial.report(t)
		})
	}
	if len(trials) < len(all) || t.Failed() {
		return // only what all types used can be found unused
	}
	for _, e := range exceptions {
		require.True(t, needed(t, e, trials), "no type needs the exception %q for %q any more", e.code, e.of)
	}
	for _, trial := range trials {
		trial.report(t)
	}
}

// needed reports whether an exception is used, if need be by further documents:
// some rules are hit but once in thousands.
func needed(t *testing.T, e exception, trials []*trial) bool {
	t.Helper()
	concerned := slices.DeleteFunc(slices.Clone(trials), func(v *trial) bool { return !e.covers(v.definition.Type) })
	for range 40 {
		for _, trial := range concerned {
			if trial.used[e] {
				return true
			}
			trial.run(t, documents/10)
		}
	}
	return len(concerned) == 0
}

func compile(t *testing.T, schema []byte) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	require.NoError(t, c.AddResource("properties.json", parse(t, schema)))
	compiled, err := c.Compile("properties.json")
	require.NoError(t, err)
	return compiled
}

func parse(t *testing.T, text []byte) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	return value
}

// trial holds the two judges of one type against each other.
type trial struct {
	mutator

	definition        *integrations.Definition
	schema            *jsonschema.Schema
	used              map[exception]bool // by any type
	seen              map[[sha256.Size]byte]bool
	accepted, refused int
	disagreements     map[string]string // one for each code
}

func newTrial(t *testing.T, d *integrations.Definition, used map[exception]bool) *trial {
	t.Helper()
	name := fnv.New64a()
	_, _ = name.Write([]byte(d.Type)) // never fails
	v := &trial{
		mutator:    mutator{generator{rand.New(rand.NewPCG(seed, name.Sum64()))}, d.Fields()},
		definition: d, schema: compile(t, d.Schema()), used: used,
		seen: map[[sha256.Size]byte]bool{}, disagreements: map[string]string{},
	}
	v.isNew(v.document(t, func(map[string]any) {})) // the example itself proves nothing
	return v
}

// run judges n documents that were not judged before, or as many as there are.
func (v *trial) run(t *testing.T, n int) {
	t.Helper()
	for range patience * n {
		if n == 0 {
			return
		}
		if text := v.document(t, v.mutate); v.isNew(text) {
			v.judge(t, text)
			n--
		}
	}
}

// document is the example, changed.
func (v *trial) document(t *testing.T, change func(map[string]any)) []byte {
	t.Helper()
	document, ok := parse(t, []byte(v.definition.Example)).(map[string]any)
	require.True(t, ok)
	change(document)
	text, err := json.Marshal(document)
	require.NoError(t, err)
	return text
}

// isNew reports whether the text is seen for the first time.
func (v *trial) isNew(text []byte) bool {
	sum, before := sha256.Sum256(text), len(v.seen)
	v.seen[sum] = true
	return len(v.seen) > before
}

// requireMany: enough different documents were judged either way.
func (v *trial) requireMany(t *testing.T) {
	t.Helper()
	require.Equal(t, documents, v.accepted+v.refused, "too few different documents")
	require.GreaterOrEqual(t, v.accepted, documents/20, "too few documents are valid")
	require.GreaterOrEqual(t, v.refused, documents/20, "too few documents are invalid")
}

func (v *trial) report(t *testing.T) {
	t.Helper()
	for _, code := range slices.Sorted(maps.Keys(v.disagreements)) {
		t.Errorf("%s: %s\n%s", v.definition.Type, code, v.disagreements[code])
	}
}

func (v *trial) judge(t *testing.T, text []byte) {
	t.Helper()
	c := &validation.Context{Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Domain: "mycompany.brightpattern.com"}
	p := v.definition.Decode(text, nil, c)
	misfit := v.schema.Validate(parse(t, text))
	if c.Err() != nil {
		v.refused++
		if misfit == nil {
			v.unsayable(text, c.Errors())
		}
		return
	}
	v.accepted++
	stored, err := v.definition.EncodeWithSecrets(p)
	require.NoError(t, err, "%s", text)
	if err := v.schema.Validate(parse(t, stored)); err != nil {
		v.excuse("stored", "what is stored does not fit the schema\nsent:   %s\nstored: %s\n%v", text, stored, err)
		return
	}
	if misfit != nil {
		v.normalized(t, text, stored, misfit)
	}
}

// excuse notes that an exception is needed, or that there is none.
func (v *trial) excuse(code, format string, args ...any) {
	for _, e := range exceptions {
		if e.names(code) && e.covers(v.definition.Type) {
			v.used[e] = true
			return
		}
	}
	if v.disagreements[code] == "" {
		v.disagreements[code] = fmt.Sprintf(format, args...)
	}
}

// unsayable: the schema accepts what rules refuse, which is right for reasons
// that no schema can state.
func (v *trial) unsayable(text []byte, violations validation.Errors) {
	for _, broken := range violations {
		v.excuse(broken.Code, "the schema accepts what breaks a rule at %s: %s\n%s", broken.Pointer, broken.Detail, text)
	}
}

// normalized: the schema refuses what is accepted, which is right for what
// becomes something else.
func (v *trial) normalized(t *testing.T, text, stored []byte, misfit error) {
	t.Helper()
	sent, kept := parse(t, text), parse(t, stored)
	var whole *jsonschema.ValidationError
	require.True(t, errors.As(misfit, &whole))
	for _, e := range leaves(whole) {
		v.excuse(made(sent, kept, e), "the schema refuses what the rules accept\nsent:   %s\nstored: %s\n%v", text, stored, misfit)
	}
}

// leaves are the errors that have no further ones below them.
func leaves(e *jsonschema.ValidationError) []*jsonschema.ValidationError {
	if len(e.Causes) == 0 {
		return []*jsonschema.ValidationError{e}
	}
	var all []*jsonschema.ValidationError
	for _, cause := range e.Causes {
		all = append(all, leaves(cause)...)
	}
	return all
}

// made says what became of the value that a schema refused.
func made(sent, kept any, e *jsonschema.ValidationError) string {
	before, after := at(sent, e.InstanceLocation), at(kept, e.InstanceLocation)
	if _, missing := e.ErrorKind.(*kind.Required); missing {
		return "missing" // nothing is left out that the schema asks for
	}
	same := reflect.DeepEqual(before, after)
	switch {
	case same && (strings.Contains(e.SchemaURL, "/then") || strings.Contains(e.SchemaURL, "/else")):
		return "normalized" // what the condition asks about
	case same:
		return "same"
	case isEmpty(before):
		return "empty_is_unset"
	}
	return "normalized"
}

func at(value any, location []string) any {
	for _, part := range location {
		switch container := value.(type) {
		case map[string]any:
			value = container[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(container) {
				return nil
			}
			value = container[i]
		default:
			return nil
		}
	}
	return value
}

func isEmpty(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return value == nil
}
