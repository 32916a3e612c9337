package contract_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"admin-api/integrations/catalog"
)

// furtherDocuments are valid properties of types whose example alone does not
// lead to every pair of destination and secret. TestReentry names such a pair.
var furtherDocuments = map[string][]string{
	"aws_polly":      {temporaryKey},
	"aws_transcribe": {temporaryKey},
}

// temporaryKey is a key of AWS that goes with a session token.
const temporaryKey = `{"region": "eu-west-1", "accessKeyId": "ASIAIOSFODNN7EXAMPLE",
	"secretAccessKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "sessionToken": "made-up/session+token=="}`

// TestReentry changes every destination of every type while each secret that is
// sent there would be kept: at every door the answer asks for the secret again,
// nothing is stored and nothing dialled.
func TestReentry(t *testing.T) {
	all := catalog.All()
	values := newSamples(t, all)
	remote := newSink(t)
	s := newStack(t, remote.behind(t, all))
	for i := range all {
		def := &all[i]
		t.Run(def.Type, func(t *testing.T) {
			m := &matrix{stack: s, sink: remote, deriver: newDeriver(t, def, values, furtherDocuments[def.Type]...)}
			m.run(t)
		})
	}
}

// matrix is the part of the test that is about one type.
type matrix struct {
	*stack
	*deriver
	sink *sink

	done   map[[2]string]bool // pairs of destination and secret
	number int
	// dialled: a test with every secret given was seen to dial, so that one
	// without would have been.
	dialled bool
}

func (m *matrix) run(t *testing.T) {
	m.done = map[[2]string]bool{}
	for _, destination := range m.def.Destinations() {
		for _, secret := range m.def.SecretPointers() {
			if m.done[[2]string{destination, secret}] || destination == secret || m.apart(destination, secret) {
				continue
			}
			t.Run(destination+" "+secret, func(t *testing.T) { m.pair(t, destination, secret) })
		}
	}
	require.Equal(t, len(m.done) > 0 && m.def.NoProbe == "", m.dialled, "a test with every secret given dials")
}

// apart reports whether the two never apply together.
func (m *matrix) apart(destination, secret string) bool {
	of := m.conditions(secret)
	for at, values := range m.conditions(destination) {
		other, both := of[at]
		if both && !slices.ContainsFunc(values, func(v string) bool { return slices.Contains(other, v) }) {
			return true
		}
	}
	return false
}

func (m *matrix) pair(t *testing.T, destination, secret string) {
	if mv, found := m.move(destination, secret); found {
		m.refused(t, mv)
		return
	}
	// The secret may apply with one value of the destination only: then it goes.
	only := m.conditions(secret)[destination]
	require.Len(t, only, 1, "no document of %s was found in which %s changes while %s stays; add one to furtherDocuments",
		m.def.Type, destination, secret)
	m.dropped(t, destination, secret)
}

// refused tries the move at every door, first without and then with the
// secrets that it would keep.
func (m *matrix) refused(t *testing.T, mv move) {
	id := m.create(t, mv.after)
	m.replace(t, id, mv.before) // what was before is version 1 now
	known := m.secrets(mv.before)
	given := mv.after.without(mv.kept...)
	patch := mv.before.without(known...).patchTo(given)
	again := mv.before.without(known...).patchTo(mv.after)
	before := m.read(t, id)
	for _, d := range m.doors(id, given, patch, mv) {
		t.Run(d.name, func(t *testing.T) {
			reached := m.sink.reached()
			status, body := m.send(t, d.method, strings.Replace(d.path, "{id}", id, 1)+d.query, d.body)
			m.requireReentry(t, status, body, mv)
			require.Equal(t, reached, m.sink.reached(), "something was dialled")
			require.Equal(t, before, m.read(t, id), "something was stored")
		})
	}
	t.Run("given again", func(t *testing.T) { m.accepted(t, id, mv, again) })
	m.delete(t, id)
	for _, destination := range mv.destinations {
		for _, secret := range mv.kept {
			m.done[[2]string{destination, secret}] = true
		}
	}
}

// doors are all ways in for a move.
func (m *matrix) doors(id string, given, patch document, mv move) []door {
	fresh := document{}
	for _, pointer := range m.secrets(mv.after) {
		if !slices.Contains(mv.kept, pointer) {
			fresh[pointer] = mv.after.get(pointer)
		}
	}
	return doors(id, m.body(given), `{"properties":`+string(patch.json())+`}`, string(fresh.json()))
}

// verdict is what a problem and a report say of what is wrong.
type verdict struct {
	Code  string
	Valid *bool
	// Errors and Warnings have pointers as fragments or as they are.
	Errors, Warnings []struct {
		Pointer, Code string
		Params        struct{ Destinations []string }
	}
}

func (m *matrix) requireReentry(t *testing.T, status int, body []byte, mv move) {
	t.Helper()
	var v verdict
	require.NoError(t, json.Unmarshal(body, &v))
	if v.Valid != nil {
		require.Equal(t, http.StatusOK, status)
		require.False(t, *v.Valid, "%s", body)
	} else {
		require.Equal(t, http.StatusUnprocessableEntity, status, "%s", body)
		require.Equal(t, "validation-failed", v.Code)
	}
	named := map[string][]string{}
	for _, e := range v.Errors {
		require.Equal(t, "secret_reentry_required", e.Code, "%s", body)
		at := strings.TrimPrefix(strings.TrimPrefix(e.Pointer, "#"), "/accounts/0")
		named[strings.TrimPrefix(at, "/properties")] = e.Params.Destinations
	}
	want := map[string][]string{}
	for _, secret := range mv.kept {
		for _, destination := range mv.destinations {
			want[secret] = append(want[secret], "/properties"+destination)
		}
	}
	require.Equal(t, want, named, "%s", body)
}

