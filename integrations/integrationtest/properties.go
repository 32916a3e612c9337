package integrationtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations"
	"admin-api/secret"
	"admin-api/strict"
)

func (s *suite) wellFormed(t *testing.T) {
	require.NoError(t, s.def.Check())
	s.mustDecode(t, s.def.Example)
	require.NoError(t, strict.Check([]byte(s.def.Example), strict.Limits{}))
	for _, field := range allFields(s.def.Fields()) {
		require.Regexp(t, `^[a-z][A-Za-z0-9]*$`, field.Name, "camelCase")
		require.NotContains(t, field.Label, "  ")
		if field.Help != "" {
			require.True(t, strings.HasSuffix(field.Help, "."), "the help of %s is no sentence", field.Pointer)
		}
	}
}

func (s *suite) valid(t *testing.T) {
	require.NoError(t, strict.Check([]byte(s.fixture.Valid), strict.Limits{}))
	s.mustDecode(t, s.fixture.Valid)
}

func (s *suite) roundTrip(t *testing.T) {
	for _, document := range []string{s.fixture.Valid, s.def.Example} {
		p := s.mustDecode(t, document)
		full, err := s.def.EncodeWithSecrets(p)
		require.NoError(t, err)
		require.Equal(t, p, s.mustDecode(t, string(full)), "decoding what was encoded with secrets")

		encoded, err := s.def.Encode(p)
		require.NoError(t, err)
		s.requireNoSecret(t, p, string(encoded))
		kept := s.mustDecode(t, string(encoded), s.def.SecretPointers()...)
		again, err := s.def.Encode(kept)
		require.NoError(t, err)
		require.Equal(t, string(encoded), string(again))
		require.NoError(t, strict.Check(encoded, strict.Limits{}))
	}
}

func (s *suite) normalForm(t *testing.T) {
	for _, document := range []string{s.fixture.Valid, s.def.Example} {
		p, once := s.mustDecode(t, document), s.mustDecode(t, document)
		n, normalizes := p.(integrations.Normalizer)
		if !normalizes {
			return
		}
		n.Normalize()
		require.Equal(t, once, p, "normalizing twice")
		unset, _ := s.def.New().(integrations.Normalizer)
		unset.Normalize() // must not stop at unset members
	}
}

func (s *suite) unknownMember(t *testing.T) {
	at := []string{""}
	for _, field := range allFields(s.def.Fields()) {
		if field.Kind == integrations.FieldObject {
			at = append(at, field.Pointer)
		}
	}
	for _, parent := range at {
		document, ok := with(t, s.fixture.Valid, parent+"/noSuchMember", 1)
		if !ok {
			continue
		}
		_, c := s.decode(document)
		requireViolation(t, c, parent+"/noSuchMember", "unknown_member")
	}
}

func (s *suite) required(t *testing.T) {
	for _, name := range s.fixture.Required {
		pointer := pointerTo(name)
		document, ok := with(t, s.fixture.Valid, pointer, nil)
		require.True(t, ok, "Valid has no %s", pointer)
		require.NotEqual(t, canonical(t, s.fixture.Valid), document, "Valid has no %s", pointer)
		_, c := s.decode(document)
		requireViolation(t, c, pointer, "required")
	}
}

func canonical(t *testing.T, document string) string {
	t.Helper()
	text, ok := with(t, document, "/noSuchMember", nil)
	require.True(t, ok)
	return text
}

func (s *suite) invalid(t *testing.T) {
	for _, tt := range s.fixture.Invalid {
		t.Run(tt.Name, func(t *testing.T) {
			_, c := s.decode(tt.document(t, s.fixture.Valid))
			requireViolation(t, c, pointerTo(tt.Pointer), tt.Code)
			for _, v := range c.Errors() {
				require.Regexp(t, `^[a-z][a-z0-9_]*$`, v.Code)
				require.Regexp(t, `^[A-Z].*\.$`, v.Detail, "one sentence for people")
			}
		})
	}
}

// wrong are values that no field of the kind takes.
func wrong(kind integrations.FieldKind) []any {
	switch kind {
	case integrations.FieldBoolean:
		return []any{"true", 1, []any{}, map[string]any{}}
	case integrations.FieldInteger:
		return []any{"1", true, 1.5, 1e300, []any{}}
	case integrations.FieldObject:
		return []any{"{}", []any{}, 1, false}
	case integrations.FieldMap:
		return []any{"x", []any{"x"}, 1}
	case integrations.FieldList, integrations.FieldCertificates:
		return []any{"x", map[string]any{}, 1}
	default:
		return []any{true, []any{"x"}, map[string]any{"x": "y"}}
	}
}

func (s *suite) wrongTypes(t *testing.T) {
	for _, field := range allFields(s.def.Fields()) {
		pointer := strings.ReplaceAll(field.Pointer, "/-", "/0")
		for _, value := range wrong(field.Kind) {
			document, ok := with(t, s.fixture.Valid, pointer, value)
			if !ok {
				continue // into a list that Valid leaves empty
			}
			_, c := s.decode(document)
			requireViolation(t, c, pointer, "type")
		}
	}
}