// accepted makes the move with every secret given: back and forth, so that each
// door opens.
func (m *matrix) accepted(t *testing.T, id string, mv move, patch document) {
	at := accountsPath + "/" + id
	part := `{"properties":` + string(patch.json()) + `}`
	ok := func(method, path, body string) []byte {
		t.Helper()
		status, answer := m.send(t, method, path, body)
		require.Equal(t, http.StatusOK, status, "%s %s: %s", method, path, answer)
		return answer
	}
	valid := func(method, path, body string) {
		t.Helper()
		var v verdict
		require.NoError(t, json.Unmarshal(ok(method, path, body), &v))
		require.True(t, *v.Valid)
	}
	valid(http.MethodPost, accountsPath+"/validate", `{"id":"`+id+`",`+part[1:])
	valid(http.MethodPut, at+"?validateOnly=true", m.body(mv.after))
	valid(http.MethodPatch, at+"?validateOnly=true", part)

	reached := m.sink.reached()
	ok(http.MethodPost, at+"/test", part)
	m.dialled = m.dialled || m.sink.reached() > reached
	secrets := document{}
	for _, pointer := range m.secrets(mv.after) {
		secrets[pointer] = mv.after.get(pointer)
	}
	ok(http.MethodPost, at+"/rollback", `{"version":1,"secrets":`+string(secrets.json())+`}`)
	m.replace(t, id, mv.before)
	ok(http.MethodPatch, at, part)
	m.replace(t, id, mv.before)
	ok(http.MethodPut, at, m.body(mv.after))
}

// dropped shows that a secret which applies with one value of a destination only
// goes when that changes.
func (m *matrix) dropped(t *testing.T, destination, secret string) {
	docs := m.documents(secret)
	require.NotEmpty(t, docs, "no valid document of %s has the secret %s; add one to furtherDocuments", m.def.Type, secret)
	f := m.fields[destination]
	id := m.create(t, docs[0])
	defer m.delete(t, id)
	for _, value := range m.values.others(&f, docs[0].get(destination)) {
		if value == nil {
			continue
		}
		patch := document{}.with(destination, value)
		status, body := m.send(t, http.MethodPost, accountsPath+"/validate", `{"id":"`+id+`","properties":`+string(patch.json())+`}`)
		require.Equal(t, http.StatusOK, status)
		var v verdict
		require.NoError(t, json.Unmarshal(body, &v))
		found := false
		for _, w := range v.Warnings {
			found = found || w.Code == "secret_dropped" && strings.HasSuffix(w.Pointer, "/properties"+secret)
		}
		require.True(t, found, "%s stays with %s: %s", secret, patch.json(), body)
	}
}

const accountsPath = "/api/v1/integration-accounts"

// body is a whole document of the present account.
func (m *matrix) body(properties document) string {
	name := fmt.Sprintf("%s %d", m.def.Type, m.number)
	return `{"type":"` + m.def.Type + `","name":"` + name + `","properties":` + string(properties.json()) + `}`
}

func (m *matrix) create(t *testing.T, properties document) string {
	t.Helper()
	m.number++
	status, body := m.send(t, http.MethodPost, accountsPath, m.body(properties))
	require.Equal(t, http.StatusCreated, status, "%s", body)
	var a struct{ ID string }
	require.NoError(t, json.Unmarshal(body, &a))
	return a.ID
}

func (m *matrix) replace(t *testing.T, id string, properties document) {
	t.Helper()
	status, body := m.send(t, http.MethodPut, accountsPath+"/"+id, m.body(properties))
	require.Equal(t, http.StatusOK, status, "%s", body)
}

func (m *matrix) delete(t *testing.T, id string) {
	t.Helper()
	status, body := m.send(t, http.MethodDelete, accountsPath+"/"+id, "")
	require.Equal(t, http.StatusNoContent, status, "%s", body)
}

func (m *matrix) read(t *testing.T, id string) string {
	t.Helper()
	status, body := m.send(t, http.MethodGet, accountsPath+"/"+id, "")
	require.Equal(t, http.StatusOK, status, "%s", body)
	return string(body)
}

func TestFurtherDocumentsAreOfTypes(t *testing.T) {
	all := catalog.All()
	for typ := range furtherDocuments {
		_, known := all.Definition(typ)
		require.True(t, known, "no type %s", typ)
	}
}

// The derivation is a test's means; these are its own.
func TestDerivation(t *testing.T) {
	for pattern, bounds := range map[string][2]int64{
		`^[A-Za-z0-9/+]{40}$`: {0, 0}, `^[0-9]{6,12}:[A-Za-z0-9_-]{30,60}$`: {0, 0}, `^[!-~]+$`: {32, 256},
		`^(?:[0-9A-Fa-f]{32}|[0-9A-Za-z]{84})$`: {0, 0}, `^https://(?:[a-z0-9-]{1,40}-)?speech\.example/?$`: {0, 0},
	} {
		var least, most *int64
		if bounds[1] > 0 {
			least, most = &bounds[0], &bounds[1]
		}
		made := matching(pattern, least, most)
		require.Len(t, made, 2)
		for _, value := range made {
			require.Regexp(t, pattern, value)
			require.GreaterOrEqual(t, len(text(value)), int(bounds[0]))
		}
	}
	a := parse(t, `{"a":1,"b":{"c":"x","d":true},"e":[1]}`)
	b := parse(t, `{"a":1,"b":{"c":"y"},"f":"new"}`)
	require.JSONEq(t, `{"b":{"c":"y","d":null},"e":null,"f":"new"}`, string(a.patchTo(b).json()))
	require.Equal(t, a, a.with("/b/z/q", 1).without("/b/z"))
	require.Contains(t, respelled("https://acme"), "https://bcme")
}