func (s *suite) redaction(t *testing.T) {
	for _, document := range []string{s.fixture.Valid, s.def.Example} {
		p := s.mustDecode(t, document)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			s.requireNoSecret(t, p, fmt.Sprintf(verb, p))
			s.requireNoSecret(t, p, fmt.Sprintf(verb, []any{p}))
		}
		text, err := json.Marshal(p)
		require.NoError(t, err)
		s.requireNoSecret(t, p, string(text))
	}
}

// requireNoSecret finds secrets of p in a text.
func (s *suite) requireNoSecret(t *testing.T, p integrations.Properties, text string) {
	t.Helper()
	for pointer, value := range s.def.Secrets(p) {
		if strings.Contains(text, value.Reveal()) {
			require.Failf(t, "secret shows", "the value of %s", pointer)
		}
	}
}

func (s *suite) secrets(t *testing.T) {
	p := s.mustDecode(t, s.fixture.Valid)
	values := s.def.Secrets(p)
	require.Empty(t, s.def.KeptSecrets(p))
	for pointer := range values {
		require.Contains(t, s.def.SecretPointers(), pointer)
		s.refusesMasks(t, pointer)
		s.hidesValue(t, pointer)
	}
	given := slices.Sorted(maps.Keys(values))
	encoded, err := s.def.Encode(p)
	require.NoError(t, err)
	kept := s.mustDecode(t, string(encoded), given...)
	require.ElementsMatch(t, given, s.def.KeptSecrets(kept))
	require.Empty(t, s.def.Secrets(kept))
	for _, pointer := range given {
		require.NoError(t, s.def.SetSecret(kept, pointer, values[pointer]))
	}
	require.Equal(t, p, kept, "secrets put back")
	require.Error(t, s.def.SetSecret(kept, "/noSuchSecret", secret.New("x")))
}

func (s *suite) refusesMasks(t *testing.T, pointer string) {
	t.Helper()
	for _, mask := range []string{"", "***", "[REDACTED]", "<secret>", "••••••••"} {
		document, ok := with(t, s.fixture.Valid, pointer, mask)
		require.True(t, ok)
		_, c := s.decode(document)
		requireViolation(t, c, pointer, "secret_mask_submitted")
	}
}

// hidesValue submits a secret that breaks rules and looks for it in texts.
func (s *suite) hidesValue(t *testing.T, pointer string) {
	t.Helper()
	const value = "h1dden\u0001Value"
	for _, hostile := range []any{value, value + strings.Repeat("x", 1<<15), []any{value}, map[string]any{"x": value}} {
		document, ok := with(t, s.fixture.Valid, pointer, hostile)
		require.True(t, ok)
		_, c := s.decode(document)
		require.True(t, c.Broken(pointer), "%s takes control characters", pointer)
		text, err := json.Marshal(append(c.Errors(), c.Warnings()...))
		require.NoError(t, err)
		require.NotContains(t, string(text), "h1dden")
	}
}

func (s *suite) destinations(t *testing.T) {
	before, after := s.mustDecode(t, s.fixture.Valid), s.mustDecode(t, s.fixture.Valid)
	require.Empty(t, s.def.ChangedDestinations(before, after))
	var unmarked []string
	for _, field := range allFields(s.def.Fields()) {
		require.Equal(t, field.Destination, slices.Contains(s.def.Destinations(), field.Pointer), field.Pointer)
		if leadsSomewhere(field) && !field.Destination {
			unmarked = append(unmarked, field.Pointer)
		}
	}
	require.ElementsMatch(t, s.fixture.NoDestination, unmarked, "fields that look like destinations and are not marked")
}

// leadsSomewhere reports whether a field looks like one that decides who is called.
func leadsSomewhere(field integrations.Field) bool {
	name := strings.ToLower(field.Name)
	return field.Kind == integrations.FieldURL || field.Kind != integrations.FieldObject &&
		slices.ContainsFunc([]string{"host", "port", "url", "region", "datacenter"}, func(end string) bool {
			return strings.HasSuffix(name, end)
		})
}

// plain are the kinds of fields that take any text.
var plain = []integrations.FieldKind{integrations.FieldString, integrations.FieldText, integrations.FieldList}

func (s *suite) fields(t *testing.T) {
	var secrets []string
	for _, field := range allFields(s.def.Fields()) {
		if field.Secret {
			secrets = append(secrets, field.Pointer)
			require.Equal(t, integrations.FieldSecret, field.Kind)
			require.Nil(t, field.Default)
		}
		if field.Kind == integrations.FieldEnum {
			require.NotEmpty(t, field.Options)
		}
		if strings.Contains(field.Name, "ertificate") {
			require.NotContains(t, plain, field.Kind, "%s has not the format of certificates", field.Pointer)
		}
	}
	require.ElementsMatch(t, s.def.SecretPointers(), secrets)
}

// allFields returns the fields and all that they hold.
func allFields(fields []integrations.Field) []integrations.Field {
	var all []integrations.Field
	for _, field := range fields {
		all = append(all, field)
		all = append(all, allFields(field.Fields)...)
	}
	return all
}
